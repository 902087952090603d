# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings language: what entries mean."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Child, Definition, Option
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import from_instances, instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.shorten import shorten
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

CHANNEL = "pdates~policy~l_microsoftofficemachine~l_updates_l_updatebranch"


def sent(*entries: Entry) -> list[Entry]:
    return instances(compile_settings(list(entries), CATALOG))


@pytest.mark.parametrize(
    "entry",
    [
        {"setting": "excel16/L_VBAWarningsPolicy", "value": 3},
        {"setting": "excel16/L_VBAWarningsPolicy", "value": "3"},
        {"setting": " EXCEL16 ; l_vbawarningspolicy ", "value": " 3 "},
        {"setting": MACROS.upper(), "value": f"{MACROS}_l_empty4_3"},
        {"setting": MACROS, "state": "enabled", "scope": "user", "values": {"L_EMPTY4": 3}},
        {"setting": MACROS, "values": {f"{MACROS}_l_empty4": 3}},
        {"raw": MACROS_3},
        {"raw": {"id": "7", "settingInstance": {**MACROS_3, "settingInstanceTemplateReference": None}}},
    ],
)
def test_one_setting_in_every_spelling(entry: Entry) -> None:
    assert sent(entry) == [MACROS_3]
    assert shorten(compile_settings([entry], CATALOG), CATALOG) == [
        {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
    ]


@pytest.mark.parametrize(
    ("entry", "instance"),
    [
        ({"setting": "excel16/L_VBAWarningsPolicy", "state": "disabled"}, choice(MACROS, "_0")),
        ({"setting": "excel16/L_VBAWarningsPolicy"}, choice(MACROS, "_1", choice(f"{MACROS}_l_empty4", "_2"))),
        (
            {"setting": "office16/L_UpdateBranch", "value": "MonthlyEnterprise"},
            choice(CHANNEL, "_1", choice(f"{CHANNEL}_l_updatebranchid", "_monthlyenterprise")),
        ),
    ],
)
def test_states_defaults_and_texts(entry: Entry, instance: Entry) -> None:
    assert sent(entry) == [instance]
    assert shorten(from_instances([instance]), CATALOG) == [entry]


def test_texts_lists_and_names_with_values() -> None:
    entries: list[Entry] = [
        {"setting": "office16/L_AllowedCOMAddins", "value": {"My.AddIn": 1, "Another": "x"}},
        {"setting": "office16/L_DocumentInspector", "values": {"L_empty197": ["b", "a", 7]}},
        {"setting": "office16/L_OnlineRepair", "values": {"L_LocalODTPath": ""}},
    ]
    inspector, repair, addins = (each["choiceSettingValue"]["children"] for each in sent(*entries))
    assert [each["value"] for each in inspector[0]["simpleSettingCollectionValue"]] == ["b", "a", "7"]
    assert {each["@odata.type"] for each in inspector[0]["simpleSettingCollectionValue"]} == {
        f"{PREFIX}StringSettingValue"
    }
    assert [each["settingDefinitionId"].rpartition("_")[2] for each in repair] == [
        "l_fallbacktocdn"[2:],
        "localodtpath",
    ]
    assert repair[1]["simpleSettingValue"] == {"@odata.type": f"{PREFIX}StringSettingValue", "value": ""}
    [names] = addins
    assert names["@odata.type"] == f"{PREFIX}GroupSettingCollectionInstance"
    pairs = [
        {
            member["settingDefinitionId"].rpartition("_")[2]: member["simpleSettingValue"]["value"]
            for member in each["children"]
        }
        for each in names["groupSettingCollectionValue"]
    ]
    assert pairs == [{"key": "My.AddIn", "value": "1"}, {"key": "Another", "value": "x"}]
    assert shorten(compile_settings(entries, CATALOG), CATALOG) == [
        {"setting": "office16/L_AllowedCOMAddins", "value": {"Another": "x", "My.AddIn": "1"}},
        {"setting": "office16/L_DocumentInspector", "value": ["7", "a", "b"]},
        {"setting": "office16/L_OnlineRepair", "values": {"L_LocalODTPath": ""}},
    ]


def test_true_and_false_are_one_and_zero_where_these_are_all() -> None:
    yes, no = (sent({"setting": MODE, "values": {"L_EnableRPCEncryption": given}}) for given in (True, False))
    assert yes == sent({"setting": MODE, "values": {"L_EnableRPCEncryption": 1}})
    assert no == sent({"setting": MODE, "values": {"L_EnableRPCEncryption": 0}})
    assert yes != no


def test_optional_elements_left_out_stay_out_and_nested_ones_are_given_flat() -> None:
    bare = compile_settings([{"setting": MODE}], CATALOG)
    nested = compile_settings([{"setting": MODE, "values": {"L_AllowActiveXOneOffForms": 1, "l_empty29": 0}}], CATALOG)
    [plain], [rich] = instances(bare), instances(nested)
    assert len(rich["choiceSettingValue"]["children"]) == len(plain["choiceSettingValue"]["children"]) + 1
    assert shorten(bare, CATALOG) == [{"setting": MODE}]
    assert compile_settings(shorten(nested, CATALOG), CATALOG) == nested != bare


OTHER = "device_vendor_msft_policy_config_defender_scan"
TITLED = CATALOG.with_definitions(
    [
        Definition(
            OTHER,
            OTHER,
            "device",
            "",
            "Scan",
            "choice",
            options=(
                Option(f"{OTHER}_1", 1, (Child(f"{OTHER}_days", True),), "Quick"),
                Option(f"{OTHER}_2", 2, (), "Same"),
                Option(f"{OTHER}_3", 3, (), "same "),
            ),
        ),
        Definition(f"{OTHER}_days", OTHER, "device", "", "Days", "simple", "integer", bounds=(15, 100), default=1),
    ]
)


@pytest.mark.parametrize("given", [1, "1", "quick", " Quick", f"{OTHER}_1".upper()])
def test_settings_outside_office_by_their_ids_and_options_by_their_names(given: t.Any) -> None:
    entry = {"setting": OTHER, "value": given, "values": {"days": "20"}}
    found = compile_settings([entry], TITLED)
    assert shorten(found, TITLED) == [{"setting": OTHER, "value": 1, "values": {"Days": 20}}]
    [raw] = shorten(found, CATALOG)
    assert compile_settings([raw], CATALOG) == found


def test_a_default_is_not_held_to_bounds_and_all_else_is() -> None:
    assert compile_settings([{"setting": OTHER, "value": 1}], TITLED) == compile_settings(
        [{"setting": OTHER, "value": 1, "values": {"Days": 1}}], TITLED
    )
    for wrong in (14, 101):
        error = refused({"setting": OTHER, "value": 1, "values": {"Days": wrong}}, catalog=TITLED)
        assert f"Days must be a whole number from 15 to 100, not {wrong}" in str(error)
    for wrong_type in ("x", 1.0, True, ""):
        error = refused({"setting": OTHER, "value": 1, "values": {"Days": wrong_type}}, catalog=TITLED)
        assert f"Days must be a whole number from 15 to 100, not {wrong_type!r}" in str(error)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (
            {"setting": OTHER, "value": "same"},
            "'same' is more than one option of Scan: give one of 2 (Same), 3 (same)",
        ),
        ({"setting": OTHER, "value": 9}, "Scan must be one of 1 (Quick), 2 (Same), 3 (same ), not 9"),
        ({"setting": OTHER}, "it needs a value: Scan must be one of 1 (Quick)"),
        (
            {"setting": OTHER, "state": "disabled"},
            "it is not a setting that is enabled or disabled: leave state out, and give",
        ),
        ({"setting": OTHER, "value": 2, "values": {"Days": 20}}, "Days needs Scan to be 1"),
    ],
)
def test_settings_that_are_not_enabled_or_disabled(entry: Entry, says: str) -> None:
    assert says in str(refused(entry, catalog=TITLED))


def test_a_catalog_that_goes_in_a_circle_ends_in_a_sentence() -> None:
    options = tuple(Option(f"x_{value}", value, (Child("x_y", True),)) for value in (0, 1))
    below = Definition("x_y", "x", "", "", "Y", "choice", options=(Option("x_y_1", 1, (Child("X", True),)),))
    circle = Catalog([Definition("x", "x", "", "", "X", "choice", options=options), below])
    assert "the catalog says that Y is an element of itself" in str(refused({"setting": "x"}, catalog=circle))
    raw = {"raw": choice("x", "_1", choice("x_y", "_1", choice("x", "_1", choice("x_y", "_1"))))}
    assert "is needed" in str(refused(raw, catalog=circle))
    assert list(shorten(from_instances([raw["raw"]]), circle)[0]) == ["raw"]


def test_titles_that_say_no_more_than_the_values_are_not_told() -> None:
    options = tuple(Option(f"x_{title}", value, (), title) for value, title in enumerate(("0", "One", "2")))
    catalog = Catalog([Definition("x", "x", "", "", "X", "choice", options=options)])
    assert "X must be one of 0, 1 (One), 2, not 9" in str(refused({"setting": "x", "value": 9}, catalog=catalog))
