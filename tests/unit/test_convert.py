# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definitions of Cloud Policy become those of the settings catalog, or each item tells why it did not."""

from __future__ import annotations

import base64
import json
import re
import textwrap
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Child, Definition
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Choice, Group, Members, Setting, Simple
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, printable
from ansible_collections.m365.apps.plugins.plugin_utils._admx.decide import DECIDED, decide
from ansible_collections.m365.apps.plugins.plugin_utils._admx.files import AdmxFolder
from ansible_collections.m365.apps.plugins.plugin_utils._admx.policies import admx_of
from ansible_collections.m365.apps.plugins.plugin_utils._admx.registry import Data, Place
from ansible_collections.m365.apps.plugins.plugin_utils._convert.convert import (
    CONVERTED,
    NEEDS_ADMX,
    NOT_HERE,
    OPEN,
    Converter,
    Source,
)
from ansible_collections.m365.apps.plugins.plugin_utils._convert.report import lines, report
from ansible_collections.m365.apps.plugins.plugin_utils._convert.sources import sources_of
from ansible_collections.m365.apps.plugins.plugin_utils._convert.written import names_of, refuse_the_same, written
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.tests.unit import admx_model as model
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit import some_admx

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples" / "contoso" / "definitions").iterdir())
ONE, ZERO = ("REG_DWORD", 1), ("REG_DWORD", 0)
TRUE = {"form": "boolean", "id": "L_Trusted", "value_name": "OnlyTrusted", "true": ONE, "false": ZERO}
LEVEL = {
    "form": "enum",
    "id": "L_OwnLevel",
    "value_name": "Level",
    "items": [(("REG_DWORD", number), None) for number in (1, 2, 3)],
}
LIST = {"form": "list", "key": model.OTHER_KEY}
EXCEL = model.xml_of(
    [
        # The catalog has one of its two elements.
        {"name": "L_OwnMacros", "elements": [LEVEL, TRUE]},
        {"name": "L_OwnOldMacros", "value_name": "Old", "enabled": ZERO, "disabled": ONE},
    ],
    prefix="excel16",
)
OUTLOOK = model.xml_of(
    [
        {"name": "L_OwnNames", "elements": [{**LIST, "id": "L_List", "prefix": ""}]},
        {
            "name": "L_OwnPairs",
            "elements": [{**LIST, "id": "L_Pairs", "explicit": True}],
        },
    ],
    prefix="outlk16",
)
OFFICE = model.xml_of(
    [
        {"name": "L_OwnRepair", "class": "Machine", "value_name": "Repair"},
        {"name": "L_OwnUpdates", "class": "Both", "value_name": "Updates"},
        {
            "name": "L_OwnTwo",
            "elements": [
                {"form": "text", "id": "L_Text", "value_name": "Text"},
                {"form": "decimal", "id": "L_Number", "value_name": "Number"},
            ],
        },
        {
            "name": "L_OwnSame",
            "elements": [
                {"form": "text", "id": "L_A", "value_name": "Same"},
                {"form": "text", "id": "L_B", "key": model.OTHER_KEY, "value_name": "Same"},
            ],
        },
        {"name": "L_OwnUnknown", "value_name": "Unknown"},
        {"name": "L_Bad", "elements": [{"form": "magic", "id": "L_Bad"}]},
    ],
    prefix="office16",
)
TWO = own.toggle("office16", "L_OwnTwo", "Two", "l_text", "l_number")
MORE = (
    TWO,
    own.element(TWO, "L_Text", value_type="string", bounds=(0, 3)),
    own.element(TWO, "L_Number", value_type="integer", default=7),
    own.toggle("office16", "L_OwnSame", "Same", "l_a"),
)


def item(setting: str, name: str, value: t.Any, kind: str = "REG_DWORD", **more: t.Any) -> dict[str, t.Any]:
    return {"settingId": setting, "app": "excel16", "type": kind, "value": value, "valueName": name, **more}


@pytest.fixture
def folder(tmp_path: Path) -> AdmxFolder:
    for name, text in (("excel16", EXCEL), ("outlk16", OUTLOOK), ("office16", OFFICE)):
        (tmp_path / f"{name}.admx").write_text(text)
    return AdmxFolder.below(tmp_path)


