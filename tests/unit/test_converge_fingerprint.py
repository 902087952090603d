# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan is bound to the tenant and the writes; a refusal says what changed there, and in what."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.binding import Binding
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order
from ansible_collections.m365.apps.plugins.module_utils._converge.plan import Plan
from ansible_collections.m365.apps.plugins.module_utils._office.fields import KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import Opaque
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.tests.unit.approvals import SETTINGS, STEP, Dict, given, said
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import changed_policy
from ansible_collections.m365.apps.tests.unit.small_tenants import (
    absent,
    desired,
    policies,
    policy,
    run,
)

ASSIGNED = (Assignment("g1", "a1"), Assignment("g2", "a2"), Assignment(None, "a3", {"@odata.type": "#x"}))
WHOLE = policy(
    "Canary",
    7,
    description="canary text",
    policy_payload=SETTINGS,
    user_preference_payload={"k": [1, 2]},
    assignments=ASSIGNED,
)
# For each aspect some changes of the policy, by the name that messages give it.
MOVES: dict[str, list[dict[str, t.Any]]] = {
    "display_name": [{"display_name": "canary"}],
    "description": [{"description": ""}, {"description": "canary text "}],
    "kind": [{"type": KINDS["office"]}],
    "priority": [{"priority": 8}, {"priority": None}, {"priority": 0}],
    "policy_payload": [
        {"policy_payload": []},
        {"policy_payload": SETTINGS[:1]},
        {"policy_payload": [SETTINGS[0], {"settingId": "b", "value": 2}]},
        {"policy_payload": UNSET},
        {"policy_payload": Opaque(b"canary")},
    ],
    "user_preference_payload": [
        {"user_preference_payload": {"k": [2, 1]}},
        {"user_preference_payload": {"k": [1, 2], "l": {}}},
    ],
    "groups": [
        {"assignments": ()},
        {"assignments": (Assignment("g1", "a1"),)},
        {"assignments": (*ASSIGNED, Assignment("g3"))},
        {"assignments": UNSET},
    ],
}


def plan_about(touched: t.Iterable[Policy], live: t.Sequence[Policy] | None = None) -> Plan:
    """Return a plan that depends on these policies and writes nothing."""
    touched = tuple(touched)
    return Plan((), (), touched if live is None else tuple(live), 0, touched, CAPABILITIES)


def moved(before: t.Iterable[Policy], now: t.Sequence[Policy], live: t.Sequence[Policy] | None = None) -> str | None:
    """Return what a refusal says has moved in the tenant, None when there is no refusal."""
    text = said(Binding(plan=given(plan_about(before))), plan_about(now, live))
    if text is None:
        return None
    head = "the plan: cannot apply it: the tenant has changed since the plan was made: "
    assert text.startswith(head)
    assert text.endswith(f". {STEP}")
    return text.removeprefix(head).removesuffix(f". {STEP}")


# The text


def test_the_same_state_has_the_same_fingerprint_in_any_order() -> None:
    live = [WHOLE, *policies("AB")]
    assert plan_about(live).fingerprint == plan_about(reversed(live)).fingerprint
    assert moved(live, live[::-1]) is None


@pytest.mark.parametrize("count", [0, 1, 500])
def test_it_is_one_short_word_however_many_policies(count: int) -> None:
    plan = plan_about(policies([f"P{number}" for number in range(count)]))
    # Letters and digits, and none that a parser takes for a number; Markdown escapes none of them.
    assert re.fullmatch("m2[a-z2-7]{72}", plan.fingerprint)


def test_no_text_of_a_policy_can_be_read_from_it() -> None:
    plan = plan_about([WHOLE])
    assert "anary" not in plan.fingerprint
    # The details name the policy, for people.
    assert json.dumps(plan.details["tenant"]).count("anary") == 2
    assert "canary text" not in json.dumps(plan.details)


