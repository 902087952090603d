# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One client for Microsoft Graph: a request goes out, an answer or a typed error comes back."""

from __future__ import annotations

import json
import time
import typing as t
import uuid
from collections import deque
from dataclasses import replace
from functools import partial
from itertools import groupby, islice
from urllib.parse import urlsplit

from .._errors import Failure, MissingLibraryError
from .._json import MOST_VALUES, count_values
from .approvals import is_filed
from .auth import Authenticator
from .batch import BATCH_SIZE, BatchRefusedError, send_batch
from .clock import ahead_of
from .errors import GraphError, InDoubtError, LoginError, NoAnswerError, NotGraphError, UnforeseenError, UnwantedError
from .messages import Answer, Call, failure_of, host_of, refusal_of
from .no_answer import RUN_AGAIN
from .pace import Pace
from .page_links import fault_of_link
from .progress import Event, WritesAnswered, notify
from .retry import RetryPolicy, Transient
from .session import Connection, open_session, send
from .token_claims import Claims, claims_of

# What one list may have: far more than Graph has policies, groups of one name, or assignments for.
MOST_PAGES = 10_000
MOST_ITEMS = 100_000
MOST_BYTES_OF_PAGES = 128 * 1024 * 1024

_UNAUTHORIZED = 401
_UNAVAILABLE = 503

T = t.TypeVar("T")


