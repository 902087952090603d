# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run within a limit: nobody outside of it feels anything, and what waits is told."""

from __future__ import annotations

import copy
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge, read_and_plan
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy, priority_of
from ansible_collections.m365.apps.tests.unit.cases import GROUPS, Case, cases, group_refs
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import office_item
from ansible_collections.m365.apps.tests.unit.small_tenants import absent, desired, desired_state, numbers, policy

PILOT, BROAD = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "ab")
NAMED = {"Pilot": PILOT, "Broad": BROAD}

limits = st.lists(group_refs, min_size=1, max_size=3)


def within(
    tenant: MemoryTenant, items: t.Sequence[DesiredPolicy], limit: t.Sequence[str] | None, case: Case
) -> Outcome:
    options = RunOptions(order=case[2].order, limit_to_groups=None if limit is None else tuple(limit))
    return converge(items, tenant, MemoryDirectory(GROUPS), options)


def felt(tenant: MemoryTenant, limit: t.Collection[str]) -> list[tuple[t.Any, ...]]:
    """Return what the groups outside of a limit get, strongest policy first; by group and policy."""
    ids = {GROUPS.get(group, group) for group in limit}
    found = []
    for live in tenant.policies.values():
        others = sorted({str(entry.group_id) for entry in t.cast(t.Any, live.assignments)} - ids)
        if others:
            facts = (live.id, live.type.name, live.display_name, live.description)
            found.append(
                (
                    priority_of(live) or 0,
                    others,
                    *facts,
                    repr(live.value("policy_payload")),
                    repr(live.value("user_preference_payload")),
                )
            )
    return [entry[1:] for entry in sorted(found, key=lambda entry: entry[0])]


@given(cases(), group_refs)
def test_nobody_outside_of_the_limit_feels_anything(case: Case, limit: tuple[str, ...]) -> None:
    tenant, items, _options = case
    before = felt(tenant, limit)
    try:
        within(tenant, items, limit, case)
    except UserError:
        assert tenant.writes == []
    # A policy within the limit may pass one outside of it; those outside keep their places among themselves.
    still = {entry[1] for entry in before}
    assert [entry for entry in felt(tenant, limit) if entry[1] in still] == before
    assert all(entry[1] in still for entry in felt(tenant, limit))


@given(cases(), group_refs)
def test_a_second_run_within_the_limit_plans_nothing(case: Case, limit: tuple[str, ...]) -> None:
    tenant, items, _options = case
    try:
        within(tenant, items, limit, case)
    except UserError:
        return
    second = within(tenant, items, limit, case)
    assert second.plan.actions == ()


@given(cases(), limits)
def test_waves_end_where_one_run_would(case: Case, waves: list[tuple[str, ...]]) -> None:
    tenant, items, _options = case
    at_once = copy.deepcopy(tenant)
    try:
        within(at_once, items, None, case)
        for last in range(len(waves)):
            within(tenant, items, [group for wave in waves[: last + 1] for group in wave], case)
    except UserError:
        return
    within(tenant, items, None, case)
    assert within(tenant, items, None, case).plan.actions == ()
    # Ids, and the numbers of those that asked for none, depend on when a policy was made.
    assert contents(tenant) == contents(at_once)


def contents(tenant: MemoryTenant) -> set[tuple[t.Any, ...]]:
    return {
        (
            live.display_name,
            live.type.name,
            live.description,
            repr(live.value("policy_payload")),
            repr(live.value("user_preference_payload")),
            frozenset(entry.group_id for entry in t.cast(t.Any, live.assignments)),
        )
        for live in tenant.policies.values()
    }


@given(cases(), group_refs)
def test_what_waits_is_what_a_whole_run_would_still_do(case: Case, limit: tuple[str, ...]) -> None:
    tenant, items, options = case
    try:
        outcome = within(tenant, items, limit, case)
    except UserError:
        return
    rest = within(tenant, items, None, case)
    by_place = {place for place, status in enumerate(rest.statuses) if status != "unchanged"}
    pending = {place for place, item in enumerate(outcome.items) if item.pending}
    assert by_place == pending
    if options.order is None:
        assert bool(pending) == rest.changed


@given(cases(), group_refs)
def test_the_fingerprint_is_that_of_the_whole_plan(case: Case, limit: tuple[str, ...]) -> None:
    tenant, items, options = case
    plans = []
    for only in (None, limit):
        try:
            plans.append(
                read_and_plan(
                    items, tenant, MemoryDirectory(GROUPS), RunOptions(order=options.order, limit_to_groups=only)
                ).fingerprint
            )
        except UserError:
            return
    assert plans[0] == plans[1]


def held(name: str, number: int, *groups: str, **changes: t.Any) -> Policy:
    """Return a live policy that these groups have."""
    return policy(name, number, assignments=tuple(Assignment(NAMED[group]) for group in groups), **changes)


def to(*groups: str) -> GroupChange:
    return GroupChange(exact=groups)


def pilots(
    tenant: MemoryTenant, *items: DesiredPolicy, limit: tuple[str, ...] = ("Pilot",), **options: t.Any
) -> Outcome:
    return converge(desired_state(*items), tenant, MemoryDirectory(NAMED), RunOptions(limit_to_groups=limit, **options))


