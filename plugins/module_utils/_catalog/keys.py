# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of settings: ``excel16/L_VBAWarningsPolicy``, ``excel16;L_VBAWarningsPolicy``, or a whole definition id."""

from __future__ import annotations

import difflib
import re
import typing as t
from dataclasses import dataclass

from .catalog import Catalog
from .definitions import OFFICE_FILES, Definition, is_office
from .problems import Ask, listed

SCOPES = ("user", "device")
_NEAREST = 3
# Graph finds a policy by a part of the id, so for a shorter name than any it would return half of its definitions.
_SHORTEST = 5
_NO_SETTING = "there is no setting"
_FILE_AND_NAME = re.compile(r"(?P<file>[^/;]*)[/;](?P<name>[^/;]*)")


@dataclass(frozen=True)
class Found:
    """What a key leads to: a definition, or what is wrong with it and what Graph may know better."""

    definition: Definition | None = None
    wrong: str = ""
    ask: Ask = Ask()


def find(key: str, scope: str | None, catalog: Catalog, suggest: bool = True) -> Found:
    """Return the setting that a key and a scope lead to.

    What is wrong names the nearest keys, unless nobody is to read it: the search for them takes long.
    """
    text = key.strip()
    known = catalog.get(text)
    if known is not None:
        return _whole_id(known, scope, catalog)
    parts = _FILE_AND_NAME.fullmatch(text)
    if parts is None:
        nearest = _nearest(text, catalog) if suggest else ""
        return Found(None, f"{_NO_SETTING} {text}{nearest}", Ask(ids=frozenset({text})))
    file, name = parts["file"].strip(), parts["name"].strip()
    named = catalog.of_name(file, name)
    if not named:
        asked = Ask(names=frozenset({(file.lower(), name.lower())})) if file and len(name) >= _SHORTEST else Ask()
        if not suggest:
            return Found(None, f"{_NO_SETTING} {text}", asked)
        wrong = _element_of(file, name, catalog) or f"{_NO_SETTING} {text}{_nearest(f'{file}/{name}', catalog)}"
        return Found(None, wrong, asked)
    return _one_of(text, scope, named)


def is_office_entry(entry: t.Mapping[str, t.Any]) -> bool:
    """Tell whether an entry of the settings language is about a setting of Office, which no catalog need know."""
    raw = entry.get("raw")
    key = str((raw.get("settingDefinitionId") if isinstance(raw, dict) else entry.get("setting")) or "").strip()
    parts = None if raw else _FILE_AND_NAME.fullmatch(key)
    return is_office(key) if parts is None else parts["file"].strip().lower() in OFFICE_FILES


def settings_of(key: str, catalog: Catalog) -> tuple[Definition, ...]:
    """Return all settings that a key can mean: in both scopes, deprecated ones too, and the owners of an element."""
    text = key.strip()
    parts = _FILE_AND_NAME.fullmatch(text)
    known = catalog.get(text)
    named: tuple[Definition, ...] = (known,) if known else ()
    if parts and not named:
        file, name = parts["file"].strip(), parts["name"].strip()
        named = catalog.of_name(file, name) or catalog.elements_of_name(file.lower(), name.lower())
    owners = dict.fromkeys(each.root.lower() for each in named)
    return tuple(each for each in map(catalog.get, owners) if each is not None)


def _whole_id(definition: Definition, scope: str | None, catalog: Catalog) -> Found:
    if not definition.is_setting:
        root = catalog.get(definition.root)
        name = shown(root, catalog) if root else definition.root
        ask = Ask(ids=frozenset({definition.root}))
        return Found(None, f"it is an element of {name}: give that one, and {definition.name} in its values", ask)
    if scope and definition.scope and scope != definition.scope:
        return Found(None, f"it is a setting for {definition.scope}s: leave scope out, or find the id of the other one")
    return Found(definition)


def _element_of(file: str, name: str, catalog: Catalog) -> str:
    """Return what is wrong with the key of an element, "" where there is no element of this name."""
    elements = catalog.elements_of_name(file.lower(), name.lower())
    owners = list(dict.fromkeys(name_of(each.root, catalog) for each in elements))
    if not owners:
        return ""
    which = "that one" if len(owners) == 1 else "the one that you mean"
    return f"it is an element of {listed(owners, most=4)}: give {which}, and {elements[0].name} in its values"


