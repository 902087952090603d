# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definitions of Cloud Policy become those of the settings catalog, or each item tells why it did not."""

from __future__ import annotations

import base64
import json
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._errors import printable
from ansible_collections.m365.apps.plugins.plugin_utils._admx.files import AdmxFolder
from ansible_collections.m365.apps.plugins.plugin_utils._admx.policies import admx_of
from ansible_collections.m365.apps.plugins.plugin_utils._convert.convert import (
    CONVERTED,
    NEEDS_ADMX,
    NOT_HERE,
    OPEN,
    Converter,
    Source,
)
from ansible_collections.m365.apps.plugins.plugin_utils._convert.report import lines, report
from ansible_collections.m365.apps.plugins.plugin_utils._convert.written import written
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.convert_samples import (
    ADMX,
    CATALOG,
    EXCEL,
    TWO,
    converter_at,
    folder_at,
    item,
    made_of,
)


@pytest.fixture
def folder(tmp_path: Path) -> AdmxFolder:
    return folder_at(tmp_path)


@pytest.fixture
def converter(tmp_path: Path) -> Converter:
    return converter_at(tmp_path)


@pytest.mark.parametrize(
    ("items", "entry"),
    [
        ([item("excel16;L_OwnMacros", "LEVEL", "3")], {"setting": "excel16/L_OwnMacros", "value": 3}),
        ([item("excel16/l_ownmacros", "level", 2)], {"setting": "excel16/L_OwnMacros", "value": 2}),
        ([item("excel16;L_OwnOldMacros", "old", "1")], {"setting": "excel16/L_OwnOldMacros", "state": "disabled"}),
        ([item("excel16;L_OwnOldMacros", "old", "0x0")], {"setting": "excel16/L_OwnOldMacros"}),
        (
            [item("outlk16;L_OwnNames", name, name * 2, "REG_SZ") for name in ("2", "1")],
            {"setting": "outlk16/L_OwnNames", "value": ["11", "22"]},
        ),
        (
            [item("outlk16;L_OwnPairs", "My.AddIn", "1", "REG_SZ")],
            {"setting": "outlk16/L_OwnPairs", "value": {"My.AddIn": "1"}},
        ),
        (
            [item("office16;L_OwnUpdates", "updates", 1)],
            {"setting": "office16/L_OwnUpdates", "scope": "user"},
        ),
        (
            [item("office16;L_OwnTwo", "text", "abc", "REG_SZ"), item("office16;L_OwnTwo", "number", 7)],
            {"setting": "office16/L_OwnTwo", "values": {"L_Number": 7, "L_Text": "abc"}},
        ),
    ],
)
def test_what_the_admx_files_decide_is_converted(
    converter: Converter, items: list[t.Any], entry: dict[str, t.Any]
) -> None:
    made = made_of(converter, *items)
    assert made["definition"] == {"display_name": "Own", "settings": [entry]}
    assert [(each["status"], each["entry"]) for each in made["payload_items"]] == [(CONVERTED, entry)] * len(items)
    assert made["complete"]
    compile_settings(made["definition"]["settings"], converter.catalog)


