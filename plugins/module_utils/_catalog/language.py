# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings language: entries as users write them, compiled to the canonical form."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._policy.texts import with_meant
from .catalog import Catalog
from .definitions import CHOICE, GROUP, GROUP_LIST, Definition
from .elements import NameProblem, ValueProblem, default_of, elements_of, is_toggle, option_of, value_of
from .instances import FormError, setting_of
from .keys import SCOPES, find, name_of, shown
from .problems import SHOWN, Ask, Kind, Problem, SettingsError, listed, type_of, unfit
from .settings import EMPTY, Choice, Setting, Settings
from .validate import allowed, too_many, wrong_in

KEYS = ("setting", "scope", "state", "value", "values")
_KEYS_AND_RAW = (*KEYS, "raw")
Entry = t.Mapping[str, t.Any]
STATES = {"enabled": 1, "disabled": 0}
_FORM = "an entry says setting, with state, value or values where they are needed, or raw alone"


@dataclass
class _Compiled:
    """One entry while it is compiled: what it means, and what is wrong with it."""

    setting: Setting | None = None
    wrong: list[str] = field(default_factory=list)
    ask: Ask = field(default_factory=Ask)
    kind: Kind = Kind.WRONG
    # Definitions whose problem is told already.
    told: set[str] = field(default_factory=set)
    # What is wrong only if it is not a display name.
    names: set[str] = field(default_factory=set)

    def kind_of(self, text: str) -> Kind:
        """Return what a text of ``wrong`` is about."""
        return Kind.NAME if text in self.names else self.kind


def compile_settings(entries: t.Any, catalog: Catalog, suggest: int = SHOWN) -> Settings:
    """Return the settings of a list of entries. Raises SettingsError with all that is wrong with them; so many of the
    problems may name the nearest keys.

    Entries are either a setting with its values, or ``raw`` with a setting instance.
    """
    settings, problems = read_entries(entries, catalog, suggest)
    if problems:
        raise SettingsError(problems)
    return settings


def read_entries(entries: t.Any, catalog: Catalog, suggest: int = SHOWN) -> tuple[Settings, list[Problem]]:
    """Return the settings of the entries that are fine, and all that is wrong with the others."""
    if not isinstance(entries, (list, tuple)):
        return EMPTY, [Problem("settings", f"they must be a list of entries, not {type_of(entries)}: {_FORM}")]
    if too_many(len(entries)):
        return EMPTY, list(too_many(len(entries)))
    found: dict[str, Setting] = {}
    places: dict[str, str] = {}
    problems: list[Problem] = []
    for number, entry in enumerate(entries, 1):
        compiled = compile_entry(entry, catalog, suggest=len(problems) < suggest)
        place, written = place_of(entry, number, len(entries)), key_of(entry)
        problems += [Problem(place, text, compiled.ask, compiled.kind_of(text), written) for text in compiled.wrong]
        if compiled.setting is None:
            continue
        key = compiled.setting.id.lower()
        if key in places:
            same = f"it is the same setting as {places[key]}: keep one of them"
            problems.append(Problem(place, same, kind=Kind.TWICE, key=written))
        elif not compiled.wrong:
            found[key] = compiled.setting
        places.setdefault(key, place)
    return Settings(found.values()), problems


def compile_entry(entry: t.Any, catalog: Catalog, suggest: bool = True) -> _Compiled:
    """Return what one entry means, or what is wrong with it, with the nearest keys where they are suggested."""
    if not isinstance(entry, dict):
        return _Compiled(wrong=[f"it must be a mapping, not {type_of(entry)}: {_FORM}"])
    unusable = unfit(entry)
    if not unusable and "raw" in entry:
        return _raw(entry, catalog)
    wrong = [unusable] if unusable else _wrong_form(entry)
    if wrong:
        return _Compiled(wrong=wrong)
    scope = entry.get("scope")
    found = find(entry["setting"], scope, catalog, suggest)
    if found.definition is None:
        return _Compiled(wrong=[found.wrong], ask=found.ask, kind=Kind.UNKNOWN)
    compiled = _compiled(found.definition, entry, catalog)
    if compiled.setting is not None:
        compiled.wrong += wrong_in(compiled.setting, catalog, compiled.told)
    if compiled.wrong:
        compiled.ask = Ask(ids=frozenset({found.definition.id}))
    return compiled


