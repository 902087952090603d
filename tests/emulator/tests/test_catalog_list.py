# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of policies of the settings catalogue: pages, filters, orders, as public records have them."""

from __future__ import annotations

import json
from urllib.parse import quote, unquote

import pytest

from .catalog import GROUPS, ORIGIN, ROLES, CatalogTenant, Json, choice, message

ROOT = "deviceManagement/configurationPolicies"


def tenant(*policies: Json) -> CatalogTenant:
    """A tenant with these policies."""
    return CatalogTenant({"catalog_policies": [{"settings": [choice()], **policy} for policy in policies]})


def many(count: int) -> CatalogTenant:
    """A tenant with policies P000, P001, ..., made in another order."""
    return tenant(*({"name": f"P{n:03}"} for n in sorted(range(count), key=lambda n: n * 7919 % 1009)))


def pages(graph: CatalogTenant, path: str) -> list[list[str]]:
    """The names on each page, by following links as they are."""
    found: list[list[str]] = []
    while path:
        page = graph.get(path)
        assert page["@odata.count"] == len(page["value"])
        found.append([policy.get("name", policy["id"]) for policy in page["value"]])
        path = page.get("@odata.nextLink", "")
        assert len(found) < 100
    return found


def test_25_a_page_and_the_count_is_that_of_the_page() -> None:
    graph = many(60)
    first = graph.get(ROOT)
    assert (first["@odata.count"], len(first["value"])) == (25, 25)
    assert first["@odata.context"].endswith("/$metadata#deviceManagement/configurationPolicies")
    assert "@microsoft.graph.tips" in first
    assert [len(page) for page in pages(graph, ROOT)] == [25, 25, 10]
    graph.put("settings", {"catalog_page_size": 7})
    assert len(graph.get(ROOT)["value"]) == 7


def test_rows_come_by_name_in_lower_case() -> None:
    graph = tenant({"name": "beta"}, {"name": "Alpha"}, {"name": "GAMMA"}, {"name": "alpha 2"})
    assert pages(graph, ROOT) == [["Alpha", "alpha 2", "beta", "GAMMA"]]


def test_the_link_is_absolute_and_its_token_holds_the_name_encoded_twice() -> None:
    graph = many(30)
    link = graph.get(f"{ROOT}?$select=id,name")["@odata.nextLink"]
    assert link.startswith(f"{ORIGIN}/beta/{ROOT}?")
    assert "$skiptoken=%255Bcosmosdb%255D" in link
    token = unquote(unquote(link.partition("$skiptoken=")[2]))
    (content,) = json.loads(token.removeprefix("[cosmosdb]"))
    assert sorted(content) == ["compositeToken", "resumeValues", "rid", "skipCount"]
    assert content["resumeValues"] == ["p024"]
    assert [len(page) for page in pages(graph, f"{ROOT}?$select=id,name")] == [25, 5]


def test_a_client_that_decodes_the_link_once_is_understood() -> None:
    graph = many(30)
    link = graph.get(ROOT)["@odata.nextLink"]
    token = unquote(link.partition("$skiptoken=")[2])
    assert len(graph.get(f"{ROOT}?$skiptoken={quote(unquote(token), safe='')}")["value"]) == 5


def test_a_rename_between_pages_hides_or_repeats_a_policy() -> None:
    graph = many(30)
    first = graph.get(ROOT)
    repeated, hidden = first["value"][0], "P029"
    key = next(policy.id for _unused, policy in graph.tenant.catalog.items() if policy.name == hidden)
    graph.call("PATCH", f"{ROOT}/{repeated['id']}", {"name": "Z"})
    graph.call("PATCH", f"{ROOT}/{key}", {"name": "A"})
    second = graph.get(first["@odata.nextLink"])["value"]
    assert repeated["id"] in [policy["id"] for policy in second]
    assert key not in [policy["id"] for policy in [*first["value"], *second]]


def test_a_deletion_between_pages_loses_nothing() -> None:
    graph = many(30)
    first = graph.get(ROOT)
    graph.call("DELETE", f"{ROOT}/{first['value'][-1]['id']}")
    assert [policy["name"] for policy in graph.get(first["@odata.nextLink"])["value"]] == [
        f"P{n:03}" for n in range(25, 30)
    ]


