# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several connections: reads travel at once and come back in order; token, pace and waits are one for all."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import threading
import types
import typing as t
from concurrent.futures import CancelledError
from dataclasses import dataclass, field

import pytest
import responses
from requests import PreparedRequest

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, UnwantedError
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.plugins.module_utils._graph.pace import Pace
from ansible_collections.m365.apps.plugins.module_utils._graph.progress import Event, OneAtATime, RunBegins, WaitBegins
from ansible_collections.m365.apps.plugins.module_utils._graph.read_ahead import Stop, side_by_side
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import RetryPolicy
from ansible_collections.m365.apps.tests.unit.test_graph_token_renewal import Login
from ansible_collections.m365.apps.tests.unit.wire import TOKEN, Clock, connection

# Who waits longer than this for the others waits in vain.
PATIENCE = 20.0
Reply = tuple[int, dict[str, str], str]


def reads(count: int, version: str | None = None) -> list[Call]:
    return [Call("GET", f"/things/{number}", version) for number in range(count)]


def numbers(answers: t.Iterable[Answer | GraphError]) -> list[t.Any]:
    """Return which call each answer is of, or the status that it failed with."""
    return [answer.json() if isinstance(answer, Answer) else answer.status for answer in answers]


def inner_answer(call: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"id": call["id"], "status": 200, "body": int(call["url"].rpartition("/")[2])}


@dataclass
class Server:
    """Answers each read with its number. ``together`` holds answers back until so many requests are there at once."""

    together: int = 1
    takes_batches: bool = True
    tokens: t.Container[str] = (f"Bearer {TOKEN}",)
    sent: list[str] = field(default_factory=list)
    most: int = 0
    _there: int = 0
    _lock: t.Any = field(default_factory=threading.Condition)

    def answer(self, request: PreparedRequest) -> Reply:
        path = str(request.path_url)
        with self._lock:
            self.sent.append(f"{request.method} {path}")
            self._there += 1
            self.most = max(self.most, self._there)
            self._lock.notify_all()
            met = self._lock.wait_for(lambda: self.most >= self.together, PATIENCE)
        assert met, f"no more than {self.most} requests were on their way at once"
        reply = self._reply(request, path)
        with self._lock:
            self._there -= 1
        return reply

    def _reply(self, request: PreparedRequest, path: str) -> Reply:
        refused = {"error": {"code": "Code", "message": "no"}}
        if request.headers["Authorization"] not in self.tokens:
            return 401, {}, json.dumps(refused)
        if not path.endswith("/$batch"):
            return 200, {}, path.rpartition("/")[2]
        if not self.takes_batches:
            return 404, {}, json.dumps(refused)
        asked = json.loads(request.body or b"{}")["requests"]
        return 200, {}, json.dumps({"responses": [inner_answer(call) for call in reversed(asked)]})

    @property
    def batches(self) -> int:
        return sum(line.endswith("/$batch") for line in self.sent)


@contextlib.contextmanager
def served(server: Server) -> t.Iterator[Server]:
    """Let a server answer everything."""
    with responses.RequestsMock() as mock:
        for method in ("GET", "PATCH", "POST"):
            mock.add_callback(method, re.compile(".*"), server.answer)
        mock.assert_all_requests_are_fired = False
        yield server


def client_of(count: int, batching: bool = False, **more: t.Any) -> GraphClient:
    login = more.pop("login", ReadyToken(TOKEN))
    return GraphClient(connection(connections=count), login, RetryPolicy(0.0), batching, **more)


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("m365.apps")]


# What travels at once


@pytest.mark.parametrize("batching", [False, True])
def test_reads_are_on_their_way_at_once_and_answered_in_order(batching: bool) -> None:
    with served(Server()) as server:
        client = client_of(3, batching)
        list(client.many(reads(40)))
        server.together = 3
        assert numbers(client.many(reads(200))) == list(range(200))
    assert server.most == 3
    assert our_threads() == []


@pytest.mark.parametrize("count", [1, 2, 5, 16])
def test_the_requests_are_the_same_with_any_number_of_connections(count: int) -> None:
    calls = [*reads(90), *reads(50, "v1.0"), *reads(3)]
    with served(Server()) as server:
        assert numbers(client_of(count, True).many(calls)) == [*range(90), *range(50), *range(3)]
    assert sorted(server.sent) == ["POST /beta/$batch"] * 6 + ["POST /v1.0/$batch"] * 3
    assert server.most <= count


@pytest.mark.parametrize("methods", [["PATCH"] * 5, ["GET", "PATCH", "GET", "GET", "GET"]])
def test_writes_go_one_after_the_other(methods: list[str]) -> None:
    with served(Server()) as server:
        answers = client_of(4).many([Call(method, f"/things/{number}") for number, method in enumerate(methods)])
        assert numbers(answers) == list(range(5))
    assert server.sent == [f"{method} /beta/things/{number}" for number, method in enumerate(methods)]
    assert server.most == 1


def test_no_connection_is_made_for_what_is_done_before_it_stands() -> None:
    with served(Server()) as server:
        client = client_of(4)
        assert numbers(client.many(reads(2))) == [0, 1]
        assert client._channel.sessions.opened == 1
        server.together = 2
        list(client.many(reads(4)))
        # Now there are two.
        assert client._channel.sessions.opened == 2
        server.most = 0
        list(client.many(reads(2)))
    assert server.most == 2


