# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run in which writes fail: who gets no more, how far each item got, and what the user is told."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError, Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order
from ansible_collections.m365.apps.plugins.module_utils._errors import Failure, UserError
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Create, PolicyWrite, Result
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.small_tenants import (
    GROUP,
    absent,
    desired,
    numbers,
    policies,
    policy,
    run,
)

STOP, CONTINUE, _LEAVE = OnError
both_ways = pytest.mark.parametrize("on_error", OnError)


@dataclass
class FailingTenant(MemoryTenant):
    """Refuses every write to the policies of these names."""

    failing: frozenset[str] = field(default_factory=frozenset)

    def _send(self, write: PolicyWrite) -> Result:
        name = write.draft.display_name if isinstance(write, Create) else write.policy.display_name
        if name in self.failing:
            failure = Failure(f"no to {name}", status=409)
            return Result(error=UserError(f"policy '{name}'", "write it", "no", "Try again", failure))
        return super()._send(write)


def failing(live: str, names: t.Iterable[str]) -> FailingTenant:
    """Return a tenant with policies of one-letter names, some of which take no writes."""
    return FailingTenant({str(found.id): found for found in policies(live)}, failing=frozenset(names))


def changed(names: str) -> list[t.Any]:
    return [desired(name, description="X") for name in names]


def done(outcome: Outcome) -> list[str]:
    """Return the writes that were done, by name of the action and place of the item."""
    return [f"{action.name} {action.item}" for action in outcome.actions]


# One failure


def test_stop_sends_the_stage_and_nothing_more() -> None:
    tenant = failing("ABC", "B")
    items = [*changed("AB"), desired("C", description="X", policy_payload={"a": 1}), absent("D")]
    outcome = run(tenant, items, on_error=STOP)
    assert done(outcome) == ["update 0", "update 2"]
    assert outcome.statuses == ("updated", "failed", "failed", "unchanged")
    assert tenant.policies["id-C"].value("policy_payload") == {}


def test_stop_does_not_attempt_later_stages() -> None:
    outcome = run(failing("ABC", "A"), [*changed("A"), absent("B"), desired("C")], on_error=STOP)
    assert outcome.statuses == ("failed", "not_attempted", "unchanged")
    assert done(outcome) == []
    assert outcome.changed is False


def test_continue_goes_on_with_the_others() -> None:
    tenant = failing("ABC", "A")
    items = [
        *changed("A"),
        absent("B"),
        desired("C", description="X", policy_payload={"a": 1}, groups=GroupChange(exact=("All Staff",))),
    ]
    outcome = run(tenant, items, on_error=CONTINUE)
    assert outcome.statuses == ("failed", "deleted", "updated")
    assert done(outcome) == ["update 2", "write_payload 2", "assign 2", "delete 1"]
    assert set(numbers(tenant)) == {"A", "C"}


@both_ways
def test_the_failed_policy_gets_no_more_writes(on_error: OnError) -> None:
    tenant = failing("", ["New"])
    item = desired("New", policy_payload={"a": 1}, groups=GroupChange(exact=("All Staff",)))
    outcome = run(tenant, [item], on_error=on_error)
    assert (tenant.writes, tenant.requests, done(outcome)) == ([], 1, [])
    assert outcome.statuses == ("failed",)


@both_ways
def test_a_policy_with_some_of_its_writes_has_failed_and_shows_them(on_error: OnError) -> None:
    tenant = MemoryTenant(fail_at=1)
    item = desired("New", policy_payload={"a": 1}, user_preference_payload={"b": 1})
    outcome = run(tenant, [item], on_error=on_error)
    assert outcome.statuses == ("failed",)
    assert done(outcome) == ["create 0"]
    assert outcome.changed is True
    assert outcome.items[0].after is not None
    assert outcome.items[0].after.id in tenant.policies


@both_ways
def test_what_has_nothing_to_write_stays_unchanged(on_error: OnError) -> None:
    outcome = run(failing("AB", "A"), [*changed("A"), "B", absent("Gone")], on_error=on_error)
    assert outcome.statuses == ("failed", "unchanged", "unchanged")


def test_a_pruned_policy_that_cannot_be_deleted_has_failed() -> None:
    outcome = run(failing("ABC", "B"), ["A"], guards=Guards(Prune()), on_error=CONTINUE)
    assert outcome.statuses == ("unchanged", "failed", "deleted")
    assert str(outcome.errors[1]) == "policy 'B': cannot write it: no. Try again."


# What the user is told


@both_ways
def test_one_error_is_told_as_it_is(on_error: OnError) -> None:
    outcome = run(failing("AB", "B"), changed("AB"), on_error=on_error)
    assert str(outcome.error) == "policy 'B': cannot write it: no. Try again."
    assert outcome.error is outcome.errors[1]


