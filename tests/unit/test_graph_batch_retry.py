# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent again of a batch, after which wait, and what never is."""

from __future__ import annotations

import base64
import typing as t

import pytest
import requests

from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, InDoubtError, NotGraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.tests.unit.batches import BATCH, asked, asked_ids, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOST, UNREACHED, Clock, Wire, refusal

A, B, C = (Call("GET", f"/{name}") for name in "abc")
ONCE = Call("POST", "/once", json_body={}, repeatable=False)
TWICE = Call("POST", "/once", json_body={"n": 2}, repeatable=False)

# A whole answer of which nothing can be read, and an inner one.
UNREADABLE: list[dict[str, t.Any]] = [
    {"body": "<html>", "content_type": "text/html"},
    {"body": '{"responses": [', "content_type": "application/json"},
]
PAGE = base64.b64encode(b"<html>").decode()
CUT = base64.b64encode(b'{"value": [').decode()


@pytest.fixture
def client(clock: Clock) -> GraphClient:
    return clock.client(batching=True)


def kinds(results: t.Iterable[object]) -> list[type]:
    return [type(result) for result in results]


# Inner failures


@pytest.mark.parametrize("status", [429, 502, 503, 504, 424])
def test_only_what_was_refused_is_sent_again(wire: Wire, client: GraphClient, status: int) -> None:
    wire.expect("POST", BATCH, **outer(inner(0, body=1), inner_refusal(1, status), inner(2, body=3)))
    wire.expect("POST", BATCH, **outer(inner(1, body=2)))
    assert [answer.json() for answer in client.many([A, B, C]) if isinstance(answer, Answer)] == [1, 2, 3]
    assert [asked_ids(wire, 0), asked_ids(wire, 1)] == [["0", "1", "2"], ["1"]]
    assert asked(wire, 0)[1]["url"] == asked(wire, 1)[0]["url"] == "/b"


@pytest.mark.parametrize("answers", [[], [None], [{"id": "0"}], [{"id": "0", "status": "200"}], [{"status": 200}]])
def test_a_call_without_an_answer_is_sent_again(wire: Wire, client: GraphClient, answers: list[t.Any]) -> None:
    wire.expect("POST", BATCH, json={"responses": [*answers, inner(1)]})
    wire.expect("POST", BATCH, **outer(inner(0)))
    assert kinds(client.many([A, B])) == [Answer, Answer]
    assert asked_ids(wire) == ["0"]


@pytest.mark.parametrize(
    ("waits", "slept"),
    [
        (["2", "7.5", "3"], 7.5),
        (["2", None, None], 2.0),
        ([None, None, None], 0.5),
        (["0", "0", None], 0.1),
        (["soon", None, "1"], 1.0),
    ],
)
def test_the_longest_inner_retry_after_is_waited_for(
    wire: Wire, client: GraphClient, clock: Clock, waits: list[str | None], slept: float
) -> None:
    headers: list[dict[str, str]] = [{"Retry-After": wait} if wait else {} for wait in waits]
    wire.expect("POST", BATCH, **outer(*(inner_refusal(place, 429, **headers[place]) for place in range(3))))
    wire.expect("POST", BATCH, **outer(inner(0), inner(1), inner(2)))
    assert kinds(client.many([A, B, C])) == [Answer] * 3
    assert clock.slept == [slept]


def test_retry_after_is_found_in_lower_case(wire: Wire, client: GraphClient, clock: Clock) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 429, **{"retry-after": "4"}), inner(1)))
    wire.expect("POST", BATCH, **outer(inner(0)))
    list(client.many([A, B]))
    assert clock.slept == [4.0]


def test_waits_grow_without_retry_after(wire: Wire, client: GraphClient, clock: Clock) -> None:
    for _unused in range(3):
        wire.expect("POST", BATCH, **outer(inner_refusal(0, 503), inner_refusal(1, 503)))
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    list(client.many([A, B]))
    assert clock.slept == [0.5, 1.0, 2.0]


