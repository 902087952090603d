# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies and assignments as ``configurationPolicies`` has them in JSON, but for settings."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._ids import unfit_for_path
from .._policy.policy import DIRECT, FILTER_MODES, Assignment, AssignmentFilter, Policy, PolicyType, Target

_GRAPH = "#microsoft.graph."
PLATFORM, TECHNOLOGIES, NO_TEMPLATE = "windows10", "mdm", "none"
# The scope tag that a tenant gives what nobody tags.
DEFAULT_TAG = "0"
# The type of the policies that this surface sees. Others are told by what they are for and where they come from.
OWN_TYPE = PolicyType(f"{PLATFORM}/{TECHNOLOGIES}/{NO_TEMPLATE}")

# What a new policy is for.
_PURPOSE = {"platforms": PLATFORM, "technologies": TECHNOLOGIES}

# The names of fields on the wire.
WIRE_NAMES = {"display_name": "name", "description": "description", "scope_tags": "roleScopeTagIds"}
# What Graph documents of a policy beside these: read, told, or the server's own.
KNOWN_MEMBERS = {
    *("id", "platforms", "technologies", "templateReference", "settings", "settingCount", "assignments", "isAssigned"),
    *("createdDateTime", "lastModifiedDateTime", "creationSource", "supportsScopeTags"),
    *WIRE_NAMES.values(),
}
# False means the same as nothing here.
_SWITCHES = ("disableEntraGroupPolicyAssignment",)

_TARGET_TYPES = {
    Target.GROUP: "groupAssignmentTarget",
    Target.EXCLUDED_GROUP: "exclusionGroupAssignmentTarget",
    Target.ALL_USERS: "allLicensedUsersAssignmentTarget",
    Target.ALL_DEVICES: "allDevicesAssignmentTarget",
}
TARGETS = {name.lower(): target for target, name in _TARGET_TYPES.items()}
_OF_GROUPS = (Target.GROUP, Target.EXCLUDED_GROUP)
_FILTER_ID = "deviceAndAppManagementAssignmentFilterId"
_FILTER_MODE = "deviceAndAppManagementAssignmentFilterType"


def type_of(document: t.Mapping[str, t.Any]) -> PolicyType:
    """Return the type of a policy: what it is for, and the family of templates that it comes from.

    Raises ValueError where a part of it is not text.
    """
    platforms = _words(document, "platforms")
    technologies = _words(document, "technologies")
    reference = document.get("templateReference") or {}
    if not isinstance(reference, dict):
        raise ValueError(f"its templateReference is of type {type(reference).__name__}, not an object")
    family = _text(reference, "templateFamily") or NO_TEMPLATE
    if family.lower() == NO_TEMPLATE and _text(reference, "templateId"):
        family = "template"
    if (platforms, technologies, family.lower()) == (PLATFORM, TECHNOLOGIES, NO_TEMPLATE):
        return OWN_TYPE
    return PolicyType(f"{platforms or 'no platform'}/{technologies or 'no technology'}/{family}")


def why_foreign(policy: Policy) -> str:
    """Return what tells a policy from those of this surface, "" for one of them."""
    if policy.type == OWN_TYPE:
        return ""
    platforms, technologies, family = policy.type.name.split("/")
    if family.lower() != NO_TEMPLATE:
        return f"was made from a template of the family {family}"
    return f"is for {platforms} ({technologies}), not for {PLATFORM} ({TECHNOLOGIES})"


def policy_from_graph(document: t.Mapping[str, t.Any]) -> Policy:
    """Read a policy as a list or a read of one shows it, without its settings.

    Raises ValueError without an id, and for a member of a wrong type.
    """
    policy_id = _text(document, "id")
    if not policy_id:
        raise ValueError("a policy without an id")
    unfit = unfit_for_path(policy_id)
    if unfit:
        raise ValueError(f"its id {unfit}")
    if document.get("name") is None:
        # By no name it would be found by nobody, and made a second time.
        raise ValueError("it has no name")
    values = {
        "display_name": _text(document, "name"),
        "description": _text(document, "description"),
        "scope_tags": tags_of(document),
    }
    return Policy(
        id=policy_id,
        type=type_of(document),
        values=values,
        last_modified=_text(document, "lastModifiedDateTime") or None,
    )


