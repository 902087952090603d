# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two catalogs: which definitions were added, changed, called deprecated and removed. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from .catalog import Catalog
from .definitions import Definition
from .keys import spelling
from .lines import TEXTS, told_of

ADDED, CHANGED, DEPRECATED, REMOVED = "added", "changed", "deprecated", "removed"
CHANGES = (ADDED, CHANGED, DEPRECATED, REMOVED)
# What a line says of a definition that is not a fact of it.
_NOT_FACTS = frozenset({"id", *TEXTS})

Definitions = t.Mapping[str, Definition]
Result = dict[str, t.Any]


@dataclass(frozen=True)
class Fact:
    """A fact that differs, by its key in a catalog file; of a mapping, the members that differ. None: not there."""

    name: str
    before: t.Any
    after: t.Any


@dataclass(frozen=True)
class Change:
    """A definition that is not what it was: ``before`` or ``after`` is None where it was not or is not there."""

    kind: str
    before: Definition | None
    after: Definition | None
    facts: tuple[Fact, ...] = ()

    @property
    def definition(self) -> Definition:
        """The definition as it is, as it was where it is gone."""
        return t.cast(Definition, self.after or self.before)


@dataclass(frozen=True)
class CatalogChanges:
    """All that differs: ``listed`` by setting and element, and the ids of definitions with other texts alone."""

    listed: tuple[Change, ...] = ()
    texts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.listed or self.texts)

    @property
    def counts(self) -> dict[str, int]:
        """How many definitions changed in each way."""
        counted = Counter(change.kind for change in self.listed)
        return {**{kind: counted[kind] for kind in CHANGES}, "texts": len(self.texts)}


def catalog_changes(before: Definitions, after: Definitions) -> CatalogChanges:
    """Return what differs between two catalogs, each by id in lower case.

    A definition that had no texts is not changed by those that it has now, nor one by the order of its options.
    """
    found = [_change(before.get(key), after.get(key)) for key in {*before, *after}]
    listed = [each for each in found if each is not None and each.kind != ""]
    texts = sorted(each.definition.id for each in found if each is not None and each.kind == "")
    return CatalogChanges(tuple(sorted(listed, key=lambda each: _place(each.definition))), tuple(texts))


def _place(definition: Definition) -> tuple[str, bool, str]:
    return (definition.root, not definition.is_setting, definition.id)


def _change(before: Definition | None, after: Definition | None) -> Change | None:
    """Return how a definition changed, None where it did not; one whose texts alone did has no kind."""
    if before == after:
        return None
    if before is None or after is None:
        return Change(REMOVED if after is None else ADDED, before, after)
    facts = tuple(_facts(_told(before), _told(after)))
    if after.deprecated and not before.deprecated:
        return Change(DEPRECATED, before, after, facts)
    if facts:
        return Change(CHANGED, before, after, facts)
    return Change("", before, after) if _has_texts(before) and _texts(before) != _texts(after) else None


def _told(definition: Definition) -> Result:
    return {key: value for key, value in told_of(definition).items() if key not in _NOT_FACTS}


def _texts(definition: Definition) -> Result:
    told = told_of(definition, titles=True)
    return {key: told.get(key) for key in TEXTS}


def _has_texts(definition: Definition) -> bool:
    return any(_texts(definition).values())


def _facts(before: Result, after: Result) -> t.Iterator[Fact]:
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
            one, other = ({key: side[key] for key in keys if key in side} for side in (one, other))
        yield Fact(name, one, other)


def changes_result(changes: CatalogChanges, before: Catalog, after: Catalog) -> list[Result]:
    """Return the changes as results have them, each under the key that leads to its setting."""
    return [change_result(change, after if change.after else before) for change in changes.listed]


def change_result(change: Change, catalog: Catalog) -> Result:
    """Return one change, under the key by which a catalog finds its setting."""
    definition = change.definition
    setting = catalog.get(definition.root)
    return {
        "change": change.kind,
        "setting": spelling(setting, catalog)["setting"] if setting else definition.root,
        "scope": definition.scope or None,
        "element": None if definition.is_setting else definition.name,
        "id": definition.id,
        "display_name": definition.title or None,
        "facts": [{"fact": fact.name, "before": fact.before, "after": fact.after} for fact in change.facts],
    }
