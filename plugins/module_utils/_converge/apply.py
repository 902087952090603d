# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send a plan's writes, and tell truthfully what was sent when one of them fails."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._graph.errors import UserError
from .._office.policy import Policy
from .._office.unset import UNSET
from .actions import Action, Assign, Create, Delete, Update, UpdatePriorities, WritePayload
from .plan import Plan, PlannedItem
from .surface import Surface


@dataclass(frozen=True)
class Outcome:
    """What a run did, or in check mode would do.

    ``items`` are the planned items with the ids of created policies where they are known, ``statuses`` say of each how
    far it got (a planned status, ``failed`` or ``not_attempted``), ``actions`` are the writes sent, in order, ``ids``
    the policy id of each item. ``error`` is what stopped the run.
    """

    items: tuple[PlannedItem, ...]
    statuses: tuple[str, ...]
    actions: tuple[Action, ...]
    error: UserError | None = None

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.actions)


def predict(plan: Plan) -> Outcome:
    """Return the outcome that applying the plan would have; ids of policies to be created are unknown."""
    return Outcome(plan.items, tuple(item.status for item in plan.items), plan.actions)


def apply(plan: Plan, surface: Surface) -> Outcome:
    """Send the writes one after another; the first failure ends the run and stands in the outcome."""
    live = {place: item.before for place, item in enumerate(plan.items) if item.before}
    known_ids = {str(policy.id) for policy in plan.live}
    sender = _Sender(plan, surface, live, known_ids)
    done: list[Action] = []
    for action in plan.actions:
        try:
            sender.send(action)
        except UserError as error:
            statuses = tuple(_status(place, item, plan, done, action) for place, item in enumerate(plan.items))
            return Outcome(_with_server_ids(plan.items, live), statuses, tuple(done), error)
        done.append(action)
    return Outcome(_with_server_ids(plan.items, live), predict(plan).statuses, tuple(done))


@dataclass
class _Sender:
    plan: Plan
    surface: Surface
    live: dict[int, Policy]
    known_ids: set[str]

    def send(self, action: Action) -> None:
        _SEND[type(action)](self, action)

    def create(self, action: Create) -> None:
        policy_id = self.surface.create(action.draft, self.known_ids)
        self.known_ids.add(policy_id)
        self.live[action.item] = replace(action.draft, id=policy_id)

    def update(self, action: Update) -> None:
        self.surface.update(self.live[action.item], action.fields)

    def write_payload(self, action: WritePayload) -> None:
        self.surface.write_payload(self.live[action.item], action.slot, action.value)

    def assign(self, action: Assign) -> None:
        told = {
            assignment.key: assignment for assignment in self.surface.assign(self.live[action.item], action.assignments)
        }
        assignments = tuple(told.get(assignment.key, assignment) for assignment in action.assignments)
        self.live[action.item] = replace(self.live[action.item], assignments=assignments)

    def update_priorities(self, action: UpdatePriorities) -> None:
        self.surface.update_priorities(action.numbers)

    def delete(self, action: Delete) -> None:
        self.surface.delete(self.live[action.item])


_SEND: dict[type, t.Callable[[_Sender, t.Any], None]] = {
    Create: _Sender.create,
    Update: _Sender.update,
    WritePayload: _Sender.write_payload,
    Assign: _Sender.assign,
    UpdatePriorities: _Sender.update_priorities,
    Delete: _Sender.delete,
}


def concerns(action: Action, place: int, item: PlannedItem) -> bool:
    """Tell whether an action changes an item."""
    if isinstance(action, UpdatePriorities):
        return item.before is not None and item.before.id in action.changed
    return action.item == place


def _status(place: int, item: PlannedItem, plan: Plan, done: t.Sequence[Action], failed: Action) -> str:
    """Return how far an item got when ``failed`` ended the run; a failed write counts as not sent."""
    own = [action for action in plan.actions if concerns(action, place, item)]
    if all(action in done for action in own):
        return item.status
    touched = concerns(failed, place, item) or any(action in done for action in own)
    return "failed" if touched else "not_attempted"


def _with_server_ids(items: t.Sequence[PlannedItem], live: t.Mapping[int, Policy]) -> tuple[PlannedItem, ...]:
    """Fill in the ids that the server gave to created policies and assignments."""

    def filled(place: int, item: PlannedItem) -> PlannedItem:
        if item.after is None or place not in live:
            return item
        known = live[place]
        assignments = item.after.assignments if known.assignments is UNSET else known.assignments
        return replace(item, after=replace(item.after, id=known.id, assignments=assignments))

    return tuple(filled(place, item) for place, item in enumerate(items))
