# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalog: the one that the collection brings, files of users, and Graph's own documents."""

from __future__ import annotations

import json
import typing as t
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog import built_in_lines
from ansible_collections.m365.apps.plugins.module_utils._catalog.built_in_lines import LINES
from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import (
    Catalog,
    built_in,
    catalog_lines,
    load_catalogue,
)
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import (
    Child,
    Definition,
    DefinitionError,
    Option,
    definition_from_graph,
    definitions_from_graph,
    is_office,
)
from ansible_collections.m365.apps.plugins.module_utils._catalog.lines import definition_of, header, line_of
from ansible_collections.m365.apps.tests.tools.catalog import MODULE, module
from graph_emulator.graph.catalog import facts

TOP = "user_vendor_msft_policy_config_excel16v2~policy~l_excel~l_security_l_macros"
GRAPH = "#microsoft.graph.deviceManagementConfiguration"
EXCEL = "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_exceloptions~l_security~l_trustcenter"


def option(item_id: str, value: t.Any, *children: tuple[str, bool]) -> dict[str, t.Any]:
    kind = "Integer" if isinstance(value, int) else "String"
    return {
        "itemId": item_id,
        "displayName": f"Own words for {value}",
        "optionValue": {"@odata.type": f"{GRAPH}{kind}SettingValue", "value": value},
        "dependedOnBy": [{"dependedOnBy": name, "required": required} for name, required in children],
    }


def document(definition_id: str, kind: str, **more: t.Any) -> dict[str, t.Any]:
    return {
        "@odata.type": f"{GRAPH}{kind}Definition",
        "id": definition_id,
        "baseUri": "./User/Vendor/MSFT/Policy",
        "offsetUri": "/Config/excel16v2.Updates.3~Policy~L_Excel~L_Security/L_Macros",
        "rootDefinitionId": TOP,
        "name": definition_id.rpartition("_")[2],
        "displayName": "  Own words\r\n",
        "applicability": {"platform": "windows10", "technologies": "mdm"},
        **more,
    }


DOCUMENTS = [
    document(
        TOP,
        "ChoiceSetting",
        displayName="Own words (Deprecated)",
        keywords=[
            "macros",
            "Own  words",
            "\\Own Excel\\Safety ",
            "Own Excel\\Safety",
            "Safety",
            "Machine",
            "",
            "two\r\nlines",
        ],
        defaultOptionId=f"{TOP}_0",
        options=[option(f"{TOP}_0", 0), option(f"{TOP}_1", 1, (f"{TOP}_text", True), ("other_v2", False))],
    ),
    document(
        f"{TOP}_text",
        "SimpleSetting",
        valueDefinition={
            "@odata.type": f"{GRAPH}StringSettingValueDefinition",
            "minimumLength": 0,
            "maximumLength": 64,
            "isSecret": False,
        },
        defaultValue={"@odata.type": f"{GRAPH}StringSettingValue", "value": None},
    ),
    document(
        "other_v2",
        "SettingGroupCollection",
        minimumCount=1,
        maximumCount=600,
        dependedOnBy=[{"dependedOnBy": "other_v2_key", "required": True}],
    ),
    document(
        "other_v2_key",
        "SimpleSetting",
        valueDefinition={
            "@odata.type": f"{GRAPH}IntegerSettingValueDefinition",
            "minimumValue": 1,
            "maximumValue": 9,
        },
        defaultValue={"@odata.type": f"{GRAPH}IntegerSettingValue", "value": 5},
    ),
]


def test_facts_of_graphs_documents() -> None:
    top, text, group, key = definitions_from_graph(DOCUMENTS)
    assert top == Definition(
        TOP,
        TOP,
        "user",
        "excel16",
        "macros",
        "choice",
        options=(
            Option(f"{TOP}_0", 0, (), "Own words for 0"),
            Option(f"{TOP}_1", 1, (Child(f"{TOP}_text", True), Child("other_v2", False)), "Own words for 1"),
        ),
        default=f"{TOP}_0",
        deprecated=True,
        title="Own words (Deprecated)",
        category="Own Excel\\Safety",
        keywords=("Machine", "two lines"),
    )
    assert (text.kind, text.value_type, text.bounds, text.default) == ("simple", "string", (0, 64), None)
    assert (text.title, text.deprecated, text.is_setting) == ("Own words", False, False)
    assert (group.kind, group.counts, group.children) == ("group_list", (1, 600), (Child("other_v2_key", True),))
    assert (key.value_type, key.bounds, key.default) == ("integer", (1, 9), 5)


