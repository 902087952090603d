# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of the engine over random pairs of live and desired state."""

from __future__ import annotations

import copy
import re
import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.compare import changed_fields
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import converge, read_and_plan
from ansible_collections.m365.apps.plugins.module_utils._converge.desired import DesiredPolicy, GroupChange, State
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.capabilities import Capabilities
from ansible_collections.m365.apps.plugins.module_utils._office.payload import Slot
from ansible_collections.m365.apps.plugins.module_utils._office.policy import KINDS, Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._office.unset import UNSET
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant

GROUPS = {f"Group {letter}": f"{number}0000000-0000-4000-8000-000000000000" for number, letter in enumerate("ABCD")}
DIRECTORY = MemoryDirectory(GROUPS)
NAMES = ("One", "Two", "Three", "Four", "Five", "Six", "Seven")

Pair = tuple[MemoryTenant, list[DesiredPolicy]]

leaves = st.sampled_from([0, 1, True, False, "0", "1", None, 1.5])
settings_list = st.lists(
    st.fixed_dictionaries({"settingId": st.sampled_from("abcdef"), "value": leaves}),
    max_size=4,
    unique_by=lambda setting: str(setting["settingId"]),
)
payloads: st.SearchStrategy[t.Any] = st.one_of(
    st.just({}),
    settings_list,
    st.dictionaries(st.sampled_from(["k", "l"]), st.one_of(leaves, settings_list, st.lists(leaves)), max_size=2),
)
group_ids = st.lists(st.sampled_from(sorted(GROUPS.values())), unique=True, max_size=4)
group_refs = st.lists(st.sampled_from([*GROUPS, *GROUPS.values()]), unique=True, max_size=3).map(tuple)


