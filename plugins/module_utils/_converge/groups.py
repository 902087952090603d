# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the groups a user names to the assignments a policy shall have."""

from __future__ import annotations

import typing as t

from .._graph.errors import UserError
from .._office.policy import Assignment, is_guid
from .desired import DesiredPolicy, GroupChange
from .surface import Directory


def resolve(change: GroupChange, live: t.Sequence[Assignment], directory: Directory) -> GroupChange:
    """Return the wish with every group as its id.

    A GUID that would be newly assigned is checked to exist; one that is assigned already or shall go is taken as given.
    Raises UserError for a name that no group or several groups have, and for an id that no group has.
    """
    assigned = {assignment.group_id for assignment in live}
    return GroupChange(
        exact=None if change.exact is None else resolved(change.exact, directory, assigned),
        add=resolved(change.add, directory, assigned),
        remove=resolved(change.remove, directory, None),
    )


def resolved(
    groups: t.Sequence[str], directory: Directory, known: t.Collection[str | None] | None = ()
) -> tuple[str, ...]:
    """Return the ids of groups, each once. A GUID must exist unless it is known; None: unchecked. Raises UserError."""
    found = []
    for group in groups:
        group_id = group.lower() if is_guid(group) else directory.id_of(group)
        if is_guid(group) and known is not None and group_id not in known:
            directory.check(group_id)
        found.append(group_id)
    return tuple(dict.fromkeys(found))


def to_look_up(change: GroupChange, live: t.Sequence[Assignment]) -> tuple[list[str], list[str]]:
    """Return the names and the ids that resolve() will ask the directory for."""
    assigned = {assignment.group_id for assignment in live}
    names = [group for group in (*change.wanted, *change.remove) if not is_guid(group)]
    ids = [group.lower() for group in change.wanted if is_guid(group) and group.lower() not in assigned]
    return names, ids


def merge(item: DesiredPolicy, change: GroupChange, live: t.Sequence[Assignment]) -> tuple[Assignment, ...]:
    """Return the assignments after a resolved wish, sorted by group id.

    Raises UserError when a group shall be added and removed at once, and when ``set`` would drop a target this
    collection does not know.
    """
    both = sorted(set(change.add) & set(change.remove))
    if both:
        raise UserError(
            item.named(), "assign its groups", f"group {both[0]} is in add and in remove", "Keep one of them"
        )
    unknown = [assignment for assignment in live if assignment.group_id is None]
    if change.exact is not None and unknown:
        raise UserError(
            item.named(),
            "set its groups",
            f"it has an assignment that is not a group ({(unknown[0].target or {}).get('@odata.type', 'no type')})",
            "Use add and remove, which keep it, or take it away by hand",
        )
    known = {assignment.group_id: assignment for assignment in live if assignment.group_id is not None}
    wanted = set(known) if change.exact is None else set(change.exact)
    wanted = (wanted | set(change.add)) - set(change.remove)
    groups = [known.get(group_id, Assignment(group_id)) for group_id in sorted(wanted)]
    return tuple(unknown) + tuple(groups)
