# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths of this surface as a table: what each one does, takes and needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..errors import Refused, unknown_segment
from ..settings import ACTION_SPELLINGS
from ..tenants import PAYLOADS
from ..wire import Call
from . import assignments, groups, payloads, policies, priorities, singleton
from .catalog import routes as catalog_routes
from .catalog import unrouted
from .operations import KEY, Operation, read

ACTIONS = ("assign", "updatePriorities", *unrouted.ACTIONS[1:])
VERSIONS = ("beta", "v1.0")
# A key, or the one parameter of a function.
KEY_IN_PARENTHESES = re.compile(r"(?:microsoft\.graph\.)?([A-Za-z]+)\((?:[A-Za-z]+=)?'([^']*)'\)")


ENTITY = ("$select", "$expand")
COLLECTION = ("$select", "$expand", "$top", "$skiptoken")
CONTAINED = ("$select", "$top", "$skiptoken")
ROOT = "officeConfiguration/clientConfigurations"
ROUTES: dict[str, dict[str, Operation]] = {
    "officeConfiguration": {"GET": read(singleton.get_singleton, "$select")},
    ROOT: {"GET": read(policies.list_policies, *COLLECTION), "POST": Operation(policies.create_policy)},
    f"{ROOT}/{KEY}": {
        "GET": read(policies.get_policy, *ENTITY),
        "PATCH": Operation(policies.update_policy),
        "DELETE": Operation(policies.delete_policy),
    },
    f"{ROOT}/{KEY}/assign": {"POST": Operation(assignments.assign)},
    f"{ROOT}/{KEY}/assignments": {
        "GET": read(assignments.list_assignments, *CONTAINED),
        "POST": Operation(assignments.add_assignment),
    },
    f"{ROOT}/{KEY}/assignments/{KEY}": {
        "GET": read(assignments.get_assignment, "$select"),
        "PATCH": Operation(assignments.update_assignment),
        "DELETE": Operation(assignments.remove_assignment),
    },
    f"{ROOT}/updatePriorities": {"POST": Operation(priorities.update_priorities)},
    "groups": {"GET": read(groups.list_groups, "$filter", *CONTAINED)},
    "directoryObjects/getByIds": {"POST": Operation(groups.get_by_ids, frozenset({"$select"}), reads=True)},
    f"groups/{KEY}": {"GET": read(groups.get_group, "$select")},
    **{
        f"{ROOT}/{KEY}/{name}": {
            "GET": Operation(partial(payloads.get_payload, name=name)),
            "PUT": Operation(partial(payloads.put_payload, name=name)),
        }
        for name in PAYLOADS
    },
    **catalog_routes.ROUTES,
}
DIRECTORY = ("groups", "directoryObjects")
AREAS = {"beta": ("officeConfiguration", "deviceManagement", *DIRECTORY), "v1.0": DIRECTORY}


@dataclass(slots=True)
class Node:
    """One step in the tree of paths."""

    children: dict[str, Node] = field(default_factory=dict)
    methods: dict[str, Operation] = field(default_factory=dict)


def _tree(paths: dict[str, dict[str, Operation]]) -> Node:
    root = Node()
    for path, methods in paths.items():
        node = root
        for segment in path.split("/"):
            node = node.children.setdefault(segment, Node())
        node.methods = methods
    return root


TREES = {
    version: _tree({path: methods for path, methods in ROUTES.items() if path.split("/")[0] in areas})
    for version, areas in AREAS.items()
}


# Actions that only read.
READERS = tuple(
    path.rpartition("/")[2] for path, methods in ROUTES.items() if "POST" in methods and methods["POST"].reads
)


def changes(call: Call) -> bool:
    """Whether a call may change something: its method may, and it is not for an action that only reads."""
    return call.is_write and call.segments[-1].rpartition(".")[2] not in READERS


def plain_segments(segments: Iterable[str], spellings: Iterable[str]) -> list[str]:
    """Segments with ``name('key')`` taken apart and qualified action names made plain, where the tenant takes them."""
    plain: list[str] = []
    for segment in segments:
        found = KEY_IN_PARENTHESES.fullmatch(segment)
        if found:
            plain.extend(found.groups())
            continue
        prefix, _unused, name = segment.rpartition(".")
        spelling = prefix or "plain"
        if name in (*ACTIONS, *READERS) and spelling in ACTION_SPELLINGS:
            if spelling not in spellings:
                raise unknown_segment(segment)
            plain.append(name)
        else:
            plain.append(segment)
    return plain


# There, but without anything that this emulator serves.
TREES["v1.0"].children["deviceManagement"] = Node()


def resolve(version: str, segments: list[str], call: Call) -> tuple[Operation, list[str]]:
    """The operation for a path and the keys in it.

    :raises Refused: 400 naming the first segment that does not exist, 405 for a method the path does not take; 400 for
        one that the path of the settings catalogue does not take.
    """
    node, keys, method = TREES[version], [], call.method
    for segment in segments:
        if segment in node.children:
            node = node.children[segment]
        elif KEY in node.children and segment and not segment.startswith("microsoft."):
            node = node.children[KEY]
            keys.append(segment)
        else:
            raise unknown_segment(segment)
    if not node.methods:
        raise unknown_segment(segments[-1] if segments else "")
    if method not in node.methods and segments[:2] == ["deviceManagement", "configurationPolicies"]:
        raise unrouted.no_route(segments, call)
    if method not in node.methods:
        allowed: Any = ", ".join(sorted(node.methods))
        text = f"The method '{method}' is not allowed on '/{'/'.join(segments)}'; it takes {allowed}."
        raise Refused(405, "MethodNotAllowed", text, {"Allow": allowed})
    return node.methods[method], keys