def test_a_file_says_what_graph_says_and_titles_only_where_asked_for() -> None:
    definitions = definitions_from_graph(DOCUMENTS)
    written = list(catalog_lines(reversed(definitions), "a test", titles=True))
    read = load_catalogue(written, "own.jsonl")
    assert [read.get(each.id) for each in definitions] == list(definitions)
    assert [json.loads(line)["id"] for line in written[1:]] == sorted(each.id for each in definitions)
    head = {"format": "m365.apps/catalog", "version": 1, "made_from": "a test", "definitions": len(definitions)}
    assert json.loads(written[0]) == head
    assert [json.loads(line) for line in written[1:]][2]["category"] == "Own Excel\\Safety"
    bare = "\n".join(catalog_lines(definitions, "a test"))
    assert [text for text in ("Own words", "Own Excel", "two lines") if text in bare] == []


def test_a_catalog_tells_whether_its_uppermost_definitions_have_texts() -> None:
    [top, *_elements] = definitions_from_graph(DOCUMENTS)
    bare = replace(top, title="")
    assert Catalog([top], below=built_in()).has_texts
    assert not Catalog([bare], below=Catalog([top])).has_texts
    assert not built_in().has_texts
    assert not Catalog().has_texts


def test_the_settings_of_a_catalog_are_each_there_once_without_elements() -> None:
    top, *elements = definitions_from_graph(DOCUMENTS)
    mine = replace(top, title="Mine")
    assert list(Catalog([mine, *elements], below=Catalog([top])).settings()) == [mine]
    demoted = replace(top, root="other")
    assert list(Catalog([demoted], below=Catalog([top])).settings()) == []
    assert sum(1 for _each in built_in().settings()) == 2349


def test_a_file_may_hold_graphs_documents() -> None:
    read = load_catalogue([json.dumps(each).encode() for each in DOCUMENTS], "dump.jsonl")
    assert [read.get(each["id"].upper()) for each in DOCUMENTS] == list(definitions_from_graph(DOCUMENTS))


def test_every_office_policy_is_in_the_catalog_that_the_collection_brings() -> None:
    catalog = built_in()
    definitions = [catalog.get(each) for each in catalog.ids()]
    settings = [each for each in definitions if each and each.is_setting]
    assert Counter((is_office(each.id), each.scope) for each in settings) == {
        (True, "user"): 2279,
        (True, "device"): 68,
        (False, "device"): 2,
    }
    assert all(is_office(each.id) == is_office(each.root) for each in definitions if each)
    assert sum(each.deprecated for each in settings) == 42
    assert all([one.value for one in each.options] == [0, 1] for each in settings)


def test_the_lines_that_the_collection_brings_are_whole_sorted_and_without_texts() -> None:
    head, *lines = LINES.rstrip("\n").split("\n")
    made_from = json.loads(head)["made_from"]
    assert made_from.startswith("Microsoft Graph")
    assert head == header(made_from, len(lines))
    definitions = [definition_of(line) for line in lines]
    assert [line_of(each) for each in definitions] == lines
    assert [each.id for each in definitions] == sorted(each.id for each in definitions)
    known = {each.id for each in definitions}
    assert all(child.id in known for each in definitions for child in each.all_children)
    assert all(each.root in known for each in definitions)
    assert [text for text in ('"title', '"category', '"keywords') if text in LINES] == []
    assert built_in().ids() == sorted(known)


def test_the_module_is_as_the_tool_makes_it() -> None:
    """So that nothing else, such as a formatter, changes it."""
    source = Path(built_in_lines.__file__).read_text(encoding="utf-8")
    assert source == MODULE.format(lines=LINES.rstrip("\n"))


def test_the_tool_makes_the_same_module_of_the_same_dump() -> None:
    office = definitions_from_graph(DOCUMENTS[:2])
    other = definition_from_graph(document("user_vendor_msft_policy_config_edge~policy~x_y", "ChoiceSetting"))
    made = module([*office, other], "a test")
    assert made == module([*reversed(office), other], "a test")
    lines = made.split('"""')[-2].splitlines()
    assert load_catalogue(lines, "made").ids() == [TOP, f"{TOP}_text"]
    assert "Own words" not in made


