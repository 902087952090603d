# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which number each policy gets, and how to get there without two policies holding one number. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import UserError
from .._policy.desired import DesiredPolicy, State
from .._policy.policy import MAX_PRIORITY, PRIORITY, Policy, priority_of
from .._policy.unset import UNSET, Unset
from .limit_to_groups import keep_standing
from .match import Match
from .order import Order, Seat, arrange, renumber


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


def asked_priority(item: DesiredPolicy) -> int | Unset:
    """Return the number that is asked for a policy, UNSET for none."""
    return t.cast("int | Unset", item.value(PRIORITY))


def plan_priorities(
    matches: t.Sequence[Match],
    live: t.Sequence[Policy],
    patched: t.Collection[int],
    order: Order | None = None,
    held: t.Collection[str] | None = None,
) -> PriorityPlan:
    """Return the numbers. ``patched`` are the places of live items that are updated anyway: a number is free there.

    ``held`` are the ids of live policies that must keep their order among themselves.

    Without an order, a new policy without a number takes the weakest place. Raises UserError when a number is held by
    a policy that keeps it, or when the order cannot be met.
    """
    doomed = {
        str(found.live.id): place
        for place, found in enumerate(matches)
        if found.live and found.desired.state is State.ABSENT
    }
    if order is None:
        final = _final_numbers(matches, live)
        _refuse_taken(matches, live, final)
        wanted = _by_id(live, matches, final)
    else:
        final, wanted = _ordered_numbers(matches, live, doomed, order)
    if held is not None:
        final, wanted = _within_reach(matches, live, final, wanted, held, order)
        doomed = {policy_id: place for policy_id, place in doomed.items() if policy_id not in held}
    return _movement(matches, live, patched, (final, wanted), doomed)


def _movement(
    matches: t.Sequence[Match],
    live: t.Sequence[Policy],
    patched: t.Collection[int],
    numbers: tuple[tuple[int | None, ...], t.Mapping[str, int | None]],
    doomed: t.Mapping[str, int],
) -> PriorityPlan:
    """Return how the policies come to their numbers; ``doomed`` are the places of those to be deleted, by id."""
    final, wanted = numbers
    holder_of = {number: str(policy.id) for policy in live if (number := priority_of(policy)) is not None}
    moved = [policy for policy in live if policy.id not in doomed and wanted[str(policy.id)] != priority_of(policy)]
    taken = [wanted[str(policy.id)] for policy in moved]
    taken += [number for found, number in zip(matches, final, strict=True) if not found.live]
    holders = [holder_of[number] for number in taken if number in holder_of]
    freed_first = frozenset(doomed[holder] for holder in holders if holder in doomed)
    # A number held by a policy that moves itself is free only when both move in one call.
    contested = any(holder not in doomed for holder in holders)
    patched_ids = {str(matches[place].live.id) for place in patched if matches[place].live}  # type: ignore[union-attr]
    alone = [policy for policy in moved if str(policy.id) not in patched_ids]
    foreign = {str(policy.id) for policy in moved} - {str(found.live.id) for found in matches if found.live}
    at_once = None
    if contested or foreign or len(alone) > 1:
        at_once = _all_numbers(live, wanted, {str(matches[place].live.id) for place in freed_first})  # type: ignore[union-attr]
    return PriorityPlan(final, at_once, freed_first)


def _final_numbers(matches: t.Sequence[Match], live: t.Sequence[Policy]) -> tuple[int | None, ...]:
    asked = [number for found in matches if (number := asked_priority(found.desired)) is not UNSET]
    weakest = max([-1, *asked, *(held for policy in live if (held := priority_of(policy)) is not None)])
    numbers: list[int | None] = []
    for found in matches:
        item = found.desired
        if item.state is State.ABSENT:
            numbers.append(None)
        elif (number := asked_priority(item)) is not UNSET:
            numbers.append(number)
        elif found.live is not None:
            numbers.append(priority_of(found.live))
        else:
            weakest += 1
            if weakest > MAX_PRIORITY:
                raise UserError(
                    item.named(), "give it the weakest place", f"{MAX_PRIORITY} is taken", "Give a free priority"
                )
            numbers.append(weakest)
    return tuple(numbers)


def _by_id(
    live: t.Sequence[Policy], matches: t.Sequence[Match], final: t.Sequence[int | None]
) -> dict[str, int | None]:
    """Return the number of every live policy by id; one that is not matched keeps its own."""
    wanted = {str(policy.id): priority_of(policy) for policy in live}
    for found, number in zip(matches, final, strict=True):
        if found.live is not None and number is not None:
            wanted[str(found.live.id)] = number
    return wanted


