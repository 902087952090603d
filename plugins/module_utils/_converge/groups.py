# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the groups a user names to the assignments that a policy gets."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import plain
from .._policy.desired import GroupChange, is_id
from .._policy.policy import Assignment
from .._policy.surface import Directory
from .._policy.unset import UNSET
from .stages import PlannedItem


def resolve(change: GroupChange, live: t.Sequence[Assignment], directory: Directory) -> GroupChange:
    """Return the change with every group as its id, and the groups that are gone.

    Graph refuses to assign a group that does not exist, also one that is assigned since before it was deleted. So where
    the groups of a policy are written, each GUID of ``exact`` and ``add`` must exist, and of the others that stay it is
    told which are gone. One that is to be taken away is taken as given. Raises UserError for a name that no group or
    several groups have, and for an id that no group has.
    """
    assigned = _ids(live)
    exact = None if change.exact is None else resolved(change.exact, directory, assigned)
    add, remove = resolved(change.add, directory, assigned), resolved(change.remove, directory, None)
    asked = GroupChange(exact, add, remove)
    if _wanted(asked, assigned) == assigned:
        return asked
    for group_id in sorted(_kept_by_id(change, assigned)):
        directory.check(group_id)
    stay = (assigned if exact is None else set()) - set(add) - set(remove)
    return replace(asked, gone=frozenset(group_id for group_id in stay if directory.is_gone(group_id)))


def resolved(
    groups: t.Sequence[str], directory: Directory, known: t.Collection[str | None] | None = ()
) -> tuple[str, ...]:
    """Return the ids of groups, each once. A GUID must exist unless it is known; None: unchecked. Raises UserError."""
    found = []
    for group in groups:
        group_id = group.lower() if is_id(group) else directory.id_of(group)
        if is_id(group) and known is not None and group_id not in known:
            directory.check(group_id)
        found.append(group_id)
    return tuple(dict.fromkeys(found))


def to_look_up(change: GroupChange, live: t.Sequence[Assignment]) -> tuple[list[str], list[str]]:
    """Return the names and the ids that resolve() will ask the directory for.

    A policy whose groups are certainly as they should be needs no look-up of those that it keeps.
    """
    assigned = _ids(live)
    named = newly_named(change, live)
    names = [group for group in named if not is_id(group)]
    ids = [group for group in named if is_id(group)]
    if names or _wanted(change, assigned) != assigned:
        gone = {group.lower() for group in change.remove}
        ids += sorted(_kept_by_id(change, assigned) | (assigned - gone if change.exact is None else set()))
    return names, ids


def newly_named(change: GroupChange, live: t.Sequence[Assignment]) -> tuple[str, ...]:
    """Return the groups that must be there, as they are named: names, and ids that are not assigned yet."""
    assigned = _ids(live)
    names = (group for group in (*change.wanted, *change.remove) if not is_id(group))
    ids = (group.lower() for group in change.wanted if is_id(group) and group.lower() not in assigned)
    return (*names, *ids)


def _ids(live: t.Sequence[Assignment]) -> set[str]:
    return {assignment.group_id for assignment in live if assignment.group_id is not None}


def _wanted(change: GroupChange, assigned: set[str]) -> set[str]:
    """Return the ids that a policy is to have; of groups that are named by id."""
    exact, add, remove = ({group.lower() for group in part or ()} for part in (change.exact, change.add, change.remove))
    return ((assigned if change.exact is None else exact) | add) - remove


def _kept_by_id(change: GroupChange, assigned: set[str]) -> set[str]:
    """Return the ids that are asked for and assigned already."""
    return {group.lower() for group in change.wanted if is_id(group)} & assigned


def gone_warnings(items: t.Sequence[PlannedItem], changes: t.Sequence[GroupChange | None]) -> list[str]:
    """Return a warning for each policy that loses groups with its change because they were deleted."""
    warnings = []
    for item, change in zip(items, changes, strict=True):
        if change is None or not change.gone or item.before is None or item.after is None:
            continue
        before, after = item.before.assignments, item.after.assignments
        dropped = [] if before is UNSET or after is UNSET else sorted(change.gone & (_ids(before) - _ids(after)))
        if dropped:
            which = f"the group {dropped[0]} was" if len(dropped) == 1 else f"the groups {', '.join(dropped)} were"
            cause = f"{which} deleted from the directory, and Graph assigns only groups that exist"
            warnings.append(plain(f"{item.before.named()}: {cause}. Dropped with this change of its groups.", 1800))
    return warnings
