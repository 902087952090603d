# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds on officeConfiguration holds on a surface of other fields, for random tenants and desired states."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.binding import Binding
from ansible_collections.m365.apps.plugins.module_utils._converge.confirm import Wait, reads_of_plan
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AllTarget,
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.fields import changed_fields
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import (
    Assignment,
    AssignmentFilter,
    Policy,
    Target,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.tests.unit.test_converge_surfaces import (
    ASSIGNMENTS,
    CAPABILITIES,
    DIRECTORY,
    SETTINGS,
    OtherTenant,
    live,
    run,
)
from ansible_collections.m365.apps.tests.unit.wire import Clock

FIELDS = CAPABILITIES.fields
NAMES = ("One", "Two", "Three", "Four")
IDS = sorted(DIRECTORY.values())
FILTERS = st.sampled_from([None, AssignmentFilter("f1"), AssignmentFilter("f2", "exclude")])
TARGETS = st.sampled_from(["group", "excluded", "none"])

Case = tuple[OtherTenant, list[DesiredPolicy]]


@st.composite
def assigned(draw: st.DrawFn) -> tuple[Assignment, ...]:
    """Assignments in which no group is on both sides."""
    sides = {group: draw(TARGETS) for group in IDS}
    groups = [Assignment(group, filter=draw(FILTERS)) for group, side in sides.items() if side == "group"]
    groups += [Assignment(group, to=Target.EXCLUDED_GROUP) for group, side in sides.items() if side == "excluded"]
    everybody = (Target.ALL_USERS, Target.ALL_DEVICES)
    return (*groups, *(Assignment(None, to=to, filter=draw(FILTERS)) for to in everybody if draw(st.booleans())))


@st.composite
def changes(draw: st.DrawFn) -> AssignmentChange:
    def groups() -> GroupChange:
        members = tuple(draw(st.lists(st.sampled_from([*DIRECTORY, *IDS]), unique=True, max_size=2)))
        if draw(st.booleans()):
            return GroupChange(exact=members)
        return GroupChange(add=members[:1], remove=members[1:])

    parts: dict[str, t.Any] = {name: groups() for name in ("groups", "exclude_groups") if draw(st.booleans())}
    for name in ("all_users", "all_devices"):
        if draw(st.integers(0, 3)) == 0:
            parts[name] = AllTarget(draw(st.booleans()), draw(FILTERS))
    if "groups" in parts and draw(st.booleans()):
        parts["groups"] = replace(parts["groups"], filters={each: draw(FILTERS) for each in parts["groups"].wanted})
    return AssignmentChange(**parts)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    settings_of = st.sampled_from([("a",), ("a", "b"), ("c",)])
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    policies = [live(name, *draw(assigned()), settings=draw(settings_of)) for name in names]
    items: list[DesiredPolicy] = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        state = State.ABSENT if draw(st.integers(0, 5)) == 0 else State.PRESENT
        values: dict[str, t.Any] = {
            option: draw(strategy)
            for option, strategy in {
                "description": st.sampled_from(["", "x"]),
                "tags": st.sampled_from([("0",), ("Pilot",)]),
                "settings": settings_of,
                "assignments": changes(),
            }.items()
            if draw(st.booleans())
        }
        items.append(DesiredPolicy(f"policies[{len(items)}]", state, None, name, None, values))
    size = draw(st.sampled_from([1, 2, 20]))
    tenant = OtherTenant({str(policy.id): policy for policy in policies}, replace(CAPABILITIES, batch_size=size))
    return tenant, items


def outcome_of(case: Case, **options: t.Any) -> Outcome | None:
    tenant, items = case
    try:
        return run(tenant, *items, **options)
    except UserError:
        assert tenant.writes == []
        return None


@given(cases())
def test_a_second_run_is_quiet_and_the_result_is_what_is_there(case: Case) -> None:
    tenant, items = case
    outcome = outcome_of(case)
    if outcome is None:
        return
    for item in outcome.items:
        if item.after is not None:
            there = tenant.policies[str(item.after.id)]
            known = [field for field in FIELDS if field.of(item.after) is not UNSET]
            assert changed_fields(item.after, there, known) == ()
    again = run(tenant, *items)
    assert (again.changed, set(again.statuses) <= {"unchanged"}) == (False, True)


@given(cases())
def test_check_mode_predicts_the_run_that_is_bound_to_it(case: Case) -> None:
    untouched = copy.deepcopy(case[0])
    predicted = outcome_of((untouched, case[1]), check_mode=True)
    assert untouched.policies == case[0].policies
    if predicted is None:
        assert outcome_of(case) is None
        return
    done = run(*case[:1], *case[1], binding=Binding(predicted.plan.fingerprint))
    assert (predicted.actions, predicted.statuses) == (done.actions, done.statuses)


def fewest_writes(before: t.Mapping[str, Policy], after: t.Mapping[str, Policy]) -> int:
    """Return how few writes lead from one state to another: metadata, tags and settings travel together."""
    count = len(before.keys() - after.keys())
    for policy_id, policy in after.items():
        start = before.get(policy_id) or policy.with_values({"assignments": (), "settings": ()})
        changed = {field.name for field in changed_fields(start, policy, FIELDS)}
        count += bool(changed - {"assignments"} or policy_id not in before) + ("assignments" in changed)
    return count


def wanted_reads(case: Case, before: t.Mapping[str, Policy]) -> int:
    """Return how many parts a run must read: what is asked for, all of what goes, and settings for other tags."""
    count = 0
    for item in case[1]:
        if f"id-{item.display_name}" not in before:
            continue
        gone = item.state is State.ABSENT
        tags = item.value("tags") == ("Pilot",)
        count += gone or tags or item.value(SETTINGS.name) is not UNSET
        count += gone or item.value(ASSIGNMENTS.name) is not UNSET
    return count


@given(cases())
def test_the_number_of_calls_is_minimal(case: Case) -> None:
    tenant, _items = case
    before = copy.deepcopy(tenant.policies)
    outcome = outcome_of(case)
    if outcome is None:
        return
    assert len(tenant.writes) == fewest_writes(before, tenant.policies)
    assert tenant.requests == outcome.plan.write_requests(tenant.capabilities.batch_size)
    assert tenant.parts_read == outcome.plan.part_reads == wanted_reads(case, before)


@given(cases())
def test_what_was_written_is_confirmed_by_as_many_reads_as_foreseen(case: Case) -> None:
    tenant, items = case
    untouched = copy.deepcopy(tenant)
    predicted = outcome_of((untouched, items), check_mode=True)
    if predicted is None:
        return
    clock = Clock()
    done = run(tenant, *items, wait=Wait(10, clock, clock.sleep))
    reads = reads_of_plan(predicted.plan)
    assert done.error is None
    assert tenant.parts_read == predicted.plan.part_reads + len(reads.parts)
    assert (tenant.listings, clock.slept) == (1 + int(reads.lists), [])