def _ordered_numbers(
    matches: t.Sequence[Match], live: t.Sequence[Policy], doomed: t.Collection[str], order: Order
) -> tuple[tuple[int | None, ...], dict[str, int | None]]:
    """Return the numbers of the items by place and of the live policies by id, as the order wants them."""
    place_of = {str(found.live.id): place for place, found in enumerate(matches) if found.live}
    staying = [policy for policy in live if policy.id not in doomed]
    seats = [
        _seat(policy, matches[place_of[str(policy.id)]] if str(policy.id) in place_of else None) for policy in staying
    ]
    created = [
        place for place, found in enumerate(matches) if not found.live and found.desired.state is not State.ABSENT
    ]
    seats += [_seat(None, matches[place]) for place in created]
    sequence = arrange(order, seats)
    numbers = dict(zip(sequence, renumber([seats[place] for place in sequence]), strict=True))
    wanted: dict[str, int | None] = {str(policy.id): priority_of(policy) for policy in live}
    final: list[int | None] = [None] * len(matches)
    for seat, policy in enumerate(staying):
        wanted[str(policy.id)] = numbers[seat]
        if str(policy.id) in place_of:
            final[place_of[str(policy.id)]] = numbers[seat]
    for offset, place in enumerate(created):
        final[place] = numbers[len(staying) + offset]
    return tuple(final), wanted


def _within_reach(
    matches: t.Sequence[Match],
    live: t.Sequence[Policy],
    final: t.Sequence[int | None],
    wanted: t.Mapping[str, int | None],
    held: t.Collection[str],
    order: Order | None,
) -> tuple[tuple[int | None, ...], dict[str, int | None]]:
    """Return the numbers of the items and of the live policies so that those that are held back keep their order."""
    item_of = {str(found.live.id): found for found in matches if found.live}
    staying = [policy for policy in live if policy.id in held or not _is_absent(item_of.get(str(policy.id)))]
    created = [place for place, found in enumerate(matches) if not found.live and final[place] is not None]
    seats = [_seat(policy, None) for policy in staying] + [_seat(None, matches[place]) for place in created]
    pending = {seat for seat, policy in enumerate(staying) if policy.id in held}
    # Without an order, one that keeps its number in the end keeps it now; with one, all numbers are given out again.
    movable = {
        seat
        for seat, policy in enumerate(staying)
        if order is not None or (policy.id in item_of and _gives_up_its_number(item_of[str(policy.id)]))
    }
    settled = [wanted[str(policy.id)] for policy in staying] + [final[place] for place in created]
    numbers = keep_standing(seats, settled, pending, movable)
    kept = {**wanted, **{str(policy.id): number for policy, number in zip(staying, numbers, strict=False)}}
    ids = {str(policy.id) for policy in staying}
    shown = (
        number if found.live is None else kept[str(found.live.id)] if str(found.live.id) in ids else None
        for found, number in zip(matches, final, strict=True)
    )
    return tuple(shown), kept


def _is_absent(found: Match | None) -> bool:
    return found is not None and found.desired.state is State.ABSENT


def _gives_up_its_number(found: Match) -> bool:
    return _is_absent(found) or asked_priority(found.desired) is not UNSET


def _seat(live: Policy | None, found: Match | None) -> Seat:
    item = found.desired if found else None
    asked = UNSET if item is None else asked_priority(item)
    name = item.display_name if item is not None and item.display_name is not None else None
    return Seat(
        name=name if name is not None else (live.display_name if live else ""),
        id=live.id if live else None,
        now=priority_of(live) if live else None,
        fixed=None if asked is UNSET else asked,
    )


def taken_numbers(matches: t.Sequence[Match], live: t.Sequence[Policy]) -> dict[int, UserError]:
    """Return why items cannot have their number, by their places: another policy keeps it. Without a declared order.

    Raises UserError when there is no number left to give out.
    """
    return _taken(matches, live, _final_numbers(matches, live))


def _refuse_taken(matches: t.Sequence[Match], live: t.Sequence[Policy], final: t.Sequence[int | None]) -> None:
    for error in _taken(matches, live, final).values():
        raise error


def _taken(matches: t.Sequence[Match], live: t.Sequence[Policy], final: t.Sequence[int | None]) -> dict[int, UserError]:
    managed = {found.live.id for found in matches if found.live}
    holders: dict[int, list[str]] = {}
    for policy in live:
        held = priority_of(policy)
        if held is not None and policy.id not in managed:
            holders.setdefault(held, []).append(policy.named())
    for found, number in zip(matches, final, strict=True):
        if number is not None:
            holders.setdefault(number, []).append(_named(found))
    errors: dict[int, UserError] = {}
    for place, (found, number) in enumerate(zip(matches, final, strict=True)):
        moves = found.live is None or number != priority_of(found.live)
        if number is None or not moves or len(holders[number]) < 2:
            continue
        others = [name for name in holders[number] if name != _named(found)] or [_named(found)]
        errors[place] = UserError(
            _named(found),
            f"set priority {number}",
            f"it is held by {others[0]}, and a priority is unique in the tenant",
            "Choose a free number, or move the other policy in the same task of office_client_configs",
        )
    return errors


def _named(found: Match) -> str:
    return f"{found.desired.label} {found.live.named()}".strip() if found.live else found.desired.named()


def _all_numbers(
    live: t.Sequence[Policy], wanted: t.Mapping[str, int | None], gone: t.Collection[str]
) -> dict[str, int]:
    """Return the number of every policy that is live when the call is sent, strongest first."""
    numbers: dict[str, int] = {}
    for policy in live:
        if str(policy.id) in gone:
            continue
        number = wanted[str(policy.id)]
        if number is None:
            raise UserError(
                policy.named(), "renumber the policies", "the server gave it no priority", "Give it one by hand first"
            )
        numbers[str(policy.id)] = number
    return dict(sorted(numbers.items(), key=lambda entry: entry[1]))
