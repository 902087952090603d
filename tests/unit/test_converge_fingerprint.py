# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan is bound to the tenant and the writes; a refusal says what changed there, and in what. What a plan reads."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.binding import Binding
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order
from ansible_collections.m365.apps.plugins.module_utils._converge.plan import Plan
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, FIELDS, INLINE_FIELDS
from ansible_collections.m365.apps.plugins.module_utils._office.kinds import KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import Opaque
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.tests.unit.approvals import SETTINGS, STEP, Dict, bound, given, planned, said
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


# In a run


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
    tenant.list_policies = lambda: listed  # type: ignore[method-assign]
    assert run(tenant, [absent("B")], check_mode=True).statuses == ("deleted",)


def test_too_many_deletions_are_refused_before_they_are_read() -> None:
    tenant = MemoryTenant.of(policies("ABCDEFGH"))
    message = refusal_of(tenant, ["A"], guards=Guards(Prune()))
    assert "max_deletions allows 5" in message
    assert tenant.parts_read == 0


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
