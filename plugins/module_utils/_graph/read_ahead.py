# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads that are sent before their answers are asked for, while the pages of a list still come."""

from __future__ import annotations

import typing as t
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby, islice
from operator import itemgetter

from .errors import GraphError
from .messages import Answer, Call
from .sender import Channel
from .side_by_side import Stop

_Answers = list["Answer | GraphError"]
# A call by its version and path, and how many of the same come before it.
_Key = tuple["str | None", str, int]


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
