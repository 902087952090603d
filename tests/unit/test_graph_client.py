# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One call of the client: what goes out, what comes back, what is tried again."""

from __future__ import annotations

import email.utils
import time
import typing as t
import uuid

import pytest

from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, InDoubtError, NotGraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Call
from ansible_collections.m365.apps.plugins.module_utils._version import VERSION
from ansible_collections.m365.apps.tests.unit.wire import (
    GRAPH,
    LOST,
    TOKEN,
    UNREACHED,
    Clock,
    Wire,
    connection,
    refusal,
)

URL = f"{GRAPH}/beta/things"


def test_headers_of_a_read(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json={})
    client.call("GET", "/things")
    headers = wire.sent[0].headers
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Accept"] == "application/json"
    assert headers["User-Agent"].startswith(f"m365.apps/{VERSION} ")
    assert headers["return-client-request-id"] == "true"
    assert "Content-Type" not in headers


def test_every_try_has_its_own_client_request_id(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, **refusal(503))
    wire.expect("GET", URL, json={})
    client.call("GET", "/things")
    first, second = (uuid.UUID(request.headers["client-request-id"]) for request in wire.sent)
    assert first != second


def test_a_json_body_is_utf_8(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", URL, status=201, json={})
    client.call("POST", "/things", json_body={"name": "Zürich 🏔"})
    assert wire.body() == '{"name": "Zürich 🏔"}'.encode()
    assert wire.sent[0].headers["Content-Type"] == "application/json"


def test_raw_bytes_are_sent_as_they_are(wire: Wire, client: GraphClient) -> None:
    wire.expect("PUT", URL, status=204)
    client.call("PUT", "/things", data=b"\x00\xffabc", content_type="application/octet-stream")
    assert wire.body() == b"\x00\xffabc"
    assert wire.sent[0].headers["Content-Type"] == "application/octet-stream"


def test_a_version_can_be_chosen_for_one_call(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", f"{GRAPH}/v1.0/groups", json={})
    assert client.call("GET", "/groups", "v1.0").path == "/v1.0/groups"


def test_the_version_of_the_connection_is_used(wire: Wire, clock: Clock) -> None:
    wire.expect("GET", f"{GRAPH}/next/things", json={})
    clock.client(api_version="next").call("GET", "/things")


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_an_answer(wire: Wire, client: GraphClient, status: int) -> None:
    wire.expect("DELETE", URL, status=status)
    assert client.call("DELETE", "/things").status == status


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again_when_it_says(wire: Wire, client: GraphClient, clock: Clock, status: int) -> None:
    wire.expect("GET", URL, **refusal(status, **{"Retry-After": "2.5"}))
    wire.expect("GET", URL, json={"done": True})
    assert client.call("GET", "/things").json() == {"done": True}
    assert clock.slept == [2.5]


def test_a_retry_after_date_is_waited_for(
    wire: Wire, client: GraphClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_792_567_680.0)
    wire.expect("GET", URL, **refusal(429, **{"Retry-After": email.utils.formatdate(1_792_567_692, usegmt=True)}))
    wire.expect("GET", URL, json={})
    client.call("GET", "/things")
    assert clock.slept == [12.0]


def test_a_broken_connection_is_tried_again(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, body=LOST)
    wire.expect("GET", URL, json={})
    client.call("GET", "/things")
    assert len(wire.sent) == 2


def test_an_unreachable_host_is_tried_three_times(wire: Wire, client: GraphClient) -> None:
    for _unused in range(3):
        wire.expect("GET", URL, body=UNREACHED)
    with pytest.raises(GraphError, match=r"graph\.test cannot be reached") as caught:
        client.call("GET", "/things")
    assert "(tried 3 times in 2 s)" in caught.value.failure.message


def test_without_a_budget_there_is_one_try(wire: Wire, clock: Clock) -> None:
    wire.expect("GET", URL, **refusal(503))
    with pytest.raises(GraphError):
        clock.client(budget=0).call("GET", "/things")
    assert len(wire.sent) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 500, 501])
def test_other_refusals_are_not_tried_again(wire: Wire, client: GraphClient, status: int) -> None:
    wire.expect("GET", URL, **refusal(status, "no", "Code", **{"request-id": "r-1"}))
    with pytest.raises(GraphError) as caught:
        client.call("GET", "/things")
    failure = caught.value.failure
    assert (failure.status, failure.code, failure.message) == (status, "Code", "no")
    assert (failure.method, failure.path, failure.request_id) == ("GET", "/beta/things", "r-1")