@pytest.mark.parametrize(
    ("definition_id", "office"),
    [
        (f"{EXCEL}_l_vbawarningspolicy", True),
        (f"{EXCEL}_l_vbawarningspolicy".upper(), True),
        ("user_vendor_msft_policy_config_office16v3.1~policy~l_x_l_new", True),
        ("user_vendor_msft_policy_config_office16v2.updates.2~policy~l_x_l_new", True),
        ("user_vendor_msft_policy_config_office16~policy~l_x_l_new", True),
        ("user_vendor_msft_policy_config_teams~policy~l_x_l_new", True),
        ("pdates~policy~l_microsoftofficemachine~l_updates_l_updatebranch", True),
        ("device_vendor_msft_policy_config_secguidev22h2~policy~cat_secguide_pol_secguide_legacy_jscript", False),
        ("device_vendor_msft_policy_config_microsoft_edge~policy~microsoft_edge_x", False),
        ("device_vendor_msft_policy_config_defender_allowarchivescanning", False),
        ("com.apple.managedclient.preferences_office16", False),
        ("", False),
    ],
)
def test_office_is_told_by_the_id(definition_id: str, office: bool) -> None:
    assert is_office(definition_id) is office


def test_keys_find_settings_in_any_case_and_never_elements() -> None:
    catalog = built_in()
    [found] = catalog.of_name("EXCEL16", "l_vbawarningsPOLICY")
    assert found.id == f"{EXCEL}_l_vbawarningspolicy"
    assert [each.scope for each in catalog.of_name("office16", "L_AgeOutPolicy")] == ["user", "device"]
    assert catalog.of_name("excel16", "L_empty4") == ()
    assert [each.id[:6] for each in catalog.of_name("office16", "L_UpdateBranch")] == ["pdates", "device"]


def test_a_file_counts_where_both_know_a_definition() -> None:
    [old] = built_in().of_name("excel16", "L_VBAWarningsPolicy")
    new = Definition(old.id, old.root, "user", "excel16", "L_Renamed", "choice")
    catalog = built_in().with_definitions([new])
    assert catalog.get(old.id) == new
    assert catalog.of_name("excel16", "L_VBAWarningsPolicy") == ()
    assert catalog.of_name("excel16", "L_Renamed") == (new,)
    assert len(catalog.ids()) == len(built_in().ids())
    assert ("word16", "l_vbawarningspolicy") in set(catalog.names())


HEAD = '{"format": "m365.apps/catalog", "version": 1, "made_from": "x"}'
LINE = '{"id": "a", "scope": "", "file": "", "name": "A", "kind": "choice"}'


