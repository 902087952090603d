# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the connections of a client show, and what a tracer writes of it, or says when it cannot."""

from __future__ import annotations

import base64
import errno
import json
import os
import threading
import typing as t
from pathlib import Path
from urllib.parse import quote

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, NoAnswerError
from ansible_collections.m365.apps.plugins.module_utils._graph.msal_login import client_secret_login
from ansible_collections.m365.apps.plugins.module_utils._graph.seen import Seen
from ansible_collections.m365.apps.plugins.module_utils._module.boundary import answer
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Opening, Reply, Request
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import open_tenant
from ansible_collections.m365.apps.plugins.module_utils._module.trace_tables import TABLES
from ansible_collections.m365.apps.plugins.module_utils._module.tracing import VARIABLE
from ansible_collections.m365.apps.plugins.module_utils._trace.records import record_of
from ansible_collections.m365.apps.plugins.module_utils._trace.tracer import Tracer
from ansible_collections.m365.apps.tests.unit.traces import GUID, disguise, lines_of
from ansible_collections.m365.apps.tests.unit.wire import (
    GRAPH,
    LOGIN,
    LOST,
    POLICIES,
    UNREACHED,
    Clock,
    Wire,
    connection,
    refusal,
    token_with,
)

TOKEN = token_with({"roles": ["DeviceManagementConfiguration.Read.All"], "tid": GUID, "app_displayname": "Payroll app"})
NAME = "Payroll"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path / "trace.jsonl"


@pytest.fixture
def tracer(path: Path) -> Tracer:
    return Tracer(str(path), TABLES)


@pytest.fixture
def client(tracer: Tracer, clock: Clock) -> GraphClient:
    return GraphClient(connection(watcher=tracer), ReadyToken(TOKEN), clock.policy(budget=0))


def test_a_call_is_a_line(wire: Wire, client: GraphClient, path: Path) -> None:
    told = {"value": [{"id": GUID, "displayName": NAME, "priority": 3, "description": None}]}
    wire.expect("GET", POLICIES, json=told, headers={"request-id": GUID})
    client.call("GET", "/officeConfiguration/clientConfigurations")
    _header, line = lines_of(path)
    assert line["kind"] == "graph"
    assert line["method"] == "GET"
    assert line["url"].endswith(".example/beta/officeConfiguration/clientConfigurations")
    assert line["request"]["signed_in"] == {"as": "app", "permissions": ["DeviceManagementConfiguration.Read.All"]}
    assert line["answer"]["status"] == 200
    [policy] = line["answer"]["body"]["json"]["value"]
    assert (policy["priority"], policy["description"]) == (3, None)
    assert line["answer"]["headers"]["request-id"] == policy["id"]
    assert line["request"]["headers"]["client-request-id"] != wire.sent[0].headers["client-request-id"]
    printed = path.read_text()
    assert not any(own in printed for own in (NAME, GUID, "graph.test", TOKEN, *TOKEN.split(".")[1:2]))


def test_bodies_of_requests_and_refusals_are_lines(wire: Wire, client: GraphClient, path: Path) -> None:
    wire.expect("PUT", f"{POLICIES}/{GUID}/policyPayload", status=204)
    wire.expect("PATCH", f"{POLICIES}/{GUID}", **refusal(400, f"The policy {NAME} is locked", **{"Retry-After": "3"}))
    wire.expect("GET", POLICIES, body=f"<html>{NAME}</html>", content_type="text/html")
    url = f"/officeConfiguration/clientConfigurations/{GUID}"
    body = json.dumps({NAME: [1, None]}).encode()
    client.call("PUT", f"{url}/policyPayload", data=body, content_type="application/octet-stream", json_answer=False)
    with pytest.raises(GraphError):
        client.call("PATCH", url, json_body={"displayName": NAME})
    with pytest.raises(GraphError):
        client.call("GET", "/officeConfiguration/clientConfigurations")
    _header, payload, patch, page = lines_of(path)
    assert list(payload["request"]["body"]["payload"].values()) == [[1, None]]
    assert "body" not in payload["answer"]
    shown = patch["request"]["body"]["json"]["displayName"]
    assert patch["answer"]["body"]["json"]["error"]["message"] == f"The policy {shown} is locked"
    assert patch["answer"]["headers"]["retry-after"] == "3"
    assert page["answer"]["body"] == {"bytes": len(f"<html>{NAME}</html>"), "html": True}
    assert NAME not in path.read_text()


def test_a_call_without_an_answer_is_a_line(wire: Wire, client: GraphClient, path: Path) -> None:
    wire.expect("GET", f"{POLICIES}?a=b", body=UNREACHED)
    wire.expect("GET", POLICIES, body=LOST)
    for params in ({"a": "b"}, None):
        with pytest.raises(NoAnswerError):
            client.call("GET", "/officeConfiguration/clientConfigurations", params=params)
    _header, unreached, lost = lines_of(path)
    assert unreached["answer"] == {"status": None, "failure": "Transient", "phase": "CONNECT"}
    assert "clientConfigurations?" in unreached["url"]
    assert lost["answer"]["phase"] == "AWAIT"