@pytest.mark.parametrize(
    ("names", "more"),
    [("AB", "(1 more policy failed: see results.)"), ("ABD", "(2 more policies failed: see results.)")],
)
@both_ways
def test_the_first_error_is_told_with_the_number_of_the_others(on_error: OnError, names: str, more: str) -> None:
    outcome = run(failing("ABCD", names), changed("ABCD"), on_error=on_error)
    assert str(outcome.error) == f"policy 'A': cannot write it: no. Try again. {more}"
    assert outcome.error is not None
    assert outcome.error.details == Failure("no to A", status=409)
    assert sorted(outcome.errors) == ["ABCD".index(name) for name in names]


def test_errors_of_later_stages_are_counted_too() -> None:
    outcome = run(failing("ABC", "AC"), [*changed("A"), desired("B"), absent("C")], on_error=CONTINUE)
    assert str(outcome.error).endswith("(1 more policy failed: see results.)")
    assert outcome.statuses == ("failed", "unchanged", "failed")


def test_a_run_without_failures_has_no_error() -> None:
    outcome = run(failing("ABC", ""), [*changed("A"), absent("B"), "C"])
    assert (outcome.error, outcome.errors) == (None, {})
    assert outcome.statuses == ("updated", "deleted", "unchanged")


# The common call for priorities


@both_ways
def test_nothing_is_sent_after_priorities_that_could_not_be_set(on_error: OnError) -> None:
    tenant = MemoryTenant.of(policies("ABC"))
    tenant.fail_at = 0
    items = [desired("A", priority=1), desired("B", priority=0), desired("C", description="X")]
    outcome = run(tenant, items, on_error=on_error)
    assert (tenant.writes, done(outcome)) == ([], [])
    assert outcome.statuses == ("failed", "failed", "not_attempted")
    assert str(outcome.error) == "the tenant: cannot update_priorities: it was told to fail. Try again."


@both_ways
def test_nothing_is_sent_after_an_order_that_could_not_be_set_for_unlisted_policies(on_error: OnError) -> None:
    tenant = MemoryTenant.of([policy("A", 0), policy("B", 1), policy("C", 2)])
    tenant.fail_at = 0
    outcome = run(tenant, ["New"], order=Order(("New", "C", "B", "A")), on_error=on_error)
    assert (tenant.writes, done(outcome)) == ([], [])
    assert outcome.statuses == ("not_attempted",)
    assert "cannot update_priorities" in str(outcome.error)


@both_ways
def test_priorities_are_not_set_after_a_deletion_that_should_free_a_number(on_error: OnError) -> None:
    tenant = failing("ABC", "A")
    outcome = run(tenant, [absent("A"), desired("B", priority=0), desired("C", priority=1)], on_error=on_error)
    assert outcome.statuses == ("failed", "not_attempted", "not_attempted")
    assert numbers(tenant) == {"A": 0, "B": 1, "C": 2}
    assert str(outcome.error) == "policy 'A': cannot write it: no. Try again."


@both_ways
def test_a_number_that_could_not_be_freed_is_not_taken(on_error: OnError) -> None:
    tenant = failing("AB", "A")
    outcome = run(tenant, [absent("A"), desired("New", priority=0), *changed("B")], on_error=on_error)
    assert outcome.statuses == ("failed", "not_attempted", "not_attempted")
    assert tenant.writes == []


# What the server tells


def test_ids_of_the_server_are_in_the_items() -> None:
    outcome = run(MemoryTenant(), [desired("New", groups=GroupChange(exact=("All Staff",)))])
    after = outcome.items[0].after
    assert after is not None
    assert after.id == "new-1"
    assert [(entry.group_id, entry.id) for entry in after.assignments or ()] == [(GROUP, "assignment-2")]  # type: ignore[union-attr]


def test_in_check_mode_ids_are_unknown_and_all_writes_are_shown() -> None:
    tenant = MemoryTenant.of(policies("A"))
    outcome = run(tenant, ["New", absent("A")], check_mode=True)
    assert outcome.items[0].after is not None
    assert outcome.items[0].after.id is None
    assert outcome.statuses == ("created", "deleted")
    assert done(outcome) == ["create 0", "delete 1"]
    assert (outcome.changed, outcome.error, tenant.writes) == (True, None, [])


@pytest.mark.parametrize(("batch_size", "requests"), [(1, 8), (2, 5), (20, 4)])
def test_a_stage_of_many_policies_takes_few_requests(batch_size: int, requests: int) -> None:
    tenant = MemoryTenant.of(policies("AB"), replace(CAPABILITIES, batch_size=batch_size))
    items = [
        *changed("A"),
        absent("B"),
        desired("C", policy_payload={"a": 1}, user_preference_payload={"a": 1}),
        desired("D", policy_payload={"a": 1}),
        desired("E"),
    ]
    outcome = run(tenant, items)
    assert tenant.requests == outcome.plan.write_requests(batch_size) == requests
    assert outcome.error is None