def tags_of(document: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return the ids of the scope tags, sorted; the default where the server tells none. Raises ValueError."""
    tags = document.get(WIRE_NAMES["scope_tags"])
    if tags is None:
        return (DEFAULT_TAG,)
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag for tag in tags):
        raise ValueError("its roleScopeTagIds are not a list of texts")
    return sorted_tags(tags)


def sorted_tags(tags: t.Iterable[str]) -> tuple[str, ...]:
    """Return ids of tags, each once, by number where they are numbers."""
    return tuple(sorted(set(tags), key=lambda tag: (not tag.isdecimal(), int(tag) if tag.isdecimal() else 0, tag)))


@dataclass(frozen=True)
class AsRead:
    """What a write must know of a policy as it was read last: what it is for, to the letter, since Graph refuses to
    change that, the names of what the collection does not know and the write would lose, and its name.
    """

    purpose: t.Mapping[str, t.Any] = field(default_factory=lambda: _PURPOSE)
    unknown: tuple[str, ...] = ()
    name: str | None = None


def as_read(document: t.Mapping[str, t.Any]) -> AsRead:
    """Return what a write must know of a policy."""
    purpose = {name: document.get(name) for name in _PURPOSE}
    return AsRead(purpose, unknown_members(document), _text(document, "name"))


def unknown_members(document: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return the names of what a policy holds and this collection does not know: a write would lose it."""
    return tuple(
        sorted(
            name
            for name, value in document.items()
            if name not in KNOWN_MEMBERS
            and value is not None
            and not (name in _SWITCHES and value is False)
            and "@" not in name
            and not name.startswith("#")
        )
    )


def setting_count(document: t.Mapping[str, t.Any]) -> int | None:
    """Return how many settings the server says that a policy has, None where it does not say. Raises ValueError."""
    count = document.get("settingCount")
    if count is not None and (not isinstance(count, int) or isinstance(count, bool)):
        raise ValueError(f"its settingCount is of type {type(count).__name__}, not int")
    return count


def policy_body(
    values: t.Mapping[str, t.Any], settings: t.Sequence[t.Mapping[str, t.Any]], now: AsRead = AsRead()
) -> dict[str, t.Any]:
    """Return the body of a create or of a replacement: all six members, the settings as Graph's instances.

    Nothing else that was read of a policy is sent back: Graph refuses to change where it comes from, and when.
    """
    return {
        **changed_members(values),
        **now.purpose,
        "settings": [
            {"@odata.type": f"{_GRAPH}deviceManagementConfigurationSetting", "settingInstance": instance}
            for instance in settings
        ],
    }


def changed_members(values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the members for the fields of a policy that are neither settings nor assignments."""
    members = {WIRE_NAMES[name]: value for name, value in values.items() if name in WIRE_NAMES}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in members.items()}


def assignment_from_graph(document: t.Mapping[str, t.Any]) -> Assignment:
    """Read an assignment, tolerantly; a target of a type that is not known is kept as it is.

    Raises ValueError for one that could not be sent back.
    """
    target = document.get("target")
    if not isinstance(target, dict) or not _text(target, "@odata.type"):
        raise ValueError("the target of an assignment does not name its type")
    to = TARGETS.get(_text(target, "@odata.type").lower().removeprefix(_GRAPH), Target.UNKNOWN)
    if _text(target, _FILTER_ID) and _text(target, _FILTER_MODE).lower() not in FILTER_MODES:
        to = Target.UNKNOWN
    group_id = _text(target, "groupId").lower() if to in _OF_GROUPS else None
    if group_id == "":
        raise ValueError("the target of an assignment names no group")
    return Assignment(
        group_id,
        id=_text(document, "id") or None,
        target=target,
        to=to,
        filter=None if to is Target.UNKNOWN else _filter_of(target),
        source=_text(document, "source") or DIRECT,
    )


def assignments_body(assignments: t.Iterable[Assignment]) -> dict[str, t.Any]:
    """Return the body of an assign call: only what belongs to the policy itself is sent."""
    return {"assignments": [{"target": _target(entry)} for entry in assignments if entry.is_direct]}


def _target(entry: Assignment) -> t.Mapping[str, t.Any]:
    if entry.to is Target.UNKNOWN:
        return entry.target or {}
    target: dict[str, t.Any] = {"@odata.type": _GRAPH + _TARGET_TYPES[entry.to]}
    if entry.to in _OF_GROUPS:
        target["groupId"] = entry.group_id
    if entry.to is not Target.EXCLUDED_GROUP:
        target[_FILTER_ID] = entry.filter.id if entry.filter else None
        target[_FILTER_MODE] = entry.filter.mode if entry.filter else "none"
    return target


def _filter_of(target: t.Mapping[str, t.Any]) -> AssignmentFilter | None:
    filter_id = _text(target, _FILTER_ID).lower()
    return AssignmentFilter(filter_id, _text(target, _FILTER_MODE).lower()) if filter_id else None


def _text(document: t.Mapping[str, t.Any], name: str) -> str:
    """Return a text, "" where it is null or not there. Raises ValueError for what is not a text."""
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"its {name} is of type {type(value).__name__}, not str")
    return value


def _words(document: t.Mapping[str, t.Any], name: str) -> str:
    """Return flags in one order: Graph joins several with commas."""
    return ",".join(sorted(word.strip() for word in _text(document, name).split(",") if word.strip()))
