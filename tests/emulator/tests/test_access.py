# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens and permissions on Graph calls, and the headers and error bodies of answers."""

from __future__ import annotations

import time
import uuid
from typing import Any
from unittest import mock

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from graph_emulator.graph.permissions import AREAS
from graph_emulator.loader import default_state
from graph_emulator.login import tokens
from graph_emulator.testing import Client, Emulator
from graph_emulator.wire import Answer

from .catalog import CatalogTenant

SECRET = "emulator-only-secret"
POLICIES = "/beta/officeConfiguration/clientConfigurations"
READ, WRITE = "DeviceManagementConfiguration.Read.All", "DeviceManagementConfiguration.ReadWrite.All"


def _client(emulator: Emulator, tenant: str, seed: dict[str, Any], roles: list[str]) -> Client:
    app = {**seed["apps"][0], "roles": roles}
    emulator.admin("PUT", "state", {"tenants": {tenant: {**seed, "apps": [app]}}})
    return emulator.client(tenant, app["client_id"], SECRET)


@pytest.mark.parametrize(
    ("roles", "method", "path", "status"),
    [
        ([READ], "GET", POLICIES, 200),
        ([WRITE], "GET", POLICIES, 200),
        ([], "GET", POLICIES, 403),
        ([READ], "POST", POLICIES, 403),
        ([WRITE], "POST", POLICIES, 400),
        ([WRITE], "GET", "/v1.0/groups", 403),
        (["GroupMember.Read.All"], "GET", "/v1.0/groups", 200),
        (["Group.Read.All"], "GET", "/beta/groups", 200),
        (["Directory.Read.All"], "GET", "/v1.0/groups", 200),
        (["Directory.Read.All"], "GET", POLICIES, 403),
    ],
)
def test_roles(
    emulator: Emulator, tenant: str, seed: dict[str, Any], roles: list[str], method: str, path: str, status: int
) -> None:
    answer = _client(emulator, tenant, seed, roles).call(method, path)
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["error"]["code"] in ("Forbidden", "Authorization_RequestDenied")
        needed = "GroupMember.Read.All" if "groups" in path else READ if method == "GET" else WRITE
        assert needed in answer.json()["error"]["message"]


def _forged(claims: dict[str, Any], token: str) -> str:
    known = jwt.decode(token, options={"verify_signature": False})
    header = jwt.get_unverified_header(token)
    return jwt.encode({**known, **claims}, rsa.generate_private_key(65537, 2048), "RS256", {"kid": header["kid"]})


def test_bad_tokens_get_401(emulator: Emulator, graph: Client) -> None:
    unsigned = jwt.encode(jwt.decode(graph.token, options={"verify_signature": False}), "", "none")
    for token in ("", "x", "a.b.c", unsigned, _forged({}, graph.token), graph.token[:-4] + "AAAA"):
        answer = Client(emulator.session, emulator.url, token).call("GET", POLICIES)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert {entry["status"] for entry in emulator.admin("GET", "journal")} == {401}
    basic = graph.call("GET", POLICIES, headers={"Authorization": f"Basic {graph.token}"})
    assert basic.status_code == 401


def _an_hour_after_login(token_seconds: int) -> Answer:
    """What a call gets then. The login is put into the past: no test waits for an end, or comes too late."""
    graph = CatalogTenant()
    graph.put("settings", {"token_seconds": token_seconds})
    with mock.patch.object(tokens, "time", mock.Mock(time=lambda: time.time() - 3600)):
        granted = graph.log_in()
    assert granted["expires_in"] == token_seconds
    path = "officeConfiguration/clientConfigurations"
    return graph.call("GET", path, authorization=f"Bearer {granted['access_token']}")


def test_expired_token_gets_401() -> None:
    assert _an_hour_after_login(7200).status == 200
    answer = _an_hour_after_login(3599)
    assert answer.status == 401
    assert "expired" in answer.content["error"]["message"]


def test_tenants_are_told_apart_by_the_token(emulator: Emulator, graph: Client, create: Any) -> None:
    create(1)
    other = emulator.client()
    assert other.call("GET", POLICIES).json()["value"] == []
    assert len(graph.call("GET", POLICIES).json()["value"]) == 1


def test_headers_and_error_body(graph: Client) -> None:
    own = str(uuid.uuid4())
    answer = graph.call("GET", f"{POLICIES}/none", headers={"client-request-id": own})
    assert answer.status_code == 404
    assert answer.headers["client-request-id"] == own
    assert uuid.UUID(answer.headers["request-id"])
    for name in ("Date", "OData-Version", "x-ms-ags-diagnostic"):
        assert answer.headers[name]
    inner = answer.json()["error"]["innerError"]
    assert inner["request-id"] == answer.headers["request-id"]
    assert inner["client-request-id"] == own
    assert inner["date"]
    good = graph.call("GET", POLICIES)
    assert good.headers["client-request-id"] == good.headers["request-id"]
    assert good.headers["Content-Type"].startswith("application/json;odata.metadata=minimal")
    assert good.json()["@odata.context"].endswith("/beta/$metadata#officeConfiguration/clientConfigurations")


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/beta/nowhere", 400, "Resource not found for the segment 'nowhere'."),
        ("GET", "/v1.0/officeConfiguration", 400, "Resource not found for the segment 'officeConfiguration'."),
        ("GET", "/beta/officeconfiguration", 400, "segment 'officeconfiguration'"),
        ("GET", f"{POLICIES}/x/things", 400, "segment 'things'"),
        ("GET", f"{POLICIES}/microsoft.graph.windowsOfficeClientConfiguration", 400, "segment 'microsoft.graph.w"),
        ("GET", "/beta", 400, "Resource not found"),
        ("GET", "/v2.0/groups", 400, "Invalid version: v2.0"),
        ("PUT", POLICIES, 405, "GET, POST"),
        ("DELETE", "/beta/officeConfiguration", 405, "GET"),
        ("GET", f"{POLICIES}/updatePriorities", 405, "POST"),
        ("POST", "/v1.0/groups", 405, "GET"),
        ("GET", f"{POLICIES}?$filter=priority eq 1", 400, "'$filter' is not supported"),
        ("GET", f"{POLICIES}?%24filter=priority", 400, "'$filter' is not supported"),
        ("GET", f"{POLICIES}?nonsense=1", 400, "'nonsense' is not a known query option"),
        ("GET", f"{POLICIES}?$top=1&top=2", 400, "more than once"),
        ("GET", f"{POLICIES}?$top=0", 400, "$top"),
        ("GET", f"{POLICIES}?$top=all", 400, "'all'"),
        ("GET", f"{POLICIES}?$top=%D9%A3", 400, "$top"),
        ("GET", f"{POLICIES}?$select=nonsense", 400, "'nonsense'"),
        ("GET", f"{POLICIES}?$expand=groups", 400, "'groups'"),
        ("GET", f"{POLICIES}?$skiptoken=abc", 400, "$skiptoken"),
    ],
)
def test_refused_paths_and_options(graph: Client, method: str, path: str, status: int, said: str) -> None:
    answer = graph.call(method, path)
    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]
    assert ("Allow" in answer.headers) == (status == 405)


def test_the_apps_of_a_tenant_that_nobody_seeded_may_do_everything() -> None:
    [tenant] = default_state()["tenants"].values()
    granted = [set(app["roles"]) for app in tenant["apps"]]
    needed = [roles for area in AREAS.values() for roles in (area.read, area.write) if roles]
    assert len(granted) == 2
    assert [(roles, own) for roles in needed for own in granted if not own & set(roles)] == []
