# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""After the first 429 no more is sent than Intune's window takes; before it nobody waits."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st
from requests import PreparedRequest

from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.plugins.module_utils._graph.pace import INTUNE, Pace
from ansible_collections.m365.apps.tests.unit.batches import BATCH, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Clock, Wire, refusal

WRITE = Call("PATCH", "/things", json_body={})
THINGS = f"{GRAPH}/beta/things"


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock=clock, sleep=clock.sleep)


# The window by itself


def test_the_window_is_intunes() -> None:
    assert (INTUNE.seconds, INTUNE.writes, INTUNE.calls) == (20, 100, 1000)


def test_nobody_waits_before_the_first_429(pace: Pace, clock: Clock) -> None:
    for _unused in range(2000):
        pace.before(["PATCH"])
    assert clock.slept == []


@pytest.mark.parametrize(
    ("sent", "next_call", "slept"),
    [
        (["PATCH"] * 99, ["PUT"], []),
        (["PATCH"] * 100, ["PUT"], [20.0]),
        (["POST"] * 100, ["GET"], []),
        (["DELETE"] * 81, ["POST"] * 20, [20.0]),
        (["PATCH"] * 80, ["POST"] * 20, []),
        (["GET"] * 999, ["GET"], []),
        (["GET"] * 1000, ["GET"], [20.0]),
        (["GET"] * 981, ["GET"] * 20, [20.0]),
        (["GET"] * 950 + ["PATCH"] * 50, ["PATCH"], [20.0]),
    ],
)
def test_writes_and_all_calls_are_counted_also_those_before(
    pace: Pace, clock: Clock, sent: list[str], next_call: list[str], slept: list[float]
) -> None:
    pace.before(sent)
    pace.throttled()
    pace.before(next_call)
    assert clock.slept == slept


def test_it_waits_only_until_the_oldest_calls_have_left_the_window(pace: Pace, clock: Clock) -> None:
    for seconds in (1.0, 2.0, 4.0, 8.0, 0.0):
        pace.before(["PATCH"] * 20)
        clock.now += seconds
    pace.throttled()
    pace.before(["PATCH"] * 20)
    pace.before(["PATCH"] * 20)
    pace.before(["PATCH"] * 30)
    assert clock.slept == [5.0, 1.0, 2.0, 4.0]


def test_calls_count_from_their_answer_on_for_they_may_have_been_counted_as_late_as_that(
    pace: Pace, clock: Clock
) -> None:
    sent = pace.before(["PATCH"] * 100)
    clock.now += 15.0
    pace.after(sent)
    pace.throttled()
    pace.before(["PATCH"])
    assert clock.slept == [20.0]


def test_more_than_the_window_takes_at_once_is_sent_when_the_window_is_empty(pace: Pace, clock: Clock) -> None:
    pace.throttled()
    pace.before(["PATCH"] * 150)
    pace.before(["PATCH"])
    assert clock.slept == [20.0]


@given(
    st.floats(0, 1e7),
    st.lists(st.tuples(st.floats(0, 30), st.integers(0, 20), st.integers(0, 400)), max_size=60),
)
def test_no_window_ever_holds_too_much_and_no_wait_is_too_long(
    start: float, steps: list[tuple[float, int, int]]
) -> None:
    clock = Clock(start)
    pace = Pace(clock=clock, sleep=clock.sleep)
    pace.throttled()
    sent: list[tuple[float, int, int]] = []

    def in_window(now: float) -> tuple[int, int]:
        inside = [entry for entry in sent if entry[0] + INTUNE.seconds > now]
        return sum(entry[1] for entry in inside), sum(entry[1] + entry[2] for entry in inside)

    for gap, writes, reads in steps:
        clock.now += gap
        asked_at, waits = clock.now, len(clock.slept)
        full = [
            now > limit for now, limit in zip(in_window(asked_at), (100 - writes, 1000 - writes - reads), strict=True)
        ]
        pace.before(["PATCH"] * writes + ["GET"] * reads)
        assert (len(clock.slept) > waits) is any(full)
        assert clock.now - asked_at <= INTUNE.seconds + 1e-6
        sent.append((clock.now, writes, reads))
        held = in_window(clock.now)
        assert held[0] <= 100
        assert held[1] <= 1000


# What the client tells it


def fill(wire: Wire, client: GraphClient) -> None:
    """Send 100 writes."""
    for _unused in range(5):
        wire.expect("POST", BATCH, **outer(*(inner(place, 204) for place in range(20))))
    assert all(isinstance(answer, Answer) for answer in client.many([WRITE] * 100))


