# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many calls in one request: what goes out, how the answers find their calls, when single calls go instead."""

from __future__ import annotations

import base64
import typing as t
import uuid

import pytest

from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, NotGraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.tests.unit.batches import BATCH, asked, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, TOKEN, Clock, Wire, refusal

A, B = (Call("GET", f"/{name}") for name in "ab")
BYTES = Call("GET", "/bytes", json_answer=False)


@pytest.fixture
def client(clock: Clock) -> GraphClient:
    return clock.client(batching=True)


def many(client: GraphClient, *calls: Call) -> list[Answer]:
    """Send calls that all succeed."""
    answers = list(client.many(calls))
    assert all(isinstance(answer, Answer) for answer in answers), answers
    return t.cast("list[Answer]", answers)


def error_of(client: GraphClient, *calls: Call) -> GraphError:
    """Send calls and return the error of the first."""
    first, *_others = client.many(calls)
    assert isinstance(first, GraphError)
    return first


# What goes out


def test_a_batch_holds_each_call_with_its_id_method_and_relative_url(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner(0), inner(1, 204)))
    many(client, Call("GET", "/a?$select=id"), Call("DELETE", "/b"))
    assert [{**request, "headers": None} for request in asked(wire)] == [
        {"id": "0", "method": "GET", "url": "/a?$select=id", "headers": None},
        {"id": "1", "method": "DELETE", "url": "/b", "headers": None},
    ]


def test_the_outer_request_is_json_with_the_token(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    many(client, A, B)
    headers = wire.sent[0].headers
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Content-Type"] == headers["Accept"] == "application/json"
    assert TOKEN.encode() not in wire.body()


def test_each_inner_call_has_its_own_client_request_id_in_each_try(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 503), inner_refusal(1, 503)))
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    many(client, A, B)
    ids = [request["headers"]["client-request-id"] for place in (0, 1) for request in asked(wire, place)]
    ids += [request.headers["client-request-id"] for request in wire.sent]
    assert len({uuid.UUID(text) for text in ids}) == 6


def test_a_json_body_goes_as_it_is_with_its_content_type(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    many(client, Call("PATCH", "/a", json_body={"name": "Zürich"}), Call("POST", "/b", json_body=[]))
    assert [request["body"] for request in asked(wire)] == [{"name": "Zürich"}, []]
    assert {request["headers"]["Content-Type"] for request in asked(wire)} == {"application/json"}


@pytest.mark.parametrize("data", [b"", b"{}", b"\xfb\xff\xfe\x00", '{"a":"Zürich"}'.encode()])
def test_bytes_go_as_base64url_with_their_content_type(wire: Wire, client: GraphClient, data: bytes) -> None:
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    many(client, Call("PUT", "/a", data=data), Call("PUT", "/b", data=data, content_type="image/png"))
    assert [request["body"] for request in asked(wire)] == [base64.urlsafe_b64encode(data).decode()] * 2
    types = [request["headers"]["Content-Type"] for request in asked(wire)]
    assert types == ["application/octet-stream", "image/png"]


def test_a_call_without_a_body_has_no_content_type(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    many(client, A, Call("POST", "/b"))
    assert all("body" not in request for request in asked(wire))
    assert all(set(request["headers"]) == {"client-request-id"} for request in asked(wire))


@pytest.mark.parametrize(("count", "sizes"), [(2, [2]), (20, [20]), (22, [20, 2]), (45, [20, 20, 5])])
def test_a_request_carries_20_calls_at_most(wire: Wire, client: GraphClient, count: int, sizes: list[int]) -> None:
    for size in sizes:
        wire.expect("POST", BATCH, **outer(*(inner(place, body={"n": place}) for place in range(size))))
    answers = many(client, *(Call("GET", f"/{number}") for number in range(count)))
    assert [len(asked(wire, place)) for place in range(len(sizes))] == sizes
    urls = [request["url"] for place in range(len(sizes)) for request in asked(wire, place)]
    assert urls == [f"/{number}" for number in range(count)]
    assert [answer.path for answer in answers] == [f"/beta/{number}" for number in range(count)]


def test_one_call_goes_alone(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", f"{GRAPH}/beta/a", json={"n": 1})
    assert many(client, A)[0].json() == {"n": 1}


def test_the_one_that_is_left_over_goes_alone(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(*(inner(place) for place in range(20))))
    wire.expect("GET", f"{GRAPH}/beta/a", json={"n": 21})
    assert many(client, *[B] * 20, A)[20].json() == {"n": 21}


def test_no_call_is_no_request(wire: Wire, client: GraphClient) -> None:
    assert many(client) == []
    assert wire.sent == []


def test_without_batching_each_call_goes_alone(wire: Wire, clock: Clock) -> None:
    wire.expect("GET", f"{GRAPH}/beta/a", json=1)
    wire.expect("GET", f"{GRAPH}/beta/b", json=2)
    assert [answer.json() for answer in many(clock.client(), A, B)] == [1, 2]


def test_two_versions_are_not_mixed(wire: Wire, client: GraphClient) -> None:
    old = [Call("GET", "/a", "v1.0"), Call("GET", "/b", "v1.0")]
    wire.expect("POST", f"{GRAPH}/v1.0/$batch", **outer(inner(0, body=1), inner(1, body=2)))
    wire.expect("POST", BATCH, **outer(inner(0, body=3), inner(1, body=4)))
    assert [answer.json() for answer in many(client, *old, A, B)] == [1, 2, 3, 4]


# What comes back


def test_answers_find_their_calls_in_any_order(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner(2, body="Yw=="), inner(0, body={"n": 0}), inner(1, 204)))
    first, second, third = many(client, A, B, BYTES)
    assert (first.json(), second.status, third.body) == ({"n": 0}, 204, b"c")
    assert [(answer.method, answer.path) for answer in (first, third)] == [("GET", "/beta/a"), ("GET", "/beta/bytes")]


def test_an_id_may_come_back_as_a_number(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer({"id": 1, "status": 200, "body": "bg"}, {"id": 0, "status": 200, "body": {}}))
    first, second = many(client, A, BYTES)
    assert (first.json(), second.body) == ({}, b"n")


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (None, b""),
        ("", b""),
        ("+/7/", b"\xfb\xfe\xff"),
        ("-_7_", b"\xfb\xfe\xff"),
        ("AAE=", b"\x00\x01"),
        ("AAE", b"\x00\x01"),
        ("AA==", b"\x00"),
        ("AA", b"\x00"),
        ("eyJh\r\nIjox\nfQ==", b'{"a":1}'),
        ("no base64!", b"no base64!"),
        ({"a": "Zürich"}, '{"a": "Zürich"}'.encode()),
        ([1, None], b"[1, null]"),
        (False, b"false"),
        (0, b"0"),
    ],
)
def test_a_body_is_json_or_bytes_as_base64_text(wire: Wire, client: GraphClient, body: t.Any, data: bytes) -> None:
    wire.expect("POST", BATCH, json={"responses": [{"id": "0", "status": 200, "body": body}, inner(1)]})
    assert many(client, BYTES, B)[0].body == data


