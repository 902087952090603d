# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misbehaviour on demand."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

import pytest
import requests

from graph_emulator.testing import Client, Emulator

POLICIES = "/beta/officeConfiguration/clientConfigurations"
WINDOWS = "#microsoft.graph.windowsOfficeClientConfiguration"
Create = Callable[..., dict[str, Any]]


def _count(graph: Client) -> int:
    return len(graph.call("GET", POLICIES).json()["value"])


def _post(graph: Client, priority: int = 1) -> requests.Response:
    return graph.call("POST", POLICIES, json={"@odata.type": WINDOWS, "priority": priority})


@pytest.mark.parametrize(
    ("fault", "status", "code", "retry_after"),
    [
        ({"kind": "throttle", "retry_after": 7}, 429, "TooManyRequests", "7"),
        ({"kind": "throttle", "retry_after": 0.25}, 429, "TooManyRequests", "0.25"),
        ({"kind": "throttle", "retry_after": "soon"}, 429, "TooManyRequests", "soon"),
        ({"kind": "throttle"}, 429, "TooManyRequests", None),
        ({"kind": "unavailable"}, 503, "ServiceUnavailable", None),
        ({"kind": "unavailable", "retry_after": 3}, 503, "ServiceUnavailable", "3"),
        ({"kind": "gateway_timeout"}, 504, "GatewayTimeout", None),
        ({"kind": "token_expired"}, 401, "InvalidAuthenticationToken", None),
        ({"kind": "forbidden"}, 403, "Forbidden", None),
        ({"kind": "segment_withdrawn"}, 400, "BadRequest", None),
    ],
)
def test_an_error_comes_once_and_nothing_is_done(
    emulator: Emulator, graph: Client, fault: dict[str, Any], status: int, code: str, retry_after: str | None
) -> None:
    emulator.admin("PUT", "faults", [fault])
    answer = _post(graph)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers.get("Retry-After") == retry_after
    assert answer.headers["request-id"]
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert emulator.admin("GET", "faults") == []
    assert _count(graph) == 0
    if fault["kind"] == "segment_withdrawn":
        assert "Resource not found for the segment 'officeConfiguration'." in answer.json()["error"]["message"]


def test_a_gateway_timeout_may_hide_a_commit(emulator: Emulator, graph: Client) -> None:
    emulator.admin("PUT", "faults", [{"kind": "gateway_timeout", "committed": True}])
    assert _post(graph).status_code == 504
    assert _count(graph) == 1


@pytest.mark.parametrize(("kind", "count"), [("reset_before", 0), ("reset_after", 1)])
def test_resets(emulator: Emulator, graph: Client, kind: str, count: int) -> None:
    emulator.admin("PUT", "faults", [{"kind": kind}])
    with pytest.raises(requests.ConnectionError):
        _post(graph)
    assert emulator.admin("GET", "journal")[0]["status"] is None
    assert _count(graph) == count


