# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets what in a rollout in waves, after each single write. Everybody there can be is looked at: a member of each
set of groups, users and devices, whether or not filters match, against included and excluded groups and all of either.
"""

from __future__ import annotations

import copy
import itertools
import typing as t
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import predict
from ansible_collections.m365.apps.plugins.module_utils._converge.item_groups import NamedGroups
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AllTarget,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import (
    Assignment,
    AssignmentFilter,
    Policy,
    Target,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import PolicyWrite, Result
from ansible_collections.m365.apps.tests.unit.test_converge_surfaces import (
    ASSIGNMENTS,
    DIRECTORY,
    FINANCE,
    PILOTS,
    STAFF,
    OtherTenant,
    excluded,
    included,
    item,
    live,
    run,
)
from ansible_collections.m365.apps.tests.unit.test_converge_surfaces_properties import IDS
from ansible_collections.m365.apps.tests.unit.test_converge_surfaces_properties import assigned as some_assignments

Policies = dict[str, Policy]
GroupIds = frozenset[str]
# What somebody gets: what a policy sets, by its id.
Effect = dict[str, tuple[t.Any, ...]]
FILTERS = ("f1", "f2")


@dataclass(frozen=True)
class Somebody:
    """A user or a device: the groups it is in, and the filters that match it."""

    groups: GroupIds
    is_user: bool
    matches: frozenset[str]

    def gets(self, policies: Policies) -> Effect:
        return {
            policy_id: tuple(policy.value(name) for name in ("display_name", "description", "tags", "settings"))
            for policy_id, policy in policies.items()
            if self.has(policy)
        }

    def has(self, policy: Policy) -> bool:
        """What Intune says: one of its targets, and none of its excluded groups."""
        return not self.excluded_from(policy) and any(map(self._is_meant, assigned(policy)))

    def excluded_from(self, policy: Policy) -> bool:
        return any(each.to is Target.EXCLUDED_GROUP and each.group_id in self.groups for each in assigned(policy))

    def _is_meant(self, entry: Assignment) -> bool:
        meant = {
            Target.GROUP: entry.group_id in self.groups,
            Target.ALL_USERS: self.is_user,
            Target.ALL_DEVICES: not self.is_user,
        }
        return meant.get(entry.to, False) and self._passes(entry.filter)

    def _passes(self, wanted: AssignmentFilter | None) -> bool:
        return wanted is None or (wanted.id in self.matches) == (wanted.mode == "include")


def subsets(members: t.Sequence[str]) -> list[GroupIds]:
    return [frozenset(some) for size in range(len(members) + 1) for some in itertools.combinations(members, size)]


EVERYBODY = [
    Somebody(groups, is_user, matches)
    for groups in subsets(IDS)
    for is_user in (True, False)
    for matches in subsets(FILTERS)
]


def assigned(policy: Policy) -> tuple[Assignment, ...]:
    return t.cast("tuple[Assignment, ...]", policy.assignments)


@dataclass
class Watched(OtherTenant):
    """Keeps how all policies are after each write."""

    states: list[Policies] = field(default_factory=list)

    def _send(self, write: PolicyWrite) -> Result:
        result = super()._send(write)
        self.states.append(dict(self.policies))
        return result


@dataclass(frozen=True)
class Step:
    """A wave: the ids of the groups that it may affect (None for the last one), and all states from before it on."""

    limit: GroupIds | None
    before: Policies
    states: list[Policies]


def roll_out(tenant: Watched, items: t.Sequence[DesiredPolicy], waves: t.Sequence[tuple[str, ...]]) -> list[Step]:
    """Run each wave, and the last one, which has no limit. Raises UserError."""
    steps = []
    for last in range(len(waves) + 1):
        limit = tuple(group for wave in waves[: last + 1] for group in wave) if last < len(waves) else None
        before, tenant.states = dict(tenant.policies), []
        run(tenant, *items, limit_to_groups=limit)
        ids = None if limit is None else frozenset(DIRECTORY.get(group, group) for group in limit)
        steps.append(Step(ids, before, tenant.states))
    return steps


Rollout = tuple[Watched, list[DesiredPolicy], list[tuple[str, ...]]]


def options_of(assignments: t.Sequence[Assignment]) -> dict[str, t.Any]:
    """Return the options that ask for exactly these."""
    filters = {str(each.group_id): each.filter for each in assignments if each.to is Target.GROUP}
    out = tuple(str(each.group_id) for each in assignments if each.to is Target.EXCLUDED_GROUP)
    everybody = {each.to: AllTarget(True, each.filter) for each in assignments if each.to.value in ASSIGNMENTS.options}
    return {
        "groups": GroupChange(exact=tuple(filters), filters=filters),
        "exclude_groups": GroupChange(exact=out),
        **{to.value: everybody.get(to, AllTarget(False)) for to in (Target.ALL_USERS, Target.ALL_DEVICES)},
    }


@st.composite
def rollouts(draw: st.DrawFn) -> Rollout:
    """Policies with any assignments before and after, some options of these left alone, in one to three waves."""
    settings = st.sampled_from([("a",), ("b",)])
    there = draw(st.sampled_from(["A", "AB"]))
    policies = [live(name, *draw(some_assignments()), settings=draw(settings)) for name in there]
    items = []
    for name in "ABC":
        options = options_of(draw(some_assignments()))
        asked = {name: value for name, value in options.items() if draw(st.integers(0, 5))}
        state = State.ABSENT if name == "B" and draw(st.booleans()) else State.PRESENT
        items.append(item(name, state, settings=draw(settings), **({} if state is State.ABSENT else asked)))
    groups = st.lists(st.sampled_from(IDS), unique=True, max_size=2).map(tuple)
    tenant = Watched({str(policy.id): policy for policy in policies})
    return tenant, items, draw(st.lists(groups, min_size=1, max_size=3))


def steps_of(rollout: Rollout) -> list[Step]:
    """Return the steps of a rollout, none for one that cannot be done."""
    try:
        return roll_out(*rollout)
    except UserError:
        return []


def ends_of(steps: t.Iterable[Step]) -> t.Iterator[tuple[Step, Policies]]:
    """Return each step with all policies at its end."""
    return ((step, [step.before, *step.states][-1]) for step in steps)


@given(rollouts())
def test_who_is_in_no_group_of_the_waves_so_far_is_not_affected(rollout: Rollout) -> None:
    for step in steps_of(rollout):
        if step.limit is None:
            continue
        for somebody in EVERYBODY:
            if not somebody.groups & step.limit:
                before = somebody.gets(step.before)
                assert all(somebody.gets(state) == before for state in step.states)


@given(rollouts())
def test_who_is_no_longer_excluded_gets_a_policy_with_the_wave_of_that_group(rollout: Rollout) -> None:
    for step in steps_of(rollout):
        if step.limit is None:
            continue
        for (policy_id, policy), somebody in itertools.product(step.before.items(), EVERYBODY):
            out = {each.group_id for each in assigned(policy) if each.to is Target.EXCLUDED_GROUP} & somebody.groups
            if out - step.limit:
                assert not any(policy_id in somebody.gets(state) for state in step.states)


@given(rollouts())
def test_nobody_gets_what_the_definitions_exclude_him_from(rollout: Rollout) -> None:
    """Not for a moment: who is to lose a policy loses it before it changes."""
    steps = steps_of(rollout)
    if not steps:
        return
    end = rollout[0].policies
    start = steps[0].before
    for (policy_id, policy), somebody in itertools.product(end.items(), EVERYBODY):
        if somebody.excluded_from(policy):
            had = somebody.gets(start).get(policy_id)
            gotten = [somebody.gets(state).get(policy_id) for step in steps for state in step.states]
            assert all(each in (None, had) for each in gotten)


@given(rollouts())
def test_who_is_excluded_has_lost_a_policy_when_his_wave_is_done(rollout: Rollout) -> None:
    """Also where others have it, so that its settings wait: another policy may be his in its place."""
    for step, policies in ends_of(steps_of(rollout)):
        for (policy_id, policy), somebody in itertools.product(rollout[0].policies.items(), EVERYBODY):
            out = {each.group_id for each in assigned(policy) if each.to is Target.EXCLUDED_GROUP} & somebody.groups
            if policy_id in policies and (step.limit is None or out & step.limit):
                assert not somebody.excluded_from(policy) or not somebody.has(policies[policy_id])


@given(rollouts())
def test_after_the_last_wave_everybody_has_what_one_run_would_have_given(rollout: Rollout) -> None:
    tenant, items, _waves = rollout
    at_once = copy.deepcopy(tenant)
    if not steps_of(rollout):
        return
    run(at_once, *items)
    assert contents(tenant) == contents(at_once)
    assert not run(tenant, *items).changed


@given(rollouts())
def test_each_wave_does_what_the_plan_told(rollout: Rollout) -> None:
    tenant, items, waves = rollout
    named = tuple(NamedGroups(str(number), groups) for number, groups in enumerate([*waves, ()]))
    try:
        plans = run(tenant, *items, check_mode=True, waves=named).plan.waves
    except UserError:
        return
    assert tenant.writes == []
    for number, wave in enumerate(plans):
        limit = tuple(group for groups in waves[: number + 1] for group in groups) if number < len(waves) else None
        outcome = run(tenant, *items, limit_to_groups=limit)
        told = predict(wave.plan)
        assert outcome.statuses == told.statuses
        assert [each.pending for each in outcome.items] == [each.pending for each in told.items]
        assert [action.name for action in outcome.actions] == [action.name for action in told.actions]


def contents(tenant: OtherTenant) -> list[tuple[t.Any, ...]]:
    """Return all policies without what only the server makes."""
    return sorted(
        (
            *(policy.value(name) for name in ("display_name", "description", "tags", "settings")),
            repr(ASSIGNMENTS.digest(ASSIGNMENTS, policy.assignments)),
        )
        for policy in tenant.policies.values()
    )


ORDERS: dict[str, tuple[tuple[Assignment, ...], dict[str, t.Any], list[str]]] = {
    "a group more": ((), {"groups": GroupChange(exact=("Pilots",))}, ["update", "assign"]),
    "a group less": (
        (included(PILOTS), included(STAFF)),
        {"groups": GroupChange(remove=("Staff",))},
        ["assign", "update"],
    ),
    "an exclusion more": ((included(PILOTS),), {"exclude_groups": GroupChange(add=("Finance",))}, ["assign", "update"]),
    "an exclusion less": (
        (included(PILOTS), excluded(FINANCE)),
        {"exclude_groups": GroupChange(exact=())},
        ["update", "assign"],
    ),
    "all users": ((included(PILOTS),), {"all_users": AllTarget(True)}, ["update", "assign"]),
    "not all users any more": (
        (Assignment(None, to=Target.ALL_USERS),),
        {"all_users": AllTarget(False)},
        ["assign", "update"],
    ),
    "another filter": (
        (Assignment(None, to=Target.ALL_USERS),),
        {"all_users": AllTarget(True, AssignmentFilter("f1"))},
        ["assign", "update"],
    ),
    "one group for another": ((included(STAFF),), {"groups": GroupChange(exact=("Pilots",))}, ["assign", "update"]),
}


@pytest.mark.parametrize(("assignments", "change", "writes"), ORDERS.values(), ids=ORDERS)
def test_who_is_to_lose_a_policy_loses_it_before_its_settings_change(
    assignments: tuple[Assignment, ...], change: dict[str, t.Any], writes: list[str]
) -> None:
    tenant = Watched({"id-A": live("A", *assignments)})
    run(tenant, item("A", settings=("b",), **change))
    assert tenant.writes == writes


PILOTS_OUT: dict[str, tuple[tuple[Assignment, ...], dict[str, t.Any], dict[str, t.Any]]] = {
    "excluded": (
        (Assignment(None, to=Target.ALL_USERS),),
        {"exclude_groups": GroupChange(exact=("Pilots", "Finance"))},
        {"groups": [], "exclude_groups": [PILOTS], "all_users": True, "all_devices": False},
    ),
    "dropped": (
        (included(PILOTS), included(STAFF)),
        {"groups": GroupChange(exact=("Staff", "Finance"))},
        {"groups": [STAFF], "exclude_groups": [], "all_users": False, "all_devices": False},
    ),
    "excluded in place of assigned": (
        (included(PILOTS), included(STAFF), excluded(FINANCE)),
        {"groups": GroupChange(exact=("Staff",)), "exclude_groups": GroupChange(exact=("Pilots",))},
        {"groups": [STAFF], "exclude_groups": [PILOTS, FINANCE], "all_users": False, "all_devices": False},
    ),
}


@pytest.mark.parametrize(("assignments", "change", "shown"), PILOTS_OUT.values(), ids=PILOTS_OUT)
def test_pilots_leave_a_policy_that_others_have_with_their_wave(
    assignments: tuple[Assignment, ...], change: dict[str, t.Any], shown: dict[str, t.Any]
) -> None:
    """So that another one can be theirs: where policies have no order, nobody may have both."""
    tenant = Watched({"id-A": live("A", *assignments)})
    outcome = run(tenant, item("A", settings=("b",), **change), limit_to_groups=("Pilots",))
    policy = tenant.policies["id-A"]
    assert ASSIGNMENTS.result(ASSIGNMENTS, policy.assignments) == shown
    assert policy.value("settings") == ("a",)
    assert (outcome.statuses, "settings" in outcome.items[0].pending) == (("updated",), True)
    assert not run(tenant, item("A", settings=("b",), **change), limit_to_groups=("Pilots",)).changed
