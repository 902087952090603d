# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings language: what is said of entries that mean nothing."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import SHOWN, Ask, SettingsError
from ansible_collections.m365.apps.tests.unit.catalog_entries import (
    CATALOG,
    MACROS,
    MACROS_3,
    MODE,
    PREFIX,
    Entry,
    choice,
    refused,
)

UNKNOWN = frozenset({("excel16", "l_vbawarningpolicy")})


@pytest.mark.parametrize(
    ("entry", "says", "ask"),
    [
        (
            {"setting": "excel16/L_VBAWarningPolicy"},
            (
                "(excel16/L_VBAWarningPolicy): there is no setting excel16/L_VBAWarningPolicy; the nearest keys are "
                "excel16/L_VBAWarningsPolicy, excel16/L_WebContentWarningLevel, excel16/L_XL4KillSwitchPolicy."
            ),
            Ask(names=UNKNOWN),
        ),
        (
            {"setting": "L_VBAWarningsPolicy"},
            "; the nearest keys are access16/L_VBAWarningsPolicy, excel16/L_VBAWarningsPolicy, ppt16/L_VBAWarnings",
            Ask(ids=frozenset({"L_VBAWarningsPolicy"})),
        ),
        (
            {"setting": f"{MACROS}_new"},
            "; the nearest keys are excel16/L_VBAWarningsPolicy, ",
            Ask(ids=frozenset({f"{MACROS}_new"})),
        ),
        (
            {"setting": "zzz"},
            ": a key is the ADMX file and the policy, such as excel16/L_VBAWarningsPolicy, or a whole definition id.",
            Ask(ids=frozenset({"zzz"})),
        ),
        (
            {"setting": "office16/L_OnlineStorageFilter"},
            (
                "office16/L_OnlineStorageFilter is the name of 2 settings: give one of the whole ids "
                "user_vendor_msft_policy_config_office16v2~policy~l_microsoftofficesystem~l_miscellaneous437_"
                "l_onlinestoragefilter, user_vendor_msft_policy_config_office16v2.updates.2~policy~"
            ),
            Ask(),
        ),
        (
            {"setting": "office16/L_AgeOutPolicy"},
            "it is there for users and for devices: say scope: user or scope: device.",
            Ask(),
        ),
        (
            {"setting": "excel16/L_VBAWarningsPolicy", "scope": "device"},
            "it is a setting for users only: leave scope out, or say scope: user.",
            Ask(frozenset({MACROS}), frozenset({("excel16", "l_vbawarningspolicy")})),
        ),
        (
            {"setting": MACROS, "scope": "device"},
            "it is a setting for users: leave scope out",
            Ask(),
        ),
        (
            {"setting": "excel16;l_EMPTY4", "value": 3},
            "it is an element of excel16/L_VBAWarningsPolicy: give that one, and L_empty4 in its values.",
            Ask(names=frozenset({("excel16", "l_empty4")})),
        ),
        (
            {"setting": f"{MACROS}_l_empty4", "value": 3},
            "it is an element of excel16/L_VBAWarningsPolicy: give that one, and L_empty4 in its values.",
            Ask(ids=frozenset({MACROS})),
        ),
    ],
)
def test_a_key_that_leads_to_no_setting(entry: Entry, says: str, ask: Ask) -> None:
    error = refused(entry)
    assert str(error).startswith(f"item 1 of 1 ({entry['setting']}): ")
    assert says in str(error)
    assert error.ask == ask


