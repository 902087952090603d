# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions, categories and templates of the settings catalogue: what each call answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pytest

from graph_emulator import small_catalog as small
from graph_emulator.graph.catalog.baseline import BASELINE, reference
from graph_emulator.small_catalog import chosen, settings

from .catalog import POLICIES, TENANT, CatalogTenant

SETTINGS = "deviceManagement/configurationSettings"
CATEGORIES = "deviceManagement/configurationCategories"
TEMPLATES = "deviceManagement/configurationPolicyTemplates"
BY_ID = {document["id"]: document for document in small.DOCUMENTS}


@pytest.fixture(scope="module")
def graph() -> CatalogTenant:
    """A tenant that is only read."""
    return CatalogTenant()


def ids(found: Iterable[dict[str, Any]]) -> list[str]:
    """The ids of what was found."""
    return [item["id"] for item in found]


def names(key: str, value: object) -> list[str]:
    """Ids of the definitions that have a value under a key."""
    return [document["id"] for document in small.DOCUMENTS if document[key] == value]


def test_all_definitions_are_one_answer(graph: CatalogTenant) -> None:
    found = graph.get(SETTINGS)
    assert found["value"] == small.DOCUMENTS
    assert found["@odata.count"] == len(small.DOCUMENTS)
    assert found["@odata.context"].endswith("$metadata#deviceManagement/configurationSettings")
    assert "@odata.nextLink" not in found


@pytest.mark.parametrize("top", ["$top", "top"])
def test_top_makes_pages(graph: CatalogTenant, top: str) -> None:
    first = graph.get(f"{SETTINGS}?{top}=25")
    second = graph.get(first["@odata.nextLink"])
    assert (len(first["value"]), first["@odata.count"]) == (25, 25)
    assert ids(first["value"]) + ids(second["value"]) == list(BY_ID)
    assert "@odata.nextLink" not in second


FILTERS: dict[str, list[str]] = {
    # The root and its whole subtree.
    f"rootDefinitionId eq '{small.MODE}'": names("rootDefinitionId", small.MODE),
    f"rootDefinitionId eq '{small.BRACES}'": [small.BRACES],
    "contains(displayName,'vbawarnings')": [small.MACROS],
    "contains(displayName,'VBAWARNINGS')": [small.MACROS],
    "contains(id,'_l_updatebranch')": [key for key in BY_ID if "_l_updatebranch" in key],
    f"id eq '{small.CHANNEL}'": [small.CHANNEL],
    f"categoryId eq '{small.CATEGORIES['excel']}'": [small.MACROS, small.MACROS_CHILD],
    f"categoryId eq '{small.CATEGORIES['excel']}' and applicability/platform has 'windows10' and "
    "applicability/technologies has 'mdm'": [small.MACROS, small.MACROS_CHILD],
    "applicability/platform has 'macOS'": [small.MAC],
    "applicability/technologies has 'edgeMAM'": [small.EDGE],
    "applicability/technologies has 'appleRemoteManagement'": [small.MAC],
    "contains(displayName,'no such words')": [],
    "defaultOptionId ne null and contains(id,'mac_toggle')": [small.MAC],
}


@pytest.mark.parametrize("text", FILTERS)
def test_filters(graph: CatalogTenant, text: str) -> None:
    found = graph.get(f"{SETTINGS}?$filter={quote(text)}")
    assert ids(found["value"]) == FILTERS[text]
    assert found["@odata.count"] == len(FILTERS[text])


def test_the_subtree_of_a_root_holds_every_level(graph: CatalogTenant) -> None:
    found = ids(graph.get(f"{SETTINGS}?$filter=rootDefinitionId eq '{small.MODE}'".replace(" ", "%20"))["value"])
    assert {small.MODE, small.ACTIVEX_V2, small.ACTIVEX_CHILD} <= set(found)


def test_an_eventual_consistency_header_changes_nothing(graph: CatalogTenant) -> None:
    answer = graph.call("GET", f"{SETTINGS}?$filter=contains(id,'mac_toggle')", consistencylevel="eventual")
    assert ids(answer.content["value"]) == [small.MAC]


def test_a_filter_is_kept_from_page_to_page(graph: CatalogTenant) -> None:
    first = graph.get(f"{SETTINGS}?$filter=contains(id,'updatebranch')&$top=3&$select=id")
    second = graph.get(first["@odata.nextLink"])
    assert ids(first["value"] + second["value"]) == [key for key in BY_ID if "updatebranch" in key]
    assert set(second["value"][0]) == {"@odata.type", "id"}


