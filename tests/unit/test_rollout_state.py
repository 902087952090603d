# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a rollout between its steps."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.m365.apps.plugins.plugin_utils import _rollout_state as state
from ansible_collections.m365.apps.plugins.plugin_utils._policies.wave_record import wave_record
from ansible_collections.m365.apps.plugins.plugin_utils._role_functions import FUNCTIONS, call
from ansible_collections.m365.apps.plugins.plugin_utils._wave_state import read_state

Dict = dict[str, t.Any]
NOW, EARLIER = "2026-01-31T06:00:00Z", "2026-01-30T06:00:00Z"
WAVES: list[Dict] = [{"name": "pilot", "groups": ["P"], "gate": {}}, {"name": "all", "groups": ["A"], "pause": 5}]


def wave(status: str = "waiting", **more: t.Any) -> Dict:
    return {"name": "pilot", "status": status, "started": None, "finished": None, "counts": {}, "gate": None, **more}


@pytest.mark.parametrize(
    ("waves", "asked", "problem"),
    [
        (WAVES, ["", ""], ""),
        (WAVES, ["pilot", "all"], ""),
        (WAVES, ["", "none"], "there is none with the name none. Check rollout_from_wave and rollout_stop_after_wave."),
        (WAVES, ["all", "all"], ""),
        (
            WAVES,
            ["all", "pilot"],
            "all (rollout_from_wave) comes after pilot (rollout_stop_after_wave). Swap them, or drop one.",
        ),
        ([WAVES[0], WAVES[0]], [], "two of them have one name. Give each wave a name of its own."),
        ([{"name": "x", "groups": []}], [], "a wave has no groups. Name the groups that it adds, or take it out."),
    ],
)
def test_waves_that_cannot_be_meant(waves: list[Dict], asked: list[str], problem: str) -> None:
    assert state.wave_problem(waves, asked) == problem


def test_a_new_record_can_be_read_back(tmp_path: t.Any) -> None:
    record = state.new_record(WAVES, "contoso", "4f2a")
    path = tmp_path / "contoso.waves.json"
    path.write_text(json.dumps(record))
    assert read_state(str(path), "contoso", "4f2a", ["pilot", "all"]) == record
    assert [set(each) & {"gate", "pause", "groups"} for each in record["waves"]] == [{"groups", "gate"}] * 2
    assert record["waves"][0]["gate"] is None


def test_another_rollout_has_another_digest() -> None:
    # What a state file of an earlier run holds must be found again.
    assert state.rollout_digest([[{"b": 1, "a": "ü"}], True], "office_configuration") == (
        "eff91845f122cc58932a3dd1f847b0bc87bd9fc99efd80a6c5842fd01594a1c3"
    )
    assert state.rollout_digest([1], "office_configuration") != state.rollout_digest(["1"], "office_configuration")
    # The same definitions may be for either surface, and what waves did on one says nothing of the other.
    assert state.rollout_digest([1], "office_configuration") != state.rollout_digest([1], "settings_catalog")


def test_a_rollout_is_the_same_in_whichever_files_its_policies_are() -> None:
    policies = [{"display_name": "A", "file": "a.yml"}, {"display_name": "B"}]
    assert state.without_files(policies) == [{"display_name": "A"}, {"display_name": "B"}]
    assert policies[0]["file"] == "a.yml"


def test_a_finding_begins_with_its_file_where_it_does_not_name_it() -> None:
    found: list[Dict] = [
        {"message": "policy 'A': it is wrong.", "files": ["/elsewhere/a\x1b.yml", "/elsewhere/b.yml"]},
        {"message": "definitions /elsewhere/a.yml: cannot read it.", "files": ["/elsewhere/a.yml"]},
        {"message": "4 policies: they share a name.", "files": ["/a", "/b", "/c", "/d"]},
        {"message": "policy 'B': it is wrong.", "files": []},
        {"message": "policy 'C': it is wrong."},
    ]
    assert [each["message"] for each in state.placed_findings(found)] == [
        "/elsewhere/a\\x1b.yml, /elsewhere/b.yml: policy 'A': it is wrong.",
        "definitions /elsewhere/a.yml: cannot read it.",
        "/a, /b, /c and 1 more: 4 policies: they share a name.",
        "policy 'B': it is wrong.",
        "policy 'C': it is wrong.",
    ]


