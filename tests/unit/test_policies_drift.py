# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What drift says: the policies that differ now and in what, never what a rollout would do."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._policies.drift import drift_lines, drift_sentence
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError

Dict = dict[str, t.Any]


def differing(name: str, before: Dict, after: Dict) -> Dict:
    return {"display_name": name, "status": "updated", "before": before, "after": after}


@pytest.mark.parametrize(
    ("before", "after", "places"),
    [
        ({"description": "x"}, {"description": "y"}, "description"),
        ({"settings": {"word16/A": 3}}, {"settings": {"word16/A": 2}}, "settings word16/A"),
        ({"settings": {"word16/A": 3}}, {"settings": {}}, "settings word16/A"),
        ({}, {"settings": {"a": 1, "b": 2}}, "settings a, settings b"),
        ({"groups": ["1"]}, {"groups": []}, "groups"),
        ({"policy_payload": None}, {"policy_payload": {"[a]": "1"}}, "policy_payload [a]"),
        ({"settings": {}}, {"settings": {}}, "settings"),
        (
            {"settings": {"a": 1, "b": 1, "c": 1}, "groups": []},
            {"settings": {}, "groups": ["1"]},
            "settings a, settings b, settings c, and 1 more",
        ),
    ],
)
def test_a_policy_that_differs_says_in_what(before: Dict, after: Dict, places: str) -> None:
    assert drift_sentence([differing("A", before, after)]) == f"1 policy differs: 'A' differs in {places}."


def test_many_are_counted() -> None:
    policies = [differing(str(number), {}, {}) for number in range(12)]
    said = drift_sentence([*policies, {"display_name": "as it is", "status": "unchanged"}])
    assert said.startswith("12 policies differ: '0' differs; '1' differs; ")
    assert said.endswith("'9' differs; and 2 more.")


def test_the_console_lists_what_differs_and_what_nobody_describes() -> None:
    report: Dict = {
        "mode": "drift",
        "policies": [
            differing("A", {"description": "x"}, {"description": "y"}),
            {"display_name": "B", "status": "created"},
            {"id": "c", "display_name": "", "status": "deleted"},
            {"display_name": "D", "status": "unchanged"},
        ],
        "unmanaged": [{"display_name": "E\x1b[1m", "id": "e"}],
    }
    assert drift_lines(report) == [
        "Drift: 3 of 4 described policies differ; 1 is unmanaged",
        "differs     A: description",
        "missing     B",
        "not wanted  c",
        "unmanaged   E\x1b[1m: no definition describes it",
    ]
    many = drift_lines({**report, "policies": [], "unmanaged": report["unmanaged"] * 60})
    assert (len(many), many[-1]) == (52, "and 10 more")


@pytest.mark.parametrize("report", [None, [], {"mode": "plan"}])
def test_another_report_is_refused(report: t.Any) -> None:
    with pytest.raises(PoliciesError, match="not one of drift"):
        drift_lines(report)
