# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the groups a user names to the assignments that a policy gets."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._policy.assignments import merged, same_assignments
from .._policy.desired import GROUP_OPTIONS, AssignmentChange, GroupChange, is_id
from .._policy.policy import Assignment, Target
from .._policy.surface import Directory


def resolve(change: AssignmentChange, live: t.Sequence[Assignment], directory: Directory) -> AssignmentChange:
    """Return the change with every group as its id, and the groups that are gone.

    Graph refuses to assign a group that does not exist, also one that is assigned since before it was deleted. So where
    the assignments of a policy are written, each GUID of ``exact`` and ``add`` must exist, and of the others that stay
    it is told which are gone. One that is to be taken away is taken as given. Raises UserError for a name that no group
    or several groups have, and for an id that no group has.
    """
    named = change.group_changes
    asked = change.with_groups(
        {to: _resolved_change(groups, _ids(live, to), directory) for to, groups in named.items()}
    )
    if same_assignments(merged(asked, live), live):
        return asked
    for to, groups in named.items():
        for group_id in sorted(_kept_by_id(groups, _ids(live, to))):
            directory.check(group_id)
    stay = _staying(asked, live)
    return replace(asked, gone=frozenset(group_id for group_id in stay if directory.is_gone(group_id)))


def _resolved_change(change: GroupChange, assigned: set[str], directory: Directory) -> GroupChange:
    exact = None if change.exact is None else resolved(change.exact, directory, assigned)
    add, remove = resolved(change.add, directory, assigned), resolved(change.remove, directory, None)
    filters = {resolved([group], directory, None)[0]: wanted for group, wanted in change.filters.items()}
    return GroupChange(exact, add, remove, filters)


def resolved(
    groups: t.Sequence[str], directory: Directory, known: t.Collection[str | None] | None = ()
) -> tuple[str, ...]:
    """Return the ids of groups, each once. A GUID must exist unless it is known; None: unchecked. Raises UserError."""
    found = []
    for group in groups:
        group_id = group.lower() if is_id(group) else directory.id_of(group)
        if is_id(group) and known is not None and group_id not in known:
            directory.check(group_id)
        found.append(str(group_id))  # the name that a user gave beside it is not that of the assignment
    return tuple(dict.fromkeys(found))


def to_look_up(change: AssignmentChange, live: t.Sequence[Assignment]) -> tuple[list[str], list[str]]:
    """Return the names and the ids that resolve() will ask the directory for.

    A policy whose groups are certainly as they should be needs no look-up of those that it keeps.
    """
    named = newly_named(change, live)
    names = [group for group in named if not is_id(group)]
    ids = [group for group in named if is_id(group)]
    if names or _is_written(change, live):
        kept = (_kept_by_id(groups, _ids(live, to)) for to, groups in change.group_changes.items())
        ids += sorted(set().union(*kept) | _staying(change, live))
    return names, ids


def newly_named(change: AssignmentChange, live: t.Sequence[Assignment]) -> tuple[str, ...]:
    """Return the groups that must be there, as they are named: names, and ids that are not assigned yet."""
    found: list[str] = []
    for to, groups in change.group_changes.items():
        assigned = _ids(live, to)
        found += (group for group in (*groups.wanted, *groups.remove) if not is_id(group))
        found += (group.lower() for group in groups.wanted if is_id(group) and group.lower() not in assigned)
    return tuple(found)


def _ids(live: t.Iterable[Assignment], to: Target) -> set[str]:
    """Return the ids of the groups that are that to a policy."""
    return {entry.group_id for entry in live if entry.group_id is not None and entry.to is to and entry.is_direct}


def _is_written(change: AssignmentChange, live: t.Sequence[Assignment]) -> bool:
    """Tell whether a change of groups that are named by id writes the assignments; no group is a problem here."""
    lowered = change.with_groups({to: _lowered(groups) for to, groups in change.group_changes.items()})
    return not same_assignments(merged(lowered, live), live)


def _lowered(change: GroupChange) -> GroupChange:
    exact, add, remove = (
        None if part is None else tuple(group.lower() for group in part)
        for part in (change.exact, change.add, change.remove)
    )
    filters = {group.lower(): wanted for group, wanted in change.filters.items()}
    return GroupChange(exact, add or (), remove or (), filters)


def _staying(change: AssignmentChange, live: t.Sequence[Assignment]) -> set[str]:
    """Return the ids of the groups that stay though nothing names them."""
    stay: set[str] = set()
    for to in GROUP_OPTIONS:
        groups = change.group_changes.get(to)
        if groups is None or groups.exact is None:
            named = () if groups is None else (*groups.add, *groups.remove)
            stay |= _ids(live, to) - {group.lower() for group in named if is_id(group)}
    return stay


def _kept_by_id(change: GroupChange, assigned: set[str]) -> set[str]:
    """Return the ids that are asked for and assigned already."""
    return {group_id for group in change.wanted if is_id(group) and (group_id := group.lower()) in assigned}