def test_the_content_type_is_found_in_any_case(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner(0, 200, "x", **{"CONTENT-type": "text/plain"}), inner(1)))
    assert [answer.content_type for answer in many(client, BYTES, B)] == ["text/plain", ""]


def test_headers_that_are_null_are_none(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer({"id": "0", "status": 200, "headers": None, "body": None}, inner(1)))
    assert many(client, A, B)[0].body == b""


def test_bytes_are_no_broken_answer_but_a_page_is(wire: Wire, client: GraphClient) -> None:
    page = inner(1, 200, base64.b64encode(b"<html>").decode(), **{"Content-Type": "text/html"})
    wire.expect("POST", BATCH, **outer(inner(0, body="eyJhIjog"), page))
    wire.expect("POST", BATCH, **outer(inner(1, body="AAE=")))
    answers = [answer.body for answer in client.many([BYTES, BYTES]) if isinstance(answer, Answer)]
    assert answers == [b'{"a": ', b"\x00\x01"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 501])
def test_a_refused_call_has_its_own_error_and_the_others_their_answers(
    wire: Wire, client: GraphClient, status: int
) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, status, "not so", **{"Request-Id": "r-1"}), inner(1)))
    error, answer = client.many([A, B])
    assert isinstance(error, GraphError)
    failure = error.failure
    assert (failure.status, failure.code, failure.message) == (status, "Code", "not so")
    assert (failure.method, failure.path, failure.request_id) == ("GET", "/beta/a", "r-1")
    assert failure.client_request_id == asked(wire)[0]["headers"]["client-request-id"]
    assert isinstance(answer, Answer)
    assert len(wire.sent) == 1


def test_an_inner_redirect_is_not_followed(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner(0, 302, location="https://elsewhere.test/x"), inner(1)))
    assert error_of(client, A, B).cause() == "a redirect to elsewhere.test (status 302) was not followed"


def test_an_inner_refusal_in_html_is_not_graphs(wire: Wire, client: GraphClient) -> None:
    page = base64.b64encode(b"<html><title>Blocked</title>").decode()
    wire.expect("POST", BATCH, **outer(inner(0, 403, page, **{"Content-Type": "text/html"}), inner(1)))
    error = error_of(client, A, B)
    assert isinstance(error, NotGraphError)
    assert "an HTML page titled 'Blocked'" in error.cause()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"json": []}, "has no list 'responses'"),
        ({"json": {}}, "has no list 'responses'"),
        ({"json": {"responses": {"0": {}}}}, "has no list 'responses'"),
    ],
)
def test_an_outer_answer_that_is_no_batch_is_the_error_of_all(
    wire: Wire, client: GraphClient, answer: dict[str, t.Any], said: str
) -> None:
    wire.expect("POST", BATCH, **answer)
    errors = list(client.many([A, B]))
    assert all(isinstance(error, NotGraphError) and said in error.cause() for error in errors)
    assert len(errors) == 2


@pytest.mark.parametrize("status", [401, 409, 500])
def test_an_outer_refusal_is_the_error_of_all(wire: Wire, client: GraphClient, status: int) -> None:
    wire.expect("POST", BATCH, **refusal(status, "not now"))
    errors = list(client.many([A, B]))
    assert [error.failure.message for error in errors if isinstance(error, GraphError)] == ["not now"] * 2
    assert client.batching
