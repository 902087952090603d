# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conflicts with what is live, as a report and a console show them: those of described policies, counted in words."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._policies.compared import conflict_lines, conflict_note
from ansible_collections.m365.apps.plugins.plugin_utils._report import rollout_report

MACROS = "excel16/L_VBAWarningsPolicy"
ITEMS: list[dict[str, t.Any]] = [
    {"display_name": "Mine", "id": "1", "status": "unchanged", "pruned": False},
    {"display_name": "Gone", "id": "2", "status": "deleted", "pruned": False},
    {"display_name": "New", "id": None, "status": "created", "pruned": False},
]
RESULT: dict[str, t.Any] = {"changed": True, "results": ITEMS, "plan": {}}
UNREAD = {"policy": "Shy", "id": "9", "msg": "policy 'Shy': cannot read its settings: Graph says no. Try again."}


def side(policy: str, policy_id: str | None, value: int = 3, **more: t.Any) -> dict[str, t.Any]:
    entry = {"setting": MACROS, "value": value}
    return {"policy": policy, "id": policy_id, "value": entry, "described": True, "template": None, **more}


def conflict(*sides: dict[str, t.Any], certain: bool = True, groups: t.Sequence[str] = ("Staff (g1)",)) -> t.Any:
    return {"setting": MACROS, "certain": certain, "policies": list(sides), "groups": list(groups)}


MINE, THEIRS = side("Mine", "1"), side("Theirs", "5", 4, described=False)
BASELINE = side("Baseline", "7", 2, described=False, template="baseline")


def told(result: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    return rollout_report({**RESULT, **result}, surface="settings_catalog", **more)


def test_what_a_plan_tells_is_in_its_report_and_on_the_console() -> None:
    result = {"conflicts": [conflict(MINE, THEIRS), conflict(MINE, BASELINE, certain=False)], "unread_policies": []}
    report = told(result, mode="plan")
    assert report["conflicts"] == result["conflicts"]
    assert report["conflict_note"] == (
        "1 setting has different values in live policies for the same people, so none of them applies. "
        "1 setting has different values in live policies, and whether anybody gets two of them is not known."
    )
    assert conflict_lines(result) == [
        f"Conflicts: {report['conflict_note']}",
        f"conflict      {MACROS}: 'Mine', 'Theirs' (not described) for Staff (g1)",
        f"possible      {MACROS}: 'Mine', 'Baseline' (template baseline) for Staff (g1)",
    ]


def test_what_was_compared_counts_where_the_result_tells_nothing_and_what_is_described_decides() -> None:
    others = conflict(side("A", "5"), side("B", "6", 4))
    gone = conflict(side("Gone", "2"), side("B", "6", 4))
    ours = conflict(side("Mine", "1"), side("B", "6", 4), BASELINE)
    compared = {"configs": [], "conflicts": [others, gone, ours], "unread_policies": []}
    report = told({}, compared=compared)
    [shown] = report["conflicts"]
    assert [(each["policy"], each["described"]) for each in shown["policies"]] == [
        ("Mine", True),
        ("B", False),
        ("Baseline", False),
    ]
    assert told({"conflicts": []}, compared=compared)["conflicts"] == []


def test_one_that_could_not_be_read_is_told_and_not_taken_for_none() -> None:
    report = told({"conflicts": [], "unread_policies": [UNREAD]})
    assert report["conflict_note"] == "1 live policy could not be read, so its conflicts are not known."
    [finding] = report["findings"]
    assert (finding["level"], finding["rule"], finding["policies"]) == ("warning", "unread_policy", ["Shy"])
    assert finding["message"].endswith(UNREAD["msg"])


@pytest.mark.parametrize("more", [{}, {"compared": None}, {"compared": {"configs": []}}])
def test_where_nothing_was_compared_nothing_is_said_of_it(more: dict[str, t.Any]) -> None:
    report = told({}, **more)
    assert "conflict_note" not in report
    assert conflict_lines(RESULT) == conflict_lines(None) == []


def test_none_is_said_as_well() -> None:
    assert conflict_note([]) == "No live policy sets any of these settings to another value for the same people."
    assert told({"conflicts": [], "unread_policies": []})["conflict_note"] == conflict_note([])


def test_a_console_names_the_first_ones_alone() -> None:
    many = conflict(*(side(f"P{number}", str(number)) for number in range(7)), groups=["A", "B", "C"])
    lines = conflict_lines({"conflicts": [many] * 12, "unread_policies": [UNREAD, UNREAD]})
    assert len(lines) == 12
    assert "12 settings have" in lines[0]
    assert "2 live policies could not be read, so their" in lines[0]
    assert lines[1].endswith("'P4', 2 more for A and 2 more")
    assert lines[-1] == "and 2 more"