def test_equal_names_are_each_shown_once_over_pages() -> None:
    graph = tenant(*({"name": "Same"} for _unused in range(60)))
    assert [len(page) for page in pages(graph, ROOT)] == [25, 25, 10]
    ids = [name for page in pages(graph, f"{ROOT}?$select=id") for name in page]
    assert len(set(ids)) == 60


@pytest.mark.parametrize(
    ("query", "sizes"),
    [
        ("?$top=100", [100, 30]),
        ("?top=100", [100, 30]),
        ("?$top=999", [100, 30]),
        ("?$top=1000", [100, 30]),
        ("?$top=50", [50, 50, 30]),
    ],
)
def test_top_is_taken_and_pages_hold_100_at_most(query: str, sizes: list[int]) -> None:
    graph = many(130)
    assert [len(page) for page in pages(graph, f"{ROOT}{query}")] == sizes
    assert "$top=" in graph.get(f"{ROOT}{query}")["@odata.nextLink"]


def test_expanded_settings_make_pages_of_two_whatever_top_says() -> None:
    graph = many(5)
    assert [len(page) for page in pages(graph, f"{ROOT}?$expand=settings&$top=999")] == [2, 2, 1]
    first = graph.get(f"{ROOT}?$expand=assignments,settings")
    assert first["@odata.context"].endswith("configurationPolicies(assignments(),settings())")
    assert [len(policy["settings"]) for policy in first["value"]] == [1, 1]


def test_expanded_assignments_of_the_list_are_right() -> None:
    graph = tenant({"name": "A", "assignments": [GROUPS[0]]}, {"name": "B"})
    shown = graph.get(f"{ROOT}?expand=assignments")
    assert [len(policy["assignments"]) for policy in shown["value"]] == [1, 0]
    assert shown["@odata.context"].endswith("configurationPolicies(assignments())")
    key = shown["value"][0]["id"]
    assert shown["value"][0]["assignments@odata.context"].endswith(f"configurationPolicies('{key}')/assignments")


PLAIN_MDM = "Technologies eq 'mdm' and TemplateReference/TemplateFamily eq 'none'"
MIXED = (
    {"name": "Win O'Brien", "templateReference": {"templateId": "t_1", "templateFamily": "baseline"}},
    {"name": "Win Updates"},
    {"name": "Mac", "platforms": "macOS", "technologies": "mdm,appleRemoteManagement"},
    {"name": "Sense", "technologies": "mdm,microsoftSense", "creationSource": "Portal"},
)


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("name eq 'Mac'", ["Mac"]),
        ("name eq 'Win O''Brien'", ["Win O'Brien"]),
        ("name eq 'Nothing'", []),
        ("startswith(name,'Win')", ["Win O'Brien", "Win Updates"]),
        ("contains(name,'ens')", ["Sense"]),
        ("name eq 'Mac' or startswith(name,'Mac ')", ["Mac"]),
        ("platforms eq 'macOS'", ["Mac"]),
        ("platforms eq 'macOS' or platforms eq 'windows10'", ["Mac", "Sense", "Win O'Brien", "Win Updates"]),
        ("technologies eq 'mdm'", ["Win O'Brien", "Win Updates"]),
        ("technologies eq 'mdm,appleRemoteManagement'", ["Mac"]),
        ("technologies has 'mdm'", ["Mac", "Sense", "Win O'Brien", "Win Updates"]),
        ("technologies has microsoft.graph.deviceManagementConfigurationTechnologies'microsoftSense'", ["Sense"]),
        ("technologies eq 'mdm,microsoftSense' and creationSource eq 'Portal'", ["Sense"]),
        ("templateReference/templateFamily eq 'none'", ["Mac", "Sense", "Win Updates"]),
        ("templateReference/templateFamily eq 'baseline'", ["Win O'Brien"]),
        ("templateReference/templateId eq 't_1'", ["Win O'Brien"]),
        (
            f"Name eq 'win updates' and Platforms eq 'windows10' and {PLAIN_MDM}",
            ["Win Updates"],
        ),
        (
            f"(platforms eq 'windows10' or platforms eq 'macOS') and ({PLAIN_MDM})",
            ["Win Updates"],
        ),
        ("not (platforms eq 'windows10')", ["Mac"]),
        ("isAssigned eq true", []),
    ],
)
def test_filters_in_public_use(expression: str, names: list[str]) -> None:
    graph = tenant(*MIXED)
    assert pages(graph, f"{ROOT}?$filter={quote(expression)}") == [names]
    assert pages(graph, f"{ROOT}?filter={quote(expression)}") == [names]


