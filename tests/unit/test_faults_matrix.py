# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault matrix's judge finds what it is there to find, and its positions strike where they say."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.m365.apps.tests.faults import judge, selection
from ansible_collections.m365.apps.tests.faults.judge import Case
from ansible_collections.m365.apps.tests.faults.kinds import KINDS, MODES
from ansible_collections.m365.apps.tests.faults.positions import positions_of
from ansible_collections.m365.apps.tests.faults.scenarios import SCENARIOS
from ansible_collections.m365.apps.tests.faults.tenants import BYSTANDERS, GROUP_IDS, Policy, made_id, policy, setting
from ansible_collections.m365.apps.tests.faults.trial import Trial

MINE = policy("Mine", 10, policyPayload=setting("A", "1"), groups=["Finance"])
GONE = policy("Gone", 11, policyPayload=setting("B", "1"))
CHANGED = {**MINE, "description": "told", "policyPayload": setting("A", "2"), "lastModifiedDateTime": "later"}
NEW = {**policy("New", 12, policyPayload=setting("C", "1"), groups=["Sales"]), "id": made_id("one run")}
BEFORE = [MINE, GONE, *BYSTANDERS]
GOAL = [CHANGED, NEW, *BYSTANDERS]
CASE = Case(BEFORE, GOAL, frozenset(bystander["displayName"] for bystander in BYSTANDERS))
AGAIN = {**NEW, "id": made_id("another run")}
OTHER = {"id": made_id("x"), "groupId": GROUP_IDS["Legal"]}


def columns(violations: t.Iterable[judge.Violation]) -> list[str]:
    return sorted({violation.column for violation in violations})


FINE = {
    "nothing done": BEFORE,
    "all done": [CHANGED, AGAIN, *BYSTANDERS],
    "half an update": [{**MINE, "description": "told"}, GONE, *BYSTANDERS],
    "half a creation": [MINE, GONE, {**AGAIN, "assignments": []}, *BYSTANDERS],
    "a bare creation": [MINE, GONE, {**AGAIN, "assignments": [], "policyPayload": None}, *BYSTANDERS],
    "a deletion": [MINE, *BYSTANDERS],
}
HARM = {
    "created twice": ([MINE, AGAIN, NEW, *BYSTANDERS], [judge.DUPLICATES]),
    "created though nobody asked": ([MINE, policy("What", 13), *BYSTANDERS], [judge.DUPLICATES]),
    "one number twice": ([MINE, {**GONE, "priority": 10}, *BYSTANDERS], [judge.DUPLICATES]),
    "another number": ([{**MINE, "priority": 77}, GONE, *BYSTANDERS], [judge.LOSSES]),
    "a policy lost": ([GONE, *BYSTANDERS], [judge.LOSSES]),
    "deleted and created again": (
        [{**MINE, "id": made_id("new")}, GONE, *BYSTANDERS],
        [judge.DUPLICATES, judge.LOSSES],
    ),
    "a payload lost": ([{**MINE, "policyPayload": None}, GONE, *BYSTANDERS], [judge.LOSSES]),
    "a payload of a doomed one lost": ([MINE, {**GONE, "policyPayload": None}, *BYSTANDERS], [judge.LOSSES]),
    "groups lost": ([{**MINE, "assignments": []}, GONE, *BYSTANDERS], [judge.LOSSES]),
    "a group too many": ([{**MINE, "assignments": [*MINE["assignments"], OTHER]}, GONE, *BYSTANDERS], [judge.LOSSES]),
    "created with something else": ([MINE, {**AGAIN, "policyPayload": [1]}, *BYSTANDERS], [judge.LOSSES]),
    "a bystander deleted": ([MINE, GONE, *BYSTANDERS[1:]], [judge.FOREIGN]),
    "a bystander written": (
        [MINE, GONE, {**BYSTANDERS[0], "lastModifiedDateTime": "now"}, *BYSTANDERS[1:]],
        [judge.FOREIGN],
    ),
    "a bystander assigned anew": (
        [MINE, GONE, {**BYSTANDERS[0], "assignments": [OTHER]}, *BYSTANDERS[1:]],
        [judge.FOREIGN],
    ),
}


@pytest.mark.parametrize("now", FINE.values(), ids=FINE)
def test_what_a_failed_run_may_leave(now: list[Policy]) -> None:
    assert list(judge.damage(CASE, now)) == []


@pytest.mark.parametrize(("now", "found"), HARM.values(), ids=HARM)
def test_what_no_run_may_leave(now: list[Policy], found: list[str]) -> None:
    assert columns(judge.damage(CASE, now)) == found


def test_an_order_may_move_the_number_of_a_bystander_and_nothing_else() -> None:
    moved = {**BYSTANDERS[0], "priority": 5, "lastModifiedDateTime": "now"}
    ordered = Case(BEFORE, [CHANGED, NEW, moved, *BYSTANDERS[1:]], CASE.bystanders, ordered=True)
    assert list(judge.damage(ordered, [MINE, GONE, moved, *BYSTANDERS[1:]])) == []
    wrong = [{**moved, "description": "x"}, {**moved, "priority": 6}]
    found = [columns(judge.damage(ordered, [MINE, GONE, one, *BYSTANDERS[1:]])) for one in wrong]
    assert found == [sorted([judge.FOREIGN, judge.LOSSES]), [judge.LOSSES]]


def test_the_goal() -> None:
    assert judge.unlike_goal(CASE, [CHANGED, AGAIN, *BYSTANDERS]) == []
    numbered = [CHANGED, {**AGAIN, "priority": 99}, *BYSTANDERS]
    assert judge.unlike_goal(CASE, numbered)
    assert judge.unlike_goal(Case(BEFORE, GOAL, CASE.bystanders, free=frozenset({"New"})), numbered) == []
    for now, _found in HARM.values():
        assert judge.unlike_goal(CASE, now)
    assert judge.unlike_goal(CASE, [{**CHANGED, "id": made_id("x")}, AGAIN, *BYSTANDERS])


