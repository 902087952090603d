# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms in which users name groups: lists, texts and dicts. Pure, for the modules and for what reads policies
without a tenant.
"""

from __future__ import annotations

import reprlib
import typing as t

from .._ids import NamedId, is_guid
from .desired import GroupName, is_id
from .payload import PayloadError
from .policy import FILTER_MODES, AssignmentFilter
from .texts import is_like_json, value_of_text
from .unset import UNSET, Unset

GROUP_KEYS = ("set", "add", "remove")
# What an object that names a group may hold: the group, and an assignment filter for it.
OBJECT_KEYS = ("id", "display_name")
FILTER_KEYS = ("filter", "filter_mode")
# What other tools put around a GUID.
_AROUND_IDS = "{}() \t\r\n"

# Of what is no group, what was meant most likely.
_ADVICE: t.Mapping[type, str] = {
    int: " (quote it if it is a name)",
    float: " (quote it if it is a name)",
    dict: f" (an object has {' or '.join(OBJECT_KEYS)}, and may have {' and '.join(FILTER_KEYS)} beside)",
}
_FORMS = "Give a list of group names or ids, or a dict with set, or with add and remove"


class GroupsError(ValueError):
    """Groups that cannot be used; the text is the cause."""

    def __init__(self, cause: str, next_step: str = _FORMS) -> None:
        super().__init__(cause)
        self.next_step = next_step


def parts_of(value: t.Any, name: str = "groups") -> dict[str, list[t.Any]]:
    """Return what an option such as ``groups`` says: the members of ``set``, or those of ``add`` and ``remove``.

    A list, one name and an empty dict mean ``set``. Members come as they are given, and are fine. Raises GroupsError.
    """
    if isinstance(value, str):
        value = _of_text(value)
    if isinstance(value, list):
        return {"set": members_of(value, name)}
    if not isinstance(value, dict):
        raise GroupsError(f"it is of type {type(value).__name__}")
    unknown = sorted(str(key) for key in value if key not in GROUP_KEYS)
    if unknown:
        raise GroupsError(f"it has the unknown key {unknown[0]}")
    if "set" in value and len(value) > 1:
        raise GroupsError("set is combined with add or remove")
    parts = {key: members_of(members, f"{name}.{key}") for key, members in value.items()} or {"set": []}
    if any(filter_of(member) is not UNSET for member in parts.get("remove", ())):
        raise GroupsError(f"{name}.remove holds a filter", "Leave filter and filter_mode out there")
    both = {_key(member) for member in parts.get("add", ())} & {_key(member) for member in parts.get("remove", ())}
    if both:
        raise GroupsError(f"group {min(both)[1]} is in add and in remove", "Keep one of them")
    return parts


def members_of(value: t.Any, name: str = "groups") -> list[t.Any]:
    """Return the members of a list of groups, which may be a text, as they are given. Raises GroupsError."""
    if isinstance(value, str):
        value = _of_text(value)
    if not isinstance(value, list):
        raise GroupsError(f"{name} is {'null' if value is None else type(value).__name__}, not a list")
    for given in value:
        member = id_or_name(given)
        if not isinstance(member, str) or not member.strip():
            advice = next((text for kind, text in _ADVICE.items() if isinstance(given, kind)), "")
            raise GroupsError(f"{name} holds {reprlib.repr(given)}, which is not a group name or id{advice}")
        if _is_dressed_id(member):
            bare = member.strip(_AROUND_IDS)
            raise GroupsError(
                f"{name} holds {member!r}, a group id with more around it",
                f"Give the id alone ({bare}), or a group of that name as display_name",
            )
        filter_of(given)
    return value


def filter_of(value: t.Any) -> AssignmentFilter | Unset | None:
    """Return the assignment filter that an object names, None where it is empty, UNSET where there is none in it.

    Raises GroupsError.
    """
    if not isinstance(value, dict) or not set(value) & set(FILTER_KEYS):
        return UNSET
    wanted, mode = value.get("filter"), value.get("filter_mode", FILTER_MODES[0])
    if mode not in FILTER_MODES:
        raise GroupsError(f"filter_mode is {reprlib.repr(mode)}", f"Give {' or '.join(FILTER_MODES)}")
    if not isinstance(wanted, str) or (wanted and not wanted.strip()):
        given = (
            "missing beside filter_mode" if "filter" not in value else f"{reprlib.repr(wanted)}, not a name or an id"
        )
        raise GroupsError(f"filter is {given}", "Give the name or the id of an assignment filter")
    return AssignmentFilter(wanted, mode) if wanted else None


def id_or_name(member: t.Any) -> t.Any:
    """Return what decides in an object {id, display_name}: the id, which carries the name along for people.

    A display name that stands alone is one, also where it looks like an id.
    """
    if isinstance(member, dict) and set(member) & set(OBJECT_KEYS) and not set(member) - {*OBJECT_KEYS, *FILTER_KEYS}:
        name = member.get("display_name")
        if "id" in member:
            group_id = member["id"]
            is_named = isinstance(group_id, str) and isinstance(name, str) and name.strip()
            return NamedId(group_id, str(name)) if is_named else group_id
        return GroupName(name) if isinstance(name, str) else name
    return member


def _key(member: t.Any) -> tuple[bool, str]:
    """Return what two spellings of one group share, where no directory is needed to tell."""
    group = id_or_name(member)
    return (True, group.lower()) if is_id(group) else (False, str(group))


def _is_dressed_id(member: str) -> bool:
    """Tell whether it is an id with blanks or braces around it, as Windows tools print it; Graph takes none of them."""
    return not isinstance(member, GroupName) and not is_guid(member) and is_guid(member.strip(_AROUND_IDS))


def _of_text(text: str) -> t.Any:
    """Return what a text means: JSON of a list or dict (as ad-hoc commands pass it), nothing, or one group."""
    if is_like_json(text) and not _is_dressed_id(text):
        try:
            return value_of_text(text)
        except PayloadError as error:
            raise GroupsError(f"it looks like JSON but is not ({error})") from error
    if text and not text.strip():
        raise GroupsError("it is blank")
    return [text] if text else []
