# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan is bound to the definitions that it was made from; a refusal says which of them changed, and in what."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.binding import Binding
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, read_and_plan
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._converge.item_groups import NamedGroups
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order, Unlisted
from ansible_collections.m365.apps.plugins.module_utils._converge.plan import Plan
from ansible_collections.m365.apps.plugins.module_utils._office.fields import FIELDS, INLINE_FIELDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.limits import Limit
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.tests.unit.approvals import SETTINGS, STEP, Dict, bound, given, planned, said
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import office_item, other_item
from ansible_collections.m365.apps.tests.unit.small_tenants import (
    GROUP,
    absent,
    desired,
    desired_state,
    policies,
    policy,
    refusal_of,
    run,
)

ITEM = desired(
    "A", description="X", policy_payload=SETTINGS, groups=GroupChange(exact=("All Staff",)), user_preference_payload={}
)
OLD = GroupChange(exact=())
EDITS: dict[str, tuple[DesiredPolicy | str, str]] = {
    "given to all staff": (other_item(ITEM, groups=GroupChange(add=("All Staff",))), "groups"),
    "taken away": (other_item(ITEM, groups=OLD), "groups"),
    "a setting": (other_item(ITEM, policy_payload=SETTINGS[:1]), "policy_payload"),
    "a value's type": (
        other_item(ITEM, policy_payload=[SETTINGS[0], {"settingId": "b", "value": 2}]),
        "policy_payload",
    ),
    "the other payload": (other_item(ITEM, user_preference_payload={"a": 1}), "user_preference_payload"),
    "a description": (other_item(ITEM, description=""), "description"),
    "a description that is left alone": (other_item(ITEM, description=UNSET), "description"),
    "a priority": (other_item(ITEM, priority=7), "priority"),
    "a kind": (other_item(ITEM, kind="windows"), "kind"),
    "a deletion": (absent("A"), "state"),
}


@pytest.mark.parametrize("live", [[], policies("AB")])
@pytest.mark.parametrize(("item", "aspect"), EDITS.values(), ids=EDITS)
def test_edited_definitions_are_refused(live: list[Policy], item: DesiredPolicy, aspect: str) -> None:
    plan = planned(live, [ITEM])
    message = refusal_of(MemoryTenant.of(live), [item], binding=bound(plan))
    assert "the definitions have changed since the plan was made: policy 'A' has another " in message
    assert aspect in message
    # What the other plan depends on in the tenant is another matter, too, but nothing of it has changed.
    assert "tenant has changed" not in message
    short = refusal_of(MemoryTenant.of(live), [item], binding=Binding(plan.fingerprint))
    assert "the definitions have changed since the plan was made" in short


def in_directory(groups: Dict, items: t.Sequence[DesiredPolicy | str], **options: t.Any) -> Plan:
    """Return the plan of a check run where groups have these names."""
    return read_and_plan(
        desired_state(*items), MemoryTenant(), MemoryDirectory(groups), RunOptions(check_mode=True, **options)
    )


RING, OTHER = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "12")
WAVE = NamedGroups("wave 'pilot'", ("Ring",))


@pytest.mark.parametrize("continued", [False, True])
@pytest.mark.parametrize(
    ("items", "named", "words"),
    [
        ([desired("A", groups=GroupChange(exact=("Ring",)))], (), "groups that policy 'A' names are others now"),
        (["A"], (WAVE,), "groups of wave 'pilot' are others now"),
    ],
)
def test_a_group_that_took_the_name_of_another_is_a_change_of_the_tenant(
    items: list[DesiredPolicy | str], named: tuple[NamedGroups, ...], words: str, continued: bool
) -> None:
    plan = in_directory({"Ring": RING}, items, check_groups=named)
    binding = Binding(plan.fingerprint, given(plan), continued)
    assert said(binding, in_directory({"Ring": RING, "New": OTHER}, items, check_groups=named)) is None
    moved_on = in_directory({"Ring": OTHER, "Old": RING}, items, check_groups=named)
    assert said(binding, moved_on) == (
        f"the plan: cannot apply it: the tenant has changed since the plan was made: {words}. {STEP}"
    )
    short = said(replace(binding, plan=None), moved_on)
    assert short is not None
    assert "the definitions have changed since the plan was made, or groups that they name are others now. " in short


