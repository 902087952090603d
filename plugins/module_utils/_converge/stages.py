# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the state of each policy before and after to the writes between them, in the order they need. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import cached_property

from .._policy.desired import DesiredPolicy
from .._policy.fields import Field, changed_fields, unread
from .._policy.policy import PRIORITY, Policy, priority_of
from .._policy.writes import Create, Delete, Update, UpdatePriorities, Write, WritePart
from .priorities import PriorityPlan


@dataclass(frozen=True)
class PlannedItem:
    """One desired policy with its state before and after; None where there is no policy.

    ``fields`` are those that its surface has, ``pending`` the options that groups outside of the limit keep from being
    as desired.
    """

    desired: DesiredPolicy
    before: Policy | None
    after: Policy | None
    fields: tuple[Field, ...]
    pending: tuple[str, ...] = ()

    @cached_property
    def status(self) -> str:
        """``created``, ``updated``, ``deleted`` or ``unchanged``."""
        if self.before is None:
            return "unchanged" if self.after is None else "created"
        if self.after is None:
            return "deleted"
        return "updated" if changed_fields(self.before, self.after, self.fields) else "unchanged"


def stages_of(
    items: t.Sequence[PlannedItem], live: t.Sequence[Policy], numbers: PriorityPlan
) -> t.Iterator[tuple[Write, ...]]:
    """Return the stages of writes; ``live`` are the policies before them."""
    if numbers.freed_first:
        yield tuple(Delete(_before(items[place]), place) for place in sorted(numbers.freed_first))
    if numbers.at_once is not None:
        before = {policy.id: priority_of(policy) for policy in live}
        changed = tuple(policy_id for policy_id, number in numbers.at_once.items() if before[policy_id] != number)
        yield (UpdatePriorities(numbers.at_once, changed),)
    chains = [list(_chain(place, item, numbers)) for place, item in enumerate(items)]
    for depth in range(max(map(len, chains), default=0)):
        yield tuple(chain[depth] for chain in chains if len(chain) > depth)
    late = [place for place, item in enumerate(items) if item.status == "deleted" and place not in numbers.freed_first]
    if late:
        yield tuple(Delete(_before(items[place]), place) for place in late)


def without_writes(item: PlannedItem, undone: t.Sequence[Write]) -> PlannedItem:
    """Return an item of which some writes are done, as it is while its last ones, these, are not."""
    if item.after is None:
        return item
    names = {
        name for write in undone if isinstance(write, (Update, WritePart)) for name in write.expected_fields() or {}
    }
    left = {
        field.name: item.before.value(field.name) if item.before else field.blank
        for field in item.fields
        if field.name in names
    }
    return replace(item, after=item.after.with_values(left))


def _before(item: PlannedItem) -> Policy:
    return t.cast(Policy, item.before)


def _chain(place: int, item: PlannedItem, numbers: PriorityPlan) -> t.Iterator[Create | Update | WritePart]:
    """Return the writes of one policy that is or will be there, in the order they need."""
    if item.after is None or item.status == "unchanged":
        return
    if item.before is None:
        yield from _creation(place, item.after, item.fields)
    else:
        yield from _change(place, item.before, item.after, numbers.at_once is not None, item.fields)


def _creation(place: int, after: Policy, fields: t.Sequence[Field]) -> t.Iterator[Create | WritePart]:
    """Return a create and the parts of the new policy; a create says nothing of parts and of empty content."""
    yield Create(
        unread(after, [field for field in fields if field.part or (field.content and not field.of(after))]), place
    )
    yield from (WritePart(after, field, field.of(after), place) for field in fields if field.part and field.of(after))


def _change(
    place: int, before: Policy, after: Policy, renumbered: bool, fields: t.Sequence[Field]
) -> t.Iterator[Update | WritePart]:
    changed = changed_fields(before, after, fields)
    values = patch_of(before, after, fields)
    if not renumbered:
        values |= {field.name: field.of(after) for field in changed if field.name == PRIORITY}
    parts = [field for field in changed if field.part]
    early = [field for field in parts if field.first(field.of(before), field.of(after))]
    yield from (WritePart(before, field, field.of(after), place) for field in early)
    if values:
        yield Update(before, values, place)
    yield from (WritePart(before, field, field.of(after), place) for field in parts if field not in early)


def patch_of(before: Policy, after: Policy, fields: t.Sequence[Field]) -> dict[str, t.Any]:
    """Return the fields of an update, but for the priority."""
    changed = changed_fields(before, after, fields)
    return {field.name: field.of(after) for field in changed if not field.part and field.name != PRIORITY}
