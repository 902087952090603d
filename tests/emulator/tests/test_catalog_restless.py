# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that change while they are read, pages that mislead, policies that nobody can read, groups out of reach."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from .catalog import GROUPS, CatalogTenant, choice, message, new, target

ROOT = "deviceManagement/configurationPolicies"
KEYS = [str(uuid.UUID(int=0xD0 + n)) for n in range(6)]
NAMES = list("ABCDEF")
UNAUTHORIZED = "User is not authorized to perform this operation"


@pytest.fixture
def graph() -> CatalogTenant:
    policies = [{"id": key, "name": name, "settings": [choice()]} for key, name in zip(KEYS, NAMES, strict=True)]
    tenant = CatalogTenant({"catalog_policies": policies})
    tenant.put("settings", {"catalog_page_size": 2})
    return tenant


def pages(graph: CatalogTenant, path: str = ROOT) -> list[str]:
    """The names of each page as one text."""
    found = []
    content: Any = {"@odata.nextLink": path}
    while "@odata.nextLink" in content:
        content = graph.get(content["@odata.nextLink"])
        assert content["@odata.count"] == len(content["value"])
        found.append("".join(item["name"] for item in content["value"]))
        assert len(found) < 50
    return found


@pytest.mark.parametrize(
    ("policy", "name", "shown"),
    [
        ("E", "AA", ["AB", "CD", "F"]),  # hidden
        (KEYS[4], "aa", ["AB", "CD", "F"]),  # by its id, and in lower case
        ("A", "Z", ["AB", "CD", "EF", "Z"]),  # twice
        ("C", "C2", ["AB", "C2D", "EF"]),
        ("B", "D2", ["AB", "CD", "D2E", "F"]),
        ("nobody", "X", ["AB", "CD", "EF"]),
    ],
)
def test_a_rename_between_pages_hides_or_repeats(
    graph: CatalogTenant, policy: str, name: str, shown: list[str]
) -> None:
    graph.put("settings", {"catalog_rename_between_pages": {"policy": policy, "name": name}})
    graph.get(f"{ROOT}/{KEYS[0]}")
    assert pages(graph) == shown
    names = {NAMES[KEYS.index(policy)] if policy in KEYS else policy: name}
    assert sorted("".join(pages(graph))) == sorted("".join(names.get(old, old) for old in NAMES))


def test_a_rename_is_done_once_until_it_is_sent_again(graph: CatalogTenant) -> None:
    change = {"catalog_rename_between_pages": {"policy": KEYS[0], "name": "Z"}}
    graph.put("settings", change)
    pages(graph)
    assert graph.call("PATCH", f"{ROOT}/{KEYS[0]}", {"name": "A"}).status == 200
    assert pages(graph) == ["AB", "CD", "EF"]
    graph.put("settings", {"page_size": 50})
    assert pages(graph) == ["AB", "CD", "EF"]
    graph.put("settings", change)
    assert pages(graph) == ["AB", "CD", "EF", "Z"]


def test_a_tenant_can_have_a_rename_of_its_own(graph: CatalogTenant) -> None:
    state = graph.admin("GET", "state").content
    (tenant,) = state["tenants"].values()
    tenant["settings"] = {"catalog_rename_between_pages": {"policy": "E", "name": "AA"}}
    graph.put("state", state)
    assert pages(graph) == ["AB", "CD", "F"]
    assert pages(graph) == ["AAA", "BC", "DF"]


@pytest.mark.parametrize("value", ["A", {}, {"policy": "A"}, {"policy": "A", "name": ""}, {"policy": 1, "name": "B"}])
def test_wrong_renames_are_refused(graph: CatalogTenant, value: Any) -> None:
    answer = graph.admin("PUT", "settings", {"catalog_rename_between_pages": value})
    assert (answer.status, "settings.catalog_rename_between_pages" in answer.content["error"]) == (400, True)


@pytest.mark.parametrize(
    ("empty", "shown"),
    [
        (0, ["AB", "CD", "EF"]),
        (1, ["AB", "", "CD", "", "EF", "", ""]),
        (2, ["AB", "", "", "CD", "", "", "EF", *[""] * 3]),
    ],
)
def test_empty_pages_stand_between_and_at_the_end(graph: CatalogTenant, empty: int, shown: list[str]) -> None:
    graph.put("settings", {"catalog_empty_pages": empty})
    assert pages(graph) == shown
    backwards = pages(graph, f"{ROOT}?$orderby=name desc")
    assert [page for page in backwards if page] == ["FE", "DC", "BA"]
    graph.put("settings", {"empty_first_page": True})
    assert [page for page in pages(graph) if page] == ["AB", "CD", "EF"]


