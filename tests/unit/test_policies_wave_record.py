# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of several tasks as one, and what a rollout in waves keeps between its runs."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._policies.wave_record import record_problem, wave_record
from ansible_collections.m365.apps.plugins.plugin_utils._policies.waves import (
    merged_results,
)

Dict = dict[str, t.Any]


# Results as one


def item(place: int | None, status: str, *actions: str, **more: t.Any) -> Dict:
    return {"index": place, "display_name": f"P{place}", "status": status, "actions": list(actions), **more}


def result(*items: Dict, changed: bool = True, **more: t.Any) -> Dict:
    return {"changed": changed, "results": list(items), "actions": [a for one in items for a in one["actions"]], **more}


def test_what_was_created_first_and_changed_later_was_created() -> None:
    merged = merged_results(
        [
            result(item(0, "created", "create", pending=["groups"]), item(1, "unchanged")),
            result(
                item(0, "updated", "assign", pending=[]), item(1, "deleted", "delete"), item(None, "deleted", id="p9")
            ),
        ]
    )
    assert merged["actions"] == ["create", "assign", "delete"]
    assert [(one["status"], one["actions"]) for one in merged["results"]] == [
        ("created", ["create", "assign"]),
        ("deleted", ["delete"]),
        ("deleted", []),
    ]
    assert merged["results"][0]["pending"] == []


@pytest.mark.parametrize("last", ["failed", "not_attempted", "deleted"])
def test_how_it_ended_is_told(last: str) -> None:
    merged = merged_results([result(item(0, "updated", "update")), result(item(0, last), failed=True, msg="no")])
    assert (merged["results"][0]["status"], merged["failed"], merged["msg"]) == (last, True, "no")


def test_changed_is_what_any_of_them_was() -> None:
    quiet = result(item(0, "unchanged"), changed=False)
    assert merged_results([result(item(0, "updated")), quiet])["changed"] is True
    assert merged_results([quiet, quiet])["changed"] is False


def sides(before: Dict, after: Dict) -> Dict:
    return {"before": before, "after": after}


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        (item(0, "unchanged"), item(0, "unchanged"), None),
        (
            item(0, "updated", **sides({"groups": []}, {"groups": ["p"]})),
            item(0, "updated", **sides({"groups": ["p"], "priority": 1}, {"groups": ["p", "q"], "priority": 2})),
            sides({"groups": [], "priority": 1}, {"groups": ["p", "q"], "priority": 2}),
        ),
        (
            item(0, "created", **sides({}, {"groups": ["p"]})),
            item(0, "updated", **sides({"groups": ["p"], "display_name": "A"}, {"groups": ["q"], "display_name": "B"})),
            sides({}, {"groups": ["q"], "display_name": "B"}),
        ),
        (
            item(0, "updated", **sides({"priority": 1}, {"priority": 2})),
            item(0, "unchanged"),
            sides({"priority": 1}, {"priority": 2}),
        ),
        (item(0, "unchanged"), item(0, "deleted", **sides({"kind": "windows"}, {})), sides({"kind": "windows"}, {})),
    ],
)
def test_differences_are_those_from_the_first_to_the_last(first: Dict, second: Dict, merged: Dict | None) -> None:
    [shown] = merged_results([result(first), result(second)])["results"]
    assert {name: shown[name] for name in ("before", "after") if name in shown} == (merged or {})


def test_diffs_of_all_tasks_follow_each_other() -> None:
    assert merged_results([result(diff=[{"before": 1}]), result(diff=[{"before": 2}])])["diff"] == [
        {"before": 1},
        {"before": 2},
    ]
    assert "diff" not in merged_results([result()])


def test_a_plan_has_the_first_fingerprint_and_the_sums() -> None:
    plans: list[Dict] = [
        {"fingerprint": "f1", "created": 1, "writes": 2, "read_requests": 1, "pending": 1},
        {"fingerprint": "f2", "created": 0, "writes": 1, "read_requests": 2, "pending": 0},
    ]
    merged = merged_results([result(item(0, "created"), plan=plans[0]), result(item(0, "updated"), plan=plans[1])])
    wanted = {"fingerprint": "f1", "created": 1, "updated": 0, "writes": 3, "read_requests": 3, "pending": 0}
    assert wanted.items() <= merged["plan"].items()


@pytest.mark.parametrize("given", [None, {}, ["x"]])
def test_what_are_no_results_is_refused(given: t.Any) -> None:
    with pytest.raises(PoliciesError):
        merged_results(given)