@pytest.mark.parametrize(
    "expression",
    [
        "name",
        "name eq",
        "name eq Mac",
        "colour eq 'x'",
        "name is 'x'",
        "name eq 'x",
        "(name eq 'x'",
        "startswith(name)",
    ],
)
def test_filters_that_cannot_be_read(expression: str) -> None:
    answer = tenant(*MIXED).call("GET", f"{ROOT}?$filter={quote(expression)}")
    assert answer.status == 400
    assert "filter clause" in message(answer)


def test_a_filtered_list_may_begin_with_an_empty_page() -> None:
    graph = many(30)
    graph.put("settings", {"catalog_filter_empty_page": True})
    assert pages(graph, f"{ROOT}?$filter=name%20eq%20'P027'") == [[], ["P027"]]
    assert [len(page) for page in pages(graph, ROOT)] == [25, 5]
    graph.put("settings", {"empty_first_page": True})
    assert [len(page) for page in pages(graph, ROOT)] == [0, 25, 5]


def test_orders() -> None:
    graph = many(30)
    key = graph.get(ROOT)["value"][12]["id"]
    graph.call("PATCH", f"{ROOT}/{key}", {"description": "newest"})
    newest = graph.get(f"{ROOT}?$orderby=lastModifiedDateTime%20desc&$select=id,lastModifiedDateTime")
    assert newest["value"][0]["id"] == key
    assert list(newest["value"][0]) == ["id", "lastModifiedDateTime"]
    backwards = [name for page in pages(graph, f"{ROOT}?$orderby=name desc") for name in page]
    assert backwards == [f"P{n:03}" for n in reversed(range(30))]
    assert graph.call("GET", f"{ROOT}?$orderby=settings").status == 400


def test_select_gives_what_it_names_in_its_order() -> None:
    graph = tenant({"name": "A", "assignments": [GROUPS[0]]})
    shown = graph.get(f"{ROOT}?$select=id,name,description,platforms,settingCount,roleScopeTagIds,isAssigned")
    assert list(shown["value"][0]) == [
        "id",
        "name",
        "description",
        "platforms",
        "settingCount",
        "roleScopeTagIds",
        "isAssigned",
    ]
    assert shown["value"][0]["isAssigned"] is True
    assert "configurationPolicies(id,name,description," in shown["@odata.context"]
    assert graph.call("GET", f"{ROOT}?$select=displayName").status == 400


@pytest.mark.parametrize("option", ["$skip=1", "$count=true", "$search=x", "skip=1"])
def test_options_that_are_refused(option: str) -> None:
    assert tenant().call("GET", f"{ROOT}?{option}").status == 400


def test_a_count_is_refused_too() -> None:
    assert tenant().call("GET", f"{ROOT}/$count").status == 400


def test_the_list_lags_and_a_read_by_id_does_not() -> None:
    graph = tenant({"name": "A"})
    graph.put("settings", {"catalog_list_lag_seconds": 600})
    key = graph.create("B")["id"]
    assert pages(graph, ROOT) == [["A"]]
    assert graph.get(f"{ROOT}/{key}")["name"] == "B"


def test_all_reads_lag_with_stale_seconds() -> None:
    graph = tenant({"name": "A"})
    graph.put("settings", {"stale_seconds": 600})
    key = graph.create("B")["id"]
    assert pages(graph, ROOT) == [["A"]]
    assert graph.call("GET", f"{ROOT}/{key}").content["error"]["code"] == "ResourceNotFound"


def test_is_assigned_may_be_wrong() -> None:
    graph = tenant({"name": "A", "assignments": [GROUPS[0]]}, {"name": "B"})
    graph.put("settings", {"catalog_wrong_is_assigned": True})
    assert [policy["isAssigned"] for policy in graph.get(f"{ROOT}?$select=isAssigned")["value"]] == [False, True]


