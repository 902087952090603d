# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which state registry values are, case by case: both short cuts, by value and by the only element, are wrong here."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._admx.decide import DECIDED, NOT_CONFIGURED, OPEN, decide
from ansible_collections.m365.apps.plugins.plugin_utils._admx.policies import admx_of
from ansible_collections.m365.apps.plugins.plugin_utils._admx.registry import DELETED, Data, Place
from ansible_collections.m365.apps.tests.unit import admx_model as model

ONE, ZERO, TWO = ("REG_DWORD", 1), ("REG_DWORD", 0), ("REG_DWORD", 2)
INVERTED = {"value_name": "Load", "enabled": ZERO, "disabled": ONE}
PLAIN = {"value_name": "Load", "enabled": ONE, "disabled": ZERO}
TEXTS = {"value_name": "Load", "enabled": ("REG_SZ", "yes"), "disabled": ("REG_SZ", "no")}
SILENT = {"value_name": "Load"}
BOOLEAN = {"form": "boolean", "id": "L_B", "value_name": "B", "true": ONE, "false": ZERO}
FLIPPED = {**BOOLEAN, "true": ZERO, "false": ONE}
LEVEL = {
    "form": "enum",
    "id": "L_L",
    "value_name": "Level",
    "items": [(ONE, None), (TWO, None), (("REG_SZ", "x"), None)],
}
TYPED = {"form": "text", "id": "L_T", "value_name": "Text"}
PATH = {**TYPED, "expandable": True}
NUMBER = {"form": "decimal", "id": "L_N", "value_name": "Number", "low": 5, "high": 30}
STORED = {**NUMBER, "as_text": True}
MEMBERS = {"form": "list", "id": "L_M", "key": model.OTHER_KEY, "prefix": ""}
PAIRS = {"form": "list", "id": "L_P", "key": model.OTHER_KEY, "explicit": True}
SIDES = {
    "form": "enum",
    "id": "L_S",
    "value_name": "Level",
    "items": [(ONE, [(model.KEY, "Side", ONE)]), (ONE, [(model.KEY, "Side", TWO)]), (ZERO, None)],
}
POLICY_ON = {
    "enabled_list": [(model.KEY, "PolicyOn", ONE)],
    "disabled_list": [(model.KEY, "PolicyOn", ZERO)],
}
REPAIR = {"elements": [{**BOOLEAN, "value_name": "OnlineRepair"}, {**BOOLEAN, "id": "L_C", "value_name": "Fallback"}]}
MACROS = {"elements": [LEVEL, {**BOOLEAN, "id": "L_OnlyTrusted", "value_name": "OnlyTrusted"}]}
Given = t.Mapping[str, t.Any]


def decided(spec: Given, values: Given) -> tuple[str, t.Any]:
    """Return the outcome with what is decided. A name with an @ is in the other key."""
    policy = admx_of(model.xml_of([{"name": "L_Own", **spec}]).encode()).get("L_Own")
    assert policy is not None
    registry = {
        Place.of(model.OTHER_KEY if name.startswith("@") else model.KEY, name.lstrip("@")): DELETED
        if value is None
        else Data(*value)
        for name, value in values.items()
    }
    found = decide(policy, registry)
    if found.reading is None:
        return found.outcome, [str(each) for each in found.readings] or found.reason
    return found.reading.state, dict(found.reading.values)


