# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action assign and the contained assignments."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from graph_emulator.testing import Client, Emulator

POLICIES = "/beta/officeConfiguration/clientConfigurations"
ASSIGNMENT = "#microsoft.graph.officeClientConfigurationAssignment"
TARGET = "#microsoft.graph.officeConfigurationGroupAssignmentTarget"
ABSTRACT = "#microsoft.graph.officeConfigurationAssignmentTarget"
SPELLINGS = ("assign", "microsoft.graph.assign", "microsoft.management.services.api.assign")
Create = Callable[..., dict[str, Any]]


def _item(group: str) -> dict[str, Any]:
    return {"@odata.type": ASSIGNMENT, "target": {"@odata.type": TARGET, "groupId": group}}


def _body(*groups: str) -> dict[str, Any]:
    return {"officeConfigurationAssignments": [_item(group) for group in groups]}


def _groups(answer: dict[str, Any]) -> list[str]:
    return [item["target"]["groupId"] for item in answer["value"]]


@pytest.mark.parametrize("action", SPELLINGS)
def test_assign_replaces_all(graph: Client, create: Create, groups: list[str], action: str) -> None:
    path = f"{POLICIES}/{create(1)['id']}"
    first = graph.call("POST", f"{path}/{action}", json=_body(groups[0].upper(), groups[1]))
    assert first.status_code == 200
    assert _groups(first.json()) == groups[:2]
    second = graph.call("POST", f"{path}/{action}", json=_body(groups[2]))
    assert _groups(second.json()) == [groups[2]]
    assert graph.call("GET", f"{path}/assignments").json()["value"] == second.json()["value"]
    assert graph.call("GET", f"{path}?$expand=assignments").json()["assignments"] == second.json()["value"]
    assert graph.call("POST", f"{path}/{action}", json=_body()).json()["value"] == []
    assert graph.call("GET", f"{path}/assignments").json()["value"] == []


def test_one_assignment_at_a_time(graph: Client, create: Create, groups: list[str]) -> None:
    path = f"{POLICIES}/{create(1)['id']}/assignments"
    added = graph.call("POST", path, json=_item(groups[0]))
    assert added.status_code == 201
    own = f"{path}/{added.json()['id']}"
    assert added.headers["Location"].endswith(own)
    assert graph.call("GET", own).json()["target"] == {"@odata.type": TARGET, "groupId": groups[0]}
    assert graph.call("POST", path, json=_item(groups[0])).status_code == 400
    changed = graph.call("PATCH", own, json=_item(groups[1]))
    assert (changed.status_code, changed.json()["id"]) == (200, added.json()["id"])
    assert _groups(graph.call("GET", path).json()) == [groups[1]]
    assert graph.call("DELETE", own).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert graph.call(method, own, json=_item(groups[2])).status_code == 404
    assert graph.call("GET", path).json()["value"] == []


def _refused(groups: list[str]) -> list[tuple[dict[str, Any], str]]:
    good, other = groups[0], str(uuid.uuid4())
    name = "officeConfigurationAssignments"
    return [
        ({"assignments": [_item(good)]}, "'assignments' in the request payload is not a valid parameter"),
        ({}, f"'{name}' of the operation 'assign' is missing"),
        ({name: None}, "must be a collection"),
        ({name: {}}, "must be a collection"),
        ({name: [None]}, f"{name}[0]"),
        ({name: [{}]}, "'target' is required"),
        ({name: [{"target": {"groupId": good}}]}, "'@odata.type' is required"),
        ({name: [{"target": {"@odata.type": ABSTRACT}}]}, "abstract"),
        ({name: [{"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}]}, "could not be resolved"),
        ({name: [{"target": {"@odata.type": TARGET}}]}, "'groupId' is required"),
        ({name: [{"target": {"@odata.type": TARGET, "groupid": good}}]}, "did you mean 'groupId'"),
        ({name: [{"target": {"@odata.type": TARGET, "groupId": 5}}]}, "'groupId' is required"),
        (_body("Finance"), "'Finance' is not a GUID"),
        (_body(good.replace("-", "")), "is not a GUID"),
        (_body(good, other), f"{name}[1].target.groupId: there is no group '{other}'"),
        (_body(good, good.upper()), "assigned more than once"),
        ({name: [{**_item(good), "id": "x"}]}, "'id' is read-only"),
        ({name: [{**_item(good), "intent": "apply"}]}, "'intent' does not exist"),
        ({name: [{**_item(good), "@odata.type": TARGET}]}, "not compatible"),
    ]


def test_refused_assigns(graph: Client, create: Create, groups: list[str]) -> None:
    path = f"{POLICIES}/{create(1)['id']}"
    graph.call("POST", f"{path}/assign", json=_body(groups[1]))
    for body, said in _refused(groups):
        answer = graph.call("POST", f"{path}/assign", json=body)
        assert answer.status_code == 400, body
        assert said in answer.json()["error"]["message"]
    assert _groups(graph.call("GET", f"{path}/assignments").json()) == [groups[1]]
    assert graph.call("POST", f"{POLICIES}/none/assign", json=_body()).status_code == 404


def test_one_group_per_policy(emulator: Emulator, graph: Client, create: Create, groups: list[str]) -> None:
    emulator.admin("PUT", "settings", {"one_group_per_policy": True})
    path = f"{POLICIES}/{create(1)['id']}"
    assert graph.call("POST", f"{path}/assign", json=_body(*groups[:2])).status_code == 400
    assert graph.call("POST", f"{path}/assign", json=_body(groups[0])).status_code == 200
    assert graph.call("POST", f"{path}/assignments", json=_item(groups[1])).status_code == 400


def test_expand_may_be_empty(emulator: Emulator, graph: Client, create: Create, groups: list[str]) -> None:
    path = f"{POLICIES}/{create(1)['id']}"
    graph.call("POST", f"{path}/assign", json=_body(groups[0]))
    emulator.admin("PUT", "settings", {"expand_empty": True})
    assert graph.call("GET", f"{POLICIES}?$expand=assignments").json()["value"][0]["assignments"] == []
    assert _groups(graph.call("GET", f"{path}/assignments").json()) == [groups[0]]


@pytest.mark.parametrize(("how", "status", "count"), [("refuse", 400, 0), ("ignore", 201, 0), ("accept", 201, 1)])
def test_deep_insert(emulator: Emulator, graph: Client, groups: list[str], how: str, status: int, count: int) -> None:
    emulator.admin("PUT", "settings", {"deep_insert": how})
    kind = "#microsoft.graph.windowsOfficeClientConfiguration"
    answer = graph.call("POST", POLICIES, json={"@odata.type": kind, "priority": 1, "assignments": [_item(groups[0])]})
    assert answer.status_code == status
    listed = graph.call("GET", f"{POLICIES}?$expand=assignments").json()["value"]
    assert sum(len(policy["assignments"]) for policy in listed) == count


def test_a_tenant_may_take_only_one_spelling(emulator: Emulator, graph: Client, create: Create) -> None:
    path = f"{POLICIES}/{create(1)['id']}"
    for setting, taken in zip(
        ("plain", "microsoft.graph", "microsoft.management.services.api"), SPELLINGS, strict=True
    ):
        emulator.admin("PUT", "settings", {"action_spellings": [setting]})
        for action in SPELLINGS:
            answer = graph.call("POST", f"{path}/{action}", json=_body())
            assert answer.status_code == (200 if action == taken else 400)
