# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A call that must not be done twice is looked up before it is sent again."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.m365.apps.plugins.module_utils._errors import Failure
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, InDoubtError
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOST, PROXY_DOWN, UNREACHED, Clock, Wire, refusal

URL = f"{GRAPH}/beta/things"
CALL = Call("POST", "/things", json_body={"name": "A"}, repeatable=False)
IN_DOUBT: list[dict[str, t.Any]] = [
    {"body": LOST},
    {"body": requests.exceptions.ReadTimeout("timed out")},
    {"body": requests.exceptions.ChunkedEncodingError("cut")},
    refusal(502),
    refusal(503),
    refusal(504),
]
UNREADABLE: list[dict[str, t.Any]] = [
    {"status": 201, "body": '{"id": "ne', "content_type": "application/json"},
    {"status": 201, "body": "<html>", "content_type": "text/html"},
]
NOT_DONE: list[dict[str, t.Any]] = [refusal(429), {"body": UNREACHED}, {"body": PROXY_DOWN}]


class Lookup:
    """Gives its findings one after another and counts how often it was asked."""

    def __init__(self, *findings: str | None) -> None:
        self.findings = list(findings)
        self.asked = 0

    def __call__(self) -> str | None:
        self.asked += 1
        return self.findings.pop(0)


def send(client: GraphClient, lookup: Lookup) -> Answer | str:
    return client.call_unrepeatable(CALL, lookup)