@st.composite
def live_policies(draw: st.DrawFn) -> list[Policy]:
    """Up to six policies with unique names, ids and priorities."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6))
    numbers = draw(st.lists(st.integers(0, 8), unique=True, min_size=len(names), max_size=len(names)))
    return [
        Policy(
            id=f"id-{name}",
            odata_type=draw(st.sampled_from(sorted(KINDS.values()))),
            display_name=name,
            description=draw(st.sampled_from(["", "x"])),
            priority=number,
            policy_payload=draw(payloads),
            user_preference_payload=draw(payloads),
            assignments=tuple(Assignment(group_id, f"a-{group_id}") for group_id in draw(group_ids)),
        )
        for name, number in zip(names, numbers, strict=True)
    ]


@st.composite
def group_changes(draw: st.DrawFn) -> GroupChange:
    """An exact list, or groups to add and to remove that do not overlap."""
    if draw(st.booleans()):
        return GroupChange(exact=draw(group_refs))
    add = draw(group_refs)
    gone = {GROUPS.get(group, group) for group in add}
    remove = tuple(group for group in draw(group_refs) if GROUPS.get(group, group) not in gone)
    return GroupChange(add=add, remove=remove)


@st.composite
def desired_policies(draw: st.DrawFn, live: list[Policy]) -> list[DesiredPolicy]:
    """Wishes for live and new policies; some of them cannot be met."""
    by_name = {policy.display_name: policy for policy in live}
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5))
    wishes: list[DesiredPolicy] = []
    for name in names:
        policy = by_name.get(name)
        values: dict[str, t.Any] = {"display_name": name}
        if policy is not None and draw(st.booleans()):
            values = {"id": policy.id}
            if draw(st.integers(0, 3)) == 0:
                values["display_name"] = draw(st.sampled_from(NAMES))
        if draw(st.integers(0, 5)) == 0:
            wishes.append(DesiredPolicy(label=f"policies[{len(wishes)}]", state=State.ABSENT, **values))
            continue
        for option, strategy in {
            "description": st.sampled_from(["", "x", "y"]),
            "priority": st.integers(0, 8),
            "policy_payload": payloads if policy is None else st.one_of(payloads, lookalikes(policy.policy_payload)),
            "user_preference_payload": payloads,
            "groups": group_changes(),
        }.items():
            if draw(st.booleans()):
                values[option] = draw(strategy)
        wishes.append(DesiredPolicy(label=f"policies[{len(wishes)}]", **values))
    return wishes


def lookalikes(payload: t.Any) -> st.SearchStrategy[t.Any]:
    """The payload with 1 for true, 0 for false and the other way round: easily taken for equal."""

    def swapped(value: t.Any) -> t.Any:
        if isinstance(value, dict):
            return {key: swapped(member) for key, member in value.items()}
        if isinstance(value, list):
            return [swapped(member) for member in value]
        return (int(value) if isinstance(value, bool) else bool(value)) if value in (0, 1) else value

    return st.sampled_from([payload, swapped(payload), payload[::-1] if isinstance(payload, list) else payload])


@st.composite
def reorderings(draw: st.DrawFn, live: list[Policy]) -> list[DesiredPolicy]:
    """Wishes about numbers that are all or nearly all taken: moves, swaps, deletions and newcomers."""
    wishes: list[DesiredPolicy] = []
    for policy in draw(st.permutations(live)):
        values: dict[str, t.Any] = {"label": f"policies[{len(wishes)}]", "id": policy.id}
        match draw(st.sampled_from(["move", "move", "delete", "leave"])):
            case "move":
                wishes.append(DesiredPolicy(**values, priority=draw(st.integers(0, len(live) + 2))))
            case "delete":
                wishes.append(DesiredPolicy(**values, state=State.ABSENT))
    if draw(st.booleans()):
        number = draw(st.one_of(st.just(UNSET), st.integers(0, len(live))))
        wishes.append(DesiredPolicy(label=f"policies[{len(wishes)}]", display_name="New", priority=number))
    return wishes


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """A live state and a desired one."""
    live = draw(live_policies())
    capabilities = Capabilities(inline_payloads=draw(st.booleans()))
    if draw(st.booleans()):
        return MemoryTenant.of(live, capabilities), draw(desired_policies(live))
    numbers = draw(st.permutations(range(len(live))))
    live = [replace(policy, priority=number) for policy, number in zip(live, numbers, strict=True)]
    return MemoryTenant.of(live, capabilities), draw(reorderings(live))


def run(tenant: MemoryTenant, wishes: list[DesiredPolicy], check_mode: bool = False) -> Outcome:
    return converge(wishes, tenant, DIRECTORY, check_mode)


def run_or_refuse(tenant: MemoryTenant, wishes: list[DesiredPolicy]) -> Outcome | None:
    """Run; a refusal must come before the first write."""
    before = copy.deepcopy(tenant.policies)
    try:
        return run(tenant, wishes)
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


def assert_met(tenant: MemoryTenant, wish: DesiredPolicy, policy_id: str | None) -> None:
    """Assert that everything a wish mentions is so in the tenant."""
    if wish.state is State.ABSENT:
        assert policy_id not in tenant.policies
        return
    policy = tenant.policies[str(policy_id)]
    assert wish.display_name in (None, policy.display_name)
    assert wish.description in (UNSET, policy.description)
    assert wish.priority in (UNSET, policy.priority)
    for slot in Slot:
        wanted, have = wish.payload(slot), policy.payload(slot)
        assert wanted is UNSET or meaning(wanted) == meaning(have)
    if wish.groups is not UNSET:
        assert policy.assignments is not UNSET
        have_groups = {entry.group_id for entry in policy.assignments}
        ids = [{GROUPS.get(group, group) for group in part or ()} for part in (wish.groups.wanted, wish.groups.remove)]
        assert ids[0] <= have_groups
        assert not ids[1] & have_groups
        assert wish.groups.exact is None or have_groups == ids[0]


@given(pairs())
def test_apply_reaches_the_desired_state(pair: Pair) -> None:
    tenant, wishes = pair
    outcome = run_or_refuse(tenant, wishes)
    if outcome is None:
        return
    assert outcome.error is None
    for wish, item in zip(wishes, outcome.items, strict=True):
        shown = item.after or item.before
        assert_met(tenant, wish, shown.id if shown else None)


@given(pairs())
def test_the_result_is_what_is_there(pair: Pair) -> None:
    tenant, wishes = pair
    outcome = run_or_refuse(tenant, wishes)
    for item in outcome.items if outcome else ():
        if item.after is not None:
            live = tenant.policies[str(item.after.id)]
            unread = {
                name: UNSET
                for name in ("policy_payload", "user_preference_payload", "assignments")
                if getattr(item.after, name) is UNSET
            }
            assert changed_fields(item.after, replace(live, **t.cast(t.Any, unread))) == ()


@given(pairs())
def test_a_second_run_plans_nothing(pair: Pair) -> None:
    tenant, wishes = pair
    if run_or_refuse(tenant, wishes) is None:
        return
    second = run(tenant, wishes)
    assert not second.changed
    assert set(second.statuses) <= {"unchanged"}


@given(pairs())
def test_check_mode_predicts_the_run_and_writes_nothing(pair: Pair) -> None:
    tenant, wishes = pair
    untouched = copy.deepcopy(tenant)
    try:
        predicted = run(untouched, wishes, check_mode=True)
    except UserError as error:
        refusal = str(error)
        with pytest.raises(UserError, match=re.escape(refusal)):
            run(tenant, wishes)
        return
    assert untouched.writes == []
    assert untouched.policies == tenant.policies
    done = run(tenant, wishes)
    assert predicted.actions == done.actions
    assert predicted.statuses == done.statuses
    assert predicted.changed == done.changed
    for foreseen, item in zip(predicted.items, done.items, strict=True):
        assert (foreseen.after is None) == (item.after is None)
        if foreseen.after is not None and item.after is not None:
            assert changed_fields(foreseen.after, item.after) == ()


@given(pairs())
def test_unmanaged_policies_and_options_are_untouched(pair: Pair) -> None:
    tenant, wishes = pair
    before = copy.deepcopy(tenant.policies)
    outcome = run_or_refuse(tenant, wishes)
    if outcome is None:
        return
    managed = {item.before.id: item.desired for item in outcome.items if item.before}
    for policy_id, policy in before.items():
        wish = managed.get(policy_id)
        if wish is None:
            assert tenant.policies[policy_id] == policy
        elif wish.state is not State.ABSENT:
            now = tenant.policies[policy_id]
            for name in ("display_name", "description", "priority", "policy_payload", "user_preference_payload"):
                asked = getattr(wish, name)
                assert asked not in (None, UNSET) or getattr(now, name) == getattr(policy, name)
            assert wish.groups is not UNSET or now.assignments == policy.assignments


def minimal_writes(before: dict[str, Policy], after: dict[str, Policy], tenant: MemoryTenant) -> int:
    """Return how few writes lead from one state to another, counted from the two states alone."""
    inline = tenant.capabilities.inline_payloads
    count = len(before.keys() - after.keys())
    only_moved = []
    taken = {policy.priority: policy_id for policy_id, policy in before.items()}
    contested = False
    for policy_id, policy in after.items():
        old = before.get(policy_id)
        start = old or replace(policy, policy_payload={}, user_preference_payload={}, assignments=())
        changed = set(changed_fields(start, policy))
        streams = changed & {"policy_payload", "user_preference_payload"}
        scalars = changed & {"display_name", "description"}
        patched = old is None or bool(scalars) or (inline and bool(streams))
        count += patched + ("assignments" in changed) + (0 if inline else len(streams))
        if old is None or "priority" in changed:
            holder = taken.get(policy.priority)
            contested = contested or (holder is not None and holder in after)
            if not patched:
                only_moved.append(policy_id)
    together = contested or len(only_moved) > 1
    return count + (1 if together else len(only_moved))


@given(pairs())
def test_the_number_of_writes_is_minimal(pair: Pair) -> None:
    tenant, wishes = pair
    before = copy.deepcopy(tenant.policies)
    if run_or_refuse(tenant, wishes) is not None:
        assert len(tenant.writes) == minimal_writes(before, tenant.policies, tenant)


@given(pairs(), st.integers(0, 6))
def test_a_broken_run_is_told_truthfully_and_the_next_one_converges(pair: Pair, fail_at: int) -> None:
    tenant, wishes = pair
    by_id = [wish for wish in wishes if wish.state is not State.ABSENT or wish.id is None]
    tenant.fail_at = fail_at
    outcome = run_or_refuse(tenant, by_id)
    if outcome is None or outcome.error is None:
        return
    assert len(outcome.actions) == fail_at == len(tenant.writes)
    assert outcome.changed == bool(fail_at)
    for item, status in zip(outcome.items, outcome.statuses, strict=True):
        if status in ("created", "updated", "unchanged") and item.after is not None:
            assert str(item.after.id) in tenant.policies
        if status == "not_attempted" and item.before is not None:
            assert tenant.policies[str(item.before.id)].display_name == item.before.display_name
    assert {"failed"} <= set(outcome.statuses)
    tenant.fail_at = None
    assert run(tenant, by_id).error is None
    assert read_and_plan(by_id, tenant, DIRECTORY).actions == ()