REPAIR = "office16/L_OnlineRepair"
EXCEL_KEY = "excel16/L_VBAWarningsPolicy"


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"setting": EXCEL_KEY, "value": 7}, "L_empty4 must be one of 1, 2, 3, 4, not 7"),
        ({"setting": EXCEL_KEY, "value": True}, "L_empty4 must be one of 1, 2, 3, 4, not True"),
        ({"setting": EXCEL_KEY, "value": [3]}, "L_empty4 must be one of 1, 2, 3, 4, not [3]"),
        ({"setting": EXCEL_KEY, "value": ""}, "L_empty4 must be one of 1, 2, 3, 4, not ''"),
        (
            {"setting": EXCEL_KEY, "values": {"L_empty3": 1}},
            "L_empty3 is not an element of excel16/L_VBAWarningsPolicy; its elements are L_empty4",
        ),
        (
            {"setting": "excel16/L_BlockMacroExecutionFromInternet", "values": {f"{MACROS}_l_empty4": 1}},
            (
                f"{MACROS}_l_empty4 is not an element of excel16/L_BlockMacroExecutionFromInternet, but of "
                "excel16/L_VBAWarningsPolicy; it has no elements"
            ),
        ),
        ({"setting": EXCEL_KEY, "values": {"L_empty4": 1, "l_EMPTY4": 2}}, "values has L_empty4 more than once"),
        (
            {"setting": EXCEL_KEY, "value": 3, "values": {"L_empty4": 1}},
            "it has value and values: give value for the one",
        ),
        ({"setting": EXCEL_KEY, "values": {"L_empty4": None}}, "L_empty4 must not be null: leave it out"),
        (
            {"setting": "access16/L_BlockMacroExecutionFromInternet", "value": 1},
            "it has no elements: leave value out, and say state: enabled or state: disabled",
        ),
        ({"setting": REPAIR}, "L_LocalODTPath is needed: a text of at most 1023 characters"),
        (
            {"setting": REPAIR, "value": 1},
            "it has 2 elements: give values with L_FallBackToCDN, L_LocalODTPath; L_LocalODTPath is needed",
        ),
        (
            {"setting": REPAIR, "values": {"L_LocalODTPath": "x" * 1024}},
            "L_LocalODTPath must be a text of at most 1023 characters, not 1024 characters",
        ),
        (
            {"setting": REPAIR, "values": {"L_LocalODTPath": 1.5}},
            "L_LocalODTPath must be a text of at most 1023 characters, not 1.5: write it in quotes",
        ),
        ({"setting": REPAIR, "values": {"L_LocalODTPath": True}}, "not True: write it in quotes"),
        ({"setting": "office16/L_OnlineRepair", "values": {"L_LocalODTPath": {}}}, "characters, not {}"),
        (
            {"setting": "office16/L_AllowedCOMAddins"},
            "L_AllowedCOMAddinsList is needed: names with values of 1 to 600",
        ),
        (
            {"setting": "office16/L_AllowedCOMAddins", "value": ["a"]},
            "L_AllowedCOMAddinsList must be names with values of 1 to 600, not ['a']: give {name: value}",
        ),
        (
            {"setting": "office16/L_AllowedCOMAddins", "value": {}},
            "L_AllowedCOMAddinsList must be names with values of 1 to 600, not of 0",
        ),
        (
            {"setting": "office16/L_DocumentInspector", "value": "x"},
            "L_empty197 must be a list of 1 to 1000 texts, not 'x': give [..]",
        ),
        ({"setting": "office16/L_DocumentInspector", "value": ["a", None]}, "L_empty197: member 2 must be a text"),
        ({"setting": MODE, "values": {"L_empty29": 1}}, "L_empty29 needs L_AllowActiveXOneOffForms to be 1"),
        (
            {"setting": MODE, "values": {"L_AllowActiveXOneOffForms": 5, "L_empty29": 1}},
            "L_AllowActiveXOneOffForms must be one of 0, 1, not 5.",
        ),
        (
            {"raw": {**MACROS_3, "choiceSettingValue": {"value": f"{MACROS}_1"}}},
            "L_empty4 is needed: one of 1, 2, 3, 4",
        ),
        ({"raw": choice(MACROS, "_2")}, f"{MACROS}_2 is not an option of L_VBAWarningsPolicy: one of 0, 1"),
        (
            {"raw": choice(f"{MACROS}_l_empty4", "_2")},
            "L_empty4 is an element of excel16/L_VBAWarningsPolicy, and a policy holds it only below that setting",
        ),
        (
            {"raw": choice(MACROS, "_0", choice(f"{MACROS}_l_empty4", "_2"))},
            "L_empty4 is not an element of this state of it",
        ),
        (
            {"raw": {**choice(MACROS, "_1"), "@odata.type": f"{PREFIX}GroupSettingInstance", "groupSettingValue": {}}},
            "L_VBAWarningsPolicy must be a choice",
        ),
    ],
)
def test_what_a_tenant_of_today_may_take_is_asked_for_before_it_is_refused(entry: Entry, says: str) -> None:
    error = refused(entry)
    assert says in str(error)
    assert len(error.ask.ids) == 1


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (
            "x",
            "item 1 of 1: it must be a mapping, not str: an entry says setting, with state, value or values where they",
        ),
        (None, "item 1 of 1: it must be a mapping, not null"),
        ({}, "item 1 of 1: setting must be a key such as excel16/L_VBAWarningsPolicy, or a whole definition id."),
        ({"setting": ["x"]}, "item 1 of 1: setting must be a key such as"),
        ({"setting": EXCEL_KEY, "scope": "machine"}, "scope must be user or device, not 'machine'"),
        ({"setting": EXCEL_KEY, "scope": None}, "scope must not be null: leave it out"),
        (
            {"setting": EXCEL_KEY, "state": False},
            "state must be enabled or disabled, not False; leave the entry out for",
        ),
        ({"setting": EXCEL_KEY, "value": None}, "value must not be null: leave it out"),
        (
            {"setting": EXCEL_KEY, "valeu": 3},
            "it has the unknown key valeu (did you mean value?): an entry says setting",
        ),
        ({"setting": EXCEL_KEY, "values": [1]}, "values must be a mapping of elements to their values, not list"),
        ({"setting": EXCEL_KEY, "state": "disabled", "value": 3}, "value is only for state: enabled, and a disabled"),
        ({"raw": MACROS_3, "setting": EXCEL_KEY}, "raw is all that such an entry holds, and it holds setting, too"),
        (
            {"raw": None},
            "raw must be a settingInstance as a portal export has it: a setting instance is not a JSON object",
        ),
        ({"raw": {}}, "settingDefinitionId is not there, and it says which definition an instance is of"),
        ({"raw": {"settingDefinitionId": "a"}}, "a: @odata.type is not there, and it says which kind of setting it is"),
        ({"raw": {**MACROS_3, "choiceSettingValue": None}}, f"{MACROS}: choiceSettingValue is not a JSON object"),
        ({"raw": choice(MACROS, "_1", MACROS_3, MACROS_3)}, "a definition is there more than once among the children"),
    ],
)
def test_the_form_of_an_entry(entry: t.Any, says: str) -> None:
    error = refused(entry)
    assert says in str(error)
    assert not error.ask


