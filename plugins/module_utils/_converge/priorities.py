# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which number each policy shall have, and how to get there without two policies holding one number. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._graph.errors import UserError
from .._office.policy import MAX_PRIORITY, Policy
from .._office.unset import UNSET
from .desired import State
from .match import Match


@dataclass(frozen=True)
class PriorityPlan:
    """The numbers of a plan.

    ``final`` is the number of each matched item by its place (None where the item is or will be absent). ``at_once``
    are the numbers of all live policies by id when they must change in one call, else None. ``freed_first`` are the
    places of items to be deleted before anything else, since another policy takes their number.
    """

    final: tuple[int | None, ...]
    at_once: t.Mapping[str, int] | None
    freed_first: frozenset[int]


def plan_priorities(matches: t.Sequence[Match], live: t.Sequence[Policy], patched: t.Collection[int]) -> PriorityPlan:
    """Return the numbers. ``patched`` are the places of live items that are updated anyway, so that a number is free
    there.

    A new policy without a number takes the weakest place. Raises UserError when a number is held by a policy that keeps
    it.
    """
    final = _final_numbers(matches, live)
    _refuse_taken(matches, live, final)
    now = {policy.priority: policy for policy in live if policy.priority is not None}
    moved = {place for place, found in enumerate(matches) if found.live and _moves(found, final[place])}
    created = {place for place, found in enumerate(matches) if not found.live and final[place] is not None}
    holders = {place: now.get(t.cast(int, final[place])) for place in moved | created}
    doomed = {
        found.live.id: place
        for place, found in enumerate(matches)
        if found.live and found.desired.state is State.ABSENT
    }
    freed_first = frozenset(doomed[holder.id] for holder in holders.values() if holder and holder.id in doomed)
    # A number held by a policy that moves itself is free only when both move in one call.
    contested = any(holder is not None and holder.id not in doomed for holder in holders.values())
    only_moved = [place for place in moved if place not in patched]
    at_once = None
    if contested or len(only_moved) > 1:
        at_once = _all_numbers(matches, live, final, freed_first)
    return PriorityPlan(final, at_once, freed_first)


def _moves(found: Match, number: int | None) -> bool:
    return found.live is not None and number is not None and number != found.live.priority


def _final_numbers(matches: t.Sequence[Match], live: t.Sequence[Policy]) -> tuple[int | None, ...]:
    asked = [found.desired.priority for found in matches if found.desired.priority is not UNSET]
    weakest = max([-1, *asked, *(policy.priority for policy in live if policy.priority is not None)])
    numbers: list[int | None] = []
    for found in matches:
        item = found.desired
        if item.state is State.ABSENT:
            numbers.append(None)
        elif item.priority is not UNSET:
            numbers.append(item.priority)
        elif found.live is not None:
            numbers.append(found.live.priority)
        else:
            weakest += 1
            if weakest > MAX_PRIORITY:
                raise UserError(
                    item.named(), "give it the weakest place", f"{MAX_PRIORITY} is taken", "Give a free priority"
                )
            numbers.append(weakest)
    return tuple(numbers)


def _refuse_taken(matches: t.Sequence[Match], live: t.Sequence[Policy], final: t.Sequence[int | None]) -> None:
    managed = {found.live.id for found in matches if found.live}
    holders: dict[int, list[str]] = {}
    for policy in live:
        if policy.priority is not None and policy.id not in managed:
            holders.setdefault(policy.priority, []).append(policy.named())
    for found, number in zip(matches, final, strict=True):
        if number is not None:
            holders.setdefault(number, []).append(found.desired.named() if not found.live else _both_names(found))
    for found, number in zip(matches, final, strict=True):
        asked = found.live is None or _moves(found, number)
        if number is None or not asked or len(holders[number]) < 2:
            continue
        own = found.desired.named() if not found.live else _both_names(found)
        others = [name for name in holders[number] if name != own] or [own]
        raise UserError(
            own,
            f"set priority {number}",
            f"it is held by {others[0]}, and a priority is unique in the tenant",
            "Choose a free number, or move the other policy in the same task of office_client_configs",
        )


def _both_names(found: Match) -> str:
    live = found.live.named() if found.live else ""
    return f"{found.desired.label} {live}".strip()


def _all_numbers(
    matches: t.Sequence[Match],
    live: t.Sequence[Policy],
    final: t.Sequence[int | None],
    freed_first: frozenset[int],
) -> dict[str, int]:
    """Return the number of every policy that is live when the call is sent, strongest first."""
    gone = {matches[place].live.id for place in freed_first if matches[place].live}  # type: ignore[union-attr]
    wanted = {
        found.live.id: number for found, number in zip(matches, final, strict=True) if found.live and number is not None
    }
    numbers: dict[str, int] = {}
    for policy in live:
        if policy.id in gone:
            continue
        number = wanted.get(policy.id, policy.priority)
        if number is None:
            raise UserError(
                policy.named(), "renumber the policies", "the server gave it no priority", "Give it one by hand first"
            )
        numbers[str(policy.id)] = number
    return dict(sorted(numbers.items(), key=lambda entry: entry[1]))
