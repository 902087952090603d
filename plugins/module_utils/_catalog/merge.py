# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option ``settings``: exactly these, or these added and those removed."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._policy.payload import PayloadError
from .._policy.texts import is_like_json, value_of_text
from .catalog import Catalog
from .definitions import Definition
from .keys import Found, find, name_of
from .language import compile_settings
from .problems import SHOWN, Kind, Problem, SettingsError, listed, type_of, unfit
from .settings import EMPTY, Settings, hidden_secrets, same
from .validate import too_many

FORMS = "give a list of entries, or a mapping with set, or with add and remove"
_PARTS = ("set", "add", "remove")
_NOT_A_KEY = (
    "it must be a key such as excel16/L_VBAWarningsPolicy, a whole definition id, or a mapping of setting and scope"
)


_TOKEN = (
    "it holds a secret that Graph shows as a token only, and a change of the policy must send its value: give the "
    "setting as raw with the value and valueState notEncrypted, or remove it"
)


@dataclass(frozen=True)
class SettingsChange:
    """What is asked of the settings of a policy: ``exact`` ones, or some to add and keys to remove.

    A key is a text and a scope, which may be None.
    """

    exact: Settings | None = None
    add: Settings = EMPTY
    remove: tuple[tuple[str, str | None], ...] = ()


def parse_settings(value: t.Any, catalog: Catalog, suggest: int = SHOWN) -> SettingsChange:
    """Return what the option ``settings`` asks for. Raises SettingsError with all that is wrong; so many of the keys
    that lead nowhere get suggestions.
    """
    if isinstance(value, str):
        value = _of_text(value)
    if isinstance(value, (list, tuple)):
        return SettingsChange(exact=compile_settings(value, catalog, suggest))
    if not isinstance(value, dict):
        raise SettingsError([Problem("settings", f"it is of type {type_of(value)}: {FORMS}")])
    wrong = unfit([*value])
    if wrong:
        raise SettingsError([Problem("settings", f"{wrong}: {FORMS}")])
    unknown = [str(key) for key in value if key not in _PARTS]
    if unknown:
        raise SettingsError([Problem("settings", f"it has the unknown key {listed(unknown)}: {FORMS}")])
    if "set" in value and len(value) > 1:
        raise SettingsError([Problem("settings", f"set is combined with add or remove: {FORMS}")])
    if "add" not in value and "remove" not in value:
        return SettingsChange(exact=compile_settings(_as_list(value.get("set", [])), catalog, suggest))
    return _parts(value.get("add", []), value.get("remove", []), catalog, suggest)


def _parts(add: t.Any, remove: t.Any, catalog: Catalog, suggest: int) -> SettingsChange:
    problems: list[Problem] = []
    added = EMPTY
    try:
        added = compile_settings(_as_list(add), catalog, suggest)
    except SettingsError as error:
        problems += [replace(each, place=f"add {each.place}") for each in error.problems]
    keys: list[tuple[str, str | None]] = []
    if isinstance(remove, str) and remove.strip():
        remove = _of_text(remove) if is_like_json(remove) else [remove]
    if not isinstance(remove, (list, tuple)):
        problems.append(Problem("remove", f"it must be a list of keys, not {type_of(remove)}"))
        remove = []
    for number, given in enumerate(remove, 1):
        key = _key(given)
        place = f"remove item {number} of {len(remove)}"
        if key is None:
            problems.append(Problem(place, _NOT_A_KEY))
            continue
        keys.append(key)
        found = find(*key, catalog, suggest=False).definition
        if found is not None and found.id in added:
            problems.append(Problem(f"{place} ({key[0]})", "it is in add and in remove: keep one of them"))
    if problems:
        raise SettingsError(problems)
    return SettingsChange(add=added, remove=tuple(keys))


def _as_list(entries: t.Any) -> t.Any:
    return _of_text(entries) if isinstance(entries, str) else entries


def _of_text(text: str) -> t.Any:
    """Return the list or the mapping of a text: extra variables and surveys know nothing else."""
    try:
        return value_of_text(text)
    except PayloadError:
        raise SettingsError(
            [Problem("settings", f"it is a text, but not that of a list or a mapping: {FORMS}")]
        ) from None


def _key(given: t.Any) -> tuple[str, str | None] | None:
    if isinstance(given, str) and given.strip():
        return given.strip(), None
    if isinstance(given, dict) and given.keys() <= {"setting", "scope"} and isinstance(given.get("setting"), str):
        scope = given.get("scope")
        return (given["setting"].strip(), scope) if scope in (None, "user", "device") else None
    return None


def merged(change: SettingsChange, live: Settings, catalog: Catalog) -> Settings:
    """Return the settings that a policy with these is to have.

    An added setting takes the place of the one that is there. A key to remove may be one that the policy does not have,
    but the catalog must know it, or the policy must have it. Raises SettingsError with all keys that lead nowhere, and
    with all secrets whose values nobody has, since a write sends all settings of a policy.
    """
    problems: list[Problem] = []
    gone: set[str] = set()
    for number, (key, scope) in enumerate(change.remove, 1):
        ids, found = _to_remove((key, scope), live, catalog, suggest=len(problems) < SHOWN)
        gone |= ids
        if found.wrong:
            place = f"remove item {number} of {len(change.remove)} ({key})"
            problems.append(Problem(place, found.wrong, found.ask, Kind.UNKNOWN, key))
    wanted = live.without(gone).with_settings(change.add.values()) if change.exact is None else change.exact
    if not same(wanted, live):
        problems += too_many(len(wanted))
        problems += [Problem(name_of(each, catalog), _TOKEN) for each in sorted(hidden_secrets(wanted))]
    if problems:
        raise SettingsError(problems)
    return wanted


def _to_remove(
    wanted: tuple[str, str | None], live: Settings, catalog: Catalog, suggest: bool
) -> tuple[set[str], Found]:
    """Return the ids that a key removes (of several settings of a name the one that is there), or what is wrong."""
    key, scope = wanted
    if key.lower() in live:
        return {key}, Found()
    file, _mark, name = key.replace(";", "/").partition("/")
    named: tuple[Definition, ...] = catalog.of_name(file.strip(), name.strip())
    there = [each.id for each in named if each.id in live and scope in (None, each.scope)]
    if len(there) == 1:
        return set(there), Found()
    if not there and any(scope in (None, each.scope) for each in named):
        return set(), Found()
    found = find(key, scope, catalog, suggest)
    return {found.definition.id} if found.definition else set(), found