def test_an_answer_needs_no_lookup(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", URL, status=201, json={"id": "1"})
    lookup = Lookup()
    answer = send(client, lookup)
    assert isinstance(answer, Answer)
    assert answer.json() == {"id": "1"}
    assert lookup.asked == 0


@pytest.mark.parametrize("doubt", IN_DOUBT)
def test_what_was_done_is_found_and_not_sent_again(wire: Wire, client: GraphClient, doubt: dict[str, t.Any]) -> None:
    wire.expect("POST", URL, **doubt)
    assert send(client, Lookup("ours")) == "ours"
    assert len(wire.sent) == 1


@pytest.mark.parametrize("doubt", IN_DOUBT)
def test_what_was_not_done_is_sent_again(wire: Wire, client: GraphClient, doubt: dict[str, t.Any]) -> None:
    wire.expect("POST", URL, **doubt)
    wire.expect("POST", URL, status=201, json={"id": "1"})
    lookup = Lookup(None)
    assert isinstance(send(client, lookup), Answer)
    assert lookup.asked == 1


@pytest.mark.parametrize("failure", NOT_DONE)
def test_what_cannot_have_been_done_needs_no_lookup(wire: Wire, client: GraphClient, failure: dict[str, t.Any]) -> None:
    wire.expect("POST", URL, **failure)
    wire.expect("POST", URL, status=201, json={"id": "1"})
    lookup = Lookup()
    assert isinstance(send(client, lookup), Answer)
    assert lookup.asked == 0


def test_the_lookup_comes_after_the_wait(wire: Wire, client: GraphClient, clock: Clock) -> None:
    waited: list[float] = []

    def recover() -> str:
        waited.extend(clock.slept)
        return "ours"

    wire.expect("POST", URL, **refusal(503, **{"Retry-After": "4"}))
    client.call_unrepeatable(CALL, recover)
    assert waited == [4.0]


def test_a_plain_refusal_needs_no_lookup(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", URL, **refusal(409))
    lookup = Lookup()
    with pytest.raises(GraphError):
        send(client, lookup)
    assert lookup.asked == 0


def test_a_refusal_after_doubt_ends_the_tries_and_stays_in_doubt(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", URL, body=LOST)
    wire.expect("POST", URL, **refusal(409, "the priority is taken"))
    lookup = Lookup(None)
    with pytest.raises(GraphError, match="the priority is taken") as caught:
        send(client, lookup)
    assert (lookup.asked, caught.value.in_doubt) == (1, True)


def test_doubt_lasts_through_a_429(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", URL, **refusal(504))
    wire.expect("POST", URL, **refusal(429))
    wire.expect("POST", URL, **refusal(400))
    lookup = Lookup(None)
    with pytest.raises(GraphError) as caught:
        send(client, lookup)
    assert (lookup.asked, caught.value.status, caught.value.in_doubt) == (1, 400, True)


def test_a_refusal_after_a_429_needs_no_lookup(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", URL, **refusal(429))
    wire.expect("POST", URL, **refusal(400))
    lookup = Lookup()
    with pytest.raises(GraphError) as caught:
        send(client, lookup)
    assert (lookup.asked, caught.value.in_doubt) == (0, False)


@pytest.mark.parametrize("answer", UNREADABLE)
def test_a_success_that_cannot_be_read_is_doubt_at_once(
    wire: Wire, client: GraphClient, clock: Clock, answer: dict[str, t.Any]
) -> None:
    wire.expect("POST", URL, **answer)
    lookup = Lookup()
    with pytest.raises(InDoubtError, match="the answer to POST /beta/things was ") as caught:
        send(client, lookup)
    assert (lookup.asked, caught.value.status, clock.slept) == (0, 201, [])


def test_a_success_that_cannot_be_read_after_a_lost_answer_is_not_sent_a_third_time(
    wire: Wire, client: GraphClient
) -> None:
    wire.expect("POST", URL, body=LOST)
    wire.expect("POST", URL, **UNREADABLE[0])
    with pytest.raises(InDoubtError):
        send(client, Lookup(None))


def test_a_lookup_that_fails_ends_the_tries(wire: Wire, client: GraphClient) -> None:
    def recover() -> str | None:
        raise InDoubtError(Failure("nobody knows"))

    wire.expect("POST", URL, body=LOST)
    with pytest.raises(InDoubtError, match="nobody knows"):
        client.call_unrepeatable(CALL, recover)


# One of many calls: nobody looks it up there, so it is never sent again after a doubt.


@pytest.mark.parametrize("doubt", [*IN_DOUBT, *UNREADABLE])
def test_among_many_calls_it_is_not_sent_again(wire: Wire, client: GraphClient, doubt: dict[str, t.Any]) -> None:
    wire.expect("POST", URL, **doubt)
    (error,) = client.many([CALL])
    assert isinstance(error, InDoubtError)
    assert error.cause().endswith(", and nobody knows whether it was done")
    assert error.advice() == "Run it again; what was already applied is found and left alone"


@pytest.mark.parametrize("failure", NOT_DONE)
def test_among_many_calls_it_is_sent_again_where_it_cannot_have_been_done(
    wire: Wire, client: GraphClient, failure: dict[str, t.Any]
) -> None:
    wire.expect("POST", URL, **failure)
    wire.expect("POST", URL, status=201, json={"id": "1"})
    (answer,) = client.many([CALL])
    assert isinstance(answer, Answer)
    assert answer.json() == {"id": "1"}


def test_a_repeatable_call_among_many_is_sent_again(wire: Wire, client: GraphClient) -> None:
    wire.expect("PATCH", URL, body=LOST)
    wire.expect("PATCH", URL, status=204)
    (answer,) = client.many([Call("PATCH", "/things", json_body={})])
    assert isinstance(answer, Answer)


def test_the_servers_retry_after_is_kept_with_the_doubt(wire: Wire, client: GraphClient, clock: Clock) -> None:
    wire.expect("POST", URL, **refusal(503, **{"Retry-After": "4"}))
    (error,) = client.many([CALL])
    assert isinstance(error, InDoubtError)
    assert error.retry_after == 4.0
    assert clock.slept == []


@pytest.mark.parametrize(
    ("waits", "budget", "again", "slept"),
    [
        ([4.0, 9.0, None], 300, True, [9.0]),
        ([None], 300, True, [0.5]),
        ([0.0], 300, True, [0.1]),
        ([400.0], 300, False, []),
        ([None], 0, False, []),
    ],
)
def test_a_pause_after_doubt_is_as_long_as_asked_for_and_within_the_budget(
    clock: Clock, waits: list[float | None], budget: float, again: bool, slept: list[float]
) -> None:
    doubts = [InDoubtError(Failure("lost"), wait) for wait in waits]
    assert clock.client(budget).pause(doubts) is again
    assert clock.slept == slept
