# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send a plan's writes stage by stage, and tell truthfully what was sent when some of them fail."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field, replace
from functools import cached_property

from .._errors import MissingLibraryError, UserError, unforeseen_end
from .._policy.policy import Policy
from .._policy.surface import Surface
from .._policy.unset import UNSET
from .._policy.writes import (
    AWAITING,
    ApprovalState,
    Awaited,
    Create,
    Delete,
    Heard,
    PolicyWrite,
    Result,
    UpdatePriorities,
    Write,
    Written,
)
from .plan import Plan
from .read_back import ReadBack
from .stages import PlannedItem, without_writes


class OnError(enum.Enum):
    """What a failed write means for the policies that have not failed."""

    STOP = "stop"
    CONTINUE = "continue"
    # As CONTINUE, and what cannot be planned by itself is left, too.
    LEAVE = "leave"


@dataclass(frozen=True)
class Waiting:
    """What waits of an item: the writes, and the item with the states before and after them."""

    actions: tuple[Write, ...]
    item: PlannedItem


@dataclass(frozen=True)
class Outcome:
    """What a run did, or in check mode would do.

    ``items`` are the planned items, with the ids that the server gave where they are known; ``statuses`` say of each
    how far it got (a planned status, ``failed``, ``not_attempted`` or ``awaiting_approval``), ``errors`` why, by place;
    ``approvals`` are the requests that items depend on, ``requests`` those of check mode that hold no item, as the run
    would use or replace them. ``actions`` are the writes that were done, in order. ``error`` is what makes the run a
    failure. ``in_doubt`` tells that a write which failed may have been done all the same.
    """

    plan: Plan
    items: tuple[PlannedItem, ...]
    statuses: tuple[str, ...]
    actions: tuple[Write, ...]
    errors: t.Mapping[int, UserError]
    error: UserError | None = None
    in_doubt: bool = False
    warnings: tuple[str, ...] = ()
    approvals: t.Mapping[int, Awaited] = field(default_factory=dict)
    requests: t.Mapping[int, Awaited] = field(default_factory=dict)

    @cached_property
    def actions_by_item(self) -> list[list[Write]]:
        """The writes that were done, by the place of the item they change."""
        return actions_by_item(self.actions, self.items)

    @property
    def changed(self) -> bool:
        """Whether anything was written, or may have been, or a request for approval was filed."""
        filed = any(awaited.state is ApprovalState.FILED for awaited in self.approvals.values())
        return bool(self.actions) or self.in_doubt or filed

    @property
    def awaiting(self) -> list[int]:
        """The places of items that wait for a second administrator."""
        return [place for place, status in enumerate(self.statuses) if status == AWAITING]

    def waiting(self, place: int) -> Waiting:
        """Return what waits of the item at a place: its writes that were not done."""
        done = sum(action.item == place for action in self.actions_by_item[place])
        planned = self._planned_by_place.get(place, [])
        return Waiting(tuple(planned[done:]), replace(self.plan.items[place], before=self.items[place].after))

    @cached_property
    def _planned_by_place(self) -> dict[int | None, list[Write]]:
        planned: dict[int | None, list[Write]] = {}
        for action in self.plan.actions:
            planned.setdefault(action.item, []).append(action)
        return planned


def predict(
    plan: Plan, surface: Surface | None = None, on_error: OnError = OnError.CONTINUE, blocked: bool = False
) -> Outcome:
    """Return the outcome that applying the plan would have; ids of policies to be created are unknown.

    A ``surface`` is asked which writes a second administrator has not approved, and with ``blocked`` which ones another
    request about the same policy keeps from being asked for.
    """
    run = _Run(plan)
    run.foresee(surface, on_error, blocked)
    items = tuple(run.reached(place, item) for place, item in enumerate(plan.items))
    return run.outcome(items)


