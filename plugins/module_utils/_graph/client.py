# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One client for Microsoft Graph: a request goes out, an answer or a typed error comes back."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from itertools import groupby, islice

from .auth import Authenticator, Tokens
from .errors import GraphError, InDoubtError
from .messages import Answer, Call
from .pace import Pace
from .pages import PageHeard, PageReader
from .progress import Event, OneAtATime, WritesAnswered, notify
from .read_ahead import FirstAlone, ReadAhead, Stop, side_by_side
from .retry import RetryPolicy, Transient
from .sender import Channel, Sender
from .session import Connection
from .token_claims import Claims

T = t.TypeVar("T")
R = t.TypeVar("R")


def always() -> bool:
    """Tell that what a client does is wanted, whatever happens."""
    return True


class GraphClient:
    """Calls Graph below one root URL with one login.

    Paths are relative (``/officeConfiguration``); ``version`` replaces the connection's api_version. Every call
    carries the token, a fresh client-request-id and the user agent, and has a time-out. ``batching`` lets many() use
    $batch; it turns itself off where the tenant refuses that. ``still_wanted`` is asked right before each request:
    after a no nothing more is sent. The observer of ``retry`` hears of waits and of writes that are answered.
    """

    def __init__(
        self,
        connection: Connection,
        authenticator: Authenticator,
        retry: RetryPolicy | None = None,
        batching: bool = False,
        still_wanted: t.Callable[[], bool] = always,
    ) -> None:
        retry = retry or RetryPolicy(connection.retry_timeout)
        self._retry = replace(retry, observer=OneAtATime(retry.observer, retry.clock))
        self.graph_url = connection.graph_url
        # Returns what those who watch the connections have to say to the user, each sentence once.
        self.notices = connection.watcher.notices
        self._channel = Channel(connection, Tokens(authenticator), Pace(clock=retry.clock), batching, still_wanted)
        self._sender = Sender(self._channel, self._retry)
        self._reader = PageReader(self._channel, self._sender)
        self._ahead = ReadAhead(self._channel, self._send_in_thread)

    @property
    def batching(self) -> bool:
        """Whether calls travel in $batch now."""
        return self._channel.batching

    @property
    def tokens(self) -> set[str]:
        """Every token that was sent so far."""
        return self._channel.tokens.sent

    @property
    def ahead(self) -> float | None:
        """How many seconds this machine was ahead of Graph at the last answer, as far as that told."""
        return self._channel.ahead

    @property
    def writes(self) -> int:
        """How many calls that are not reads were sent, whatever became of them."""
        return self._channel.writes

    def call(self, method: str, path: str, version: str | None = None, **arguments: t.Any) -> Answer:
        """Send a call that may safely be sent twice (see send_once for the arguments). Raises GraphError."""
        self._ahead.before_write()
        return self._retry.run(lambda: self._sender.send_once(method, self._channel.url(path, version), **arguments))

    def call_unrepeatable(self, call: Call, recover: t.Callable[[], T | None]) -> Answer | T:
        """Send a call that must not be done twice.

        After a failure that may have done the work, ``recover`` is asked before another try: its answer, when not None,
        is returned in place of one from Graph. Raises GraphError; InDoubtError for a success that cannot be read.
        """
        self._ahead.before_write()

        def attempt() -> Answer | T:
            try:
                return self._sender.send_call(call)
            except Transient as failure:
                if 200 <= (failure.error.status or 0) < 300:
                    raise InDoubtError(failure.error.failure) from failure
                raise

        return self._retry.run(attempt, recover)

    def ask(self, call: Call) -> Answer | GraphError:
        """Send a read once: the answer to a question that the run can do without is not worth waiting for."""
        try:
            return self._sender.send_call(call)
        except Transient as failure:
            return failure.error
        except GraphError as error:
            return error

    @property
    def claims(self) -> Claims:
        """Who signed in, as the token tells that was sent last, or else the way to sign in."""
        return self._channel.tokens.claims

    def tell(self, event: Event) -> None:
        """Tell the observer of an event."""
        notify(self._retry.observer, event)

    def many(self, calls: t.Iterable[Call], again: bool = False) -> t.Iterator[Answer | GraphError]:
        """Send calls that do not depend on each other and yield an answer or an error for each, in their order.

        They travel in $batch where that is on and not refused, else one by one; what is not asked for is not sent. A
        call that is not repeatable and may have been done gets an InDoubtError; all others are tried again where that
        makes sense. The observer hears of writes that are answered, but not ``again`` of those that were sent before.
        """
        calls = list(calls)
        if all(call.is_read for call in calls):
            yield from self._read(calls)
            return
        self._ahead.before_write()
        for chunk in self._chunks(calls):
            answers = self._sender.send_chunk(chunk)
            if (writes := sum(not call.is_read for call in chunk)) and not again:
                self.tell(WritesAnswered(writes))
            yield from answers

    def begin(self, reads: t.Iterable[Call], outlasts_writes: bool = False) -> None:
        """Send reads of one version that many() will surely be asked for, as far as there are connections for them.

        What was read before a write is not what there is after it, and is read again; with ``outlasts_writes`` it is,
        whatever is still written.
        """
        self._ahead.begin(reads, outlasts_writes)

    def end(self) -> None:
        """End all that goes on in the background, if a run has left anything."""
        self._ahead.end()

    def _chunks(self, calls: t.Iterable[Call]) -> t.Iterator[list[Call]]:
        """Yield the calls in pieces that one request can carry when it is their turn."""
        for _version, same_version in groupby(calls, key=lambda call: call.version):
            while chunk := list(islice(same_version, self._channel.chunk_size)):
                yield chunk

    def _read(self, calls: t.Sequence[Call]) -> t.Iterator[Answer | GraphError]:
        """Yield the answers to reads, several of which are on their way at once where that saves time."""
        if self._ahead.has(calls):
            yield from self._ahead.answers(calls)
            return
        chunks, count = self._chunks(calls), len(calls)
        if self._channel.unsure_of_batches:
            # The first batch tells whether the tenant takes them: of several, each would be refused.
            first = next(chunks, [])
            count -= len(first)
            yield from self._sender.send_chunk(first)
        threads = self._threads(-(-count // self._channel.chunk_size))
        sent = (
            side_by_side(self._send_in_thread, chunks, threads, self._channel.sessions.abort)
            if threads > 1
            else map(self._sender.send_chunk, chunks)
        )
        for answers in sent:
            yield from answers

    def _threads(self, requests: int) -> int:
        """Return how many of so many requests are sent at once.

        A new connection takes the time of two requests or so: none is made for what is done before it stands.
        """
        sessions = self._channel.sessions
        return min(len(sessions), requests, max(sessions.opened, (requests + 1) // 2))

    def _send_in_thread(self, chunk: t.Sequence[Call], stop: Stop) -> list[Answer | GraphError]:
        return self._sender_in_thread(stop).send_chunk(chunk)

    def _sender_in_thread(self, stop: Stop) -> Sender:
        return Sender(self._channel, stop.heeded_by(self._retry), stop.check)

    def pause(self, doubts: t.Iterable[InDoubtError]) -> bool:
        """Wait as these failures ask for; return False where the time for tries allows no second one."""
        waits = [doubt.retry_after for doubt in doubts if doubt.retry_after is not None]
        return self._retry.pause(max(waits, default=None))

    def wait(self, seconds: float) -> bool:
        """Wait so long; return False, at once, where that is more than all time for tries."""
        return self._retry.wait(seconds)

    def pages(
        self,
        path: str,
        version: str | None = None,
        params: t.Mapping[str, str] | None = None,
        heard: PageHeard | None = None,
    ) -> list[t.Any]:
        """GET a collection to its end and return all its items (see PageReader.all_items). Raises GraphError."""
        return self._reader.all_items(path, version, params, heard)

    def all_items(self, first: Answer, heard: PageHeard | None = None) -> list[t.Any]:
        """Return all items of a collection whose first page was read already. Raises GraphError."""
        return self._reader.rest_of(first, heard)

    def read_lists(self, work: t.Callable[[T, PageReader], R], lists: t.Sequence[T]) -> t.Iterator[R]:
        """Yield what ``work`` makes of each list, in their order, several at once as far as connections allow.

        It gets what reads pages, and runs in a thread of its own where there are several. The first list begins alone:
        where its first page is refused, as for a login that may not read them, no other one is asked for. The first
        error in the order of the lists is raised; no thread is left.
        """
        threads, first = self._threads(len(lists)), FirstAlone()
        if threads <= 1:
            yield from (work(each, self._reader) for each in lists)
            return

        def in_thread(each: T, stop: Stop) -> R:
            with first:
                return work(each, PageReader(self._channel, self._sender_in_thread(stop), first.works))

        yield from side_by_side(in_thread, first.of(lists), threads, self._channel.sessions.abort, len(lists))
