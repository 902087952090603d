# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An entry of the settings language that enables a setting, as YAML that is ready to paste."""

from __future__ import annotations

import json
import re
import typing as t

from .._errors import printable
from .catalog import Catalog
from .definitions import CHOICE, GROUP, GROUP_LIST, INTEGER, SIMPLE, SIMPLE_LIST, STRING, Child, Definition, Option
from .elements import ValueProblem, choice_of, elements_of, is_toggle, option_of, pair_of, spelled_option
from .keys import spelling
from .language import compile_entry
from .texts import one_line

_TEXT = "text"
# Text that YAML reads as text without quotes, wherever it is.
_PLAIN = re.compile(r"[A-Za-z_][\w./;~-]*(?: [\w./;~-]+)*", re.ASCII)
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
# Ansible would take what stands between them for a template.
_TEMPLATES = ("{{", "{%", "{#")


class _NoExample(Exception):
    """A setting that the language has no words for."""


def example_of(definition: Definition, catalog: Catalog) -> str | None:
    """Return an entry as YAML, None where only ``raw`` can set it.

    Elements are as they are by default, those without a default as whatever their definition takes. Display names are
    comments.
    """
    try:
        entry, comments = _entry(definition, catalog)
    except (_NoExample, ValueProblem):
        return None
    lines = [f"- setting: {_scalar(entry['setting'])}"]
    lines += [
        f"  {key}: {_scalar(entry[key])}{_comment(comments.get(key))}" for key in ("scope", "value") if key in entry
    ]
    if "values" in entry:
        lines.append("  values:")
        lines += [
            f"    {_scalar(name)}: {_scalar(value)}{_comment(comments.get(name))}"
            for name, value in entry["values"].items()
        ]
    if compile_entry(entry, catalog, suggest=False).wrong or any(each in line for line in lines for each in _TEMPLATES):
        return None
    title = _comment(definition.title).strip()
    return "\n".join([*([title] if title else []), *lines, ""])


def _entry(definition: Definition, catalog: Catalog) -> tuple[dict[str, t.Any], dict[str, str]]:
    """Return an entry, and the display names of its values by the key or the element."""
    if definition.kind in (GROUP, GROUP_LIST):
        raise _NoExample
    elements = elements_of(definition, catalog)
    names = [each.name.lower() for each in elements]
    entry: dict[str, t.Any] = dict(spelling(definition, catalog))
    comments: dict[str, str] = {}
    values: dict[str, t.Any] = {}
    if is_toggle(definition):
        children: t.Sequence[Child] = option_of(definition, 1).children
    else:
        entry["value"], comments["value"], children = _sample(definition, catalog)
    pending = list(children)
    while pending:
        child = pending.pop(0)
        element = catalog.get(child.id)
        if not child.required or element is None:
            continue
        name = element.name if names.count(element.name.lower()) == 1 else element.id
        values[name], comments[name], below = _sample(element, catalog)
        pending[:0] = below
    if is_toggle(definition) and len(elements) == 1 and values:
        name = next(iter(values))
        entry["value"], comments["value"] = values[name], comments[name]
    elif values:
        entry["values"] = values
    return entry, comments


def _sample(definition: Definition, catalog: Catalog) -> tuple[t.Any, str, t.Sequence[Child]]:
    """Return a value that a definition takes, its display name, and the children that it has then."""
    if definition.kind == CHOICE and definition.options:
        option = _option(definition)
        return spelled_option(definition, option), option.title, option.children
    if definition.kind == SIMPLE:
        return _simple(definition), "", ()
    least = max(definition.counts[0] or 1, 1)
    if definition.kind == SIMPLE_LIST:
        return [_simple(definition, number) for number in range(1, least + 1)], "", ()
    if pair_of(definition, catalog) is not None:
        return {f"name {number}" if number > 1 else "name": "value" for number in range(1, least + 1)}, "", ()
    raise _NoExample


def _option(definition: Definition) -> Option:
    """Return the option that a choice has by default, else its first one."""
    found = next((each for each in definition.options if each.id == definition.default), definition.options[0])
    return choice_of(definition, found.id)


def _simple(definition: Definition, number: int = 1) -> int | str:
    if definition.value_type not in (STRING, INTEGER):
        raise _NoExample
    if definition.default is not None:
        return definition.default
    low, high = definition.bounds
    if definition.value_type == INTEGER:
        return low if low is not None else min(number, number if high is None else high)
    text = _TEXT if number == 1 else f"{_TEXT} {number}"
    return text.ljust(low or 0, "x")[: high or None]


def _scalar(value: t.Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_scalar(name)}: {_scalar(each)}' for name, each in value.items())}}}"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    # What it escapes of JSON text are escapes of YAML, too.
    return printable(json.dumps(value, ensure_ascii=False))


def _comment(text: str | None) -> str:
    """Return a text of the tenant's as a comment at the end of a line."""
    told = one_line(text or "")
    return f"  # {told}" if told else ""
