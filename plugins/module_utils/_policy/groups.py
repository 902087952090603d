# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The groups of a policy: what is asked of them, merged into those that are there."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .desired import DesiredPolicy, GroupChange
from .policy import Assignment


def merge_groups(item: DesiredPolicy, change: GroupChange, live: t.Sequence[Assignment]) -> tuple[Assignment, ...]:
    """Return the assignments after a resolved change, sorted by group id; those that are gone are dropped by a write.

    Raises UserError when a group is to be added and removed at once, and when ``set`` would drop a target this
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
    if wanted != set(known):
        wanted -= change.gone
    groups = [known.get(group_id, Assignment(group_id)) for group_id in sorted(wanted)]
    return tuple(unknown) + tuple(groups)