def counted(number: t.Any) -> str:
    """Return the header of a file with so many definitions."""
    return json.dumps({**json.loads(HEAD), "definitions": number})


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "own.jsonl: the file is empty"),
        (["[]"], 'own.jsonl line 1: the file must begin with a header that says "format": "m365.apps/catalog"'),
        (
            ['{"format": "m365.apps/catalog", "version": 2}'],
            "line 1: its version is 2, and this collection reads version 1",
        ),
        ([HEAD, LINE, "{"], "own.jsonl line 3: it is not JSON: "),
        ([counted(2), LINE], "own.jsonl: its header says that it has 2 definitions, and it has 1, so it was cut or"),
        ([counted(0), LINE], "own.jsonl: its header says that it has 0 definitions, and it has 1, so it was cut or"),
        ([counted("1"), LINE], 'own.jsonl line 1: definitions of its header must be a number, not "1"'),
        ([HEAD, "[" * 10_000], "own.jsonl line 2: it is not JSON: "),
        ([HEAD, "[]"], "own.jsonl line 2: it is not a JSON object"),
        ([HEAD, '{"id": "a", "scope": ""}'], "line 2: it has no file and no name and no kind"),
        ([HEAD, LINE, LINE.replace('"a"', '"A"')], "own.jsonl line 3: it repeats the id A"),
        ([HEAD, LINE[:-1] + ', "optoins": {}}'], "line 2: it has keys that this collection does not know: optoins"),
        ([HEAD, LINE[:-1] + ', "options": {"_0": null}}'], 'options has a value of the wrong form: {"_0": null}'),
        ([HEAD, LINE[:-1] + ', "length": [1]}'], "length has a value of the wrong form"),
        ([HEAD, LINE[:-1] + ', "keywords": [""]}'], "keywords has a value of the wrong form"),
        ([HEAD, LINE[:-1] + ', "category": null}'], "category has a value of the wrong form"),
        ([HEAD, LINE[:-1] + ', "element": "_b"}'], "element has a value of the wrong form"),
        ([HEAD, LINE[:-1] + ', "element": "a"}'], "element has a value of the wrong form"),
        ([HEAD, LINE[:-1] + ', "element": {}}'], "element has a value of the wrong form: {}"),
        ([HEAD, LINE.replace('"a"', '""')], 'id has a value of the wrong form: ""'),
        ([HEAD, LINE.replace('"a"', '["a"]')], 'id has a value of the wrong form: ["a"]'),
        ([HEAD, b"\xff"], "own.jsonl line 2: it is not UTF-8 text"),
        (
            [json.dumps(DOCUMENTS[0]), "{}"],
            "own.jsonl line 2: the definition without an id has not the form of Graph's",
        ),
        (
            [json.dumps(DOCUMENTS[0]), json.dumps({**DOCUMENTS[1], "id": 7})],
            "the definition 7 has not the form of Graph's",
        ),
        (
            [json.dumps(DOCUMENTS[0]), json.dumps({**DOCUMENTS[1], "maximumCount": "7"})],
            "its maximumCount is not a whole number",
        ),
    ],
)
def test_a_bad_file_is_one_sentence_with_its_line(lines: list[str | bytes], says: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_catalogue(lines, "own.jsonl")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_is_checked_whole_and_made_definitions_of_where_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str | bytes] = []

    def reading(line: str | bytes) -> Definition:
        read.append(line)
        return definition_of(line)

    monkeypatch.setattr(f"{load_catalogue.__module__}.definition_of", reading)
    element = LINE.replace('"a"', '"a_b"').replace('"A"', '"B"').replace('"file": ""', '"element": "_b", "file": "f"')
    catalog = load_catalogue([HEAD, LINE, element], "own.jsonl")
    assert read == []
    assert catalog.of_name("", "a") == (catalog.get("A"),)
    assert [each.id for each in catalog.elements_of_name("f", "b")] == ["a_b"]
    assert read == [LINE, element]


def test_a_file_whose_header_has_no_number_is_taken_as_it_is() -> None:
    assert load_catalogue([HEAD, LINE], "own.jsonl").ids() == ["a"]
    assert load_catalogue([counted(1), LINE], "own.jsonl").ids() == ["a"]


def test_blank_lines_and_a_mark_at_the_beginning_do_no_harm() -> None:
    lines = [b"\xef\xbb\xbf" + HEAD.encode(), b"\n", LINE.encode()]
    assert load_catalogue(lines, "own.jsonl").ids() == ["a"]
    assert Catalog().ids() == []


def test_what_the_emulator_serves_of_the_lines_are_the_same_definitions() -> None:
    served = facts.documents([json.loads(line) for line in LINES.rstrip("\n").split("\n")[1:]])
    read = definitions_from_graph(
        each for each in served if "@odata.type" in each and "Definition" in each["@odata.type"]
    )
    bare = [
        replace(each, title="", options=tuple(replace(option, title="") for option in each.options)) for each in read
    ]
    assert bare == [built_in().get(each) for each in built_in().ids()]


def test_what_the_emulator_serves_of_lines_with_texts_are_the_same_definitions() -> None:
    definitions = definitions_from_graph(DOCUMENTS)
    _head, *lines = catalog_lines(definitions, "a test", titles=True)
    served = [each for each in facts.documents(map(json.loads, lines)) if "@odata.type" in each]
    assert {each["id"]: each for each in served}[TOP]["keywords"][2] == "\\Own Excel\\Safety"
    assert sorted(definitions_from_graph(served), key=lambda each: each.id) == sorted(
        definitions, key=lambda each: each.id
    )
