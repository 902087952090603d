# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What signed-in users see and may do: scope tags hide without a sign, roles lack actions."""

from __future__ import annotations

import json
import uuid
from typing import Any

import jwt
import pytest

from graph_emulator.settings import Settings
from graph_emulator.testing import Emulator

from .catalog import GROUPS, ROLES, CatalogTenant, choice, message, new, target
from .conftest import SECRET

RBAC = "DeviceManagementRBAC.Read.All"
ROOT = "deviceManagement/configurationPolicies"
HIDDEN, SEEN, BOTH = (f"0f0e0d0c-0000-4000-8000-0000000000d{n}" for n in (1, 2, 3))
FILTERS = [f"0f0e0d0c-0000-4000-8000-0000000000f{n}" for n in (1, 2)]
PERMISSIONS = "deviceManagement/getEffectivePermissions(scope='*')"
ACTION = "Microsoft.Intune_DeviceConfigurations_"
# Such a policy can be reordered.
ENROLMENT = {"priorityMetaData": {"priority": 1}}
UNAUTHORIZED = "User is not authorized to perform this operation"
GONE = "An error has occurred"


@pytest.fixture
def graph() -> CatalogTenant:
    policies = [
        {"id": key, "name": name, "settings": [choice()], "roleScopeTagIds": tags, **ENROLMENT}
        for key, name, tags in ((HIDDEN, "Hidden", ["0"]), (SEEN, "Seen", ["1"]), (BOTH, "Both", ["0", "1"]))
    ]
    filters = [{"id": key, "displayName": f"F{n}", "roleScopeTags": [str(n)]} for n, key in enumerate(FILTERS)]
    state = {
        "catalog_policies": policies,
        "assignment_filters": filters,
        "scope_tags": ["Pilot", "Other"],
        "device_statuses": [{"PolicyId": HIDDEN}, {"PolicyId": SEEN}],
    }
    tenant = CatalogTenant(state, (*ROLES, RBAC))
    tenant.put("settings", {"visible_scope_tags": ["1"]})
    tenant.sign_in("user")
    return tenant


def names(graph: CatalogTenant, path: str = ROOT) -> list[str]:
    return [item["name"] for item in graph.get(path)["value"]]


@pytest.mark.parametrize("signed_in", ["app", "intune_administrator"])
def test_apps_and_administrators_are_not_held(graph: CatalogTenant, signed_in: str) -> None:
    graph.sign_in(signed_in)
    graph.put("settings", {"role_actions": [], "writable_scope_tags": ["2"]})
    assert names(graph) == ["Both", "Hidden", "Seen"]
    assert graph.call("GET", f"{ROOT}/{HIDDEN}").status == 200
    assert graph.call("PATCH", f"{ROOT}/{HIDDEN}", {"roleScopeTagIds": ["2"]}).status == 200
    assert len(graph.get("deviceManagement/assignmentFilters")["value"]) == 2
    assert len(graph.get("deviceManagement/roleScopeTags")["value"]) == 3


def test_a_user_sees_what_carries_his_tags(graph: CatalogTenant) -> None:
    assert names(graph) == ["Both", "Seen"]
    assert names(graph, f"{ROOT}?$filter=name eq 'Hidden'") == []
    graph.put("settings", {"catalog_page_size": 1})
    first = graph.get(ROOT)
    assert (first["@odata.count"], [item["name"] for item in first["value"]]) == (1, ["Both"])
    assert "@odata.nextLink" not in graph.get(first["@odata.nextLink"])


@pytest.mark.parametrize("tags", [None, []])
def test_without_tags_a_user_sees_everything(graph: CatalogTenant, tags: list[str] | None) -> None:
    graph.put("settings", {"visible_scope_tags": tags})
    assert names(graph) == ["Both", "Hidden", "Seen"]
    assert graph.create("N")["roleScopeTagIds"] == ["0"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/settings", None),
        ("GET", "/assignments", None),
        ("PUT", "", new("A")),
        ("PATCH", "", {"name": "A"}),
        ("DELETE", "", None),
        ("POST", "/assign", {"assignments": []}),
        ("POST", "/createCopy", {"displayName": "A"}),
    ],
)
def test_hidden_answers_as_what_is_not_there(graph: CatalogTenant, method: str, path: str, body: Any) -> None:
    hidden = graph.call(method, f"{ROOT}/{HIDDEN}{path}", body)
    absent = graph.call(method, f"{ROOT}/{uuid.uuid4()}{path}", body)
    for answer in (hidden, absent):
        assert (answer.status, answer.content["error"]["code"]) == (400, "ResourceNotFound")
        assert message(answer).startswith(GONE)
    assert hidden.headers.keys() == absent.headers.keys()


