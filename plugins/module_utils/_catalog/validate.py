# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings against their definitions: what Graph would refuse is refused here first, in words for users."""

from __future__ import annotations

import typing as t

from .._policy.texts import length_on_graph
from .catalog import Catalog
from .definitions import (
    CHOICE,
    GROUP,
    GROUP_LIST,
    INTEGER,
    REFERENCE,
    SECRET,
    SIMPLE,
    SIMPLE_LIST,
    STRING,
    Child,
    Definition,
    Option,
)
from .instances import MEMBERS
from .keys import name_of
from .problems import Ask, Problem, listed
from .settings import Choice, Group, Members, Setting, Settings, Simple

MOST_SETTINGS = 5000
_KINDS = {CHOICE: "a choice", SIMPLE: "a single value", SIMPLE_LIST: "a list", GROUP_LIST: "a list of groups"}
KNOWN_KINDS = (CHOICE, SIMPLE, SIMPLE_LIST, GROUP, GROUP_LIST)
_PLATFORM, _TECHNOLOGY = "windows10", "mdm"


def validate(settings: Settings, catalog: Catalog) -> tuple[Problem, ...]:
    """Return all that Graph would refuse in a policy of these settings, as far as the catalog knows them."""
    found = [
        Problem(name_of(setting.id, catalog), text, Ask(ids=frozenset({setting.id})))
        for setting in settings.values()
        for text in wrong_in(setting, catalog)
    ]
    return too_many(len(settings)) + tuple(found)


def too_many(count: int) -> tuple[Problem, ...]:
    """Return the problem of a policy with so many settings, if it is one."""
    text = f"a policy holds at most {MOST_SETTINGS} settings, and these are {count}: divide them among policies"
    return (Problem("settings", text),) if count > MOST_SETTINGS else ()


def unknown_definitions(settings: Settings, catalog: Catalog) -> frozenset[str]:
    """Return the ids of all definitions, to any depth, that the catalog does not know."""
    found: set[str] = set()
    for setting in settings.values():
        if catalog.get(setting.id) is None:
            found.add(setting.id)
        value = setting.value
        for part in value.given if isinstance(value, Members) else (value,):
            if isinstance(part, (Choice, Group)):
                found |= unknown_definitions(part.children, catalog)
    return frozenset(found)


def deprecated(settings: Settings, catalog: Catalog) -> tuple[str, ...]:
    """Return the keys of the settings that Microsoft calls deprecated."""
    found = [definition for each in settings.values() if (definition := catalog.get(each.id)) and definition.deprecated]
    return tuple(name_of(definition.id, catalog) for definition in found)


def wrong_in(setting: Setting, catalog: Catalog, already: t.Collection[str] = ()) -> list[str]:
    """Return what is wrong with one setting of a policy, but for the definitions whose problems are told already."""
    definition = catalog.get(setting.id)
    if definition is None:
        return []
    if not definition.is_setting:
        owner = name_of(definition.root, catalog)
        return [f"{definition.name} is an element of {owner}, and a policy holds it only below that setting"]
    if _TECHNOLOGY not in definition.technologies.split(",") or _PLATFORM not in definition.platform.split(","):
        where = f"{definition.platform} by {definition.technologies}"
        return [f"it is a setting for {where}, and Office policies are for {_PLATFORM} by {_TECHNOLOGY}"]
    return _wrong(definition, setting, catalog, {each.lower() for each in already})


def _wrong(definition: Definition, setting: Setting, catalog: Catalog, already: t.Collection[str]) -> list[str]:
    value = setting.value
    if definition.kind not in KNOWN_KINDS or definition.id.lower() in already:
        return []
    if value.kind != definition.kind:
        return [f"{definition.name} must be {_KINDS.get(definition.kind, definition.kind)}"]
    misplaced = _misplaced(setting)
    if misplaced:
        return [f"{definition.name} has {listed(misplaced)} in a place that it does not belong to: leave it out there"]
    parts = value.given if isinstance(value, Members) else (value,)
    found = _wrong_count(definition, len(parts)) if isinstance(value, Members) else []
    for part in parts:
        found += _wrong_part(definition, part, catalog, already)
    return list(dict.fromkeys(found))


def _wrong_part(definition: Definition, part: t.Any, catalog: Catalog, already: t.Collection[str]) -> list[str]:
    """Return what is wrong with a value, or with one member of a list."""
    if isinstance(part, Choice):
        return _wrong_choice(definition, part, catalog, already)
    if isinstance(part, Simple):
        return wrong_simple(definition, part)
    if isinstance(part, Group):
        return _wrong_children(definition.name, definition.children, part.children, catalog, already)
    return []


