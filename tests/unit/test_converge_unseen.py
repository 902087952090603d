# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run whose login may not see all policies makes none anew and calls none absent, unless the user says so."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, State
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Readable
from ansible_collections.m365.apps.plugins.module_utils._policy.surface import Extent, View
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.small_tenants import (
    absent,
    desired,
    numbers,
    policies,
    policy,
    refusal_of,
    run,
)

WHY = "the fog is thick"
PARTIAL, UNKNOWN, FULL = (View(extent, WHY) for extent in (Extent.PARTIAL, Extent.UNKNOWN, Extent.FULL))
STEP = (
    "Let an app or an Intune Administrator sign in, who see all policies, or set assume_full_view: true where you know "
    "that there is no such policy."
)


def tenant(view: View | None, *live: Policy) -> MemoryTenant:
    return MemoryTenant.of(live or policies("AB"), replace(CAPABILITIES, view=view))


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("view", [PARTIAL, UNKNOWN])
def test_what_the_login_does_not_see_is_neither_made_nor_called_absent(view: View, check: bool) -> None:
    assert refusal_of(tenant(view), ["New"], check_mode=check) == (
        "policies[0] policy 'New': cannot create it: this login does not see it, and that does not mean that it is not "
        f"there: {WHY}. {STEP}"
    )
    assert refusal_of(tenant(view), [absent("Old")], check_mode=check) == (
        "policies[0] policy 'Old': cannot delete it: this login does not see it, and that does not mean that it is not "
        f"there: {WHY}. {STEP}"
    )
    by_id = DesiredPolicy("", State.ABSENT, "id-Old")
    assert "policies[0] policy with id id-Old: cannot delete it" in refusal_of(tenant(view), [by_id], check_mode=check)


def test_one_error_names_all_of_them_and_the_reason() -> None:
    assert refusal_of(tenant(PARTIAL), ["A", "New", absent("Old"), desired("B", description="D"), "Next"]) == (
        "3 policies: cannot create or delete them: this login does not see policies[1] policy 'New', policies[2] "
        "policy 'Old', policies[4] policy 'Next', and that does not mean that they are not there: "
        f"{WHY}. {STEP}"
    )
    many = refusal_of(tenant(PARTIAL), [f"{'N' * 100}{place}" for place in range(12)])
    assert many.startswith("12 policies: cannot create them: this login does not see policies[0] policy")
    assert f"2 more, and that does not mean that they are not there: {WHY}. {STEP}" in many


@pytest.mark.parametrize("view", [None, FULL])
def test_who_sees_all_policies_goes_on_as_ever(view: View | None) -> None:
    found = tenant(view)
    outcome = run(found, ["New", absent("Old"), absent("B")])
    assert (outcome.error, outcome.statuses) == (None, ("created", "unchanged", "deleted"))
    assert set(numbers(found)) == {"A", "New"}


@pytest.mark.parametrize("view", [PARTIAL, UNKNOWN])
def test_the_users_word_lets_them_pass(view: View) -> None:
    found = tenant(view)
    outcome = run(found, ["New", absent("Old")], assume_full_view=True)
    assert (outcome.error, outcome.statuses) == (None, ("created", "unchanged"))


def test_what_shows_is_changed_deleted_and_pruned_all_the_same() -> None:
    found = tenant(PARTIAL, *policies("ABC"))
    guards = Guards(prune=Prune())
    outcome = run(found, [desired("A", description="D"), absent("B")], guards=guards)
    assert (outcome.error, outcome.statuses) == (None, ("updated", "deleted", "deleted"))
    assert set(numbers(found)) == {"A"}


def test_where_problems_are_left_so_are_these_and_each_has_its_reason() -> None:
    found = tenant(PARTIAL)
    outcome = run(
        found, ["New", desired("A", description="D"), absent("Old"), absent("B")], on_error=OnError.LEAVE, wait=None
    )
    assert outcome.statuses == ("failed", "updated", "failed", "deleted")
    assert {place: str(error).split(":", maxsplit=1)[0] for place, error in outcome.errors.items()} == {
        0: "policies[0] policy 'New'",
        2: "policies[2] policy 'Old'",
    }
    assert all(WHY in str(error) for error in outcome.errors.values())
    assert set(numbers(found)) == {"A"}


@pytest.mark.parametrize("state", [State.PRESENT, State.EXISTING])
def test_an_unknown_id_may_be_one_that_does_not_show(state: State) -> None:
    item = DesiredPolicy("", state, "id-Old", "Old")
    assert f"the tenant has no policy with this id, or this login does not see it ({WHY})" in refusal_of(
        tenant(UNKNOWN), [item]
    )
    for view in (None, FULL):
        assert "the tenant has no policy with this id. " in refusal_of(tenant(view), [item])


def test_a_policy_that_must_be_there_may_be_one_that_does_not_show() -> None:
    item = DesiredPolicy("", State.EXISTING, display_name="Old")
    assert f"the tenant has no such policy, or this login does not see it ({WHY})" in refusal_of(
        tenant(PARTIAL), [item]
    )


class Vanished(MemoryTenant):
    """A tenant whose list shows policies that are found by nobody."""

    def look(self, parts: t.Sequence[Readable]) -> list[t.Any]:
        self.policies.clear()
        return super().look(parts)


@pytest.mark.parametrize("view", [None, FULL, UNKNOWN])
def test_that_a_policy_went_while_it_was_read_is_known_by_who_sees_all(view: View | None) -> None:
    live = policy("B", 1)
    found = Vanished({str(live.id): live}, replace(CAPABILITIES, view=view))
    if view is UNKNOWN:
        with pytest.raises(UserError, match="policy 'B' \\(id id-B\\): cannot read it: there is none"):
            converge([absent("B")], found, MemoryDirectory({}), RunOptions(check_mode=True))
    else:
        assert converge([absent("B")], found, MemoryDirectory({}), RunOptions(check_mode=True)).error is None


# What the login may write


def forbidden(live: MemoryTenant, **options: t.Any) -> None:
    live.forbids = UserError("the task", "send 1 of its 1 writes", "it may not", "Ask")
    run(live, [desired("A", description="D")], **options)


@pytest.mark.parametrize("on_error", list(OnError))
def test_what_the_login_may_not_write_is_known_before_the_first_write(on_error: OnError) -> None:
    found = tenant(None)
    with pytest.raises(UserError, match="cannot send 1 of its 1 writes: it may not"):
        forbidden(found, on_error=on_error)
    assert (found.asked_to_write, found.writes, found.announced) == (1, [], None)


def test_who_only_plans_needs_no_permission_to_write() -> None:
    found = tenant(None)
    forbidden(found, check_mode=True)
    assert found.asked_to_write is None
