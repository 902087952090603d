# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the emulated tenant can be set to behave."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest

from graph_emulator import tenants
from graph_emulator.graph import limits
from graph_emulator.testing import Client, Emulator

from .catalog import CatalogTenant

OFFICE = "officeConfiguration/clientConfigurations"
POLICIES = f"/beta/{OFFICE}"
Create = Callable[..., dict[str, Any]]


@dataclass
class _Clock:
    """In the place of ``time`` for what is told apart by seconds: they pass when a test says so."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now


def _created(graph: CatalogTenant, priority: int) -> str:
    """The id of a new policy."""
    kind = "#microsoft.graph.windowsOfficeClientConfiguration"
    answer = graph.call("POST", OFFICE, {"@odata.type": kind, "displayName": f"P{priority}", "priority": priority})
    assert answer.status == 201, answer.content
    return str(answer.content["id"])


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([], "settings"),
        ({"pagesize": 1}, "settings.pagesize"),
        ({"page_size": 0}, "settings.page_size"),
        ({"page_size": True}, "settings.page_size"),
        ({"stale_seconds": -1}, "settings.stale_seconds"),
        ({"stale_seconds": True}, "settings.stale_seconds"),
        ({"payload_transport": "stream "}, "settings.payload_transport"),
        ({"wrap_get": 1}, "settings.wrap_get"),
        ({"patch_status": True}, "settings.patch_status"),
        ({"intune_limits": {"write": 1}}, "settings.intune_limits"),
        ({"intune_limits": {"writes": 0}}, "settings.intune_limits"),
        ({"intune_limits": {"writes": "1"}}, "settings.intune_limits"),
        ({"intune_limits": 1}, "settings.intune_limits"),
        ({"action_spellings": []}, "settings.action_spellings"),
    ],
)
def test_wrong_settings_change_nothing(emulator: Emulator, body: Any, named: str) -> None:
    before = emulator.admin("GET", "settings")
    answer = emulator.session.put(f"{emulator.url}/_emulator/settings", json=body)
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert emulator.admin("GET", "settings") == before


def test_put_merges(emulator: Emulator) -> None:
    before = emulator.admin("GET", "settings")
    after = emulator.admin("PUT", "settings", {"page_size": 3})
    assert after == {**before, "page_size": 3}
    assert emulator.admin("PUT", "settings", {"wrap_get": True})["page_size"] == 3


def test_wrap_get(emulator: Emulator, graph: Client, create: Create) -> None:
    policy = create(1)
    emulator.admin("PUT", "settings", {"wrap_get": True})
    wrapped = graph.call("GET", f"{POLICIES}/{policy['id']}").json()
    assert set(wrapped) == {"@odata.context", "value"}
    assert wrapped["value"]["id"] == policy["id"]


def test_segment_withdrawn(emulator: Emulator, graph: Client, create: Create) -> None:
    policy = create(1)
    emulator.admin("PUT", "settings", {"segment_withdrawn": True})
    for method, path in (
        ("GET", "/beta/officeConfiguration"),
        ("GET", POLICIES),
        ("PATCH", f"{POLICIES}/{policy['id']}"),
    ):
        answer = graph.call(method, path, json={})
        assert answer.status_code == 400
        assert answer.json()["error"]["message"] == "Resource not found for the segment 'officeConfiguration'."
    assert graph.call("GET", "/v1.0/groups").status_code == 200


def test_refuse_writes(emulator: Emulator, graph: Client, create: Create) -> None:
    path = f"{POLICIES}/{create(1)['id']}"
    emulator.admin("PUT", "settings", {"refuse_writes": True})
    emulator.admin("DELETE", "journal")
    calls = [("POST", POLICIES), ("PATCH", path), ("PUT", f"{path}/policyPayload"), ("DELETE", path)]
    assert [graph.call(method, where, json={}).status_code for method, where in calls] == [403] * 4
    assert [entry["status"] for entry in emulator.admin("GET", "journal")] == [403] * 4
    steps = [
        {"id": "1", "method": "GET", "url": "/groups"},
        {"id": "2", "method": "DELETE", "url": path.removeprefix("/beta")},
    ]
    answer = graph.call("POST", "/beta/$batch", json={"requests": steps})
    assert {item["id"]: item["status"] for item in answer.json()["responses"]} == {"1": 200, "2": 403}
    assert graph.call("GET", path).status_code == 200


def test_patch_without_body_and_with_required_type(emulator: Emulator, graph: Client, create: Create) -> None:
    path = f"{POLICIES}/{create(1)['id']}"
    emulator.admin("PUT", "settings", {"patch_status": 204})
    answer = graph.call("PATCH", path, json={"description": "d"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert graph.call("GET", path).json()["description"] == "d"
    emulator.admin("PUT", "settings", {"patch_requires_type": True})
    assert graph.call("PATCH", path, json={"description": "e"}).status_code == 400
    typed = {"@odata.type": "microsoft.graph.windowsOfficeClientConfiguration", "description": "e"}
    assert graph.call("PATCH", path, json=typed).status_code == 204


def test_last_modified_is_optional_and_moves(emulator: Emulator, graph: Client, create: Create) -> None:
    policy = create(1)
    path = f"{POLICIES}/{policy['id']}"
    changed = graph.call("PATCH", path, json={}).json()
    assert changed["lastModifiedDateTime"] > policy["lastModifiedDateTime"]
    emulator.admin("PUT", "settings", {"last_modified": False})
    assert "lastModifiedDateTime" not in graph.call("GET", path).json()


def test_nested_errors(emulator: Emulator, graph: Client) -> None:
    emulator.admin("PUT", "settings", {"nested_errors": True})
    answer = graph.call("GET", f"{POLICIES}/none")
    nested = json.loads(answer.json()["error"]["message"])
    assert "'none' does not exist" in nested["Message"]
    assert answer.headers["request-id"] in nested["Message"]
    plain = graph.call("GET", "/beta/nowhere").json()["error"]["message"]
    assert plain == "Resource not found for the segment 'nowhere'."


def test_reads_lag_behind_writes() -> None:
    graph, clock = CatalogTenant(), _Clock()
    with mock.patch.object(tenants, "time", clock):
        old, doomed = (_created(graph, priority) for priority in (1, 2))
        clock.now += 6
        graph.put("settings", {"stale_seconds": 5})
        new = _created(graph, 3)
        changed = graph.call("PATCH", f"{OFFICE}/{old}", {"description": "new"})
        assert changed.content["description"] == "new"
        assert graph.call("DELETE", f"{OFFICE}/{doomed}").status == 204
        clock.now += 4
        seen = graph.get(OFFICE)["value"]
        assert [(policy["id"], policy["description"]) for policy in seen] == [(old, None), (doomed, None)]
        assert graph.call("GET", f"{OFFICE}/{new}").status == 404
        assert graph.call("PATCH", f"{OFFICE}/{doomed}", {}).status == 404
        clock.now += 2
        seen = graph.get(OFFICE)["value"]
        assert [(policy["id"], policy["description"]) for policy in seen] == [(old, "new"), (new, None)]


def test_a_seeded_state_is_visible_at_once(
    emulator: Emulator, tenant: str, seed: dict[str, Any], graph: Client
) -> None:
    emulator.admin("PUT", "settings", {"stale_seconds": 600})
    emulator.admin("PUT", "state", {"tenants": {tenant: {**seed, "policies": [{"priority": 4}]}}})
    assert [policy["priority"] for policy in graph.call("GET", POLICIES).json()["value"]] == [4]


def test_intune_limits() -> None:
    graph, clock = CatalogTenant(), _Clock()
    graph.put("settings", {"intune_limits": {"writes": 2, "requests": 4, "seconds": 1}})
    with mock.patch.object(limits, "time", clock):
        writes = [graph.call("DELETE", f"{OFFICE}/none") for _unused in range(3)]
        assert [answer.status for answer in writes] == [404, 404, 429]
        assert writes[2].headers["Retry-After"] == "1"
        steps = [{"id": str(number), "method": "GET", "url": "/groups"} for number in range(3)]
        answer = graph.call("POST", "$batch", {"requests": steps}).content
        assert sorted(item["status"] for item in answer["responses"]) == [200, 200, 429]
        clock.now += 0.9
        assert graph.call("DELETE", f"{OFFICE}/none").status == 429
        clock.now += 0.2
        assert graph.call("DELETE", f"{OFFICE}/none").status == 404


def test_intune_limits_as_published() -> None:
    graph = CatalogTenant()
    graph.put("settings", {"intune_limits": True})
    with mock.patch.object(limits, "time", _Clock()):
        statuses = [graph.call("DELETE", f"{OFFICE}/none").status for _unused in range(101)]
        assert statuses == [404] * 100 + [429]
        assert graph.call("GET", OFFICE).status == 200
