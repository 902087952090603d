# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Singleton, list, get, create, update, delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from graph_emulator.testing import Client, Emulator

POLICIES = "/beta/officeConfiguration/clientConfigurations"
WINDOWS = "#microsoft.graph.windowsOfficeClientConfiguration"
SECURITY = "microsoft.graph.windowsOfficeClientSecurityConfiguration"
BASE = "#microsoft.graph.officeClientConfiguration"
Create = Callable[..., dict[str, Any]]


def test_life_of_a_policy(graph: Client) -> None:
    body = {"@odata.type": SECURITY, "displayName": "A", "description": None, "priority": 3}
    made = graph.call("POST", POLICIES, json=body)
    assert made.status_code == 201
    entity = made.json()
    assert made.headers["Location"].endswith(f"{POLICIES}/{entity['id']}")
    assert (entity["@odata.type"], entity["priority"], entity["description"]) == (f"#{SECURITY}", 3, None)
    assert entity["userCheckinSummary"] == {"succeededUserCount": 0, "failedUserCount": 0}
    path = f"{POLICIES}/{entity['id']}"
    changed = graph.call("PATCH", path, json={"@odata.type": f"#{SECURITY}", "displayName": "B", "priority": 0})
    assert changed.status_code == 200
    assert (changed.json()["displayName"], changed.json()["priority"]) == ("B", 0)
    assert graph.call("GET", path).json() == changed.json()
    assert graph.call("GET", f"{POLICIES}('{entity['id']}')").json()["id"] == entity["id"]
    assert graph.call("DELETE", path).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert graph.call(method, path, json={}).status_code == 404
    assert graph.call("GET", POLICIES).json()["value"] == []


GOOD = {"@odata.type": WINDOWS, "displayName": "New", "priority": 9}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"@odata.type": None}, "'@odata.type' is required"),
        ({"@odata.type": "#microsoft.graph.deviceConfiguration"}, "could not be resolved"),
        ({"@odata.type": 7}, "could not be resolved"),
        ({"priority": None}, "'priority' is required"),
        ({"priority": -1}, "negative"),
        ({"priority": "9"}, "Cannot convert the String value of property 'priority' to the expected type 'Edm.Int32'"),
        ({"priority": 9.0}, "Double"),
        ({"priority": True}, "Boolean"),
        ({"priority": 2**31}, "Edm.Int32"),
        ({"priority": 1}, "already used by policy '{taken}' ('P1')"),
        ({"displayName": 5}, "Edm.String"),
        ({"description": []}, "Array"),
        ({"displayname": "x"}, "did you mean 'displayName'"),
        ({"colour": "red"}, "'colour' does not exist on type 'microsoft.graph.officeClientConfiguration'"),
        ({"id": "x"}, "'id' is read-only"),
        ({"lastModifiedDateTime": "2026-01-01T00:00:00Z"}, "'lastModifiedDateTime' is read-only"),
        ({"userCheckinSummary": {}}, "'userCheckinSummary' is read-only"),
        ({"checkinStatuses": []}, "'checkinStatuses' is read-only"),
        ({"policyPayload": "e30="}, "Edm.Stream"),
        ({"assignments": []}, "'assign'"),
    ],
)
def test_refused_creates(graph: Client, create: Create, changes: dict[str, Any], said: str) -> None:
    taken = create(1)["id"]
    body = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    answer = graph.call("POST", POLICIES, json=body)
    assert answer.status_code == 400, answer.text
    assert said.format(taken=taken) in answer.json()["error"]["message"]
    assert len(graph.call("GET", POLICIES).json()["value"]) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"@odata.type": f"#{SECURITY}"}, "cannot be changed"),
        ({"@odata.type": BASE}, "cannot be changed"),
        ({"priority": 2}, "already used by policy '{taken}' ('P2')"),
        ({"priority": None}, "Null"),
        ({"id": "x"}, "read-only"),
        ({"assignments": []}, "'assign'"),
        ({"DisplayName": "x"}, "did you mean 'displayName'"),
    ],
)
def test_refused_updates(graph: Client, create: Create, changes: dict[str, Any], said: str) -> None:
    policy, taken = create(1), create(2)["id"]
    answer = graph.call("PATCH", f"{POLICIES}/{policy['id']}", json={"displayName": "Z", **changes})
    assert answer.status_code == 400, answer.text
    assert said.format(taken=taken) in answer.json()["error"]["message"]
    assert graph.call("GET", f"{POLICIES}/{policy['id']}").json()["displayName"] == "P1"