def test_a_group_by_name_or_by_id_is_the_same_group() -> None:
    by_name, by_id = (desired("A", groups=GroupChange(add=(group,))) for group in ("Ring", RING.upper()))
    assert said(bound(in_directory({"Ring": RING}, [by_name])), in_directory({"Ring": RING}, [by_id])) is None


def test_edited_definitions_and_other_groups_are_told_by_their_sides() -> None:
    before, now = (desired("A", groups=GroupChange(add=("Ring",)), description=text) for text in ("old", "new"))
    plan = in_directory({"Ring": RING}, [before], check_groups=(WAVE,))
    text = said(bound(plan), in_directory({"Ring": OTHER}, [now], check_groups=(WAVE,)))
    assert text is not None
    assert "the definitions have changed since the plan was made: policy 'A' has another description; and the " in text
    assert (
        "tenant has changed since the plan was made: groups that policy 'A' names are others now; "
        "groups of wave 'pilot' are others now. Plan" in text
    )


def test_groups_beside_those_of_policies_are_bound_by_what_they_are() -> None:
    def plan_for(*groups: str) -> Plan:
        return in_directory({"Ring": RING, "New": OTHER}, ["A"], check_groups=(replace(WAVE, groups=groups),))

    plan = plan_for("Ring", "New")
    assert said(bound(plan), plan_for(OTHER, RING.upper())) is None
    text = said(bound(plan), plan_for("Ring"))
    assert text is not None
    assert "the definitions have changed since the plan was made: another groups of wave 'pilot'. Plan" in text


def test_items_that_come_and_go_are_named() -> None:
    plan = planned(policies("AB"), ["A", "B"])
    message = refusal_of(MemoryTenant.of(policies("AB")), ["A", "New"], binding=bound(plan))
    assert "policy 'New' is new in them; policy 'B' is no longer in them." in message


def test_a_policy_by_another_id_is_another_one() -> None:
    one, other = (office_item(label="", id=f"id-{name}", description="X") for name in "AB")
    plan = planned(policies("AB"), [one])
    message = refusal_of(MemoryTenant.of(policies("AB")), [other], binding=bound(plan))
    assert "policy 'id-B' is new in them; policy 'id-A' is no longer in them." in message


SETTINGS_OF_A_RUN: dict[str, tuple[Dict, Dict, str]] = {
    "an order": ({}, {"order": Order(("A", "B"))}, "order and unlisted"),
    "another order": ({"order": Order(("A", "B"))}, {"order": Order(("B", "A"))}, "order"),
    "unlisted": (
        {"order": Order(("A",))},
        {"order": Order(("A",), Unlisted.KEEP_BEFORE)},
        "unlisted",
    ),
    "prune": ({}, {"guards": Guards(Prune())}, "prune and prune_scope"),
    "names to prune": (
        {"guards": Guards(Prune(names=("C*",)))},
        {"guards": Guards(Prune(names=("B*", "C*")))},
        "prune_scope",
    ),
    "parts to prune": (
        {"guards": Guards(Prune(names=("C*",)))},
        {"guards": Guards(Prune(names=("C*",), parts_of=("C",)))},
        "prune_scope",
    ),
    "kinds to prune": (
        {"guards": Guards(Prune(("office",)))},
        {"guards": Guards(Prune(("office", "windows")))},
        "prune_scope",
    ),
    "protect": (
        {"guards": Guards(Prune(), protect=("B",))},
        {"guards": Guards(Prune())},
        "protect",
    ),
    "the context": ({"context": {"waves": [["Pilot"]]}}, {"context": {"waves": [["All Staff"]]}}, "waves"),
}


@pytest.mark.parametrize(("then", "now", "told"), SETTINGS_OF_A_RUN.values(), ids=SETTINGS_OF_A_RUN)
def test_what_else_says_what_is_done_is_bound(then: Dict, now: Dict, told: str) -> None:
    live = policies("AB")
    message = refusal_of(MemoryTenant.of(live), ["A"], binding=bound(planned(live, ["A"], **then)), **now)
    assert f"the definitions have changed since the plan was made: another {told}." in message
    assert "tenant has changed" not in message


