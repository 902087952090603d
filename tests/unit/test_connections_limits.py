# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Four connections against an emulator that counts calls as Intune does, on one clock that only waits move."""

from __future__ import annotations

import contextlib
import threading
import typing as t
from dataclasses import dataclass
from unittest import mock

import pytest

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.plugins.module_utils._graph.pace import INTUNE
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import RetryPolicy
from ansible_collections.m365.apps.plugins.module_utils._graph.sender import Sender
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import ONE, ORIGIN, TWO, FuzzTenant
from ansible_collections.m365.apps.tests.unit.test_graph_connections import PATIENCE, our_threads
from ansible_collections.m365.apps.tests.unit.wire import connection
from graph_emulator.graph import limits

# Two and a half windows of them.
READS = INTUNE.calls * 5 // 2
PATH = "/officeConfiguration/clientConfigurations"
IDS = [(ONE, TWO)[number % 2] for number in range(READS)]


class SharedClock:
    """Seconds that pass when all threads at work wait: as on a machine so fast that work takes no time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._changed = threading.Condition()
        self._at_work = 0
        # When the waits of this moment end.
        self._ends: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        with self._changed:
            end = self.now + seconds
            self._ends.append(end)
            self._leave()
            assert self._changed.wait_for(lambda: self.now >= end, PATIENCE), "somebody works and does not end"

    @contextlib.contextmanager
    def working(self) -> t.Iterator[None]:
        """Let no time pass within the block but by waits."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self) -> None:
        with self._changed:
            self._at_work += 1

    def end(self) -> None:
        with self._changed:
            self._leave()

    def _leave(self) -> None:
        self._at_work -= 1
        if self._at_work == 0 and self._ends:
            self.now = min(self._ends)
            over = [end for end in self._ends if end <= self.now]
            self._ends = [end for end in self._ends if end > self.now]
            # They work from now on, also before their threads go on.
            self._at_work = len(over)
            self._changed.notify_all()


class Row:
    """The lock in front of a pace: who waits for it waits for the one who holds it, and does not work."""

    def __init__(self, clock: SharedClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._clock.end()
        assert self._lock.acquire(timeout=PATIENCE), "somebody holds the pace and does not end"
        self._clock.begin()

    def __exit__(self, *_error: object) -> None:
        self._lock.release()


@dataclass(frozen=True)
class Run:
    """How reads went: what was read, seconds on the clock, and how many requests were refused for the limits."""

    found: list[str]
    seconds: float
    refused: int


def run(connections: int) -> Run:
    tenant, clock = FuzzTenant(), SharedClock()
    tenant.world.load({"settings": {"intune_limits": True}})
    policy = RetryPolicy(300.0, clock, clock.sleep, lambda: 1.0)
    opened = connection(graph_url=ORIGIN, connections=connections)
    client = GraphClient(opened, ReadyToken(tenant.token), policy, batching=True)
    t.cast(t.Any, client._channel.pace)._row = Row(clock)
    send_chunk = Sender.send_chunk

    def at_work(sender: Sender, calls: t.Sequence[Call]) -> list[Answer | GraphError]:
        with clock.working():
            return send_chunk(sender, calls)

    with (
        tenant.entered(),
        mock.patch.object(limits, "time", mock.Mock(monotonic=clock)),
        mock.patch.object(Sender, "send_chunk", at_work),
    ):
        began = clock.now
        answers = list(client.many([Call("GET", f"{PATH}/{policy_id}") for policy_id in IDS]))
    found = [answer.json()["id"] if isinstance(answer, Answer) else str(answer) for answer in answers]
    batches = [[call["status"] for call in entry["batch"]] for entry in tenant.world.journal.entries]
    assert {status for batch in batches for status in batch} == {200, 429}
    return Run(found, clock.now - began, sum(429 in batch for batch in batches))


def test_four_connections_keep_to_the_limits_as_one_does() -> None:
    one, four = run(1), run(4)
    assert one.found == four.found == IDS
    assert one.refused == 1
    # The others may have been on their way when the first one was refused; after that none is sent in vain.
    assert four.refused <= one.refused + 3
    # Both wait for the same two windows.
    assert one.seconds == pytest.approx(2 * INTUNE.seconds)
    assert four.seconds == pytest.approx(2 * INTUNE.seconds)
    assert our_threads() == []
