# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the live state and the desired one to the list of writes between them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

from .._errors import UserError
from .._policy.desired import DesiredPolicy, State
from .._policy.fields import changed_fields, only_if_asked, unread
from .._policy.live_conflicts import Conflicts
from .._policy.policy import PRIORITY, Policy, priority_of
from .._policy.surface import Capabilities
from .._policy.unset import UNSET
from .._policy.writes import UpdatePriorities, Write
from .effects import Expected, expectations
from .fingerprint import Definitions, Details, details_of, text_of
from .guards import Guards, check_limits, unmatched_patterns
from .item_warnings import gone_warnings, value_warnings
from .limit_to_groups import Limit, held_back, pending_options, within
from .match import Match
from .order import Order
from .priorities import PriorityPlan, plan_priorities
from .stages import PlannedItem, patch_of, stages_of
from .twins import twin_warnings


@dataclass(frozen=True)
class Plan:
    """All items, and all writes in stages.

    The writes of a stage do not depend on each other and belong to different policies; a stage is sent when the one
    before it is done. ``listed`` is how many of the items were asked for; those behind them are pruned. ``touched``
    are the live policies it depends on, as they were read, ``definitions`` what it was made from, ``effects`` what its
    writes leave, those that wait included; ``part_reads`` and ``group_lookups`` count the parts of policies and the
    groups that were asked for. ``capabilities`` are those that the tenant was known to have then. ``warnings`` tell
    what may be meant otherwise, ``waves`` the same wave by wave, where that was asked for. ``left`` tells of items why
    they cannot be planned; nothing is asked of these. ``conflicts`` tells where policies disagree when the plan is
    done, where that was asked for.
    """

    items: tuple[PlannedItem, ...]
    stages: tuple[tuple[Write, ...], ...]
    live: tuple[Policy, ...]
    listed: int
    touched: tuple[Policy, ...]
    capabilities: Capabilities
    part_reads: int = 0
    group_lookups: int = 0
    warnings: tuple[str, ...] = ()
    definitions: Definitions = Definitions()
    effects: tuple[Expected, ...] = ()
    waves: tuple[WavePlan, ...] = ()
    left: t.Mapping[int, UserError] = field(default_factory=dict)
    conflicts: Conflicts | None = None

    @cached_property
    def details(self) -> dict[str, Details]:
        """Digests that tell what has changed when another plan has another fingerprint."""
        return details_of(self.touched, self.definitions, self.effects, self.capabilities)

    @cached_property
    def fingerprint(self) -> str:
        """The fingerprint of the plan: what it depends on, what it was made from, and what its writes leave."""
        return text_of(self.details)

    @cached_property
    def actions(self) -> tuple[Write, ...]:
        """All writes in the order in which they are sent."""
        return tuple(action for stage in self.stages for action in stage)

    @property
    def total(self) -> int:
        """How many policies the tenant has when all writes are done."""
        statuses = [item.status for item in self.items]
        return len(self.live) + statuses.count("created") - statuses.count("deleted")

    def read_requests(self, batch_size: int) -> int:
        """Return the smallest number of requests that can carry the reads behind the listing.

        Every part of a policy that the desired state mentions is read once, of a policy to be deleted all parts are;
        every group that it names is looked up once, and where the groups of a deletion are shown by name, so is each
        of them; none of them depends on another. How many pages the listing has is up to the server. (A live payload
        that is not JSON is read twice, and a policy to be deleted whose parts are not there is asked for once.)
        """
        return requests_for(self.part_reads, batch_size) + requests_for(self.group_lookups, batch_size)

    def write_requests(self, batch_size: int) -> int:
        """Return the smallest number of requests that can carry the writes, ``batch_size`` of a stage in each.

        A policy's own writes depend on each other (or must not overtake each other), so the longest of them gives the
        number of stages, and a stage of n writes takes n / batch_size requests, rounded up.
        """
        return sum(requests_for(len(stage), batch_size) for stage in self.stages)


@dataclass(frozen=True)
class WavePlan:
    """A wave: its name, its plan, and the names of policies that a wave makes by the ids that stand for theirs."""

    name: str
    plan: Plan
    made: t.Mapping[str, str]


