# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the live state and the desired one to the list of writes between them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import cached_property

from .._graph.errors import UserError
from .._office.capabilities import Capabilities
from .._office.payload import Json, Opaque, Slot
from .._office.policy import KINDS, PAYLOAD_FIELDS, Policy
from .._office.unset import UNSET
from .actions import Action, Assign, Create, Delete, Update, UpdatePriorities, WritePayload
from .compare import changed_fields, same_payload
from .desired import DesiredPolicy, GroupChange, State
from .fingerprint import fingerprint
from .groups import merge
from .guards import Guards, check_limits, prunable, refuse_protected
from .match import Match
from .order import Order
from .priorities import PriorityPlan, plan_priorities

_DEFAULT_KIND = "windows"


@dataclass(frozen=True)
class PlannedItem:
    """One desired policy with its state before and after; None where there is no policy."""

    desired: DesiredPolicy
    before: Policy | None
    after: Policy | None

    @cached_property
    def status(self) -> str:
        """``created``, ``updated``, ``deleted`` or ``unchanged``."""
        if self.before is None:
            return "unchanged" if self.after is None else "created"
        if self.after is None:
            return "deleted"
        return "updated" if changed_fields(self.before, self.after) else "unchanged"


@dataclass(frozen=True)
class Plan:
    """All items, and all writes in stages.

    The writes of a stage do not depend on each other and belong to different policies; a stage is sent when the one
    before it is done. ``listed`` is how many of the items were asked for; those behind them are pruned. ``touched``
    are the live policies it depends on, as they were read; ``parts`` of policies and ``groups`` were read for it.
    ``capabilities`` are those that the tenant was known to have then.
    """

    items: tuple[PlannedItem, ...]
    stages: tuple[tuple[Action, ...], ...]
    live: tuple[Policy, ...]
    listed: int
    touched: tuple[Policy, ...]
    parts: int = 0
    groups: int = 0
    capabilities: Capabilities = Capabilities()

    @cached_property
    def fingerprint(self) -> str:
        """The fingerprint of the live policies that the plan depends on."""
        return fingerprint(self.touched)

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """All writes in the order in which they are sent."""
        return tuple(action for stage in self.stages for action in stage)

    @property
    def total(self) -> int:
        """How many policies the tenant has when all writes are done."""
        statuses = [item.status for item in self.items]
        return len(self.live) + statuses.count("created") - statuses.count("deleted")

    def read_requests(self, batch_size: int) -> int:
        """Return the smallest number of requests that can carry the reads behind the listing.

        Every part of a policy that the desired state mentions is read once, every group that it names is looked up
        once; none of them depends on another. How many pages the listing has is up to the server. (A live
        payload that is no JSON is read twice.)
        """
        return requests_for(self.parts, batch_size) + requests_for(self.groups, batch_size)

    def write_requests(self, batch_size: int) -> int:
        """Return the smallest number of requests that can carry the writes, ``batch_size`` of a stage in each.

        A policy's own writes depend on each other (or must not overtake each other), so the longest of them gives the
        number of stages, and a stage of n writes takes n / batch_size requests, rounded up.
        """
        return sum(requests_for(len(stage), batch_size) for stage in self.stages)