def test_the_goal_of_an_order_is_the_sequence() -> None:
    case = Case(BEFORE, GOAL, CASE.bystanders, ordered=True)
    shifted = [{**one, "priority": one["priority"] * 2} for one in GOAL]
    swapped = copy.deepcopy(shifted)
    swapped[0]["priority"], swapped[1]["priority"] = swapped[1]["priority"], swapped[0]["priority"]
    assert judge.unlike_goal(case, shifted) == []
    assert judge.unlike_goal(case, swapped)


SENTENCE = "policy 'Mine' (id 1): cannot update priority: Graph answered 403 Forbidden: no. Grant the permission."


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        f"{SENTENCE} (2 more policies failed: see results.)",
        "policies[3] policy 'A: B': cannot create it: localhost:1 did not answer. Raise timeout, or run it later.",
        "the login: cannot get a token: it is so. Check client_id.",
    ],
)
def test_clear_sentences(text: str) -> None:
    assert list(judge.unclear({"msg": text}, "secret")) == []


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"msg": "policy 'Mine': cannot update it: no."},
        {"msg": "KeyError: 'id'"},
        {"msg": f"{SENTENCE}\n{SENTENCE}"},
        {"msg": "m365.apps: cannot go on: an unexpected KeyError in a.py line 1. This is a defect."},
        {"msg": SENTENCE, "exception": "Traceback"},
        {"msg": SENTENCE, "error": {"message": "secret"}},
        {"msg": SENTENCE, "results": [{"status": "failed", "msg": "no"}]},
    ],
)
def test_unclear_sentences(result: dict[str, t.Any]) -> None:
    assert columns(judge.unclear(result, "secret")) == [judge.UNCLEAR]


@pytest.mark.parametrize(
    ("result", "now", "doubt", "true"),
    [
        ({"changed": True}, GOAL, False, True),
        ({"changed": False}, BEFORE, False, True),
        ({"changed": False}, GOAL, False, False),
        ({"changed": True}, BEFORE, False, False),
        ({"changed": True}, BEFORE, True, False),
        ({"changed": True, "failed": True}, BEFORE, True, True),
        ({"changed": True, "failed": True}, BEFORE, False, False),
        ({"changed": False, "failed": True}, GOAL, True, False),
    ],
)
def test_changed(result: dict[str, t.Any], now: list[Policy], doubt: bool, true: bool) -> None:
    assert (columns(judge.untrue(CASE, BEFORE, result, now, doubt)) == []) is true


@pytest.mark.parametrize(
    ("name", "status", "true"),
    [
        ("Mine", "updated", True),
        ("Gone", "unchanged", True),
        ("Gone", "not_attempted", True),
        ("Gone", "deleted", False),
        ("New", "created", False),
        ("New", "failed", True),
        ("Mine", "unchanged", False),
        ("Mine", "not_attempted", False),
    ],
)
def test_statuses_of_a_failed_run(name: str, status: str, true: bool) -> None:
    result = {"changed": True, "failed": True, "results": [{"display_name": name, "status": status}]}
    assert (list(judge.untrue(CASE, BEFORE, result, [CHANGED, GONE, *BYSTANDERS], False)) == []) is true


def call(method: str, path: str, *batch: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"method": method, "path": f"/beta/{path}", "batch": list(batch)}


def test_positions() -> None:
    kept, made = made_id("kept"), made_id("made")
    journal = [
        call("GET", "x/clientConfigurations"),
        call("POST", "$batch", call("GET", f"x/{kept}/policyPayload"), call("PUT", f"x/{made}/policyPayload")),
        call("PUT", f"x/{kept}/policyPayload"),
        call("PUT", f"x/{made}/policyPayload"),
    ]
    found = positions_of(journal, {kept})
    assert [(one.on, one.inner, one.writes, one.place, one.before) for one in found] == [
        ("login", False, False, 0, 0),
        ("login", False, False, 1, 0),
        ("graph", False, False, 0, 0),
        ("graph", False, True, 1, 0),
        ("graph", True, False, 2, 0),
        ("graph", True, True, 3, 0),
        ("graph", False, True, 4, 0),
        # The id that the server makes may be any, so that this one fits the two before it as well.
        ("graph", False, True, 5, 2),
    ]
    assert found[-1].pattern.endswith("/x/[^/]+/policyPayload$")
    assert found[-2].fault(KINDS["slow"], MODES["outage"])["skip"] == 4
    suited = {kind.name for kind in KINDS.values() if found[2].suits(kind, MODES["once"])}
    assert suited == set(KINDS)
    assert not found[0].suits(KINDS["segment_withdrawn"], MODES["once"])
    assert not found[4].suits(KINDS["slow"], MODES["outage"])


def test_a_slice_tries_all_scenarios_of_the_settings_catalog_and_each_kind_at_some_of_them() -> None:
    catalog = [name for name, scenario in SCENARIOS.items() if scenario.catalog]
    trials = [Trial(name, 0, kind, "once") for name in SCENARIOS for kind in KINDS]
    found = selection.spread(trials)
    assert [trial for trial in found if trial.scenario not in catalog] == [
        trial for trial in trials if trial.scenario not in catalog
    ]
    for kind in KINDS:
        assert len([trial for trial in found if trial.scenario in catalog and trial.kind == kind]) == 3
    assert {trial.scenario for trial in found} == set(SCENARIOS)