@pytest.mark.parametrize(
    "same",
    [
        {"policy_payload": SETTINGS[::-1]},
        {"assignments": tuple(replace(entry, id=None) for entry in reversed(ASSIGNED))},
        {"last_modified": "2026-11-23T08:15:00Z"},
        {"reports": {"user_checkin_summary": {"succeededUserCount": 1}, "checkin_statuses": [1]}},
        {"user_preference_payload": {"k": [1.0, 2]}},
        {"id": "ID-canary"},
    ],
)
def test_what_means_nothing_does_not_count(same: Dict) -> None:
    assert moved([WHOLE], [changed_policy(WHOLE, **same)]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "rubbish",
        "m2",
        "m365.apps-2:",
        plan_about([WHOLE]).fingerprint[:-1],
        plan_about([WHOLE]).fingerprint[2:],
        plan_about([WHOLE]).fingerprint.upper(),
        plan_about([WHOLE]).fingerprint + "a",
        f"m3{plan_about([WHOLE]).fingerprint[2:]}",
    ],
)
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    older = ", but one of an older m365.apps, which did not bind the definitions" if text.startswith("m365") else ""
    assert said(Binding(text), plan_about([WHOLE])) == (
        f"expect_fingerprint: cannot use it: it is not a fingerprint of this version{older}. "
        "Take plan.fingerprint of a check run."
    )


def test_one_of_an_older_version_is_told_to_be_one() -> None:
    text = said(Binding("m365.apps-1:q83vEjRW_-8="), plan_about([]))
    assert text is not None
    assert "one of an older m365.apps, which did not bind the definitions" in text


def test_blanks_around_it_are_no_other_fingerprint() -> None:
    plan = plan_about([WHOLE])
    assert said(Binding(f" {plan.fingerprint}\n"), plan) is None


# What moved in the tenant


@pytest.mark.parametrize(("aspect", "change"), [(aspect, move) for aspect, moves in MOVES.items() for move in moves])
def test_each_aspect_is_told_by_its_name(aspect: str, change: Dict) -> None:
    now = changed_policy(WHOLE, **change)
    assert moved([WHOLE], [now]) == f"{now.named()} has another {aspect}"
    assert moved([now], [WHOLE]) == f"policy 'Canary' (id id-Canary) has another {aspect}"


def test_several_aspects_are_told_together() -> None:
    assert moved([WHOLE], [changed_policy(WHOLE, description="", priority=9)]) == (
        "policy 'Canary' (id id-Canary) has another description and priority"
    )


def test_only_the_policy_that_moved_is_told() -> None:
    live = policies("ABC")
    assert moved(live, [live[0], changed_policy(live[1], description="X"), live[2]]) == (
        "policy 'B' (id id-B) has another description"
    )


def test_a_policy_that_is_new_to_the_plan_is_told() -> None:
    assert moved(policies("A"), policies("AB")) == "policy 'B' (id id-B) is new to the plan"


def test_those_that_moved_are_told_by_name_whatever_their_ids() -> None:
    before = [replace(policy("B", 1), id="1"), replace(policy("A", 2), id="2"), replace(policy("C", 3), id="0")]
    assert moved(before, [changed_policy(each, description="X") for each in before]) == (
        "policy 'A' (id 2) has another description; policy 'B' (id 1) has another description; "
        "policy 'C' (id 0) has another description"
    )


def test_a_policy_that_is_there_but_no_longer_touched_is_told() -> None:
    assert moved(policies("AB"), policies("A"), policies("AB")) == "policy 'B' (id id-B) is no longer part of it"


def test_policies_that_are_gone_are_named() -> None:
    assert moved(policies("ABC"), policies("A")) == "policy 'B' is gone; policy 'C' is gone"


def test_all_that_moved_is_told_at_once() -> None:
    before = [*policies("ABC"), policy("Gone", 9)]
    now = [changed_policy(before[0], priority=5), before[1], policy("New", 8)]
    assert moved(before, now, [*now, before[2]]) == (
        "policy 'A' (id id-A) has another priority; policy 'New' (id id-New) is new to the plan; "
        "policy 'C' (id id-C) is no longer part of it; policy 'Gone' is gone"
    )