def test_nothing_is_nothing() -> None:
    assert merged_results([]) == merged_results([{}]) == {}


# What is kept between runs


def action(name: str) -> Dict:
    return {"action": name, "fields": []}


def did(place: int, status: str, *names: str) -> Dict:
    return {
        "index": place,
        "display_name": f"P{place}",
        "id": None,
        "status": status,
        "actions": [action(name) for name in names],
    }


def brought(*items: Dict) -> Dict:
    return {
        "changed": any(one["actions"] for one in items),
        "results": list(items),
        "actions": [one for entry in items for one in entry["actions"]],
        "plan": {"writes": sum(len(one["actions"]) for one in items), "fingerprint": "f"},
        "diff": [{"before_header": "P", "after_header": "P", "before": {"secret": "setting"}, "after": {}}],
    }


BLANK: Dict = {"name": "pilots", "status": "waiting", "gate": None}
PLANNED = [{"name": "pilots", "results": [did(0, "created", "create", "assign"), did(1, "unchanged")]}]


def statuses(*waves: Dict, now: t.Sequence[Dict] = ()) -> list[tuple[t.Any, ...]]:
    merged = merged_results(list(now), before=waves)
    return [(one["status"], [entry["action"] for entry in one["actions"]]) for one in merged["results"]]


def test_a_rollout_that_goes_on_tells_what_all_runs_did() -> None:
    waves = wave_record([BLANK], "begin", planned=PLANNED)
    assert [entry["display_name"] for entry in waves[0]["planned"]] == ["P0"]
    waves = wave_record(waves, "run", place=0, result=brought(did(0, "created", "create"), did(1, "unchanged")))
    assert "setting" not in str(waves)
    assert "fingerprint" not in str(waves)
    now = [brought(did(0, "updated", "assign"), did(1, "unchanged"))]
    assert statuses(*waves, now=now) == [("created", ["create", "assign"]), ("unchanged", [])]
    assert merged_results(now, before=waves)["actions"] == [action("create"), action("assign")]


def test_writes_that_several_runs_planned_count_once() -> None:
    """A run whose requests wait for approval did nothing of its plan, so the next one plans all of it again."""
    waits = {**brought(did(0, "awaiting_approval")), "plan": {"created": 1, "writes": 2}}
    half = {**brought(did(0, "failed", "create")), "plan": {"created": 1, "writes": 2}}
    waves = wave_record([BLANK], "begin", planned=PLANNED)
    for run in (waits, waits, half):
        waves = wave_record(waves, "run", place=0, result=run)
    merged = merged_results([brought(did(0, "updated", "assign"))], before=waves)
    assert merged["plan"]["writes"] == len(merged["actions"]) == 2


def test_writes_of_a_killed_run_count_too() -> None:
    waves = wave_record([BLANK], "begin", planned=PLANNED)
    killed = {**waves[0], "interrupted": True}
    waves = wave_record([killed], "run", place=0, result=brought(did(0, "updated", "assign")))
    merged = merged_results([], before=waves)
    assert merged["plan"]["writes"] == len(merged["actions"]) == 2


@pytest.mark.parametrize(
    ("rest", "untold"),
    [((), ["create", "assign"]), (("assign",), ["create"]), (("create", "assign"), [])],
)
def test_what_a_killed_run_did_is_what_no_other_had_to_do(rest: tuple[str, ...], untold: list[str]) -> None:
    [wave] = wave_record([BLANK], "begin", planned=PLANNED)
    status = {0: "unchanged", 1: "updated", 2: "created"}[len(rest)]
    result = brought(did(0, status, *rest))
    [wave] = wave_record([{**wave, "interrupted": True}], "run", place=0, result=result)
    assert wave["interrupted"] is False
    told = [entry["action"] for run in wave["runs"][:-1] for entry in run["actions"]]
    assert told == untold
    assert statuses(wave) == [("created", ["create", "assign"])]
    # Not killed, nothing is made up.
    [quiet] = wave_record([{**wave, "runs": []}], "run", place=0, result=result)
    assert len(quiet["runs"]) == 1


