# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reading of an ADMX policy as an entry of the settings language, held to the definitions of the catalog.

What the entry means is just what the reading says. An element that the catalog wants and nobody gave is not filled with
its default, and an element that the catalog does not have is not dropped: both leave the setting open.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import (
    CHOICE,
    GROUP_LIST,
    INTEGER,
    SIMPLE,
    SIMPLE_LIST,
    STRING,
    Definition,
)
from ansible_collections.m365.apps.plugins.module_utils._catalog.elements import (
    NoSpelling,
    ValueProblem,
    default_of,
    elements_of,
    spelled,
)
from ansible_collections.m365.apps.plugins.module_utils._catalog.keys import find, name_of, shown
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_entry
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import listed
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Choice, Setting, Settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.shorten import entry_of
from ansible_collections.m365.apps.plugins.module_utils._catalog.validate import validate
from ansible_collections.m365.apps.plugins.plugin_utils._admx.decide import Reading
from ansible_collections.m365.apps.plugins.plugin_utils._admx.model import DISABLED


class NoEntry(ValueError):
    """A reading that no entry says; the text is the cause, ``readings`` are what would do."""

    def __init__(self, cause: str, readings: t.Sequence[str] = ()) -> None:
        super().__init__(cause)
        self.readings = tuple(readings)


@dataclass(frozen=True)
class Entry:
    """An entry of the settings language, the setting that it means, and what to know of it."""

    entry: dict[str, t.Any]
    setting: Setting
    notes: tuple[str, ...] = ()


def definition_of(file: str, policy: str, scope: str, catalog: Catalog) -> Definition:
    """Return the definition of an ADMX policy in one scope. Raises NoEntry."""
    found = find(f"{file}/{policy}", scope, catalog, suggest=False)
    if found.definition is not None:
        return found.definition
    ids = [each.id for each in catalog.of_name(file, policy) if each.scope == scope and not each.deprecated]
    raise NoEntry(f"the settings catalog: {found.wrong}", ids)


def entry_for(definition: Definition, reading: Reading, catalog: Catalog) -> Entry:
    """Return the entry that says a reading. Raises NoEntry."""
    body: dict[str, t.Any] = {"state": DISABLED} if reading.state == DISABLED else {}
    if reading.values:
        body["values"] = _values(definition, reading, catalog)
    compiled = compile_entry({"setting": definition.id, **body}, catalog)
    setting = compiled.setting
    if compiled.wrong or setting is None:
        raise NoEntry(f"the settings catalog: {'; '.join(compiled.wrong)}")
    _refuse_defaults(setting, {each.lower() for each in body.get("values", {})}, catalog)
    problems = validate(Settings([setting]), catalog)
    if problems:
        raise NoEntry(f"the settings catalog: {'; '.join(problem.text for problem in problems)}")
    entry = entry_of(setting, catalog, explicit=True)
    return Entry(entry, setting, tuple(_notes(definition, reading, catalog)))


def _values(definition: Definition, reading: Reading, catalog: Catalog) -> dict[str, t.Any]:
    """Return the values of elements by the ids of their definitions. Raises NoEntry."""
    try:
        known = elements_of(definition, catalog)
    except ValueProblem as error:
        raise NoEntry(f"the settings catalog: {error}") from None
    found, lost = {}, []
    if reading.beside:
        twins = listed(f"{name} = {reading.values[name]!r}" for name in reading.beside)
        raise NoEntry(f"the ADMX file has several items for {twins}, and the settings catalog does not tell them apart")
    for name, value in reading.values.items():
        # The name of an element is its ADMX id. One that ends in _v2 is another policy, shown again.
        own = [each for each in known if each.name.lower() == name.lower() and not each.id.lower().endswith("_v2")]
        if len(own) != 1:
            lost.append(f"{name} = {value!r}")
        else:
            found[own[0].id] = _spelling(own[0], value)
    if lost:
        raise NoEntry(f"the settings catalog has no element for {listed(lost)} of {definition.name}")
    return found


def _spelling(definition: Definition, value: t.Any) -> t.Any:
    """Return a value of an element as the language takes it. Raises NoEntry."""
    if definition.kind == CHOICE:
        # The option of a boolean says true or false, not what is in the registry.
        wanted = str(int(value) if isinstance(value, bool) else value).lower()
        options = [each.id for each in definition.options if str(each.value).lower() == wanted]
        if value is None or len(options) != 1:
            count = f"{len(options)} options" if options else "no option"
            raise NoEntry(f"the settings catalog has {count} for {definition.name} = {value!r}")
        return options[0]
    simple = definition.value_type if definition.kind == SIMPLE else ""
    fits = isinstance(value, _TYPES.get((definition.kind, simple), ()))
    if isinstance(value, bool) or not fits:
        raise NoEntry(f"{definition.name} is of another form in the settings catalog than in the ADMX file")
    return str(value) if definition.value_type == STRING and definition.kind == SIMPLE else value


_TYPES: dict[tuple[str, str], t.Any] = {
    (SIMPLE, INTEGER): int,
    (SIMPLE, STRING): (str, int),
    (SIMPLE_LIST, ""): list,
    (GROUP_LIST, ""): dict,
}


def _refuse_defaults(setting: Setting, given: t.Collection[str], catalog: Catalog) -> None:
    """Refuse elements that nobody gave, and that the catalog sets to their defaults. Raises NoEntry."""
    added = [child for child in _below(setting) if child.id.lower() not in given]
    if not added:
        return
    told = []
    for child in added:
        definition = catalog.get(child.id)
        default = default_of(definition) if definition else None
        value = "none"
        if definition is not None and default is not None:
            try:
                value = repr(spelled(definition, default, catalog))
            except NoSpelling:
                value = child.id
        told.append(f"{definition.name if definition else child.id} (its default is {value})")
    raise NoEntry(f"the settings catalog wants elements that are not given: {listed(told)}", [])


def _below(setting: Setting) -> t.Iterator[Setting]:
    if isinstance(setting.value, Choice):
        for child in setting.value.children.values():
            yield child
            yield from _below(child)


def _notes(definition: Definition, reading: Reading, catalog: Catalog) -> t.Iterator[str]:
    """Yield what is to be known of a setting that was converted."""
    if definition.deprecated:
        successor = catalog.get(f"{definition.id}_v2")
        lives = f"; it lives on as an element of {name_of(successor.root, catalog)}" if successor else ""
        yield f"Microsoft calls {shown(definition, catalog)} deprecated{lives}"
    if reading.silent:
        told = (f"{name} = {reading.values[name]!r}" for name in reading.silent)
        yield f"{listed(told)}, since the items have no value for it, and that is what this writes"
    if reading.missing:
        yield f"the ADMX policy has {listed(reading.missing)} as well, which nobody gave and the settings catalog lacks"
    if reading.unwritten:
        also = (f"{place.spelled} = {data}" for place, data in reading.unwritten)
        yield f"{reading.state} writes {listed(also)} as well, which the items do not have"
