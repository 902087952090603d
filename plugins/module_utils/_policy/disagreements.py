# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who disagrees over one value, and whom it concerns, where nobody is stronger. Pure."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from .meeting import Meeting, Target

Holder = t.TypeVar("Holder")


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
