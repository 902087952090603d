# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan shows first, and what its heading says."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._policies.approving import (
    by_risk,
    findings_by_kind,
    heading_of,
    reaches_more,
)
from ansible_collections.m365.apps.plugins.plugin_utils._policies.report import report_of


@pytest.mark.parametrize(
    ("status", "before", "after", "wider"),
    [
        ("updated", {"groups": ["a"]}, {"groups": ["a", "b"]}, True),
        ("updated", {"groups": ["a", "b"]}, {"groups": ["a"]}, False),
        ("updated", {"groups": ["a (filter f, include)"]}, {"groups": ["a"]}, True),
        ("updated", {"exclude_groups": ["a"]}, {"exclude_groups": []}, True),
        ("updated", {"exclude_groups": []}, {"exclude_groups": ["a"]}, False),
        ("updated", {"all_users": False}, {"all_users": True}, True),
        ("updated", {"all_devices": "(filter f, include)"}, {"all_devices": True}, True),
        ("updated", {"all_users": True}, {"all_users": False}, False),
        ("updated", {"description": "a"}, {"description": "b"}, False),
        ("created", {}, {"groups": ["a"]}, False),
        ("created", {}, {"all_users": True}, True),
        ("deleted", {"groups": ["a"]}, {}, False),
        ("unchanged", None, None, False),
    ],
)
def test_what_reaches_more_people(status: str, before: t.Any, after: t.Any, wider: bool) -> None:
    assert reaches_more({"status": status, "before": before, "after": after}) is wider


def test_deletions_come_first_then_what_reaches_more_and_what_stays_last() -> None:
    policies: list[dict[str, t.Any]] = [
        {"n": 1, "status": "unchanged"},
        {"n": 2, "status": "updated"},
        {"n": 3, "status": "created"},
        {"n": 4, "status": "updated", "wider": True},
        {"n": 5, "status": "deleted"},
        {"n": 6, "status": "created", "wider": True},
        {"n": 7, "status": "failed"},
        {"n": 8, "status": "updated"},
    ]
    assert [policy["n"] for policy in by_risk(policies)] == [7, 5, 4, 6, 3, 2, 8, 1]


@pytest.mark.parametrize(
    ("counts", "changed", "heading"),
    [
        ({"updated": 1, "unchanged": 199}, True, "would change 1 policy"),
        ({"updated": 1, "deleted": 1}, True, "would change 1 policy and delete 1"),
        ({"created": 2, "updated": 3, "deleted": 1}, True, "would create 2 policies, change 3 and delete 1"),
        ({"deleted": 4}, True, "would delete 4 policies"),
        ({"unchanged": 4}, True, "would change the order of other policies"),
        ({}, False, "would change nothing"),
    ],
)
def test_the_heading_says_what_a_plan_would_do(counts: dict[str, int], changed: bool, heading: str) -> None:
    assert heading_of(counts, changed) == heading


def test_a_plan_has_a_heading_and_its_policies_in_the_order_of_risk() -> None:
    groups = {"before": {"groups": []}, "after": {"groups": ["g"]}}
    items = [
        {"display_name": "Stays", "id": "1", "status": "unchanged"},
        {"display_name": "Changes", "id": "2", "status": "updated", "before": {"x": 1}, "after": {"x": 2}},
        {"display_name": "Widens", "id": "3", "status": "updated", **groups},
        {"display_name": "Goes", "id": "4", "status": "deleted", "before": {"groups": ["g"]}, "after": {}},
    ]
    report = report_of({"changed": True, "results": items}, "plan")
    assert report["heading"] == "would change 2 policies and delete 1"
    assert [policy["display_name"] for policy in report["policies"]] == ["Goes", "Widens", "Changes", "Stays"]
    assert [policy.get("wider", False) for policy in report["policies"]] == [False, True, False, False]
    assert "heading" not in report_of({"changed": True, "results": items})


def test_findings_of_one_kind_stand_together_the_worst_first() -> None:
    found = [
        {"level": "note", "rule": "redundant", "message": "1"},
        {"level": "warning", "rule": "shadowed", "message": "2"},
        {"level": "note", "rule": "redundant", "message": "3"},
        {"level": "error", "rule": "unreadable", "message": "4"},
        {"message": "5"},
    ]
    kinds = [(kind["rule"], [each["message"] for each in kind["findings"]]) for kind in findings_by_kind(found)]
    assert kinds == [("unreadable", ["4"]), ("shadowed", ["2"]), ("redundant", ["1", "3"]), ("", ["5"])]
