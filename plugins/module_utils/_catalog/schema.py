# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A JSON Schema of entries of the settings language, made from a catalog: by it editors complete keys and values.

It knows keys and names of elements as ``shorten`` spells them, and is no stricter than the language on what a catalog
without texts cannot know: display names, whole definition ids, and keys with a semicolon pass. An editor tries every
condition on every entry, so settings that take the same values share one, and those of an ADMX file are below one.
"""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from dataclasses import dataclass

from .catalog import Catalog
from .definitions import CHOICE, GROUP, GROUP_LIST, INTEGER, SIMPLE, SIMPLE_LIST, STRING, Definition
from .elements import ValueProblem, choice_of, default_of, elements_of, is_toggle, option_of, pair_of, spelled_option
from .keys import SCOPES, spelling
from .language import STATES
from .texts import element_label, one_line

Schema = dict[str, t.Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DISABLED: Schema = {"properties": {"state": {"const": "disabled"}}, "required": ["state"]}
_NOT_NULL: Schema = {"not": {"type": "null"}}
_DIGITS = r"^\s*[-+]?[0-9]{1,30}\s*$"
# Whole ids, and keys as Cloud Policy writes them.
_OTHER_KEYS = r"^[^/;]*[^/;\s][^/;]*$|;"
_UNKNOWN_KEY = (
    "No setting of the catalog has this key. office_setting_info finds settings; keys are spelled as it shows them."
)
_DEPRECATED = "Microsoft calls this setting deprecated."
# What a regular expression of ECMAScript in Unicode mode may escape, and must; Python escapes more.
_SYNTAX = re.compile(r"[\^$\\.*+?()\[\]{}|/]")
_LONGEST_LINE = 160


@dataclass(frozen=True)
class _Known:
    """A setting that has a key: the key, the scope that tells it from another one, and what its entry may be."""

    key: str
    scope: str | None
    title: str
    shape: Schema


def settings_schema(catalog: Catalog) -> Schema:
    """Return the schema of the entries and keys of a catalog, with display names where it has texts: ``$defs/entry``
    and ``$defs/key``. It is the same for the same catalog, whatever the order of its definitions.
    """
    defs: dict[str, Schema] = {}
    known = sorted(_known(catalog, defs), key=lambda each: (each.key.lower(), each.key, each.scope or ""))
    titles: dict[str, str] = {}
    for each in known:
        titles.setdefault(each.key, each.title)
    named: Schema = {"enumDescriptions": list(titles.values())} if any(titles.values()) else {}
    key: Schema = {
        "description": "The ADMX file and the policy, such as excel16/L_VBAWarningsPolicy, or a whole definition id.",
        "type": "string",
        "anyOf": [
            {"enum": list(titles), **named, "errorMessage": _UNKNOWN_KEY},
            {"pattern": _OTHER_KEYS, "patternErrorMessage": _UNKNOWN_KEY},
        ],
    }
    return {
        "$schema": DIALECT,
        "title": "Settings of m365.apps",
        "description": "Entries of the settings language. Made from a catalog of definitions: do not edit.",
        "$ref": "#/$defs/entry",
        "$defs": {"entry": _entry(_conditions(known, defs)), "key": key, **dict(sorted(defs.items()))},
    }


def schema_text(schema: Schema) -> str:
    """Return a schema as compact JSON with short lines where that can be, so that git shows what changed."""
    return f"{_lines(schema, '')}\n"


def embedded(document: Schema, schema: Schema, file: str) -> Schema:
    """Return a document whose references to the schema of settings in ``file`` lead into itself, which holds it."""

    def local(value: t.Any) -> t.Any:
        if isinstance(value, dict):
            return {name: local(each) for name, each in value.items()}
        if isinstance(value, list):
            return [local(each) for each in value]
        return value.removeprefix(file) if isinstance(value, str) and value.startswith(f"{file}#") else value

    whole: Schema = local(document)
    clash = whole["$defs"].keys() & schema["$defs"].keys()
    if clash:
        raise ValueError(f"both schemas have {', '.join(sorted(clash))}")
    return {**whole, "$defs": {**whole["$defs"], **schema["$defs"]}}


def _entry(conditions: list[Schema]) -> Schema:
    return {
        "description": "One setting: a policy of an ADMX file, or a whole instance as a portal export has it in raw.",
        "type": "object",
        "additionalProperties": False,
        "anyOf": [
            {"required": ["setting"], "properties": {"raw": False}},
            {"required": ["raw"], "maxProperties": 1},
        ],
        "properties": {
            "setting": {"$ref": "#/$defs/key"},
            "scope": {"description": "Needed only where both exist.", "enum": list(SCOPES)},
            "state": {"description": "Omitted: enabled.", "enum": list(STATES)},
            "value": {"description": "Of its one element. Omitted: its default.", **_NOT_NULL},
            "values": {"description": "Of several elements, by their names.", "type": "object"},
            "raw": {"description": "A settingInstance as a portal export has it.", "type": "object"},
        },
        "if": _DISABLED,
        "then": {"properties": {"value": False, "values": False}},
        "else": {"not": {"required": ["value", "values"]}},
        "allOf": conditions,
    }


def _conditions(known: t.Sequence[_Known], defs: dict[str, Schema]) -> list[Schema]:
    """Return a condition for each ADMX file, with those of its settings below it, and one for all whole ids."""
    files: dict[str, list[_Known]] = {}
    for each in known:
        files.setdefault(each.key.rpartition("/")[0], []).append(each)
    conditions = []
    for file, members in files.items():
        beginning = f"^{_literal(file)}/" if file else "^[^/]*$"
        defs[f"of_{file or 'ids'}"] = {"allOf": _of_shapes(members, defs)}
        fits = {"properties": {"setting": {"pattern": beginning}}, "required": ["setting"]}
        conditions.append({"if": fits, "then": {"$ref": f"#/$defs/of_{file or 'ids'}"}})
    return conditions


def _of_shapes(known: t.Sequence[_Known], defs: dict[str, Schema]) -> list[Schema]:
    """Return a condition for each shape with all settings that have it, and one for keys that need a scope."""
    keys: dict[tuple[str | None, str], list[str]] = {}
    for each in known:
        keys.setdefault((each.scope, _shared(each.shape, defs, "s")), []).append(each.key)
    conditions = [_condition(members, scope, {"$ref": shape}) for (scope, shape), members in keys.items()]
    scoped = list(dict.fromkeys(each.key for each in known if each.scope))
    return [*conditions, *([_condition(scoped, None, {"required": ["scope"]})] if scoped else [])]


def _condition(keys: list[str], scope: str | None, then: Schema) -> Schema:
    fits: Schema = {"setting": {"enum": keys}, **({"scope": {"const": scope}} if scope else {})}
    return {"if": {"properties": fits, "required": list(fits)}, "then": then}


def _known(catalog: Catalog, defs: dict[str, Schema]) -> t.Iterator[_Known]:
    for definition in catalog.settings():
        if definition.kind in (GROUP, GROUP_LIST):
            continue
        key = spelling(definition, catalog)
        scope = key.get("scope")
        shape = _shape(definition, catalog, defs)
        if definition.scope and scope is None:
            shape["properties"]["scope"] = {"const": definition.scope}
        if definition.deprecated:
            shape["properties"]["setting"] = {"deprecated": True, "deprecationMessage": _DEPRECATED}
        yield _Known(key["setting"], scope, one_line(definition.title), shape)


def _shape(definition: Definition, catalog: Catalog, defs: dict[str, Schema]) -> Schema:
    """Return what an entry of a setting may say beside its key."""
    try:
        elements = elements_of(definition, catalog)
    except ValueProblem:
        return {"properties": {}}
    if not is_toggle(definition):
        return {"properties": {"state": False, "value": _reference(definition, catalog, defs)}}
    needed = [
        known.id
        for child in option_of(definition, STATES["enabled"]).children
        if child.required and (known := catalog.get(child.id)) and default_of(known) is None
    ]
    if not elements:
        return {"properties": {"value": False, "values": {"maxProperties": 0}}}
    if len(elements) == 1:
        either = [{"required": ["value"]}, {"required": ["values"]}, _DISABLED]
        return {
            "properties": {"value": _reference(elements[0], catalog, defs), "values": {"maxProperties": 1}},
            **({"anyOf": either} if needed else {}),
        }
    return _of_several(elements, needed, catalog, defs)


def _of_several(
    elements: t.Sequence[Definition], needed: t.Sequence[str], catalog: Catalog, defs: dict[str, Schema]
) -> Schema:
    names = [each.name.lower() for each in elements]
    called = {each.id: each.name if names.count(each.name.lower()) == 1 else each.id for each in elements}
    members = {
        called[each.id]: {**_reference(each, catalog, defs), **_described(element_label(each))} for each in elements
    }
    # An element by its whole id is left to the language.
    values: Schema = {"properties": members, "patternProperties": {"~": {}}, "additionalProperties": False}
    missing = {"required": ["values"], "properties": {"values": {"required": sorted(called[each] for each in needed)}}}
    return {
        "properties": {"value": False, "values": values},
        **({"if": _DISABLED, "else": missing} if needed else {}),
    }


def _reference(definition: Definition, catalog: Catalog, defs: dict[str, Schema]) -> Schema:
    return {"$ref": _shared(_value(definition, catalog), defs, "v")}


def _value(definition: Definition, catalog: Catalog) -> Schema:
    """Return what the value of an element may be."""
    if definition.kind == CHOICE:
        return _choice(definition)
    if definition.kind == SIMPLE:
        return _simple(definition)
    least, most = definition.counts
    if definition.kind == SIMPLE_LIST:
        return _without_none({"type": "array", "items": _simple(definition), "minItems": least, "maxItems": most})
    pair = pair_of(definition, catalog)
    if pair is not None:
        values = {"type": "object", "additionalProperties": _simple(pair[1])}
        return _without_none({**values, "minProperties": least, "maxProperties": most})
    return _NOT_NULL


def _choice(definition: Definition) -> Schema:
    values = {spelled_option(definition, option): option.title for option in definition.options}
    taken = {str(value) for value in values}
    shown = (" ".join(title.split()) for title in values.values())
    names = [name for name in dict.fromkeys(shown) if name not in taken and _is_name(definition, name)]
    texts = {"enumDescriptions": [*map(one_line, values.values()), *("" for _name in names)]} if names else {}
    chosen = [spelled_option(definition, each) for each in definition.options if each.id == definition.default]
    ways: list[Schema] = [{"enum": [*values, *names], **texts}, {"type": "string", "pattern": _pattern(values, names)}]
    if is_toggle(definition):
        ways.append({"type": "boolean"})
    return _without_none({"anyOf": ways, "default": chosen[0] if chosen else None})


def _pattern(values: t.Iterable[int | str], names: t.Sequence[str]) -> str:
    """Return what texts may look like beside those that are listed: numbers, ids, and names that nobody listed."""
    numbers = "|".join(_literal(str(value)) for value in values if isinstance(value, int))
    known = [rf"^\s*(?:{numbers})\s*$"] if numbers else []
    unlisted = [] if names else [r"[^-+0-9\s]" if numbers else r"\S\s+\S"]
    return "|".join([*known, *unlisted, "~"])


def _literal(text: str) -> str:
    """Return the pattern of a text in a regular expression of ECMAScript."""
    return _SYNTAX.sub(r"\\\g<0>", text)


def _is_name(definition: Definition, name: str) -> bool:
    """Tell whether an option can be given by a display name, and an editor can show it as it is."""
    try:
        return bool(name) and one_line(name) == name and choice_of(definition, name) is not None
    except ValueProblem:
        return False


def _simple(definition: Definition) -> Schema:
    low, high = definition.bounds
    if definition.value_type == INTEGER:
        # Of one of Microsoft's the default is below the least.
        bounds: Schema = {"minimum": low, "maximum": high, "default": definition.default}
        if isinstance(definition.default, int):
            bounds["minimum"] = None if low is None else min(low, definition.default)
            bounds["maximum"] = None if high is None else max(high, definition.default)
        return _without_none({"type": ["integer", "string"], "pattern": _DIGITS, **bounds})
    if definition.value_type != STRING:
        return _NOT_NULL
    # Graph counts a character outside of the Basic Multilingual Plane as two, a schema as one; 0 is no bound.
    least = (low + 1) // 2 if low else None
    return _without_none({"type": ["string", "integer"], "minLength": least, "maxLength": high or None})


def _described(text: str) -> Schema:
    return {"description": text} if text else {}


def _without_none(schema: Schema) -> Schema:
    return {name: value for name, value in schema.items() if value is not None}


def _shared(schema: Schema, defs: dict[str, Schema], letter: str) -> str:
    """Return a reference to a schema, which is kept once; its name comes from what it says, so that it stays."""
    text = json.dumps(schema, sort_keys=True)
    name = f"{letter}{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    defs[name] = schema
    return f"#/$defs/{name}"


def _lines(value: t.Any, indent: str) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    inner = f"{indent} "
    if len(text) <= _LONGEST_LINE or not isinstance(value, (dict, list)):
        return text
    if isinstance(value, dict):
        members = (
            f"{inner}{json.dumps(name, ensure_ascii=False)}:{_lines(each, inner)}" for name, each in value.items()
        )
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    return "[\n" + ",\n".join(f"{inner}{_lines(each, inner)}" for each in value) + f"\n{indent}]"