@pytest.mark.parametrize(
    ("statuses", "underway"),
    [
        (["waiting", "waiting"], False),
        (["passed", "passed"], False),
        (["passed", "waiting"], True),
        (["applying", "waiting"], True),
        (["failed", "waiting"], True),
        (["breached"], True),
    ],
)
def test_a_rollout_is_underway_from_its_first_wave_to_its_last(statuses: list[str], underway: bool) -> None:
    assert state.is_underway([wave(status) for status in statuses]) is underway


@pytest.mark.parametrize("place", [1, "1"])
def test_news_are_of_one_wave(place: t.Any) -> None:
    record = {"tenant": "contoso", "backup": "", "waves": [wave("passed"), wave(), wave()]}
    told = state.with_news(record, place, {"status": "applying"}, "backup/1")
    assert [each["status"] for each in told["waves"]] == ["passed", "applying", "waiting"]
    assert (told["backup"], told["tenant"], record["backup"]) == ("backup/1", "contoso", "")


@pytest.mark.parametrize(
    ("before", "news"),
    [
        (wave(), {"status": "applying", "started": NOW, "interrupted": False}),
        (wave("applying", started=EARLIER), {"status": "applying", "started": EARLIER, "interrupted": True}),
        (
            wave("failed", started=EARLIER, interrupted=True),
            {"status": "applying", "started": EARLIER, "interrupted": True},
        ),
        (wave("passed", started=EARLIER), {"status": "passed", "started": EARLIER, "interrupted": False}),
    ],
)
def test_a_wave_begins(before: Dict, news: Dict) -> None:
    assert state.news_of_begin(before, NOW) == news


def test_check_ins_count_from_when_a_wave_was_in_place() -> None:
    after = {"runs": [{"changed": True}], "interrupted": False}
    brought = {"changed": True, "plan": {"updated": 1, "details": {}}}
    quiet = {"changed": False, "plan": {"updated": 0, "details": {}}}
    first = state.news_of_apply(wave("applying"), after, brought, NOW, gated=True)
    assert first == {"status": "applied", **after, "finished": NOW, "counts": {"updated": 1}}
    known = wave("applying", finished=EARLIER, counts={"updated": 3})
    again = state.news_of_apply(known, after, quiet, NOW, gated=False)
    assert (again["finished"], again["counts"]) == (EARLIER, {"updated": 3})
    moved = state.news_of_apply(known, after, brought, NOW, gated=True)
    assert (moved["finished"], moved["counts"]) == (NOW, {"updated": 1})
    empty = state.news_of_apply(wave("applying"), {"interrupted": False}, quiet, NOW, gated=False)
    assert (empty["finished"], empty["counts"], empty["runs"], empty["status"]) == (NOW, {"updated": 0}, [], "passed")


def test_a_closed_gate_stays_the_reason_why_a_wave_stopped() -> None:
    after = {"runs": [{"changed": True}], "interrupted": True}
    assert state.news_of_stop(wave("breached"), after, wrote=False) == {}
    assert state.news_of_stop(wave("applying"), after, wrote=False) == {"status": "failed"}
    # What a killed run did is told when nothing is left to do.
    wrote = {**after, "status": "failed"}
    assert state.news_of_stop(wave("applying"), after, wrote=True) == wrote


def test_names_and_ids_count_at_a_gate() -> None:
    definitions = [{"display_name": "A", "id": "1"}, {"id": "2"}, {"display_name": "C"}]
    assert state.counted_policies(definitions) == ["A", "C", "1", "2"]