def test_at_the_end_of_the_budget_each_call_has_its_own_last_error(wire: Wire, clock: Clock) -> None:
    busy = outer(
        inner_refusal(0, 429, "a is busy", **{"Retry-After": "6"}), inner(1), inner_refusal(2, 503, "c is out")
    )
    rest = outer(inner_refusal(0, 503, "a is out", **{"Retry-After": "6"}), inner_refusal(2, 429, "c is busy"))
    wire.expect("POST", BATCH, **busy)
    wire.expect("POST", BATCH, **rest)
    first, second, third = clock.client(budget=10, batching=True).many([A, B, C])
    assert isinstance(first, GraphError)
    assert isinstance(second, Answer)
    assert isinstance(third, GraphError)
    told = "a is out (tried 2 times in 6 s; the server asks to wait 6 s, longer than retry_timeout allows)"
    assert first.failure.message == told
    assert (third.failure.message, third.failure.path, third.status) == ("c is busy", "/beta/c", 429)


def test_without_a_budget_there_is_one_try(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 429, "busy"), inner(1)))
    error, answer = clock.client(budget=0, batching=True).many([A, B])
    assert isinstance(error, GraphError)
    assert error.failure.message == "busy"
    assert isinstance(answer, Answer)


@pytest.mark.parametrize(
    "answer", [inner(0, body=CUT), inner(0, body=PAGE), inner(0, 200, PAGE, **{"Content-Type": "text/html"})]
)
def test_an_inner_answer_that_cannot_be_read_is_asked_for_three_times(
    wire: Wire, client: GraphClient, clock: Clock, answer: dict[str, t.Any]
) -> None:
    wire.expect("POST", BATCH, **outer(answer, inner(1)))
    for _unused in range(2):
        wire.expect("POST", BATCH, **outer(answer))
    error, other = client.many([A, B])
    assert isinstance(error, NotGraphError)
    assert error.cause().startswith("the answer to GET /beta/a was a")
    assert error.cause().endswith("(status 200) (tried 3 times in 2 s)")
    assert isinstance(other, Answer)
    assert clock.slept == [0.5, 1.0]


def test_an_unreadable_answer_beside_a_busy_one_does_not_end_the_tries_of_that(
    wire: Wire, client: GraphClient, clock: Clock
) -> None:
    for _unused in range(4):
        wire.expect("POST", BATCH, **outer(inner(0, body=CUT), inner_refusal(1, 503)))
    wire.expect("POST", BATCH, **outer(inner(0, body={}), inner(1)))
    assert kinds(client.many([A, B])) == [Answer, Answer]
    assert clock.slept == [0.5, 1.0, 2.0, 4.0]


# Outer failures


@pytest.mark.parametrize("answer", UNREADABLE)
def test_a_whole_answer_that_cannot_be_read_is_asked_for_three_times(
    wire: Wire, client: GraphClient, clock: Clock, answer: dict[str, t.Any]
) -> None:
    for _unused in range(3):
        wire.expect("POST", BATCH, **answer)
    errors = list(client.many([A, B]))
    assert kinds(errors) == [NotGraphError, NotGraphError]
    assert all(
        str(error.cause()).endswith("(tried 3 times in 2 s)") for error in errors if isinstance(error, GraphError)
    )
    assert clock.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    "answer",
    [refusal(429), refusal(502), refusal(503), refusal(504), {"body": LOST}, {"body": UNREACHED}, *UNREADABLE],
)
def test_a_batch_without_an_answer_is_sent_again(wire: Wire, client: GraphClient, answer: dict[str, t.Any]) -> None:
    wire.expect("POST", BATCH, **answer)
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    assert kinds(client.many([A, B])) == [Answer, Answer]
    assert asked_ids(wire, 0) == asked_ids(wire, 1) == ["0", "1"]


def test_the_outer_retry_after_is_waited_for(wire: Wire, client: GraphClient, clock: Clock) -> None:
    wire.expect("POST", BATCH, **refusal(429, **{"Retry-After": "3"}))
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    list(client.many([A, B]))
    assert clock.slept == [3.0]


def test_an_outer_error_in_the_end_is_the_error_of_what_is_left(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner(0), inner_refusal(1, 429, "busy")))
    wire.expect("POST", BATCH, **refusal(401, "the token has expired"))
    answer, error = client.many([A, B])
    assert isinstance(answer, Answer)
    assert isinstance(error, GraphError)
    assert (error.status, error.failure.message) == (401, "the token has expired")


# Calls that must not be done twice


