# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The payload streams, and the setting that puts them into the entity."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from graph_emulator.testing import Client, Emulator

POLICIES = "/beta/officeConfiguration/clientConfigurations"
STREAM = {"Content-Type": "application/octet-stream"}
NAMES = ("policyPayload", "userPreferencePayload")
Create = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("name", NAMES)
def test_bytes_come_back_as_they_were_sent(
    emulator: Emulator, tenant: str, graph: Client, create: Create, name: str
) -> None:
    path = f"{POLICIES}/{create(1)['id']}/{name}"
    assert graph.call("GET", path).status_code == 204
    data = b'\xef\xbb\xbf[ {"settingId": "office16;L_VBAWarningsPolicy", "value": "\xc3\xa4"} ]\n'
    assert graph.call("PUT", path, data=data, headers=STREAM).status_code == 204
    found = graph.call("GET", path)
    assert (found.status_code, found.content, found.headers["Content-Type"]) == (200, data, STREAM["Content-Type"])
    policy = emulator.admin("GET", "state")["tenants"][tenant]["policies"][0]
    assert policy[name] == [{"settingId": "office16;L_VBAWarningsPolicy", "value": "ä"}]
    assert graph.call("PUT", path, data=b"", headers=STREAM).status_code == 204
    assert graph.call("GET", path).status_code == 204


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"{", STREAM, 400),
        (b"\xff\xff", STREAM, 400),
        (b"NaN", STREAM, 400),
        (b"{}", {}, 400),
        (b"{}", {"Content-Type": "application/json"}, 415),
    ],
)
def test_refused_payloads(graph: Client, create: Create, data: bytes, headers: dict[str, str], status: int) -> None:
    path = f"{POLICIES}/{create(1)['id']}/policyPayload"
    assert graph.call("PUT", path, data=data, headers=headers).status_code == status
    assert graph.call("GET", path).status_code == 204


def test_payload_of_an_unknown_policy(graph: Client) -> None:
    assert graph.call("GET", f"{POLICIES}/none/policyPayload").status_code == 404
    assert graph.call("PUT", f"{POLICIES}/none/policyPayload", data=b"{}", headers=STREAM).status_code == 404


@pytest.mark.parametrize(("how", "status"), [("no_content", 204), ("not_found", 404), ("empty", 200)])
def test_no_payload_has_three_faces(emulator: Emulator, graph: Client, create: Create, how: str, status: int) -> None:
    emulator.admin("PUT", "settings", {"empty_payload": how})
    answer = graph.call("GET", f"{POLICIES}/{create(1)['id']}/policyPayload")
    assert answer.status_code == status
    assert status == 404 or answer.content == b""


@pytest.mark.parametrize(("transport", "stream_status"), [("inline", 400), ("both", 200)])
def test_inline_transport(
    emulator: Emulator, graph: Client, create: Create, transport: str, stream_status: int
) -> None:
    emulator.admin("PUT", "settings", {"payload_transport": transport})
    text = base64.b64encode(b'{"a": "\xc3\xbf?>"}').decode()
    policy = create(1, policyPayload=text)
    assert (policy["policyPayload"], policy["userPreferencePayload"]) == (text, None)
    path = f"{POLICIES}/{policy['id']}"
    urlsafe = base64.urlsafe_b64encode(b'["\xc3\xbf?>"]').decode().rstrip("=")
    assert graph.call("PATCH", path, json={"userPreferencePayload": urlsafe}).status_code == 200
    listed = graph.call("GET", POLICIES).json()["value"][0]
    assert (listed["policyPayload"], base64.b64decode(listed["userPreferencePayload"])) == (text, b'["\xc3\xbf?>"]')
    assert graph.call("PATCH", path, json={"policyPayload": None}).json()["policyPayload"] is None
    assert graph.call("GET", f"{path}/userPreferencePayload").status_code == stream_status
    for wrong in ("*", 5, base64.b64encode(b"{").decode()):
        assert graph.call("PATCH", path, json={"policyPayload": wrong}).status_code == 400
