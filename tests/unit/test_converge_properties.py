# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of the engine over random pairs of live and desired state."""

from __future__ import annotations

import copy
import fnmatch
import itertools
import re
import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError, Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.binding import Binding
from ansible_collections.m365.apps.plugins.module_utils._converge.confirm import Wait, reads_of_plan
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge, read_and_plan
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Seat, Unlisted, renumber
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.fields import CONTENT, FIELDS
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, State
from ansible_collections.m365.apps.plugins.module_utils._policy.fields import Field, changed_fields, unread
from ansible_collections.m365.apps.plugins.module_utils._policy.limits import Limit
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy, priority_of
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.tests.unit.cases import GROUPS, Case, cases
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import asked_groups, changed_policy


def run(tenant: MemoryTenant, desired_state: list[DesiredPolicy], options: RunOptions, **changes: t.Any) -> Outcome:
    return converge(desired_state, tenant, MemoryDirectory(GROUPS), replace(options, **changes))


def run_or_refuse(case: Case, **changes: t.Any) -> Outcome | None:
    """Run; a refusal must come before the first write."""
    tenant, desired_state, options = case
    before = copy.deepcopy(tenant.policies)
    try:
        return run(tenant, desired_state, options, **changes)
    except UserError:
        assert tenant.writes == []
        assert tenant.policies == before
        return None


def meaning(payload: t.Any) -> t.Any:
    """Return a payload so that == compares by meaning; written apart from the code under test."""
    if payload in ({}, []):
        return "nothing"
    if isinstance(payload, dict):
        return {key: (meaning(member) if member else repr(member)) for key, member in payload.items()}
    if isinstance(payload, list):
        keys = [member.get("settingId") if isinstance(member, dict) else None for member in payload]
        members = [meaning(member) if member else repr(member) for member in payload]
        if None not in keys and len(set(keys)) == len(keys):
            return ("set", sorted(zip(keys, map(repr, members), strict=True)))
        return members
    return repr(payload)


def assert_met(tenant: MemoryTenant, desired: DesiredPolicy, policy_id: str | None) -> None:
    """Assert that everything a desired policy mentions is so in the tenant."""
    if desired.state is State.ABSENT:
        assert policy_id not in tenant.policies
        return
    policy = tenant.policies[str(policy_id)]
    assert desired.display_name in (None, policy.display_name)
    assert desired.value("description") in (UNSET, policy.description)
    assert desired.value("priority") in (UNSET, priority_of(policy))
    for field in CONTENT:
        wanted, have = field.asked(desired), field.of(policy)
        assert wanted is UNSET or meaning(wanted) == meaning(have)
    groups = asked_groups(desired)
    if groups is not UNSET:
        assert policy.assignments is not UNSET
        have_groups = {entry.group_id for entry in policy.assignments}
        ids = [{GROUPS.get(group, group) for group in part or ()} for part in (groups.wanted, groups.remove)]
        assert ids[0] <= have_groups
        assert not ids[1] & have_groups
        assert groups.exact is None or have_groups == ids[0]


@given(cases())
def test_apply_reaches_the_desired_state(case: Case) -> None:
    tenant, desired_state, _options = case
    outcome = run_or_refuse(case)
    if outcome is None:
        return
    assert outcome.error is None
    for desired, item in zip(desired_state, outcome.items, strict=False):
        shown = item.after or item.before
        assert_met(tenant, desired, shown.id if shown else None)


@given(cases())
def test_the_declared_order_holds(case: Case) -> None:
    tenant, _desired_state, options = case
    before = copy.deepcopy(tenant.policies)
    if run_or_refuse(case) is None or options.order is None:
        return
    ranked = sorted(tenant.policies.values(), key=lambda policy: priority_of(policy) or 0)
    listed: list[str] = []
    for name in options.order.names:
        listed += [str(policy.id) for policy in ranked if policy.id == name] or [
            str(policy.id) for policy in ranked if policy.display_name == name
        ]
    ids = [str(policy.id) for policy in ranked]
    rest = [policy_id for policy_id in ids if policy_id not in listed]
    assert ids == (rest + listed if options.order.unlisted is Unlisted.KEEP_BEFORE else listed + rest)
    untouched = [policy_id for policy_id in rest if tenant.policies[policy_id] == before.get(policy_id)]
    numbers = [priority_of(before[policy_id]) or 0 for policy_id in untouched]
    assert numbers == sorted(numbers)


def missing(policy: Policy) -> list[Field]:
    """Return the fields of a policy that were not read."""
    return [field for field in FIELDS if field.of(policy) is UNSET]


@given(cases())
def test_the_result_is_what_is_there(case: Case) -> None:
    tenant = case[0]
    outcome = run_or_refuse(case)
    for item in outcome.items if outcome else ():
        if item.after is not None:
            live = tenant.policies[str(item.after.id)]
            assert changed_fields(item.after, unread(live, missing(item.after)), FIELDS) == ()


