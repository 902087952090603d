# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps to the windows in which Graph counts calls, once it has said that it does."""

from __future__ import annotations

import threading
import time
import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Window:
    """At most ``writes`` and ``calls`` in any ``seconds``."""

    seconds: float
    writes: int
    calls: int


# Of an app in a tenant (Graph page "throttling limits", Intune service).
INTUNE = Window(seconds=20, writes=100, calls=1000)

Sleep = t.Callable[[float], None]


@dataclass
class Sent:
    """What was sent at once, and when Graph counted it at the latest, as far as that is known."""

    at: float
    writes: int
    calls: int


@dataclass
class Pace:
    """Counts what is sent; after the first throttled call it waits before sending what would be one too many.

    Not every tenant counts, so nobody waits before that; and those that do answer one batch with 429, not all of them.
    All connections of a client share one pace: they wait in a row, and none sends while another was told to wait.
    ``clock`` (monotonic seconds) and ``sleep`` can be replaced in tests.
    """

    window: Window = INTUNE
    clock: t.Callable[[], float] = time.monotonic
    sleep: Sleep = time.sleep
    _throttled: bool = False
    _closed_until: float = 0.0
    _sent: list[Sent] = field(default_factory=list)
    _row: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def throttled(self, seconds: float = 0.0) -> None:
        """Hear that Graph refused a call as one too many, and how long who sent it waits."""
        self._throttled = True
        self._closed_until = max(self._closed_until, self.clock() + seconds)

    def before(self, methods: t.Sequence[str], sleep: Sleep | None = None) -> Sent:
        """Wait, by ``sleep``, until calls with these methods fit into the window, and count them."""
        writes, calls = sum(method != "GET" for method in methods), len(methods)
        with self._row:
            while (seconds := self._wait(writes, calls)) is not None:
                (sleep or self.sleep)(seconds)
            sent = Sent(self.clock(), writes, calls)
            self._sent.append(sent)
            return sent

    def after(self, sent: Sent) -> None:
        """Hear that an answer has come, or will not come: Graph may have counted the calls as late as now."""
        sent.at = self.clock()

    def _wait(self, writes: int, calls: int) -> float | None:
        """Return how long to wait before looking again whether so much fits, None where it does."""
        now = self.clock()
        # The same sum as that of the wait: the other way round, rounding could make it wait for nothing for ever.
        self._sent = [sent for sent in self._sent if sent.at + self.window.seconds > now]
        if now < self._closed_until:
            return self._closed_until - now
        if self._throttled and self._sent and not self._fits(writes, calls):
            return max(0.0, min(sent.at for sent in self._sent) + self.window.seconds - now)
        return None

    def _fits(self, writes: int, calls: int) -> bool:
        sent_writes = sum(sent.writes for sent in self._sent)
        sent_calls = sum(sent.calls for sent in self._sent)
        return sent_writes + writes <= self.window.writes and sent_calls + calls <= self.window.calls
