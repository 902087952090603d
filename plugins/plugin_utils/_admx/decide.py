# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which state of a policy, and which values of its elements, registry values are.

A reading is a state with its elements that would write just what is there. Where one alone fits, it is the answer;
where several do, or none does, the values alone do not tell, and the decision stays open with what fits. Nothing is
guessed: neither that a value which is not the enabled one is disabled, nor that a value is that of the only element.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, field, replace

from .model import DISABLED, ENABLED, Element, Fixed, Free, Listed, Policy
from .registry import DELETED, Data, Place, Registry

DECIDED, OPEN, NOT_CONFIGURED = "decided", "open", "not configured"
# So many readings are made where several fit.
MOST_READINGS = 8
# Values of enums and booleans that a sentence names.
_SHOWN = 6


@dataclass(frozen=True)
class Reading:
    """A state of a policy that fits: ``values`` of elements by id, those ``missing`` that nothing tells of.

    ``silent`` are the elements whose value is told by nothing being there, which is just what it writes. ``unwritten``
    is what this state writes and the registry does not hold: with it the policy is given in part. ``beside`` is what
    tells the value of an element from others that are spelled the same, by the id of the element.
    """

    state: str
    values: t.Mapping[str, t.Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    unwritten: tuple[tuple[Place, Data], ...] = ()
    beside: t.Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        told = [
            f"{name} = {value!r}" + (f" (with {self.beside[name]})" if name in self.beside else "")
            for name, value in sorted(self.values.items())
        ]
        told += [f"{name} not given" for name in self.missing]
        return f"{self.state} with {', '.join(told)}" if told else self.state


@dataclass(frozen=True)
class Decision:
    """What registry values say of a policy: the one reading where it is decided, else why not and what would fit."""

    outcome: str
    reading: Reading | None = None
    reason: str = ""
    readings: tuple[Reading, ...] = ()


def decide(policy: Policy, registry: Registry, whole: bool = False) -> Decision:
    """Return what registry values say of a policy. They may hold those of other policies, too.

    ``whole``: they are all that a state has written, as in a backup of Group Policy. Else they may be a part of it, and
    a reading that would write more fits, too.
    """
    held = policy.touched(registry)
    if not held:
        return Decision(NOT_CONFIGURED)
    if policy.shared:
        return Decision(
            OPEN, None, f"the ADMX policy writes {', '.join(policy.shared[:_SHOWN])} in several of its parts"
        )
    readings = tuple(itertools.islice(_readings(policy, held, whole), MOST_READINGS + 1))
    if len(readings) == 1:
        return Decision(DECIDED, readings[0])
    if not readings:
        return Decision(OPEN, None, _misfit(policy, held))
    more = "more than " if len(readings) > MOST_READINGS else ""
    reason = f"{more}{min(len(readings), MOST_READINGS)} readings of the ADMX policy write these values"
    return Decision(OPEN, None, reason, readings[:MOST_READINGS])


def _readings(policy: Policy, held: Registry, whole: bool) -> t.Iterator[Reading]:
    """Yield all readings that fit."""
    unwritten = _fits(policy.all_disabled, held)
    if unwritten is not None and held.keys() <= policy.all_disabled.keys() and not (whole and unwritten):
        yield Reading(DISABLED, unwritten=unwritten)
    base = _fits(policy.enabled, held)
    if base is None or (whole and base):
        return
    parts = [_parts(element, policy, held, whole) for element in policy.elements]
    explained = policy.places - _only_disabled(policy)
    if any(place not in explained and not _of_a_list(place, policy) for place in held):
        return
    ids = [element.id for element in policy.elements]
    for chosen in itertools.product(*parts):
        values = {name: part.value for name, part in zip(ids, chosen, strict=True) if not part.missing}
        missing = tuple(name for name, part in zip(ids, chosen, strict=True) if part.missing)
        silent = tuple(name for name, part in zip(ids, chosen, strict=True) if part.silent)
        more = tuple(entry for part in chosen for entry in part.unwritten)
        beside = {name: part.beside for name, part in zip(ids, chosen, strict=True) if part.beside}
        yield Reading(ENABLED, values, missing, silent, base + more, beside)


@dataclass(frozen=True)
class _Part:
    """What one element can be."""

    value: t.Any = None
    missing: bool = False
    silent: bool = False
    unwritten: tuple[tuple[Place, Data], ...] = ()
    beside: str = ""


_MISSING = _Part(missing=True)


def _fits(writes: Registry, held: Registry) -> tuple[tuple[Place, Data], ...] | None:
    """Return what is written and not held; None where something else is held than is written."""
    if any(held.get(place, data) != data for place, data in writes.items()):
        return None
    return tuple((place, data) for place, data in writes.items() if place not in held and data != DELETED)


def _only_disabled(policy: Policy) -> frozenset[Place]:
    """Return where the disabled policy alone writes."""
    enabled = frozenset(policy.enabled).union(*(element.places for element in policy.elements))
    return frozenset(policy.disabled) - enabled


def _of_a_list(place: Place, policy: Policy) -> bool:
    return place not in policy.places and any(each.takes(place) for each in policy.lists)


def _parts(element: Element, policy: Policy, held: Registry, whole: bool) -> list[_Part]:
    """Return all that an element can be; nothing where it cannot be what is held."""
    if isinstance(element, Fixed):
        return _of_items(element, held, whole)
    if isinstance(element, Free):
        return _of_value(element, held, whole)
    return _of_members(element, policy, held, whole)


def _of_items(element: Fixed, held: Registry, whole: bool) -> list[_Part]:
    own = {place for place in element.places if place in held}
    fitting = []
    for item in element.items:
        unwritten = _fits(item.writes, held)
        if unwritten is not None and own <= item.writes.keys() and not (whole and unwritten):
            fitting.append(_Part(item.value, unwritten=unwritten, beside=element.beside(item)))
    if own:
        return fitting
    # Nothing of it is there: it is the item that writes nothing, or nobody told what it is.
    silent = [replace(part, silent=True) for part in fitting if not part.unwritten]
    return silent or ([] if whole else [_MISSING])


def _of_value(element: Free, held: Registry, whole: bool) -> list[_Part]:
    data = held.get(element.place, DELETED)
    if data == DELETED:
        return [] if whole and element.required else [_MISSING]
    value = data.value
    if data.type != element.type:
        return []
    if element.as_text and isinstance(value, str):
        if not (value.isascii() and value.isdecimal() and len(value) <= 20):
            return []
        value = int(value)
    low, high = element.bounds
    if isinstance(value, int) and ((low is not None and value < low) or (high is not None and value > high)):
        return []
    return [_Part(list(value) if isinstance(value, tuple) else value)]


def _of_members(element: Listed, policy: Policy, held: Registry, whole: bool) -> list[_Part]:
    members = {
        place: data
        for place, data in held.items()
        if place not in policy.places and element.takes(place) and data != DELETED
    }
    if not members:
        return [] if whole and element.required else [_MISSING]
    if any(data.type != element.type for data in members.values()):
        return []
    if element.explicit:
        return [_Part({place.spelled: data.value for place, data in members.items()})]
    if element.prefix is None and any(place.spelled != data.value for place, data in members.items()):
        return []
    # Names with a number count as numbers do: 2 comes before 10.
    ordered = sorted(members, key=lambda place: (len(place.name) if element.prefix is not None else 0, place.name))
    return [_Part([members[place].value for place in ordered])]


def _misfit(policy: Policy, held: Registry) -> str:
    """Return why no reading fits, as the cause in a sentence: what is there, and what the policy writes there."""
    told = []
    for place, data in held.items():
        if not _explains(policy, place, data) or len(held) == 1:
            allowed = _written(policy, place)
            what = ", ".join(f"{name} ({each})" for name, each in list(allowed.items())[:_SHOWN])
            told.append(f"{place.spelled} is {data}" + (f", and the ADMX policy writes {what}" if what else ""))
    if not told:
        names = ", ".join(place.spelled for place in list(held)[:_SHOWN])
        return f"no state of the ADMX policy writes all of {names} as they are"
    return "; ".join(told[:_SHOWN])


def _explains(policy: Policy, place: Place, data: Data) -> bool:
    """Tell whether a part of a policy, looked at by itself, writes this."""
    if any(writes.get(place) == data for writes in (policy.enabled, policy.disabled)):
        return True
    held = {place: data}
    return any(
        any(item.writes.get(place) == data for item in element.items)
        if isinstance(element, Fixed)
        else any(not part.missing for part in _parts(element, policy, held, whole=False))
        for element in policy.elements
    )


def _written(policy: Policy, place: Place) -> dict[str, t.Any]:
    """Return what a policy writes to a place, by what writes it."""
    found: dict[str, t.Any] = {}
    for state, writes in ((ENABLED, policy.enabled), (DISABLED, policy.disabled)):
        if place in writes:
            found[state] = writes[place]
    for element in policy.elements:
        if isinstance(element, Fixed):
            for item in element.items:
                if place in item.writes:
                    found[element.told(item)] = item.writes[place]
        elif isinstance(element, Free) and place == element.place:
            low, high = element.bounds
            limits = f" from {low if low is not None else 0} to {high}" if high is not None else ""
            found[element.id] = f"{element.type}{limits}"
        elif isinstance(element, Listed) and element.takes(place):
            found[element.id] = f"members of {element.type}"
    return found