def _wrong_form(entry: Entry) -> list[str]:
    """Return what is wrong with an entry before the catalog is looked at."""
    unknown = [str(key) for key in entry if key not in KEYS]
    wrong = [f"it has the unknown key {with_meant([name], _KEYS_AND_RAW)}: {_FORM}" for name in unknown]
    if not isinstance(entry.get("setting"), str) or not entry["setting"].strip():
        wrong.append("setting must be a key such as excel16/L_VBAWarningsPolicy, or a whole definition id")
    wrong += [f"{key} must not be null: leave it out" for key in KEYS[1:] if key in entry and entry[key] is None]
    scope, state = entry.get("scope"), entry.get("state")
    if scope is not None and scope not in SCOPES:
        wrong.append(f"scope must be user or device, not {scope!r}")
    if state is not None and (not isinstance(state, str) or state not in STATES):
        wrong.append(f"state must be enabled or disabled, not {state!r}; leave the entry out for not configured")
    given = [key for key in ("value", "values") if entry.get(key) is not None]
    if state == "disabled" and given:
        wrong.append(f"{given[0]} is only for state: enabled, and a disabled setting has none")
    values = entry.get("values")
    if values is not None and not isinstance(values, dict):
        wrong.append(f"values must be a mapping of elements to their values, not {type_of(values)}")
    return wrong


def _raw(entry: Entry, catalog: Catalog) -> _Compiled:
    others = listed(str(key) for key in entry if key != "raw")
    if others:
        return _Compiled(wrong=[f"raw is all that such an entry holds, and it holds {others}, too"])
    try:
        setting = setting_of(entry["raw"])
    except FormError as error:
        return _Compiled(wrong=[f"raw must be a settingInstance as a portal export has it: {error}"])
    problems = wrong_in(setting, catalog)
    return _Compiled(setting, problems, Ask(ids=frozenset({setting.id})) if problems else Ask())


def _compiled(definition: Definition, entry: Entry, catalog: Catalog) -> _Compiled:
    """Return the meaning of an entry whose definition is known."""
    compiled = _Compiled()
    toggle = is_toggle(definition)
    if not toggle and "state" in entry:
        compiled.wrong.append("it is not a setting that is enabled or disabled: leave state out, and give value")
    if toggle and "value" in entry and "values" in entry:
        compiled.wrong.append("it has value and values: give value for the one element of a setting, else values")
    if definition.kind in (GROUP, GROUP_LIST):
        compiled.wrong.append("the settings language has no words for settings of this form: give it as raw")
    if compiled.wrong:
        return compiled
    try:
        elements = elements_of(definition, catalog)
    except ValueProblem as error:
        return _Compiled(wrong=[str(error)])
    given = _given(definition, elements, entry, compiled, catalog)
    value = given.pop(definition.id.lower(), None)
    if toggle:
        option = option_of(definition, STATES[entry.get("state", "enabled")])
        value = Choice(option.id.lower(), Settings(), (), option.id)
    else:
        value = value or default_of(definition)
    if value is None:
        if definition.id.lower() not in compiled.told:
            compiled.wrong.append(f"it needs a value: {definition.name} must be {allowed(definition)}")
        return compiled
    used: set[str] = set()
    setting = _with_elements(Setting(definition.id, value), given, used, catalog, compiled)
    _unused([definition, *elements], given, used, compiled)
    compiled.setting = setting
    return compiled


def _given(
    definition: Definition,
    elements: list[Definition],
    entry: Entry,
    compiled: _Compiled,
    catalog: Catalog,
) -> dict[str, t.Any]:
    """Return the values that an entry gives, by the id of their element."""
    targets: list[tuple[Definition, t.Any]] = []
    if "value" in entry:
        single = single_element(definition, elements)
        if single is None:
            compiled.wrong.append(_no_single(elements))
        else:
            targets.append((single, entry["value"]))
    for name, value in entry.get("values", {}).items():
        element, wrong = named_element(str(name), elements, definition, catalog)
        if element is None:
            compiled.wrong.append(wrong)
        else:
            targets.append((element, value))
    found: dict[str, t.Any] = {}
    for element, value in targets:
        if element.id.lower() in found or element.id.lower() in compiled.told:
            compiled.wrong.append(f"values has {element.name} more than once")
        try:
            if value is None:
                raise ValueProblem(f"{element.name} must not be null: leave it out")
            found[element.id.lower()] = value_of(element, value, catalog)
        except ValueProblem as error:
            compiled.wrong.append(str(error))
            compiled.told.add(element.id.lower())
            if isinstance(error, NameProblem):
                compiled.names.add(str(error))
    return found


