# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people call a setting and the values that an entry gives it: display names, for comments beside keys and values.

Display names are Microsoft's, so they are known only where the catalog was made from a user's own tenant.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._errors import plain
from .catalog import Catalog
from .definitions import CHOICE, Definition
from .elements import ValueProblem, choice_of, elements_of
from .keys import find
from .language import named_element, single_element

# Microsoft's own have 160 characters at most.
_LONGEST = 200
# A key as diffs show it: with its scope behind it where that is needed.
_WITH_SCOPE = re.compile(r"(.*?)(?: \((user|device)\))?", re.DOTALL)
# Names of elements end as labels of a form do, and with the scope, which that of the setting tells.
_LABEL = re.compile(r"[\s:]*(?:\((?:User|Device)\))?[\s:]*\Z")


@dataclass(frozen=True)
class Texts:
    """Display names in one entry: of the setting, of its ``value``, and of ``values`` by their names there.

    What is not known is "", or not there.
    """

    setting: str = ""
    value: str = ""
    values: t.Mapping[str, str] = field(default_factory=dict)


def texts_of(entry: t.Any, catalog: Catalog) -> Texts:
    """Return the display names in an entry, none for one that cannot be used.

    The text of one of several elements says its own name, too: "Fall back to CDN: True".
    """
    definition = _definition_of(entry, catalog)
    if definition is None:
        return Texts()
    try:
        elements = elements_of(definition, catalog)
    except ValueProblem:
        elements = []
    single = single_element(definition, elements)
    found: dict[str, str] = {}
    values = entry.get("values")
    for name, value in values.items() if isinstance(values, dict) else ():
        element, _wrong = named_element(str(name), elements, definition, catalog)
        label = element_label(element) if element else ""
        if element and (text := ": ".join(filter(None, [label, option_title(element, value)]))):
            found[name] = one_line(text)
    value = option_title(single, entry.get("value")) if single else ""
    return Texts(one_line(definition.title), one_line(value), found)


def words_of(entry: t.Any, catalog: Catalog) -> str:
    """Return the display names of the values in an entry, "" where none is known."""
    texts = texts_of(entry, catalog)
    return ", ".join(filter(None, [texts.value, *texts.values.values()]))


def texts_of_label(label: str, catalog: Catalog) -> dict[str, str]:
    """Return ``title`` and ``category`` of a setting that a diff or a report calls by this label, those that are known.

    The label may end in the name of an element, whose own label the title has then, too: "Repair: How often".
    """
    for key, name in ((label, ""), label.rpartition(".")[::2]):
        spelled = _WITH_SCOPE.fullmatch(key)
        definition = find(spelled[1], spelled[2], catalog, suggest=False).definition if spelled and key else None
        if definition is not None:
            told = one_line(": ".join(filter(None, [definition.title, _label_of_element(name, definition, catalog)])))
            found = {"title": told if definition.title else "", "category": one_line(definition.category)}
            return {part: text for part, text in found.items() if text}
    return {}


def _label_of_element(name: str, definition: Definition, catalog: Catalog) -> str:
    try:
        element = named_element(name, elements_of(definition, catalog), definition, catalog)[0] if name else None
    except ValueProblem:
        element = None
    return element_label(element) if element else ""


def element_label(definition: Definition) -> str:
    """Return the display name of an element without what only ends a label."""
    return one_line(_LABEL.sub("", definition.title))


def option_title(definition: Definition, value: t.Any) -> str:
    """Return the display name of the option that a value means, "" where there is none."""
    if definition.kind != CHOICE or value is None:
        return ""
    try:
        return choice_of(definition, value).title
    except ValueProblem:
        return ""


def one_line(text: str) -> str:
    """Return a text of the catalog on one line: nothing in it ends a comment, moves a cursor or turns the writing."""
    return plain(" ".join(text.split()), _LONGEST)


def _definition_of(entry: t.Any, catalog: Catalog) -> Definition | None:
    if not isinstance(entry, dict):
        return None
    raw = entry.get("raw")
    if isinstance(raw, dict):
        own = raw.get("settingDefinitionId")
        return catalog.get(own) if isinstance(own, str) else None
    key, scope = entry.get("setting"), entry.get("scope")
    return find(key, scope, catalog, suggest=False).definition if isinstance(key, str) else None
