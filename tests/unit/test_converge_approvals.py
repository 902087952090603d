# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine where writes wait for a second administrator: they are neither done nor failed, and all others go on."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.approvers import WHO_APPROVES
from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError, Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.confirm import Wait
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.results import (
    awaiting_result,
    awaiting_warnings,
    item_result,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.fields import (
    DESCRIPTION,
    DISPLAY_NAME,
    Field,
    assignments_field,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy, PolicyType
from ansible_collections.m365.apps.plugins.module_utils._policy.surface import Capabilities
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    ApprovalState,
    Awaited,
    Heard,
    PolicyWrite,
    Result,
)
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.wire import Clock

STAFF = "10000000-0000-4000-8000-000000000000"
CAPABILITIES = Capabilities(
    (
        DISPLAY_NAME,
        DESCRIPTION,
        Field("settings", ("settings",), (), listed=False, content=True),
        assignments_field("groups"),
    ),
    new_type=PolicyType("only"),
)
CODE = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
FILED, WAITING = Awaited(ApprovalState.FILED, CODE), Awaited(ApprovalState.WAITING, CODE)
REFUSED = Result(
    error=UserError("policy 'A'", "update it", "it was rejected", "Change it"),
    approval=Awaited(ApprovalState.REJECTED, CODE),
)


@dataclass
class ApprovingTenant(MemoryTenant):
    """Holds writes of some names back; with ``knows`` it says so before they are sent, too."""

    capabilities: Capabilities = CAPABILITIES
    held: dict[str, Result] = field(default_factory=dict)
    knows: bool = True
    sent: list[str] = field(default_factory=list)

    def foresee(self, writes: t.Sequence[PolicyWrite], _blocked: bool = False) -> list[Result | None]:
        return [self.held.get(write.name) if self.knows else None for write in writes]

    def write(
        self, writes: t.Sequence[PolicyWrite], known_ids: t.Collection[str], heard: Heard | None = None
    ) -> list[Result]:
        self.sent += [write.name for write in writes]
        free = [write for write in writes if write.name not in self.held]
        done = iter(super().write(free, known_ids, heard) if free else ())
        return [self.held.get(write.name) or next(done) for write in writes]


def live(name: str, description: str = "") -> Policy:
    values = {"display_name": name, "description": description, "settings": ("a",), "assignments": ()}
    return Policy(f"id-{name}", PolicyType("only"), values, last_modified="2026-01-01T00:00:00Z")


def item(name: str, state: State = State.PRESENT, **values: t.Any) -> DesiredPolicy:
    return DesiredPolicy("", state, None, name, None, values)


STAFF_ONLY = AssignmentChange(GroupChange((STAFF,)))


def run(tenant: ApprovingTenant, *items: DesiredPolicy, **options: t.Any) -> Outcome:
    """Run in check mode and for real: where the tenant says what it knows, both must come to the same."""
    clock = Clock()
    given = {"wait": Wait(60, clock, clock.sleep), **options}
    told = converge(items, tenant, MemoryDirectory({"Staff": STAFF}), RunOptions(**given, check_mode=True))
    assert not tenant.sent
    done = converge(items, tenant, MemoryDirectory({"Staff": STAFF}), RunOptions(**given))
    if tenant.knows:
        assert (told.statuses, told.approvals, told.changed) == (done.statuses, done.approvals, done.changed)
        assert [one.name for one in told.actions] == [one.name for one in done.actions]
        assert str(told.error) == str(done.error)
    assert not clock.slept
    return done


def tenant_of(*policies: Policy, **held: Awaited | Result) -> ApprovingTenant:
    results = {name: one if isinstance(one, Result) else Result(approval=one) for name, one in held.items()}
    return ApprovingTenant({str(policy.id): policy for policy in policies}, held=results)


@pytest.mark.parametrize(("awaited", "changed"), [(FILED, True), (WAITING, False)])
def test_a_create_that_waits_leaves_nothing_and_its_groups_are_not_sent(awaited: Awaited, changed: bool) -> None:
    tenant = tenant_of(create=awaited)
    outcome = run(tenant, item("A", settings=("a",), assignments=STAFF_ONLY))
    assert (outcome.statuses, outcome.changed, outcome.error) == (("awaiting_approval",), changed, None)
    assert (tenant.sent, tenant.policies, outcome.items[0].after) == (["create"], {}, None)
    shown = item_result(0, outcome)
    assert (shown["id"], shown["display_name"], shown["actions"]) == (None, "A", [])
    assert shown["approval"] == {"code": CODE, "state": awaited.state.value, "actions": ["create", "assign"]}
    assert awaiting_result(outcome) == ["A"]
    # In diff mode, what waits is shown: of a policy that is as it was, nothing else differs.
    [approval] = [item_result(0, outcome, lambda _group: "Staff")["approval"]]
    assert (approval["before"], approval["after"]["display_name"], approval["after"]["groups"]) == ({}, "A", [STAFF])


def test_groups_that_wait_leave_the_new_policy_without_them() -> None:
    tenant = tenant_of(assign=FILED)
    outcome = run(tenant, item("A", settings=("a",), assignments=STAFF_ONLY))
    made = next(iter(tenant.policies.values()))
    after = outcome.items[0].after
    assert after is not None
    assert (after.id, after.assignments, after.value("settings")) == (made.id, (), ("a",))
    assert (made.assignments, [one.name for one in outcome.actions]) == ((), ["create"])


def test_an_update_that_waits_shows_the_policy_as_it_is() -> None:
    before = live("A")
    outcome = run(tenant_of(before, update=WAITING), item("A", description="D", assignments=STAFF_ONLY))
    assert outcome.items[0].after == outcome.items[0].before
    assert outcome.items[0].after is not None
    assert outcome.items[0].after.last_modified == before.last_modified
    assert (outcome.statuses, outcome.actions) == (("awaiting_approval",), ())


def test_what_was_done_before_the_write_that_waits_is_shown() -> None:
    outcome = run(tenant_of(live("A"), assign=FILED), item("A", description="D", assignments=STAFF_ONLY))
    after = outcome.items[0].after
    assert after is not None
    assert (after.description, after.assignments, outcome.changed) == ("D", (), True)


@pytest.mark.parametrize(
    ("before", "wanted", "description"),
    # Who is to lose a policy must not get what it sets from now on, so that change waits, too.
    [((), ("Staff",), "D"), ((Assignment(STAFF),), (), "")],
    ids=["a group that gets it", "a group that loses it"],
)
def test_groups_that_wait_are_those_of_before(
    before: tuple[Assignment, ...], wanted: tuple[str, ...], description: str
) -> None:
    there = live("A").with_values({"assignments": before})
    change = AssignmentChange(GroupChange(wanted))
    outcome = run(tenant_of(there, assign=FILED), item("A", description="D", assignments=change))
    after = outcome.items[0].after
    assert after is not None
    assert (after.description, after.assignments) == (description, before)


def test_a_deletion_that_waits_leaves_the_policy() -> None:
    tenant = tenant_of(live("A"), delete=WAITING)
    outcome = run(tenant, item("A", State.ABSENT))
    assert (outcome.statuses, outcome.changed, len(tenant.policies)) == (("awaiting_approval",), False, 1)
    assert outcome.items[0].after is not None


@pytest.mark.parametrize("on_error", OnError)
def test_others_go_on_whatever_an_error_means(on_error: OnError) -> None:
    tenant = tenant_of(live("A"), live("B"), update=FILED)
    items = (item("A", description="D"), item("B", assignments=STAFF_ONLY), item("C", settings=("c",)))
    outcome = run(tenant, *items, on_error=on_error)
    assert outcome.statuses == ("awaiting_approval", "updated", "created")
    assert outcome.error is None


def test_a_request_that_was_refused_fails_the_item_in_check_mode_too() -> None:
    outcome = run(tenant_of(live("A"), update=REFUSED), item("A", description="D"))
    assert (outcome.statuses, outcome.changed) == (("failed",), False)
    assert str(outcome.error) == "policy 'A': cannot update it: it was rejected. Change it."
    assert item_result(0, outcome)["approval"] == {"code": CODE, "state": "rejected"}


def test_a_request_that_was_filed_and_not_kept_is_a_change_all_the_same() -> None:
    lost = dataclasses.replace(REFUSED, approval=FILED)
    assert run(tenant_of(live("A"), update=lost), item("A", description="D")).changed


def test_check_mode_plans_what_nobody_knows_yet() -> None:
    tenant = tenant_of(live("A"), update=FILED)
    tenant.knows = False
    told = converge([item("A", description="D")], tenant, MemoryDirectory({}), RunOptions(check_mode=True))
    assert (told.statuses, told.changed, told.approvals) == (("updated",), True, {})
    assert run(tenant, item("A", description="D")).statuses == ("awaiting_approval",)


def test_one_warning_names_what_waits() -> None:
    names = [f"P{number:02}" for number in range(12)]
    tenant = tenant_of(*map(live, names), update=FILED)
    outcome = run(tenant, *(item(name, description="D") for name in names))
    [warning] = awaiting_warnings(outcome)
    waits = "Changes wait for a second administrator's approval and are not done yet: "
    assert warning.startswith(f"{waits}'P00' (request {CODE}), 'P01' ")
    assert warning.endswith(
        f"'P09' (request {CODE}) and 2 more. {WHO_APPROVES} Run it again with the same approval_codes after that."
    )
    assert awaiting_warnings(run(tenant_of(create=FILED), item("A", settings=("a",)))) == [
        f"{waits}'A' (request {CODE}). {WHO_APPROVES} Run it again with the same approval_codes after that."
    ]
    again = tenant_of(create=dataclasses.replace(FILED, replaces="OLD"))
    assert (
        f"'A' (request {CODE} in place of OLD, which has expired or is gone)"
        in awaiting_warnings(run(again, item("A", settings=("a",))))[0]
    )
    assert awaiting_warnings(run(tenant_of(), item("A", settings=("a",)))) == []


@pytest.mark.parametrize(
    ("awaited", "told"),
    [
        (Awaited(ApprovalState.OTHER), "request of unknown code"),
        (Awaited(ApprovalState.OTHER, CODE), f"request {CODE}"),
        (Awaited(ApprovalState.FILED), "request of unknown code"),
    ],
)
def test_an_approval_is_of_no_use_where_the_request_is_another_or_its_code_is_lost(awaited: Awaited, told: str) -> None:
    [warning] = awaiting_warnings(run(tenant_of(live("A"), update=awaited), item("A", description="D")))
    assert warning == (
        "These policies have an open request for approval that this task cannot use, so their changes are not done: "
        f"'A' ({told}). Run it again when that request is done, is cancelled or has expired."
    )


@pytest.mark.parametrize(
    ("on_error", "status", "sent"),
    [
        (OnError.STOP, "failed", ["create", "update"]),
        (OnError.CONTINUE, "created", ["create", "update", "assign"]),
        (OnError.LEAVE, "created", ["create", "update", "assign"]),
    ],
)
def test_check_mode_knows_what_is_not_sent_after_a_refusal(on_error: OnError, status: str, sent: list[str]) -> None:
    tenant = tenant_of(live("A"), update=REFUSED)
    new = item("B", settings=("a",), assignments=STAFF_ONLY)
    outcome = run(tenant, item("A", description="D"), new, on_error=on_error)
    assert (outcome.statuses, outcome.changed) == (("failed", status), True)
    assert sorted(tenant.sent) == sorted(sent)