def _pump(raw: socket.socket, tls: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
    """Shake hands over a plain socket, so that the test and not the ssl module sees how the connection ends."""
    while True:
        try:
            tls.do_handshake()
            return
        except ssl.SSLWantReadError:
            raw.sendall(outgoing.read())
            incoming.write(raw.recv(65536))


def test_a_reset_is_a_reset_of_tcp(emulator: Emulator) -> None:
    emulator.admin("PUT", "faults", [{"kind": "reset_before", "match": {"on": "login"}}])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cafile=emulator.ready["ca_path"])
    tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2])), timeout=10) as raw:
        _pump(raw, tls, incoming, outgoing)
        tls.write(b"POST /any/oauth2/v2.0/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        raw.sendall(outgoing.read())
        with pytest.raises(ConnectionResetError):
            list(iter(lambda: raw.recv(65536), b""))


def test_a_reset_inside_a_batch_leaves_a_part_of_it_done(emulator: Emulator, graph: Client) -> None:
    emulator.admin(
        "PUT", "faults", [{"kind": "reset_after", "match": {"method": "POST", "path": "/clientC"}, "skip": 1}]
    )
    steps = [
        {
            "id": str(number),
            "method": "POST",
            "url": "/officeConfiguration/clientConfigurations",
            "headers": {"Content-Type": "application/json"},
            "body": {"@odata.type": WINDOWS, "priority": number},
        }
        for number in range(3)
    ]
    with pytest.raises(requests.ConnectionError):
        graph.call("POST", "/beta/$batch", json={"requests": steps})
    entry = emulator.admin("GET", "journal")[0]
    assert (entry["status"], [item["status"] for item in entry["batch"]]) == (None, [201, None])
    assert _count(graph) == 2


ODD = ("drip", "broken_header", "bad_length", "broken_tls", "oversized")


def _read_oddly(emulator: Emulator, graph: Client, method: str, path: str, **more: Any) -> int | None:
    """Send a call whose answer is odd; return how many bytes were read of it, None where it broke off."""
    headers = {"Authorization": f"Bearer {graph.token}"}
    url = f"{emulator.url}{path}"
    try:
        with graph.session.request(method, url, headers=headers, timeout=30, stream=True, **more) as answer:
            return sum(len(piece) for piece in answer.iter_content(65536))
    except requests.RequestException:
        return None


@pytest.mark.parametrize("kind", ODD)
def test_odd_answers_come_after_the_work_is_done(emulator: Emulator, graph: Client, kind: str) -> None:
    emulator.admin("PUT", "faults", [{"kind": kind, "seconds": 0.0001}])
    read = _read_oddly(emulator, graph, "POST", POLICIES, json={"@odata.type": WINDOWS, "priority": 1})
    assert emulator.admin("GET", "journal")[0]["status"] == 201
    assert _count(graph) == 1
    if kind == "drip":
        assert read
    elif kind == "oversized":
        assert read is not None
        assert read > 64 * 1024 * 1024
    else:
        assert read is None


@pytest.mark.parametrize("kind", ["bad_length", "oversized"])
def test_odd_answers_inside_a_batch_are_those_of_the_batch(emulator: Emulator, graph: Client, kind: str) -> None:
    emulator.admin("PUT", "faults", [{"kind": kind, "match": {"path": "^/beta/groups"}}])
    steps = [
        {"id": "1", "method": "GET", "url": "/groups"},
        {"id": "2", "method": "GET", "url": "/officeConfiguration/clientConfigurations"},
    ]
    read = _read_oddly(emulator, graph, "POST", "/beta/$batch", json={"requests": steps})
    assert read is None if kind == "bad_length" else read and read > 64 * 1024 * 1024
    assert [item["status"] for item in emulator.admin("GET", "journal")[0]["batch"]] == [200, 200]
    assert graph.call("GET", POLICIES).status_code == 200


def test_a_drip_ends_with_its_reader(emulator: Emulator, graph: Client) -> None:
    emulator.admin("PUT", "faults", [{"kind": "drip", "seconds": 1}])
    headers = {"Authorization": f"Bearer {graph.token}"}
    with pytest.raises(requests.Timeout):
        graph.session.get(f"{emulator.url}{POLICIES}", headers=headers, timeout=0.2)
    assert graph.call("GET", POLICIES).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("server_error", 500), ("conflict", 409), ("redirect", 302)])
def test_other_refusals(emulator: Emulator, graph: Client, kind: str, status: int) -> None:
    emulator.admin("PUT", "faults", [{"kind": kind}])
    answer = graph.call("POST", POLICIES, json={"@odata.type": WINDOWS, "priority": 1}, allow_redirects=False)
    assert answer.status_code == status
    assert _count(graph) == 0


@pytest.mark.parametrize(("kind", "body"), [("empty_body", b""), ("other_json", b"[]")])
def test_other_bodies(emulator: Emulator, graph: Client, kind: str, body: bytes) -> None:
    emulator.admin("PUT", "faults", [{"kind": kind}])
    answer = _post(graph)
    assert (answer.status_code, answer.content) == (201, body)
    assert _count(graph) == 1