def requests_for(calls: int, batch_size: int) -> int:
    """Return how many requests carry that many calls: the quotient, rounded up."""
    return -(-calls // batch_size)


def make_plan(
    matches: t.Sequence[Match],
    live: t.Sequence[Policy],
    capabilities: Capabilities,
    order: Order | None = None,
    guards: Guards | None = None,
    limit: Limit | None = None,
    listed: int | None = None,
) -> Plan:
    """Return the plan; with a limit (ids of groups) only what affects nobody outside of it.

    ``matches`` carry the live policies with everything read that their desired side mentions, and groups as their ids;
    the first ``listed`` of them (None: all) were asked for, the others are to be pruned. The order of writes keeps
    priorities unique at every moment and deletes as late as possible: deletions that free a number, renumbering,
    creates and updates, the other deletions. Raises UserError.
    """
    guards, listed = guards or Guards(), len(matches) if listed is None else listed
    if not capabilities.priorities:
        _refuse_priorities(matches, order)
    draft = whole = _draft(matches, live, capabilities, order)
    if limit is not None:
        # What is pruned counts as one that others have: it goes with the last wave.
        seen = [*matches[:listed], *map(_unassigned, matches[listed:])]
        parts = [Match(within(each, limit).desired, found.live) for found, each in zip(matches, seen, strict=True)]
        draft = _draft(matches, live, capabilities, order, held_back(seen, live, limit), parts)
    items, stages = _written(matches, live, draft, whole, capabilities)
    # All writes, those that a limit holds back included.
    every = (items, stages) if limit is None else _written(matches, live, whole, whole, capabilities)
    depends = [_mentioned(found, capabilities) for found in matches]
    plan = Plan(
        items,
        stages,
        tuple(live),
        listed,
        touched=tuple(_touched(depends, live, whole.numbers, order, capabilities)),
        capabilities=capabilities,
        warnings=(
            *unmatched_patterns(live, guards),
            *twin_warnings(items, live),
            *gone_warnings(items),
            *value_warnings(items),
        ),
        effects=tuple(expectations(chain.from_iterable(every[1]), every[0], live)),
    )
    _check_limits(plan, guards)
    return plan


@dataclass(frozen=True)
class _Draft:
    """The state of each item after the run, and the numbers that lead there."""

    after: tuple[Policy | None, ...]
    numbers: PriorityPlan


def _draft(
    matches: t.Sequence[Match],
    live: t.Sequence[Policy],
    capabilities: Capabilities,
    order: Order | None,
    held: t.Collection[str] | None = None,
    parts: t.Sequence[Match] = (),
) -> _Draft:
    """Return what the desired state leads to; with ``parts`` of them only that much, ``held`` keep their places."""
    targets = [target_of(found, capabilities) for found in parts or matches]
    patched = [place for place, found in enumerate(matches) if _is_patched(found.live, targets[place], capabilities)]
    numbers = plan_priorities(matches, live, patched, order, held) if capabilities.priorities else _no_numbers(matches)
    after = (
        _settled(found.live, target, number, capabilities)
        for found, target, number in zip(matches, targets, numbers.final, strict=True)
    )
    return _Draft(tuple(after), numbers)


def _written(
    matches: t.Sequence[Match], live: t.Sequence[Policy], draft: _Draft, whole: _Draft, capabilities: Capabilities
) -> tuple[tuple[PlannedItem, ...], tuple[tuple[Write, ...], ...]]:
    """Return the items as a draft leaves them, and the stages of writes to there; ``whole`` is what waits for more."""
    fields = capabilities.fields
    items = tuple(
        PlannedItem(found.desired, found.live, after, fields, pending_options(wanted, after, fields))
        for found, after, wanted in zip(matches, draft.after, whole.after, strict=True)
    )
    return items, tuple(stages_of(items, live, draft.numbers))


def _unassigned(found: Match) -> Match:
    """Return a match whose policy's groups are not known."""
    return Match(found.desired, found.live.with_values({"assignments": UNSET})) if found.live else found


def _mentioned(found: Match, capabilities: Capabilities) -> Match:
    """Return a match without what came along or was read for the limit alone: the item does not depend on it.

    A deletion depends on all of the policy.
    """
    item = found.desired
    if found.live is None or item.state is State.ABSENT:
        return found
    unasked = [field for field in only_if_asked(capabilities.fields) if field.asked(item) is UNSET]
    return Match(item, unread(found.live, unasked))


def _touched(
    matches: t.Sequence[Match],
    live: t.Sequence[Policy],
    numbers: PriorityPlan,
    order: Order | None,
    capabilities: Capabilities,
) -> t.Iterator[Policy]:
    """Return the live policies that a plan depends on: those it is about, and all where it gives out numbers."""
    matched = {found.live.id: found.live for found in matches if found.live}
    yield from matched.values()
    if not capabilities.priorities:
        return
    bulky = only_if_asked(capabilities.fields)
    others = [unread(policy, bulky) for policy in live if policy.id not in matched]
    if order is not None or numbers.at_once is not None:
        yield from others
    elif any(found.live is None and found.desired.state is not State.ABSENT for found in matches):
        # A new policy's number may hang on the weakest one that is there.
        weakest = max(live, key=lambda policy: priority_of(policy) or 0, default=None)
        yield from (policy for policy in others if weakest and policy.id == weakest.id)


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
        if found.desired.value(PRIORITY) is not UNSET:
            raise UserError(
                found.desired.named(), "set its priority", "this API has no priorities", "Leave priority out"
            )


def _no_numbers(matches: t.Sequence[Match]) -> PriorityPlan:
    return PriorityPlan(tuple(None for _found in matches), None, frozenset())


def target_of(found: Match, capabilities: Capabilities) -> Policy | None:
    """Return the policy as desired, but for its number. What was not asked for stays as it is. Raises UserError."""
    if found.target is not UNSET:
        return found.target
    item, live = found.desired, found.live
    if item.state is State.ABSENT:
        return None
    base = live or _blank(item, capabilities)
    asked = ((field, field.asked(item)) for field in capabilities.fields)
    return base.with_values(
        {field.name: field.merge(field, item, value, field.of(base)) for field, value in asked if value is not UNSET}
    )


def _blank(item: DesiredPolicy, capabilities: Capabilities) -> Policy:
    """Return a new policy of which nothing is asked but its kind."""
    return Policy(None, capabilities.type_for(item.kind), {field.name: field.blank for field in capabilities.fields})


def _settled(
    live: Policy | None, target: Policy | None, number: int | None, capabilities: Capabilities
) -> Policy | None:
    """Return the target with its number; the server's time stamp is unknown once anything changed."""
    if target is None:
        return None
    settled = target.with_values({PRIORITY: number}) if capabilities.priorities else target
    unchanged = live is not None and not changed_fields(live, settled, capabilities.fields)
    return settled if unchanged else replace(settled, last_modified=None)


def _is_patched(live: Policy | None, target: Policy | None, capabilities: Capabilities) -> bool:
    """Tell whether a live policy gets an update even if its number stays."""
    return live is not None and target is not None and bool(patch_of(live, target, capabilities.fields))
