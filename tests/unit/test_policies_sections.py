# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sections of the report that are made of live policies, and the waves."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._policies.report import report_of
from ansible_collections.m365.apps.plugins.plugin_utils._policies.sections import (
    MOST_GROUPS,
    settings_sections,
    waves_section,
)

STAFF, PILOT = "11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002"


def config(name: str, priority: int, value: str, *groups: tuple[str, str]) -> dict[str, t.Any]:
    """A policy as office_client_config_info returns it with the names of its groups."""
    return {
        "id": name.lower(),
        "display_name": name,
        "priority": priority,
        "policy_payload": [{"settingId": "a", "value": value}],
        "user_preference_payload": {},
        "groups": [group for group, _name in groups],
        "assignments": [{"id": "x", "group_id": group, "group_name": label} for group, label in groups],
    }


LIVE = [
    config("Strong", 1, "1", (PILOT, "Pilot")),
    config("Weak", 2, "2", (PILOT, "Pilot"), (STAFF, "Staff")),
]


def test_each_described_group_gets_what_wins_there() -> None:
    sections = settings_sections(LIVE, [{"display_name": "Weak", "groups": ["Staff", {"id": PILOT}]}])
    won = {one["groups"][0]: [row["value"]["value"] for row in one["settings"]] for one in sections["effective"]}
    assert won == {"Pilot": ["1"], "Staff": ["2"]}
    [conflict] = sections["conflicts"]
    assert (conflict["winner"]["policy"], conflict["loser"]["policy"], conflict["groups"]) == (
        "Strong",
        "Weak",
        ["Pilot"],
    )
    assert sections["notes"] == []


def test_the_groups_that_were_asked_for_count() -> None:
    for group in ("Staff", STAFF, {"id": STAFF, "display_name": "Staff"}):
        sections = settings_sections(LIVE, [{"display_name": "Weak", "groups": ["Pilot"]}], [group])
        assert [one["groups"] for one in sections["effective"]] == [["Staff"]]
        assert sections["conflicts"] == []
    assert settings_sections(LIVE, groups=[]) == {"effective": [], "conflicts": [], "notes": []}


def test_more_groups_than_the_page_takes_are_told() -> None:
    many = [(f"22222222-0000-4000-8000-{number:012}", f"G{number:02}") for number in range(MOST_GROUPS + 3)]
    sections = settings_sections([config("All", 1, "1", *many)])
    assert [one["groups"] for one in sections["effective"]] == [[name] for _key, name in many[:MOST_GROUPS]]
    [note] = sections["notes"]
    assert note["level"] == "note"
    assert note["message"].startswith(f"The report shows {MOST_GROUPS} of {MOST_GROUPS + 3} groups.")


def test_a_policy_that_cannot_be_read_is_told() -> None:
    sections = settings_sections([LIVE[1], {**LIVE[0], "groups": 5}], groups=["Staff"])
    [one] = sections["effective"]
    assert [row["policy"] for row in one["settings"]] == ["Weak"]
    assert [row["policy"] for row in one["skipped"]] == ["Strong"]


def test_waves_get_the_keys_of_the_report() -> None:
    gate = {"verdict": "passed", "rate": 1.0}
    state = {"name": "Pilot", "groups": ["Pilot"], "status": "passed", "started": "S", "finished": "F", "gate": gate}
    kept = {"runs": [{}], "planned": [{}], "interrupted": False}
    waves = waves_section(
        [{**state, **kept, "counts": {"updated": 2, "unchanged": 1}}, {"name": "All", "status": "waiting"}]
    )
    assert waves[0] == {
        "name": "Pilot",
        "groups": ["Pilot"],
        "status": "passed",
        "started_at": "S",
        "finished_at": "F",
        "changed": True,
        "gate": gate,
    }
    assert (waves[1]["started_at"], waves[1]["changed"]) == (None, None)


def test_waves_get_what_a_plan_says_of_them() -> None:
    item = {"display_name": "A", "status": "updated", "pending": [], "actions": [], "index": 0}
    plan = {"name": "Pilot", "created": 0, "updated": 1, "pending": 2, "writes": 1, "results": [item]}
    result = {"changed": True, "results": [], "waves": [plan]}
    pilot, everybody = report_of(result, "plan", waves=[{"name": "Pilot"}, {"name": "All"}])["waves"]
    assert (pilot["planned"]["updated"], pilot["planned"]["pending"], pilot["planned"]["writes"]) == (1, 2, 1)
    assert pilot["planned"]["policies"] == [
        {"display_name": "A", "status": "updated", "pending": [], "actions": []},
    ]
    assert "planned" not in everybody
    assert "stops" not in pilot["planned"]


def test_the_wave_after_which_the_run_stops_is_marked() -> None:
    plans: list[dict[str, t.Any]] = [{"name": name, "results": []} for name in ("Pilot", "All")]
    result = {"changed": True, "results": [], "waves": plans}
    told = report_of(result, "plan", waves=[{"name": "Pilot"}, {"name": "All"}], stop_after="Pilot")
    assert [wave["planned"].get("stops") for wave in told["waves"]] == [True, None]
    assert "stop_after" not in told


def test_a_report_has_the_sections_only_where_payloads_were_read() -> None:
    result: dict[str, t.Any] = {"changed": False, "results": []}
    assert "effective" not in report_of(result, live=[{"id": "1", "display_name": "A"}])
    report = report_of(result, live=LIVE, groups=["Staff"], verdict={"level": "failed", "text": "No."})
    assert [one["groups"] for one in report["effective"]] == [["Staff"]]
    assert report["verdict"]["text"] == "No."
    assert {"notes", "waves"} & set(report) == {"waves"}
    described = [{"display_name": "A", "priority": 1, "groups": ["Pilots"], "policy_payload": [{"settingId": "s"}]}]
    assert [one["groups"] for one in report_of(result, described=described)["effective"]] == [["Pilots"]]


def test_a_part_has_its_status_and_a_policy_what_it_is_a_part_of() -> None:
    part = {"display_name": "Macros (not for Pilot)", "without": ["Pilot"], "settings": ["excel16/L_VBAWarningsPolicy"]}
    own = {"display_name": "Macros", "without": [], "settings": ["word16/L_VBAWarningsPolicy"]}
    gone = {"display_name": "Macros (not for Sales)", "without": [], "settings": []}
    layers: list[dict[str, t.Any]] = [
        {"definition": "Macros", "priority": 2, "policies": [own, part, gone], "left_out": []}
    ]
    items = [
        {"display_name": "Macros", "id": "1", "status": "unchanged"},
        {"display_name": part["display_name"], "id": None, "status": "created"},
        {"display_name": "Other", "id": "3", "status": "deleted"},
    ]
    report = report_of({"results": items, "plan": {}}, layers=layers)
    [layer] = report["layers"]
    assert [each["status"] for each in layer["policies"]] == ["unchanged", "created", None]
    assert {policy["display_name"]: policy.get("part_of") for policy in report["policies"]} == {
        "Macros": None,
        "Macros (not for Pilot)": "Macros",
        "Other": None,
    }
    assert report_of({"results": items, "plan": {}})["layers"] == []
