# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs that are bound to a plan: which policies and which of their parts count, and what is read for it."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.binding import Binding
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, FIELDS, INLINE_FIELDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment
from ansible_collections.m365.apps.tests.unit.approvals import SETTINGS, Dict, bound, planned
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import changed_policy
from ansible_collections.m365.apps.tests.unit.small_tenants import (
    GROUP,
    absent,
    desired,
    policies,
    policy,
    refusal_of,
    run,
)


def test_a_plan_is_applied_when_nothing_moved() -> None:
    items = [desired("A", description="X")]
    tenant = MemoryTenant.of(policies("AB"))
    outcome = run(tenant, items, binding=bound(planned(policies("AB"), items)))
    assert outcome.error is None
    assert tenant.writes == ["update"]


def test_a_policy_the_plan_is_not_about_may_move() -> None:
    items = [desired("A", description="X")]
    tenant = MemoryTenant.of([policy("A", 0), policy("B", 5, description="moved"), policy("C", 6)])
    assert run(tenant, items, binding=bound(planned(policies("AB"), items))).changed


@pytest.mark.parametrize("inline", [False, True])
def test_a_part_that_no_item_mentions_may_move(inline: bool) -> None:
    items = [desired("A", policy_payload={"a": 1})]
    live = [policy("A", 0, user_preference_payload={"moved": 1})]
    tenant = MemoryTenant.of(live, replace(CAPABILITIES, fields=INLINE_FIELDS if inline else FIELDS))
    assert run(tenant, items, binding=bound(planned(policies("A"), items))).changed


@pytest.mark.parametrize(
    ("item", "change", "aspect"),
    [
        (desired("A", policy_payload={"a": 1}), {"policy_payload": {"a": 0}}, "policy_payload"),
        (desired("A", groups=GroupChange(add=("All Staff",))), {"assignments": (Assignment(GROUP),)}, "groups"),
        (desired("A", description="X"), {"priority": 3}, "priority"),
        (absent("A"), {"policy_payload": {"a": 0}}, "policy_payload"),
        (absent("A"), {"user_preference_payload": [1]}, "user_preference_payload"),
        (absent("A"), {"assignments": (Assignment("g"),)}, "groups"),
    ],
)
def test_a_part_that_an_item_mentions_may_not_move(item: DesiredPolicy, change: Dict, aspect: str) -> None:
    plan = planned([policy("A", 0)], [item])
    live = [policy("A", **{"priority": 0, **change})]
    message = refusal_of(MemoryTenant.of(live), [item], binding=bound(plan))
    assert f"the tenant has changed since the plan was made: policy 'A' (id id-A) has another {aspect}." in message
    assert "the tenant has changed since the plan was made." in refusal_of(
        MemoryTenant.of(live), [item], binding=Binding(plan.fingerprint)
    )


def test_policies_whose_names_were_swapped_are_told_by_nothing_but_that() -> None:
    """Each plays the part of the other: what the plan did not look at then cannot be another."""
    items = [desired("A", policy_payload={"a": 1}), absent("B")]
    first, second = policies("AB")
    swapped = [changed_policy(first, display_name="B"), changed_policy(second, display_name="A")]
    message = refusal_of(MemoryTenant.of(swapped), items, binding=bound(planned([first, second], items)))
    assert (
        "the tenant has changed since the plan was made: policy 'A' (id id-B) has another display_name; "
        "policy 'B' (id id-A) has another display_name." in message
    )


def test_a_pruned_policy_counts_whole() -> None:
    guards = Guards(Prune(names=("B*",)))
    plan = planned(policies("AB"), ["A"], guards=guards)
    everyone = policy("B", 1, policy_payload=SETTINGS, assignments=(Assignment("g"),))
    message = refusal_of(MemoryTenant.of([policy("A", 0), everyone]), ["A"], guards=guards, binding=bound(plan))
    assert "policy 'B' (id id-B) has another policy_payload and groups." in message


def test_a_policy_that_appears_in_the_scope_of_prune_is_refused() -> None:
    guards = Guards(Prune(names=("B*",)))
    plan = planned(policies("AB"), ["A"], guards=guards)
    message = refusal_of(MemoryTenant.of([*policies("AB"), policy("B2", 9)]), ["A"], guards=guards, binding=bound(plan))
    assert "policy 'B2' (id id-B2) is new to the plan." in message


def test_with_an_order_every_policy_counts() -> None:
    plan = planned(policies("AB"), [], order=Order(("B", "A")))
    live = [*policies("AB"), policy("C", 9)]
    message = refusal_of(MemoryTenant.of(live), [], order=Order(("B", "A")), binding=bound(plan))
    assert "policy 'C' (id id-C) is new to the plan." in message


def test_the_weakest_policy_counts_where_a_new_one_goes_behind_it() -> None:
    tenant = MemoryTenant.of(policies("AB"))
    plan = run(tenant, ["New"], check_mode=True).plan
    tenant.policies["id-C"] = policy("C", 7)
    told = refusal_of(tenant, ["New"], binding=bound(plan))
    assert "policy 'C' (id id-C) is new to the plan" in told
    assert "policy 'B' (id id-B) is no longer part of it" in told


# Reads


def test_a_deletion_is_refused_when_a_part_cannot_be_read() -> None:
    tenant = MemoryTenant.of(policies("AB"))
    whole_look = tenant.look

    def look(parts: t.Sequence[t.Any]) -> list[t.Any]:
        values = whole_look(parts)
        error = UserError("policy 'B'", "read its assignments", "Graph answered 503", "Try again")
        return [
            error if getattr(part, "field", None) is ASSIGNMENTS else value
            for part, value in zip(parts, values, strict=True)
        ]

    tenant.look = look  # type: ignore[method-assign]
    assert "cannot read its assignments" in refusal_of(tenant, [absent("B")])
    assert "cannot read its assignments" in refusal_of(tenant, ["A"], guards=Guards(Prune()))


def test_a_policy_to_be_deleted_that_a_listing_shows_for_a_while_is_gone() -> None:
    tenant = MemoryTenant.of(policies("AB"))
    listed = tenant.list_policies()
    del tenant.policies["id-B"]
    tenant.list_policies = lambda _expect=None: listed  # type: ignore[method-assign]
    assert run(tenant, [absent("B")], check_mode=True).statuses == ("deleted",)


def test_too_many_deletions_are_refused_before_they_are_read() -> None:
    tenant = MemoryTenant.of(policies("ABCDEFGH"))
    message = refusal_of(tenant, ["A"], guards=Guards(Prune()))
    assert "max_deletions allows 5" in message
    assert tenant.parts_read == 0