def test_filters_and_usable_tags_and_reports_are_held_to_the_tags_too(graph: CatalogTenant) -> None:
    found = graph.get("deviceManagement/assignmentFilters")["value"]
    assert [item["id"] for item in found] == FILTERS[1:]
    assert graph.call("GET", f"deviceManagement/assignmentFilters/{FILTERS[0]}").status == 404
    usable = graph.get("deviceManagement/getRoleScopeTagsByResource(resource='DeviceConfigurations')")["value"]
    assert [item["id"] for item in usable] == ["1"]
    report = graph.call("POST", "deviceManagement/reports/getConfigurationPolicyDevicesReport", {})
    assert json.loads(report.content)["TotalRowCount"] == 1
    for key, status in zip(FILTERS, (400, 204), strict=True):
        mode = {
            "deviceAndAppManagementAssignmentFilterId": key,
            "deviceAndAppManagementAssignmentFilterType": "include",
        }
        body = {"assignments": [target("group", groupId=GROUPS[0], **mode)]}
        answer = graph.call("POST", f"{ROOT}/{SEEN}/assign", body)
        assert answer.status == status
        if status == 400:
            text = f"Scope Tags validation failed : Filters {FILTERS[0]} , Validated filters "
            assert message(answer).startswith(text)


def test_a_new_policy_has_the_tags_of_its_maker(graph: CatalogTenant) -> None:
    assert graph.create("N")["roleScopeTagIds"] == ["1"]
    graph.put("settings", {"visible_scope_tags": ["1", "2"]})
    assert graph.create("N")["roleScopeTagIds"] == ["1", "2"]
    assert graph.create("N", roleScopeTagIds=["2"])["roleScopeTagIds"] == ["2"]
    graph.put("settings", {"untagged_policies": "default"})
    refused = graph.call("POST", ROOT, new("N"))
    assert (refused.status, message(refused).split(" - ", maxsplit=1)[0]) == (
        400,
        "Added a tag which is not allowed by the current role: 0",
    )


@pytest.mark.parametrize(
    ("method", "key", "tags", "text"),
    [
        ("PATCH", SEEN, ["1", "2"], "Added a tag which is not allowed by the current role: 2"),
        ("PUT", SEEN, ["1", "2"], "Added a tag which is not allowed by the current role: 2"),
        ("PUT", SEEN, [], "Added a tag which is not allowed by the current role: 0"),
        ("PATCH", BOTH, ["0"], "At least one tag of the current role is required: 1"),
        ("PUT", BOTH, [], "At least one tag of the current role is required: 1"),
        ("PATCH", BOTH, ["1"], None),
        ("PUT", BOTH, ["0", "1"], None),
    ],
)
def test_a_user_changes_tags_only_within_his_own(
    graph: CatalogTenant, method: str, key: str, tags: list[str], text: str | None
) -> None:
    body = {"roleScopeTagIds": tags} if method == "PATCH" else new("A", roleScopeTagIds=tags)
    answer = graph.call(method, f"{ROOT}/{key}", body)
    if text is None:
        assert answer.status in (200, 204)
    else:
        assert (answer.status, message(answer).split(" - ", maxsplit=1)[0]) == (400, text)


def test_what_is_seen_may_be_read_only(graph: CatalogTenant) -> None:
    graph.put("settings", {"writable_scope_tags": ["0"]})
    assert graph.call("GET", f"{ROOT}/{SEEN}").status == 200
    refused = graph.call("DELETE", f"{ROOT}/{SEEN}")
    assert (refused.status, message(refused).split(" - ", maxsplit=1)[0]) == (403, UNAUTHORIZED)
    assert message(graph.call("DELETE", f"{ROOT}/{HIDDEN}")).startswith(GONE)
    assert graph.call("DELETE", f"{ROOT}/{BOTH}").status == 204


CALLS: list[tuple[str, str, str, Any]] = [
    ("Read", "GET", ROOT, None),
    ("Read", "GET", f"{ROOT}/{SEEN}/assignments", None),
    ("Read", "GET", "deviceManagement/configurationCategories", None),
    ("Create", "POST", ROOT, new("N")),
    ("Create", "POST", f"{ROOT}/{SEEN}/microsoft.graph.createCopy", {"displayName": "N"}),
    ("Update", "PUT", f"{ROOT}/{SEEN}", new("N", roleScopeTagIds=["1"])),
    ("Update", "POST", f"{ROOT}/{SEEN}/reorder", {"priority": 2}),
    ("Update", "PATCH", f"{ROOT}('{SEEN}')", {"name": "N"}),
    ("Delete", "DELETE", f"{ROOT}/{SEEN}", None),
    ("Assign", "POST", f"{ROOT}/{SEEN}/assign", {"assignments": []}),
    ("ViewReports", "POST", "deviceManagement/reports/getConfigurationPolicyDevicesReport", {}),
]


@pytest.mark.parametrize(("action", "method", "path", "body"), CALLS)
def test_each_call_needs_its_action(graph: CatalogTenant, action: str, method: str, path: str, body: Any) -> None:
    every = [f"{ACTION}{name}" for name in ("Read", "Create", "Update", "Delete", "Assign", "ViewReports")]
    graph.put("settings", {"role_actions": [name for name in every if name != f"{ACTION}{action}"]})
    refused = graph.call(method, path, body)
    assert (refused.status, refused.content["error"]["code"]) == (403, "Forbidden")
    assert message(refused).startswith(f"{UNAUTHORIZED} - Operation ID")
    graph.put("settings", {"role_actions": [f"{ACTION}{action}"]})
    assert graph.call(method, path, body).status in (200, 201, 204)