def test_select_keeps_the_type(graph: CatalogTenant) -> None:
    (found,) = graph.get(
        f"{SETTINGS}?$filter=id eq '{small.MAC}'&$select=id,displayName,categoryId".replace(" ", "%20")
    )["value"]
    assert list(found) == ["@odata.type", "categoryId", "id", "displayName"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("$filter=nosuch eq 'a'", "Could not find a property named 'nosuch'"),
        ("$filter=contains(id", "Invalid filter clause"),
        ("$select=nosuch", "Could not find a property named 'nosuch' on type"),
        # One record shows hits of $search and misses of settings that exist, another expects a refusal.
        ('$search="VBA"', "The query option '$search' is not supported on this resource"),
        ("$skip=1", "The query option '$skip' is not supported"),
    ],
)
def test_what_a_list_of_definitions_does_not_take(graph: CatalogTenant, query: str, text: str) -> None:
    answer = graph.call("GET", f"{SETTINGS}?{query}".replace(" ", "%20"))
    assert answer.status == 400
    assert text in answer.content["error"]["message"]


@pytest.mark.parametrize("spell", [str, str.upper], ids=["as it is", "in capitals"])
@pytest.mark.parametrize("key", [small.MACROS, small.CHANNEL, small.BRACES])
@pytest.mark.parametrize("form", ["/{}", "('{}')"])
def test_one_definition(graph: CatalogTenant, form: str, key: str, spell: Any) -> None:
    found = graph.get(SETTINGS + form.format(quote(spell(key), safe="")))
    context = found.pop("@odata.context")
    assert context.endswith("$metadata#deviceManagement/configurationSettings/$entity")
    assert found == BY_ID[key]


def test_a_tilde_may_stand_as_it_is(graph: CatalogTenant) -> None:
    assert graph.get(f"{SETTINGS}/{small.CHANNEL}?$select=id")["id"] == small.CHANNEL


@pytest.mark.parametrize("path", [f"{SETTINGS}/nosuch", f"{CATEGORIES}/nosuch", f"{TEMPLATES}/nosuch"])
def test_one_that_there_is_not(graph: CatalogTenant, path: str) -> None:
    answer = graph.call("GET", path)
    assert (answer.status, answer.content["error"]["code"]) == (400, "ResourceNotFound")


def test_definitions_are_read_only_and_of_beta_only(graph: CatalogTenant) -> None:
    assert graph.call("POST", SETTINGS, {}).status == 405
    assert graph.call("GET", f"https://graph.test/v1.0/{SETTINGS}").status == 400


def test_reading_definitions_needs_the_read_permission() -> None:
    reader = CatalogTenant(roles=("DeviceManagementConfiguration.Read.All",))
    assert reader.call("GET", f"{SETTINGS}/{small.MAC}").status == 200
    assert CatalogTenant(roles=("GroupMember.Read.All",)).call("GET", f"{SETTINGS}/{small.MAC}").status == 403


CATEGORY_FILTERS: dict[str, list[str]] = {
    "platforms has 'windows10' and technologies has 'mdm'": list(small.CATEGORIES),
    "technologies has 'mdm' and description eq 'Office\\excel'": ["excel"],
    f"rootCategoryId eq '{small.CATEGORIES['office']}'": list(small.CATEGORIES),
    "platforms has 'macOS'": [],
}


@pytest.mark.parametrize("text", CATEGORY_FILTERS)
def test_categories(graph: CatalogTenant, text: str) -> None:
    found = graph.get(f"{CATEGORIES}?$filter={quote(text)}&$select=id,displayName,parentCategoryId")["value"]
    assert ids(found) == [small.CATEGORIES[name] for name in CATEGORY_FILTERS[text]]
    assert all(set(item) == {"id", "displayName", "parentCategoryId"} for item in found)


def test_one_category(graph: CatalogTenant) -> None:
    found = graph.get(f"{CATEGORIES}('{small.CATEGORIES['excel']}')")
    assert found["parentCategoryId"] == small.CATEGORIES["office"]


def test_templates_and_their_settings(graph: CatalogTenant) -> None:
    (template,) = graph.get(f"{TEMPLATES}?$filter=templateFamily%20eq%20'baseline'")["value"]
    assert (template["id"], template["settingTemplateCount"]) == (BASELINE, 1)
    assert graph.get(f"{TEMPLATES}('{BASELINE}')?$select=id")["id"] == BASELINE
    (plain,) = graph.get(f"{TEMPLATES}/{BASELINE}/settingTemplates")["value"]
    assert set(plain) == {"id", "settingInstanceTemplate"}
    (row,) = graph.get(f"{TEMPLATES}('{BASELINE}')/settingTemplates?$expand=settingDefinitions&$top=1000")["value"]
    assert row["settingInstanceTemplate"]["settingInstanceTemplateId"] == reference("instance", small.MACROS)
    assert row["settingInstanceTemplate"]["settingDefinitionId"] == small.MACROS
    assert ids(row["settingDefinitions"]) == [small.MACROS, small.MACROS_CHILD]


@pytest.mark.parametrize("query", ["?$expand=nosuch", "?$select=nosuch"])
def test_what_settings_of_a_template_do_not_take(graph: CatalogTenant, query: str) -> None:
    assert graph.call("GET", f"{TEMPLATES}/{BASELINE}/settingTemplates{query}").status == 400


