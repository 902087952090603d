# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends single calls and batches: each thread of a client has a sender, and all senders share one channel."""

from __future__ import annotations

import json
import time
import typing as t
import uuid
from functools import partial
from urllib.parse import urlsplit

from .._errors import MissingLibraryError
from .approvals import is_filed
from .auth import Tokens, Used
from .batch import BATCH_SIZE, BatchRefusedError, send_batch
from .clock import ahead_of
from .errors import GraphError, InDoubtError, UnforeseenError, UnwantedError
from .messages import Answer, Call, refusal_of
from .pace import Pace
from .retry import RetryPolicy, Transient
from .session import Connection
from .sessions import Sessions

_UNAUTHORIZED = 401


class Channel:
    """What all senders of a client share.

    ``batching`` tells whether calls may travel in $batch, ``took_batch`` that the tenant has taken one. ``ahead`` is
    how many seconds this machine was ahead of Graph at the last answer, as far as that told; ``writes`` how many calls
    that are not reads were sent, whatever became of them. Writes are sent by one thread alone.
    """

    def __init__(
        self,
        connection: Connection,
        tokens: Tokens,
        pace: Pace,
        batching: bool,
        still_wanted: t.Callable[[], bool],
    ) -> None:
        self.connection = connection
        self.tokens = tokens
        self.pace = pace
        self.sessions = Sessions(connection, connection.connections)
        self.batching = batching
        self.took_batch = False
        self.still_wanted = still_wanted
        self.ahead: float | None = None
        self.writes = 0

    @property
    def unsure_of_batches(self) -> bool:
        """Whether nobody knows yet if the tenant takes $batch, which is to be tried."""
        return self.batching and not self.took_batch

    @property
    def chunk_size(self) -> int:
        """How many calls one request can carry now."""
        return BATCH_SIZE if self.batching else 1

    def url(self, path: str, version: str | None = None) -> str:
        """Return the full URL of a path."""
        return f"{self.connection.graph_url}/{version or self.connection.api_version}{path}"


def go_on() -> None:
    """Let a request be sent."""


class Sender:
    """Sends for one thread; ``retry`` has the way in which this thread waits, ``check`` raises when it is to end.

    One without a ``check`` is that of the main thread, which goes first where some connections are reserved.
    """

    def __init__(self, channel: Channel, retry: RetryPolicy, check: t.Callable[[], None] | None = None) -> None:
        self._channel = channel
        self._is_first = check is None
        self._check = check or go_on
        self.retry = retry
        self._used = Used("", 0)

    def send_chunk(self, calls: t.Sequence[Call]) -> list[Answer | GraphError]:
        """Send calls that fit into one batch; return an answer or an error for each.

        They go alone where there is but one or where batches are off; where the tenant refuses $batch that turns them
        off.
        """
        if self._channel.batching and len(calls) > 1:
            try:
                answers = send_batch(calls, self, self.retry)
            except BatchRefusedError as refusal:
                # Asked once a run: what one tenant refuses it refuses again.
                self._channel.batching = False
                return [
                    refusal.settled.get(place) or self._send_alone(call, place in refusal.maybe_done)
                    for place, call in enumerate(calls)
                ]
            self._channel.took_batch = True
            return answers
        return [self._send_alone(call) for call in calls]

    def post_batch(
        self, version: str | None, requests: t.Sequence[t.Mapping[str, t.Any]], methods: t.Sequence[str]
    ) -> Answer:
        """Send a batch once; its calls count as calls with these methods. Raises Transient or GraphError."""
        url = self._channel.url("/$batch", version)
        return self.send_once("POST", url, json_body={"requests": requests}, methods=methods)

    def renew(self) -> bool:
        """Drop the token that Graph refused, so that the next call logs in again; False where that is of no use."""
        return self._channel.tokens.renew(self._used)

    def throttled(self, seconds: float | None = None) -> None:
        """Send less from now on: Graph counts the calls, and asks to wait so long."""
        several, asked = len(self._channel.sessions) > 1, seconds or 0.0
        # One alone waits by itself; what is longer than the time for tries is not waited for.
        self._channel.pace.throttled(asked if several and asked <= self.retry.budget else 0.0)

    def send_call(self, call: Call) -> Answer:
        """Send one call once. Raises Transient or GraphError."""
        url = self._channel.url(call.path, call.version)
        arguments = {"json_body": call.json_body, "data": call.data, "content_type": call.content_type}
        answer, methods = call.json_answer, [call.counts_as]
        return self.send_once(call.method, url, json_answer=answer, methods=methods, headers=call.headers, **arguments)

    def _send_alone(self, call: Call, maybe_done: bool = False) -> Answer | GraphError:
        """Send one of many calls; ``maybe_done`` tells that an earlier try of it may have done its work."""

        def attempt() -> Answer:
            try:
                return self.send_call(call)
            except Transient as failure:
                if call.repeatable or not failure.maybe_done:
                    raise
                raise InDoubtError(failure.error.failure, failure.retry_after) from failure

        try:
            return self.retry.run(attempt)
        except GraphError as error:
            return error.with_facts(maybe_done=error.maybe_done or maybe_done)
        except MissingLibraryError:
            raise
        except Exception as error:  # noqa: BLE001 - what the other calls did must not get lost
            return UnforeseenError(error)

    def send_once(  # noqa: PLR0913  # pylint: disable=too-many-arguments
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

        ``methods`` are those that it counts as, those of the calls in it if it is a batch. ``headers`` are sent beside
        the usual ones. Raises Transient or GraphError.
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
            self._channel.tokens.worked(self._used)
        if isinstance(refusal, Transient) and refusal.error.throttled:
            self.throttled(refusal.retry_after)
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
        channel = self._channel
        self._used = channel.tokens.take()
        sent = {**headers, "Authorization": f"Bearer {self._used.text}", "client-request-id": str(uuid.uuid4())}
        with channel.sessions.taken(self._is_first) as session:
            counted = channel.pace.before(methods, partial(self.retry.rest, asked=True))
            # Last of all: the login and the pace may have taken minutes.
            if not channel.still_wanted():
                raise UnwantedError(method, urlsplit(url).path)
            channel.writes += sum(name != "GET" for name in methods)
            try:
                response = session.send(method, url, sent, self._check, **body)
            finally:
                channel.pace.after(counted)
        channel.ahead = ahead_of(response.headers.get("Date"), time.time())
        path = urlsplit(response.url)
        answer = Answer(
            status=response.status_code,
            data=response.content,
            content_type=response.headers.get("Content-Type", ""),
            method=method,
            path=f"{path.path}?{path.query}" if path.query else path.path,
        )
        fine = 200 <= answer.status < 300 and not (method != "GET" and is_filed(response.headers, sent))
        return answer, None if fine else refusal_of(answer, response.headers, sent)
