# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP sessions of a client: as many as it may have connections, each used by one thread at a time."""

from __future__ import annotations

import contextlib
import threading
import typing as t
from collections import deque
from urllib.parse import urlsplit

from .._errors import Failure
from .errors import NoAnswerError
from .exchange import Exchange
from .messages import host_of
from .no_answer import RUN_AGAIN
from .retry import Transient
from .session import Connection, open_session, send

if t.TYPE_CHECKING:
    import requests

# How many ids of requests that were answered are kept in mind.
_KEPT = 20
_UNAVAILABLE = 503


class GraphSession:
    """One session for Graph, opened when it is first used."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._session: requests.Session | None = None
        self._exchange: Exchange | None = None
        # The ids of the last requests that were answered.
        self._earlier: deque[str] = deque(maxlen=_KEPT)

    @property
    def is_open(self) -> bool:
        """Whether it was used, and so most likely is connected."""
        return self._session is not None

    def send(
        self, method: str, url: str, headers: t.Mapping[str, str], check: t.Callable[[], None], **body: t.Any
    ) -> requests.Response:
        """Send one request, whose client-request-id is among the headers; return the answer, whatever its status.

        ``check`` is called when abort() can end the request, right before it is sent. Raises Transient, NoAnswerError
        and what that raises.
        """
        if self._session is None:
            self._session = open_session(self._connection, self._connection.graph_url)
        self._exchange = Exchange(self._connection.timeout)
        try:
            check()
            response = send(self._session, method, url, self._exchange, headers=headers, **body)
        finally:
            self._exchange = None
        self._refuse_earlier(response.headers.get("client-request-id"), headers["client-request-id"], method, url)
        if response.status_code == _UNAVAILABLE:
            # The next try is to meet another server (Graph page "error responses").
            self._session.close()
        return response

    def abort(self) -> None:
        """End the request that is on its way, if there is one, as if the connection broke."""
        if (exchange := self._exchange) is not None:
            exchange.abort()

    def _refuse_earlier(self, told: str | None, request_id: str, method: str, url: str) -> None:
        """Refuse an answer that repeats the id of an earlier request: what was asked now is still to be answered."""
        if told in self._earlier and self._session is not None:
            self._session.close()
            message = f"{host_of(url)} sent the answer to an earlier request"
            raise Transient(NoAnswerError(Failure(message, method=method, path=urlsplit(url).path), RUN_AGAIN))
        self._earlier.append(request_id)


class Sessions:
    """The sessions of a client. Who wants to send takes one, the one that was used last where it is free.

    ``reserved`` are those that only who goes first may take.
    """

    def __init__(self, connection: Connection, count: int = 1) -> None:
        self._all = [GraphSession(connection) for _unused in range(count)]
        self._free = self._all[::-1]
        self._given_back = threading.Condition()
        self.reserved = 0
        # How many of the reserved ones are used.
        self._used_first = 0

    def __len__(self) -> int:
        return len(self._all)

    @property
    def opened(self) -> int:
        """How many of them are open."""
        return sum(session.is_open for session in self._all)

    @contextlib.contextmanager
    def taken(self, first: bool = False) -> t.Iterator[GraphSession]:
        """Take a session for the block; wait until there is a free one. Some are reserved for who goes ``first``."""
        with self._given_back:
            self._given_back.wait_for(lambda: len(self._free) > (0 if first else self.reserved - self._used_first))
            session = self._free.pop()
            self._used_first += first
        try:
            yield session
        finally:
            with self._given_back:
                self._free.append(session)
                self._used_first -= first
                self._given_back.notify_all()

    def reserve(self, count: int) -> None:
        """Let so many sessions be taken only by who goes first."""
        with self._given_back:
            self.reserved = count
            self._given_back.notify_all()

    def abort(self) -> None:
        """End all requests that are on their way."""
        for session in self._all:
            session.abort()