@pytest.mark.parametrize("inside", [False, True])
def test_calls_in_batches_count_one_by_one_and_a_429_may_be_inside(wire: Wire, clock: Clock, inside: bool) -> None:
    client = clock.client(batching=True)
    fill(wire, client)
    if inside:
        wire.expect("POST", BATCH, **outer(inner(0), inner_refusal(1, 429, **{"Retry-After": "1"})))
        wire.expect("POST", BATCH, **outer(inner(1)))
    else:
        wire.expect("POST", BATCH, **refusal(429, **{"Retry-After": "1"}))
        wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    assert all(isinstance(answer, Answer) for answer in client.many([WRITE, WRITE]))
    # The server's Retry-After first, then what is left until the first writes are out of the window.
    assert clock.slept == [1.0, 19.0]


def test_a_single_call_is_counted_and_waits_too(wire: Wire, clock: Clock) -> None:
    client = clock.client(batching=True)
    fill(wire, client)
    wire.expect("GET", THINGS, **refusal(429, **{"Retry-After": "1"}))
    wire.expect("GET", THINGS, json={})
    wire.expect("DELETE", THINGS, status=204)
    client.call("GET", "/things")
    assert clock.slept == [1.0]
    client.call("DELETE", "/things", json_answer=False)
    assert clock.slept == [1.0, 19.0]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_another_failure_sets_no_pace(wire: Wire, clock: Clock, status: int) -> None:
    client = clock.client(batching=True)
    fill(wire, client)
    wire.expect("DELETE", THINGS, **refusal(status))
    wire.expect("DELETE", THINGS, status=204)
    client.call("DELETE", "/things", json_answer=False)
    assert clock.slept == [0.5]


# Against a server that counts


@dataclass
class CountingGraph:
    """Takes 100 writes in 20 s and answers 429 for each one more; every request takes ``seconds``."""

    clock: Clock
    seconds: float = 0.0
    counts_refused: bool = False
    says_when: bool = False
    refuses_whole: bool = False
    arrived: list[float] = field(default_factory=list)
    done: int = 0
    requests: int = 0
    refused_requests: int = 0

    def __call__(self, request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.clock.now += self.seconds / 2
        calls = json.loads(t.cast(bytes, request.body))["requests"]
        answers = [self._answer(call["id"]) for call in calls]
        self.clock.now += self.seconds / 2
        refused = sum(answer["status"] == 429 for answer in answers)
        self.requests += 1
        self.refused_requests += refused > 0
        self.done += len(answers) - refused
        if refused == len(answers) and self.refuses_whole:
            return 429, t.cast("dict[str, str]", answers[0].get("headers", {})), json.dumps(answers[0]["body"])
        return 200, {}, json.dumps({"responses": answers})

    def _answer(self, number: str) -> dict[str, t.Any]:
        self.arrived = [at for at in self.arrived if at + 20 > self.clock.now]
        refused = len(self.arrived) >= 100
        if not refused or self.counts_refused:
            self.arrived.append(self.clock.now)
        if not refused:
            return inner(int(number), 204)
        retry_after = {"Retry-After": str(int(self.arrived[0] + 20 - self.clock.now) + 1)} if self.says_when else {}
        return inner_refusal(int(number), 429, **retry_after)


def send_260(clock: Clock, graph: CountingGraph, budget: float) -> float:
    """Send 260 writes in batches; all must be done. Returns the seconds that it took."""
    start = clock.now
    with responses.RequestsMock() as mock:
        mock.add_callback("POST", BATCH, callback=graph)
        results = list(clock.client(budget, batching=True).many([WRITE] * 260))
    assert all(isinstance(result, Answer) for result in results)
    assert graph.done == 260
    return clock.now - start


@pytest.mark.parametrize("says_when", [False, True])
@pytest.mark.parametrize("counts_refused", [False, True])
@pytest.mark.parametrize("refuses_whole", [False, True])
@pytest.mark.parametrize("seconds", [0.0, 0.4])
@pytest.mark.parametrize("budget", [300, 25])
def test_260_writes_meet_429_in_one_batch_at_most(
    clock: Clock, says_when: bool, counts_refused: bool, refuses_whole: bool, seconds: float, budget: float
) -> None:
    graph = CountingGraph(clock, seconds, counts_refused, says_when, refuses_whole)
    took = send_260(clock, graph, budget)
    assert (graph.refused_requests, graph.requests) == (1, 14)
    # 100 at once, 100 after 20 s, 60 after 40 s.
    assert 40 <= took < 46


def test_a_tenant_that_does_not_count_is_not_waited_for(clock: Clock) -> None:
    with responses.RequestsMock() as mock:
        mock.add_callback("POST", BATCH, callback=lambda request: (200, {}, _all_done(request)))
        assert len(list(clock.client(batching=True).many([WRITE] * 260))) == 260
    assert clock.slept == []


def _all_done(request: PreparedRequest) -> str:
    calls = json.loads(t.cast(bytes, request.body))["requests"]
    return json.dumps({"responses": [inner(int(call["id"]), 204) for call in calls]})
