# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option ``settings``, and what differs between two states of a policy."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.changes import changes, sides, whole
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import from_instances, instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.merge import merged, parse_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import SHOWN, SettingsError
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Settings, same, unknown_members
from ansible_collections.m365.apps.plugins.module_utils._catalog.shorten import shorten
from ansible_collections.m365.apps.plugins.module_utils._catalog.validate import (
    deprecated,
    unknown_definitions,
    validate,
)

CATALOG = built_in()
EXCEL, WORD, POINT = (f"{name}/L_VBAWarningsPolicy" for name in ("excel16", "word16", "ppt16"))
OLD_CHANNEL = "device_vendor_msft_policy_config_office16v2~policy~l_microsoftofficemachine~l_updates_l_updatebranch"
PREFIX = "#microsoft.graph.deviceManagementConfiguration"
OUTSIDE = {
    "@odata.type": f"{PREFIX}ChoiceSettingInstance",
    "settingDefinitionId": "device_Vendor_Other",
    "choiceSettingValue": {
        "@odata.type": f"{PREFIX}ChoiceSettingValue",
        "value": "device_Vendor_Other_1",
        "children": [],
    },
}
NEW_KIND = {
    "@odata.type": f"{PREFIX}BrandNewInstance",
    "settingDefinitionId": "device_new",
    "brandNewValue": {"a": [1]},
}


def of(*entries: t.Any) -> Settings:
    return compile_settings(list(entries), CATALOG)


LIVE = of({"setting": EXCEL, "value": 3}, {"setting": WORD, "value": 4}, {"raw": OUTSIDE})


def after(option: t.Any, live: Settings = LIVE) -> Settings:
    return merged(parse_settings(option, CATALOG), live, CATALOG)


@pytest.mark.parametrize(
    "option",
    [
        [{"setting": WORD, "value": 1}],
        {"set": [{"setting": WORD, "value": 1}]},
        json.dumps([{"setting": WORD, "value": 1}]),
        {"set": json.dumps([{"setting": WORD, "value": 1}])},
    ],
)
def test_a_list_means_exactly_these(option: t.Any) -> None:
    assert after(option) == of({"setting": WORD, "value": 1})


@pytest.mark.parametrize("option", [[], {}, {"set": []}, "[]"])
def test_an_empty_list_clears(option: t.Any) -> None:
    assert after(option) == Settings()


@pytest.mark.parametrize(
    "remove",
    [
        [WORD, "device_vendor_OTHER"],
        ["WORD16;l_vbawarningspolicy", "device_vendor_other"],
        [{"setting": WORD, "scope": "user"}, {"setting": "device_vendor_other"}],
        json.dumps([WORD, "device_Vendor_Other"]),
    ],
)
def test_add_replaces_and_remove_takes_keys_in_any_spelling(remove: t.Any) -> None:
    option = {"add": [{"setting": EXCEL, "state": "disabled"}, {"setting": POINT, "value": 2}], "remove": remove}
    assert after(option) == of({"setting": EXCEL, "state": "disabled"}, {"setting": POINT, "value": 2})


def test_adding_and_removing_nothing_changes_nothing() -> None:
    assert after({"add": []}) == after({"remove": []}) == after({"add": [], "remove": []}) == LIVE
    assert after({"remove": [POINT]}) == LIVE
    assert after({"remove": WORD}) == LIVE.without([key for key in LIVE if "word16" in key])


