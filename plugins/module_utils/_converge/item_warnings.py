# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Warnings about what a run does to policies: values that they get, and groups that they lose. Pure."""

from __future__ import annotations

import typing as t

from .._errors import plain
from .._policy.assignments import group_ids
from .._policy.unset import UNSET
from .stages import PlannedItem

_LONGEST, _LONGEST_OF_GROUPS = 1000, 1800


def value_warnings(items: t.Sequence[PlannedItem]) -> list[str]:
    """Return what there is to say of the values that policies get; those that they have already were told once."""
    return [
        plain(f"{item.after.named()}: {said}", _LONGEST)
        for item in items
        if item.after is not None
        for field in item.fields
        if item.before is None or not field.is_same(field.of(item.before), field.of(item.after))
        for said in field.warnings(field.of(item.after))
    ]


def gone_warnings(items: t.Sequence[PlannedItem]) -> list[str]:
    """Return a warning for each policy that loses groups with its change because they were deleted."""
    warnings = []
    for item in items:
        change = item.desired.assignments
        if change is UNSET or not change.gone or item.before is None or item.after is None:
            continue
        before, after = set(group_ids(item.before.assignments)), set(group_ids(item.after.assignments))
        known = UNSET not in (item.before.assignments, item.after.assignments)
        dropped = sorted(change.gone & (before - after)) if known else []
        if dropped:
            which = f"the group {dropped[0]} was" if len(dropped) == 1 else f"the groups {', '.join(dropped)} were"
            cause = f"{which} deleted from the directory, and Graph assigns only groups that exist"
            warnings.append(
                plain(f"{item.before.named()}: {cause}. Dropped with this change of its groups.", _LONGEST_OF_GROUPS)
            )
    return warnings