def apply(plan: Plan, surface: Surface, on_error: OnError = OnError.STOP, reads_back: bool = False) -> Outcome:
    """Send the writes. With ``reads_back`` what the first ones have written begins to be read meanwhile.

    After a failure the failed policy gets no further write. With STOP no policy does, nor once a number that others may
    need could not be freed or given out.
    """
    run = _Run(plan, ReadBack(surface).heard if reads_back else None)
    surface.begin_writes(len(plan.actions))
    for stage in plan.stages:
        run.send(stage, surface)
        if run.is_over(on_error):
            break
    return run.outcome(run.items())


class _Run:
    """The state of one run: which writes are done, which policies failed, what the server told."""

    def __init__(self, plan: Plan, heard: Heard | None = None) -> None:
        self._plan = plan
        self._heard = heard
        self._live: dict[int, Policy] = {place: item.before for place, item in enumerate(plan.items) if item.before}
        self._known_ids = {str(policy.id) for policy in plan.live}
        self.done: list[Write] = []
        self.errors: dict[int, UserError] = dict(plan.left)
        self.approvals: dict[int, Awaited] = {}
        self.requests: dict[int, Awaited] = {}
        self.order_error: UserError | None = None
        # Whether what is left may need numbers that are not free. Deletions are the last stage if they free none.
        self.stuck = False

    def send(self, stage: t.Sequence[Write], surface: Surface) -> None:
        """Send a stage, without the policies that failed before or wait."""
        if isinstance(stage[0], UpdatePriorities):
            self._send_order(stage[0], surface)
            return
        actions = [action for action in stage if not isinstance(action, UpdatePriorities) and self._goes_on(action)]
        if not actions:
            return
        for action, result in zip(actions, self._results(actions, surface), strict=True):
            if self._is_done(action, result):
                self._learn(action.item, result.written)
                self.done.append(action)

    def is_over(self, on_error: OnError) -> bool:
        """Tell whether no further stage is sent after what failed so far."""
        return self.stuck or (bool(self.errors) and on_error is OnError.STOP)

    def foresee(self, surface: Surface | None, on_error: OnError, blocked: bool) -> None:
        """Take all writes for done, but for those of which the surface knows that they must wait or fail, and those
        that are not sent then.
        """
        actions = [action for action in self._plan.actions if not isinstance(action, UpdatePriorities)]
        results = iter(surface.foresee(actions, blocked) if surface is not None and actions else [None] * len(actions))
        for stage in self._plan.stages:
            for action in stage:
                if isinstance(action, UpdatePriorities):
                    self.done.append(action)
                    continue
                result = next(results) or Result()
                if self._goes_on(action) and self._is_done(action, result):
                    self.done.append(action)
            if self.is_over(on_error):
                break

    def _goes_on(self, action: PolicyWrite) -> bool:
        """Tell whether no earlier write of the same policy failed or waits."""
        return action.item not in self.errors and action.item not in self.approvals

    def _is_done(self, action: PolicyWrite, result: Result) -> bool:
        """Note why a write was not done; tell whether it was."""
        holds = result.approval is not None and (result.error is not None or result.approval.state.is_open)
        if result.approval is not None:
            (self.approvals if holds else self.requests).setdefault(action.item, result.approval)
        if result.error is not None:
            self.errors[action.item] = result.error
            self.stuck = self.stuck or isinstance(action, Delete)
        return result.error is None and not holds

    def _results(self, actions: t.Sequence[PolicyWrite], surface: Surface) -> t.Sequence[Result]:
        """Send some writes and return the result of each.

        What makes all of them fail ends the run: an error nobody foresaw would only meet the next policies, too.
        """
        try:
            return surface.write([self._addressed(action) for action in actions], self._known_ids, self._heard)
        except MissingLibraryError:
            raise
        except Exception as error:  # noqa: BLE001 - what was done before must be told
            self.stuck = True
            return [Result(error=error if isinstance(error, UserError) else unforeseen_end(error))] * len(actions)

    def _addressed(self, action: PolicyWrite) -> PolicyWrite:
        """Return a write of the policy as it is known now: one that was planned to be created has got its id."""
        return action if isinstance(action, Create) else replace(action, policy=self._live[action.item])

    def _send_order(self, action: UpdatePriorities, surface: Surface) -> None:
        try:
            surface.update_priorities(action.numbers)
        except MissingLibraryError:
            raise
        except Exception as failure:  # noqa: BLE001 - what was done before must be told
            error = failure if isinstance(failure, UserError) else unforeseen_end(failure)
            self.order_error = error
            self.stuck = True
            places = {item.before.id: place for place, item in enumerate(self._plan.items) if item.before}
            self.errors.update(dict.fromkeys(_places(action, places), error))
        else:
            self.done.append(action)

    def _learn(self, place: int, written: Written) -> None:
        known = self._live.get(place) or t.cast(Policy, self._plan.items[place].after)
        if written.policy_id is not None:
            known = replace(known, id=written.policy_id)
            self._known_ids.add(written.policy_id)
        if written.assignments is not None:
            known = known.with_values({"assignments": written.assignments})
        self._live[place] = known

    def statuses(self) -> tuple[str, ...]:
        """Return how far each item got; one with some of its writes done and others not has failed."""
        planned = actions_by_item(self._plan.actions, self._plan.items)
        done = actions_by_item(self.done, self._plan.items)
        return tuple(self._status(place, len(planned[place]), len(done[place])) for place in range(len(planned)))

    def _status(self, place: int, planned: int, done: int) -> str:
        if place in self.errors:
            return "failed"
        if place in self.approvals:
            return AWAITING
        if done == planned:
            return self._plan.items[place].status
        return "failed" if done else "not_attempted"

    @property
    def in_doubt(self) -> bool:
        """Whether a write that failed may have been done all the same."""
        errors = [self.order_error, *self.errors.values()]
        return any(error is not None and error.in_doubt for error in errors)

    def error(self) -> UserError | None:
        """Return what makes the run a failure: the first error, with the number of the others."""
        first = self.order_error or next(iter(self.errors.values()), None)
        others = len({id(error) for error in self.errors.values()} - {id(first)})
        return first.with_others(others) if first is not None and others else first

    def items(self) -> tuple[PlannedItem, ...]:
        """Return the items with the ids that the server gave to created policies and assignments."""
        return tuple(self._filled(place, self.reached(place, item)) for place, item in enumerate(self._plan.items))

    def reached(self, place: int, item: PlannedItem) -> PlannedItem:
        """Return an item; one that waits for approval as it is without the writes that were not done."""
        if place not in self.approvals:
            return item
        done = sum(action.item == place for action in self.done)
        if not done:
            return replace(item, after=item.before)
        return without_writes(item, [action for action in self._plan.actions if action.item == place][done:])

    def outcome(self, items: tuple[PlannedItem, ...]) -> Outcome:
        return Outcome(
            self._plan,
            items,
            self.statuses(),
            tuple(self.done),
            self.errors,
            self.error(),
            self.in_doubt,
            approvals=self.approvals,
            requests=self.requests,
        )

    def _filled(self, place: int, item: PlannedItem) -> PlannedItem:
        known = self._live.get(place)
        if item.after is None or known is None or item.status == "unchanged":
            return item
        assignments = item.after.assignments
        if assignments is not UNSET and known.assignments is not UNSET:
            told = {assignment.key: assignment for assignment in known.assignments}
            assignments = tuple(told.get(assignment.key, assignment) for assignment in assignments)
        after = replace(item.after, id=known.id).with_values({"assignments": assignments})
        return replace(item, after=after)


def actions_by_item(actions: t.Iterable[Write], items: t.Sequence[PlannedItem]) -> list[list[Write]]:
    """Return the actions that change each item, by its place."""
    places = {item.before.id: place for place, item in enumerate(items) if item.before}
    found: list[list[Write]] = [[] for _item in items]
    for action in actions:
        for place in _places(action, places):
            found[place].append(action)
    return found


def _places(action: Write, places: t.Mapping[str | None, int]) -> list[int]:
    if isinstance(action, UpdatePriorities):
        return [places[policy_id] for policy_id in action.changed if policy_id in places]
    return [action.item]
