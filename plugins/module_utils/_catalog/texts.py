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
