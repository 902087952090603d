# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the state of each policy before and after to the writes between them, in the order they need. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import cached_property

from .._policy.compare import changed_fields
from .._policy.desired import DesiredPolicy
from .._policy.payload import Payload, Slot
from .._policy.policy import PAYLOAD_FIELDS, Policy
from .._policy.unset import UNSET
from .actions import Action, Assign, Create, Delete, Update, UpdatePriorities, WritePayload
from .priorities import PriorityPlan


@dataclass(frozen=True)
class PlannedItem:
    """One desired policy with its state before and after; None where there is no policy.

    ``waiting`` are the options that groups outside of the reach keep from being as desired.
    """

    desired: DesiredPolicy
    before: Policy | None
    after: Policy | None
    waiting: tuple[str, ...] = ()

    @cached_property
    def status(self) -> str:
        """``created``, ``updated``, ``deleted`` or ``unchanged``."""
        if self.before is None:
            return "unchanged" if self.after is None else "created"
        if self.after is None:
            return "deleted"
        return "updated" if changed_fields(self.before, self.after) else "unchanged"


def stages_of(
    items: t.Sequence[PlannedItem], live: t.Sequence[Policy], numbers: PriorityPlan, inline: bool
) -> t.Iterator[tuple[Action, ...]]:
    """Return the stages of writes; ``live`` are the policies before them, ``inline`` whether payloads travel inline."""
    if numbers.freed_first:
        yield tuple(Delete(place) for place in sorted(numbers.freed_first))
    if numbers.at_once is not None:
        before = {policy.id: policy.priority for policy in live}
        changed = tuple(policy_id for policy_id, number in numbers.at_once.items() if before[policy_id] != number)
        yield (UpdatePriorities(numbers.at_once, changed),)
    chains = [list(_chain(place, item, numbers, inline)) for place, item in enumerate(items)]
    for depth in range(max(map(len, chains), default=0)):
        yield tuple(chain[depth] for chain in chains if len(chain) > depth)
    late = [place for place, item in enumerate(items) if item.status == "deleted" and place not in numbers.freed_first]
    if late:
        yield tuple(Delete(place) for place in late)


def _chain(place: int, item: PlannedItem, numbers: PriorityPlan, inline: bool) -> t.Iterator[Action]:
    """Return the writes of one policy that is or will be there, in the order they need."""
    if item.after is None or item.status == "unchanged":
        return
    if item.before is None:
        yield from _creation(place, item.after, inline)
    else:
        yield from _change(place, item.before, item.after, numbers.at_once is not None, inline)


def _creation(place: int, after: Policy, inline: bool) -> t.Iterator[Action]:
    payloads = {slot: value for slot in Slot if (value := _writable(after, slot))}
    hidden = {field: UNSET for slot, field in PAYLOAD_FIELDS.items() if not inline or slot not in payloads}
    yield Create(place, replace(after, **t.cast(t.Any, hidden)))
    if not inline:
        yield from (WritePayload(place, slot, value) for slot, value in payloads.items())
    if after.assignments:
        yield Assign(place, t.cast(t.Any, after.assignments))


def _change(place: int, before: Policy, after: Policy, renumbered: bool, inline: bool) -> t.Iterator[Action]:
    changed = changed_fields(before, after)
    fields = patch_of(before, after, inline)
    if "priority" in changed and not renumbered:
        fields["priority"] = after.priority
    if fields:
        yield Update(place, fields)
    for slot, field in PAYLOAD_FIELDS.items():
        if field in changed and not inline:
            yield WritePayload(place, slot, _writable(after, slot))
    if "assignments" in changed:
        yield Assign(place, t.cast(t.Any, after.assignments))


def _writable(policy: Policy, slot: Slot) -> Payload:
    """Return a payload that a plan made: it was asked for, so it is not unread."""
    value = policy.payload(slot)
    if value is UNSET:
        raise TypeError(f"{policy.named()} has no {slot.value} to write")
    return value


def patch_of(before: Policy, after: Policy, inline: bool) -> dict[str, t.Any]:
    """Return the fields of an update, but for the priority."""
    patched = {"display_name", "description"} | (set(PAYLOAD_FIELDS.values()) if inline else set())
    return {name: getattr(after, name) for name in changed_fields(before, after) if name in patched}