def test_of_a_login_the_kind_of_answer_is_a_line(path: Path, tracer: Tracer, clock: Clock) -> None:
    base = f"{LOGIN}/{GUID}"
    document = {
        "issuer": base,
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
    }
    refused = {"error": "invalid_client", "error_description": f"AADSTS7000215 {NAME}", "error_codes": [7000215]}
    with responses.RequestsMock() as mock:
        mock.add("GET", f"{base}/v2.0/.well-known/openid-configuration", json=document)
        mock.add("POST", f"{base}/oauth2/v2.0/token", status=401, json=refused)
        login = client_secret_login(connection(watcher=tracer), clock.policy(budget=0), GUID, GUID, "hunter2-secret")
        with pytest.raises(Exception, match="AADSTS7000215"):
            login.token()
    _header, discovery, token = lines_of(path)
    assert discovery["answer"] == {"status": 200, "members": sorted(document)}
    assert token["answer"] == {
        "status": 401,
        "members": ["error", "error_codes", "error_description"],
        "error": "invalid_client",
        "error_codes": [7000215],
    }
    assert {line["kind"] for line in (discovery, token)} == {"login"}
    assert not {"request"} & token.keys()
    assert not any(own in path.read_text() for own in ("hunter2", NAME, GUID, "login.test"))


NAMES = st.from_regex(r"Zq[a-z]{3,9}( [A-Z][a-z]{3,8})?", fullmatch=True)


@given(NAMES, st.uuids().map(str), st.sampled_from([200, 400, 403, None]), st.booleans())
def test_whatever_has_a_name_in_it_a_line_has_not(name: str, own: str, status: int | None, login: bool) -> None:
    quoted, packed = quote(name), base64.b64encode(json.dumps({name: name}).encode()).decode()
    message = (
        f"The policy '{name}' of {name} is locked: {name}, {own} https://{quoted}.example/{quoted}?{quoted}={quoted}"
    )
    error = {"code": name, "message": json.dumps({"Message": message}), "innerError": {name: name, "request-id": own}}
    inner = {"id": "0", "status": 400, "headers": {"Location": name, name: name}, "body": packed}
    bodies = [
        {"displayName": name, name: {"id": own, "@odata.type": f"#microsoft.graph.{own}", "platforms": name}},
        {"error": error, "value": [name, [name]], "Schema": [{"Column": name}], "Values": [[name, own]]},
        {"responses": [inner], "requests": [{"id": own, "url": f"/groups/{quoted}", "method": name, "body": packed}]},
        f"<html>{name}</html>",
        packed,
    ]
    query = f"$filter=displayName eq '{name}' or {quoted.replace('%20', '')} eq 1&{quoted}={own}&$skiptoken={own}"
    for body in bodies:
        data = json.dumps(body).encode() if not isinstance(body, str) else body.encode()
        url = f"https://{own}.example/beta/groups/{quoted}/{own}('{name}')?{query}#{quoted}"
        sent = {
            "Authorization": f"Bearer {name}",
            "Accept": name,
            "X-Own": name,
            "x-msft-approval-justification": packed,
        }
        seen = Seen("POST", url, login, sent, data, status, {"Content-Type": name, "Retry-After": name}, data)
        printed = json.dumps(record_of(seen, disguise()))
        assert not [word for word in (*name.split(), quoted, own, packed[:20]) if word in printed], printed


def test_threads_write_whole_lines(path: Path, tracer: Tracer) -> None:
    def write(number: int) -> None:
        for _time in range(20):
            tracer(Seen("GET", f"{GRAPH}/beta/groups/{number}", status=200, answer=b'{"a": "%d"}' % number))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines_of(path)) == 161


def full_disk(*_arguments: t.Any) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_ends_the_trace_and_not_the_run(
    wire: Wire, client: GraphClient, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _time in range(3):
        wire.expect("GET", POLICIES, json={})
    client.call("GET", "/officeConfiguration/clientConfigurations")
    monkeypatch.setattr(os, "write", full_disk)
    for _time in range(2):
        client.call("GET", "/officeConfiguration/clientConfigurations")
    [notice] = client.notices()
    assert "No space left" in notice
    assert "the run continues" in notice
    assert client.notices() == []
    assert len(lines_of(path)) == 2


def test_a_defect_of_the_tracer_shows_nothing_and_stops_nothing(
    wire: Wire, client: GraphClient, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: t.Any) -> t.Any:
        raise KeyError(NAME)

    monkeypatch.setattr(Tracer.__call__.__globals__["StandIns"], "of_text", fail)
    wire.expect("GET", POLICIES, json={"x": NAME})
    client.call("GET", "/officeConfiguration/clientConfigurations")
    [notice] = client.notices()
    assert "KeyError" in notice
    assert NAME not in notice
    assert len(lines_of(path)) == 1


def options() -> dict[str, t.Any]:
    """Return what a module has of options for a ready token."""
    return {
        **dict.fromkeys(("login_url", "ca_path", "proxy")),
        "surface": "office_configuration",
        "payload_transport": "stream",
        "cloud": "global",
        "graph_url": GRAPH,
        "api_version": "beta",
        "validate_certs": True,
        "timeout": 30.0,
        "retry_timeout": 0.0,
        "connections": 1,
        "access_token": TOKEN,
        "batch": "none",
    }


def read_all(_request: Request, opening: Opening) -> Reply:
    opening().client.call("GET", "/officeConfiguration/clientConfigurations")
    return Reply({"changed": False})


def test_a_module_traces_where_the_environment_asks_for_it(
    wire: Wire, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request(options(), {"access_token": TOKEN}, False, False)
    for _time in range(2):
        wire.expect("GET", POLICIES, json={"value": []})
    monkeypatch.setenv(VARIABLE, "")
    assert answer(request, read_all, open_tenant).error is None
    assert not path.exists()
    monkeypatch.setenv(VARIABLE, str(path))
    assert answer(request, read_all, open_tenant).error is None
    assert len(lines_of(path)) == 2


def test_a_trace_that_is_refused_ends_a_module_before_its_first_request(
    wire: Wire, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(path))
    reply = answer(Request(options(), {"access_token": TOKEN}, False, False), read_all, open_tenant)
    assert reply.error is not None
    assert "everybody on this machine can access" in str(reply.error)
    assert wire.sent == []
    assert not path.exists()
