# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a declared order to numbers: as few policies as possible get a new one. Pure."""

from __future__ import annotations

import bisect
import enum
import typing as t
from dataclasses import dataclass

from .._errors import UserError
from .._ids import id_key
from .._policy.policy import MAX_PRIORITY

_SUBJECT = "the order"


class Unlisted(enum.Enum):
    """Where policies go that the order does not name; among themselves they keep their places."""

    KEEP_AFTER = "keep_after"
    KEEP_BEFORE = "keep_before"
    FAIL = "fail"


@dataclass(frozen=True)
class Order:
    """A declared order: ids or display names, strongest first."""

    names: tuple[str, ...]
    unlisted: Unlisted = Unlisted.KEEP_AFTER


@dataclass(frozen=True)
class Seat:
    """One policy in the tenant as it will be: its number now (None for a new one), and the one it must get, if any."""

    name: str
    id: str | None
    now: int | None
    fixed: int | None = None

    def named(self) -> str:
        """Return the policy as messages name it."""
        return f"policy '{self.name}'" + (f" (id {self.id})" if self.id else "")


def arrange(order: Order, seats: t.Sequence[Seat]) -> list[int]:
    """Return the places (in ``seats``) of all policies, strongest first.

    Raises UserError for a name that no policy or several policies have, one that is listed twice, and for policies that
    are not listed where that is to fail.
    """
    listed: list[int] = []
    for name in order.names:
        place = _find(name, seats)
        if place in listed:
            raise UserError(_SUBJECT, "apply it", f"{seats[place].named()} is listed in it twice", "Keep one of them")
        listed.append(place)
    rest = [place for place in range(len(seats)) if place not in set(listed)]
    rest.sort(key=lambda place: _current_place(seats[place], place))
    if rest and order.unlisted is Unlisted.FAIL:
        others = ", ".join(seats[place].named() for place in rest[:5]) + (" and others" if len(rest) > 5 else "")
        raise UserError(
            _SUBJECT,
            "apply it",
            f"{len(rest)} policies are not listed: {others}",
            "List them, or choose unlisted: keep_after",
        )
    return rest + listed if order.unlisted is Unlisted.KEEP_BEFORE else listed + rest


def _find(name: str, seats: t.Sequence[Seat]) -> int:
    found = [place for place, seat in enumerate(seats) if seat.id is not None and id_key(seat.id) == id_key(name)]
    found = found or [place for place, seat in enumerate(seats) if seat.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(sorted(str(seats[place].id) for place in found))
        raise UserError(
            _SUBJECT, f"place '{name}'", f"{len(found)} policies have this name (ids {ids})", "Give the id in its place"
        )
    raise UserError(
        _SUBJECT, f"place '{name}'", "no policy has this id or display_name", "Check the spelling, or take it out"
    )


def _current_place(seat: Seat, place: int) -> tuple[bool, int, int]:
    number = seat.fixed if seat.fixed is not None else seat.now
    return (number is None, number or 0, place)


def renumber(seats: t.Sequence[Seat]) -> list[int]:
    """Return rising numbers for policies that are given strongest first, changing as few as possible.

    A policy can keep its number if enough numbers are free before and after it. With its place taken off, that means:
    the kept numbers must not fall, so the longest such run is kept and the others fill the gaps behind it. Raises
    UserError when two fixed numbers contradict the order, or leave no room for the policies between them.
    """
    shifted = [_shifted(seat, place) for place, seat in enumerate(seats)]
    anchors = [place for place, seat in enumerate(seats) if seat.fixed is not None]
    kept: dict[int, int] = {}
    low, start, highest = 0, 0, MAX_PRIORITY - (len(seats) - 1)
    for end in [*anchors, len(seats)]:
        high = highest if end == len(seats) else t.cast(int, shifted[end])
        if high < low or high > highest:
            raise _no_room(seats, anchors, end)
        kept.update(_longest_rise(shifted, range(start, end), low, high))
        if end < len(seats):
            kept[end] = high
        low, start = high, end + 1
    numbers = []
    current = 0
    for place in range(len(seats)):
        current = kept.get(place, current)
        numbers.append(current + place)
    return numbers


def _shifted(seat: Seat, place: int) -> int | None:
    number = seat.fixed if seat.fixed is not None else seat.now
    return None if number is None else number - place


def _longest_rise(shifted: t.Sequence[int | None], places: t.Iterable[int], low: int, high: int) -> dict[int, int]:
    """Return the longest run of values between low and high that never falls, by place."""
    tails: list[int] = []
    tail_places: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        value = shifted[place]
        if value is None or not low <= value <= high:
            continue
        length = bisect.bisect_right(tails, value)
        before[place] = tail_places[length - 1] if length else None
        tails[length:] = [value, *tails[length + 1 :]]
        tail_places[length:] = [place, *tail_places[length + 1 :]]
    run: dict[int, int] = {}
    last = tail_places[-1] if tail_places else None
    while last is not None:
        run[last] = t.cast(int, shifted[last])
        last = before[last]
    return run


def _no_room(seats: t.Sequence[Seat], anchors: t.Sequence[int], end: int) -> UserError:
    if end == len(seats):
        end = anchors[-1]
    this = seats[end]
    earlier = [seats[place] for place in anchors if place < end]
    cause = f"{this.named()} must have number {this.fixed} as number {end + 1} of the order"
    if earlier:
        cause += f", behind {earlier[-1].named()} with number {earlier[-1].fixed}"
    return UserError(
        _SUBJECT, "give out the numbers", f"{cause}, which leaves no room", "Leave priority out, or move it"
    )
