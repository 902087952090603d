# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assignments of the settings catalogue, assignment filters and scope tags; all of it in batches."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph_emulator.catalog_state import KEYS
from graph_emulator.dump import dump_tenants
from graph_emulator.graph.catalog.model import ALL_DEVICES, ALL_USERS

from .catalog import FILTER, GROUPS, JSON, NOWHERE, CatalogTenant, Json, choice, message, new, target

ROOT = "deviceManagement/configurationPolicies"
FILTERED = {
    "deviceAndAppManagementAssignmentFilterId": FILTER,
    "deviceAndAppManagementAssignmentFilterType": "include",
}
UNFILTERED = {
    "deviceAndAppManagementAssignmentFilterId": None,
    "deviceAndAppManagementAssignmentFilterType": "none",
}


@pytest.fixture
def graph() -> CatalogTenant:
    """A tenant without policies."""
    return CatalogTenant()


def assign(graph: CatalogTenant, key: str, *entries: Json, action: str = "assign") -> Any:
    """The answer to an assign."""
    return graph.call("POST", f"{ROOT}/{key}/{action}", {"assignments": list(entries)})


@pytest.mark.parametrize("action", ["assign", "microsoft.graph.assign", "microsoft.management.services.api.assign"])
def test_assign_answers_204_or_200_by_setting(graph: CatalogTenant, action: str) -> None:
    key = graph.create("A")["id"]
    answer = assign(graph, key, target("group", groupId=GROUPS[0]), action=action)
    assert (answer.status, answer.body()) == (204, b"")
    graph.put("settings", {"assign_status": 200})
    answer = assign(graph, key, target("group", groupId=GROUPS[1]), action=action)
    assert answer.status == 200
    assert answer.content["@odata.context"].endswith(
        "$metadata#Collection(microsoft.graph.deviceManagementConfigurationPolicyAssignment)"
    )
    assert [item["target"]["groupId"] for item in answer.content["value"]] == [GROUPS[1]]


def test_assign_replaces_the_set_and_reads_back_as_sent(graph: CatalogTenant) -> None:
    key = graph.create("A")["id"]
    assign(graph, key, target("group", groupId=GROUPS[3]))
    assign(
        graph,
        key,
        target("group", groupId=GROUPS[0], **FILTERED),
        target("exclusionGroup", groupId=GROUPS[1]),
        target("allLicensedUsers"),
        target("allDevices", **{**FILTERED, "deviceAndAppManagementAssignmentFilterType": "exclude"}),
    )
    page = graph.get(f"{ROOT}/{key}/assignments")
    assert page["@odata.context"].endswith(f"#deviceManagement/configurationPolicies('{key}')/assignments")
    assert page["@odata.count"] == 4
    assert page["value"] == [
        {
            "id": f"{key}_{GROUPS[0]}",
            "source": "direct",
            "sourceId": key,
            "target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", **FILTERED, "groupId": GROUPS[0]},
        },
        {
            "id": f"{key}_{GROUPS[1]}",
            "source": "direct",
            "sourceId": key,
            "target": {
                "@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget",
                **UNFILTERED,
                "groupId": GROUPS[1],
            },
        },
        {
            "id": f"{key}_acacacac-9df4-4c7d-9d50-4ef0226f57a9",
            "source": "direct",
            "sourceId": key,
            "target": {"@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget", **UNFILTERED},
        },
        {
            "id": f"{key}_adadadad-808e-44e2-905a-0b7873a8a531",
            "source": "direct",
            "sourceId": key,
            "target": {
                "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget",
                "deviceAndAppManagementAssignmentFilterId": FILTER,
                "deviceAndAppManagementAssignmentFilterType": "exclude",
            },
        },
    ]
    assert (ALL_USERS[:8], ALL_DEVICES[:8]) == ("acacacac", "adadadad")
    assert graph.get(f"{ROOT}/{key}?$select=isAssigned")["isAssigned"] is True
    assert graph.get(f"{ROOT}/{key}/assignments/{key}_{GROUPS[1]}")["id"] == f"{key}_{GROUPS[1]}"
    assert assign(graph, key).status == 204
    assert graph.get(f"{ROOT}/{key}/assignments")["value"] == []


