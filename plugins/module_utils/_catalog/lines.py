# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of a catalog file: JSON lines, a header and then one definition a line, sorted by id.

The header says ``{"format": "m365.apps/catalog", "version": 1, "made_from": TEXT, "definitions": NUMBER}``. The number
is how many follow, so that a file that was cut is not taken for a whole one; a file without it is taken as it is. A
definition is

.. code-block:: text

    {"id":"user_..._l_vbawarningspolicy","scope":"user","file":"excel16","name":"L_VBAWarningsPolicy","kind":"choice",
     "options":{"_0":0,"_1":1},"default":"_0","required":{"_1":["_l_empty4"]}}
    {"id":"user_..._l_vbawarningspolicy_l_empty4","scope":"user","file":"excel16","name":"L_empty4","kind":"choice",
     "element":"_l_empty4","options":{"_1":1,"_2":2,"_3":3,"_4":4},"default":"_2"}

* ``id``, ``scope`` (user, device or empty), ``file`` (the ADMX file in lower case, empty where there is none), ``name``
  (the policy or element, as the ADMX file spells it) and ``kind`` (choice, simple, simple_list, group, group_list,
  choice_list, or another word of Graph's) are on every line, in this order.
* ``element``: the end of an element's id; what is before it is the id of the setting that it belongs to. ``root`` is
  that id where it is another. A setting itself has neither.
* ``options``: id of each option and its registry value, in Graph's order. ``default``: an option's id, or a value.
* ``required`` and ``optional``: the ids of the children of each option; those of a group are under "".
* ``type`` of simple values: string, integer, secret, reference, or another word of Graph's. ``length`` of texts (the
  most is 0 where there is no bound), ``range`` of integers, ``count`` of list members: the least and the most, each a
  number or null.
* ``deprecated``: true where Microsoft's name of it says so. ``platform`` and ``technologies`` where they are not
  windows10 and mdm.
* ``title``, ``titles`` (by option), and of settings ``category`` (the path to it, with backslashes) and ``keywords``:
  Microsoft's texts, only in files that were made from a user's own tenant.

An id of an option or a child that begins with "_" continues the id of its own definition. Spaces, the order of keys and
the order of lines are free in a file that this collection did not make.
"""

from __future__ import annotations

import json
import typing as t

from .definitions import CHOICE, INTEGER, Child, Definition, DefinitionError, Option

FORMAT = "m365.apps/catalog"
VERSION = 1
# Keys of Microsoft's texts.
TEXTS = ("title", "titles", "category", "keywords")
# Key of the header.
_COUNT = "definitions"
_NEEDED = ("id", "scope", "file", "name", "kind")


def _is_texts(values: t.Any) -> bool:
    return isinstance(values, list) and all(isinstance(each, str) and each for each in values)


def _is_bounds(values: t.Any) -> bool:
    return (
        isinstance(values, list)
        and len(values) == 2
        and all(each is None or (isinstance(each, int) and not isinstance(each, bool)) for each in values)
    )


# Keys of a line, with what their values must be.
_KEYS: dict[str, t.Callable[[t.Any], bool]] = {
    **dict.fromkeys(("id", "name", "kind", "root", "element"), lambda value: isinstance(value, str) and value != ""),
    **dict.fromkeys(
        ("scope", "file", "type", "title", "category", "platform", "technologies"),
        lambda value: isinstance(value, str),
    ),
    "keywords": _is_texts,
    "options": lambda value: isinstance(value, dict) and all(isinstance(each, (str, int)) for each in value.values()),
    "titles": lambda value: isinstance(value, dict) and all(isinstance(each, str) for each in value.values()),
    "default": lambda value: isinstance(value, (str, int)),
    "deprecated": lambda value: isinstance(value, bool),
    **dict.fromkeys(
        ("required", "optional"), lambda value: isinstance(value, dict) and all(map(_is_texts, value.values()))
    ),
    **dict.fromkeys(("length", "range", "count"), _is_bounds),
}


def header(made_from: str, count: int) -> str:
    """Return the first line of a file with so many definitions."""
    return _dumps({"format": FORMAT, "version": VERSION, "made_from": made_from, _COUNT: count})


def read_header(line: str) -> int | None:
    """Return how many definitions follow a header, None where it does not say so. Raises DefinitionError where a line
    is not the header of a file that this collection reads.
    """
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise DefinitionError(f'the file must begin with a header that says "format": "{FORMAT}"')
    if found.get("version") != VERSION:
        raise DefinitionError(f"its version is {found.get('version')!r}, and this collection reads version {VERSION}")
    count = found.get(_COUNT)
    if count is not None and (not isinstance(count, int) or isinstance(count, bool)):
        raise DefinitionError(f"{_COUNT} of its header must be a number, not {json.dumps(count)[:80]}")
    return count


def line_of(definition: Definition, titles: bool = False) -> str:
    """Return the line of a definition, with Microsoft's texts where they are asked for."""
    return _dumps(told_of(definition, titles))


