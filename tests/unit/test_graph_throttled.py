# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A call that was one too many, however that is said: with 429, or with 500 and a text; with Retry-After or without."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, InDoubtError
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.plugins.module_utils._graph.pace import Pace
from ansible_collections.m365.apps.tests.unit.batches import BATCH, asked_ids, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Clock, Wire, refusal

URL = f"{GRAPH}/beta/things"
REPORT = Call("POST", "/things", json_body={})
CREATE = Call("POST", "/things", json_body={}, repeatable=False)
TEXT = "Rate limit reached because of too many requests to query broker. Please retry after sometime."
NESTED = json.dumps({"_version": 3, "Message": f"{TEXT} - Operation ID: 1 - Activity ID: 2 - Url: https://x.test"})
TEXTS = pytest.mark.parametrize("text", [TEXT, TEXT.upper(), NESTED])


@TEXTS
@pytest.mark.parametrize(("retry_after", "slept"), [({}, [0.5, 1.0]), ({"Retry-After": "3"}, [3.0, 3.0])])
def test_a_500_that_is_throttling_is_tried_again(
    wire: Wire, client: GraphClient, clock: Clock, text: str, retry_after: dict[str, str], slept: list[float]
) -> None:
    for _unused in slept:
        wire.expect("POST", URL, **refusal(500, text, **retry_after))
    wire.expect("POST", URL, json={"done": True})
    assert client.call("POST", "/things", json_body={}).json() == {"done": True}
    assert clock.slept == slept


@TEXTS
def test_a_500_in_a_batch_that_is_throttling_is_tried_again_by_itself(wire: Wire, clock: Clock, text: str) -> None:
    wire.expect("POST", BATCH, **outer(inner(0, body=1), inner_refusal(1, 500, text), inner_refusal(2, 500, "no")))
    wire.expect("POST", BATCH, **outer(inner(1, body=2)))
    first, second, third = clock.client(batching=True).many([REPORT] * 3)
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert isinstance(third, GraphError)
    assert (asked_ids(wire), clock.slept) == (["1"], [0.5])


@pytest.mark.parametrize("inside", [False, True])
def test_a_500_that_is_throttling_sets_the_pace(
    wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch, inside: bool
) -> None:
    client = clock.client(batching=inside)
    heard: list[bool] = []
    monkeypatch.setattr(Pace, "throttled", lambda _pace, _seconds: heard.append(True))
    if inside:
        wire.expect("POST", BATCH, **outer(inner(0), inner_refusal(1, 500, TEXT)))
        wire.expect("POST", BATCH, **outer(inner(1)))
    else:
        wire.expect("POST", URL, **refusal(500, TEXT))
        wire.expect("POST", URL, json={})
        wire.expect("POST", URL, json={})
    assert all(isinstance(answer, Answer) for answer in client.many([REPORT, REPORT]))
    assert heard == [True]


@pytest.mark.parametrize("text", ["An error has occurred", "too many requests", ""])
def test_another_500_is_not_tried_again(wire: Wire, client: GraphClient, clock: Clock, text: str) -> None:
    wire.expect("POST", URL, **refusal(500, text))
    with pytest.raises(GraphError) as caught:
        client.call("POST", "/things", json_body={})
    assert not caught.value.throttled
    assert not clock.slept


@pytest.mark.parametrize("batching", [False, True])
def test_a_create_that_was_throttled_with_500_may_have_been_done(wire: Wire, clock: Clock, batching: bool) -> None:
    """It must not be made twice on the word of a text that reports are known for."""
    client = clock.client(batching=batching)
    if batching:
        wire.expect("POST", BATCH, **outer(inner_refusal(0, 500, TEXT), inner(1)))
    else:
        wire.expect("POST", URL, **refusal(500, TEXT))
        wire.expect("POST", URL, json={})
    error, _answer = client.many([CREATE, REPORT])
    assert isinstance(error, InDoubtError)


@pytest.mark.parametrize(("status", "text"), [(429, "Too many requests."), (500, TEXT)])
def test_what_stays_throttled_says_what_to_do(wire: Wire, clock: Clock, status: int, text: str) -> None:
    for _unused in range(3):
        wire.expect("POST", URL, **refusal(status, text))
    with pytest.raises(GraphError) as caught:
        clock.client(budget=2).call("POST", "/things", json_body={})
    assert caught.value.throttled
    assert "(tried 3 times in 2 s)" in caught.value.failure.message
    assert "Run it again later, or raise retry_timeout" in str(caught.value.advice())


def test_429_without_retry_after_is_waited_for_longer_each_time(wire: Wire, client: GraphClient, clock: Clock) -> None:
    for _unused in range(4):
        wire.expect("POST", URL, **refusal(429, "Too many requests.", "TooManyRequests"))
    wire.expect("POST", URL, json={})
    client.call("POST", "/things", json_body={})
    assert clock.slept == [0.5, 1.0, 2.0, 4.0]


def test_inner_429_without_retry_after_and_then_503_fill_the_rest(wire: Wire, clock: Clock) -> None:
    """The whole batch is 200 each time."""
    wire.expect("POST", BATCH, **outer(inner(0, body=0), inner_refusal(1, 429), inner_refusal(2, 429)))
    wire.expect("POST", BATCH, **outer(inner_refusal(1, 503), inner(2, body=2)))
    wire.expect("POST", BATCH, **outer(inner(1, body=1)))
    answers: list[t.Any] = list(clock.client(batching=True).many([REPORT] * 3))
    assert [answer.json() for answer in answers] == [0, 1, 2]
    assert [asked_ids(wire, place) for place in (1, 2)] == [["1", "2"], ["1"]]
    assert clock.slept == [0.5, 1.0]
