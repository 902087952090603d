# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings catalogue in a state: policies as Graph, the portal's export and common tools show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .approval_state import dump_approvals
from .graph.catalog.answers import normal_id
from .graph.catalog.definitions import Definitions
from .graph.catalog.model import (
    DEFAULT_TAG,
    NESTED_VALUES,
    PLAIN_TEMPLATE,
    SIMPLE_VALUES,
    CatalogPolicy,
    shown_assignment,
    shown_settings,
)
from .graph.catalog.references import BUILT_IN_TAG, FILTER_DEFAULTS, TAG_DEFAULTS
from .graph.catalog.statuses import load_status
from .nodes import Node, StateError, guid, unique
from .tenants import Store, Tenant, new_id, timestamp

KEYS = (
    *("catalog_definitions", "catalog_policies", "assignment_filters", "scope_tags", "device_statuses"),
    "approval_requests",
)
# Keys of a policy that are read; others that are not null are fields that the emulator has no name for.
TEXTS = ("id", "name", "description", "platforms", "technologies", "createdDateTime", "lastModifiedDateTime")
READ = (
    *TEXTS,
    "creationSource",
    "roleScopeTagIds",
    "templateReference",
    "priorityMetaData",
    "disableEntraGroupPolicyAssignment",
    "settings",
    "assignments",
)
COUNTED = ("settingCount", "isAssigned")
GROUP_TARGET = "#microsoft.graph.groupAssignmentTarget"


def load_catalog(node: Node) -> dict[str, Any]:
    """What a tenant's state has of the settings catalogue, by the names of `Tenant`."""
    policies = [_policy(place, item) for place, item in node.items("catalog_policies")]
    unique(policies, lambda policy: str(policy.id), f"{node.place}.catalog_policies")
    filters = [_filter(place, item) for place, item in node.items("assignment_filters")]
    statuses = [load_status(place, item) for place, item in node.items("device_statuses")]
    own = node.get("catalog_definitions", list, None)
    return {
        **({} if own is None else {"definitions": _definitions(node), "own_definitions": True}),
        "catalog": Store(policies),
        "assignment_filters": unique(filters, lambda item: str(item["id"]), f"{node.place}.assignment_filters"),
        "scope_tags": _tags(node),
        "device_statuses": statuses,
    }


def dump_catalog(tenant: Tenant) -> dict[str, Any]:
    """What `load_catalog` reads back to the same."""
    own = {"catalog_definitions": tenant.definitions.documents} if tenant.own_definitions else {}
    return {
        **own,
        "catalog_policies": [_dump_policy(policy) for _unused, policy in tenant.catalog.items()],
        "assignment_filters": list(tenant.assignment_filters.values()),
        "scope_tags": list(tenant.scope_tags.values()),
        "device_statuses": tenant.device_statuses,
        "approval_requests": dump_approvals(tenant),
    }


def _definitions(node: Node) -> Definitions:
    """The catalogue of a tenant that has one of its own: Graph's documents of definitions, and of categories."""
    documents: list[dict[str, Any]] = []
    for place, item in node.items("catalog_definitions"):
        if not Node(item, place).get("id", str):
            raise StateError(f"{place}.id: must be a string that is not empty")
        documents.append(item)
    found = Definitions.of(documents)
    try:
        found.check_forms()
    except (LookupError, TypeError, AttributeError) as error:
        raise StateError(f"{node.place}.catalog_definitions: one is not as Graph has it ({error!r})") from None
    return found


def _policy(place: str, value: object) -> CatalogPolicy:
    node = Node(value, place)
    texts = {name: node.get(name, str) for name in (*TEXTS, "creationSource")}
    if not texts["name"]:
        raise StateError(f"{place}.name: must be a string that is not empty")
    key = normal_id(texts["id"] or new_id())
    now = timestamp()
    tags = node.texts("roleScopeTagIds") or (DEFAULT_TAG,)
    template = Node(node.get("templateReference", dict, {}), f"{place}.templateReference")
    return CatalogPolicy(
        id=key,
        name=texts["name"],
        description=texts["description"],
        platforms=texts["platforms"] or "windows10",
        technologies=texts["technologies"] or "mdm",
        role_scope_tag_ids=tags,
        template={name: template.get(name, str, default) for name, default in PLAIN_TEMPLATE.items()},
        settings=shown_settings([_setting(where, item) for where, item in node.items("settings")]),
        assignments=tuple(_assignment(where, item, key) for where, item in node.items("assignments")),
        creation_source=texts["creationSource"],
        priority=node.get("priorityMetaData", dict),
        created=texts["createdDateTime"] or now,
        modified=texts["lastModifiedDateTime"] or now,
        disable_entra_groups=node.get("disableEntraGroupPolicyAssignment", bool, False),
        extra={name: field for name, field in node.value.items() if field is not None and _is_extra(name)},
    )