@pytest.mark.parametrize(
    ("items", "reason", "readings"),
    [
        ([item("excel16;L_OwnOldMacros", "old", 2)], "old is REG_DWORD 2", []),
        ([item("excel16;L_OwnOldMacros", "other", 1)], "no value called other; its values are Old", []),
        ([item("outlk16;L_OwnNumbered", "other1", "x", "REG_SZ")], "its values are Id1, Id2 and so on", []),
        # An option of the catalog stands for a value, and here two things of the ADMX file have one value.
        (
            [item("excel16;L_OwnTwins", "level", 1), item("excel16;L_OwnTwins", "days", 7)],
            "the ADMX file has several items for L_OwnLevel = 1",
            ["enabled with L_OwnLevel = 1 (with Days = REG_DWORD 7)"],
        ),
        # The value of an element that the catalog lacks is not taken for that of the one that it has.
        (
            [item("excel16;L_OwnMacros", "onlytrusted", 1)],
            "no element for L_Trusted = True",
            ["enabled with L_Trusted = True, L_OwnLevel not given"],
        ),
        (
            [item("excel16;L_OwnMacros", "onlytrusted", 0)],
            "2 readings of the ADMX policy",
            ["disabled", "enabled with L_Trusted = False, L_OwnLevel not given"],
        ),
        # What nobody gave is not filled with a default.
        (
            [item("office16;L_OwnTwo", "text", "abc", "REG_SZ")],
            "elements that are not given: L_Number (its default is 7)",
            ["enabled with L_Text = 'abc', L_Number not given"],
        ),
        ([item("office16;L_OwnTwo", "number", 1)], "L_Text is needed: a text of at most 3", None),
        (
            [item("office16;L_OwnTwo", "text", "too long", "REG_SZ"), item("office16;L_OwnTwo", "number", 1)],
            "L_Text must be a text of at most 3 characters",
            None,
        ),
        ([item("office16;L_OwnSame", "same", "x", "REG_SZ")], "2 values called same", None),
        ([item("office16;L_OwnUnknown", "unknown", 1)], "there is no setting office16/L_OwnUnknown", ["enabled"]),
        ([item("office16;L_OwnRepair", "repair", 1)], "has it for computers alone", ["office16/L_OwnRepair"]),
        ([item("office16;L_Bad", "bad", 1)], "unknown form magic", []),
        ([item("office16;L_Missing", "x", 1)], "office16.admx has no policy L_Missing", []),
        (
            [item("excel16;L_OwnOldMacros", "old", 1), item("excel16;L_OwnOldMacros", "OLD", 0)],
            "given more than once, as REG_DWORD 1 and as REG_DWORD 0",
            [],
        ),
        ([item("excel16;L_OwnOldMacros", "old", "one")], "not a whole number from 0", []),
        ([item("excel16;L_OwnOldMacros", "old", -1)], "not a whole number from 0", []),
        ([item("excel16;L_OwnOldMacros", "old", True)], "its value is true", []),
        ([item("excel16;L_OwnOldMacros", "old", None)], "its value is null", []),
        ([item("excel16;L_OwnOldMacros", "old", 1, "REG_BINARY")], "its type is REG_BINARY", []),
        ([item("excel16;L_OwnOldMacros", "old", [1], "REG_SZ")], "not a text", []),
        ([item("excel16;L_OwnOldMacros", "old", [1], "REG_MULTI_SZ")], "not a list of texts", []),
        ([item("excel16;L_OwnOldMacros", "old", 1, platform="macOS")], "platform macOS", []),
        ([item("excel16;L_OwnOldMacros", "", 1)], "no valueName", []),
        ([item("L_OwnOldMacros", "old", 1)], "not an ADMX file and a policy", []),
        (["text"], "not an object", []),
    ],
)
def test_what_stays_open_is_listed_and_nothing_of_it_is_written(
    converter: Converter, items: list[t.Any], reason: str, readings: list[str] | None
) -> None:
    made = made_of(converter, *items)
    assert made["definition"] is None
    assert not made["complete"]
    assert [each["status"] for each in made["payload_items"]] == [OPEN] * len(items)
    for each in made["payload_items"]:
        assert reason in each["reason"]
        assert readings is None or sorted(each["readings"]) == sorted(readings)


def test_an_open_setting_leaves_the_others_alone_and_the_file_says_so(converter: Converter) -> None:
    policy = {
        "display_name": "Own",
        "kind": "windows",
        "priority": 7,
        "description": "Ours",
        "groups": {"add": ["A", {"id": "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"}]},
        "policy_payload": [item("excel16;L_OwnMacros", "level", 3), item("excel16;L_OwnOldMacros", "old", "2")],
        "user_preference_payload": [item("excel16;L_OwnOldMacros", "old", "1")],
    }
    source = Source("own.yml", (policy,))
    made = [(source, converter.converted(source))]
    [file] = written(made, converter.catalog).files
    assert yaml.safe_load(file.data) == {
        "display_name": "Own",
        "description": "Ours",
        "groups": policy["groups"],
        "settings": [{"setting": "excel16/L_OwnMacros", "value": 3}],
    }
    text = file.data.decode()
    assert "# Converted from own.yml: 1 of 2 settings.\n# INCOMPLETE, these settings are not in this file:\n" in text
    assert "#   - excel16;L_OwnOldMacros (old = '2'): old is REG_DWORD 2" in text
    assert "# Not in this file: 1 user preference," in text
    assert "which nobody gave and the settings catalog lacks" in text
    found = report(made)
    assert found["counts"] == {"items": 3, CONVERTED: 1, OPEN: 1, NEEDS_ADMX: 0, NOT_HERE: 1}
    assert [each["option"] for each in found["policies"][0]["not_carried"]] == ["kind", "priority"]
    assert "priority: the settings catalog has none" in "\n".join(lines(made))
    assert read_definitions("own.yml", file.data) == [yaml.safe_load(file.data)]