def test_at_most_10_moves_are_told() -> None:
    told = moved([], policies([f"P{number}" for number in range(13)]))
    assert told is not None
    assert told.count("is new to the plan") == 10
    assert told.endswith("; and 3 more")


# The plan that it was taken from


def test_without_the_plan_the_side_is_named() -> None:
    text = said(Binding(plan_about([WHOLE]).fingerprint), plan_about([changed_policy(WHOLE, description="")]))
    assert text == (
        "the plan: cannot apply it: the tenant has changed since the plan was made. Plan again and look at what "
        "changed; give that plan as expect_plan, in the role plan.json as rollout_plan_file, to be told which policies."
    )


def test_a_plan_alone_binds_as_its_fingerprint_does() -> None:
    binding = Binding(plan=given(plan_about([WHOLE])))
    assert said(binding, plan_about([WHOLE])) is None
    assert said(binding, plan_about([])) is not None


def edited(change: t.Callable[[Dict], t.Any]) -> Dict:
    plan = given(plan_about([WHOLE, *policies("A")]))
    change(plan)
    return plan


@pytest.mark.parametrize(
    "plan",
    [
        {},
        given(plan_about([])),
        edited(lambda plan: plan.pop("fingerprint")),
        edited(lambda plan: plan.pop("details")),
        edited(lambda plan: plan.update(details=None)),
        edited(lambda plan: plan.update(details=[])),
        edited(lambda plan: plan["details"].pop("writes")),
        edited(lambda plan: plan["details"].update(tenant=plan_about([]).details["tenant"])),
        edited(lambda plan: plan["details"]["tenant"].update(whole="0")),
        edited(lambda plan: plan["details"]["tenant"]["policies"].pop()),
        edited(lambda plan: plan["details"]["tenant"]["policies"].append(7)),
        edited(lambda plan: plan["details"]["tenant"]["policies"][0]["digests"].update(description="0")),
        edited(lambda plan: plan["details"]["definitions"]["settings"].update(prune="0")),
    ],
)
def test_a_plan_that_the_fingerprint_was_not_taken_from_is_refused(plan: Dict) -> None:
    now = plan_about([WHOLE, *policies("A")])
    text = said(Binding(now.fingerprint, plan), now)
    assert text is not None
    assert text.startswith("expect_plan: cannot use it: its ")
    assert "as it was written, or leave it out" in text


def test_a_plan_whose_fingerprint_is_none_of_this_version_is_refused() -> None:
    for plan in ({}, {"fingerprint": None}, {"fingerprint": "m365.apps-1:", "details": {}}):
        text = said(Binding(plan=plan), plan_about([]))
        assert text is not None
        assert text.startswith("expect_plan: cannot use it: it is not a fingerprint of this version")


def test_the_same_state_has_the_fingerprint_that_it_had_in_earlier_versions() -> None:
    odd = policy("X", 9, "office", policy_payload=Opaque(b"\x00x"))
    items = [
        desired(
            "Canary",
            description="new",
            policy_payload=[{"settingId": "b", "value": [1.0, {"x": 2}]}],
            groups=GroupChange(add=("All Staff",)),
        ),
        desired(
            "N", kind="windows_security", user_preference_payload={"a": 1}, groups=GroupChange(exact=("All Staff",))
        ),
        absent("A"),
        desired("B", priority=44),
    ]
    plan = run(MemoryTenant.of([WHOLE, *policies("AB"), odd]), items, check_mode=True).plan
    assert plan.fingerprint == "m2pmzdufcbbccvhpo7tsgwonmcclfri2f4pi75vy54z5u4tpm73m5jofj6p72abgq7irtnly4z"
    plan = run(MemoryTenant.of([WHOLE, odd]), [], check_mode=True, order=Order(("X",))).plan
    assert plan.fingerprint == "m2u262fhfna45jtt2e56lgbn6sibxwwjduvjs4r6x4563jq3ycl2x5gt3i453l45woloiwaudf"