@pytest.mark.parametrize(
    ("data", "content_type", "status", "said"),
    [
        ("{", "application/json", 400, "Unable to read JSON"),
        ('{"priority": NaN}', "application/json", 400, "NaN"),
        ('{"priority": 1, "priority": 2}', "application/json", 400, "Multiple properties with the name 'priority'"),
        ("[]", "application/json", 400, "must be a JSON object"),
        ("", "application/json", 400, "Empty Payload"),
        ("{}", None, 400, "Content-Type"),
        ("{}", "text/plain", 415, "text/plain"),
        ("[" * 100_000, "application/json", 400, "Unable to read JSON"),
        (b"\xff\xfe", "application/json", 400, "Unable to read JSON"),
    ],
)
def test_refused_bodies(graph: Client, data: Any, content_type: str | None, status: int, said: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = graph.call("POST", POLICIES, data=data, headers=headers)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]["message"]


def test_unknown_annotations_are_skipped_and_own_priority_may_be_sent_again(graph: Client, create: Create) -> None:
    policy = create(1)
    body = {"@odata.type": WINDOWS, "@odata.context": "x", "priority": 1, "displayName@custom.note": "y"}
    assert graph.call("PATCH", f"{POLICIES}/{policy['id']}", json=body).status_code == 200


def test_base_type_is_taken_unless_the_tenant_refuses_it(emulator: Emulator, graph: Client) -> None:
    made = graph.call("POST", POLICIES, json={**GOOD, "@odata.type": BASE})
    assert made.json()["@odata.type"] == BASE
    emulator.admin("PUT", "settings", {"refuse_abstract_create": True})
    answer = graph.call("POST", POLICIES, json={**GOOD, "@odata.type": BASE, "priority": 10})
    assert answer.status_code == 400
    assert "abstract" in answer.json()["error"]["message"]


def test_select_and_expand(graph: Client, create: Create) -> None:
    policy = create(1)
    chosen = graph.call("GET", f"{POLICIES}?$select=id,priority").json()
    assert chosen["@odata.context"].endswith("clientConfigurations(id,priority)")
    assert chosen["value"] == [{"@odata.type": WINDOWS, "id": policy["id"], "priority": 1}]
    assert graph.call("GET", f"{POLICIES}?select=id").status_code == 200
    assert graph.call("GET", f"{POLICIES}/{policy['id']}?$expand=assignments").json()["assignments"] == []
    assert "assignments" not in graph.call("GET", f"{POLICIES}/{policy['id']}").json()


def test_stream_links_only_in_full_metadata(graph: Client, create: Create) -> None:
    path = f"{POLICIES}/{create(1)['id']}"
    assert not [name for name in graph.call("GET", path).json() if "ayload" in name]
    full = graph.call("GET", path, headers={"Accept": "application/json; odata.metadata=full"}).json()
    assert full["policyPayload@odata.mediaReadLink"].endswith(f"{path}/policyPayload")


def test_singleton_sums_up_unless_the_state_says_more(emulator: Emulator, tenant: str, graph: Client) -> None:
    status = {"userId": "u", "wasSuccessful": False, "checkinDateTime": "2026-01-01T00:00:00Z", "errorMessage": "no"}
    summary = {"succeededUserCount": 2, "failedUserCount": 1}
    policy = {"priority": 1, "checkinStatuses": [status], "userCheckinSummary": summary}
    state = emulator.admin("GET", "state")["tenants"][tenant]
    emulator.admin("PUT", "state", {"tenants": {tenant: {**state, "policies": [policy]}}})
    found = graph.call("GET", "/beta/officeConfiguration").json()
    assert found["tenantUserCheckinSummary"] == summary
    assert found["tenantCheckinStatuses"][0]["errorMessage"] == "no"
    own = {"tenantUserCheckinSummary": {"succeededUserCount": 9}}
    emulator.admin("PUT", "state", {"tenants": {tenant: {**state, "policies": [policy], **own}}})
    found = graph.call("GET", "/beta/officeConfiguration?$select=tenantUserCheckinSummary").json()
    assert found["tenantUserCheckinSummary"] == {"succeededUserCount": 9, "failedUserCount": 0}
    assert "tenantCheckinStatuses" not in found