def test_a_deprecated_setting_is_converted_with_a_warning(converter: Converter) -> None:
    [converted] = made_of(converter, item("excel16;L_OwnOldMacros", "old", 1))["payload_items"]
    assert converted["notes"] == ["Microsoft calls excel16/L_OwnOldMacros deprecated"]
    child = own.element(TWO, "L_OwnOldMacros", "choice")
    successor = replace(child, id=f"{own.OLD.id}_v2")
    catalog = converter.catalog.with_definitions([successor])
    [converted] = made_of(Converter(converter.admx, catalog), item("excel16;L_OwnOldMacros", "old", 1))["payload_items"]
    assert converted["notes"][0].endswith("it lives on as an element of office16/L_OwnTwo")


def test_without_admx_files_nothing_is_converted_and_they_are_named(folder: AdmxFolder) -> None:
    items = [item("excel16;L_OwnMacros", "level", 3), item("word16;L_X", "x", 1), item("word16;L_Y", "x", 1)]
    made = made_of(Converter(None, own.CATALOG), *items)
    assert made["needs"] == [{"file": "excel16.admx", "items": 1}, {"file": "word16.admx", "items": 2}]
    assert made["definition"] is None
    made = made_of(Converter(folder, own.CATALOG), *items)
    assert made["needs"] == [{"file": "word16.admx", "items": 2}]
    assert [each["status"] for each in made["payload_items"]] == [CONVERTED, NEEDS_ADMX, NEEDS_ADMX]


def test_two_spellings_of_one_admx_file_are_one_setting_given_twice(tmp_path: Path) -> None:
    (tmp_path / "excel.admx").write_text(EXCEL)
    items = [item(f"{file};L_OwnOldMacros", "old", 1) for file in ("excel", "excel16")]
    made = made_of(Converter(AdmxFolder.below(tmp_path), own.CATALOG), *items)
    assert [each["status"] for each in made["payload_items"]] == [OPEN, OPEN]
    assert "another spelling" in made["payload_items"][0]["reason"]


@pytest.mark.parametrize(
    ("payload", "count"),
    [
        (json.dumps([item("excel16;L_OwnMacros", "level", 3)]), 1),
        ([], 0),
        ({}, 0),
        ("", 0),
        (None, 0),
    ],
)
def test_a_payload_may_be_the_text_of_a_list_or_empty(converter: Converter, payload: t.Any, count: int) -> None:
    made = made_of(converter, policy_payload=payload)
    assert made["counts"][CONVERTED] == count
    assert made["policies"][0]["not_carried"] == []
    encoded = base64.b64encode(json.dumps(payload or []).encode()).decode() if not isinstance(payload, str) else ""
    assert made_of(converter, policy_payload=None, policy_payload_base64=encoded)["counts"][OPEN] == 0


@pytest.mark.parametrize(
    "options",
    [
        {"policy_payload": {"a": 1}},
        {"policy_payload": "no JSON"},
        {"policy_payload": None, "policy_payload_base64": base64.b64encode(b"\xff\xfe\x00").decode()},
    ],
)
def test_a_payload_that_is_no_list_of_items_is_told(converter: Converter, options: dict[str, t.Any]) -> None:
    made = made_of(converter, **options)
    [lost] = made["policies"][0]["not_carried"]
    assert lost["option"] == "policy_payload"
    assert "not a list of items" in lost["reason"]
    assert not made["complete"]


@pytest.mark.parametrize(
    ("options", "definition", "lost"),
    [
        ({"display_name": None, "id": "x"}, None, ["id", "display_name"]),
        ({"settings": []}, None, ["settings"]),
        ({"state": "absent", "priority": 3}, None, ["priority", "state"]),
        ({"state": "present"}, ..., []),
        ({"description": "x" * 1001}, ..., ["description"]),
        ({"groups": []}, ..., []),
    ],
)
def test_what_is_not_a_setting_is_carried_or_told(
    converter: Converter, options: dict[str, t.Any], definition: t.Any, lost: list[str]
) -> None:
    made = made_of(converter, item("excel16;L_OwnOldMacros", "old", 1), **options)
    assert [each["option"] for each in made["policies"][0]["not_carried"]] == lost
    if definition is ...:
        assert made["definition"].items() >= {key: value for key, value in options.items() if key != "state"}.items()
    else:
        assert made["definition"] == definition
        # Without a new definition nothing is written, so nothing is converted.
        assert made["counts"][OPEN] == 1
        assert f"no new definition: {lost[-1]}: " in made["payload_items"][0]["reason"]