@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_inner_answer_that_leaves_doubt_is_never_sent_again(wire: Wire, client: GraphClient, status: int) -> None:
    failed = inner_refusal(0, status, "cut off", **{"Retry-After": "9"})
    wire.expect("POST", BATCH, **outer(failed, inner_refusal(1, status)))
    wire.expect("POST", BATCH, **outer(inner(1)))
    doubt, answer = client.many([ONCE, B])
    assert isinstance(doubt, InDoubtError)
    assert (doubt.status, doubt.retry_after) == (status, 9.0)
    assert doubt.cause() == f"Graph answered {status} Code: cut off, and nobody knows whether it was done"
    assert isinstance(answer, Answer)
    assert asked_ids(wire) == ["1"]


def test_a_missing_inner_answer_leaves_doubt(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner(1)))
    assert kinds(client.many([ONCE, B])) == [InDoubtError, Answer]


@pytest.mark.parametrize("status", [429, 424])
def test_what_was_surely_not_done_is_sent_again(wire: Wire, client: GraphClient, status: int) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, status), inner(1)))
    wire.expect("POST", BATCH, **outer(inner(0, 201)))
    assert kinds(client.many([ONCE, B])) == [Answer, Answer]
    assert asked_ids(wire) == ["0"]


@pytest.mark.parametrize(
    "lost",
    [
        refusal(502),
        refusal(503),
        refusal(504),
        {"body": LOST},
        {"body": requests.exceptions.ReadTimeout("timed out")},
        *UNREADABLE,
    ],
)
def test_an_outer_failure_that_leaves_doubt_sends_only_the_others_again(
    wire: Wire, client: GraphClient, lost: dict[str, t.Any]
) -> None:
    wire.expect("POST", BATCH, **lost)
    wire.expect("POST", BATCH, **outer(inner(1), inner(3)))
    assert kinds(client.many([ONCE, A, TWICE, B])) == [InDoubtError, Answer, InDoubtError, Answer]
    assert asked_ids(wire) == ["1", "3"]


def test_a_lost_batch_of_such_calls_alone_is_not_sent_again(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, body=LOST)
    assert kinds(client.many([ONCE, TWICE])) == [InDoubtError, InDoubtError]


@pytest.mark.parametrize("answer", [refusal(429), {"body": UNREACHED}])
def test_an_outer_failure_before_the_work_sends_all_again(
    wire: Wire, client: GraphClient, answer: dict[str, t.Any]
) -> None:
    wire.expect("POST", BATCH, **answer)
    wire.expect("POST", BATCH, **outer(inner(0, 201), inner(1)))
    assert kinds(client.many([ONCE, B])) == [Answer, Answer]
    assert asked_ids(wire) == ["0", "1"]


# A tenant that refuses $batch


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
@pytest.mark.parametrize("html", [False, True])
def test_a_refused_batch_means_single_calls_from_then_on(
    wire: Wire, client: GraphClient, status: int, html: bool
) -> None:
    page: dict[str, t.Any] = {"status": status, "body": "<html>", "content_type": "text/html"}
    wire.expect("POST", BATCH, **(page if html else refusal(status)))
    for path in ("a", "b", "b", "c"):
        wire.expect("GET", f"{GRAPH}/beta/{path}", json=path)
    answers = [*client.many([A, B]), *client.many([B, C])]
    assert [answer.json() for answer in answers if isinstance(answer, Answer)] == ["a", "b", "b", "c"]
    assert not client.batching


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_another_outer_failure_is_no_refusal_of_batches(wire: Wire, clock: Clock, status: int) -> None:
    client = clock.client(budget=0, batching=True)
    wire.expect("POST", BATCH, **refusal(status))
    assert all(isinstance(error, GraphError) for error in client.many([A, B]))
    assert client.batching


def test_a_refusal_after_an_answered_batch_is_an_error(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner(0), inner_refusal(1, 429)))
    wire.expect("POST", BATCH, **refusal(403, "not any more"))
    answer, error = client.many([A, B])
    assert isinstance(answer, Answer)
    assert isinstance(error, GraphError)
    assert error.failure.message == "not any more"
    assert client.batching


def test_a_refusal_after_a_lost_batch_does_not_send_again_what_is_in_doubt(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, body=LOST)
    wire.expect("POST", BATCH, **refusal(403))
    wire.expect("GET", f"{GRAPH}/beta/b", json={})
    assert kinds(client.many([ONCE, B])) == [InDoubtError, Answer]
    assert not client.batching