def test_what_was_read_can_be_sent_back(graph: CatalogTenant) -> None:
    key = graph.create("A")["id"]
    assign(graph, key, target("group", groupId=GROUPS[0], **FILTERED), target("exclusionGroup", groupId=GROUPS[1]))
    before = graph.get(f"{ROOT}/{key}/assignments")["value"]
    assert assign(graph, key, *before).status == 204
    assert graph.get(f"{ROOT}/{key}/assignments")["value"] == before


def test_what_policy_sets_assigned_stays(graph: CatalogTenant) -> None:
    entry = {**target("group", groupId=GROUPS[2]), "source": "policySets", "sourceId": NOWHERE}
    graph = CatalogTenant({"catalog_policies": [{"name": "A", "settings": [choice()], "assignments": [entry]}]})
    key = graph.get(ROOT)["value"][0]["id"]
    assert assign(graph, key, target("allDevices")).status == 204
    shown = graph.get(f"{ROOT}/{key}/assignments")["value"]
    assert [(item["source"], item["sourceId"]) for item in shown] == [("direct", key), ("policySets", NOWHERE)]
    assert assign(graph, key).status == 204
    assert [item["source"] for item in graph.get(f"{ROOT}/{key}/assignments")["value"]] == ["policySets"]


def test_a_group_that_is_unknown_is_taken_unless_the_setting_says_otherwise(graph: CatalogTenant) -> None:
    key = graph.create("A")["id"]
    assert assign(graph, key, target("group", groupId=NOWHERE)).status == 204
    graph.put("settings", {"unknown_groups": "refuse"})
    assert assign(graph, key, target("group", groupId=NOWHERE)).status == 404
    assert assign(graph, key, target("group", groupId=GROUPS[0])).status == 204


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (
            [target("group", groupId="P_1")],
            "Invalid GroupId : P_1 provided, a valid AADGroupId is expected.",
        ),
        ([target("group")], "a valid AADGroupId is expected."),
        (
            [target("group", groupId=GROUPS[0], **{**FILTERED, "deviceAndAppManagementAssignmentFilterId": NOWHERE})],
            f"Scope Tags validation failed : Filters {NOWHERE} , Validated filters  - Operation ID",
        ),
        ([target("exclusionGroup", groupId=GROUPS[0], **FILTERED)], "not supported on excluded groups"),
        ([target("group", groupId=GROUPS[0])] * 2, "Duplicate assignment target"),
        ([target("group", groupId=GROUPS[0]), target("exclusionGroup", groupId=GROUPS[0])], "Duplicate"),
        ([target("scopeTagGroup", groupId=GROUPS[0])], "could not be resolved by the model"),
        ([{"target": {"groupId": GROUPS[0]}}], "@odata.type"),
        ([{}], "Target field is required"),
        ([target("group", groupId=GROUPS[0], colour=1)], "'colour' does not exist"),
        ([target("allDevices", groupId=GROUPS[0])], "'groupId' does not exist"),
        (
            [target("allDevices", deviceAndAppManagementAssignmentFilterType="some")],
            "Cannot convert the literal 'some'",
        ),
        ([target("allDevices", deviceAndAppManagementAssignmentFilterType="include")], "does not go with"),
        ([7], "Cannot convert"),
    ],
)
def test_assignments_that_are_refused(graph: CatalogTenant, entries: list[Any], said: str) -> None:
    key = graph.create("A")["id"]
    assign(graph, key, target("allLicensedUsers"))
    answer = assign(graph, key, *entries)
    assert answer.status == 400
    assert said in message(answer)
    assert len(graph.get(f"{ROOT}/{key}/assignments")["value"]) == 1


@pytest.mark.parametrize("body", [{}, {"assignments": None}, {"assignments": [], "more": 1}])
def test_parameters_of_assign(graph: CatalogTenant, body: Json) -> None:
    key = graph.create("A")["id"]
    assert graph.call("POST", f"{ROOT}/{key}/assign", body).status == 400


def test_filters_by_name_and_id(graph: CatalogTenant) -> None:
    page = graph.get("deviceManagement/assignmentFilters?$select=id,displayName,platform,rule")
    assert page["value"] == [
        {
            "id": FILTER,
            "displayName": "Corporate",
            "platform": "windows10AndLater",
            "rule": '(device.deviceOwnership -eq "Corporate")',
        }
    ]
    assert graph.get(f"deviceManagement/assignmentFilters('{FILTER}')")["roleScopeTags"] == ["0"]
    assert graph.get("deviceManagement/assignmentFilters?$filter=displayName eq 'x'")["value"] == []


