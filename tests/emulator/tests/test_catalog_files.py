# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the definitions of the settings catalogue come from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from graph_emulator import small_catalog as small
from graph_emulator.__main__ import main
from graph_emulator.graph.catalog.definitions import Definitions
from graph_emulator.graph.catalog.sources import CatalogError, builtin, from_files
from graph_emulator.small_catalog import chosen, settings
from graph_emulator.world import World


def zipped(path: Path) -> Path:
    """The same file in gzip."""
    path.write_bytes(gzip.compress(path.read_bytes()))
    return path


@pytest.mark.parametrize("pack", [lambda path: path, zipped], ids=["plain", "gzip"])
def test_graph_s_documents_one_a_line(tmp_path: Path, pack: object) -> None:
    found = from_files(str(pack(small.write(tmp_path / "catalog"))))  # type: ignore[operator]
    assert list(found) == small.DOCUMENTS
    assert list(found.categories.values()) == small.CATEGORY_DOCUMENTS


def test_several_files_count_together_and_the_later_one_counts_more(tmp_path: Path) -> None:
    changed = {**small.DOCUMENTS[0], "displayName": "changed"}
    first = small.write(tmp_path / "first", small.DOCUMENTS)
    second = small.write(tmp_path / "second", [changed])
    found = from_files(str(first), str(second))
    assert len(found) == len(small.DOCUMENTS)
    assert found.get(changed["id"]) == changed