def _one_of(text: str, scope: str | None, named: t.Sequence[Definition]) -> Found:
    fitting = [each for each in named if scope in (None, each.scope)]
    if not fitting:
        there = named[0].scope
        ask = Ask(ids=frozenset(each.id for each in named), names=frozenset({(named[0].file, named[0].name.lower())}))
        return Found(None, f"it is a setting for {there}s only: leave scope out, or say scope: {there}", ask)
    if len({each.scope for each in fitting}) > 1:
        return Found(None, "it is there for users and for devices: say scope: user or scope: device")
    current = [each for each in fitting if not each.deprecated] or fitting
    if len(current) > 1:
        ids = listed((each.id for each in current), most=4)
        return Found(None, f"{text} is the name of {len(current)} settings: give one of the whole ids {ids}")
    return Found(current[0])


def spelling(definition: Definition, catalog: Catalog) -> dict[str, str]:
    """Return the shortest key of a setting that leads to it, with its scope where that is needed."""
    key = f"{definition.file}/{definition.name}"
    if definition.file and _FILE_AND_NAME.fullmatch(key) and catalog.get(key) is None:
        named = catalog.of_name(definition.file, definition.name)
        for scope in (None, definition.scope):
            if _one_of(key, scope, named).definition == definition:
                return {"setting": key, **({"scope": scope} if scope else {})}
    return {"setting": definition.id}


def shown(definition: Definition, catalog: Catalog) -> str:
    """Return a setting's shortest key as one text, for messages and diffs."""
    found = spelling(definition, catalog)
    scope = found.get("scope")
    return f"{found['setting']} ({scope})" if scope else found["setting"]


def name_of(definition_id: str, catalog: Catalog) -> str:
    """Return the shortest key of a definition as one text, its id where the catalog does not know it."""
    definition = catalog.get(definition_id)
    return definition_id if definition is None or not definition.is_setting else shown(definition, catalog)


def _nearest(text: str, catalog: Catalog) -> str:
    """Return the keys that look most like a text, as the end of a sentence."""
    wanted = text.lower().replace(";", "/")
    names = list(catalog.names())
    found = _of_an_id(wanted, names) if "~" in wanted else []
    wanted = _key_of_an_id(wanted, names) if "~" in wanted else wanted
    file, _slash, name = wanted.rpartition("/")
    found += [each for each in names if each[1] == name and each not in found][: _NEAREST - len(found)]
    for pool in ([each for each in names if each[0] == file], names):
        if len(found) < _NEAREST:
            near = difflib.get_close_matches(wanted, [f"{each[0]}/{each[1]}" for each in pool], n=_NEAREST)
            found += [parts for key in near if (parts := _pair(key)) not in found]
    if not file and len(found) < _NEAREST:
        # Names begin with L_ in ADMX files.
        near = difflib.get_close_matches(f"l_{name.removeprefix('l_')}", {each[1] for each in names}, n=_NEAREST)
        found += sorted((each for each in names if each[1] in near), key=lambda each: near.index(each[1]))
    originals = [catalog.of_name(*each) for each in found[:_NEAREST]]
    keys = [f"{each[0].file}/{each[0].name}" for each in originals if each]
    if not keys:
        return ": a key is the ADMX file and the policy, such as excel16/L_VBAWarningsPolicy, or a whole definition id"
    return f"; the nearest keys are {listed(keys)}" if len(keys) > 1 else f"; the nearest key is {keys[0]}"


def _of_an_id(definition_id: str, names: t.Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the policies whose names are in the end of an id, the longest first."""
    end = definition_id.rpartition("~")[2]
    found = [each for each in names if each[1] in end and each[0] in definition_id]
    return sorted(found, key=lambda each: (-len(each[1]), each))[:_NEAREST]


def _key_of_an_id(definition_id: str, names: t.Sequence[tuple[str, str]]) -> str:
    """Return the key that an id seems to be of: an ADMX file that is in it, and the end of it."""
    files = sorted({file for file, _name in names if f"_{file}" in definition_id}, key=len)
    _category, _mark, name = definition_id.rpartition("~")[2].partition("_l_")
    return f"{files[-1] if files else ''}/l_{name}"


def _pair(key: str) -> tuple[str, str]:
    file, _slash, name = key.partition("/")
    return file, name
