# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What limit_to_groups does: a run changes only what affects some groups alone. Pure.

A policy that a group outside of the limit has is left as it is, but for a number that changes nothing there, and for
groups within the limit that are to lose it: nobody else is affected by that, and another policy may be theirs in its
place. A policy that nobody has, or only groups within the limit, is changed, and given to groups within the limit. All
users and all devices are outside of every limit. A new exclusion gives the policy to nobody, so it comes along; where
an exclusion ends, its group gets the policy, so that group must be within the limit.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import UserError
from .._policy.assignments import group_ids, merged
from .._policy.desired import GROUP_OPTIONS, AssignmentChange, DesiredPolicy, GroupChange, State
from .._policy.fields import Field, changed_options
from .._policy.policy import Assignment, Policy, Target
from .._policy.unset import UNSET, Unset
from .match import Match
from .order import Seat, renumber

# The ids of the groups that a run may affect.
Limit = frozenset[str]


def within(found: Match, limit: Limit) -> Match:
    """Return the part of a desired policy that stays within the limit (ids of groups); it names groups by id."""
    item = found.desired
    if found.live is not None and not _may_change(found.live, limit):
        name = found.live.display_name if item.id is None else None
        values = {"assignments": _losses(item, found.live.assignments, limit)}
        return Match(DesiredPolicy(item.label, State.EXISTING, item.id, name, values=values), found.live)
    change = item.assignments
    if change is UNSET:
        return found
    assigned = found.live.assignments if found.live is not None else ()
    return Match(
        item.with_values({"assignments": _within(change, () if assigned is UNSET else assigned, limit)}), found.live
    )


def _losses(item: DesiredPolicy, live: t.Sequence[Assignment] | Unset, limit: Limit) -> AssignmentChange | Unset:
    """Return what takes a policy away from groups within the limit, UNSET for nothing; others have it, too."""
    change = item.assignments
    if change is UNSET or live is UNSET:
        return UNSET
    now, then = ({to: _of_policy(each, to) for to in GROUP_OPTIONS} for each in (live, merged(change, live)))
    gone = tuple(sorted((now[Target.GROUP] - then[Target.GROUP]) & limit))
    out = tuple(sorted((then[Target.EXCLUDED_GROUP] - now[Target.EXCLUDED_GROUP]) & limit))
    if not gone and not out:
        return UNSET
    groups, excluded = GroupChange(remove=gone) if gone else UNSET, GroupChange(add=out) if out else UNSET
    return AssignmentChange(groups, excluded, gone=change.gone)


def _of_policy(assignments: t.Iterable[Assignment], to: Target) -> set[str]:
    """Return the groups that a policy has or excludes by itself."""
    return set(group_ids(each for each in assignments if each.is_direct and each.to is to))


def _within(change: AssignmentChange, live: t.Sequence[Assignment], limit: Limit) -> AssignmentChange:
    """Return the part of a change that affects only groups within the limit; nobody outside of it has the policy."""
    groups, excluded = change.groups, change.exclude_groups
    if groups is not UNSET:
        exact = None if groups.exact is None else _only(groups.exact, limit)
        groups = replace(groups, exact=exact, add=_only(groups.add, limit))
    if excluded is not UNSET:
        excluded = _kept_out(excluded, live, limit)
    # Neither can be on already: then the policy would be left as it is.
    return replace(change, groups=groups, exclude_groups=excluded, all_users=UNSET, all_devices=UNSET)


def _kept_out(change: GroupChange, live: t.Sequence[Assignment], limit: Limit) -> GroupChange:
    """Return the part of a change of excluded groups that ends no exclusion of a group outside of the limit."""
    staying = group_ids(each for each in live if each.to is Target.EXCLUDED_GROUP and each.group_id not in limit)
    exact = None if change.exact is None else tuple(dict.fromkeys((*change.exact, *staying)))
    return replace(change, exact=exact, remove=_only(change.remove, limit))


def held_back(matches: t.Sequence[Match], live: t.Sequence[Policy], limit: Limit) -> frozenset[str]:
    """Return the ids of the live policies that groups outside of the limit have, or may have since nobody asked."""
    free = {found.live.id for found in matches if found.live and _may_change(found.live, limit)}
    return frozenset(str(policy.id) for policy in live if policy.id not in free)


def pending_options(wanted: Policy | None, after: Policy | None, fields: t.Iterable[Field]) -> tuple[str, ...]:
    """Return the options that are not yet as wanted after the run; ``state`` for a policy that is still to go."""
    if wanted is after:
        return ()
    return ("state",) if wanted is None or after is None else changed_options(after, wanted, fields)


def keep_standing(
    seats: t.Sequence[Seat], settled: t.Sequence[int | None], pending: t.Collection[int], movable: t.Collection[int]
) -> list[int | None]:
    """Return the numbers of all policies so that those that wait keep their order among themselves.

    ``settled`` are the numbers that they would get without a limit, by place in ``seats``; all that do not wait get
    them. Those that wait keep what they have now, and the movable ones of them make way. Raises UserError where there
    is no room for that.
    """
    fixed = [_standing(seat, place in pending, place in movable, settled[place]) for place, seat in enumerate(seats)]
    now = {
        place: t.cast(int, seat.now if place in pending else settled[place])
        for place, seat in enumerate(seats)
        if (seat.now if place in pending else settled[place]) is not None
    }
    ranked = sorted(now, key=lambda place: (now[place], place in pending))
    try:
        numbers = renumber([fixed[place] for place in ranked])
    except UserError as error:
        cause = "there is no room between those of policies that groups outside of it have"
        step = "Choose free priorities, or make this change in a run without limit_to_groups"
        raise UserError("the priorities", "give them out for limit_to_groups", cause, step) from error
    kept: list[int | None] = [None] * len(seats)
    for place, number in zip(ranked, numbers, strict=True):
        kept[place] = number
    return kept


def _standing(seat: Seat, waits: bool, movable: bool, settled: int | None) -> Seat:
    return replace(seat, fixed=settled if not waits else None if movable else seat.now)


def _may_change(live: Policy, limit: Limit) -> bool:
    """Tell whether only groups within the limit have the policy; a target that is not a group is outside."""
    if live.assignments is UNSET:
        return False
    return all(entry.to is Target.EXCLUDED_GROUP or entry.group_id in limit for entry in live.assignments)


def _only(groups: tuple[str, ...], limit: Limit) -> tuple[str, ...]:
    return tuple(group for group in groups if group in limit)