def test_what_became_of_policies_when_a_rollout_stopped() -> None:
    sent = [{"action": "update"}]
    results: list[Dict] = [
        {"display_name": "new", "status": "created"},
        {"display_name": "changed", "status": "updated"},
        {"display_name": "gone", "status": "deleted"},
        {"display_name": "half", "status": "failed", "actions": sent, "in_doubt": True},
        {"display_name": "lost", "status": "failed", "actions": [], "in_doubt": True},
        {"display_name": "refused", "status": "failed", "actions": [], "in_doubt": False},
        {"display_name": "later", "status": "not_attempted"},
        {"display_name": "same", "status": "unchanged"},
        {"display_name": "asked", "status": "awaiting_approval"},
        # Of a run that ended before it could tell more.
        {"id": "1", "status": "failed"},
    ]
    assert state.outcome_classes(results) == {
        "written": ["new", "changed", "gone"],
        "in_part": ["half", "1"],
        "unclear": ["lost"],
        "not_written": ["refused"],
        "not_reached": ["later"],
        "awaiting_approval": ["asked"],
        "unchanged": ["same"],
    }


def test_problems_of_a_restore_fit_into_one_sentence() -> None:
    assert state.restore_problems([{"msg": "A: no."}, {"msg": "B: no"}], [{"text": "C: another kind"}]) == [
        "A: no",
        "B: no",
        "C: another kind",
    ]


def test_the_filter_calls_its_functions_only() -> None:
    assert call([{"id": "1"}], "counted_policies") == ["1"]
    assert call(WAVES, "blank_waves", status="waiting")[1] == {"name": "all", "groups": ["A"], "status": "waiting"}
    assert all(function.__doc__ for function in FUNCTIONS.values())
    with pytest.raises(AnsibleFilterError, match="no function '__import__'"):
        call([], "__import__")


@pytest.mark.parametrize(("lint", "levels"), [("error", ["error"]), ("warning", ["error", "warning"]), ("never", [])])
def test_lint_refuses_what_its_option_says(lint: str, levels: list[str]) -> None:
    findings = [{"level": level} for level in ("error", "warning", "info")]
    assert [finding["level"] for finding in state.refused_findings(findings, lint)] == levels


def test_a_plan_is_approved_for_its_tenant_and_its_waves() -> None:
    waves: list[Dict] = [
        {"name": "pilot", "groups": ["A"], "gate": {"min_users": 2}},
        {"name": "all", "groups": ["B"], "pause": 5},
    ]
    assert state.plan_context(waves, "contoso") == {
        "tenant": "contoso",
        "waves": [{"name": "pilot", "gate": {"min_users": 2}}, {"name": "all", "pause": 5}],
    }
    assert state.plan_context([], "contoso") == {"tenant": "contoso"}


def test_a_host_has_its_tenant_and_its_places_for_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PWD", str(tmp_path))
    assert state.own_places(["a", "", f"{tmp_path}/a", "/b", None], "Contoso.Example") == [
        "contoso.example",
        f"{tmp_path}/a",
        "/b",
    ]


@pytest.mark.parametrize(
    ("entry", "check_mode", "has_result", "mode"),
    [
        ("main", False, True, "rollout"),
        ("main", True, True, "plan"),
        ("restore", False, True, "restore"),
        ("restore", False, False, "rollout"),
        ("drift", True, True, "plan"),
    ],
)
def test_an_entry_point_is_told_as_what_it_did(entry: str, check_mode: bool, has_result: bool, mode: str) -> None:
    assert state.mode_of_entry(entry, check_mode, has_result) == mode


def test_a_host_that_was_lost_has_nothing_of_this_round() -> None:
    first = state.next_round({}, "here")
    second = state.next_round(first, "here")
    elsewhere = state.next_round(second, "there")
    assert len({json.dumps(each) for each in (first, second, elsewhere)}) == 3
    # Lost after the first round; goes on; of a batch that went further; never ran.
    rounds = [first, second, state.next_round(second, "here"), {}]
    assert state.of_round(["a", "b", "c", "d"], rounds, second) == ["b", "c"]
    assert state.of_round(["a", "b"], [second, elsewhere], elsewhere) == ["b"]
    # In a later batch of the play, another host begins with the first round.
    assert state.of_round(["a", "b"], [first, second], state.next_round({}, "here")) == ["a", "b"]


