# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the observer of a client hears: how the writes of a run go on, and when nothing is sent for a while."""

from __future__ import annotations

import contextlib
import threading
import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class RunBegins:
    """The work on a tenant begins."""


@dataclass(frozen=True)
class WritesBegin:
    """The run has so many writes to send."""

    total: int


@dataclass(frozen=True)
class WritesAnswered:
    """So many more writes have got their answer, refusals included."""

    count: int


@dataclass(frozen=True)
class WaitBegins:
    """Nothing is sent for so many seconds; ``asked`` tells whether the server asked for that."""

    seconds: float
    asked: bool


Event = t.Union[RunBegins, WritesBegin, WritesAnswered, WaitBegins]
Observer = t.Callable[[Event], None]


def ignore_progress(_event: Event) -> None:
    """Hear of an event and do nothing."""


def notify(observer: Observer, event: Event) -> None:
    """Tell an observer of an event. One that fails does not stop the run."""
    with contextlib.suppress(Exception):
        observer(event)


class OneAtATime:
    """Observer that tells another one of the events of several threads, one after the other.

    Of waits at the same time it tells the first one, and others only where they end more than a second later.
    """

    def __init__(self, observer: Observer, clock: t.Callable[[], float]) -> None:
        self._observer = observer
        self._clock = clock
        self._lock = threading.Lock()
        self._told_until: float | None = None

    def __call__(self, event: Event) -> None:
        """Hear of an event. Raises what the other observer raises."""
        with self._lock:
            if not isinstance(event, WaitBegins) or self._is_news(event.seconds):
                self._observer(event)

    def _is_news(self, seconds: float) -> bool:
        now = self._clock()
        told, end = self._told_until, now + seconds
        if told is not None and now < told and end <= told + 1.0:
            return False
        self._told_until = end
        return True
