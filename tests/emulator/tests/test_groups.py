# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups by name and by id."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from graph_emulator.testing import Client, Emulator


def _names(graph: Client, query: str) -> list[str]:
    answer = graph.call("GET", f"/v1.0/groups?{query}")
    assert answer.status_code == 200, answer.text
    return [group["displayName"] for group in answer.json()["value"]]


def test_by_name(graph: Client) -> None:
    assert _names(graph, "$filter=displayName eq 'finance'") == ["Finance"]
    assert _names(graph, "$filter=displayName%20eq%20%27O%27%27Brien%27%27s%20Team%27") == ["O'Brien's Team"]
    assert _names(graph, "$filter=displayName eq 'Fin'") == []
    assert _names(graph, "$filter=displayName in ('sales', 'FINANCE')") == ["Finance", "Sales"]


def test_two_groups_may_have_one_name(
    emulator: Emulator, tenant: str, seed: dict[str, Any], groups: list[str], graph: Client
) -> None:
    twin = {"id": str(uuid.uuid4()), "displayName": "Finance"}
    emulator.admin("PUT", "state", {"tenants": {tenant: {**seed, "groups": [*seed["groups"], twin]}}})
    found = graph.call("GET", "/v1.0/groups?$filter=displayName eq 'Finance'&$select=id,displayName").json()
    assert [group["id"] for group in found["value"]] == [groups[0], twin["id"]]


def test_by_id(graph: Client, groups: list[str]) -> None:
    listed = ",".join(f"'{key.upper()}'" for key in groups[:2])
    assert _names(graph, f"$filter=id in ({listed})") == ["Finance", "Sales"]
    one = graph.call("GET", f"/beta/groups/{groups[0]}?$select=displayName").json()
    assert one["displayName"] == "Finance"
    assert "id" not in one
    full = graph.call("GET", f"/v1.0/groups/{groups[0]}").json()
    assert full["securityEnabled"] is True
    assert full["@odata.context"].endswith("/v1.0/$metadata#groups/$entity")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1.0/groups/00000000-0000-4000-8000-00000000dead", 404, "Request_ResourceNotFound"),
        ("/v1.0/groups/Finance", 400, "Request_BadRequest"),
        ("/v1.0/groups?$filter=displayName eq Finance", 400, "Request_UnsupportedQuery"),
        ("/v1.0/groups?$filter=displayName eq 'O'Brien'", 400, "Request_UnsupportedQuery"),
        ("/v1.0/groups?$filter=displayname eq 'x'", 400, "Request_UnsupportedQuery"),
        ("/v1.0/groups?$filter=endswith(displayName,'x')", 400, "Request_UnsupportedQuery"),
        (
            f"/v1.0/groups?$filter=id in ({','.join(repr(str(uuid.UUID(int=number))) for number in range(16))})",
            400,
            "Request_UnsupportedQuery",
        ),
        ("/v1.0/groups?$select=colour", 400, "BadRequest"),
        ("/v1.0/groups?$orderby=displayName", 400, "BadRequest"),
    ],
)
def test_refused(graph: Client, path: str, status: int, code: str) -> None:
    answer = graph.call("GET", path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_pages(emulator: Emulator, graph: Client) -> None:
    emulator.admin("PUT", "settings", {"page_size": 2})
    first = graph.call("GET", "/v1.0/groups").json()
    assert len(first["value"]) == 2
    assert len(graph.call("GET", first["@odata.nextLink"].removeprefix(graph.url)).json()["value"]) == 1
    assert "@odata.nextLink" not in graph.call("GET", "/v1.0/groups?$top=3").json()


def test_by_ids_what_is_not_there_is_left_out(emulator: Emulator, graph: Client, groups: list[str]) -> None:
    path = "/v1.0/directoryObjects/getByIds"
    none = str(uuid.uuid4())
    body = {"ids": [groups[1].upper(), none, groups[0], groups[1]], "types": ["group"]}
    found = graph.call("POST", f"{path}?$select=id", json=body).json()["value"]
    assert found == [{"@odata.type": "#microsoft.graph.group", "id": key} for key in (groups[1], groups[0])]
    emulator.admin("PUT", "settings", {"refuse_writes": True})
    assert graph.call("POST", path, json={"ids": [none]}).json()["value"] == []
    assert graph.call("POST", path, json={"ids": groups, "types": ["user"]}).json()["value"] == []
    steps = [{"id": "1", "method": "POST", "url": "/directoryObjects/getByIds", "body": {"ids": groups}}]
    steps[0]["headers"] = {"Content-Type": "application/json"}
    answer = graph.call("POST", "/beta/$batch", json={"requests": steps}).json()["responses"][0]
    assert (answer["status"], len(answer["body"]["value"])) == (200, 3)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": []},
        {"ids": "x"},
        {"ids": ["x"]},
        {"ids": [str(uuid.UUID(int=1))] * 1001},
        {"ids": [str(uuid.UUID(int=1))], "types": "group"},
        {"ids": [str(uuid.UUID(int=1))], "id": 1},
    ],
)
def test_wrong_ids_are_refused(graph: Client, body: dict[str, Any]) -> None:
    answer = graph.call("POST", "/v1.0/directoryObjects/getByIds", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "Request_BadRequest")
