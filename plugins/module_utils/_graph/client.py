# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One client for Microsoft Graph: a request goes out, an answer or a typed error comes back."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from functools import partial
from itertools import groupby, islice
from urllib.parse import urlsplit

from .._errors import Failure
from .._json import MOST_VALUES, count_values
from .auth import Authenticator
from .errors import GraphError, InDoubtError, NotGraphError
from .messages import Answer, Call, failure_of
from .pace import Pace
from .page_links import fault_of_link
from .progress import Event, OneAtATime, WritesAnswered, notify
from .read_ahead import ReadAhead
from .retry import RetryPolicy, Transient
from .sender import Channel, Sender
from .session import Connection
from .side_by_side import Stop, side_by_side
from .token_claims import Claims
from .tokens import Tokens

# What one list may have: far more than Graph has policies, groups of one name, or assignments for.
MOST_PAGES = 10_000
MOST_ITEMS = 100_000
MOST_BYTES_OF_PAGES = 128 * 1024 * 1024

T = t.TypeVar("T")


class Page(t.NamedTuple):
    """One page of a collection: its items, and the link to the next page, None on the last one."""

    items: list[t.Any]
    link: str | None


# Hears the items of a page while more pages come.
PageHeard = t.Callable[[list[t.Any]], None]


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
        self._ahead.end()
        return self._retry.run(lambda: self._sender.send_once(method, self._channel.url(path, version), **arguments))

    def call_unrepeatable(self, call: Call, recover: t.Callable[[], T | None]) -> Answer | T:
        """Send a call that must not be done twice.

        After a failure that may have done the work, ``recover`` is asked before another try: its answer, when not None,
        is returned in place of one from Graph. Raises GraphError; InDoubtError for a success that cannot be read.
        """

        self._ahead.end()

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
        # What was read before a write is not what there is after it.
        self._ahead.end()
        for chunk in self._chunks(calls):
            answers = self._sender.send_chunk(chunk)
            if (writes := sum(not call.is_read for call in chunk)) and not again:
                self.tell(WritesAnswered(writes))
            yield from answers

    def begin(self, reads: t.Iterable[Call]) -> None:
        """Send reads of one version that many() will surely be asked for, as far as there are connections for them."""
        self._ahead.begin(reads)

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
        return Sender(self._channel, stop.heeded_by(self._retry), stop.check).send_chunk(chunk)

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
        """GET a collection to its end and return all its items; each page but the last one is ``heard`` as it comes.

        nextLinks are followed as they are, but only on the configured host and never twice (Graph page "paging").
        Raises GraphError; what could not be read completely is never returned in part.
        """
        url = self._channel.url(path, version)
        first = self._retry.run(lambda: self._sender.send_once("GET", url, params=params))
        return _collected(self._pages_from(first, url), heard)

    def all_items(self, first: Answer, heard: PageHeard | None = None) -> list[t.Any]:
        """Return all items of a collection whose first page was read already (see pages)."""
        return _collected(self._pages_from(first), heard)

    def each_page(self, path: str, link: str | None = None) -> t.Iterator[Page]:
        """GET a collection and yield its pages, each before the next one is asked for; from a page link of it on, if
        one is given.

        Links are followed as pages() does. Raises GraphError.
        """
        url = self._channel.url(path)
        if link is not None:
            self._refuse_foreign(link, urlsplit(url).path)
            url = link
        yield from self._pages_from(self._retry.run(lambda: self._sender.send_once("GET", url)), url)

    def _pages_from(self, answer: Answer, *urls: str) -> t.Iterator[Page]:
        """Yield this page and those behind it; ``urls`` are those that were read already."""
        seen = set(urls)
        count = size = values = 0
        while True:
            document = answer.json()
            if not isinstance(document, dict) or not isinstance(document.get("value"), list):
                raise NotGraphError(failure_of(answer, "the answer has no list 'value'"))
            count += len(document["value"])
            size += len(answer.body)
            values += count_values(answer.body)
            if count > MOST_ITEMS or size > MOST_BYTES_OF_PAGES or values > MOST_VALUES:
                most = f"{MOST_ITEMS} entries, {MOST_VALUES} values or {MOST_BYTES_OF_PAGES // 2**20} MiB"
                raise NotGraphError(failure_of(answer, f"the list has more than {most}"))
            url = document.get("@odata.nextLink")
            if url is not None:
                if not isinstance(url, str):
                    raise NotGraphError(failure_of(answer, "the answer's page link is not text"))
                self._refuse_foreign(url, answer.path)
                _refuse_endless(url, seen)
                seen.add(url)
            yield Page(document["value"], url)
            if url is None:
                return
            answer = self._retry.run(partial(self._sender.send_once, "GET", url))

    def _refuse_foreign(self, link: str, path: str) -> None:
        """Refuse a page link that leads out of what the page with this path is in. Raises NotGraphError."""
        if (fault := fault_of_link(link, self.graph_url, path)) is not None:
            raise NotGraphError(Failure(f"{fault}; the token was not sent there", method="GET"))


def _collected(pages: t.Iterable[Page], heard: PageHeard | None) -> list[t.Any]:
    """Return the items of all pages; each but the last one is heard before the next one is asked for."""
    items: list[t.Any] = []
    for page in pages:
        items += page.items
        if heard is not None and page.link is not None:
            heard(page.items)
    return items


def _refuse_endless(url: str, seen: t.Collection[str]) -> None:
    """Refuse the link to a page that was read already, or to one page too many."""
    if url in seen or len(seen) >= MOST_PAGES:
        cause = "the page links run in a circle" if url in seen else f"the list has more than {MOST_PAGES} pages"
        raise NotGraphError(Failure(cause, method="GET", path=urlsplit(url).path))
