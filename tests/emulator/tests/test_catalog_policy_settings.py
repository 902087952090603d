# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of a policy of the settings catalogue, as they are read back."""

from __future__ import annotations

import pytest

from graph_emulator.small_catalog import (
    ADDINS,
    ADDINS_KEY,
    ADDINS_LIST,
    ADDINS_VALUE,
    GRAPH,
    SECRET,
    STORAGE,
    STORAGE_CHILD,
    TOGGLE,
)

from .catalog import GROUPS, CatalogTenant, Json, choice, simple

ROOT = "deviceManagement/configurationPolicies"


@pytest.fixture
def graph() -> CatalogTenant:
    """A tenant without policies."""
    return CatalogTenant()


def seeded(policy: Json) -> CatalogTenant:
    """A tenant with one policy, of settings that need no definition."""
    return CatalogTenant({"catalog_policies": [policy]})


def test_expanded_settings_are_complete_and_expanded_assignments_always_empty() -> None:
    settings = [{"settingInstance": choice(f"com.example.s{n}")} for n in range(306)]
    graph = seeded({"name": "A", "settings": settings, "assignments": [GROUPS[0]]})
    key = graph.get(ROOT)["value"][0]["id"]
    shown = graph.get(f"{ROOT}('{key}')?$expand=settings,assignments")
    assert [item["id"] for item in shown["settings"]] == [str(n) for n in range(306)]
    assert "settings@odata.nextLink" not in shown
    assert shown["assignments"] == []
    assert shown["@odata.context"].endswith("configurationPolicies(assignments(),settings())/$entity")
    assert shown["settings@odata.context"].endswith(f"configurationPolicies('{key}')/settings")
    assert len(graph.get(f"{ROOT}/{key}/assignments")["value"]) == 1


def test_read_back_noise(graph: CatalogTenant) -> None:
    child = simple(STORAGE_CHILD, 137)
    key = graph.create("A", settings=[{"id": "77", "settingInstance": choice(STORAGE, "1", [child])}])["id"]
    (setting,) = graph.get(f"{ROOT}/{key}/settings")["value"]
    assert setting == {
        "id": "0",
        "settingInstance": {
            "@odata.type": f"{GRAPH}ChoiceSettingInstance",
            "settingDefinitionId": STORAGE,
            "settingInstanceTemplateReference": None,
            "auditRuleInformation": None,
            "choiceSettingValue": {
                "settingValueTemplateReference": None,
                "value": f"{STORAGE}_1",
                "children": [
                    {
                        "@odata.type": f"{GRAPH}SimpleSettingInstance",
                        "settingDefinitionId": STORAGE_CHILD,
                        "settingInstanceTemplateReference": None,
                        "auditRuleInformation": None,
                        "simpleSettingValue": {
                            "@odata.type": f"{GRAPH}IntegerSettingValue",
                            "settingValueTemplateReference": None,
                            "value": 137,
                        },
                    }
                ],
            },
        },
    }


def test_groups_lose_their_type_too_and_choices_without_children_have_an_empty_list(graph: CatalogTenant) -> None:
    typed = {
        "@odata.type": f"{GRAPH}GroupSettingValue",
        "children": [simple(ADDINS_KEY, "A"), simple(ADDINS_VALUE, "1")],
    }
    group = {
        "@odata.type": f"{GRAPH}GroupSettingCollectionInstance",
        "settingDefinitionId": ADDINS_LIST,
        "groupSettingCollectionValue": [typed],
    }
    bare = choice(TOGGLE, "0")
    del bare["choiceSettingValue"]["children"]
    bare["choiceSettingValue"]["@odata.type"] = f"{GRAPH}ChoiceSettingValue"
    settings = [{"settingInstance": item} for item in (choice(ADDINS, "1", [group]), bare)]
    key = graph.create("A", settings=settings)["id"]
    first, second = (item["settingInstance"] for item in graph.get(f"{ROOT}/{key}/settings")["value"])
    (value,) = first["choiceSettingValue"]["children"][0]["groupSettingCollectionValue"]
    assert list(value) == ["settingValueTemplateReference", "children"]
    assert second["choiceSettingValue"] == {
        "settingValueTemplateReference": None,
        "value": f"{TOGGLE}_0",
        "children": [],
    }


def test_a_secret_reads_back_as_a_token_that_stays(graph: CatalogTenant) -> None:
    value = {"@odata.type": f"{GRAPH}SecretSettingValue", "value": "hush", "valueState": "notEncrypted"}
    secret = {
        "@odata.type": f"{GRAPH}SimpleSettingInstance",
        "settingDefinitionId": SECRET,
        "simpleSettingValue": value,
    }
    key = graph.create("A", settings=[{"settingInstance": secret}])["id"]
    first, again = (graph.get(f"{ROOT}/{key}/settings")["value"][0]["settingInstance"] for _unused in range(2))
    assert first == again
    shown = first["simpleSettingValue"]
    assert (shown["valueState"], "hush" in shown["value"]) == ("encryptedValueToken", False)


def test_pages_of_settings() -> None:
    settings = [choice(f"com.example.s{n}") for n in range(63)]
    graph = seeded({"name": "A", "settings": settings})
    key = graph.get(ROOT)["value"][0]["id"]
    sizes, path = [], f"{ROOT}/{key}/settings"
    while path:
        page = graph.get(path)
        assert page["@odata.count"] == len(page["value"])
        assert page["@odata.context"].endswith(f"configurationPolicies('{key}')/settings")
        sizes.append(len(page["value"]))
        path = page.get("@odata.nextLink", "")
        assert path.startswith("https://") or not path
    assert sizes == [25, 25, 13]
    for query in ("?$top=1000", "?top=1000", "?&top=1000"):
        assert len(graph.get(f"{ROOT}/{key}/settings{query}")["value"]) == 63
    assert "$select=settingInstance,id" in graph.get(f"{ROOT}/{key}/settings")["@microsoft.graph.tips"]


def test_one_setting_and_its_definitions(graph: CatalogTenant) -> None:
    key = graph.create("A", settings=[{"settingInstance": choice(STORAGE, "1", [simple(STORAGE_CHILD, 5)])}])["id"]
    assert graph.get(f"{ROOT}('{key}')/settings('0')")["settingInstance"]["settingDefinitionId"] == STORAGE
    found = graph.get(f"{ROOT}('{key}')/settings('0')/settingDefinitions")["value"]
    assert [item["id"] for item in found] == [STORAGE, STORAGE_CHILD]
    (shown,) = graph.get(f"{ROOT}/{key}/settings?$expand=settingDefinitions")["value"]
    assert [item["id"] for item in shown["settingDefinitions"]] == [STORAGE, STORAGE_CHILD]