def _is_extra(name: str) -> bool:
    return name not in (*READ, *COUNTED) and "@" not in name and not name.startswith("#")


def _setting(place: str, value: object) -> Mapping[str, Any]:
    """A setting; a bare instance is one, too."""
    setting = Node(value, place).value
    if "settingInstance" not in setting:
        setting = {"settingInstance": setting}
    _check_instance(f"{place}.settingInstance", setting["settingInstance"])
    return setting


def _check_instance(place: str, value: object) -> None:
    """Whatever its type, an instance has one, and its values and children are objects."""
    node = Node(value, place)
    if not node.get("@odata.type", str):
        raise StateError(f"{place}.@odata.type: must be a string that is not empty")
    for name in (*NESTED_VALUES, *SIMPLE_VALUES):
        if name not in node.value:
            continue
        values = node.value[name] if isinstance(node.value[name], list) else [node.value[name]]
        for number, item in enumerate(values):
            for where, child in Node(item, f"{place}.{name}[{number}]").items("children"):
                _check_instance(where, child)


def _assignment(place: str, value: object, policy_id: str) -> Mapping[str, Any]:
    """An assignment; the id of a group is one, too."""
    group = {"target": {"@odata.type": GROUP_TARGET, "groupId": value}}
    node = Node(group if isinstance(value, str) else value, place)
    target = Node(node.get("target", dict, {}), f"{place}.target")
    if not target.get("@odata.type", str):
        raise StateError(f"{place}.target.@odata.type: must be a string that is not empty")
    known = dict(target.value)
    if known.get("groupId") is not None:
        known["groupId"] = guid(f"{place}.target.groupId", target.get("groupId", str))
    shown = shown_assignment(policy_id, known, node.get("source", str, "direct"), node.get("sourceId", str))
    return {**shown, "id": node.get("id", str) or shown["id"]}


def _filter(place: str, value: object) -> dict[str, Any]:
    node = Node(value, place)
    given = {name: node.get(name, str) for name, default in FILTER_DEFAULTS.items() if not isinstance(default, list)}
    if not given["displayName"]:
        raise StateError(f"{place}.displayName: must be a string that is not empty")
    given["id"] = guid(f"{place}.id", given["id"] or new_id())
    known = {name: text for name, text in given.items() if text is not None}
    lists = {"roleScopeTags": list(node.texts("roleScopeTags") or (DEFAULT_TAG,)), "payloads": []}
    return {**FILTER_DEFAULTS, **known, **lists}


def _tags(node: Node) -> dict[str, dict[str, Any]]:
    """Scope tags by id; the built-in one is always there, and a name alone is a tag."""
    tags: dict[str, dict[str, Any]] = {DEFAULT_TAG: dict(BUILT_IN_TAG)}
    for place, item in node.items("scope_tags"):
        entry = Node({"displayName": item} if isinstance(item, str) else item, place, tuple(TAG_DEFAULTS))
        key = entry.get("id", str) or str(max((int(tag) for tag in tags if tag.isdecimal()), default=0) + 1)
        if not entry.get("displayName", str):
            raise StateError(f"{place}.displayName: must be a string that is not empty")
        if key in tags and key != DEFAULT_TAG:
            raise StateError(f"{place}.id: '{key}' is there twice")
        description, built_in = entry.get("description", str), entry.get("isBuiltIn", bool, key == DEFAULT_TAG)
        name = entry.value["displayName"]
        tags[key] = {"id": key, "displayName": name, "description": description, "isBuiltIn": built_in}
    return tags


def _dump_policy(policy: CatalogPolicy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "name": policy.name,
        "description": policy.description,
        "platforms": policy.platforms,
        "technologies": policy.technologies,
        "createdDateTime": policy.created,
        "lastModifiedDateTime": policy.modified,
        "creationSource": policy.creation_source,
        "roleScopeTagIds": list(policy.role_scope_tag_ids),
        "templateReference": dict(policy.template),
        "priorityMetaData": policy.priority,
        "disableEntraGroupPolicyAssignment": policy.disable_entra_groups,
        **policy.extra,
        "settingCount": len(policy.settings),
        "isAssigned": bool(policy.assignments),
        "settings": list(policy.settings),
        "assignments": list(policy.assignments),
    }