@pytest.mark.parametrize(
    ("groups", "carried", "lost"),
    [
        ({"add": ["A"]}, {"add": ["A"]}, []),
        ({"add": ["A"], "remove": ["B"]}, {"add": ["A"]}, ["groups"]),
        ({"remove": ["B"]}, None, ["groups"]),
    ],
)
def test_groups_are_not_taken_from_a_policy_that_is_another_one(
    converter: Converter, groups: t.Any, carried: t.Any, lost: list[str]
) -> None:
    made = made_of(converter, item("excel16;L_OwnOldMacros", "old", 1), groups=groups)
    assert made["definition"].get("groups") == carried
    assert [each["option"] for each in made["policies"][0]["not_carried"]] == lost


def test_a_deletion_is_not_written_and_told(converter: Converter) -> None:
    source = Source("own.yml", ({"display_name": "Own", "state": "absent"},))
    made = [(source, converter.converted(source))]
    assert written(made, converter.catalog).files == ()
    assert any("state: it deletes the Cloud Policy, which says nothing" in line for line in lines(made))


@pytest.mark.parametrize("payload", ["policy_payload", "user_preference_payload"])
@pytest.mark.parametrize("as_text", [False, True])
def test_every_item_of_a_payload_that_is_an_object_is_told(converter: Converter, payload: str, as_text: bool) -> None:
    old = item("excel16;L_OwnOldMacros", "old", 1)
    for given_payload, causes in (
        ({"settings": [old, "odd"]}, ["in settings of", "in settings of"]),
        ({"add": [old], "remove": [old], "count": 2}, ["in add of", "in remove of"]),
        ({"deep": {"one": old, "more": [old]}}, ["in deep.one of", "in deep.more of"]),
        (old, ["not in a list"]),
    ):
        value = json.dumps(given_payload) if as_text else given_payload
        made = made_of(converter, **{"policy_payload": [], payload: value})
        assert made["definition"] is None
        assert [each["number"] for each in made["payload_items"]] == list(range(1, len(causes) + 1))
        assert all(each["status"] != CONVERTED and each["reason"] for each in made["payload_items"])
        if payload == "policy_payload":
            reasons = [each["reason"] for each in made["payload_items"]]
            assert all(cause in reason for cause, reason in zip(causes, reasons, strict=True))
        [lost] = made["policies"][0]["not_carried"]
        assert (lost["option"], "not a list of items" in lost["reason"]) == (payload, True)


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.sampled_from([10**5000, -(10**5000), 2**64, "9" * 5000, "0x" + "f" * 40, "\ud800", "x\u2028y", "a" * 5000]),
    st.text(),
    st.lists(st.text(), max_size=2),
    st.dictionaries(st.text(), st.integers(), max_size=2),
)
NAMED = st.sampled_from(["excel16;L_OwnMacros", "excel16;L_OwnOldMacros", "outlk16;L_OwnPairs", "office16;L_OwnTwo"])
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "settingId": st.one_of(NAMED, ODD),
        "valueName": st.one_of(st.sampled_from(["level", "old", "text", "number"]), ODD),
        "type": st.one_of(st.sampled_from(["REG_DWORD", "reg_sz", "REG_MULTI_SZ", "REG_QWORD"]), ODD),
        "value": st.one_of(st.sampled_from(["1", 2, "abc"]), ODD),
        "platform": ODD,
    },
)


@given(st.lists(st.one_of(ITEMS, ODD), max_size=4), ODD)
def test_whatever_a_payload_holds_every_item_is_told(items: list[t.Any], preferences: t.Any) -> None:
    admx = {name: admx_of(text.encode()) for name, text in ADMX.items()}
    converter = Converter(t.cast("t.Any", admx), CATALOG)
    policy = {"display_name": "Own", "policy_payload": items, "user_preference_payload": preferences}
    source = Source("own.yml", (policy,))
    made = [(source, converter.converted(source))]
    found = report(made)
    assert found["counts"]["items"] >= len(items)
    assert all(each["reason"] or each["entry"] for each in found["payload_items"])
    assert all(printable(line) == line for line in lines(made))
    for file in written(made, converter.catalog).files:
        definition = yaml.safe_load(file.data)
        compile_settings(definition["settings"], converter.catalog)