def test_a_category_without_a_document_is_a_bare_one() -> None:
    found = Definitions.of(small.DOCUMENTS[:1])
    (category,) = found.categories.values()
    assert category["id"] == small.DOCUMENTS[0]["categoryId"]
    assert (category["platforms"], category["technologies"]) == ("windows10", "mdm")
    assert set(category) == set(small.CATEGORY_DOCUMENTS[0])


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", "line 1: Expecting property name"),
        (b'\n{"id": 1}', "line 2: an object with an id is needed"),
        (b"[]", "line 1: a JSON object is needed"),
        (b'{"format":"m365.apps/catalog","version":1}\n{"id":"a"}', "a line is not as the format has it"),
        (b"\xff\xfe{}", "can't decode byte"),
        (b"\x1f\x8bnothing at all", "Unknown compression method"),
        (gzip.compress(b"{}", mtime=0)[:-9], "ended before the end-of-stream marker"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(
    tmp_path: Path, content: bytes, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "catalog"
    path.write_bytes(content)
    with pytest.raises(CatalogError, match=text):
        from_files(str(path))
    assert main(["--catalog", str(path)]) == 2
    printed = capsys.readouterr().err
    assert str(path) in printed
    assert printed.count("\n") == 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="No such file"):
        from_files(str(tmp_path / "nothing"))


def test_every_tenant_of_a_world_has_its_definitions(tmp_path: Path) -> None:
    definitions = from_files(str(small.write(tmp_path / "catalog")))
    world = World(("https://localhost",), definitions=definitions)
    loaded = world.load({"tenants": {"": {}}})
    assert [tenant.definitions for tenant in loaded.values()] == [definitions]
    assert json.dumps(small.DOCUMENTS[0]) == json.dumps(next(iter(definitions)))


HEADER = {"format": "m365.apps/catalog", "version": 1, "made_from": "a test"}
COMMON = {"scope": "user", "file": "excel16"}
FACTS: list[small.Json] = [
    {
        **COMMON,
        "id": small.MODE,
        "name": "L_OutlookSecurityMode",
        "kind": "choice",
        "options": {"_0": 0, "_1": 1},
        "default": "_0",
        "required": {"_1": ["_l_text", "_l_rules", "_l_names"]},
        "optional": {"_1": [small.ACTIVEX_V2]},
        "deprecated": True,
    },
    {
        **COMMON,
        "id": f"{small.MODE}_l_text",
        "element": "_l_text",
        "name": "L_Text",
        "kind": "simple",
        "type": "string",
        "length": [1, 0],
        "default": "abc",
    },
    {
        **COMMON,
        "id": f"{small.MODE}_l_rules",
        "element": "_l_rules",
        "name": "L_Rules",
        "kind": "group_list",
        "count": [1, 600],
        "required": {"": ["_key"]},
    },
    {
        **COMMON,
        "id": f"{small.MODE}_l_rules_key",
        "element": "_l_rules_key",
        "name": "L_Rules_key",
        "kind": "simple",
        "type": "integer",
        "range": [0, 9],
    },
    {
        **COMMON,
        "id": f"{small.MODE}_l_names",
        "element": "_l_names",
        "name": "L_Names",
        "kind": "simple_list",
        "type": "string",
        "length": [0, 20],
        "count": [1, 3],
    },
    {
        **COMMON,
        "id": small.ACTIVEX_V2,
        "root": small.MODE,
        "name": "L_AllowActiveXOneOffForms",
        "kind": "choice",
        "options": {"_0": 0, f"{small.ACTIVEX_V2}_some text": "Some Text"},
        "platform": "macOS",
        "technologies": "mdm,appleRemoteManagement",
        "title": "Allow it",
        "titles": {"_0": "No"},
    },
]


@pytest.fixture
def found(tmp_path: Path) -> Definitions:
    """The catalogue of a file with facts."""
    return from_files(str(small.write(tmp_path / "facts", [HEADER, *FACTS])))


def document(found: Definitions, key: str) -> small.Json:
    """A definition that is there."""
    return dict(found.known(key))


def test_facts_become_documents_of_graph(found: Definitions) -> None:
    policy = document(found, small.MODE)
    assert set(policy) == set(small.DOCUMENTS[0])
    assert policy["@odata.type"] == f"{small.GRAPH}ChoiceSettingDefinition"
    assert (policy["baseUri"], policy["offsetUri"]) == (
        "./User/Vendor/MSFT/Policy",
        "/Config/excel16~Policy/L_OutlookSecurityMode",
    )
    assert (policy["rootDefinitionId"], policy["defaultOptionId"]) == (small.MODE, f"{small.MODE}_0")
    # Graph tells of deprecation in the title alone.
    assert policy["displayName"] == "L_OutlookSecurityMode (deprecated)"
    enabled = policy["options"][1]
    assert (enabled["itemId"], enabled["optionValue"]["value"]) == (f"{small.MODE}_1", 1)
    assert enabled["dependedOnBy"] == [
        {"dependedOnBy": f"{small.MODE}_l_text", "required": True},
        {"dependedOnBy": f"{small.MODE}_l_rules", "required": True},
        {"dependedOnBy": f"{small.MODE}_l_names", "required": True},
        {"dependedOnBy": small.ACTIVEX_V2, "required": False},
    ]


def test_facts_of_elements_have_their_place_bounds_and_defaults(found: Definitions) -> None:
    place = [{"dependentOn": f"{small.MODE}_1", "parentSettingId": small.MODE}]
    text = document(found, f"{small.MODE}_l_text")
    assert (text["rootDefinitionId"], text["dependentOn"]) == (small.MODE, place)
    assert (text["valueDefinition"]["minimumLength"], text["valueDefinition"]["maximumLength"]) == (1, 0)
    assert text["defaultValue"]["value"] == "abc"
    rules, key = document(found, f"{small.MODE}_l_rules"), document(found, f"{small.MODE}_l_rules_key")
    assert (rules["minimumCount"], rules["maximumCount"], rules["childIds"]) == (1, 600, [key["id"]])
    assert key["dependentOn"] == [{"dependentOn": rules["id"], "parentSettingId": rules["id"]}]
    assert (key["valueDefinition"]["minimumValue"], key["valueDefinition"]["maximumValue"]) == (0, 9)
    names = document(found, f"{small.MODE}_l_names")
    assert names["@odata.type"] == f"{small.GRAPH}SimpleSettingCollectionDefinition"
    optional = document(found, small.ACTIVEX_V2)
    assert (optional["rootDefinitionId"], optional["options"][0]["dependentOn"]) == (small.MODE, place)


def test_facts_with_texts_platform_and_option_ids_of_their_own(found: Definitions) -> None:
    optional = document(found, small.ACTIVEX_V2)
    assert (optional["displayName"], optional["options"][0]["displayName"]) == ("Allow it", "No")
    assert optional["applicability"]["platform"] == "macOS"
    assert optional["applicability"]["technologies"] == "mdm,appleRemoteManagement"
    assert optional["options"][1]["itemId"] == f"{small.ACTIVEX_V2}_some text"
    assert optional["options"][1]["optionValue"]["value"] == "Some Text"


def test_facts_have_a_category_for_each_admx_file(found: Definitions) -> None:
    (category,) = found.categories.values()
    assert category["displayName"] == "excel16"
    assert {item["categoryId"] for item in found} == {category["id"]}


def test_the_catalogue_that_the_collection_brings_is_served_where_no_file_is_given() -> None:
    found = World(("https://localhost",)).definitions
    assert found is builtin()
    assert len(found) > 4500
    instance = chosen(small.CHANNEL, 1, chosen(small.CHANNEL_CHILD, "monthlyenterprise"))
    found.check(settings(instance))
    roots = [item for item in found if item["id"] == item["rootDefinitionId"]]
    assert roots == [item for item in found if not found.is_child(item["id"])]
    below = [
        child["dependedOnBy"]
        for item in found
        for part in (item, *item.get("options", ()))
        for child in part.get("dependedOnBy", ())
    ]
    assert [key for key in below if found.get(key) is None] == []


def filled(catalog: Definitions, key: str) -> small.Json:
    """An instance of a definition with all that it needs."""
    found = catalog.known(key)
    kind = str(found["@odata.type"]).removeprefix(small.GRAPH).removesuffix("Definition")
    children = [filled(catalog, child["id"]) for child in catalog.children(key)]
    if kind == "ChoiceSetting":
        option = next((item for item in found["options"] if item["dependedOnBy"]), found["options"][-1])
        value = {"value": option["itemId"], "children": children if option["dependedOnBy"] else []}
        return {**chosen(key, 0), "choiceSettingValue": value}
    if kind == "SettingGroupCollection":
        return small.grouped(key, children)
    rules = found["valueDefinition"]
    value = rules["minimumValue"] if "minimumValue" in rules else "x" * max(1, rules["minimumLength"])
    return small.listed(key, value) if kind == "SimpleSettingCollection" else small.valued(key, value)


def test_every_policy_that_the_collection_knows_can_be_enabled_in_one_policy() -> None:
    catalog = builtin()
    roots = [item["id"] for item in catalog if not catalog.is_child(item["id"])]
    catalog.check(settings(*(filled(catalog, key) for key in roots)))
    catalog.check(settings(*(chosen(key, 0) for key in roots)))
    assert len(roots) > 2300
