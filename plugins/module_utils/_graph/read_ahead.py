# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work of several threads with its results in order, and reads that are sent before their answers are asked for.

Reads are sent ahead while the pages of a list still come. When the work ends, so have its threads.
"""

from __future__ import annotations

import threading
import typing as t
from collections import Counter, deque
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby, islice
from operator import itemgetter

from .errors import GraphError
from .messages import Answer, Call
from .retry import RetryPolicy
from .sender import Channel

T = t.TypeVar("T")
R = t.TypeVar("R")
# Seconds between two looks, while a thread waits, whether it is still to go on.
_LOOK = 0.1
_Answers = list["Answer | GraphError"]
# A call by its version and path, and how many of the same come before it.
_Key = tuple["str | None", str, int]


class Stop:
    """Tells threads that nobody waits for them any more."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Have them end."""
        self._event.set()

    def check(self) -> None:
        """Raise CancelledError where the thread is to end."""
        if self._event.is_set():
            raise CancelledError

    def heeded_by(self, retry: RetryPolicy) -> RetryPolicy:
        """Return a policy whose waits end early, in a CancelledError, when the threads are to end."""

        def sleep(seconds: float) -> None:
            end = retry.clock() + seconds
            self.check()
            while (left := end - retry.clock()) > 0:
                retry.sleep(min(left, _LOOK))
                self.check()

        return replace(retry, sleep=sleep)


class FirstAlone:
    """Holds back all items but the first one until that has shown that it works; lets none go where it fails.

    Work on each item is done with this as context manager, and calls works() when it has come so far.
    """

    def __init__(self) -> None:
        self._told = threading.Event()
        self._failed = False

    def works(self) -> None:
        """Let the others go."""
        self._told.set()

    def __enter__(self) -> None:
        """Begin work on an item."""

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        if not self._told.is_set():
            self._failed = kind is not None
            self._told.set()

    def of(self, items: t.Iterable[T]) -> t.Iterator[T]:
        """Yield the items, each when work on it may begin."""
        for place, item in enumerate(items):
            if place:
                self._told.wait()
                if self._failed:
                    return
            yield item


def side_by_side(
    work: t.Callable[[T, Stop], R],
    items: t.Iterable[T],
    threads: int,
    abort: t.Callable[[], None],
    ahead: int | None = None,
) -> t.Iterator[R]:
    """Yield what ``work`` makes of each item, in their order, with so many at once, up to ``ahead`` of who takes them.

    That is twice the number of threads when it is omitted.

    The first error in the order of the items is raised. When that happens, or nobody takes any more, what has not begun
    is left out, and ``abort`` is to end what goes on. All threads have ended when this does.
    """
    stop = Stop()
    most = 2 * threads if ahead is None else ahead
    pool = ThreadPoolExecutor(threads, thread_name_prefix="m365.apps")
    begun: deque[Future[R]] = deque()
    try:
        for item in items:
            begun.append(pool.submit(work, item, stop))
            if len(begun) >= most:
                yield _first(begun)
        while begun:
            yield _first(begun)
    finally:
        if begun:
            stop.set()
            for future in begun:
                future.cancel()
            abort()
        pool.shutdown(cancel_futures=True)


def _first(begun: deque[Future[R]]) -> R:
    """Return the result of the first one, which stays among those that have begun until it has one."""
    result = begun[0].result()
    begun.popleft()
    return result


class ReadAhead:
    """Sends in the background what surely will be asked for; ``send`` sends calls that fit into one request.

    Only full batches are sent ahead, so that the number of requests stays the lowest one. One connection stays free for
    who asks for the pages.
    """

    def __init__(self, channel: Channel, send: t.Callable[[t.Sequence[Call], Stop], _Answers]) -> None:
        self._channel = channel
        self._send = send
        self._pool: ThreadPoolExecutor | None = None
        self._stop = Stop()
        self._waiting: dict[_Key, Call] = {}
        self._begun: dict[_Key, tuple[Future[_Answers], int]] = {}
        self._probe: Future[_Answers] | None = None
        self._outlasts_writes = False

    def begin(self, calls: t.Iterable[Call], outlasts_writes: bool = False) -> None:
        """Send as many of these reads, all of one version, as fill batches.

        With ``outlasts_writes`` no write that still comes changes what they show.
        """
        if len(self._channel.sessions) == 1:
            return
        self._outlasts_writes = outlasts_writes
        for key, call in _by_key(calls).items():
            if key not in self._begun:
                self._waiting[key] = call
        self._channel.sessions.reserve(1)
        self._submit()

    def has(self, calls: t.Iterable[Call]) -> bool:
        """Tell whether one of these reads was begun."""
        return bool(self._begun) and not self._begun.keys().isdisjoint(_by_key(calls))

    def answers(self, calls: t.Iterable[Call]) -> t.Iterator[Answer | GraphError]:
        """Yield the answers to these reads in their order; send those that were not begun. Nothing is kept."""
        asked = _by_key(calls)
        self._waiting = {key: call for key, call in asked.items() if key not in self._begun}
        self._channel.sessions.reserve(0)
        try:
            self._submit(last=True)
            for key in asked:
                future, place = self._begun[key]
                answer = future.result()[place]
                del self._begun[key]
                yield answer
        finally:
            self.end()

    def before_write(self) -> None:
        """Forget what a write may change."""
        if not self._outlasts_writes:
            self.end()

    def end(self) -> None:
        """Forget all that nobody has asked for, and end the threads."""
        self._waiting.clear()
        if self._pool is None:
            return
        begun, self._begun, self._probe = self._begun, {}, None
        if not all(future.done() for future, _place in begun.values()):
            self._stop.set()
            self._channel.sessions.abort()
        self._pool.shutdown(cancel_futures=True)
        self._pool, self._stop = None, Stop()
        self._channel.sessions.reserve(0)

    def _submit(self, last: bool = False) -> None:
        """Hand full batches to the threads, with ``last`` also one that is not full."""
        while self._waiting and (last or len(self._waiting) >= self._channel.chunk_size):
            _version, together = next(groupby(self._waiting, key=itemgetter(0)))
            keys = list(islice(together, self._channel.chunk_size))
            chunk = [self._waiting.pop(key) for key in keys]
            if self._pool is None:
                self._pool = ThreadPoolExecutor(len(self._channel.sessions), thread_name_prefix="m365.apps")
            future = self._pool.submit(self._send_after, self._probe, chunk, self._stop)
            self._begun |= {key: (future, place) for place, key in enumerate(keys)}
            if self._channel.unsure_of_batches and self._probe is None:
                self._probe = future

    def _send_after(self, probe: Future[_Answers] | None, chunk: t.Sequence[Call], stop: Stop) -> _Answers:
        """Send calls as soon as the first batch, if it is not answered yet, tells whether the tenant takes them."""
        if probe is not None:
            probe.result()
        return self._send(chunk, stop)


def _by_key(calls: t.Iterable[Call]) -> dict[_Key, Call]:
    seen: Counter[tuple[str | None, str]] = Counter()
    keyed: dict[_Key, Call] = {}
    for call in calls:
        name = (call.version, call.path)
        keyed[(*name, seen[name])] = call
        seen[name] += 1
    return keyed