def test_a_token_of_another_tenant_or_none_of_ours_is_refused() -> None:
    graph = many(30)
    link = graph.get(ROOT)["@odata.nextLink"]
    other = CatalogTenant()
    other.tenant.id = "0f0e0d0c-0000-4000-8000-00000000ffff"
    for token in ("x", "%5Bcosmosdb%5D", "%5Bcosmosdb%5D%5B%7B%7D%5D"):
        assert graph.call("GET", f"{ROOT}?$skiptoken={token}").status == 400
    assert graph.call("GET", link.replace("$skiptoken=", "$orderby=createdDateTime,name&$skiptoken=")).status == 400


def test_the_catalogue_is_beta_only() -> None:
    answer = CatalogTenant().call("GET", f"{ORIGIN}/v1.0/{ROOT}")
    assert answer.status == 400
    assert message(answer) == "Resource not found for the segment 'configurationPolicies'."


@pytest.mark.parametrize(
    ("roles", "method", "status"),
    [
        (ROLES, "POST", 201),
        (("DeviceManagementConfiguration.Read.All",), "GET", 200),
        (("DeviceManagementConfiguration.Read.All",), "POST", 403),
        (("GroupMember.Read.All",), "GET", 403),
        (("DeviceManagementRBAC.Read.All",), "GET", 403),
    ],
)
def test_permissions(roles: tuple[str, ...], method: str, status: int) -> None:
    graph = CatalogTenant(roles=roles)
    body = {"name": "A", "platforms": "windows10", "technologies": "mdm", "settings": [{"settingInstance": choice()}]}
    answer = graph.call(method, ROOT, body if method == "POST" else None)
    assert answer.status == status
    if status == 403:
        text = message(answer)
        assert text.startswith("Application is not authorized to perform this operation. Application must have one of")
        assert "DeviceManagementConfiguration.ReadWrite.All" in text


def test_no_licence_is_a_403_wrapped_twice() -> None:
    graph = many(1)
    graph.put("settings", {"no_intune_licence": True})
    answer = graph.call("GET", ROOT)
    assert (answer.status, answer.content["error"]["code"]) == (403, "Forbidden")
    outer = json.loads(answer.content["error"]["message"])
    assert outer["ErrorCode"] == "Forbidden"
    assert json.loads(outer["Message"])["Message"].startswith("An error has occurred - Operation ID")


@pytest.mark.parametrize("sent", [True, False])
def test_limits(sent: bool) -> None:
    graph = many(1)
    graph.put("settings", {"intune_limits": {"writes": 1}, "retry_after_sent": sent})
    answers = [graph.call("DELETE", f"{ROOT}/none") for _unused in range(2)]
    assert [answer.status for answer in answers] == [400, 429]
    assert answers[1].content["error"]["code"] == "TooManyRequests"
    assert message(answers[1]) == "Too many requests."
    assert ("Retry-After" in answers[1].headers) == sent
    assert graph.call("GET", ROOT).status == 200


def test_fields_that_no_client_knows() -> None:
    graph = tenant({"name": "A", "newThing": {"a": 1}}, {"name": "B"})
    shown = graph.get(ROOT)["value"]
    assert [policy.get("newThing") for policy in shown] == [{"a": 1}, None]
    graph.put("settings", {"catalog_extra_fields": True})
    assert [policy["deploymentMode"] for policy in graph.get(ROOT)["value"]] == ["staged", "staged"]
    key = shown[0]["id"]
    whole = graph.get(f"{ROOT}/{key}?$expand=settings")
    assert graph.call("PUT", f"{ROOT}/{key}", whole).status == 204
    assert graph.get(f"{ROOT}/{key}")["newThing"] == {"a": 1}
    del whole["newThing"]
    assert graph.call("PUT", f"{ROOT}/{key}", whole).status == 204
    assert "newThing" not in graph.get(f"{ROOT}/{key}")


def test_a_replace_may_be_refused_altogether() -> None:
    graph = tenant({"name": "A"})
    key = graph.get(ROOT)["value"][0]["id"]
    graph.put("settings", {"catalog_put_refused": True})
    answer = graph.call("PUT", f"{ROOT}/{key}", {})
    assert (answer.status, answer.content["error"]["code"]) == (400, "No method match route template")
    assert "~/singleton/navigation/key with http verb PUT" in message(answer)


def test_writes_are_refused_by_the_setting() -> None:
    graph = tenant({"name": "A"})
    graph.put("settings", {"refuse_writes": True})
    key = graph.get(ROOT)["value"][0]["id"]
    assert graph.call("PATCH", f"{ROOT}/{key}", {"name": "B"}).status == 403
