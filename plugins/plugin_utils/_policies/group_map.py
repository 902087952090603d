# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies of one tenant with the groups of another. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._ids import is_guid
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import GROUP_OPTIONS
from ansible_collections.m365.apps.plugins.module_utils._policy.group_forms import FILTER_KEYS, GROUP_KEYS, GroupsError

from .groups import from_text, members_of, word_for
from .model import PoliciesError, documents_of

Dict = dict[str, t.Any]


def mapped_groups(policies: t.Any, group_map: t.Any = None) -> list[Dict]:
    """Return policies with each group that the map names replaced; all else stays as it is.

    ``group_map`` maps names and ids of groups to a name or an id, or to an object {id, display_name}. A group that is
    written as an object is looked for by its id first, then by its name, which is none of the ids of the map; its
    assignment filter stays. What replaces a group is not looked for again. Raises PoliciesError.
    """
    targets = _targets(group_map)
    return [
        {
            option: _mapped(value, targets) if option in GROUP_OPTIONS.values() else value
            for option, value in document.items()
        }
        for document in documents_of(policies)
    ]


def _targets(group_map: t.Any) -> dict[str, t.Any]:
    """Return the map by keys that all spellings of an id share. Raises PoliciesError."""
    if group_map is not None and not isinstance(group_map, t.Mapping):
        raise PoliciesError(f"the group map: cannot use it: {word_for(group_map)} is not a map. Give a dict, or none.")
    targets: dict[str, t.Any] = {}
    for name, target in (group_map or {}).items():
        for text in (name, target):
            if not (isinstance(text, str) and text.strip()) and not (text is target and _is_object(target)):
                raise PoliciesError(
                    f"the group map: cannot use '{name}': {word_for(text)} is neither a name nor an id. "
                    "Give a name or an id on both sides."
                )
        if targets.setdefault(_key(name), target) != target:
            raise PoliciesError(f"the group map: cannot use it: it has the id {name} twice. Keep one.")
    return targets


def _is_object(target: t.Any) -> bool:
    try:
        return isinstance(target, t.Mapping) and bool(members_of([target]))
    except GroupsError:
        return False


def _mapped(groups: t.Any, targets: t.Mapping[str, t.Any]) -> t.Any:
    """Return the option ``groups`` after the map. What cannot be read is left to those who check it."""
    try:
        given = from_text(groups)
        if isinstance(given, t.Mapping):
            mapped: t.Any = {
                key: _members(value, targets) if key in GROUP_KEYS else value for key, value in given.items()
            }
        else:
            mapped = _members(given, targets)
    except GroupsError:
        return groups
    return groups if mapped == given else mapped


def _members(value: t.Any, targets: t.Mapping[str, t.Any]) -> t.Any:
    value = from_text(value)
    if isinstance(value, (list, tuple)):
        return [_member(member, targets) for member in value]
    return _member(value, targets)


def _member(value: t.Any, targets: t.Mapping[str, t.Any]) -> t.Any:
    names = [value]
    if isinstance(value, t.Mapping):
        named = value.get("display_name")
        # A display name that looks like an id is not that id.
        names = [value.get("id"), None if isinstance(named, str) and is_guid(named) else named]
    found = (targets.get(_key(name)) for name in names if isinstance(name, str))
    target = next((target for target in found if target is not None), None)
    return value if target is None else _with_filter(target, value)


def _with_filter(target: t.Any, value: t.Any) -> t.Any:
    """Return what replaces a group, with the assignment filter that stands beside that group."""
    kept = {key: value[key] for key in FILTER_KEYS if key in value} if isinstance(value, t.Mapping) else {}
    if not kept:
        return target
    group = target if isinstance(target, t.Mapping) else {"id" if is_guid(target) else "display_name": target}
    return {**group, **kept}


def _key(name: str) -> str:
    return name.lower() if is_guid(name) else name