def test_of_two_settings_of_one_name_the_one_that_is_there_is_removed() -> None:
    live = of({"setting": OLD_CHANNEL, "value": "Current"})
    assert shorten(live, CATALOG)[0]["setting"] == OLD_CHANNEL
    assert after({"remove": ["office16/L_UpdateBranch"]}, live) == Settings()
    both = live.with_settings(of({"setting": "office16/L_UpdateBranch", "value": "Current"}).values())
    assert after({"remove": ["office16/L_UpdateBranch"]}, both) == live
    assert deprecated(both, CATALOG) == (OLD_CHANNEL,)


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (None, "settings: it is of type null: give a list of entries, or a mapping with set, or with add and remove"),
        (3, "settings: it is of type int"),
        ("x", "settings: it is a text, but not that of a list or a mapping"),
        ({"sets": []}, "settings: it has the unknown key sets"),
        ({"set": [], "add": []}, "settings: set is combined with add or remove"),
        ({"add": None}, "add settings: they must be a list of entries, not null"),
        ({"remove": None}, "remove: it must be a list of keys, not null"),
        (
            {"remove": [3]},
            "remove item 1 of 1: it must be a key such as excel16/L_VBAWarningsPolicy, a whole definition",
        ),
        ({"remove": [{"setting": WORD, "scope": "x"}]}, "remove item 1 of 1: it must be a key such as"),
        ({"remove": [{"setting": WORD, "value": 4}]}, "remove item 1 of 1: it must be a key such as"),
        (
            {"add": [{"setting": EXCEL, "value": 9}, {"setting": WORD}], "remove": ["word16;L_VBAWarningsPolicy"]},
            "add item 1 of 2 (excel16/L_VBAWarningsPolicy): L_empty4 must be one of 1, 2, 3, 4, not 9.",
        ),
        ({"add": [{"setting": EXCEL}], "remove": [EXCEL]}, f"remove item 1 of 1 ({EXCEL}): it is in add and in remove"),
    ],
)
def test_an_option_that_means_nothing(option: t.Any, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(option, CATALOG)
    assert says in str(caught.value)


def test_all_keys_that_lead_nowhere_are_told_and_may_be_asked_of_graph() -> None:
    with pytest.raises(SettingsError) as caught:
        after({"remove": ["word16/L_VBAWarningPolicy", "device_other", EXCEL, "office16/L_OnlineStorageFilter"]})
    assert [str(each).partition(":")[0] for each in caught.value.problems] == [
        "remove item 1 of 4 (word16/L_VBAWarningPolicy)",
        "remove item 2 of 4 (device_other)",
    ]
    assert caught.value.ask.ids == {"device_other"}
    assert caught.value.ask.names == {("word16", "l_vbawarningpolicy")}


def test_the_nearest_keys_of_the_first_keys_that_lead_nowhere_are_told() -> None:
    with pytest.raises(SettingsError) as caught:
        after({"remove": [f"word16/L_VBAWarningPolicy{number}" for number in range(SHOWN + 5)]})
    nearest = ["the nearest keys are word16/L_VBAWarningsPolicy" in each.text for each in caught.value.problems]
    assert nearest == [True] * SHOWN + [False] * 5


def test_a_key_that_no_message_can_show_is_refused_in_a_sentence() -> None:
    with pytest.raises(SettingsError, match="settings: it holds a number of thousands of digits"):
        parse_settings({16**5000: []}, CATALOG)


MODE = "outlk16/L_OutlookSecurityMode"


BEFORE = of(
    {"setting": EXCEL, "value": 3},
    {"setting": WORD, "value": 4},
    {"setting": MODE, "values": {"L_EnableRPCEncryption": 1, "L_Level1Attachments": 1}},
    {"setting": "excel16/L_BlockMacroExecutionFromInternet"},
    {"raw": OUTSIDE},
)
WANTED = of(
    {"setting": EXCEL, "value": 2},
    {"setting": POINT, "state": "disabled"},
    {"setting": MODE, "values": {"L_EnableRPCEncryption": 0, "L_Level1Attachments": 1}},
    {"setting": "excel16/L_BlockMacroExecutionFromInternet", "state": "disabled"},
    {"setting": "office16/L_DocumentInspector", "value": ["b", "a"]},
)


def test_changes_say_what_differs_in_the_language() -> None:
    told = changes(BEFORE, WANTED, CATALOG)
    assert told.added == (
        {"setting": "office16/L_DocumentInspector", "value": ["a", "b"]},
        {"setting": POINT, "state": "disabled"},
    )
    assert told.removed == ({"setting": WORD, "value": 4}, {"raw": OUTSIDE})
    assert told.changed == (
        {
            "setting": "excel16/L_BlockMacroExecutionFromInternet",
            "before": {"state": "enabled"},
            "after": {"state": "disabled"},
        },
        {"setting": EXCEL, "before": {"value": 3}, "after": {"value": 2}},
        {
            "setting": MODE,
            "before": {"values": {"L_EnableRPCEncryption": 1}},
            "after": {"values": {"L_EnableRPCEncryption": 0}},
        },
    )


def test_sides_say_what_differs_a_line_each() -> None:
    left, right = sides(BEFORE, WANTED, CATALOG)
    assert left == {
        EXCEL: 3,
        WORD: 4,
        f"{MODE}.L_EnableRPCEncryption": 1,
        "excel16/L_BlockMacroExecutionFromInternet": "enabled",
        "device_vendor_other": f"raw={json.dumps(OUTSIDE)}",
    }
    assert right == {
        EXCEL: 2,
        POINT: "disabled",
        f"{MODE}.L_EnableRPCEncryption": 0,
        "excel16/L_BlockMacroExecutionFromInternet": "disabled",
        "office16/L_DocumentInspector": ["a", "b"],
    }
    assert whole(of({"setting": EXCEL, "value": 2}), CATALOG) == {EXCEL: 2}


def test_what_this_collection_does_not_know_is_kept_named_and_no_reason_to_write() -> None:
    shown: t.Any = json.loads(json.dumps(instances(LIVE)))
    shown[0] |= {"futureMember": {"x": 1}, "nothing": None}
    shown[1]["choiceSettingValue"]["other"] = True
    shown[1]["choiceSettingValue"]["children"][0]["choiceSettingValue"]["deep"] = "x"
    live = from_instances([*shown, NEW_KIND])
    known = from_instances(shown)
    assert known != LIVE
    assert same(known, LIVE)
    assert not same(live, LIVE)
    assert unknown_members(live) == {
        (shown[0]["settingDefinitionId"], "futureMember"),
        (shown[1]["settingDefinitionId"], "other"),
        (shown[1]["settingDefinitionId"], "deep"),
        ("device_new", "an instance of an unknown type"),
    }
    assert unknown_members(LIVE) == frozenset()
    # What is written for another reason holds it still, and so does what is shown.
    assert from_instances(instances(live)) == live
    assert compile_settings(shorten(live, CATALOG), CATALOG) == live
    assert unknown_members(live) - unknown_members(after({"add": [{"setting": POINT, "value": 2}]}, live)) == set()
    assert unknown_definitions(live, CATALOG) == {"device_Vendor_Other", "device_new"}


def test_every_problem_of_canonical_settings_is_told_by_their_keys() -> None:
    shown: t.Any = json.loads(json.dumps(instances(LIVE)))
    shown[1]["choiceSettingValue"]["children"] = []
    [problem] = validate(from_instances(shown), CATALOG)
    assert str(problem) == f"{EXCEL}: L_empty4 is needed: one of 1, 2, 3, 4"


def test_instances_that_cannot_be_read() -> None:
    with pytest.raises(SettingsError) as caught:
        from_instances(
            [OUTSIDE, 3, {}, {**OUTSIDE, "settingDefinitionId": "DEVICE_vendor_other"}, {"settingInstance": 1}]
        )
    assert [str(each).partition(":")[0] for each in caught.value.problems] == [f"setting {n}" for n in (2, 3, 4, 5)]
    assert "setting 4: DEVICE_vendor_other is there more than once" in str(caught.value)


def test_an_empty_text_that_is_shown_as_nothing_is_an_empty_text() -> None:
    repair = of({"setting": "office16/L_OnlineRepair", "values": {"L_LocalODTPath": ""}})
    shown: t.Any = json.loads(json.dumps(instances(repair)).replace('"value": ""', '"value": null'))
    assert from_instances(shown) == repair


def simple(kind: str, value: t.Any, **more: t.Any) -> t.Any:
    return {"@odata.type": f"{PREFIX}{kind}SettingValue", "value": value, **more}


def outside(name: str, form: str, member: str, value: t.Any) -> t.Any:
    return {"@odata.type": f"{PREFIX}{form}Instance", "settingDefinitionId": f"vendor_{name}", member: value}


GROUP = {
    "@odata.type": f"{PREFIX}GroupSettingValue",
    "children": [outside("in", "SimpleSetting", "simpleSettingValue", simple("Integer", 1))],
}
OPTION = {"@odata.type": f"{PREFIX}ChoiceSettingValue", "value": "vendor_c_1", "children": []}
FORMS = [
    outside("c", "ChoiceSettingCollection", "choiceSettingCollectionValue", [OPTION, OPTION]),
    outside("g", "GroupSetting", "groupSettingValue", GROUP),
    outside("l", "GroupSettingCollection", "groupSettingCollectionValue", [GROUP, {**GROUP, "children": []}]),
    outside("r", "SimpleSetting", "simpleSettingValue", simple("Reference", "7", note="of a rule")),
    outside("s", "SimpleSetting", "simpleSettingValue", simple("Secret", "x", valueState="notEncrypted")),
    outside("x", "SimpleSettingCollection", "simpleSettingCollectionValue", [simple("Boolean", True)]),
]


def test_every_form_that_graph_has_comes_back_as_it_was() -> None:
    found = from_instances(FORMS)
    assert instances(found) == FORMS
    assert unknown_members(found) == frozenset()
    assert compile_settings([{"raw": each} for each in FORMS], CATALOG) == found
    assert compile_settings(shorten(found, CATALOG), CATALOG) == found
    for place, form in enumerate(FORMS):
        changed = json.loads(json.dumps(form).replace("_1", "_2").replace('": 1', '": 2').replace("true", "false"))
        changed = json.loads(json.dumps(changed).replace('"7"', '"8"').replace('"x"', '"y"'))
        assert from_instances([*FORMS[:place], changed, *FORMS[place + 1 :]]) != found


@pytest.mark.parametrize("form", [*FORMS, NEW_KIND])
def test_ids_of_every_form_compare_without_case(form: t.Any) -> None:
    spelled = {**form, "settingDefinitionId": form["settingDefinitionId"].upper()}
    assert from_instances([spelled]) == from_instances([form])
    assert instances(from_instances([spelled])) == [spelled]


def test_a_secret_that_is_a_token_is_never_written_back() -> None:
    token = outside(
        "t", "SimpleSetting", "simpleSettingValue", simple("Secret", "1b4", valueState="encryptedValueToken")
    )
    live = from_instances([{**OUTSIDE}, token])
    assert after([{"raw": OUTSIDE}, {"raw": token}], live) == live
    assert after({"remove": ["vendor_t"]}, live) == from_instances([OUTSIDE])
    with pytest.raises(SettingsError, match=r"^vendor_t: it holds a secret that Graph shows as a token only"):
        after({"add": [{"setting": EXCEL}]}, live)
    told = json.loads(json.dumps(token).replace("encryptedValueToken", "notEncrypted"))
    assert after({"add": [{"setting": EXCEL}, {"raw": told}]}, live) != live


def test_texts_that_no_request_can_carry_are_refused() -> None:
    half = "\ud83d"
    for entry in (
        {"setting": "office16/L_OnlineRepair", "values": {"L_LocalODTPath": half}},
        {"setting": "office16/L_DocumentInspector", "value": ["a", half]},
        {"setting": "office16/L_AllowedCOMAddins", "value": {half: "1"}},
        {"raw": outside("x", "SimpleSetting", "simpleSettingValue", simple("String", half))},
    ):
        with pytest.raises(SettingsError, match="an unpaired surrogate"):
            of(entry)


def test_settings_to_add_to_many_may_be_too_many() -> None:
    entries = [{"raw": {**OUTSIDE, "settingDefinitionId": f"device_x_{number}"}} for number in range(5001)]
    live = compile_settings(entries[:5000], built_in())
    with pytest.raises(SettingsError, match="a policy holds at most 5000 settings, and these are 5001"):
        merged(parse_settings({"add": entries[5000:]}, built_in()), live, built_in())
    assert len(merged(parse_settings({"add": entries[4999:5000]}, built_in()), live, built_in())) == 5000