def single_element(definition: Definition, elements: list[Definition]) -> Definition | None:
    """Return what ``value`` is of: the one element of a setting, or a setting that is not enabled or disabled."""
    if not is_toggle(definition):
        return definition
    return elements[0] if len(elements) == 1 else None


def _no_single(elements: list[Definition]) -> str:
    if not elements:
        return "it has no elements: leave value out, and say state: enabled or state: disabled"
    return f"it has {len(elements)} elements: give values with {listed(each.name for each in elements)}"


def named_element(
    name: str, elements: list[Definition], definition: Definition, catalog: Catalog
) -> tuple[Definition | None, str]:
    """Return the element of a setting by its name or its whole id, or what is wrong."""
    wanted = name.strip().lower()
    named = [each for each in elements if each.id.lower() == wanted] or [
        each for each in elements if each.name.lower() == wanted
    ]
    if len(named) == 1:
        return named[0], ""
    if named:
        return (
            None,
            f"{name} is the name of more than one element: give one of the ids {listed(each.id for each in named)}",
        )
    owner = catalog.get(name)
    of = f", but of {name_of(owner.root, catalog)}" if owner and owner.root != definition.id else ""
    its = f"its elements are {listed(each.name for each in elements)}" if elements else "it has no elements"
    return None, f"{name} is not an element of {shown(definition, catalog)}{of}; {its}"


def _with_elements(
    setting: Setting, given: t.Mapping[str, t.Any], used: set[str], catalog: Catalog, compiled: _Compiled
) -> Setting:
    """Return a setting with its elements: what is given, else the default where one is needed."""
    value, definition = setting.value, catalog.get(setting.id)
    if not isinstance(value, Choice) or definition is None or definition.kind != CHOICE:
        return setting
    option = next((each for each in definition.options if each.id.lower() == value.option), None)
    children: list[Setting] = []
    for child in option.children if option else ():
        key = child.id.lower()
        known = catalog.get(key)
        chosen = given.get(key)
        used.add(key)
        if chosen is None and child.required and known is not None and key not in compiled.told:
            chosen = default_of(known)
        if chosen is not None:
            children.append(
                _with_elements(Setting(known.id if known else child.id, chosen), given, used, catalog, compiled)
            )
    return replace(setting, value=replace(value, children=Settings(children)))


def _unused(owners: t.Sequence[Definition], given: t.Mapping[str, t.Any], used: set[str], compiled: _Compiled) -> None:
    """Note elements that are given although their owner, as it is set, does not have them."""
    holders = [(owner, option, child) for owner in owners for option in owner.options for child in option.children]
    for owner, option, child in holders:
        key = child.id.lower()
        if key not in given or key in used or owner.id.lower() in compiled.told:
            continue
        name = next((each.name for each in owners if each.id.lower() == key), child.id)
        compiled.wrong.append(f"{name} needs {owner.name} to be {option.value!r}")


def place_of(entry: t.Any, number: int, count: int) -> str:
    """Return how messages name an entry: its place among the others, and its key."""
    key = key_of(entry)
    return f"item {number} of {count}{f' ({key})' if key else ''}"


def key_of(entry: t.Any) -> str:
    """Return the key of an entry as it is written, "" where it has none."""
    key = entry.get("setting") if isinstance(entry, dict) else None
    if isinstance(entry, dict) and isinstance(entry.get("raw"), dict):
        inner = entry["raw"].get("settingInstance", entry["raw"])
        key = inner.get("settingDefinitionId") if isinstance(inner, dict) else None
    return key.strip() if isinstance(key, str) else ""
