# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pruning within its scope, protection, and limits that say what would have been done."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, State
from ansible_collections.m365.apps.plugins.module_utils._policy.limits import Limit
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import office_item
from ansible_collections.m365.apps.tests.unit.small_tenants import (
    absent,
    desired,
    numbers,
    policies,
    policy,
    refusal_of,
    run,
)

ALL = Prune()
KINDS_TENANT = (
    policy("Keep", 0),
    policy("T Win", 1),
    policy("T Sec", 2, "windows_security"),
    policy("U Win", 3),
    policy("t win", 4),
)


def left(live: t.Iterable[t.Any], items: t.Sequence[DesiredPolicy | str], guards: Guards) -> set[str]:
    """Return the names that are left after a run."""
    tenant = MemoryTenant.of(live)
    assert run(tenant, items, guards=guards).error is None
    return set(numbers(tenant))


# Pruning


@pytest.mark.parametrize(
    ("scope", "gone"),
    [
        (Prune(), {"T Win", "T Sec", "U Win", "t win"}),
        (Prune(kinds=("windows",)), {"T Win", "U Win", "t win"}),
        (Prune(kinds=("windows_security", "office")), {"T Sec"}),
        (Prune(kinds=("office",)), set()),
        (Prune(names=("T *",)), {"T Win", "T Sec"}),
        (Prune(names=("? Win",)), {"T Win", "U Win"}),
        (Prune(names=("[TU] *",)), {"T Win", "T Sec", "U Win"}),
        (Prune(names=("T Win", "u*")), {"T Win"}),
        (Prune(names=("T",)), set()),
        (Prune(kinds=("windows",), names=("T *", "t *")), {"T Win", "t win"}),
    ],
)
def test_unlisted_policies_go_within_the_scope(scope: Prune, gone: set[str]) -> None:
    everything = {found.display_name for found in KINDS_TENANT}
    assert left(KINDS_TENANT, ["Keep"], Guards(scope)) == everything - gone


def test_without_prune_unlisted_policies_stay() -> None:
    assert left(KINDS_TENANT, ["Keep"], Guards()) == {found.display_name for found in KINDS_TENANT}


@pytest.mark.parametrize(
    ("protect", "gone"),
    [
        (("*",), set()),
        (("T *",), {"U Win", "t win"}),
        (("*Win", "*win"), {"T Sec"}),
        (("x",), {"T Win", "T Sec", "U Win", "t win"}),
    ],
)
def test_a_protected_policy_is_not_pruned(protect: tuple[str, ...], gone: set[str]) -> None:
    everything = {found.display_name for found in KINDS_TENANT}
    assert left(KINDS_TENANT, ["Keep"], Guards(ALL, protect)) == everything - gone


def test_a_listed_policy_is_not_pruned_whatever_its_name_is_or_becomes() -> None:
    by_id = office_item(label="", id="ID-B", display_name="Renamed")
    assert left(policies("ABC"), ["A", by_id, "New"], Guards(ALL)) == {"A", "Renamed", "New"}


def test_pruned_policies_come_behind_the_listed_items() -> None:
    outcome = run(MemoryTenant.of(policies("ABC")), ["B"], guards=Guards(ALL))
    assert outcome.plan.listed == 1
    assert [(item.desired.label, item.desired.display_name) for item in outcome.items[1:]] == [
        ("prune", "A"),
        ("prune", "C"),
    ]
    assert outcome.statuses == ("unchanged", "deleted", "deleted")


def test_a_pruned_number_can_be_taken_in_the_same_task() -> None:
    tenant = MemoryTenant.of(policies("AB"))
    run(tenant, [desired("A", priority=1)], guards=Guards(ALL))
    assert numbers(tenant) == {"A": 1}
    assert tenant.writes == ["delete", "update"]


# Protection of listed items


def test_to_delete_a_protected_policy_is_refused_with_its_name() -> None:
    assert refusal_of(MemoryTenant.of(policies("AB")), ["A", absent("B")], guards=Guards(protect=("B*",))) == (
        "policies[1] policy 'B' (id id-B): cannot delete it: protect names it. Take the item out, or change protect."
    )


def test_protection_is_by_the_live_name() -> None:
    by_id = office_item(label="", state=State.ABSENT, id="id-B")
    assert "protect names it" in refusal_of(MemoryTenant.of(policies("AB")), [by_id], guards=Guards(protect=("B",)))


@pytest.mark.parametrize(
    "item", [absent("Gone"), desired("B", description="X"), office_item(label="", id="id-B", display_name="B2")]
)
def test_protection_is_against_deletion_only(item: DesiredPolicy) -> None:
    assert run(MemoryTenant.of(policies("AB")), [item], guards=Guards(protect=("*",))).error is None


def test_patterns_are_compared_with_case() -> None:
    assert left(policies("AB"), [absent("B")], Guards(protect=("b",))) == {"A"}


# Limits