@pytest.fixture
def converter(folder: AdmxFolder) -> Converter:
    return Converter(folder, own.CATALOG.with_definitions(MORE))


def made_of(converter: Converter, *items: t.Any, **options: t.Any) -> dict[str, t.Any]:
    """Return the report of one policy with these items, and under definition what is written."""
    policy = {"display_name": "Own", "policy_payload": list(items), **options}
    source = Source("own.yml", (policy,))
    [made] = converter.converted(source)
    return {**report([(source, [made])]), "definition": made.definition}


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
        ([item("office16;L_Missing", "x", 1)], "office16.admx has no policy l_missing", []),
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


def test_each_policy_of_a_file_gets_one_of_its_own(converter: Converter) -> None:
    policies = tuple(
        {"display_name": name, "policy_payload": [item("excel16;L_OwnOldMacros", "old", value)]}
        for name, value in (("A", 1), ("B", 2), ("C", 0))
    )
    source = Source("all.json", policies)
    files = written([(source, converter.converted(source))], converter.catalog).files
    assert [file.name for file in files] == ["all-a.yml", "all-c.yml"]
    assert [yaml.safe_load(file.data)["display_name"] for file in files] == ["A", "C"]


def test_the_folder_of_the_definitions_is_no_place_for_new_ones(tmp_path: Path) -> None:
    (tmp_path / "d" / "deep").mkdir(parents=True)
    (tmp_path / "d" / "one.yml").touch()
    (tmp_path / "link").symlink_to(tmp_path / "d")
    for place, folder in (("d", "d"), ("d", "d/new"), ("link", "d/deep"), ("d", "link/new"), ("d/one.yml", "d")):
        with pytest.raises(UserError, match="in the folder of the definitions"):
            refuse_the_same(tmp_path / place, tmp_path / folder)
    for place, folder in (("d", "new"), ("d/one.yml", "d/new"), ("d/deep", "d")):
        refuse_the_same(tmp_path / place, tmp_path / folder)


def test_definitions_that_cannot_be_read_are_all_told(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "good.yml").write_text("display_name: Own")
    (tmp_path / "vault.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n6162")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(
        DefinitionsError, match=r"(?s)bad\.json.*vault\.yml: cannot read it: it is encrypted\. Decrypt it"
    ):
        sources_of(tmp_path)
    (tmp_path / "vault.yml").unlink()
    (tmp_path / "bad.json").unlink()
    assert [source.name for source in sources_of(tmp_path)] == ["deep/good.yml"]
    assert [source.name for source in sources_of(tmp_path / "deep" / "good.yml")] == ["good.yml"]


def test_files_have_names_of_their_own(converter: Converter) -> None:
    sources = ["a.yml", "a.json", "b/c.yml", "b-c.yml", "con.yml", "plain", "d.e.yaml", "F.yml", "f.json", ".yml"]
    two: dict[str, tuple[dict[str, t.Any], ...]] = {"two.yml": ({}, {}), "two-1.yml": ({},)}
    made = [(source, converter.converted(source)) for source in (Source(name, ({},)) for name in sources)]
    made += [(source, converter.converted(source)) for source in (Source(*each) for each in two.items())]
    names = names_of(made)
    assert len({name.casefold() for name in names.values()}) == len(names) == len(sources) + 3
    assert names["plain", 0] == "plain.yml"
    assert names["d.e.yaml", 0] == "d.e.yml"
    assert names["b/c.yml", 0].startswith("b-c-")
    assert names["con.yml", 0] != "con.yml"
    named: tuple[dict[str, t.Any], ...] = tuple({"display_name": name} for name in ("1", "Own A", "Own a", "x" * 300))
    made = [(source, converter.converted(source)) for source in (Source("two.yml", named), Source("two-1.yml", ({},)))]
    names = names_of(made)
    assert len({name.casefold() for name in names.values()}) == 5
    assert names["two.yml", 3] == f"two-{'x' * 80}.yml"
    assert names["two.yml", 0].startswith("two-1-")
    assert not any("/" in name or name.startswith(".") for name in names.values())