def test_a_filter_picks_from_the_pages_of_the_whole_list(graph: CatalogTenant) -> None:
    graph.put("settings", {"catalog_filter_per_page": True})
    assert pages(graph, f"{ROOT}?$filter=name eq 'D'") == ["", "D", ""]
    assert pages(graph, f"{ROOT}?$filter=name eq 'none'") == ["", "", ""]
    assert pages(graph, f"{ROOT}?$filter=name ne 'C'") == ["AB", "D", "EF"]
    assert pages(graph, f"{ROOT}?$filter=name eq 'D'&$top=5") == ["D", ""]
    assert pages(graph) == ["AB", "CD", "EF"]


def test_pages_can_overlap(graph: CatalogTenant) -> None:
    graph.put("settings", {"catalog_overlapping_pages": True})
    assert pages(graph) == ["AB", "BCD", "DEF"]
    graph.put("settings", {"catalog_page_size": 1})
    assert pages(graph) == ["A", "AB", "BC", "CD", "DE", "EF"]
    graph.put("settings", {"catalog_empty_pages": 1})
    assert [page for page in pages(graph) if page] == ["A", "AB", "BC", "CD", "DE", "EF", "F"]


@pytest.mark.parametrize("named", [KEYS[1], "B"])
def test_an_unreadable_policy_is_500_for_ever(graph: CatalogTenant, named: str) -> None:
    graph.put("settings", {"catalog_unreadable": [named]})
    for _unused in range(2):
        for part in ("", "?$select=id", "?$expand=settings", "/settings", "/assignments", "/settings/0"):
            answer = graph.call("GET", f"{ROOT}/{KEYS[1]}{part}")
            assert (answer.status, message(answer).startswith("An error has occurred")) == (500, True)
    assert graph.call("GET", f"{ROOT}/{KEYS[0]}/settings").status == 200
    assert pages(graph) == ["AB", "CD", "EF"]
    steps = [{"id": str(n), "method": "GET", "url": f"/{ROOT}/{key}/settings"} for n, key in enumerate(KEYS[:3])]
    answer = graph.call("POST", "$batch", {"requests": steps})
    statuses = {item["id"]: item["status"] for item in answer.content["responses"]}
    assert (answer.status, statuses) == (200, {"0": 200, "1": 500, "2": 200})
    assert graph.call("PUT", f"{ROOT}/{KEYS[1]}", new("B")).status == 204
    assert graph.call("DELETE", f"{ROOT}/{KEYS[1]}").status == 204


def test_a_user_assigns_only_the_groups_of_his_role(graph: CatalogTenant) -> None:
    path = f"{ROOT}/{KEYS[0]}/assign"
    mine, other, everybody = (
        target("group", groupId=GROUPS[0]),
        target("exclusionGroup", groupId=GROUPS[1]),
        target("allDevices"),
    )
    graph.put("settings", {"assignable_groups": [GROUPS[0]]})
    assert graph.call("POST", path, {"assignments": [other]}).status == 204
    graph.sign_in("user")
    for added in (target("group", groupId=GROUPS[2]), everybody):
        answer = graph.call("POST", path, {"assignments": [mine, other, added]})
        assert (answer.status, message(answer).startswith(UNAUTHORIZED)) == (403, True)
    # What is there already may stay, and may go.
    assert graph.call("POST", path, {"assignments": [mine, other]}).status == 204
    assert graph.call("POST", path, {"assignments": []}).status == 204
    graph.sign_in("intune_administrator")
    assert graph.call("POST", path, {"assignments": [everybody]}).status == 204


def test_the_actions_that_there_are() -> None:
    graph = CatalogTenant(roles=("DeviceManagementRBAC.Read.All",))
    found = {item["id"]: item for item in graph.get("deviceManagement/resourceOperations")["value"]}
    assert found["Microsoft.Intune_DeviceConfigurations_Assign"]["actionName"] == "Assign"
    assert found["Microsoft.Intune_Roles_Read"]["resourceName"] == "Roles"
    assert CatalogTenant().call("GET", "deviceManagement/resourceOperations").status == 403


@pytest.mark.parametrize(
    ("settings", "roles", "text"),
    [
        ({"no_intune_licence": True}, ("DeviceManagementConfiguration.ReadWrite.All",), "An error has occurred"),
        (
            {},
            ("DeviceManagementConfiguration.Read.All",),
            "Application must have one of the following scopes: DeviceManagementConfiguration.ReadWrite.All",
        ),
        ({"role_actions": []}, ("DeviceManagementConfiguration.ReadWrite.All",), UNAUTHORIZED),
        ({"approval_required": True}, ("DeviceManagementConfiguration.ReadWrite.All",), "Approval Required."),
    ],
)
def test_a_write_is_forbidden_for_four_causes(settings: dict[str, Any], roles: tuple[str, ...], text: str) -> None:
    graph = CatalogTenant(roles=roles)
    graph.put("settings", settings)
    graph.sign_in("user")
    answer = graph.call("POST", ROOT, new("A"), **{"x-msft-approval-justification": "QQ=="})
    assert answer.status == 403
    assert text in answer.content["error"]["message"]
