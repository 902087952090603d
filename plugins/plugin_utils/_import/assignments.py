# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignments of an export as the options of a definition. Groups and filters may be named where Graph has ids."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import TARGETS
from ansible_collections.m365.apps.plugins.module_utils._policy.assignments import TARGETS_OF
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import DIRECT, FILTER_MODES

# The option of each target, by the name of its type on the wire.
_TARGETS = {name: option for name, to in TARGETS.items() for option, own in TARGETS_OF.items() if to in own}
_LISTS = ("groups", "exclude_groups")
_GRAPH = "#microsoft.graph."
_FILTER_ID = "deviceAndAppManagementAssignmentFilterId"
_FILTER_MODE = "deviceAndAppManagementAssignmentFilterType"
# Names of groups beside their ids, or in their place: of IntuneCD, and of reports.
_NAMES = ("groupName", "groupDisplayName")


@dataclass(frozen=True)
class Assigned:
    """The options that say the same, and what of the assignments none can say, as sentences."""

    options: t.Mapping[str, t.Any]
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class _One:
    """One assignment: the option it belongs to, the group as an object, and its filter as options."""

    option: str
    group: t.Mapping[str, str]
    filter: t.Mapping[str, str]


def assigned(assignments: t.Sequence[t.Any], names: t.Mapping[str, str]) -> Assigned:
    """Return the options for the assignments of a policy; ``names`` maps ids of groups to names.

    No assignment says nothing: Graph shows an empty list of most policies that have some, so none must be taken away
    for it. Raises ValueError for what is not an assignment.
    """
    found: list[_One] = []
    lost: list[str] = []
    for each in assignments:
        one = _read(each, names)
        if isinstance(one, str):
            lost.append(one)
        elif one is not None:
            found.append(one)
    if not found and not lost:
        return Assigned({})
    groups = {option: _groups(found, option) for option in _LISTS}
    everybody = {option: _everybody(found, option) for option in ("all_users", "all_devices")}
    # A list means exactly these, so it would take away what was lost.
    shown = {"add": groups["groups"]} if lost else groups["groups"]
    return Assigned({"groups": shown, **everybody, "exclude_groups": groups["exclude_groups"]}, tuple(lost))


def _read(document: t.Any, names: t.Mapping[str, str]) -> _One | str | None:
    """Return an assignment, what is lost of it, or None for one that is another object's. Raises ValueError."""
    target = document.get("target") if isinstance(document, dict) else None
    type_name = target.get("@odata.type") if isinstance(target, dict) else None
    if not isinstance(target, dict) or not isinstance(type_name, str):
        raise ValueError("one of its assignments has no target with an @odata.type")
    if (document.get("source") or DIRECT) != DIRECT:
        return None
    short = type_name.removeprefix(_GRAPH).removeprefix(_GRAPH[1:])
    option = _TARGETS.get(short.lower())
    if option is None:
        return f"its assignment to a {short} is not in the definition, which has no words for it"
    wanted = _filter_of(target)
    if option not in _LISTS:
        return _One(option, {}, wanted)
    group = _group_of(target, names)
    if not group:
        return f"one of its {option} is not in the definition, since the export tells neither its id nor its name"
    return _One(option, group, wanted if option == "groups" else {})


def _group_of(target: t.Mapping[str, t.Any], names: t.Mapping[str, str]) -> dict[str, str]:
    group_id = _text(target, "groupId").lower()
    name = next((text for member in _NAMES if (text := _text(target, member))), "") or names.get(group_id, "")
    return {**({"id": group_id} if group_id else {}), **({"display_name": name} if name else {})}


def _filter_of(target: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Return the filter of a target as options; a filter of a mode that is none has no effect, and is none."""
    wanted, mode = _text(target, _FILTER_ID), _text(target, _FILTER_MODE).lower()
    if not wanted or mode in ("", "none"):
        return {}
    if mode not in FILTER_MODES:
        raise ValueError(f"the filter of one of its assignments has the mode {mode}")
    return {"filter": wanted, "filter_mode": mode}


def _groups(found: t.Iterable[_One], option: str) -> list[dict[str, str]]:
    groups = [{**one.group, **one.filter} for one in found if one.option == option]
    unique = {tuple(sorted(group.items())): group for group in groups}
    return sorted(unique.values(), key=lambda group: (group.get("display_name", ""), group.get("id", "")))


def _everybody(found: t.Iterable[_One], option: str) -> t.Any:
    """Return whether all users or all devices are assigned, or by which filter."""
    return next((dict(one.filter) or True for one in found if one.option == option), False)


def _text(document: t.Mapping[str, t.Any], name: str) -> str:
    """Return a text, "" where it is null or not there. Raises ValueError for what is not a text."""
    value = document.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"the {name} of one of its assignments is of type {type(value).__name__}, not str")
    return value or ""