@pytest.mark.parametrize(
    ("limit", "count", "total", "allowed"),
    [
        (Limit(0), 0, 5, True),
        (Limit(0), 1, 5, False),
        (Limit(5), 5, 5, True),
        (Limit(5), 6, 100, False),
        (Limit(10, percent=True), 1, 10, True),
        (Limit(10, percent=True), 1, 9, False),
        (Limit(10, percent=True), 2, 19, False),
        (Limit(10, percent=True), 2, 20, True),
        (Limit(33, percent=True), 1, 3, False),
        (Limit(34, percent=True), 1, 3, True),
        (Limit(0, percent=True), 0, 0, True),
        (Limit(50, percent=True), 1, 0, False),
        (Limit(100, percent=True), 7, 7, True),
    ],
)
def test_a_limit_is_a_number_or_a_share_of_all_policies(limit: Limit, count: int, total: int, allowed: bool) -> None:
    assert limit.allows(count, total) is allowed


@pytest.mark.parametrize(("limit", "text"), [(Limit(5), "5"), (Limit(5, percent=True), "5%")])
def test_a_limit_is_shown_as_it_is_written(limit: Limit, text: str) -> None:
    assert str(limit) == text


def test_more_than_5_are_not_pruned_without_a_limit() -> None:
    assert refusal_of(MemoryTenant.of(policies("ABCDEFG")), ["A"], guards=Guards(ALL)) == (
        "the task: cannot prune 6 of 7 policies: max_deletions allows 5; it would prune 'B', 'C', 'D', 'E', 'F', 'G'. "
        "Nothing was written; check the list, or raise max_deletions if this is meant."
    )
    assert left(policies("ABCDEF"), ["A"], Guards(ALL)) == {"A"}


def test_listed_deletions_do_not_count_towards_the_5() -> None:
    items: list[DesiredPolicy | str] = ["A", *(absent(name) for name in "UVWXYZ")]
    assert left(policies("ABCDEFUVWXYZ"), items, Guards(ALL)) == {"A"}


@pytest.mark.parametrize("limit", [Limit(6), Limit(86, percent=True)])
def test_a_limit_of_its_own_takes_the_place_of_the_5(limit: Limit) -> None:
    assert left(policies("ABCDEFG"), ["A"], Guards(ALL, max_deletions=limit)) == {"A"}


@pytest.mark.parametrize(("limit", "shown"), [(Limit(1), "1"), (Limit(66, percent=True), "66%")])
def test_listed_and_pruned_deletions_count_together(limit: Limit, shown: str) -> None:
    items: list[DesiredPolicy | str] = ["A", absent("C")]
    message = refusal_of(MemoryTenant.of(policies("ABC")), items, guards=Guards(ALL, max_deletions=limit))
    assert message.startswith(
        f"the task: cannot delete 2 of 3 policies: max_deletions allows {shown}; it would delete 'C', 'B'."
    )


def test_a_limit_on_deletions_holds_without_prune() -> None:
    tenant = MemoryTenant.of(policies("AB"))
    message = refusal_of(tenant, [absent("A"), absent("Gone")], guards=Guards(max_deletions=Limit(0)))
    assert "cannot delete 1 of 2 policies: max_deletions allows 0; it would delete 'A'." in message


def test_changes_are_all_policies_that_are_written_to() -> None:
    items: list[DesiredPolicy | str] = ["A", desired("B", description="X"), absent("C"), "New"]
    message = refusal_of(MemoryTenant.of(policies("ABC")), items, guards=Guards(max_changes=Limit(2)))
    assert message == (
        "the task: cannot change 3 of 3 policies: max_changes allows 2; it would change 'B', 'C', 'New'. "
        "Nothing was written; check the list, or raise max_changes if this is meant."
    )
    assert left(policies("ABC"), items, Guards(max_changes=Limit(3))) == {"A", "B", "New"}


def test_policies_that_only_move_count_as_changes() -> None:
    guards = Guards(max_changes=Limit(0))
    live = [policy("A", 10), policy("B", 20), policy("C", 30)]
    message = refusal_of(MemoryTenant.of(live), [], order=Order(("C",)), guards=guards)
    assert "cannot change 1 of 3 policies: max_changes allows 0; it would change 'C'." in message


def test_at_most_10_names_are_shown() -> None:
    live = policies([f"P{number}" for number in range(12)])
    items: list[DesiredPolicy | str] = [absent(found.display_name) for found in live]
    message = refusal_of(MemoryTenant.of(live), items, guards=Guards(max_deletions=Limit(1)))
    assert "it would delete 'P0', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9' and 2 more." in message


def test_limits_hold_in_check_mode_too() -> None:
    guards = Guards(max_changes=Limit(0))
    assert "max_changes allows 0" in refusal_of(MemoryTenant(), ["New"], guards=guards, check_mode=True)


def test_a_whole_name_protects_its_policy_whatever_characters_it_has() -> None:
    names = ["[PROD] Macros", "A*", "50% [off]?", "]", "[!x]"]
    assert left([*policies(names), policy("Q Macros", 9)], ["X"], Guards(ALL, protect=tuple(names))) == {"X", *names}
    assert left(policies(["[PROD] A", "Z"]), ["X"], Guards(Prune(names=("[PROD] A",)))) == {"X", "Z"}


def test_a_pattern_that_protects_nothing_is_told_once() -> None:
    guards = Guards(ALL, protect=("keep*", "Keep*", "keep*", "[Keep]"))
    plan = run(MemoryTenant.of(policies(["Keep A", "Keep B"])), ["Keep A"], guards=guards).plan
    step = "matches no policy of the tenant. Check its spelling, upper and lower case too."
    assert plan.warnings == (f"protect: 'keep*' {step}", f"protect: '[Keep]' {step}")