def requests_for(calls: int, batch_size: int) -> int:
    """Return how many requests carry that many calls: the quotient, rounded up."""
    return -(-calls // batch_size)


def make_plan(
    matches: t.Sequence[Match],
    live: t.Sequence[Policy],
    groups: t.Sequence[GroupChange | None],
    capabilities: Capabilities,
    order: Order | None = None,
    guards: Guards | None = None,
) -> Plan:
    """Return the plan.

    ``matches`` carry the live policies with everything read that their desired side mentions; ``groups`` are the
    resolved wishes, by place. The order of writes keeps priorities unique at every moment and deletes as late as
    possible: deletions that free a number, renumbering, creates and updates, the other deletions. Raises UserError.
    """
    guards = guards or Guards()
    if not capabilities.priorities:
        _refuse_priorities(matches, order)
    refuse_protected(matches, guards)
    pruned = prunable(matches, live, guards)
    listed = len(matches)
    matches, groups = (*matches, *pruned), (*groups, *(None for _match in pruned))
    targets = [_target(found, change) for found, change in zip(matches, groups, strict=True)]
    patched = [
        place
        for place, found in enumerate(matches)
        if _is_patched(found.live, targets[place], capabilities.inline_payloads)
    ]
    numbers = plan_priorities(matches, live, patched, order) if capabilities.priorities else _no_numbers(matches)
    items = tuple(
        PlannedItem(found.desired, found.live, _settled(found.live, target, number))
        for found, target, number in zip(matches, targets, numbers.final, strict=True)
    )
    stages = tuple(_stages(items, live, numbers, capabilities.inline_payloads))
    touched = tuple(_touched(matches, live, numbers, order))
    plan = Plan(items, stages, tuple(live), listed, touched, capabilities=capabilities)
    _check_limits(plan, guards)
    return plan


def _touched(
    matches: t.Sequence[Match], live: t.Sequence[Policy], numbers: PriorityPlan, order: Order | None
) -> t.Iterator[Policy]:
    """Return the live policies that a plan depends on: those it is about, and all where it gives out numbers."""
    matched = {found.live.id: found.live for found in matches if found.live}
    yield from matched.values()
    others = [policy for policy in live if policy.id not in matched]
    if order is not None or numbers.at_once is not None:
        yield from others
    elif any(found.live is None and found.desired.state is not State.ABSENT for found in matches):
        # A new policy's number may hang on the weakest one that is there.
        weakest = max(live, key=lambda policy: policy.priority or 0, default=None)
        yield from (policy for policy in others if policy is weakest)


def _check_limits(plan: Plan, guards: Guards) -> None:
    names = [
        (place, item.before.display_name if item.before else str(item.desired.display_name), item.status)
        for place, item in enumerate(plan.items)
        if item.status != "unchanged"
    ]
    managed = {item.before.id for item in plan.items if item.before}
    moved = {
        policy_id
        for stage in plan.stages
        for action in stage
        if isinstance(action, UpdatePriorities)
        for policy_id in action.changed
    }
    foreign = [policy.display_name for policy in plan.live if policy.id in moved - managed]
    check_limits(
        deleted=[name for _place, name, status in names if status == "deleted"],
        pruned=[name for place, name, _status in names if place >= plan.listed],
        changed=[name for _place, name, _status in names] + foreign,
        total=len(plan.live),
        guards=guards,
    )


def _refuse_priorities(matches: t.Sequence[Match], order: Order | None) -> None:
    if order is not None:
        raise UserError("the order", "apply it", "this API has no priorities", "Leave order out")
    for found in matches:
        if found.desired.priority is not UNSET:
            raise UserError(
                found.desired.named(), "set its priority", "this API has no priorities", "Leave priority out"
            )


def _no_numbers(matches: t.Sequence[Match]) -> PriorityPlan:
    return PriorityPlan(tuple(None for _found in matches), None, frozenset())


def _target(found: Match, change: GroupChange | None) -> Policy | None:
    """Return the policy as desired, but for its number. What was not asked for stays as it is."""
    item, live = found.desired, found.live
    if item.state is State.ABSENT:
        return None
    base = live or Policy(
        id=None,
        odata_type=KINDS[item.kind or _DEFAULT_KIND],
        display_name=str(item.display_name),
        policy_payload={},
        user_preference_payload={},
        assignments=(),
    )
    asked: dict[str, t.Any] = {}
    if item.display_name is not None:
        asked["display_name"] = item.display_name
    if item.description is not UNSET:
        asked["description"] = item.description
    for slot, field in PAYLOAD_FIELDS.items():
        wanted, have = item.payload(slot), base.payload(slot)
        # An equal payload keeps the live spelling, so that the object shown after the run is the one that is there.
        if wanted is not UNSET and (have is UNSET or not same_payload(wanted, have)):
            asked[field] = wanted
    if change is not None:
        asked["assignments"] = merge(item, change, () if base.assignments is UNSET else base.assignments)
    return replace(base, **asked)


def _settled(live: Policy | None, target: Policy | None, number: int | None) -> Policy | None:
    """Return the target with its number; the server's time stamp is unknown once anything changed."""
    if target is None:
        return None
    settled = replace(target, priority=number)
    unchanged = live is not None and not changed_fields(live, settled)
    return settled if unchanged else replace(settled, last_modified=None)


def _is_patched(live: Policy | None, target: Policy | None, inline: bool) -> bool:
    """Tell whether a live policy gets an update even if its number stays."""
    return live is not None and target is not None and bool(_patch(live, target, inline))


def _patch(before: Policy, after: Policy, inline: bool) -> dict[str, t.Any]:
    """Return the fields of an update, but for the priority."""
    patched = {"display_name", "description"} | (set(PAYLOAD_FIELDS.values()) if inline else set())
    return {name: getattr(after, name) for name in changed_fields(before, after) if name in patched}


def _stages(
    items: t.Sequence[PlannedItem], live: t.Sequence[Policy], numbers: PriorityPlan, inline: bool
) -> t.Iterator[tuple[Action, ...]]:
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
    fields = _patch(before, after, inline)
    if "priority" in changed and not renumbered:
        fields["priority"] = after.priority
    if fields:
        yield Update(place, fields)
    for slot, field in PAYLOAD_FIELDS.items():
        if field in changed and not inline:
            yield WritePayload(place, slot, _writable(after, slot))
    if "assignments" in changed:
        yield Assign(place, t.cast(t.Any, after.assignments))


def _writable(policy: Policy, slot: Slot) -> Json:
    """Return a payload that a plan made: it was asked for, so it is neither unread nor opaque."""
    value = policy.payload(slot)
    if value is UNSET or isinstance(value, Opaque):
        raise TypeError(f"{policy.named()} has no {slot.value} to write")
    return value
