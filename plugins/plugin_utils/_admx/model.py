# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies of ADMX files as values: what each state and each element writes to the registry."""

from __future__ import annotations

import functools
import typing as t
from collections import Counter
from dataclasses import dataclass

from .registry import DELETED, Data, Place, Registry

ENABLED, DISABLED = "enabled", "disabled"
USER, DEVICE = "user", "device"


class AdmxError(ValueError):
    """An ADMX file, or a policy in it, that cannot be used; the text is the cause."""


@dataclass(frozen=True)
class Item:
    """One of the things that an element can be: its value, and all that this writes. None: the value is removed."""

    value: bool | int | str | None
    writes: Registry


@dataclass(frozen=True)
class Fixed:
    """An element that is one of several things: a boolean or an enum.

    ``when_disabled`` is what the disabled policy writes of it.
    """

    id: str
    place: Place
    items: tuple[Item, ...]
    required: bool
    when_disabled: Registry

    @functools.cached_property
    def places(self) -> frozenset[Place]:
        """Where it writes."""
        return frozenset({self.place}.union(*(item.writes for item in self.items)))

    def beside(self, item: Item) -> str:
        """Return what tells an item from those of the same value: what it writes elsewhere; "" where it is alone."""
        if sum(each.value == item.value and type(each.value) is type(item.value) for each in self.items) < 2:
            return ""
        told = (f"{place.spelled} = {data}" for place, data in item.writes.items() if place != self.place)
        return ", ".join(told) or "nothing else"

    def told(self, item: Item) -> str:
        """Return what an item is, for a sentence."""
        beside = self.beside(item)
        return f"{self.id} = {item.value!r}" + (f" with {beside}" if beside else "")


@dataclass(frozen=True)
class Free:
    """An element whose value people write: a number or a text. ``as_text`` is a number that is stored as text."""

    id: str
    place: Place
    type: str
    required: bool
    bounds: tuple[int | None, int | None] = (None, None)
    as_text: bool = False

    @property
    def places(self) -> frozenset[Place]:
        """Where it writes."""
        return frozenset({self.place})

    @property
    def when_disabled(self) -> Registry:
        """What the disabled policy writes of it."""
        return {self.place: DELETED}


@dataclass(frozen=True)
class Listed:
    """An element that is a list: each member is a value below ``key``.

    ``explicit``: people give names and data. Else the names are ``prefix`` and a number, or the data itself where there
    is no prefix.
    """

    id: str
    key: str
    type: str
    explicit: bool
    prefix: str | None
    required: bool

    places: t.ClassVar[frozenset[Place]] = frozenset()
    when_disabled: t.ClassVar[Registry] = {}

    def takes(self, place: Place) -> bool:
        """Tell whether a value can be a member, by its place."""
        if place.key != self.key:
            return False
        if self.explicit or self.prefix is None:
            return True
        prefix = self.prefix.lower()
        number = place.name.removeprefix(prefix)
        return place.name.startswith(prefix) and number.isascii() and number.isdecimal()


Element = t.Union[Fixed, Free, Listed]


@dataclass(frozen=True)
class Policy:
    """One policy: for whom it is, what each of its states writes by itself, and its elements."""

    name: str
    scopes: frozenset[str]
    enabled: Registry
    disabled: Registry
    elements: tuple[Element, ...]

    @functools.cached_property
    def all_disabled(self) -> Registry:
        """All that the disabled policy writes: its own values, and those of its elements."""
        found = dict(self.disabled)
        for element in self.elements:
            for place, data in element.when_disabled.items():
                found.setdefault(place, data)
        return found

    @functools.cached_property
    def places(self) -> frozenset[Place]:
        """Where it writes, but for members of lists."""
        named: frozenset[Place] = frozenset({*self.enabled, *self.disabled})
        return named.union(*(element.places for element in self.elements))

    @property
    def lists(self) -> tuple[Listed, ...]:
        """Its elements that are lists."""
        return tuple(each for each in self.elements if isinstance(each, Listed))

    def touched(self, registry: Registry) -> dict[Place, Data]:
        """Return the values that are this policy's to write."""
        return {
            place: data
            for place, data in registry.items()
            if place in self.places or any(each.takes(place) for each in self.lists)
        }

    @functools.cached_property
    def shared(self) -> tuple[str, ...]:
        """What more than one part of the policy writes when it is enabled: nobody can tell whose value it is."""
        writers = Counter(list(self.enabled))
        for element in self.elements:
            writers.update(element.places)
        keys = Counter(each.key for each in self.lists)
        names = [place.spelled for place, count in writers.items() if count > 1]
        return tuple(sorted(names) + sorted(key for key, count in keys.items() if count > 1))