def test_hang(emulator: Emulator, graph: Client) -> None:
    emulator.admin("PUT", "faults", [{"kind": "hang", "seconds": 0.3, "match": {"method": "POST"}}])
    start = time.monotonic()
    assert _post(graph).status_code == 504
    assert time.monotonic() - start >= 0.3
    assert _count(graph) == 0


def test_slow(emulator: Emulator, graph: Client) -> None:
    emulator.admin("PUT", "faults", [{"kind": "slow", "seconds": 0.3, "count": 2}])
    start = time.monotonic()
    assert graph.call("GET", POLICIES).status_code == 200
    assert time.monotonic() - start >= 0.3
    batch = {"requests": [{"id": "1", "method": "GET", "url": "/groups"}]}
    emulator.admin("PUT", "faults", [{"kind": "slow", "seconds": 0.3, "match": {"path": "/groups"}}])
    start = time.monotonic()
    assert graph.call("POST", "/beta/$batch", json=batch).status_code == 200
    assert time.monotonic() - start >= 0.3


def test_html_and_cut_json(emulator: Emulator, graph: Client) -> None:
    emulator.admin("PUT", "faults", [{"kind": "html_error"}, {"kind": "cut_json", "match": {"method": "GET"}}])
    answer = _post(graph)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")
    cut = graph.call("GET", POLICIES)
    assert cut.headers["Content-Type"].startswith("application/json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.text)


def test_next_links_that_lead_astray(emulator: Emulator, graph: Client) -> None:
    kinds = ["nextlink_loop", "nextlink_foreign", "nextlink_foreign"]
    faults = [{"kind": kind, "match": {"method": "GET"}} for kind in kinds]
    emulator.admin("PUT", "faults", [*faults[:2], {**faults[2], "url": "https://elsewhere.example/x"}])
    links = [graph.call("GET", f"{POLICIES}?$top=5").json()["@odata.nextLink"] for _unused in kinds]
    loop = f"{emulator.url}{POLICIES}?$top=5"
    assert links == [loop, loop.replace("localhost", "127.0.0.1"), "https://elsewhere.example/x"]
    assert "@odata.nextLink" not in graph.call("GET", POLICIES).json()


def test_count_skip_and_match(emulator: Emulator, tenant: str, graph: Client) -> None:
    match = {"method": ["POST", "PATCH"], "path": r"/clientConfigurations$", "tenant": tenant}
    emulator.admin("PUT", "faults", [{"kind": "unavailable", "match": match, "count": 2, "skip": 1}])
    assert graph.call("GET", POLICIES).status_code == 200
    assert graph.call("PATCH", f"{POLICIES}/none", json={}).status_code == 404
    assert [_post(graph, number).status_code for number in range(4)] == [201, 503, 503, 201]
    emulator.admin("PUT", "faults", [{"kind": "unavailable", "count": None}])
    assert [graph.call("GET", POLICIES).status_code for _unused in range(3)] == [503, 503, 503]
    emulator.admin("PUT", "faults", [{"kind": "unavailable", "match": {"tenant": "another"}}])
    assert graph.call("GET", POLICIES).status_code == 200


def test_what_is_left_can_be_put_back(emulator: Emulator, graph: Client) -> None:
    match = {"method": ["GET"], "path": "/clientConfigurations", "tenant": "t", "on": "login"}
    full = {"kind": "slow", "match": match, "count": 3, "skip": 1, "seconds": 0.5, "retry_after": "1", "url": "x"}
    emulator.admin("PUT", "faults", [full, {"kind": "unavailable", "count": 2}])
    graph.call("GET", POLICIES)
    left = emulator.admin("GET", "faults")
    assert left[0] == {**full, "committed": False, "form": "plain"}
    assert (left[1]["count"], left[1]["match"]) == (1, {"on": "graph"})
    assert emulator.admin("PUT", "faults", left) == left


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "throttle", "retry_after": 2}, 429),
        ({"kind": "unavailable"}, 503),
        ({"kind": "html_error"}, 502),
        ({"kind": "cut_json"}, 200),
    ],
)
def test_faults_inside_a_batch(emulator: Emulator, graph: Client, fault: dict[str, Any], status: int) -> None:
    emulator.admin("PUT", "faults", [{**fault, "match": {"path": "^/beta/groups"}}])
    steps = [{"id": str(number), "method": "GET", "url": "/groups"} for number in range(2)]
    answer = graph.call("POST", "/beta/$batch", json={"requests": steps})
    assert answer.status_code == 200
    found = {item["id"]: item for item in answer.json()["responses"]}
    assert (found["0"]["status"], found["1"]["status"]) == (status, 200)
    assert found["0"]["headers"].get("Retry-After") == ("2" if status == 429 else None)
    assert isinstance(found["0"]["body"], str) == (status in (502, 200))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "a list is needed"),
        ([[]], "faults[0]"),
        ([{}], "faults[0].kind"),
        ([{"kind": "slow"}, {"kind": "fire"}], "faults[1].kind"),
        ([{"kind": "slow", "second": 1}], "faults[0].second"),
        ([{"kind": "slow", "seconds": "1"}], "faults[0].seconds"),
        ([{"kind": "slow", "count": 0}], "faults[0].count"),
        ([{"kind": "slow", "skip": -1}], "faults[0].skip"),
        ([{"kind": "slow", "url": 5}], "faults[0].url"),
        ([{"kind": "slow", "committed": 1}], "faults[0].committed"),
        ([{"kind": "slow", "retry_after": []}], "faults[0].retry_after"),
        ([{"kind": "slow", "match": {"path": "("}}], "faults[0].match.path"),
        ([{"kind": "slow", "match": {"url": "x"}}], "faults[0].match.url"),
        ([{"kind": "slow", "match": {"on": "x"}}], "faults[0].match.on"),
    ],
)
def test_wrong_faults(emulator: Emulator, body: Any, named: str) -> None:
    answer = emulator.session.put(f"{emulator.url}/_emulator/faults", json=body)
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert emulator.admin("GET", "faults") == []


