# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which policies of a user have settings that differ between two catalogs, and what that means for them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._policy.payload import PayloadError
from .._policy.texts import value_of_text
from .catalog import Catalog
from .catalog_changes import ADDED, CatalogChanges
from .definitions import Definition
from .keys import find, settings_of
from .language import compile_entry
from .problems import unfit
from .settings import Settings

# What becomes of an entry: it is refused now, it means other settings, or it means what it meant.
REFUSED, DIFFERS, SAME = "refused", "differs", "same"

Policy = t.Mapping[str, t.Any]
Result = dict[str, t.Any]


@dataclass(frozen=True)
class _Use:
    """A setting that a policy names: by an entry, or to remove it. ``roots`` are the settings that are meant."""

    key: str
    roots: frozenset[str]
    entry: t.Any = None


def touched(policies: t.Iterable[Policy], changes: CatalogChanges, before: Catalog, after: Catalog) -> list[Result]:
    """Return the entries of policies whose settings changed, with how, in the order of the policies.

    ``before`` and ``after`` are the catalogs that the changes are between. Of a setting whose texts alone changed, the
    entries that are no longer understood, or otherwise, are returned. What is not settings is passed over.
    """
    return list(_touched(policies, changes, before, after))


def _touched(
    policies: t.Iterable[Policy], changes: CatalogChanges, before: Catalog, after: Catalog
) -> t.Iterator[Result]:
    kinds: dict[str, set[str]] = {}
    for change in changes.listed:
        kinds.setdefault(change.definition.root.lower(), set()).add(change.kind)
    suspects = {*kinds, *_roots(changes.texts, after), *_namesakes(changes, before)}
    for policy in policies:
        for use in _uses(policy.get("settings"), before, after):
            if suspects.isdisjoint(use.roots):
                continue
            how = sorted({kind for root in use.roots for kind in kinds.get(root, ())})
            effect, problem = _effect(use, before, after)
            if how or effect != SAME:
                yield {
                    "file": policy.get("file"),
                    "policy": policy.get("display_name") or policy.get("id"),
                    "setting": use.key,
                    "changes": how or ["texts"],
                    "effect": effect,
                    "problem": problem,
                }


def _roots(ids: t.Iterable[str], catalog: Catalog) -> set[str]:
    return {definition.root.lower() for definition in map(catalog.get, ids) if definition is not None}


def _namesakes(changes: CatalogChanges, before: Catalog) -> set[str]:
    """Return the settings whose keys an added setting has, too: such a key may lead nowhere now."""
    added = (each.definition for each in changes.listed if each.kind == ADDED and each.definition.is_setting)
    named = (each for new in added for each in before.of_name(new.file, new.name))
    return {each.id.lower() for each in named}


def _effect(use: _Use, before: Catalog, after: Catalog) -> tuple[str, str | None]:
    """Return what becomes of a use, with what is wrong with it where it is refused now and was not."""
    if use.entry is None:
        return SAME, None
    was, is_now = (compile_entry(use.entry, catalog, suggest=False) for catalog in (before, after))
    if was.wrong or was.setting is None:
        return SAME, None
    if is_now.wrong or is_now.setting is None:
        return REFUSED, "; ".join(is_now.wrong) or None
    return (SAME if Settings([is_now.setting]) == Settings([was.setting]) else DIFFERS), None


def _uses(settings: t.Any, before: Catalog, after: Catalog) -> t.Iterator[_Use]:
    """Yield what the option ``settings`` names, in all its forms."""
    given = _read(settings)
    parts = given if isinstance(given, dict) else {"set": given}
    for part in ("set", "add"):
        for entry in _members(parts.get(part)):
            if isinstance(entry, dict):
                yield from _use_of_entry(entry, before, after)
    for key in _members(parts.get("remove")):
        named = key if isinstance(key, dict) else {"setting": key}
        yield from _use_of_key(named, before, after, None)


def _members(value: t.Any) -> list[t.Any]:
    given = _read(value)
    if isinstance(given, (list, tuple)):
        return list(given)
    return [] if given is None or isinstance(given, dict) else [given]


def _read(value: t.Any) -> t.Any:
    """Return the value of a text that is a list or a mapping, all else as it is."""
    try:
        return value_of_text(value) if isinstance(value, str) else value
    except PayloadError:
        return value


def _use_of_entry(entry: Policy, before: Catalog, after: Catalog) -> t.Iterator[_Use]:
    if unfit(entry):
        return
    if "raw" not in entry:
        yield from _use_of_key(entry, before, after, entry)
        return
    ids = list(_ids_in(entry["raw"]))
    known = [before.get(each) or after.get(each) for each in ids]
    roots = frozenset(each.root.lower() for each in known if each is not None)
    if roots:
        yield _Use(ids[0], roots, entry)


def _ids_in(value: t.Any) -> t.Iterator[str]:
    """Yield the definition ids of a setting instance, the outermost first."""
    if isinstance(value, dict):
        own = value.get("settingDefinitionId")
        if isinstance(own, str):
            yield own
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        yield from _ids_in(member)


def _use_of_key(named: Policy, before: Catalog, after: Catalog, entry: t.Any) -> t.Iterator[_Use]:
    key, scope = named.get("setting"), named.get("scope")
    if not isinstance(key, str) or not key.strip():
        return
    meant = [_one(key, scope if isinstance(scope, str) else None, catalog) for catalog in (before, after)]
    roots = frozenset(each.id.lower() for each in meant if each is not None)
    if not roots:
        roots = frozenset(each.id.lower() for catalog in (before, after) for each in settings_of(key, catalog))
    if roots:
        yield _Use(key.strip(), roots, entry)


def _one(key: str, scope: str | None, catalog: Catalog) -> Definition | None:
    return find(key, scope, catalog, suggest=False).definition