def test_all_problems_of_a_list_are_told_at_once_with_their_places() -> None:
    error = refused(
        {"setting": EXCEL_KEY, "value": 7},
        {"setting": "excel16;l_vbawarningspolicy"},
        {"raw": MACROS_3},
        {"setting": "zzz", "bad": 1, "state": "on"},
    )
    texts = [str(each) for each in error.problems]
    assert [text.partition(":")[0] for text in texts] == [
        f"item 1 of 4 ({EXCEL_KEY})",
        "item 2 of 4 (excel16;l_vbawarningspolicy)",
        f"item 3 of 4 ({MACROS})",
        "item 4 of 4 (zzz)",
        "item 4 of 4 (zzz)",
    ]
    assert texts[1].endswith(f"it is the same setting as item 1 of 4 ({EXCEL_KEY}): keep one of them")
    assert "(zzz): it has the unknown key bad: " in str(error)
    assert "; state must be enabled or disabled" in str(error)


def test_a_long_list_of_problems_says_how_many_more_there_are() -> None:
    error = refused(*[{"setting": f"excel16/x{number}", "scope": "x"} for number in range(30)])
    assert len(error.problems) == 30
    assert str(error).endswith("10 more problems.")


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("VBAWarnings", "L_VBAWarningsPolicy"),
        ("L_VBAWarningPolicy", "L_VBAWarningsPolicy"),
        ("L_VBAWarningsPolicy", "L_VBAWarningsPolicy"),
        (f"{MACROS}y", "L_VBAWarningsPolicy"),
        (MACROS.replace("warnings", "warning"), "L_VBAWarningsPolicy"),
        (MACROS.replace("excel16v2", "excel17v9"), "L_VBAWarningsPolicy"),
        (MACROS.replace("~l_", "~l_other_"), "L_VBAWarningsPolicy"),
    ],
)
def test_three_keys_are_near_whatever_form_the_key_has(key: str, nearest: str) -> None:
    text = str(refused({"setting": key}))
    keys = re.search(r"; the nearest keys are (\S+), (\S+), (\S+)\.$", text)
    assert keys is not None, text
    assert nearest in keys[1]


def test_the_nearest_keys_are_looked_for_where_they_are_told() -> None:
    """A file in which every key is wrong is refused in a moment, and still says all that Graph may know better."""
    error = refused(*[{"setting": f"excel16/L_VBAWarningsPolicy{number}"} for number in range(SHOWN + 5)])
    nearest = ["the nearest keys are excel16/L_VBAWarningsPolicy" in problem.text for problem in error.problems]
    assert nearest == [True] * SHOWN + [False] * 5
    assert len(error.ask.names) == SHOWN + 5


LONG_NUMBER = 16**5000
DEEP: t.Any = []
for _level in range(5000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "value", [LONG_NUMBER, {LONG_NUMBER: 1}, [LONG_NUMBER], DEEP, {"x": DEEP}], ids=["n", "key", "list", "deep", "dict"]
)
@pytest.mark.parametrize("key", ["setting", "scope", "state", "value", "values", "raw"])
def test_what_no_message_can_show_is_refused_in_a_sentence(key: str, value: t.Any) -> None:
    """YAML reads 0xfff... as a number of any length, and Python makes no text of it."""
    error = str(refused({"setting": EXCEL_KEY, key: value}))
    assert "it holds a number of thousands of digits" in error or "it is nested too deeply" in error


def test_too_many_settings_and_what_is_not_a_list() -> None:
    entries = [{"setting": EXCEL_KEY}] * 5001
    assert "settings: a policy holds at most 5000 settings, and these are 5001: divide them" in str(refused(*entries))
    for given, word in (({}, "dict"), (None, "null"), ("x", "str")):
        with pytest.raises(SettingsError, match=f"settings: they must be a list of entries, not {word}"):
            compile_settings(given, CATALOG)
    assert len(compile_settings([], CATALOG)) == 0