def groups_of(tenant: MemoryTenant, name: str) -> set[str]:
    [found] = [live for live in tenant.policies.values() if live.display_name == name]
    return {str(entry.group_id) for entry in t.cast(t.Any, found.assignments)}


def test_a_new_policy_comes_to_those_in_reach() -> None:
    tenant = MemoryTenant()
    outcome = pilots(tenant, desired("New", groups=to("Pilot", "Broad")), desired("Later", groups=to("Broad")))
    assert (groups_of(tenant, "New"), groups_of(tenant, "Later")) == ({PILOT}, set())
    assert outcome.statuses == ("created", "created")
    assert [item.pending for item in outcome.items] == [("groups",), ("groups",)]


def test_a_policy_that_others_have_waits() -> None:
    tenant = MemoryTenant.of([held("A", 0, "Pilot", "Broad"), held("B", 1, "Pilot"), held("C", 2)])
    outcome = pilots(tenant, *(desired(name, description="new") for name in "ABC"))
    assert outcome.statuses == ("unchanged", "updated", "updated")
    assert [item.pending for item in outcome.items] == [("description",), (), ()]


def test_a_deletion_and_a_rename_wait() -> None:
    tenant = MemoryTenant.of([held("A", 0, "Broad"), held("B", 1, "Broad"), held("C", 2, "Pilot")])
    renamed = office_item(label="", id="id-B", display_name="Bee")
    outcome = pilots(tenant, absent("A"), renamed, absent("C"))
    assert outcome.statuses == ("unchanged", "unchanged", "deleted")
    assert [item.pending for item in outcome.items] == [("state",), ("display_name",), ()]


def test_a_target_that_is_no_group_is_outside() -> None:
    everyone = Assignment(None, target={"@odata.type": "#microsoft.graph.allDevices"})
    tenant = MemoryTenant.of([policy("A", 0, assignments=(everyone,))])
    assert pilots(tenant, desired("A", description="new")).items[0].pending == ("description",)


def test_what_prune_finds_waits() -> None:
    tenant = MemoryTenant.of([held("A", 0, "Pilot"), held("Unlisted", 1, "Pilot")])
    outcome = pilots(tenant, desired("A"), guards=Guards(prune=Prune()))
    assert (outcome.statuses, outcome.items[1].pending) == (("unchanged", "unchanged"), ("state",))
    whole = converge(
        desired_state(desired("A")), tenant, MemoryDirectory(NAMED), RunOptions(True, guards=Guards(prune=Prune()))
    )
    assert whole.plan.fingerprint == outcome.plan.fingerprint


def test_an_empty_reach_reaches_nobody() -> None:
    tenant = MemoryTenant.of([held("A", 0, "Pilot")])
    pilots(tenant, desired("A", description="new"), desired("New", groups=to("Pilot")), limit=())
    assert tenant.policies["id-A"].description == ""
    assert groups_of(tenant, "New") == set()


def test_those_that_wait_share_out_their_numbers_in_the_order_they_have() -> None:
    tenant = MemoryTenant.of([held("A", 0, "Broad"), held("B", 1, "Broad")])
    outcome = pilots(tenant, desired("New", priority=0), desired("B", priority=1), desired("A", priority=2))
    assert numbers(tenant) == {"New": 0, "A": 1, "B": 2}
    assert [item.pending for item in outcome.items] == [(), ("priority",), ("priority",)]


def test_one_that_waits_keeps_its_number_where_nobody_needs_it() -> None:
    tenant = MemoryTenant.of([held("A", 0, "Broad"), held("Foreign", 1, "Broad")])
    outcome = pilots(tenant, desired("A", priority=5))
    assert (tenant.writes, outcome.items[0].pending) == ([], ("priority",))


def test_one_that_waits_to_go_makes_way() -> None:
    tenant = MemoryTenant.of([held("Old", 3, "Broad")])
    pilots(tenant, desired("New", priority=3, groups=to("Pilot")), absent("Old"))
    assert numbers(tenant) == {"New": 3, "Old": 4}


def test_where_there_is_no_room_nothing_is_written() -> None:
    tenant = MemoryTenant.of([held("Old", 3, "Broad"), held("Foreign", 4, "Broad")])
    with pytest.raises(UserError) as caught:
        pilots(tenant, desired("New", priority=3), absent("Old"))
    assert tenant.writes == []
    assert str(caught.value) == (
        "the priorities: cannot give them out for limit_to_groups: there is no room between those of policies that "
        "groups outside of it have. Choose free priorities, or make this change in a run without limit_to_groups."
    )


def test_a_reach_that_no_group_has_is_refused() -> None:
    tenant = MemoryTenant()
    with pytest.raises(UserError, match="'Pilots'"):
        pilots(tenant, desired("New"), limit=("Pilots",))
    assert tenant.writes == []


def test_groups_are_read_of_each_policy_once() -> None:
    tenant = MemoryTenant.of([held("A", 0, "Broad"), held("B", 1, "Pilot")])
    outcome = pilots(tenant, desired("A"), desired("B", groups=to("Pilot")))
    assert tenant.parts_read == outcome.plan.part_reads == 2