def test_a_failure_carries_the_id_that_was_sent(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, **refusal(400))
    with pytest.raises(GraphError) as caught:
        client.call("GET", "/things")
    assert caught.value.failure.client_request_id == wire.sent[0].headers["client-request-id"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(wire: Wire, client: GraphClient, status: int) -> None:
    wire.expect("GET", URL, status=status, headers={"Location": "https://elsewhere.test/x"})
    with pytest.raises(NotGraphError) as caught:
        client.call("GET", "/things")
    assert caught.value.cause() == f"a redirect to elsewhere.test (status {status}) was not followed"
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"body": "<html><title>Login</title>", "content_type": "text/html"}, "an HTML page"),
        ({"body": " <html>", "content_type": "application/json"}, "an HTML page"),
        ({"body": '{"value": [', "content_type": "application/json"}, "a body that is not complete JSON"),
        ({"body": "\xff", "content_type": "application/json"}, "a body that is not complete JSON"),
    ],
)
def test_an_answer_that_is_not_json_is_asked_for_three_times_and_told(
    wire: Wire, client: GraphClient, clock: Clock, answer: t.Any, said: str
) -> None:
    for _unused in range(3):
        wire.expect("GET", URL, **answer)
    with pytest.raises(NotGraphError) as caught:
        client.call("GET", "/things")
    assert caught.value.cause() == f"the answer to GET /beta/things was {said} (status 200) (tried 3 times in 2 s)"
    assert clock.slept == [0.5, 1.0]


def test_an_answer_without_a_body_is_told_by_who_needs_one(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, body="", content_type="application/json")
    answer = client.call("GET", "/things")
    for _unused in range(2):
        with pytest.raises(NotGraphError) as caught:
            answer.json()
        assert caught.value.cause() == (
            "the answer to GET /beta/things was a body that is not complete JSON (status 200)"
        )


def test_the_query_is_part_of_the_path_in_errors(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", f"{URL}?%24select=id", **refusal(400))
    with pytest.raises(GraphError) as caught:
        client.call("GET", "/things", params={"$select": "id"})
    assert caught.value.failure.path == "/beta/things?%24select=id"


def test_the_token_is_asked_for_before_every_try(wire: Wire, clock: Clock) -> None:
    class Renewing:
        is_app = True

        def __init__(self) -> None:
            self.given = 0

        def token(self) -> str:
            self.given += 1
            return f"token-{self.given}"

        def forget(self) -> bool:
            return True

    wire.expect("GET", URL, **refusal(503))
    wire.expect("GET", URL, json={})
    GraphClient(connection(), Renewing(), clock.policy()).call("GET", "/things")
    assert [request.headers["Authorization"] for request in wire.sent] == ["Bearer token-1", "Bearer token-2"]


def test_a_netrc_file_does_not_replace_the_token(
    wire: Wire, client: GraphClient, monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine graph.test login someone password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    wire.expect("GET", URL, json={})
    client.call("GET", "/things")
    assert wire.sent[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_nothing_of_a_client_shows_the_token(client: GraphClient) -> None:
    parts: list[object] = [client, *vars(client).values()]
    assert TOKEN not in "".join(f"{part!r} {part}" for part in parts)


@pytest.mark.parametrize("answer", [refusal(401), refusal(500), {"body": LOST}, {"body": UNREACHED}])
def test_no_error_shows_the_token(wire: Wire, clock: Clock, answer: dict[str, t.Any]) -> None:
    wire.expect("GET", URL, **answer)
    with pytest.raises(GraphError) as caught:
        clock.client(budget=0).call("GET", "/things")
    shown = f"{caught.value!r} {caught.value} {caught.value.failure} {caught.value.cause()} {caught.value.advice()}"
    assert TOKEN not in shown


def test_the_answer_to_an_earlier_request_is_none(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json={"a": 1})
    client.call("GET", "/things")
    earlier = {"client-request-id": wire.sent[0].headers["client-request-id"]}
    wire.expect("GET", URL, json={"a": 1}, headers=earlier)
    wire.expect("GET", URL, json={"a": 2}, headers={"client-request-id": "another"})
    assert client.call("GET", "/things").json() == {"a": 2}


def test_a_create_that_gets_the_answer_to_an_earlier_request_is_in_doubt(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json={})
    client.call("GET", "/things")
    earlier = {"client-request-id": wire.sent[0].headers["client-request-id"]}
    wire.expect("POST", URL, json={"id": "old"}, headers=earlier)
    [error] = client.many([Call("POST", "/things", repeatable=False)])
    assert isinstance(error, InDoubtError)
    assert "sent the answer to an earlier request" in error.failure.message