@pytest.mark.parametrize("path", [f"assignmentFilters/{FILTER}", "roleScopeTags/1"])
def test_the_id_comes_even_if_only_the_name_is_selected(graph: CatalogTenant, path: str) -> None:
    assert list(graph.get(f"deviceManagement/{path}?$select=displayName")) == ["@odata.context", "id", "displayName"]


def test_tags_by_name_and_id(graph: CatalogTenant) -> None:
    page = graph.get("deviceManagement/roleScopeTags?$select=id,displayName")
    assert page["value"] == [{"id": "0", "displayName": "Default"}, {"id": "1", "displayName": "Pilot"}]
    assert graph.get("deviceManagement/roleScopeTags/1")["displayName"] == "Pilot"
    assert len(graph.get("deviceManagement/roleScopeTags?$filter=displayName eq 'Pilot'")["value"]) == 1


@pytest.mark.parametrize("path", [f"assignmentFilters/{NOWHERE}", "roleScopeTags/99"])
def test_a_missing_filter_or_tag_is_an_ordinary_404(graph: CatalogTenant, path: str) -> None:
    answer = graph.call("GET", f"deviceManagement/{path}")
    assert (answer.status, answer.content["error"]["code"]) == (404, "ResourceNotFound")


@pytest.mark.parametrize("function", ["getRoleScopeTagsByResource", "microsoft.graph.getRoleScopeTagsByResource"])
def test_tags_by_resource_are_shown_where_the_list_is_forbidden(graph: CatalogTenant, function: str) -> None:
    graph.put("settings", {"scope_tags_forbidden": True})
    answer = graph.call("GET", "deviceManagement/roleScopeTags")
    assert (answer.status, message(answer)[:47]) == (403, "User is not authorized to perform this operation"[:47])
    assert graph.call("GET", "deviceManagement/roleScopeTags/1").status == 403
    query = f"deviceManagement/{function}(resource='DeviceConfigurations')?$filter=displayName eq 'Pilot'"
    assert [tag["id"] for tag in graph.get(query)["value"]] == ["1"]


def test_tags_are_also_read_with_the_roles_of_rbac() -> None:
    graph = CatalogTenant(roles=("DeviceManagementRBAC.Read.All",))
    assert len(graph.get("deviceManagement/roleScopeTags")["value"]) == 2
    assert graph.call("GET", "deviceManagement/assignmentFilters").status == 403


def test_a_tag_that_the_role_does_not_allow_is_refused_also_where_the_service_adds_it(graph: CatalogTenant) -> None:
    graph.put("settings", {"allowed_scope_tags": ["1"]})
    refused = graph.call("POST", ROOT, new("A"))
    assert refused.status == 400
    assert message(refused).startswith("Added a tag which is not allowed by the current role: 0")
    assert graph.call("POST", ROOT, new("A", roleScopeTagIds=["1"])).status == 201


def test_a_batch_tells_each_answer_by_its_context(graph: CatalogTenant) -> None:
    keys = [graph.create(f"P{n}")["id"] for n in range(3)]
    steps: list[Json] = [
        {"id": str(n), "method": "GET", "url": f"{ROOT}/{key}/settings?&top=1000"} for n, key in enumerate(keys)
    ]
    steps += [{"id": "a", "method": "GET", "url": f"/{ROOT}('{keys[0]}')/assignments"}]
    steps += [{"id": "m", "method": "GET", "url": f"{ROOT}/{NOWHERE}/settings"}]
    put = new("Q", roleScopeTagIds=["0"])
    steps += [{"id": "w", "method": "PUT", "url": f"{ROOT}/{keys[2]}", "headers": {"Content-Type": JSON}, "body": put}]
    answer = graph.call("POST", "$batch", {"requests": steps})
    found = {item["id"]: item for item in answer.content["responses"]}
    assert {key: item["status"] for key, item in found.items()} == {
        "0": 200,
        "1": 200,
        "2": 200,
        "a": 200,
        "m": 400,
        "w": 204,
    }
    for number, key in enumerate(keys):
        assert key in found[str(number)]["body"]["@odata.context"]
    assert keys[0] in found["a"]["body"]["@odata.context"]
    assert "body" not in found["w"]
    assert found["m"]["body"]["error"]["code"] == "ResourceNotFound"


