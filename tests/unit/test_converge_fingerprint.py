# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan is bound to the state it was made from; a refusal says which policy moved and in what."""

from __future__ import annotations

import base64
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.desired import DesiredPolicy, GroupChange
from ansible_collections.m365.apps.plugins.module_utils._converge.fingerprint import fingerprint, refuse_moved
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.payload import Opaque
from ansible_collections.m365.apps.plugins.module_utils._office.policy import KINDS, Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._office.unset import UNSET
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.small_tenants import policies, policy, refusal_of, run, wish

SETTINGS = [{"settingId": "a", "value": "1"}, {"settingId": "b", "value": "2"}]
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
    "kind": [{"odata_type": KINDS["office"]}],
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


def moved(before: t.Sequence[Policy], now: t.Sequence[Policy], live: t.Sequence[Policy] | None = None) -> str | None:
    """Return what a refusal says has moved, None when there is no refusal."""
    try:
        refuse_moved(fingerprint(before), now, now if live is None else live)
    except UserError as error:
        text = str(error)
        head, tail = "the plan: cannot apply it: the tenant has moved since it was made: ", ". Plan again and look at"
        assert text.startswith(head)
        assert text.endswith(f"{tail} what changed.")
        return text.removeprefix(head).partition(tail)[0]
    return None


# What is the same


def test_the_same_state_has_the_same_fingerprint_in_any_order() -> None:
    live = [WHOLE, *policies("AB")]
    assert fingerprint(live) == fingerprint(reversed(live))
    assert moved(live, live[::-1]) is None


@pytest.mark.parametrize(
    "same",
    [
        {"policy_payload": SETTINGS[::-1]},
        {"assignments": tuple(replace(entry, id=None) for entry in reversed(ASSIGNED))},
        {"last_modified": "2026-11-23T08:15:00Z"},
        {"user_checkin_summary": {"succeededUserCount": 1}, "checkin_statuses": [1]},
    ],
)
def test_what_means_nothing_does_not_count(same: dict[str, t.Any]) -> None:
    assert moved([WHOLE], [replace(WHOLE, **same)]) is None


def test_nothing_touched_is_a_fingerprint_too() -> None:
    assert fingerprint([]) == "m365.apps-1:"
    assert moved([], []) is None


def test_no_text_of_a_policy_can_be_read_from_it() -> None:
    text = fingerprint([WHOLE])
    data = base64.urlsafe_b64decode(text.removeprefix("m365.apps-1:"))
    assert b"anary" not in data
    assert "anary" not in text
    assert len(text) == len(fingerprint([policy("Other")]))


# What moved


@pytest.mark.parametrize(("aspect", "change"), [(aspect, move) for aspect, moves in MOVES.items() for move in moves])
def test_each_aspect_is_told_by_its_name(aspect: str, change: dict[str, t.Any]) -> None:
    now = replace(WHOLE, **change)
    assert moved([WHOLE], [now]) == f"{now.named()} has another {aspect}"
    assert moved([now], [WHOLE]) == f"policy 'Canary' (id id-Canary) has another {aspect}"


def test_several_aspects_are_told_together() -> None:
    assert moved([WHOLE], [replace(WHOLE, description="", priority=9)]) == (
        "policy 'Canary' (id id-Canary) has another description and priority"
    )


def test_only_the_policy_that_moved_is_told() -> None:
    live = policies("ABC")
    assert moved(live, [live[0], replace(live[1], description="X"), live[2]]) == (
        "policy 'B' (id id-B) has another description"
    )


def test_a_policy_that_is_new_to_the_plan_is_told() -> None:
    assert moved(policies("A"), policies("AB")) == "policy 'B' (id id-B) is new to the plan"


def test_a_policy_that_is_there_but_no_longer_touched_is_told() -> None:
    assert moved(policies("AB"), policies("A"), policies("AB")) == "policy 'B' (id id-B) is no longer part of it"


@pytest.mark.parametrize(("names", "said"), [("AB", "1 of its policies is gone"), ("A", "2 of its policies are gone")])
def test_policies_that_are_gone_are_counted(names: str, said: str) -> None:
    assert moved(policies("ABC"), policies(names)) == said


def test_all_that_moved_is_told_at_once() -> None:
    before = [*policies("ABC"), policy("Gone", 9)]
    now = [replace(before[0], priority=5), before[1], policy("New", 8)]
    assert moved(before, now, [*now, before[2]]) == (
        "policy 'A' (id id-A) has another priority; policy 'New' (id id-New) is new to the plan; "
        "policy 'C' (id id-C) is no longer part of it; 1 of its policies is gone"
    )