SAID = {
    "plain": lambda token: f"Bearer {token}",
    "quoted": lambda token: f"Bearer {token}",
    "base64": lambda token: " ".join(base64.b64encode(word.encode()).decode() for word in ("Bearer", token)),
    "late": lambda token: f"{'word ' * 110}Bearer {token}",
    "split": lambda token: f"Bearer {token.replace('.', ' ')}",
}


@pytest.mark.parametrize("form", SAID)
def test_a_call_is_repeated(emulator: Emulator, graph: Client, form: str) -> None:
    token = emulator.admin("GET", "logins")["tokens"][-1]
    said = SAID[form](token)
    echoes = ("echo", "echo_redirect", "echo_page", "echo_nextlink")
    emulator.admin("PUT", "faults", [{"kind": kind, "form": form} for kind in echoes])
    error, redirect, page, link = (graph.call("GET", POLICIES, allow_redirects=False) for _echo in echoes)
    assert (error.status_code, error.json()["error"]["message"]) == (400, f"Not taken: {said}")
    assert error.headers["request-id"] == said
    assert redirect.status_code == 302
    assert quote(said, safe="") in redirect.headers["Location"]
    assert (page.status_code, page.text.count(said)) == (502, 2)
    assert unquote(link.json()["@odata.nextLink"]).endswith(f"?$skiptoken={said}")


def test_a_login_is_repeated(emulator: Emulator) -> None:
    emulator.admin("PUT", "faults", [{"kind": "echo", "match": {"on": "login"}}])
    answer = emulator.login("anywhere", client_secret="a secret")
    assert (answer.status_code, answer.json()["error_description"]) == (400, "Not taken: a secret")