@pytest.mark.parametrize(
    ("spec", "values", "state", "elements"),
    [
        (PLAIN, {"load": ONE}, "enabled", {}),
        (PLAIN, {"LOAD": ZERO}, "disabled", {}),
        (INVERTED, {"load": ONE}, "disabled", {}),
        (INVERTED, {"load": ZERO}, "enabled", {}),
        (TEXTS, {"load": ("REG_SZ", "no")}, "disabled", {}),
        (SILENT, {"load": ONE}, "enabled", {}),
        (SILENT, {"load": None}, "disabled", {}),
        ({"value_name": "Load", "enabled": TWO}, {"load": TWO}, "enabled", {}),
        # A toggle beside elements: it alone says the state.
        ({**INVERTED, "elements": [LEVEL]}, {"load": ONE}, "disabled", {}),
        ({**INVERTED, "elements": [LEVEL]}, {"load": ZERO, "level": TWO}, "enabled", {"L_L": 2}),
        # A list of values says the state, and is not an element.
        ({**POLICY_ON, "elements": [LEVEL]}, {"policyon": ZERO}, "disabled", {}),
        ({**POLICY_ON, "elements": [LEVEL]}, {"policyon": ONE, "level": ONE}, "enabled", {"L_L": 1}),
        ({"elements": [LEVEL]}, {"level": ("REG_SZ", "x")}, "enabled", {"L_L": "x"}),
        ({"elements": [BOOLEAN]}, {"b": ONE}, "enabled", {"L_B": True}),
        ({"elements": [FLIPPED]}, {"b": ZERO}, "enabled", {"L_B": True}),
        ({"elements": [{**BOOLEAN, "true": ("REG_SZ", "70,8")}]}, {"b": ("REG_SZ", "70,8")}, "enabled", {"L_B": True}),
        ({"elements": [NUMBER]}, {"number": ("REG_DWORD", 30)}, "enabled", {"L_N": 30}),
        ({"elements": [STORED]}, {"number": ("REG_SZ", "30")}, "enabled", {"L_N": 30}),
        ({"elements": [TYPED]}, {"text": ("REG_SZ", "1")}, "enabled", {"L_T": "1"}),
        ({"elements": [PATH]}, {"text": ("REG_EXPAND_SZ", "%X%")}, "enabled", {"L_T": "%X%"}),
        (
            {"elements": [MEMBERS]},
            {"@10": ("REG_SZ", "c"), "@2": ("REG_SZ", "b"), "@1": ("REG_SZ", "a")},
            "enabled",
            {"L_M": ["a", "b", "c"]},
        ),
        (
            {"elements": [{**MEMBERS, "prefix": None}]},
            {"@b": ("REG_SZ", "b"), "@A": ("REG_SZ", "A")},
            "enabled",
            {"L_M": ["A", "b"]},
        ),
        ({"elements": [PAIRS]}, {"@My.AddIn": ("REG_SZ", "1")}, "enabled", {"L_P": {"My.AddIn": "1"}}),
        # Of two items with the same value, what they write beside it tells which one it is.
        ({"elements": [SIDES]}, {"level": ONE, "side": TWO}, "enabled", {"L_S": 1}),
        # Two names for one thing are one thing.
        ({"elements": [{**LEVEL, "items": [(ONE, None), (ONE, None)]}]}, {"level": ONE}, "enabled", {"L_L": 1}),
        # The value of one element is never that of another.
        (MACROS, {"onlytrusted": ONE}, "enabled", {"L_OnlyTrusted": True}),
        (MACROS, {"level": TWO}, "enabled", {"L_L": 2}),
        # A disabled policy writes the false values of its booleans, too.
        ({**PLAIN, **REPAIR}, {"load": ZERO, "onlinerepair": ZERO, "fallback": ZERO}, "disabled", {}),
        ({**PLAIN, **REPAIR}, {"load": ONE, "onlinerepair": ZERO}, "enabled", {"L_B": False}),
        (
            {"elements": [BOOLEAN, TYPED]},
            {"b": ZERO, "text": ("REG_SZ", "a")},
            "enabled",
            {"L_B": False, "L_T": "a"},
        ),
    ],
)
def test_what_the_admx_file_decides(spec: Given, values: Given, state: str, elements: Given) -> None:
    assert decided(spec, values) == (state, elements)