@given(cases())
def test_a_second_run_plans_nothing(case: Case) -> None:
    tenant, desired_state, options = case
    if run_or_refuse(case) is None:
        return
    second = run(tenant, desired_state, options)
    assert not second.changed
    assert set(second.statuses) <= {"unchanged"}


@given(cases())
def test_check_mode_predicts_the_run_and_writes_nothing(case: Case) -> None:
    tenant, desired_state, options = case
    untouched = copy.deepcopy(tenant)
    try:
        predicted = run(untouched, desired_state, options, check_mode=True)
    except UserError as error:
        refusal = str(error)
        with pytest.raises(UserError, match=re.escape(refusal)):
            run(tenant, desired_state, options)
        return
    assert untouched.writes == []
    assert untouched.policies == tenant.policies
    done = run(tenant, desired_state, options, binding=Binding(predicted.plan.fingerprint))
    assert predicted.actions == done.actions
    assert predicted.statuses == done.statuses
    assert predicted.changed == done.changed
    for foreseen, item in zip(predicted.items, done.items, strict=True):
        assert (foreseen.after is None) == (item.after is None)
        if foreseen.after is not None and item.after is not None:
            assert changed_fields(foreseen.after, item.after, FIELDS) == ()


@given(cases())
def test_what_was_written_is_confirmed_by_as_many_reads_as_foreseen(case: Case) -> None:
    tenant = copy.deepcopy(case[0])
    planned = run_or_refuse(case)
    if planned is None:
        return
    unread = run(copy.deepcopy(tenant), case[1], case[2])
    read, listings = case[0].parts_read, case[0].listings
    outcome = run(tenant, case[1], case[2], wait=Wait(timeout=0))
    foreseen = reads_of_plan(outcome.plan)
    assert outcome.error is None
    assert (tenant.parts_read, tenant.listings) == (read + len(foreseen.parts), listings + foreseen.lists)
    assert outcome.actions == unread.actions


@given(cases())
def test_unmanaged_policies_and_options_are_untouched(case: Case) -> None:
    tenant, _desired_state, options = case
    before = copy.deepcopy(tenant.policies)
    outcome = run_or_refuse(case)
    if outcome is None:
        return
    managed = {item.before.id: item.desired for item in outcome.items if item.before}
    for policy_id, policy in before.items():
        desired = managed.get(policy_id)
        if desired is not None and desired.state is State.ABSENT:
            continue
        now = tenant.policies[policy_id]
        if desired is None:
            assert changed_policy(now, priority=None) == changed_policy(policy, priority=None)
        for name in ("display_name", "description", "policy_payload", "user_preference_payload"):
            asked = UNSET if desired is None else desired.value(name)
            assert asked is not UNSET or now.value(name) == policy.value(name)
        assert (
            (desired is not None and desired.value("priority") is not UNSET)
            or options.order
            or priority_of(now) == priority_of(policy)
        )
        assert (desired is not None and asked_groups(desired) is not UNSET) or now.assignments == policy.assignments


@given(cases())
def test_nothing_is_deleted_beyond_the_guards(case: Case) -> None:
    tenant, desired_state, options = case
    before = copy.deepcopy(tenant.policies)
    outcome = run_or_refuse(case)
    if outcome is None:
        return
    gone = [policy for policy_id, policy in before.items() if policy_id not in tenant.policies]
    asked = {item.before.id for item in outcome.items[: len(desired_state)] if item.before and item.after is None}
    pruned = [policy for policy in gone if policy.id not in asked]
    prune = options.guards.prune
    assert prune or not pruned
    for policy in gone:
        assert not any(fnmatch.fnmatchcase(policy.display_name, pattern) for pattern in options.guards.protect)
    for policy in pruned:
        assert prune is not None
        assert not prune.kinds or policy.kind in prune.kinds
        assert any(fnmatch.fnmatchcase(policy.display_name, pattern) for pattern in prune.names)
    limit = options.guards.max_deletions
    assert limit is None or limit.allows(len(gone), len(before))
    changed = [
        policy_id
        for policy_id in before.keys() | tenant.policies
        if before.get(policy_id) != tenant.policies.get(policy_id)
    ]
    assert options.guards.max_changes is None or options.guards.max_changes.allows(len(changed), len(before))


def minimal_writes(before: dict[str, Policy], tenant: MemoryTenant, managed: set[str | None]) -> int:
    """Return how few writes lead from one state to another, counted from the two states alone."""
    after = tenant.policies
    inline = not next(field for field in tenant.capabilities.fields if field.content).part
    count = len(before.keys() - after.keys())
    only_moved = []
    taken = {priority_of(policy): policy_id for policy_id, policy in before.items()}
    together = False
    for policy_id, policy in after.items():
        old = before.get(policy_id)
        start = old or changed_policy(policy, policy_payload={}, user_preference_payload={}, assignments=())
        changed = {field.name for field in changed_fields(start, policy, FIELDS)}
        streams = changed & {"policy_payload", "user_preference_payload"}
        scalars = changed & {"display_name", "description"}
        patched = old is None or bool(scalars) or (inline and bool(streams))
        count += patched + ("assignments" in changed) + (0 if inline else len(streams))
        if old is None or "priority" in changed:
            holder = taken.get(priority_of(policy))
            together = together or (holder is not None and holder in after)
            together = together or (old is not None and old.id not in managed)
            if not patched:
                only_moved.append(policy_id)
    together = together or len(only_moved) > 1
    return count + (1 if together else len(only_moved))