def test_a_policy_from_a_template() -> None:
    graph = CatalogTenant()
    (row,) = graph.get(f"{TEMPLATES}/{BASELINE}/settingTemplates")["value"]
    template = row["settingInstanceTemplate"]
    value = {"settingValueTemplateId": template["choiceSettingValueTemplate"]["settingValueTemplateId"]}
    instance = {
        **chosen(small.MACROS, 0),
        "settingInstanceTemplateReference": {"settingInstanceTemplateId": template["settingInstanceTemplateId"]},
        "choiceSettingValue": {"value": f"{small.MACROS}_0", "settingValueTemplateReference": value},
    }
    made = graph.create(templateReference={"templateId": BASELINE}, settings=settings(instance))
    assert made["templateReference"]["templateId"] == BASELINE
    body = {"name": "Q", "platforms": "windows10", "technologies": "mdm"}
    refused = graph.call(
        "POST",
        "deviceManagement/configurationPolicies",
        {**body, "templateReference": {"templateId": BASELINE}, "settings": settings(chosen(small.MACROS, 0))},
    )
    assert refused.status == 400
    assert "Invalid Reference id found in Policy created from Template" in refused.content["error"]["message"]


def test_settings_with_definitions_come_in_short_pages_and_some_are_lost() -> None:
    graph = CatalogTenant()
    held = [chosen(f"device_vendor_msft_held_{n}", 1) for n in range(28)]
    state = {"id": "0f0e0d0c-0000-4000-8000-0000000000d1", "name": "Held", "settings": settings(*held)}
    graph = CatalogTenant({"catalog_policies": [state]})
    path = f"{POLICIES.removeprefix('/beta/')}/{state['id']}/settings"
    assert len(graph.get(f"{path}?$top=1000")["value"]) == 28
    first = graph.get(f"{path}?$expand=settingDefinitions&$top=1000")
    rest = graph.get(first["@odata.nextLink"])
    assert (len(first["value"]), first["@odata.count"], len(rest["value"])) == (24, 24, 3)


def test_what_a_policy_of_the_tenant_holds_is_known_to_the_tenant() -> None:
    foreign = chosen("device_vendor_msft_held", 1)
    state = {"id": "0f0e0d0c-0000-4000-8000-0000000000d1", "name": "Held", "settings": settings(foreign)}
    graph = CatalogTenant({"catalog_policies": [state]})
    body = {"name": "Held", "platforms": "windows10", "technologies": "mdm"}
    sent = {**body, "settings": settings(foreign, chosen(small.TOGGLE, 1))}
    path = f"{POLICIES.removeprefix('/beta/')}/{state['id']}"
    assert graph.call("PUT", path, sent).status == 204
    other = CatalogTenant()
    assert other.call("POST", POLICIES.removeprefix("/beta/"), sent).status == 400
    assert other.call("GET", f"{SETTINGS.removeprefix('/beta/')}/device_vendor_msft_held").status == 400
    other.put("settings", {"catalog_unknown_definitions": "accept"})
    assert other.get(f"{SETTINGS}/device_vendor_msft_held")["id"] == "device_vendor_msft_held"
    assert other.call("POST", POLICIES.removeprefix("/beta/"), sent).status == 201
    wrong = {**body, "settings": settings(foreign, chosen(small.MACROS, 1))}
    assert other.call("POST", POLICIES.removeprefix("/beta/"), wrong).status == 400


@pytest.mark.parametrize("per_page", [False, True])
@pytest.mark.parametrize("address", [SETTINGS, CATEGORIES])
@pytest.mark.parametrize("filtered", [False, True])
def test_lists_come_in_pages_where_a_setting_says_so(address: str, filtered: bool, per_page: bool) -> None:
    """Without it the list is one answer, as recorded; a filter may leave pages empty, as on the list of policies."""
    graph = CatalogTenant()
    name = graph.get(address)["value"][0]["displayName"]
    query = f"?$filter=displayName eq '{name}'" if filtered else ""
    whole = graph.get(f"{address}{query}")["value"]
    graph.put("settings", {"catalog_definitions_page_size": 1, "catalog_filter_per_page": per_page})
    pages = [graph.get(f"{address}{query}")]
    while "@odata.nextLink" in pages[-1]:
        pages.append(graph.get(pages[-1]["@odata.nextLink"]))
    assert [item for page in pages for item in page["value"]] == whole
    assert all(len(page["value"]) <= 1 for page in pages)
    assert any(not page["value"] for page in pages) == (per_page and filtered)


def test_a_tenant_may_have_a_catalogue_of_its_own() -> None:
    graph = CatalogTenant()
    own = [{**small.DOCUMENTS[0], "displayName": "Changed since"}]
    state = graph.admin("GET", "state").content
    state["tenants"][TENANT]["catalog_definitions"] = own
    graph.put("state", state)
    assert [item["displayName"] for item in graph.get(SETTINGS)["value"]] == ["Changed since"]
    assert graph.admin("GET", "state").content["tenants"][TENANT]["catalog_definitions"] == own
    for wrong in (7, {}, {"id": ""}, {"@odata.type": "x", "id": "x", "options": [1]}):
        state = {"tenants": {TENANT: {"catalog_definitions": [wrong]}}}
        assert graph.admin("PUT", "state", state).status == 400
