# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run whose starter has ended: the client sends nothing more, and processes see when who started them is gone."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import UnwantedError
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Call
from ansible_collections.m365.apps.plugins.module_utils._module import starter
from ansible_collections.m365.apps.plugins.module_utils._module.starter import (
    Starter,
    is_read,
    starter_from,
    starter_of,
)
from ansible_collections.m365.apps.plugins.module_utils._office.fields import KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Create, Update
from ansible_collections.m365.apps.plugins.plugin_utils import _watch
from ansible_collections.m365.apps.tests.integration.support.processes import ended
from ansible_collections.m365.apps.tests.unit.batches import BATCH, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.office_values import office_policy
from ansible_collections.m365.apps.tests.unit.wire import (
    GRAPH,
    LOST,
    POLICIES,
    TOKEN,
    Clock,
    Wire,
    connection,
    refusal,
)

_SECONDS = 30
LIVE = office_policy("p1", KINDS["windows"], "A", "", 7)
CHANGE = Update(LIVE, {"description": "x"})
CREATE = Create(replace(LIVE, id=None))
CALLS = [Call("PATCH", f"/{place}") for place in range(25)]


class Wanted:
    """Says yes so often, then no."""

    def __init__(self, answers: int) -> None:
        self.left = answers

    def __call__(self) -> bool:
        self.left -= 1
        return self.left >= 0


def client_of(clock: Clock, answers: int, batching: bool = False) -> GraphClient:
    return GraphClient(connection(), ReadyToken(TOKEN), clock.policy(), batching, Wanted(answers))


# The client


def test_each_write_is_asked_for(wire: Wire, clock: Clock) -> None:
    for place in range(2):
        wire.expect("PATCH", f"{GRAPH}/beta/{place}")
    answers = list(client_of(clock, 2).many(CALLS[:5]))
    assert [isinstance(answer, UnwantedError) for answer in answers] == [False, False, True, True, True]
    assert not any(answer.in_doubt for answer in answers if isinstance(answer, UnwantedError))


def test_each_batch_is_asked_for(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", BATCH, **outer(*(inner(place) for place in range(20))))
    answers = list(client_of(clock, 1, batching=True).many(CALLS))
    assert [isinstance(answer, UnwantedError) for answer in answers] == 20 * [False] + 5 * [True]


def test_each_further_try_is_asked_for(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", BATCH, **outer(inner(0), inner_refusal(1, 429)))
    _done, error = list(client_of(clock, 1, batching=True).many(CALLS[:2]))
    assert isinstance(error, UnwantedError)
    wire.expect("PATCH", f"{GRAPH}/beta/0", **refusal(503))
    [error] = list(client_of(clock, 1).many(CALLS[:1]))
    assert isinstance(error, UnwantedError)
    assert error.in_doubt, "the first try may have been done"


def test_a_create_in_doubt_is_neither_looked_for_nor_sent_again(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", POLICIES, body=LOST)
    [result] = OfficeSurface(client_of(clock, 1)).write([CREATE], ())
    assert result.error is not None
    assert result.error.in_doubt
    wire.expect("POST", POLICIES, body=LOST)
    for _look in range(3):
        wire.expect("GET", POLICIES, json={"value": []})
    [result] = OfficeSurface(client_of(clock, 4)).write([CREATE], ())
    assert result.error is not None
    assert result.error.in_doubt


def test_the_sentence(clock: Clock) -> None:
    [result] = OfficeSurface(client_of(clock, 0)).write([CHANGE], ())
    assert str(result.error) == (
        "policy 'A' (id p1): cannot update description: the process that started this run has ended, so nothing more "
        "is sent. Run it again; what was already applied is found and left alone."
    )


# Who started it


@pytest.fixture
def child() -> t.Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_a_process_lives_until_it_has_ended(child: subprocess.Popen[bytes]) -> None:
    who = starter_of(child.pid)
    assert starter_from(json.loads(json.dumps(who.as_option()))) == who
    assert who.lives
    child.kill()
    # One that nobody asked for yet is kept as a zombie.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not who.lives
    child.wait()
    assert not who.lives


def test_an_id_that_is_used_again_is_another_process(child: subprocess.Popen[bytes]) -> None:
    assert not replace(starter_of(child.pid), start="1").lives


def test_ids_of_another_container_say_nothing() -> None:
    assert Starter(2**22 + 1, "1", "pid:[1]").lives


@pytest.mark.parametrize("told", [None, [], "1", {}, {"pid": "1"}, {"start": "1"}])
def test_what_names_no_process(told: t.Any) -> None:
    assert starter_from(told) is None


def test_without_proc_the_id_alone_counts(monkeypatch: pytest.MonkeyPatch, child: subprocess.Popen[bytes]) -> None:
    """As on macOS, or where processes of others are hidden."""
    monkeypatch.setattr(starter, "_stat", lambda _pid: None)
    who = starter_of(child.pid)
    assert (who.start, who.lives) == ("", True)
    child.kill()
    child.wait()
    assert not who.lives


def test_output_that_nobody_reads() -> None:
    """As that of a module on another machine whose connection was cut."""
    reading, writing = os.pipe()
    assert is_read(writing)
    os.close(reading)
    assert not is_read(writing)
    os.close(writing)
    assert is_read(writing), "nothing can be known of what is closed"


def test_output_through_a_socket_that_nobody_reads() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        assert is_read(ours.fileno())
        theirs.close()
        assert not is_read(ours.fileno())


def test_output_to_a_file_is_read(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as stream:
        assert is_read(stream.fileno())


# The worker


def test_outside_of_a_worker_nobody_is_watched() -> None:
    assert _watch.is_wanted(None)
    with _watch.ending_with(None):
        pass
    _watch.end_with(None)


def _worker(pipe: t.Any, way: str) -> None:
    """What a worker process of ansible does, with a program that it has started."""
    who = _watch.main_process()
    module = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    pipe.send((os.getpid(), module.pid, _watch.is_wanted(who)))
    if way in {"here", "late"}:
        module.kill()
        while way == "late" and _watch.is_wanted(who):
            time.sleep(0.01)
        _watch.end_with(who)
        time.sleep(600)
    with _watch.ending_with(who):
        time.sleep(600)


def _main(pipe: t.Any, way: str) -> None:
    """What ansible-playbook does: it forks a worker and waits for it."""
    worker = multiprocessing.get_context("fork").Process(target=_worker, args=(pipe, way))
    worker.start()
    worker.join()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("way", ["here", "late", "module"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_worker_ends_with_its_main_process(way: str) -> None:
    ours, theirs = multiprocessing.Pipe()
    main = multiprocessing.get_context("fork").Process(target=_main, args=(theirs, way))
    main.start()
    assert ours.poll(_SECONDS)
    worker, module, wanted = ours.recv()
    assert wanted
    assert main.pid
    os.kill(main.pid, signal.SIGKILL)
    main.join()
    deadline = time.monotonic() + _SECONDS
    while not (ended(worker) and ended(module)):
        assert time.monotonic() < deadline, "the worker lives on"
        time.sleep(0.05)