SAME: dict[str, tuple[list[t.Any], list[t.Any], Dict, Dict]] = {
    "the order of items": ([ITEM, "B"], ["B", ITEM], {}, {}),
    "the order of settings": ([ITEM], [other_item(ITEM, policy_payload=SETTINGS[::-1])], {}, {}),
    "a group by its id": ([ITEM], [other_item(ITEM, groups=GroupChange(exact=(GROUP.upper(),)))], {}, {}),
    "1.0 for 1": (
        [desired("A", policy_payload={"a": 1, "b": [{"settingId": "c", "d": 2}]})],
        [desired("A", policy_payload={"b": [{"d": 2.0, "settingId": "c"}], "a": 1.0})],
        {},
        {},
    ),
    "an empty payload": ([desired("A", policy_payload={})], [desired("A", policy_payload=[])], {}, {}),
    "the id's case": (
        [office_item(label="", id="id-A", description="X")],
        [office_item(label="", id="ID-a", description="X")],
        {},
        {},
    ),
    "limits": (
        ["A"],
        ["A"],
        {"guards": Guards(max_deletions=Limit(1))},
        {"guards": Guards(max_changes=Limit(9), max_deletions=Limit(50, percent=True))},
    ),
    "the order of patterns": (
        ["A"],
        ["A"],
        {"guards": Guards(Prune(("office", "windows"), ("B", "C")), protect=("D", "E"))},
        {"guards": Guards(Prune(("windows", "office"), ("C", "B", "C")), protect=("E", "D"))},
    ),
    "protection where nothing is deleted": (["A"], ["A"], {}, {"guards": Guards(protect=("A",))}),
}


@pytest.mark.parametrize("case", SAME.values(), ids=SAME)
def test_another_spelling_of_the_same_needs_no_new_approval(
    case: tuple[list[t.Any], list[t.Any], Dict, Dict],
) -> None:
    then, now, options_then, options_now = case
    live = policies("AB")
    plan = planned(live, then, **options_then)
    assert run(MemoryTenant.of(live), now, binding=bound(plan), **options_now).error is None


def test_how_payloads_travel_is_no_other_plan() -> None:
    streamed, inline = (
        run(
            MemoryTenant.of(policies("AB"), replace(CAPABILITIES, fields=INLINE_FIELDS if inline else FIELDS)),
            [ITEM, desired("New", policy_payload=SETTINGS)],
            check_mode=True,
        ).plan
        for inline in (False, True)
    )
    assert len(streamed.actions) != len(inline.actions)
    assert streamed.fingerprint == inline.fingerprint


def test_new_policies_in_another_order_get_other_numbers() -> None:
    plan = planned([], ["A", "B"])
    message = refusal_of(MemoryTenant(), ["B", "A"], binding=bound(plan))
    assert "the tenant and the definitions are those of the plan, but they lead to other writes now" in message


def test_both_sides_are_told() -> None:
    plan = planned(policies("AB"), [ITEM, "B"])
    live = [policy("A", 0), policy("B", 1, description="moved")]
    items: list[DesiredPolicy | str] = [other_item(ITEM, description="Y"), "B"]
    message = refusal_of(MemoryTenant.of(live), items, binding=bound(plan))
    assert (
        "the definitions have changed since the plan was made: policy 'A' has another description; and "
        "the tenant has changed since the plan was made: policy 'B' (id id-B) has another description." in message
    )
    short = refusal_of(MemoryTenant.of(live), items, binding=Binding(plan.fingerprint))
    assert "the definitions have changed since the plan was made, and so has what it depends on in the tenant." in short


def test_a_run_that_goes_on_is_bound_to_the_definitions_alone() -> None:
    plan = planned(policies("AB"), [ITEM, "B"])
    now = [policy("A", 0, description="X", policy_payload=SETTINGS), policy("B", 5)]
    binding = replace(bound(plan), definitions_only=True)
    assert run(MemoryTenant.of(now), [ITEM, "B"], binding=binding).changed
    message = refusal_of(MemoryTenant.of(now), [other_item(ITEM, groups=OLD), "B"], binding=binding)
    assert "the definitions have changed since the plan was made: policy 'A' has another groups." in message
    assert "tenant" not in message