def test_tags_need_the_right_to_read_roles_and_filters_their_own(graph: CatalogTenant) -> None:
    graph.put("settings", {"role_actions": [f"{ACTION}Read"]})
    for path in ("roleScopeTags", "roleScopeTags/1", "assignmentFilters"):
        assert graph.call("GET", f"deviceManagement/{path}").status == 403
    usable = graph.get("deviceManagement/getRoleScopeTagsByResource(resource='DeviceConfigurations')")
    assert len(usable["value"]) == 1
    graph.put("settings", {"role_actions": ["Microsoft.Intune_Roles_Read", "Microsoft.Intune_AssignmentFilter_Read"]})
    assert len(graph.get("deviceManagement/roleScopeTags")["value"]) == 3
    assert len(graph.get("deviceManagement/assignmentFilters")["value"]) == 1


def test_the_permission_is_looked_at_before_the_role_and_approval_last(graph: CatalogTenant) -> None:
    graph.put("settings", {"role_actions": [f"{ACTION}Read"], "approval_required": True})
    refused = graph.call("DELETE", f"{ROOT}/{SEEN}", **{"x-msft-approval-justification": "QQ=="})
    assert message(refused).startswith(UNAUTHORIZED)
    assert graph.get("deviceManagement/operationApprovalRequests")["value"] == []
    reader = CatalogTenant(roles=("DeviceManagementConfiguration.Read.All",))
    reader.put("settings", {"role_actions": []})
    reader.sign_in("user")
    refused = reader.call("DELETE", f"{ROOT}/{SEEN}")
    assert message(refused).startswith("Application is not authorized to perform this operation. Application must have")


def test_effective_permissions(graph: CatalogTenant) -> None:
    graph.put("settings", {"role_actions": [f"{ACTION}Update", f"{ACTION}Read", "Microsoft.Intune_Other_Read"]})
    (permission,) = graph.get(PERMISSIONS)["value"]
    allowed = [f"{ACTION}Read", f"{ACTION}Update"]
    assert permission["resourceActions"] == [{"allowedResourceActions": allowed, "notAllowedResourceActions": []}]
    assert "1" not in json.dumps(permission)
    graph.sign_in("intune_administrator")
    (permission,) = graph.get(PERMISSIONS)["value"]
    assert len(permission["resourceActions"][0]["allowedResourceActions"]) == 8
    graph.sign_in("app")
    assert graph.get(PERMISSIONS)["value"] == []
    other = CatalogTenant()
    refused = other.call("GET", PERMISSIONS)
    assert (refused.status, RBAC in message(refused)) == (403, True)


def test_a_users_approval_is_his_own(graph: CatalogTenant) -> None:
    graph.put("settings", {"approval_required": True})
    filed = graph.call("DELETE", f"{ROOT}/{SEEN}", **{"x-msft-approval-justification": "QQ=="})
    key = filed.headers["x-msft-approval-code"]
    assert graph.admin("POST", "approvals", {"id": key, "status": "approved"}).status == 200
    graph.sign_in("app")
    assert graph.call("DELETE", f"{ROOT}/{SEEN}", **{"x-msft-approval-code": key}).status == 403
    graph.sign_in("user")
    assert graph.call("DELETE", f"{ROOT}/{SEEN}", **{"x-msft-approval-code": key}).status == 204


@pytest.mark.parametrize("value", ["1", [1], {}, True])
def test_wrong_lists_are_refused(graph: CatalogTenant, value: Any) -> None:
    for name in ("visible_scope_tags", "writable_scope_tags", "role_actions"):
        answer = graph.admin("PUT", "settings", {name: value})
        assert (answer.status, f"settings.{name}" in answer.content["error"]) == (400, True)
    assert graph.world.settings.role_actions == Settings().role_actions


def test_tokens_tell_who_signed_in(emulator: Emulator, tenant: str, seed: dict[str, Any]) -> None:
    def claims(signed_in: str) -> dict[str, Any]:
        emulator.admin("PUT", "settings", {"signed_in": signed_in})
        client = emulator.client(tenant, seed["apps"][0]["client_id"], SECRET)
        assert client.call("GET", f"/beta/{ROOT}").status_code == 200
        found: dict[str, Any] = jwt.decode(client.token, options={"verify_signature": False})
        return found

    app, user, administrator = map(claims, ("app", "user", "intune_administrator"))
    assert (app["idtyp"], app["roles"], "scp" in app, "wids" in app) == ("app", seed["apps"][0]["roles"], False, False)
    for delegated in (user, administrator):
        assert (delegated["idtyp"], "roles" in delegated) == ("user", False)
        assert delegated["scp"] == " ".join(seed["apps"][0]["roles"])
        assert delegated["oid"] != app["oid"]
    assert "3a2c62db-5318-420d-8d74-23affee5d9d5" in administrator["wids"]
    assert "3a2c62db-5318-420d-8d74-23affee5d9d5" not in user["wids"]
    assert user["wids"]
