# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request and its answer: how far it has got, how much time is left for it, how many bytes have come."""

from __future__ import annotations

import contextlib
import enum
import socket
import time
import typing as t
from contextvars import ContextVar
from dataclasses import dataclass, field

# The most that one answer may have, on the wire and unpacked: a list of 5,000 policies takes about a sixth of it.
MOST_BYTES = 32 * 1024 * 1024
# Seconds for what a socket does outside of any exchange.
_OUTSIDE = 3600.0


class Phase(enum.IntEnum):
    """How far a request has got. From SEND on the server may have done what it asks for."""

    PREPARE = 0
    CONNECT = 1
    PROXY = 2
    TRUST = 3  # connected, and the CA certificates are loaded
    HANDSHAKE = 4
    SEND = 5
    AWAIT = 6
    READ = 7


class TooLateError(Exception):
    """The time for the whole exchange is over. It is not an OSError, so that no library takes it for one to handle."""


class TooLargeError(Exception):
    """The answer has more bytes than any answer may have."""


@dataclass
class Exchange:
    """``seconds`` are for all of it, from the look-up of the host's name to the last byte of the answer.

    ``clock`` (monotonic seconds) can be replaced in tests.
    """

    seconds: float
    most_bytes: int = MOST_BYTES
    clock: t.Callable[[], float] = time.monotonic
    phase: Phase = Phase.PREPARE
    received: int = 0
    _end: float = field(init=False)
    _socket: socket.socket | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._end = self.clock() + self.seconds

    @property
    def maybe_sent(self) -> bool:
        """Whether the server may have got the request, or a part of it."""
        return self.phase >= Phase.SEND

    def left(self) -> float:
        """Return the seconds that are left. Raises TooLateError when there are none."""
        seconds = self._end - self.clock()
        if seconds <= 0:
            raise self.late()
        return seconds

    def works_on(self, sock: socket.socket) -> None:
        """Hear which socket is waited on now."""
        self._socket = sock

    def abort(self) -> None:
        """End it from another thread, as if its connection broke and its time was over."""
        self._end = self.clock()
        if self._socket is not None:
            # It may be closed by now, or not be connected yet. The method of ssl would take TLS from under a read.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def late(self) -> TooLateError:
        return TooLateError(f"no answer within {self.seconds:g} s")

    def take(self, count: int) -> None:
        """Count bytes that came. Raises TooLargeError for more than an answer may have."""
        self.received += count
        if self.received > self.most_bytes:
            raise too_large(self.most_bytes)

    @contextlib.contextmanager
    def entered(self) -> t.Iterator[None]:
        """Make this the exchange that the sockets of this thread work for."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)


_CURRENT: ContextVar[Exchange | None] = ContextVar("m365_apps_exchange", default=None)


def current() -> Exchange:
    """Return the exchange that goes on; outside of any, a new one with an hour (a TLS goodbye, for one)."""
    return _CURRENT.get() or Exchange(_OUTSIDE)


def too_large(most_bytes: int) -> TooLargeError:
    return TooLargeError(f"an answer of more than {most_bytes // (1024 * 1024)} MiB")
