# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A policy in Graph's own form, whatever a tool made of it: members by Graph's names, lists as lists, types told."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import INTEGER, STRING
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import KINDS, PREFIX, TYPE
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import LIST_KINDS

Document = dict[str, t.Any]

_ID = "settingDefinitionId"
_INSTANCE = "settingInstance"
# What a policy has that a definition is made of, or by which it is judged.
_MEMBERS = (
    *("id", "name", "description", "platforms", "technologies", "templateReference", "roleScopeTagIds"),
    *("settings", "settingCount", "assignments"),
)
_BY_LOWER_CASE = {name.lower(): name for name in _MEMBERS}
# PowerShell writes a list of one member as that member.
_LISTS = ("settings", "roleScopeTagIds", "assignments")
# Instances by the member that holds their value: the type that a trimmed one lost follows from it.
_TYPES = {member: (name, kind) for name, (kind, member) in KINDS.items()}
# Members that hold objects or lists, and what PowerShell writes for one of these.
_STRUCTURE = {_INSTANCE, "children", *_TYPES}
_CUT = re.compile(r"@\{|System\.(Object|Collections|Management)\b")
_LIST_MEMBERS = {"children", *(member for member, (_name, kind) in _TYPES.items() if kind in LIST_KINDS)}
_SIMPLE = {STRING: f"{PREFIX}StringSettingValue", INTEGER: f"{PREFIX}IntegerSettingValue"}


def is_setting(document: t.Any) -> bool:
    """Tell whether something is a setting of a policy: an instance, or the object with an id around one."""
    return isinstance(document, dict) and (_ID in document or isinstance(document.get(_INSTANCE), dict))


def definition_id(setting: t.Any) -> str:
    """Return the id of the definition that a setting of a policy is of, "" where it tells none."""
    instance = setting.get(_INSTANCE, setting) if isinstance(setting, dict) else None
    found = instance.get(_ID) if isinstance(instance, dict) else None
    return found if isinstance(found, str) else ""


def cut_off(setting: t.Any) -> str:
    """Return the text that stands where an object or a list belongs, "" where none does.

    PowerShell's ConvertTo-Json writes what is below its depth as text, and its depth is 2 unless it is told otherwise.
    """
    waiting = [setting]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and _CUT.match(value):
            return value
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            waiting += [each for name, each in value.items() if name in _STRUCTURE]
    return ""


def member(document: Document, name: str) -> t.Any:
    """Return a member of a policy by Graph's name, whatever its case; None where there is none."""
    if name in document:
        return document[name]
    wanted = name.lower()
    return next((value for key, value in document.items() if isinstance(key, str) and key.lower() == wanted), None)


def policy_of(document: Document) -> Document:
    """Return what counts of a policy, by Graph's names, without what is null."""
    found: Document = {}
    for key, value in document.items():
        name = _BY_LOWER_CASE.get(key.lower()) if isinstance(key, str) else None
        # A member by its right name counts more than one that differs in case.
        if name is None or value is None or (name in found and key != name):
            continue
        found[name] = [value] if name in _LISTS and not isinstance(value, list) else value
    return found


def with_types(settings: t.Sequence[t.Any], catalog: Catalog) -> list[t.Any]:
    """Return settings with the types and lists that a tool left out, as far as they follow from the rest."""
    return [_whole(each, catalog) for each in settings]


def _whole(setting: t.Any, catalog: Catalog) -> t.Any:
    if isinstance(setting, dict) and isinstance(setting.get(_INSTANCE), dict):
        return {**setting, _INSTANCE: _instance(setting[_INSTANCE], catalog)}
    return _instance(setting, catalog)


def _instance(instance: t.Any, catalog: Catalog) -> t.Any:
    if not isinstance(instance, dict):
        return instance
    name = next((name for name in _TYPES if instance.get(name) is not None), None)
    if name is None:
        return instance
    value = instance[name]
    if name in _LIST_MEMBERS:
        members = value if isinstance(value, list) else [value]
        value = [_value(each, instance, catalog) for each in members]
    else:
        value = _value(value, instance, catalog)
    return {TYPE: PREFIX + _TYPES[name][0], **instance, name: value}


def _value(value: t.Any, instance: Document, catalog: Catalog) -> t.Any:
    if not isinstance(value, dict):
        return value
    children = value.get("children")
    if children is not None:
        members = children if isinstance(children, list) else [children]
        return {**value, "children": [_instance(each, catalog) for each in members]}
    if "simpleSettingValue" in instance or "simpleSettingCollectionValue" in instance:
        return {TYPE: _simple_type(value.get("value"), instance, catalog), **value}
    return value


def _simple_type(value: t.Any, instance: Document, catalog: Catalog) -> str:
    """Return the type of a simple value: what its definition says, else what it looks like."""
    definition = catalog.get(str(instance.get(_ID)))
    looks = INTEGER if isinstance(value, int) and not isinstance(value, bool) else STRING
    return _SIMPLE.get(definition.value_type if definition else looks, _SIMPLE[looks])