def _misplaced(setting: Setting) -> list[str]:
    """Return the members of Graph's types that an instance or its value has and Graph's type of it has not."""
    value: t.Any = setting.value
    parts = value.given if isinstance(value, Members) else (value,)
    return sorted({name for part in (setting, *parts) for name, _text in part.unknown} & MEMBERS)


def _wrong_choice(definition: Definition, value: Choice, catalog: Catalog, already: t.Collection[str]) -> list[str]:
    option = next((each for each in definition.options if each.id.lower() == value.option), None)
    if option is None:
        return [f"{value.spelled or value.option} is not an option of {definition.name}: {allowed(definition)}"]
    where = definition.name if not definition.is_setting else ("it" if option.children else "this state of it")
    return _wrong_children(where, option.children, value.children, catalog, already)


def _wrong_children(
    where: str, expected: t.Sequence[Child], children: Settings, catalog: Catalog, already: t.Collection[str]
) -> list[str]:
    ids = {child.id.lower() for child in expected}
    found = [
        f"{_named(child.id, catalog)} is needed: {_allowed_in(child.id, catalog)}"
        for child in expected
        if child.required and child.id not in children and child.id.lower() not in already
    ]
    for key, child in children.items():
        definition = catalog.get(key)
        if key not in ids:
            found.append(f"{_named(child.id, catalog)} is not an element of {where}")
        elif definition is not None:
            found += _wrong(definition, child, catalog, already)
    return found


def wrong_simple(definition: Definition, value: Simple) -> list[str]:
    """Return what is wrong with a simple value. A default is not held to bounds: one lies outside its own."""
    name, given = definition.name, value.value
    if definition.value_type in (STRING, INTEGER) and (
        value.value_type != definition.value_type or not _is_of_type(given, definition.value_type)
    ):
        told = "a secret" if value.value_type == SECRET else repr(given)
        return [f"{name} must be {allowed(definition)}, not {told}"]
    if definition.value_type in (SECRET, REFERENCE) and value.value_type != definition.value_type:
        return [f"{name} must be a value of type {definition.value_type}, not {value.value_type}"]
    if definition.value_type not in (STRING, INTEGER) or given == definition.default:
        return []
    low, high = definition.bounds
    size = given if definition.value_type == INTEGER else length_on_graph(given)
    most = None if high == 0 and definition.value_type != INTEGER else high
    if (low is not None and size < low) or (most is not None and size > most):
        told = given if definition.value_type == INTEGER else f"{size} characters"
        return [f"{name} must be {allowed(definition)}, not {told}"]
    return []


def _is_of_type(value: t.Any, value_type: str) -> bool:
    if value_type == INTEGER:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


def _wrong_count(definition: Definition, count: int) -> list[str]:
    low, high = definition.counts
    if (low is not None and count < low) or (high is not None and count > high):
        return [f"{definition.name} must be {allowed(definition)}, not of {count}"]
    return []


def _named(definition_id: str, catalog: Catalog) -> str:
    definition = catalog.get(definition_id)
    return definition.name if definition else definition_id


def _allowed_in(definition_id: str, catalog: Catalog) -> str:
    definition = catalog.get(definition_id)
    return allowed(definition) if definition else "the catalog does not know what it can be"


def allowed(definition: Definition) -> str:
    """Return what a definition can be set to, as the end of a sentence."""
    if definition.kind == CHOICE:
        return f"one of {listed(map(_shown_option, sorted(definition.options, key=_by_number)), 20)}"
    if definition.kind == SIMPLE_LIST:
        return f"a list{_between(definition.counts, 'texts')}"
    if definition.kind in (GROUP, GROUP_LIST):
        return f"names with values{_between(definition.counts, '')}"
    if definition.value_type == INTEGER:
        return f"a whole number{_between(definition.bounds, '', ' from')}"
    low, high = definition.bounds
    return f"a text{_between((low or None, high or None), 'characters')}"


def _by_number(option: Option) -> int:
    text = str(option.value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


def _shown_option(option: Option) -> str:
    value = str(option.value)
    text = repr(value) if "," in value or not value.strip() else value
    return f"{text} ({option.title})" if option.title not in ("", value) else text


def _between(pair: tuple[int | None, int | None], what: str, begin: str = " of") -> str:
    low, high = pair
    what = f" {what}" if what else ""
    if low is None and high is None:
        return ""
    if low is None:
        return f"{begin} at most {high}{what}"
    return f"{begin} at least {low}{what}" if high is None else f"{begin} {low} to {high}{what}"