def test_links_of_pages_within_a_batch_can_be_followed(graph: CatalogTenant) -> None:
    for number in range(30):
        graph.create(f"P{number:02}")
    steps = [{"id": "1", "method": "GET", "url": f"/{ROOT}?$select=id"}]
    body = graph.call("POST", "$batch", {"requests": steps}).content["responses"][0]["body"]
    assert body["@odata.count"] == 25
    assert len(graph.get(body["@odata.nextLink"])["value"]) == 5


def test_inner_calls_fail_while_the_batch_does_not(graph: CatalogTenant) -> None:
    keys = [graph.create(f"P{n}")["id"] for n in range(2)]
    graph.put("faults", [{"kind": "throttle", "match": {"path": f"{keys[1]}/settings"}}])
    steps = [{"id": str(n), "method": "GET", "url": f"{ROOT}/{key}/settings"} for n, key in enumerate(keys)]
    answer = graph.call("POST", "$batch", {"requests": steps})
    found = {item["id"]: item for item in answer.content["responses"]}
    assert (answer.status, found["0"]["status"], found["1"]["status"]) == (200, 200, 429)
    assert found["1"]["body"]["error"]["message"] == "Too many requests."
    assert "Retry-After" not in found["1"]["headers"]


def test_the_journal_has_every_call(graph: CatalogTenant) -> None:
    key = graph.create("A")["id"]
    graph.get(f"{ROOT}/{key}")
    assert [(entry["method"], entry["status"]) for entry in graph.world.journal.entries] == [
        ("POST", 201),
        ("GET", 200),
    ]


def test_a_state_reads_back_to_the_same() -> None:
    portal = {
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#deviceManagement/configurationPolicies/$entity",
        "createdDateTime": "2025-11-27T19:36:41.331698Z",
        "name": "From the portal",
        "platforms@odata.type": "#microsoft.graph.deviceManagementConfigurationPlatforms",
        "#microsoft.graph.assign": {"title": "microsoft.graph.assign"},
        "settings": [{"id": "4", "settingInstance": choice()}],
        "newThing": 1,
        "priorityMetaData": None,
    }
    state = {"catalog_policies": [portal], "scope_tags": ["Pilot", {"id": "7", "displayName": "Seven"}]}
    graph = CatalogTenant(state)
    first = _state(graph)
    # A tenant without definitions of its own has those that the emulator was started with, and shows none.
    shown = {key: first[key] for key in KEYS if key != "catalog_definitions"}
    again = CatalogTenant(shown)
    assert {key: _state(again)[key] for key in shown} == shown
    assert "catalog_definitions" not in first | _state(again)
    assert [policy["settings"][0]["id"] for policy in first["catalog_policies"]] == ["0"]
    assert [tag["id"] for tag in first["scope_tags"]] == ["0", "1", "7"]


def _state(graph: CatalogTenant) -> Json:
    state: Json = json.loads(json.dumps(dump_tenants(graph.world.tenants)))["tenants"][graph.tenant.id]
    return state


@pytest.mark.parametrize(
    ("state", "named"),
    [
        ({"catalog_policies": [{}]}, "catalog_policies[0].name"),
        ({"catalog_policies": [{"name": "A", "settings": [{"settingInstance": {}}]}]}, "settingInstance.@odata.type"),
        ({"catalog_policies": [{"name": "A", "assignments": [{"target": {}}]}]}, "target.@odata.type"),
        ({"catalog_policies": [{"name": "A", "assignments": ["x"]}]}, "'x' is not a GUID"),
        ({"assignment_filters": [{"displayName": ""}]}, "assignment_filters[0].displayName"),
        ({"scope_tags": [{"id": "1", "displayName": "A"}, {"id": "1", "displayName": "B"}]}, "'1' is there twice"),
        ({"device_statuses": [1]}, "device_statuses[0]"),
    ],
)
def test_a_state_that_cannot_be_read_says_where(state: Json, named: str) -> None:
    with pytest.raises(ValueError, match="tenants") as raised:
        CatalogTenant(state)
    assert named in str(raised.value)