class Page(t.NamedTuple):
    """One page of a collection: its items, and the link to the next page, None on the last one."""

    items: list[t.Any]
    link: str | None


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
        self.batching = batching
        self.graph_url = connection.graph_url
        self._still_wanted = still_wanted
        # Every token that was sent, so that it can be masked where an answer repeats it.
        self.tokens: set[str] = set()
        self._last_token = ""
        # How many seconds this machine was ahead of Graph at the last answer, as far as that told.
        self.ahead: float | None = None
        # How many calls that are not reads were sent, whatever became of them.
        self.writes = 0
        self._connection = connection
        self._authenticator = authenticator
        self._retry = retry or RetryPolicy(connection.retry_timeout)
        self._pace = Pace(clock=self._retry.clock, sleep=partial(self._retry.rest, asked=True))
        self._session = open_session(connection, connection.graph_url)
        # The ids of the last requests that were answered.
        self._earlier: deque[str] = deque(maxlen=BATCH_SIZE)
        # Whether the token is the second one and has not worked yet: a third would not either.
        self._renewed = False

    def call(self, method: str, path: str, version: str | None = None, **arguments: t.Any) -> Answer:
        """Send a call that may safely be sent twice (see send_once for the arguments). Raises GraphError."""
        return self._retry.run(lambda: self.send_once(method, self._url(path, version), **arguments))

    def call_unrepeatable(self, call: Call, recover: t.Callable[[], T | None]) -> Answer | T:
        """Send a call that must not be done twice.

        After a failure that may have done the work, ``recover`` is asked before another try: its answer, when not None,
        is returned in place of one from Graph. Raises GraphError; InDoubtError for a success that cannot be read.
        """

        def attempt() -> Answer | T:
            try:
                return self._send_call(call)
            except Transient as failure:
                if 200 <= (failure.error.status or 0) < 300:
                    raise InDoubtError(failure.error.failure) from failure
                raise

        return self._retry.run(attempt, recover)

    def ask(self, call: Call) -> Answer | GraphError:
        """Send a read once: the answer to a question that the run can do without is not worth waiting for."""
        try:
            return self._send_call(call)
        except Transient as failure:
            return failure.error
        except GraphError as error:
            return error

    @property
    def claims(self) -> Claims:
        """Who signed in, as the token tells that was sent last, or else the way to sign in."""
        said = claims_of(self._last_token)
        return said if said.is_app or said.is_user else replace(said, is_app=self._authenticator.is_app)

    def tell(self, event: Event) -> None:
        """Tell the observer of an event."""
        notify(self._retry.observer, event)

    def many(self, calls: t.Iterable[Call], again: bool = False) -> t.Iterator[Answer | GraphError]:
        """Send calls that do not depend on each other and yield an answer or an error for each, in their order.

        They travel in $batch where that is on and not refused, else one by one; what is not asked for is not sent. A
        call that is not repeatable and may have been done gets an InDoubtError; all others are tried again where that
        makes sense. The observer hears of writes that are answered, but not ``again`` of those that were sent before.
        """
        for _version, same_version in groupby(calls, key=lambda call: call.version):
            while chunk := list(islice(same_version, BATCH_SIZE if self.batching else 1)):
                answers = self._send_chunk(chunk)
                if (writes := sum(call.method != "GET" for call in chunk)) and not again:
                    self.tell(WritesAnswered(writes))
                yield from answers

    def _send_chunk(self, calls: t.Sequence[Call]) -> list[Answer | GraphError]:
        if self.batching and len(calls) > 1:
            try:
                return send_batch(calls, self, self._retry)
            except BatchRefusedError as refusal:
                # Asked once a run: what one tenant refuses it refuses again.
                self.batching = False
                return [
                    refusal.settled.get(place) or self._send_alone(call, place in refusal.maybe_done)
                    for place, call in enumerate(calls)
                ]
        return [self._send_alone(call) for call in calls]

    def post_batch(self, version: str | None, requests: t.Sequence[t.Mapping[str, t.Any]]) -> Answer:
        """Send a batch once. Raises Transient or GraphError."""
        methods = [request["method"] for request in requests]
        return self.send_once("POST", self._url("/$batch", version), json_body={"requests": requests}, methods=methods)

    def renew(self) -> bool:
        """Drop a token that Graph refused, so that the next call logs in again; False where that is of no use."""
        if self._renewed:
            return False
        self._renewed = self._authenticator.forget()
        return self._renewed

    def throttled(self) -> None:
        """Send less from now on: Graph counts the calls."""
        self._pace.throttled()

    def _send_call(self, call: Call) -> Answer:
        url = self._url(call.path, call.version)
        arguments = {"json_body": call.json_body, "data": call.data, "content_type": call.content_type}
        return self.send_once(call.method, url, json_answer=call.json_answer, headers=call.headers, **arguments)

    def _send_alone(self, call: Call, maybe_done: bool = False) -> Answer | GraphError:
        """Send one of many calls; ``maybe_done`` tells that an earlier try of it may have done its work."""

        def attempt() -> Answer:
            try:
                return self._send_call(call)
            except Transient as failure:
                if call.repeatable or not failure.maybe_done:
                    raise
                raise InDoubtError(failure.error.failure, failure.retry_after) from failure

        try:
            return self._retry.run(attempt)
        except GraphError as error:
            return error.with_facts(maybe_done=error.maybe_done or maybe_done)
        except MissingLibraryError:
            raise
        except Exception as error:  # noqa: BLE001 - what the other calls did must not get lost
            return UnforeseenError(error)

    def pause(self, doubts: t.Iterable[InDoubtError]) -> bool:
        """Wait as these failures ask for; return False where the time for tries allows no second one."""
        waits = [doubt.retry_after for doubt in doubts if doubt.retry_after is not None]
        return self._retry.pause(max(waits, default=None))

    def wait(self, seconds: float) -> bool:
        """Wait so long; return False, at once, where that is more than all time for tries."""
        return self._retry.wait(seconds)

    def pages(self, path: str, version: str | None = None, params: t.Mapping[str, str] | None = None) -> list[t.Any]:
        """GET a collection to its end and return all its items.

        nextLinks are followed as they are, but only on the configured host and never twice (Graph page "paging").
        Raises GraphError; what could not be read completely is never returned in part.
        """
        url = self._url(path, version)
        return self._collect(self._retry.run(lambda: self.send_once("GET", url, params=params)), url)

    def all_items(self, first: Answer) -> list[t.Any]:
        """Return all items of a collection whose first page was read already (see pages)."""
        return self._collect(first)

    def each_page(self, path: str, link: str | None = None) -> t.Iterator[Page]:
        """GET a collection and yield its pages, each before the next one is asked for; from a page link of it on, if
        one is given.

        Links are followed as pages() does. Raises GraphError.
        """
        url = self._url(path)
        if link is not None:
            self._refuse_foreign(link, urlsplit(url).path)
            url = link
        yield from self._pages_from(self._retry.run(lambda: self.send_once("GET", url)), url)

    def _collect(self, answer: Answer, *urls: str) -> list[t.Any]:
        """Return all items from this page on; ``urls`` are those that were read already."""
        return [item for page in self._pages_from(answer, *urls) for item in page.items]

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
            answer = self._retry.run(partial(self.send_once, "GET", url))

    def _refuse_foreign(self, link: str, path: str) -> None:
        """Refuse a page link that leads out of what the page with this path is in. Raises NotGraphError."""
        if (fault := fault_of_link(link, self._connection.graph_url, path)) is not None:
            raise NotGraphError(Failure(f"{fault}; the token was not sent there", method="GET"))

    def send_once(  # pylint: disable=too-many-arguments
        self,
        method: str,
        url: str,
        *,
        params: t.Mapping[str, str] | None = None,
        json_body: t.Any = None,
        data: bytes | None = None,
        content_type: str | None = None,
        json_answer: bool = True,
        methods: t.Sequence[str] | None = None,
        headers: t.Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request to a full URL and return its 2xx answer; with a new token, once, where this one is refused.

        ``methods`` are those of the calls in it, if it is a batch: Graph counts them. ``headers`` are sent beside the
        usual ones. Raises Transient or GraphError.
        """
        sent = {
            **(headers or {}),
            "Accept": "application/json" if content_type is None else "*/*",
            "return-client-request-id": "true",
        }
        if json_body is not None:
            data, content_type = json.dumps(json_body, ensure_ascii=False).encode(), "application/json"
        if content_type is not None:
            sent["Content-Type"] = content_type
        exchange = partial(self._exchange, method, url, methods or [method], sent, params=params, data=data)
        answer, refusal = exchange()
        if answer.status == _UNAUTHORIZED and self.renew():
            answer, refusal = exchange()
        if answer.status != _UNAUTHORIZED:
            self._renewed = False
        if isinstance(refusal, Transient) and refusal.error.throttled:
            self.throttled()
        if answer.status == _UNAVAILABLE:
            # The next try is to meet another server (Graph page "error responses").
            self._session.close()
        if refusal is not None:
            raise refusal
        answer.check(json_answer)
        return answer

    def _exchange(
        self, method: str, url: str, methods: t.Sequence[str], headers: t.Mapping[str, str], **body: t.Any
    ) -> tuple[Answer, Exception | None]:
        """Send one request; return its answer, and the error that it is when it is not 2xx.

        Raises Transient, LoginError, NoAnswerError, UnwantedError.
        """
        token = self._last_token = self._token()
        self.tokens.add(token)
        self._pace.before(methods)
        # Last of all: the login and the pace may have taken minutes.
        if not self._still_wanted():
            raise UnwantedError(method, urlsplit(url).path)
        self.writes += sum(name != "GET" for name in methods)
        request_id = str(uuid.uuid4())
        sent = {**headers, "Authorization": f"Bearer {token}", "client-request-id": request_id}
        response = send(self._session, method, url, self._connection.timeout, headers=sent, **body)
        self.ahead = ahead_of(response.headers.get("Date"), time.time())
        self._refuse_earlier(response.headers.get("client-request-id"), request_id, method, url)
        path = urlsplit(response.url)
        answer = Answer(
            status=response.status_code,
            body=response.content,
            content_type=response.headers.get("Content-Type", ""),
            method=method,
            path=f"{path.path}?{path.query}" if path.query else path.path,
        )
        fine = 200 <= answer.status < 300 and not (method != "GET" and is_filed(response.headers, sent))
        return answer, None if fine else refusal_of(answer, response.headers, sent)

    def _refuse_earlier(self, told: str | None, request_id: str, method: str, url: str) -> None:
        """Refuse an answer that repeats the id of an earlier request: what was asked now is still to be answered."""
        if told in self._earlier:
            self._session.close()
            message = f"{host_of(url)} sent the answer to an earlier request"
            raise Transient(NoAnswerError(Failure(message, method=method, path=urlsplit(url).path), RUN_AGAIN))
        self._earlier.append(request_id)

    def _token(self) -> str:
        """Return the token. Raises LoginError."""
        try:
            return self._authenticator.token()
        except (LoginError, NoAnswerError) as error:
            # What the login service may have done and how it answered says nothing of the call, which was not sent.
            raise LoginError(error.failure, error.next_step) from error

    def _url(self, path: str, version: str | None = None) -> str:
        return f"{self._connection.graph_url}/{version or self._connection.api_version}{path}"


def _refuse_endless(url: str, seen: t.Collection[str]) -> None:
    """Refuse the link to a page that was read already, or to one page too many."""
    if url in seen or len(seen) >= MOST_PAGES:
        cause = "the page links run in a circle" if url in seen else f"the list has more than {MOST_PAGES} pages"
        raise NotGraphError(Failure(cause, method="GET", path=urlsplit(url).path))