def test_at_most_10_moves_are_told() -> None:
    said = moved([], policies([f"P{number}" for number in range(13)]))
    assert said is not None
    assert said.count("is new to the plan") == 10
    assert said.endswith("; and 3 more")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "rubbish",
        "m365.apps-1",
        "m365.apps-2:",
        "m365.apps-1:AAAA",
        "m365.apps-1:A",
        "m365.apps-1:ä",
        "m365.apps-1: ",
        fingerprint([WHOLE])[:-4],
        fingerprint([WHOLE]).removeprefix("m365.apps-1:"),
        fingerprint([WHOLE]).upper(),
        fingerprint([WHOLE]) + "\n",
    ],
)
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(UserError) as caught:
        refuse_moved(text, [WHOLE], [WHOLE])
    assert str(caught.value) == (
        "expect_fingerprint: cannot use it: it is not a fingerprint of this version. "
        "Take plan.fingerprint of a check run."
    )


# In a run


def plan_of(live: t.Iterable[Policy], items: t.Sequence[DesiredPolicy | str], **terms: t.Any) -> str:
    """Return the fingerprint of a check run."""
    return run(MemoryTenant.of(live), items, check_mode=True, **terms).plan.fingerprint


def test_a_plan_is_applied_when_nothing_moved() -> None:
    items = [wish("A", description="X")]
    tenant = MemoryTenant.of(policies("AB"))
    outcome = run(tenant, items, expect_fingerprint=plan_of(policies("AB"), items))
    assert outcome.error is None
    assert tenant.writes == ["update"]


def test_a_policy_the_plan_is_not_about_may_move() -> None:
    items = [wish("A", description="X")]
    tenant = MemoryTenant.of([policy("A", 0), policy("B", 5, description="moved"), policy("C", 6)])
    assert run(tenant, items, expect_fingerprint=plan_of(policies("AB"), items)).changed


def test_a_part_that_no_item_mentions_may_move() -> None:
    items = [wish("A", policy_payload={"a": 1})]
    tenant = MemoryTenant.of([policy("A", 0, user_preference_payload={"moved": 1})])
    assert run(tenant, items, expect_fingerprint=plan_of(policies("A"), items)).changed


@pytest.mark.parametrize(
    ("item", "change", "aspect"),
    [
        (wish("A", policy_payload={"a": 1}), {"policy_payload": {"a": 0}}, "policy_payload"),
        (wish("A", groups=GroupChange(add=("All Staff",))), {"assignments": (Assignment("g"),)}, "groups"),
        (wish("A", description="X"), {"priority": 3}, "priority"),
    ],
)
def test_a_part_that_an_item_mentions_may_not_move(item: DesiredPolicy, change: dict[str, t.Any], aspect: str) -> None:
    expected = plan_of([policy("A", 0)], [item])
    message = refusal_of(
        MemoryTenant.of([policy("A", **{"priority": 0, **change})]), [item], expect_fingerprint=expected
    )
    assert f"policy 'A' (id id-A) has another {aspect}." in message


def test_a_policy_that_appears_in_the_scope_of_prune_is_refused() -> None:
    guards = Guards(Prune(names=("B*",)))
    expected = plan_of(policies("AB"), ["A"], guards=guards)
    message = refusal_of(
        MemoryTenant.of([*policies("AB"), policy("B2", 9)]), ["A"], guards=guards, expect_fingerprint=expected
    )
    assert "policy 'B2' (id id-B2) is new to the plan." in message


def test_with_an_order_every_policy_counts() -> None:
    expected = plan_of(policies("AB"), [], order=Order(("B", "A")))
    live = [*policies("AB"), policy("C", 9)]
    message = refusal_of(MemoryTenant.of(live), [], order=Order(("B", "A")), expect_fingerprint=expected)
    assert "policy 'C' (id id-C) is new to the plan." in message


def test_another_list_of_items_is_another_plan() -> None:
    expected = plan_of(policies("AB"), ["A", "B"])
    assert "policy 'B' (id id-B) is no longer part of it." in refusal_of(
        MemoryTenant.of(policies("AB")), ["A"], expect_fingerprint=expected
    )


def test_the_weakest_policy_counts_where_a_new_one_goes_behind_it() -> None:
    tenant = MemoryTenant.of(policies("AB"))
    planned = run(tenant, ["New"], check_mode=True).plan.fingerprint
    tenant.policies["id-C"] = policy("C", 7)
    said = refusal_of(tenant, ["New"], expect_fingerprint=planned)
    assert "policy 'C' (id id-C) is new to the plan" in said
    assert "policy 'B' (id id-B) is no longer part of it" in said
