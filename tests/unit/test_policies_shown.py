# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of a report: by app and category, the value first, and what looks alike told apart."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.texts import texts_of_label, words_of
from ansible_collections.m365.apps.plugins.plugin_utils._policies.shown import (
    NOTHING,
    by_place,
    change_groups,
    diff_parts,
    place_of,
    shown_value,
)
from ansible_collections.m365.apps.tests.unit import own_settings as own


@pytest.mark.parametrize(
    ("value", "main", "more"),
    [
        ({"settingId": "x", "app": "excel16", "type": "REG_DWORD", "value": "3"}, "3", "app=excel16, type=REG_DWORD"),
        ({"setting": "x", "value": 3}, "3", ""),
        ({"setting": "x", "scope": "user", "state": "enabled", "value": "a"}, "a", ""),
        ({"setting": "x", "values": {"A": 1, "B": "b"}}, "A=1, B=b", ""),
        ({"setting": "x", "state": "disabled"}, "disabled", ""),
        ({"setting": "x"}, "enabled", ""),
        ({"raw": {"a": 1}}, 'raw={"a": 1}', ""),
        ({"settingId": "x", "value": ""}, "(empty)", ""),
        (None, NOTHING, ""),
        ("text", "text", ""),
        ([1], "[1]", ""),
    ],
)
def test_a_value_comes_first(value: t.Any, main: str, more: str) -> None:
    assert shown_value(value) == {"value": main, "more": more}


BEFORE = {
    "policy_payload": {"[excel16;L_A].value": "0", "[word16;L_B]": "app=word16, type=REG_SZ, value=old, then, new"}
}
AFTER = {"policy_payload": {"[excel16;L_A].value": 0, "[excel16;L_C]": "value=1, app=excel16"}, "description": "D"}


def test_rows_stand_by_app_with_the_value_first() -> None:
    groups = change_groups(BEFORE, AFTER)
    assert [(group["field"], group["place"], len(group["rows"])) for group in groups] == [
        ("policy_payload", "Excel", 2),
        ("policy_payload", "Word", 1),
        ("description", "", 1),
    ]
    alike, added = groups[0]["rows"]
    assert (alike["key"], alike["change"], alike["before"], alike["after"]) == ("excel16;L_A", "changed", '"0"', "0")
    assert (added["before"], added["after"], added["after_more"]) == (NOTHING, "1", "app=excel16")
    [gone] = groups[1]["rows"]
    assert (gone["change"], gone["before"], gone["after"]) == ("removed", "old, then, new", NOTHING)
    assert gone["before_more"] == "app=word16, type=REG_SZ"


def test_lists_show_who_comes_and_goes() -> None:
    [group] = change_groups({"groups": ["a", "b"]}, {"groups": ["b", {"id": "c"}]})
    assert group["members"]
    assert [(row["change"], row["key"]) for row in group["rows"]] == [("removed", "a"), ("added", "c")]
    assert change_groups({"groups": ["a"], "priority": 1}, {"groups": ["a"], "priority": 1}) == []
    assert [row["change"] for row in change_groups({"on": 1}, {"on": True})[0]["rows"]] == ["changed"]


def test_parts_of_a_diff_have_the_same_order() -> None:
    parts = diff_parts(BEFORE, AFTER)
    assert [(part["place"], part["after"]) for part in parts] == [
        ("Excel", {"excel16;L_A": 0, "excel16;L_C": "1 (app=excel16)"}),
        ("Word", {}),
        ("", {"description": "D"}),
    ]


ABOUT = {
    "excel16/L_A": {"title": "Zebra", "category": "Microsoft Excel 2016\\Security"},
    "excel16/L_B": {"title": "Ant", "category": "Microsoft Excel 2016\\Security"},
    "office16/L_C.L_D": {"title": "Repair: How often", "category": "Updates"},
}


def test_settings_have_their_titles_and_categories() -> None:
    names = {
        "before": {"excel16/L_A": "Zebra: Off", "office16/L_C.L_D": "Repair"},
        "after": {"excel16/L_A": "Zebra: On", "office16/L_C.L_D": "Repair: How often: Never"},
    }
    before = {"settings": {"office16/L_C.L_D": 1, "excel16/L_A": 2, "excel16/L_B": 3}}
    excel, office = change_groups(before, {"settings": {}}, names, ABOUT)
    assert (excel["place"], office["place"]) == ("Excel: Security", "Office: Updates")
    assert [(row["title"], row["before_name"]) for row in excel["rows"]] == [("Ant", ""), ("Zebra", "Off")]
    assert [(row["title"], row["before_name"]) for row in office["rows"]] == [("Repair: How often", "")]
    [row] = change_groups({}, {"settings": {"office16/L_C.L_D": 1}}, names, ABOUT)[0]["rows"]
    assert row["after_name"] == "Never"


def test_rows_with_settings_stand_by_place_too() -> None:
    rows = [{"setting": "word16;L_X"}, {"setting": "[a]"}, {"setting": "excel16/L_A"}, {"setting": "excel16/L_B"}]
    assert [(group["place"], [row["setting"] for row in group["rows"]]) for group in by_place(rows, ABOUT)] == [
        ("Excel: Security", ["excel16/L_B", "excel16/L_A"]),
        ("Word", ["word16;L_X"]),
        ("", ["[a]"]),
    ]
    assert place_of("someapp/L_X", {}) == "someapp"


def test_a_label_leads_to_the_texts_of_a_catalog() -> None:
    title = "Let macros run in own workbooks (User)"
    known = {"title": title, "category": "Own Excel\\Safety"}
    assert texts_of_label("excel16/L_OwnMacros", own.CATALOG) == known
    assert texts_of_label(own.MACROS.id, own.CATALOG) == known
    element = texts_of_label("office16/L_OwnRepair.L_Again", own.CATALOG)
    assert element["title"] == "Repair own add-ins that are signed: How often"
    assert texts_of_label("nothing/L_Such.L_Thing", own.CATALOG) == {}
    assert words_of({"setting": "excel16/L_OwnMacros", "value": 3}, own.CATALOG) == "Run none"