def told_of(definition: Definition, titles: bool = False) -> dict[str, t.Any]:
    """Return what the line of a definition says, by key, with Microsoft's texts where they are asked for."""
    own = definition.id
    values: dict[str, t.Any] = {
        "id": own,
        "scope": definition.scope,
        "file": definition.file,
        "name": definition.name,
        "kind": definition.kind,
        "type": definition.value_type,
        **_root_of(definition),
        "deprecated": definition.deprecated,
        "options": {_short(option.id, own): option.value for option in definition.options},
        "required": _children_of(definition, required=True),
        "optional": _children_of(definition, required=False),
        "range" if definition.value_type == INTEGER else "length": _bounds(definition.bounds),
        "count": _bounds(definition.counts),
        "platform": "" if definition.platform == "windows10" else definition.platform,
        "technologies": "" if definition.technologies == "mdm" else definition.technologies,
        "title": definition.title if titles else "",
        "titles": {_short(option.id, own): option.title for option in definition.options if titles and option.title},
        "category": definition.category if titles else "",
        "keywords": list(definition.keywords) if titles else [],
    }
    kept = {key: value for key, value in values.items() if key in _NEEDED or value not in ("", {}, [], None, False)}
    default = definition.default
    if default is not None:
        kept["default"] = _short(default, own) if definition.kind == CHOICE and isinstance(default, str) else default
    return kept


def values_of(line: str | bytes) -> dict[str, t.Any]:
    """Return what a line says, by key, once it is checked. Raises DefinitionError."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DefinitionError(f"it is not JSON: {error}") from None
    if not isinstance(values, dict):
        raise DefinitionError("it is not a JSON object")
    _check(values)
    return values


def definition_of(line: str | bytes) -> Definition:
    """Return the definition of a line. Raises DefinitionError."""
    values = values_of(line)
    own = values["id"]
    titles = values.get("titles", {})
    default = values.get("default")
    if values["kind"] == CHOICE and isinstance(default, str):
        default = _whole(default, own)
    return Definition(
        id=own,
        root=values.get("root") or own.removesuffix(values.get("element", "")),
        scope=values["scope"],
        file=values["file"],
        name=values["name"],
        kind=values["kind"],
        value_type=values.get("type", ""),
        options=tuple(
            Option(_whole(option, own), value, _children(values, option), titles.get(option, ""))
            for option, value in values.get("options", {}).items()
        ),
        children=_children(values, ""),
        default=default,
        bounds=_pair(values.get("range") or values.get("length")),
        counts=_pair(values.get("count")),
        deprecated=values.get("deprecated", False),
        platform=values.get("platform", "windows10"),
        technologies=values.get("technologies", "mdm"),
        title=values.get("title", ""),
        category=values.get("category", ""),
        keywords=tuple(values.get("keywords", ())),
    )


def _check(values: t.Mapping[str, t.Any]) -> None:
    missing = [key for key in _NEEDED if key not in values]
    if missing:
        raise DefinitionError(f"it has no {' and no '.join(missing)}")
    wrong = [key for key, value in values.items() if key not in _KEYS or not _KEYS[key](value)]
    unknown = sorted(key for key in wrong if key not in _KEYS)
    if unknown:
        raise DefinitionError(f"it has keys that this collection does not know: {', '.join(unknown)}")
    if not wrong and "element" in values and not values["id"][1:].endswith(values["element"]):
        wrong = ["element"]
    if wrong:
        raise DefinitionError(f"{wrong[0]} has a value of the wrong form: {json.dumps(values[wrong[0]])[:80]}")


def _root_of(definition: Definition) -> dict[str, str]:
    """Return the key that tells which setting an element belongs to."""
    if definition.is_setting:
        return {}
    rest = definition.id[len(definition.root) :]
    return {"element": rest} if definition.id.startswith(definition.root) else {"root": definition.root}


def _children_of(definition: Definition, required: bool) -> dict[str, list[str]]:
    own = definition.id
    holders = [("", definition.children), *((_short(option.id, own), option.children) for option in definition.options)]
    found = {
        name: [_short(child.id, own) for child in children if child.required is required] for name, children in holders
    }
    return {name: children for name, children in found.items() if children}


def _children(values: t.Mapping[str, t.Any], holder: str) -> tuple[Child, ...]:
    own = values["id"]
    return tuple(
        Child(_whole(child, own), key == "required")
        for key in ("required", "optional")
        for child in values.get(key, {}).get(holder, ())
    )


def _short(text: str, own: str) -> str:
    if text.startswith("_"):
        raise DefinitionError(f"an id that begins with _ cannot be written to a catalog file: {text}")
    rest = text[len(own) :]
    return rest if text.startswith(own) and rest.startswith("_") else text


def _whole(text: str, own: str) -> str:
    return own + text if text.startswith("_") else text


def _bounds(pair: tuple[int | None, int | None]) -> list[int | None] | None:
    return None if pair == (None, None) else list(pair)


def _pair(values: t.Any) -> tuple[int | None, int | None]:
    return (values[0], values[1]) if values else (None, None)


def _dumps(values: t.Mapping[str, t.Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
