# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON batching."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from graph_emulator.testing import Client, Emulator

POLICIES = "/officeConfiguration/clientConfigurations"
WINDOWS = "#microsoft.graph.windowsOfficeClientConfiguration"
JSON = {"Content-Type": "application/json"}
STREAM = {"Content-Type": "application/octet-stream"}
Create = Callable[..., dict[str, Any]]


def _step(key: str, method: str, url: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "method": method, "url": url, **more}


def _create(key: str, priority: int, **more: Any) -> dict[str, Any]:
    return _step(key, "POST", POLICIES, headers=JSON, body={"@odata.type": WINDOWS, "priority": priority}, **more)


def _run(graph: Client, *steps: dict[str, Any]) -> list[dict[str, Any]]:
    answer = graph.call("POST", "/beta/$batch", json={"requests": steps})
    assert answer.status_code == 200, answer.text
    responses: list[dict[str, Any]] = answer.json()["responses"]
    return responses


def _statuses(responses: list[dict[str, Any]]) -> dict[str, int]:
    return {item["id"]: item["status"] for item in responses}


def test_reads_writes_and_errors_each_have_their_own_status(
    emulator: Emulator, tenant: str, graph: Client, create: Create
) -> None:
    policy = create(1)
    emulator.admin("DELETE", "journal")
    responses = _run(
        graph,
        _step("a", "GET", POLICIES.removeprefix("/")),
        _create("b", 1),
        _step("c", "DELETE", f"{POLICIES}/none"),
        _step("d", "GET", "/groups?$filter=displayName eq 'Finance'&$select=displayName"),
        _step("e", "POST", "/$batch", headers=JSON, body={"requests": []}),
        _create("f", 2),
        _step("g", "delete", f"{POLICIES}/{policy['id']}"),
    )
    assert _statuses(responses) == {"a": 200, "b": 400, "c": 404, "d": 200, "e": 400, "f": 201, "g": 204}
    assert [item["id"] for item in responses] == list("gfedcba")
    by_id = {item["id"]: item for item in responses}
    assert by_id["d"]["body"]["value"][0]["displayName"] == "Finance"
    assert "already used" in by_id["b"]["body"]["error"]["message"]
    assert by_id["f"]["headers"]["Location"].endswith(by_id["f"]["body"]["id"])
    assert "body" not in by_id["g"]
    entry = emulator.admin("GET", "journal")[0]
    assert {name: entry[name] for name in ("n", "tenant", "method", "path", "status")} == {
        "n": 1,
        "tenant": tenant,
        "method": "POST",
        "path": "/beta/$batch",
        "status": 200,
    }
    assert [item["status"] for item in entry["batch"]] == [200, 400, 404, 200, 400, 201, 204]
    assert entry["batch"][0] == {"method": "GET", "path": f"/beta{POLICIES}", "status": 200}


def test_responses_in_the_order_sent_by_setting(emulator: Emulator, graph: Client) -> None:
    emulator.admin("PUT", "settings", {"batch_order": "as_sent"})
    responses = _run(graph, _step("1", "GET", "/groups"), _step("2", "GET", "/groups"))
    assert [item["id"] for item in responses] == ["1", "2"]


@pytest.mark.parametrize("padding", ["", "="])
def test_binary_bodies_are_base64url_text(emulator: Emulator, graph: Client, create: Create, padding: str) -> None:
    path = f"{POLICIES}/{create(1)['id']}/policyPayload"
    data = b'["\xc3\xbf?>~~"]'
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")
    text += padding * (-len(text) % 4)
    assert _statuses(_run(graph, _step("1", "PUT", path, headers=STREAM, body=text))) == {"1": 204}
    assert graph.call("GET", f"/beta{path}").content == data
    answer = _run(graph, _step("1", "GET", path))[0]
    assert answer["headers"]["Content-Type"] == STREAM["Content-Type"]
    assert answer["body"] == base64.urlsafe_b64encode(data).decode().rstrip("=")
    emulator.admin("PUT", "settings", {"batch_binary": "base64"})
    assert _run(graph, _step("1", "GET", path))[0]["body"] == base64.b64encode(data).decode()


def test_serial_batches_stop_at_a_failure(graph: Client) -> None:
    responses = _run(
        graph,
        _create("1", 1),
        _create("2", 1, dependsOn=["1"]),
        _create("3", 3, dependsOn=["2"]),
        _create("4", 4, dependsOn=["3"]),
    )
    assert [(item["id"], item["status"]) for item in responses] == [("1", 201), ("2", 400), ("3", 424), ("4", 424)]
    assert [item["priority"] for item in graph.call("GET", f"/beta{POLICIES}").json()["value"]] == [1]


