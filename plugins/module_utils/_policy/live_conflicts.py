# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where policies of a tenant set one setting to different values for the same people, so none of them applies.

That is so on surfaces without priorities, where nobody is stronger. Which values are the same, and what of a policy
must be read for it, is for the surface to say. Pure.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, field

from .._errors import UserError
from .meeting import Meeting, Target, Targets, live_meeting
from .policy import Policy

Holder = t.TypeVar("Holder")
# What a policy sets, by the ids of settings.
Values = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Disagreement(t.Generic[Holder]):
    """Holders of different values who reach the same people, certainly or maybe, and hang together by that.

    ``sides`` are the holders of each value, in the order of the values; some may be empty.
    """

    sides: tuple[tuple[Holder, ...], ...]
    targets: frozenset[Target]
    certain: bool


def alike(holders: t.Iterable[Holder], same: t.Callable[[Holder, Holder], bool]) -> list[list[Holder]]:
    """Return holders by their values: those of one value together."""
    found: list[list[Holder]] = []
    for holder in holders:
        own = next((each for each in found if same(each[0], holder)), None)
        if own is None:
            found.append([holder])
        else:
            own.append(holder)
    return found


def disagreements(
    sides: t.Sequence[t.Sequence[Holder]], meeting: t.Callable[[Holder, Holder], Meeting | None]
) -> t.Iterator[Disagreement[Holder]]:
    """Yield the disagreements between holders of different values, the certain ones first.

    ``sides`` are the holders of each value, ``meeting`` tells of two whom they both reach; None for nobody, and for two
    who are not asked about.
    """
    links: dict[bool, list[tuple[Holder, Holder, Meeting]]] = {True: [], False: []}
    for left, right in itertools.combinations(sides, 2):
        for one, other in itertools.product(left, right):
            met = meeting(one, other)
            if met is not None:
                links[met.certain].append((one, other, met))
    for certain, found in links.items():
        for members, targets in _together(found):
            parts = tuple(tuple(each for each in side if id(each) in members) for side in sides)
            yield Disagreement(parts, targets, certain)


def _together(links: t.Sequence[tuple[Holder, Holder, Meeting]]) -> t.Iterator[tuple[set[int], frozenset[Target]]]:
    """Yield the holders, by their identity, that hang together by links, with the targets of these links."""
    groups: list[tuple[set[int], set[Target]]] = []
    for one, other, met in links:
        members, targets = {id(one), id(other)}, set(met.targets)
        apart = []
        for group in groups:
            if group[0].isdisjoint(members):
                apart.append(group)
            else:
                members |= group[0]
                targets |= group[1]
        groups = [*apart, (members, targets)]
    yield from ((members, frozenset(targets)) for members, targets in groups)


@dataclass(frozen=True)
class Held:
    """A policy as it is when the task is done, and what it sets. ``described``: it is one of those that are asked
    about. ``template`` is the family of templates that it was made from, "" for none.
    """

    policy: Policy
    described: bool
    values: Values = field(repr=False)
    template: str = ""


@dataclass(frozen=True)
class Side:
    """The policies that have one value of a setting, and that value as people read it."""

    value: t.Any
    policies: tuple[Held, ...]


@dataclass(frozen=True)
class Conflict:
    """A setting that policies set to different values for the same people. Whether there are such people is
    ``certain``, or it cannot be known from the assignments. ``setting`` is what the setting is called.
    """

    setting: str
    sides: tuple[Side, ...]
    targets: frozenset[Target]
    certain: bool


@dataclass(frozen=True)
class Conflicts:
    """All conflicts, and the policies that could not be read, of which nothing is known."""

    found: tuple[Conflict, ...] = ()
    unread: tuple[tuple[Policy, UserError], ...] = ()


# The policies that set a setting, by their values.
Contested = t.Mapping[str, t.Sequence[t.Sequence[Held]]]


def contested(held: t.Iterable[Held], same: t.Callable[[t.Any, t.Any], bool]) -> dict[str, list[list[Held]]]:
    """Return the settings, by their ids, that a described policy sets and another policy sets otherwise, with all that
    set them by their values.
    """
    holders: dict[str, list[Held]] = {}
    for each in held:
        for setting in each.values:
            holders.setdefault(setting, []).append(each)
    return {
        setting: sides
        for setting in sorted(holders)
        if any(each.described for each in holders[setting])
        and len(sides := _sides(holders[setting], setting, same)) > 1
    }


def _sides(holders: t.Sequence[Held], setting: str, same: t.Callable[[t.Any, t.Any], bool]) -> list[list[Held]]:
    return alike(holders, lambda one, other: same(one.values[setting], other.values[setting]))


def concerned(found: Contested) -> list[Held]:
    """Return the policies of contested settings that a described one disagrees with, and those: whom they reach counts.

    Each comes once.
    """
    chosen: dict[int, Held] = {}
    for sides in found.values():
        for side in sides:
            others = [each for other in sides if other is not side for each in other]
            if any(each.described for each in others):
                chosen |= {id(each): each for each in side}
            else:
                chosen |= {id(each): each for each in side if each.described}
    return list(chosen.values())


def conflicts_of(
    found: Contested,
    targets: t.Callable[[Held], Targets | None],
    told: t.Callable[[str, Held], tuple[str, t.Any]],
    is_known: t.Callable[[t.Any], bool],
) -> tuple[Conflict, ...]:
    """Return the conflicts over contested settings, the certain ones of each first.

    ``targets`` tells whom a policy reaches, None where that could not be read, ``told`` what a setting is called and
    the value that a policy has of it, and ``is_known`` whether a value shows all that it says: of others nobody can
    tell whether they differ. Two policies of which neither is described are not asked about.
    """
    met: dict[tuple[int, int], Meeting | None] = {}

    def meet(one: Held, other: Held) -> Meeting | None:
        pair = (id(one), id(other))
        if pair not in met:
            left, right = targets(one), targets(other)
            asked = (one.described or other.described) and left is not None and right is not None
            met[pair] = live_meeting(t.cast(Targets, left), t.cast(Targets, right)) if asked else None
        return met[pair]

    def meet_over(setting: str) -> t.Callable[[Held, Held], Meeting | None]:
        def meeting(one: Held, other: Held) -> Meeting | None:
            both = meet(one, other)
            if both is None or (is_known(one.values[setting]) and is_known(other.values[setting])):
                return both
            return Meeting(False, both.targets)

        return meeting

    return tuple(
        _conflict(setting, each.sides, each.targets, each.certain, told)
        for setting, sides in found.items()
        for each in disagreements(sides, meet_over(setting))
    )


def _conflict(
    setting: str,
    sides: t.Sequence[t.Sequence[Held]],
    targets: frozenset[Target],
    certain: bool,
    told: t.Callable[[str, Held], tuple[str, t.Any]],
) -> Conflict:
    shown = [(told(setting, side[0]), tuple(side)) for side in sides if side]
    named = shown[0][0][0]
    return Conflict(named, tuple(Side(value, policies) for (_name, value), policies in shown), targets, certain)