def test_waves_before_the_first_of_a_run_are_passed_and_their_gates_overruled() -> None:
    record = state.new_record([*WAVES, {"name": "last"}], "T", "r")
    found = call(record, "passed_before", [*WAVES, {"name": "last"}], "last")
    assert [each["status"] for each in found["waves"]] == ["passed", "passed", "waiting"]
    assert [bool(each["gate"]) for each in found["waves"]] == [True, False, False]
    assert {**found, "waves": None} == {**record, "waves": None}
    assert call(record, "passed_before", WAVES, "pilot") == record


def test_a_run_ends_after_the_wave_that_is_named_or_after_all() -> None:
    assert [call(WAVES, "place_of_end", last) for last in ("pilot", "all", "")] == [0, 1, 2]


def test_a_rollout_that_stopped_has_its_own_verdict() -> None:
    assert call("No.", "verdict_of_stop", "rollout") == {"level": "failed", "text": "No."}
    assert call("No.", "verdict_of_stop", "drift") is None
    assert call("", "verdict_of_stop", "rollout") is None


def test_what_waits_for_approval_may_still_come_back() -> None:
    results = [
        {"display_name": "A", "id": "1", "status": "updated"},
        {"display_name": "B", "id": "2", "status": "failed", "msg": "policy 'B': no"},
        {"display_name": "C", "id": "3", "status": "awaiting_approval"},
    ]
    found = {item["id"]: item["msg"] for item in state.not_restored(results)}
    assert found == {"2": "policy 'B': no"}


CODE = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
ASKED: Dict = {
    "display_name": "C",
    "id": "3",
    "status": "awaiting_approval",
    "approval": {"code": CODE, "state": "filed", "actions": ["update"], "before": {"a": "secret"}, "after": {}},
}


def test_a_wave_that_waits_keeps_its_requests_and_is_not_in_place() -> None:
    [after] = wave_record([wave("applying", started=EARLIER)], "run", result={"results": [ASKED], "changed": True})
    news = state.news_of_wait(after, {"results": [ASKED]})
    row = {"display_name": "C", "id": "3", "code": CODE, "state": "filed", "actions": ["update"]}
    assert (news["status"], news["awaiting"], len(news["runs"])) == ("awaiting_approval", [row], 1)
    assert "finished" not in news
    assert "secret" not in json.dumps(news)
    waits = {**wave("applying", started=EARLIER), **news}
    assert state.is_underway([waits, wave()])
    begun = {**waits, **state.news_of_begin(waits, NOW)}
    assert (begun["status"], begun["started"], begun["interrupted"]) == ("applying", EARLIER, False)
    # Check-ins count from when its last write was made, and not from when it was asked for.
    placed = state.news_of_apply(begun, {**begun, "interrupted": False}, {"changed": True, "plan": {}}, NOW, gated=True)
    assert (placed["finished"], placed["awaiting"], placed["status"]) == (NOW, [], "applied")


def test_a_run_tells_the_next_job_how_it_came_out() -> None:
    waits = state.run_outcome({"results": [ASKED]}, "rollout", "")
    assert (waits["verdict"]["level"], [row["code"] for row in waits["awaiting_approval"]]) == ("waiting", [CODE])
    done = state.run_outcome({"results": []}, "restore", "")
    assert (done["verdict"]["level"], done["awaiting_approval"]) == ("ok", [])
    stopped = state.run_outcome({"results": [ASKED]}, "rollout", "It stopped.")
    assert (stopped["verdict"], len(stopped["awaiting_approval"])) == ({"level": "failed", "text": "It stopped."}, 1)