@given(cases())
def test_the_number_of_writes_and_of_requests_is_minimal(case: Case) -> None:
    tenant, _desired_state, _options = case
    before = copy.deepcopy(tenant.policies)
    outcome = run_or_refuse(case)
    if outcome is None:
        return
    managed = {item.before.id for item in outcome.items if item.before}
    size = tenant.capabilities.batch_size
    assert len(tenant.writes) == minimal_writes(before, tenant, managed)
    assert tenant.requests == outcome.plan.write_requests(size)
    there = [item.desired for item in outcome.items if item.before is not None]
    parts_of = [field for field in tenant.capabilities.fields if field.part]
    # A policy that goes is read whole, whether it was listed or is pruned.
    parts = sum(
        desired.state is State.ABSENT or field.asked(desired) is not UNSET for desired in there for field in parts_of
    )
    assert tenant.parts_read == outcome.plan.part_reads == parts
    assert outcome.plan.read_requests(size) == -(-parts // size) + -(-outcome.plan.group_lookups // size)


@given(cases(), st.integers(0, 6), st.sampled_from([OnError.STOP, OnError.CONTINUE]))
def test_a_broken_run_is_told_truthfully_and_the_next_one_converges(
    case: Case, fail_at: int, on_error: OnError
) -> None:
    tenant, desired_state, options = case
    options = replace(options, guards=Guards(prune=options.guards.prune, max_deletions=Limit(100, percent=True)))
    # A policy that the broken run deletes is not found by its id in the next one; that is an error of its own.
    desired_state = [desired for desired in desired_state if desired.state is not State.ABSENT or desired.id is None]
    before = copy.deepcopy(tenant.policies)
    tenant.fail_at = fail_at
    outcome = run_or_refuse((tenant, desired_state, options), on_error=on_error)
    if outcome is None or outcome.error is None:
        return
    assert len(outcome.actions) == len(tenant.writes)
    assert outcome.changed == bool(tenant.writes)
    for item, status in zip(outcome.items, outcome.statuses, strict=True):
        now = tenant.policies.get(str(item.after.id)) if item.after else None
        if status in ("created", "updated", "unchanged") and item.after is not None:
            assert now is not None
            assert now.display_name == item.after.display_name
            assert priority_of(now) == priority_of(item.after)
        if status == "deleted":
            assert item.before is not None
            assert item.before.id not in tenant.policies
        if status == "not_attempted" and item.before is not None:
            assert tenant.policies[str(item.before.id)] == before[str(item.before.id)]
    tenant.fail_at = None
    assert run(tenant, desired_state, options).error is None
    assert read_and_plan(desired_state, tenant, MemoryDirectory(GROUPS), options).actions == ()


@given(cases(), st.data())
def test_a_plan_is_refused_when_what_it_touches_has_moved(case: Case, data: st.DataObject) -> None:
    tenant, desired_state, options = case
    planned = run_or_refuse(case, check_mode=True)
    if planned is None or not planned.plan.touched:
        return
    binding = Binding(plan={"fingerprint": planned.plan.fingerprint, "details": planned.plan.details})
    policy = data.draw(st.sampled_from(planned.plan.touched))
    tenant.policies[str(policy.id)] = changed_policy(tenant.policies[str(policy.id)], description="behind our back")
    with pytest.raises(UserError, match=r"the tenant has changed since the plan was made: .*has another description"):
        run(tenant, desired_state, options, binding=binding)
    assert tenant.writes == []


def fewest_changes(seats: list[Seat]) -> int | None:
    """Return by trying all numbers how few policies must get another one; None when it cannot be done."""
    numbers = range(12)
    best = None
    for chosen in itertools.combinations(numbers, len(seats)):
        if all(seat.fixed in (None, number) for seat, number in zip(seats, chosen, strict=True)):
            changed = sum(seat.now != number for seat, number in zip(seats, chosen, strict=True))
            best = changed if best is None else min(best, changed)
    return best


@given(st.lists(st.tuples(st.none() | st.integers(0, 8), st.sampled_from([None, None, None, 0, 2, 5])), max_size=5))
def test_renumbering_changes_as_few_policies_as_possible(values: list[tuple[int | None, int | None]]) -> None:
    seats = [Seat(str(place), str(place), now, fixed) for place, (now, fixed) in enumerate(values)]
    best = fewest_changes(seats)
    if best is None:
        with pytest.raises(UserError, match="leaves no room"):
            renumber(seats)
        return
    numbers = renumber(seats)
    assert numbers == sorted(set(numbers))
    assert all(seat.fixed in (None, number) for seat, number in zip(seats, numbers, strict=True))
    assert sum(seat.now != number for seat, number in zip(seats, numbers, strict=True)) == best
