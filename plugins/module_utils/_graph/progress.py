# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the observer of a client hears: how the writes of a run go on, and when nothing is sent for a while."""

from __future__ import annotations

import contextlib
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