def test_a_policy_that_is_added_to_a_file_renames_no_other(converter: Converter) -> None:
    def files(*names: str) -> set[str]:
        source = Source("all.yml", tuple({"display_name": name, "id": name} for name in names))
        return set(names_of([(source, converter.converted(source))]).values())

    before = files("A", "B", "C c", "c C", "\N{PILE OF POO}")
    assert len(before) == 5
    assert files("New", "A", "B", "C c", "c C", "\N{PILE OF POO}") - before == {"all-new.yml"}
    # Even two of one name and one id have files of their own.
    assert len(files("A", "A")) == 2


def test_texts_of_a_definition_are_no_lines_of_the_file(converter: Converter) -> None:
    policy = {"display_name": "Own", "policy_payload": [item("excel16;L_OwnOldMacros", "old", 1)]}
    evil = "x\n- display_name: Evil\n\x1b[0m"
    items = [*policy["policy_payload"], item("excel16;L_OwnMacros", evil, evil, "REG_SZ")]
    source = Source(f"{evil}.yml", ({**policy, "policy_payload": items},))
    made = [(source, converter.converted(source))]
    [file] = written(made, converter.catalog).files
    assert yaml.safe_load(file.data)["display_name"] == "Own"
    assert not any("\n" in line or "\x1b" in line for line in lines(made))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_item_of_the_examples_is_in_the_report(path: Path) -> None:
    policies = tuple(read_definitions(path.name, path.read_bytes()))
    source = Source(path.name, policies)
    converter = Converter(None, built_in())
    found = report([(source, converter.converted(source))])
    given_items = [
        (payload, each["settingId"], each["valueName"])
        for policy in policies
        for payload in ("policy_payload", "user_preference_payload")
        for each in policy.get(payload) or []
    ]
    assert [(each["payload"], each["setting"], each["value_name"]) for each in found["payload_items"]] == given_items
    assert all(each["reason"] for each in found["payload_items"])
    assert found["counts"]["items"] == sum(found["counts"][name] for name in (CONVERTED, OPEN, NEEDS_ADMX, NOT_HERE))


def test_the_examples_have_what_cloud_policy_offers() -> None:
    payloads = ("policy_payload", "user_preference_payload")
    policies = [policy for path in EXAMPLES for policy in read_definitions(path.name, path.read_bytes())]
    keys = {each["settingId"] for policy in policies for name in payloads for each in policy.get(name) or []}
    offered = {key for key in keys if "user" in {each.scope for each in built_in().of_name(*key.split(";"))}}
    assert keys - offered == set()


def test_the_guide_shows_what_its_definition_becomes(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "docsite" / "rst" / "guide_converting.rst").read_text(encoding="utf-8")
    blocks = [
        textwrap.dedent(text)
        for text in re.findall(r"^\.\. code-block:: yaml\n\n((?:(?: +.*)?\n)+)", guide, re.MULTILINE)
    ]
    [given_text] = [block for block in blocks if block.startswith("# definitions/excel.yml\n")]
    [shown] = [block for block in blocks if block.startswith("# Written by")]
    some_admx.write(tmp_path / "admx")
    converter = Converter(AdmxFolder.below(tmp_path / "admx"), built_in())
    source = Source("excel.yml", tuple(read_definitions("excel.yml", given_text.encode())))
    [file] = written([(source, converter.converted(source))], converter.catalog).files
    assert file.data.decode() == shown.rstrip("\n") + "\n"


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
    texts = {"excel16": EXCEL, "outlk16": OUTLOOK, "office16": OFFICE}
    admx = {name: admx_of(text.encode()) for name, text in texts.items()}
    converter = Converter(t.cast("t.Any", admx), own.CATALOG.with_definitions(MORE))
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


# Random ADMX policies with a definition of the same shape: what was set is what the new definition says.