GET = _step("1", "GET", "/groups")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"requests": []}, "not empty"),
        ({"requests": {}}, "collection"),
        ({}, "'requests'"),
        ({"requests": [GET], "more": 1}, "'requests'"),
        ({"requests": [{**GET, "id": str(n)} for n in range(21)]}, "maximum value of 20"),
        ({"requests": [GET, GET]}, "'1' is there twice"),
        ({"requests": [{**GET, "id": "a"}, {**GET, "id": "A"}]}, "unique"),
        ({"requests": [{**GET, "id": True}]}, "'id' is required"),
        ({"requests": [{**GET, "url": ""}]}, "'url' is required"),
        ({"requests": [{**GET, "method": "HEAD"}]}, "'HEAD'"),
        ({"requests": [{**GET, "url": "https://graph.microsoft.com/beta/groups"}]}, "relative"),
        ({"requests": [{**GET, "uri": "/groups"}]}, "unknown property 'uri'"),
        ({"requests": [{**GET, "headers": {"a": 1}}]}, "headers"),
        ({"requests": [{**GET, "method": "POST", "body": {}}]}, "Content-Type"),
        ({"requests": [{**GET, "method": "PUT", "body": {}, "headers": STREAM}]}, "base64url"),
        ({"requests": [{**GET, "method": "PUT", "body": "*", "headers": STREAM}]}, "base64url"),
        ({"requests": [{**GET, "dependsOn": ["2"]}]}, "dependsOn"),
        ({"requests": [GET, {**GET, "id": "2"}, {**GET, "id": "3", "dependsOn": ["1"]}]}, "dependsOn"),
        ({"requests": [GET, {**GET, "id": "2", "dependsOn": ["1", "1"]}]}, "the one id"),
        ({"requests": [GET, {**GET, "id": "2", "dependsOn": "1"}]}, "the one id"),
        ([GET], "JSON object"),
    ],
)
def test_a_wrong_form_refuses_the_whole_batch(emulator: Emulator, graph: Client, body: Any, said: str) -> None:
    answer = graph.call("POST", "/v1.0/$batch", json=body)
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["error"]["message"]
    assert emulator.admin("GET", "journal")[0]["batch"] == []


def test_a_batch_keeps_to_its_version(graph: Client) -> None:
    answer = graph.call("POST", "/v1.0/%24batch", json={"requests": [_step("1", "GET", POLICIES)]})
    assert answer.json()["responses"][0]["status"] == 400


def test_a_tenant_may_refuse_batches(emulator: Emulator, graph: Client) -> None:
    emulator.admin("PUT", "settings", {"batch_enabled": False})
    answer = graph.call("POST", "/beta/$batch", json={"requests": [GET]})
    assert answer.status_code == 400
    assert "segment '$batch'" in answer.json()["error"]["message"]


def test_permissions_count_inside(emulator: Emulator, tenant: str, seed: dict[str, Any]) -> None:
    app = {**seed["apps"][0], "roles": ["GroupMember.Read.All"]}
    emulator.admin("PUT", "state", {"tenants": {tenant: {**seed, "apps": [app]}}})
    client = emulator.client(tenant, app["client_id"], app["secrets"][0])
    assert _statuses(_run(client, GET, _step("2", "GET", POLICIES))) == {"1": 200, "2": 403}
    assert client.call("GET", "/beta/$batch").status_code == 405


def test_an_id_may_be_a_number_and_comes_back_as_a_text(graph: Client) -> None:
    steps = [{"id": number, "method": "GET", "url": "/groups"} for number in (1, 2)]
    assert _statuses(_run(graph, *steps)) == {"1": 200, "2": 200}
    again = graph.call("POST", "/beta/$batch", json={"requests": [steps[0], _step("1", "GET", "/groups")]})
    assert again.status_code == 400


def test_the_generated_python_client_sends_whole_urls_and_a_name_that_is_skipped(graph: Client) -> None:
    step = _step("1", "GET", f"{graph.url}/beta/groups?$select=id", depends_on=["0"])
    assert _statuses(_run(graph, step)) == {"1": 200}
    for url in (f"{graph.url}/v1.0/groups", "https://localhost/beta/groups"):
        assert graph.call("POST", "/beta/$batch", json={"requests": [_step("1", "GET", url)]}).status_code == 400
