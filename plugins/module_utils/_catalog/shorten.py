# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the canonical form back to entries: the shortest spelling that compiles back to the same."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .catalog import Catalog
from .definitions import CHOICE, GROUP, GROUP_LIST, Child, Definition
from .elements import NoSpelling, ValueProblem, default_of, elements_of, is_toggle, option_of, spelled
from .instances import instance_of
from .keys import spelling
from .language import compile_entry
from .settings import Choice, Group, Members, Setting, Settings, Value

Entry = dict[str, t.Any]


def shorten(settings: Settings, catalog: Catalog, explicit: bool = False, checked: bool = True) -> list[Entry]:
    """Return the entries of settings, by key; those that only ``raw`` can hold come last.

    Elements that have the default of their definition are left out unless everything is to be explicit. Where it is not
    ``checked`` that each entry compiles to its setting, that is for the caller to do, with all of them at once.
    """
    entries = [entry_of(setting, catalog, explicit, checked) for setting in settings.values()]
    return sorted(entries, key=_order)


def entry_of(setting: Setting, catalog: Catalog, explicit: bool = False, checked: bool = True) -> Entry:
    """Return the entry of one setting; ``raw`` where the language has no words for it, as far as that is checked."""
    definition = catalog.get(setting.id)
    if definition is not None and definition.is_setting and definition.kind not in (GROUP, GROUP_LIST):
        try:
            entry = {**spelling(definition, catalog), **body_of(definition, setting, catalog, explicit)}
        except (NoSpelling, ValueProblem):
            return {"raw": instance_of(_as_defined(setting, catalog))}
        if not checked:
            return entry
        compiled = compile_entry(entry, catalog)
        if not compiled.wrong and compiled.setting == setting and _same_id(compiled.setting, setting):
            return entry
    return {"raw": instance_of(setting)}


def body_of(definition: Definition, setting: Setting, catalog: Catalog, explicit: bool) -> Entry:
    """Return what an entry says beside its key. Raises NoSpelling."""
    value = setting.value
    toggle = is_toggle(definition)
    body: Entry = {}
    if not toggle:
        body["value"] = spelled(definition, value, catalog)
    elif not isinstance(value, Choice):
        raise NoSpelling
    elif value.option == option_of(definition, 0).id.lower():
        return {"state": "disabled"}
    elements = elements_of(definition, catalog)
    values = values_of(definition, setting, catalog, explicit) if isinstance(value, Choice) else {}
    if toggle and len(elements) == 1:
        return dict(zip(["value"], values.values(), strict=False))
    names = [each.name.lower() for each in elements]
    unique = {each.id: each.name if names.count(each.name.lower()) == 1 else each.id for each in elements}
    if values:
        body["values"] = {unique[name]: values[name] for name in sorted(values, key=lambda each: unique[each].lower())}
    return body


def values_of(definition: Definition, setting: Setting, catalog: Catalog, explicit: bool) -> dict[str, t.Any]:
    """Return the values of all elements of a setting that an entry must give, by their ids. Raises NoSpelling."""
    value = t.cast(Choice, setting.value)
    option = next((each for each in definition.options if each.id.lower() == value.option), None)
    found: dict[str, t.Any] = {}
    for child in option.children if option else ():
        known, held = catalog.get(child.id), value.children.get(child.id)
        if known is None:
            raise NoSpelling
        if held is None:
            continue
        if explicit or not _is_default(child, known, held):
            found[known.id] = spelled(known, held.value, catalog)
        if isinstance(held.value, Choice) and known.kind == CHOICE:
            found |= values_of(known, held, catalog, explicit)
    return found


def _is_default(child: Child, definition: Definition, setting: Setting) -> bool:
    """Tell whether an element is what it is when it is left out, but for its own elements."""
    default = default_of(definition)
    if not child.required or default is None:
        return False
    if isinstance(default, Choice):
        return isinstance(setting.value, Choice) and setting.value.option == default.option
    return setting.value == default


def _as_defined(setting: Setting, catalog: Catalog) -> Setting:
    """Return a setting with the ids as their definitions spell them, and with lists sorted."""
    definition = catalog.get(setting.id)
    if definition is None:
        return setting
    return replace(setting, id=definition.id, value=_value_as_defined(definition, setting.value, catalog))


def _value_as_defined(definition: Definition, value: Value, catalog: Catalog) -> Value:
    if isinstance(value, Choice):
        ids = {option.id.lower(): option.id for option in definition.options}
        value = replace(value, spelled=ids.get(value.option, value.spelled))
    if isinstance(value, (Choice, Group)):
        return replace(value, children=Settings(_as_defined(each, catalog) for each in value.children.values()))
    if isinstance(value, Members):
        return Members.of(value.kind, (_value_as_defined(definition, each, catalog) for each in value.ordered))
    return value


def _same_id(one: Setting, other: Setting) -> bool:
    return one.id.lower() == other.id.lower()


def _order(entry: Entry) -> tuple[bool, str, str]:
    raw = entry.get("raw")
    key = raw["settingDefinitionId"] if raw else entry["setting"]
    return raw is not None, str(key).lower(), entry.get("scope", "")