@pytest.mark.parametrize(
    ("spec", "values", "told"),
    [
        (PLAIN, {"load": TWO}, "load is REG_DWORD 2, and the ADMX policy writes enabled (REG_DWORD 1), disabled"),
        (PLAIN, {"load": ("REG_SZ", "1")}, "load is REG_SZ '1'"),
        (SILENT, {"load": ZERO}, "disabled (removed)"),
        ({"elements": [LEVEL]}, {"level": ("REG_DWORD", 9)}, "L_L = 1 (REG_DWORD 1), L_L = 2"),
        ({"elements": [NUMBER]}, {"number": ("REG_DWORD", 31)}, "L_N (REG_DWORD from 5 to 30)"),
        ({"elements": [STORED]}, {"number": ("REG_SZ", "x")}, "number is REG_SZ 'x'"),
        ({"elements": [PATH]}, {"text": ("REG_SZ", "a")}, "L_T (REG_EXPAND_SZ)"),
        ({"elements": [MEMBERS]}, {"@1": ONE}, "L_M (members of REG_SZ)"),
        ({"elements": [{**MEMBERS, "prefix": None}]}, {"@a": ("REG_SZ", "b")}, "L_M (members of REG_SZ)"),
        # Both states write the same.
        ({"elements": [BOOLEAN]}, {"b": ZERO}, ["disabled", "enabled with L_B = False"]),
        ({"value_name": "Load", "enabled": ONE, "disabled": ONE}, {"load": ONE}, ["disabled", "enabled"]),
        (
            {"elements": [BOOLEAN, TYPED]},
            {"b": ZERO},
            ["disabled", "enabled with L_B = False, L_T not given"],
        ),
        # What an item writes beside its value is not given, and tells the readings apart.
        (
            {"elements": [SIDES]},
            {"level": ONE},
            ["enabled with L_S = 1 (with Side = REG_DWORD 1)", "enabled with L_S = 1 (with Side = REG_DWORD 2)"],
        ),
        # Each of the values is one that the policy writes, with another item.
        ({"elements": [SIDES]}, {"level": ZERO, "side": ONE}, "no state of the ADMX policy writes all of"),
        # One value for several elements: whose it is cannot be told.
        ({"elements": [LEVEL, {**LEVEL, "id": "L_K"}]}, {"level": ONE}, "writes Level in several of its parts"),
        ({"elements": [MEMBERS, {**PAIRS}]}, {"@1": ("REG_SZ", "a")}, "in several of its parts"),
        # Values that each fit, and not together.
        ({**PLAIN, "elements": [LEVEL]}, {"load": ZERO, "level": ONE}, "no state of the ADMX policy writes all of"),
    ],
)
def test_what_stays_open_says_why_and_what_would_fit(spec: Given, values: Given, told: t.Any) -> None:
    outcome, reason = decided(spec, values)
    assert outcome == OPEN
    assert reason == told if isinstance(told, list) else told in reason


@pytest.mark.parametrize(
    ("element", "value"),
    [(TYPED, {"text": ("REG_SZ", "a")}), (NUMBER, {"number": ("REG_DWORD", 7)}), (PAIRS, {"@Own": ("REG_SZ", "1")})],
)
def test_only_values_that_do_not_fit_are_the_reason(element: Given, value: Given) -> None:
    outcome, reason = decided({"elements": [BOOLEAN, element]}, {"b": TWO, **value})
    assert outcome == OPEN
    assert reason == "b is REG_DWORD 2, and the ADMX policy writes L_B = True (REG_DWORD 1), L_B = False (REG_DWORD 0)"


def test_a_policy_of_which_nothing_is_set_is_not_configured() -> None:
    assert decided(PLAIN, {"other": ONE, "@load": ONE})[0] == NOT_CONFIGURED
    assert DECIDED != NOT_CONFIGURED


def test_what_a_state_would_write_as_well_is_told() -> None:
    policy = admx_of(model.xml_of([{"name": "L_Own", **PLAIN, **REPAIR}]).encode()).get("L_Own")
    assert policy is not None
    reading = decide(policy, {Place.of(model.KEY, "load"): Data(*ZERO)}).reading
    assert reading is not None
    assert [place.spelled for place, _data in reading.unwritten] == ["OnlineRepair", "Fallback"]
    # As a whole registry it is no state at all.
    assert decide(policy, {Place.of(model.KEY, "load"): Data(*ZERO)}, whole=True).outcome == OPEN


def test_many_readings_are_not_all_made() -> None:
    elements = [
        {
            "form": "enum",
            "id": f"L_{number}",
            "value_name": f"V{number}",
            "items": [(ONE, [(model.KEY, f"Side{number}", ("REG_DWORD", side))]) for side in range(10)],
        }
        for number in range(12)
    ]
    outcome, readings = decided({"elements": elements}, {f"v{number}": ONE for number in range(12)})
    assert outcome == OPEN
    assert len(readings) == 8