@pytest.mark.parametrize("status", ["awaiting_approval", "failed", "not_attempted"])
def test_what_is_not_done_yet_was_not_done_by_a_killed_run(status: str) -> None:
    [wave] = wave_record([BLANK], "begin", planned=PLANNED)
    [wave] = wave_record([{**wave, "interrupted": True}], "run", place=0, result=brought(did(0, status, "create")))
    assert (len(wave["runs"]), wave["interrupted"]) == (1, True)
    # When all is done, only what nobody told of is left: the groups.
    [wave] = wave_record([wave], "run", place=0, result=brought(did(0, "unchanged")))
    assert [[one["action"] for one in run["actions"]] for run in wave["runs"]] == [["create"], ["assign"], []]
    assert wave["interrupted"] is False


def test_what_waits_is_named_of_all_runs_and_kept_without_its_settings() -> None:
    waits = {**did(0, "awaiting_approval", "create"), "approval": {"code": "C", "state": "filed", "after": {"a": 1}}}
    [wave] = wave_record([BLANK], "run", place=0, result=brought(waits))
    assert wave["runs"][0]["results"][0]["approval"] == {"code": "C", "state": "filed"}
    last = {**brought(did(1, "updated", "update")), "awaiting_approval": []}
    assert merged_results([last], before=[wave])["awaiting_approval"] == ["P0"]
    done = {**brought(did(0, "updated", "assign")), "awaiting_approval": []}
    assert merged_results([done], before=[wave])["awaiting_approval"] == []


def test_a_result_without_items_leaves_the_wave_as_it_is() -> None:
    wave = {**BLANK, "interrupted": True}
    assert wave_record([wave], "run", result={"failed": True, "msg": "refused"}) == [wave]


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (("deleted", "delete"), ("unchanged",), "deleted"),
        (("failed", "create"), ("updated", "assign"), "created"),
        (("failed", "update"), ("unchanged",), "updated"),
        (("awaiting_approval", "create"), ("updated", "assign"), "created"),
        (("awaiting_approval",), ("updated", "update"), "updated"),
        (("awaiting_approval",), ("unchanged",), "unchanged"),
        (("created", "create"), ("awaiting_approval",), "awaiting_approval"),
        (("failed",), ("updated", "update"), "updated"),
        (("deleted", "delete"), ("created", "create"), "created"),
    ],
)
def test_what_a_broken_run_did_counts(first: tuple[str, ...], second: tuple[str, ...], status: str) -> None:
    merged = merged_results([brought(did(0, *first)), brought(did(0, *second))])
    assert [one["status"] for one in merged["results"]] == [status]


def test_an_overruled_gate_says_so() -> None:
    closed = {"verdict": "breached", "open": False, "reason": "1 of 2 users failed.", "users": 2}
    opened = {"verdict": "passed", "open": True, "reason": "2 users checked in."}
    waves = [
        {**BLANK, "status": "breached", "gate": closed},
        {**BLANK, "name": "two", "status": "passed", "gate": opened},
        {**BLANK, "name": "three"},
        {**BLANK, "name": "four"},
        {**BLANK, "name": "five"},
    ]
    found = wave_record(waves, "overrule", place=4, gated=["pilots", "two", "three", "five"])
    assert [wave["status"] for wave in found] == ["passed"] * 4 + ["waiting"]
    assert found[0]["gate"] == {
        **closed,
        "verdict": "overruled",
        "open": True,
        "reason": "Overruled by rollout_from_wave. It had said: 1 of 2 users failed.",
    }
    assert found[1]["gate"] == opened
    assert found[2]["gate"]["reason"] == "Overruled by rollout_from_wave. It was not asked."
    assert (found[3]["gate"], found[4]["gate"]) == (None, None)
    assert wave_record(found, "overrule", place=4, gated=["pilots", "two", "three"]) == found


@pytest.mark.parametrize(
    "kept",
    [
        {"runs": None},
        {"runs": ["x"]},
        {"runs": [{}]},
        {"planned": {}},
        {"planned": [{"actions": "x"}]},
        {"runs": [{"results": [{"actions": 1}], "actions": []}]},
        {"runs": [{"results": [], "actions": [1]}]},
    ],
)
def test_what_is_kept_in_another_form_is_told(kept: Dict) -> None:
    assert "not a list" in str(record_problem(kept)) or "something else" in str(record_problem(kept))
    assert record_problem({"name": "pilots"}) is None


@pytest.mark.parametrize(("waves", "event"), [({}, "begin"), (["x"], "run"), ([], "end")])
def test_what_are_no_waves_or_events_is_refused(waves: t.Any, event: str) -> None:
    with pytest.raises(PoliciesError):
        wave_record(waves, event)
