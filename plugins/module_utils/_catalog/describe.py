# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a setting can be set to, in the words of the settings language."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .catalog import Catalog
from .definitions import CHOICE, INTEGER, SIMPLE, SIMPLE_LIST, STRING, Child, Definition
from .elements import ValueProblem, elements_of, is_toggle, option_of, pair_of, spelled_option
from .example import example_of
from .keys import spelling
from .language import STATES

Description = dict[str, t.Any]
# What a value is written as, in the language.
_TYPES = {(SIMPLE, STRING): "text", (SIMPLE, INTEGER): "number", (SIMPLE_LIST, STRING): "list"}


@dataclass(frozen=True)
class _Place:
    """Where an element is: what it is called in ``values``, whether it is needed, and what its owner must be."""

    name: str
    required: bool
    only_with: Description | None = None


def described(definition: Definition, catalog: Catalog) -> Description:
    """Return what a setting is, what it can be set to, and how that is written."""
    key = spelling(definition, catalog)
    return {
        "setting": key["setting"],
        "scope": definition.scope or None,
        "display_name": definition.title or None,
        "app": definition.file or None,
        "policy": definition.name,
        "category": [part.strip() for part in definition.category.split("\\") if part.strip()],
        "id": definition.id,
        "deprecated": definition.deprecated,
        "states": _states(definition),
        "elements": _elements(definition, catalog),
        "example": example_of(definition, catalog),
    }


def _states(definition: Definition) -> list[Description]:
    """Return the states that a setting can have in an entry, none where it is not enabled or disabled."""
    if not is_toggle(definition):
        return []
    options = {state: option_of(definition, value) for state, value in STATES.items()}
    return [
        {"state": state, "display_name": option.title or None, "default": option.id == definition.default}
        for state, option in options.items()
    ]


def _elements(definition: Definition, catalog: Catalog) -> list[Description]:
    """Return the elements of a setting, to any depth; first itself where it has a value of its own."""
    try:
        elements = elements_of(definition, catalog)
    except ValueProblem:
        return []
    names = [each.name.lower() for each in elements]
    called = {each.id.lower(): each.name if names.count(each.name.lower()) == 1 else each.id for each in elements}
    places = {
        child.id.lower(): _Place(called[child.id.lower()], child.required, _owner(owner, child, definition, called))
        for owner in (definition, *elements)
        for option in owner.options
        for child in option.children
        if child.id.lower() in called
    }
    own = [] if is_toggle(definition) else [_element(definition, _Place(definition.name, required=True), catalog)]
    return own + [_element(each, places[each.id.lower()], catalog) for each in elements]


def _owner(owner: Definition, child: Child, definition: Definition, called: t.Mapping[str, str]) -> Description | None:
    """Return what the owner of an element must be, None where that is the setting that is enabled."""
    if owner is definition and is_toggle(definition):
        return None
    values = [spelled_option(owner, option) for option in owner.options if child in option.children]
    return {"element": called.get(owner.id.lower(), owner.name), "values": values}


def _element(definition: Definition, place: _Place, catalog: Catalog) -> Description:
    low, high = definition.bounds
    least, most = definition.counts
    is_number = definition.value_type == INTEGER
    # Graph says 0 where a text has no bound.
    longest = None if is_number or high == 0 else high
    return {
        "name": place.name,
        "id": definition.id,
        "display_name": definition.title or None,
        "type": _type_of(definition, catalog),
        "required": place.required,
        "default": _default_of(definition),
        "allowed": [
            {"value": spelled_option(definition, option), "display_name": option.title or None}
            for option in definition.options
        ],
        "minimum": low if is_number else None,
        "maximum": high if is_number else None,
        "min_length": None if is_number else low,
        "max_length": longest,
        "min_items": least,
        "max_items": most,
        "only_with": place.only_with,
    }


def _type_of(definition: Definition, catalog: Catalog) -> str:
    if definition.kind == CHOICE:
        return "choice"
    if pair_of(definition, catalog) is not None:
        return "mapping"
    return _TYPES.get((definition.kind, definition.value_type), "raw")


def _default_of(definition: Definition) -> t.Any:
    """Return the value that an element has when an entry leaves it out, None where it has none."""
    if definition.kind != CHOICE:
        return definition.default if definition.kind == SIMPLE else None
    option = next((each for each in definition.options if each.id == definition.default), None)
    return None if option is None else spelled_option(definition, option)