def test_one_batch_tells_whether_a_tenant_takes_them() -> None:
    with served(Server(takes_batches=False)) as server:
        client = client_of(4, True)
        assert numbers(client.many(reads(90))) == list(range(90))
        assert not client.batching
    assert server.batches == 1
    assert len(server.sent) == 91


def test_nothing_is_sent_that_nobody_wants() -> None:
    wanted = [True] * 3
    with served(Server()) as server:
        client = client_of(4, still_wanted=lambda: bool(wanted and wanted.pop()))
        answers = list(client.many(reads(9)))
    assert [isinstance(answer, UnwantedError) for answer in answers].count(True) == 6
    assert len(server.sent) == 3


# The token


def test_a_token_that_ends_while_several_requests_are_on_their_way_is_renewed_once() -> None:
    login = Login()
    with served(Server(tokens=["Bearer token-1"])) as server:
        client = client_of(4, login=login)
        list(client.many(reads(8)))
        server.tokens, server.together, server.most = ["Bearer token-2"], 4, 0
        assert numbers(client.many(reads(8))) == list(range(8))
        assert login.logins == 2
        # The next one may be renewed, too.
        server.tokens = ["Bearer token-3"]
        assert numbers(client.many(reads(8))) == list(range(8))
    assert login.logins == 3


def test_a_second_token_that_is_refused_is_the_last() -> None:
    login = Login()
    with served(Server(tokens=[], together=1)) as server:
        client = client_of(4, login=login)
        assert numbers(client.many(reads(8))) == [401] * 8
    assert login.logins == 2
    assert len(server.sent) < 16


# Ends


def test_whoever_stops_early_leaves_no_thread() -> None:
    with served(Server()):
        answers = client_of(4).many(reads(100))
        assert numbers([next(answers)]) == [0]
        t.cast("t.Generator[t.Any]", answers).close()
    assert our_threads() == []


def test_the_first_error_in_order_is_raised_and_what_has_not_begun_is_left_out() -> None:
    begun: list[int] = []
    second_failed = threading.Event()

    def work(number: int, _stop: Stop) -> int:
        begun.append(number)
        if number == 1:
            second_failed.wait(PATIENCE)
        if number == 2:
            second_failed.set()
        if number in (1, 2):
            raise ValueError(number)
        return number

    results = side_by_side(work, range(100), 2, lambda: None)
    assert next(results) == 0
    with pytest.raises(ValueError, match=r"^1$"):
        next(results)
    assert max(begun) < 10
    assert our_threads() == []


class Interrupted(BaseException):
    """What a signal raises in the main thread, as Ctrl-C and the timeout of a task do."""


def interrupted(read: t.Callable[[GraphClient], t.Iterable[t.Any]]) -> None:
    """Read from a server that never answers, and expect the end of it by a signal."""

    def interrupt(_number: int, _frame: types.FrameType | None) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        client = GraphClient(connection(graph_url=url, timeout=600.0, connections=3), ReadyToken(TOKEN))
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        try:
            with pytest.raises(Interrupted):
                list(read(client))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def test_a_signal_ends_requests_that_nobody_answers() -> None:
    interrupted(lambda client: client.many(reads(9)))
    assert our_threads() == []


def test_a_wait_ends_when_nobody_waits_for_the_thread() -> None:
    stop, clock = Stop(), Clock()
    retry = stop.heeded_by(clock.policy())
    retry.sleep(0.35)
    assert round(sum(clock.slept), 6) == 0.35
    stop.set()
    with pytest.raises(CancelledError):
        retry.sleep(300)
    assert round(sum(clock.slept), 6) == 0.35


# The pace and the waits


def test_all_wait_while_one_was_told_to_wait(clock: Clock) -> None:
    pace = Pace(clock=clock, sleep=clock.sleep)
    pace.throttled(7.0)
    clock.now += 3
    pace.before(["GET"])
    assert clock.slept == [4.0]


@pytest.mark.parametrize(("connections", "budget", "closed"), [(1, 300, 0), (4, 300, 9), (4, 5, 0)])
def test_what_is_not_waited_for_keeps_nobody_waiting(connections: int, budget: int, closed: int, clock: Clock) -> None:
    client = GraphClient(connection(connections=connections), ReadyToken(TOKEN), clock.policy(budget))
    client._sender.throttled(9)
    client._channel.pace.before(["GET"], clock.sleep)
    assert sum(clock.slept) == closed


def test_of_waits_at_the_same_time_one_is_told(clock: Clock) -> None:
    told: list[Event] = []
    observer = OneAtATime(told.append, clock)
    waits = (WaitBegins(10, True), WaitBegins(10.5, True), WaitBegins(3, False))
    for event in (*waits, RunBegins(), WaitBegins(12, True)):
        observer(event)
    assert told == [WaitBegins(10, True), RunBegins(), WaitBegins(12, True)]
    clock.now += 12
    observer(WaitBegins(1, True))
    assert told[-1] == WaitBegins(1, True)
