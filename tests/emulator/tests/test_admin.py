# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""State, journal and the admin endpoints themselves."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from graph_emulator.testing import Client, Emulator

POLICIES = "/beta/officeConfiguration/clientConfigurations"
GROUP = "0f0e0d0c-0000-4000-8000-000000000001"


def test_state_goes_round(emulator: Emulator, tenant: str, seed: dict[str, Any], groups: list[str]) -> None:
    policy = {
        "id": "p1",
        "@odata.type": "microsoft.graph.windowsOfficeClientSecurityConfiguration",
        "displayName": "A",
        "description": "d",
        "priority": 5,
        "policyPayload": [{"settingId": "x", "value": 1.5}],
        "userPreferencePayload": {"a": None},
        "assignments": [{"id": "a1", "groupId": groups[0]}, {"groupId": groups[1]}, groups[2]],
        "checkinStatuses": [{"userId": "u", "wasSuccessful": True, "checkinDateTime": "2026-01-01T00:00:00Z"}],
        "userCheckinSummary": {"succeededUserCount": 1, "failedUserCount": 2},
        "lastModifiedDateTime": "2026-01-01T00:00:00Z",
    }
    emulator.admin("PUT", "state", {"tenants": {tenant: {**seed, "policies": [policy, {}]}}})
    state = emulator.admin("GET", "state")
    first, second = state["tenants"][tenant]["policies"]
    assert first["@odata.type"] == f"#{policy['@odata.type']}"
    assert [item["groupId"] for item in first["assignments"]] == groups
    assert all(item["id"] for item in first["assignments"])
    for name in ("id", "displayName", "priority", "policyPayload", "userPreferencePayload", "userCheckinSummary"):
        assert first[name] == policy[name]
    assert (second["priority"], bool(uuid.UUID(second["id"]))) == (6, True)
    assert emulator.admin("PUT", "state", state) == state
    assert emulator.admin("GET", "state") == state


def test_put_replaces_only_the_tenants_it_names(emulator: Emulator, tenant: str, graph: Client) -> None:
    other = str(uuid.uuid4())
    answer = emulator.admin("PUT", "state", {"tenants": {other: {"policies": [{}]}}})
    assert list(answer["tenants"]) == [other]
    assert {tenant, other} <= set(emulator.admin("GET", "state")["tenants"])
    assert graph.call("GET", POLICIES).status_code == 200


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"policy": []}, "tenants.t.policy"),
        ({"policies": {}}, "tenants.t.policies"),
        ({"policies": [{"priorty": 1}]}, "tenants.t.policies[0].priorty"),
        ({"policies": [{"priority": 1}, {"priority": 1}]}, "tenants.t.policies[1].priority"),
        ({"policies": [{"id": "a"}, {"id": "a"}]}, "tenants.t.policies: 'a'"),
        ({"policies": [{"@odata.type": "x"}]}, "tenants.t.policies[0].@odata.type"),
        ({"policies": [{"assignments": [{"groupId": "x"}]}]}, "tenants.t.policies[0].assignments[0].groupId"),
        ({"policies": [{"assignments": [{"id": "x"}]}]}, "tenants.t.policies[0].assignments[0].groupId: must name"),
        ({"policies": [{"assignments": [GROUP, GROUP]}]}, "tenants.t.policies[0].assignments"),
        ({"policies": [{"checkinStatuses": [{"user": "x"}]}]}, "tenants.t.policies[0].checkinStatuses[0].user"),
        ({"groups": [{"id": GROUP}]}, "tenants.t.groups[0].displayName"),
        ({"groups": [{"id": "x", "displayName": "x"}]}, "tenants.t.groups[0].id"),
        ({"apps": [{"secrets": "x"}]}, "tenants.t.apps[0].secrets"),
        ({"apps": [{"certificates": ["x"]}]}, "tenants.t.apps[0].certificates"),
        ({"apps": [{"federated": [{"issuer": "x"}]}]}, "tenants.t.apps[0].federated[0].subject"),
    ],
)
def test_wrong_state_changes_nothing(emulator: Emulator, content: dict[str, Any], named: str) -> None:
    before = emulator.admin("GET", "state")
    answer = emulator.session.put(f"{emulator.url}/_emulator/state", json={"tenants": {"t": content}})
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert emulator.admin("GET", "state") == before


def test_journal(emulator: Emulator, tenant: str, graph: Client) -> None:
    graph.call("GET", f"{POLICIES}?$top=5")
    graph.call("DELETE", f"{POLICIES}/none")
    emulator.session.get(f"{emulator.url}{POLICIES}")
    common: dict[str, Any] = {"batch": []}
    assert emulator.admin("GET", "journal") == [
        {"n": 1, "tenant": tenant, "method": "GET", "path": f"{POLICIES}?$top=5", "status": 200, **common},
        {"n": 2, "tenant": tenant, "method": "DELETE", "path": f"{POLICIES}/none", "status": 404, **common},
        {"n": 3, "tenant": None, "method": "GET", "path": POLICIES, "status": 401, **common},
    ]
    emulator.admin("DELETE", "journal")
    assert emulator.admin("GET", "journal") == []


def test_admin_refuses_what_it_does_not_know(emulator: Emulator) -> None:
    for method, name, status in (("GET", "nothing", 404), ("POST", "state", 405), ("PUT", "state", 400)):
        answer = emulator.session.request(method, f"{emulator.url}/_emulator/{name}", data="{")
        assert answer.status_code == status
        assert answer.json()["error"]