def _catalog_of(spec: model.Spec) -> Catalog:
    setting = own.toggle("own16", spec["name"], "", *(each["id"].lower() for each in spec["elements"]))
    found: list[Definition] = [setting]
    for each in spec["elements"]:
        if each["form"] == "boolean":
            found.append(own.choice(setting, each["id"], {0: "", 1: ""}, default=1))
        elif each["form"] == "enum":
            values = {value[1] for value, _side in each["items"] if value is not None}
            found.append(own.choice(setting, each["id"], dict.fromkeys(values, "")))
        elif each["form"] == "decimal":
            found.append(own.element(setting, each["id"], value_type="integer", default=3))
        elif each["form"] == "text":
            found.append(own.element(setting, each["id"], value_type="string", default=""))
        elif each["explicit"]:
            pair = [f"{setting.id}_{each['id'].lower()}_{end}" for end in ("key", "value")]
            group = own.element(setting, each["id"], "group_list", counts=(1, 600))
            found.append(replace(group, children=tuple(Child(name, True) for name in pair)))
            names = zip(pair, ("key", "value"), strict=True)
            found += [Definition(name, setting.id, "user", "own16", end, "simple", "string") for name, end in names]
        else:
            found.append(own.element(setting, each["id"], "simple_list", value_type="string"))
    return Catalog(found)


def _said(setting: Setting) -> t.Any:
    """Return what a setting says, by the ends of the ids."""
    value = setting.value
    if isinstance(value, Choice):
        return (value.option, {name: _said(child) for name, child in value.children.items()})
    if isinstance(value, Simple):
        return value.value
    assert isinstance(value, Members)
    pairs = [sorted(_said(each) for each in part.children.values()) for part in value.given if isinstance(part, Group)]
    return sorted(pairs) or sorted(part.value for part in value.given)


def _wanted(spec: model.Spec, definition_id: str, state: str, values: t.Mapping[str, t.Any]) -> t.Any:
    found: dict[str, t.Any] = {}
    for each in spec["elements"] if state == "enabled" else ():
        name, value = f"{definition_id}_{each['id'].lower()}", values[each["id"]]
        if each["form"] in ("boolean", "enum"):
            number = int(value) if each["form"] == "boolean" else each["items"][value][0][1]
            found[name] = (f"{name}_{str(number).lower()}", {})
        elif each["form"] == "list":
            found[name] = sorted(sorted(pair) for pair in value.items()) if each["explicit"] else sorted(value)
        else:
            found[name] = value
    return (f"{definition_id}_{int(state == 'enabled')}", found)


@given(st.data())
def test_what_a_state_wrote_becomes_that_state_and_nothing_else(data: st.DataObject) -> None:
    spec = data.draw(model.policies())
    state, values = data.draw(model.states(spec))
    there = model.there(model.applied(spec, state, values))
    names = {name.lower(): name for each in values.values() if isinstance(each, (list, dict)) for name in each}
    items = [item("own16;l_own", names.get(name, name), value, kind) for (_key, name), (kind, value) in there.items()]
    admx = admx_of(model.xml_of([spec]).encode())
    converter = Converter(t.cast("t.Any", {"own16": admx}), _catalog_of(spec))
    made = made_of(converter, *items)
    assert len(made["payload_items"]) == len(items)
    if made["definition"] is None:
        assert all(each["status"] == OPEN and each["reason"] for each in made["payload_items"])
        return
    [setting] = compile_settings(made["definition"]["settings"], converter.catalog).values()
    assert _said(setting) == _wanted(spec, setting.id, state, values)


@given(st.data())
def test_what_is_decided_whole_is_converted_where_the_catalog_has_its_elements(data: st.DataObject) -> None:
    spec = data.draw(model.policies())
    state, values = data.draw(model.states(spec))
    there = model.there(model.applied(spec, state, values))
    admx = admx_of(model.xml_of([spec]).encode())
    policy = admx.get("L_Own")
    assert policy is not None
    names = {name.lower(): name for each in values.values() if isinstance(each, (list, dict)) for name in each}
    registry = {Place.of(key, names.get(name, name)): Data(*value) for (key, name), value in there.items()}
    reading = decide(policy, registry).reading
    # Lists take any name, and items have no key to tell two lists by.
    one_list = sum(each["form"] == "list" for each in spec["elements"]) < 2
    if reading is None or reading.missing or None in reading.values.values() or not one_list:
        return
    if {place.name for place in policy.places} & names.keys():
        return
    items = [item("own16;l_own", place.spelled, value.value, value.type) for place, value in registry.items()]
    converter = Converter(t.cast("t.Any", {"own16": admx}), _catalog_of(spec))
    made = made_of(converter, *items)
    assert decide(policy, registry).outcome == DECIDED
    assert made["complete"], made["payload_items"][0]["reason"]
