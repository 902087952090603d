# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps to the windows in which Graph counts calls, once it has said that it does."""

from __future__ import annotations

import time
import typing as t
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Window:
    """At most ``writes`` and ``calls`` in any ``seconds``."""

    seconds: float
    writes: int
    calls: int


# Of an app in a tenant (Graph page "throttling limits", Intune service).
INTUNE = Window(seconds=20, writes=100, calls=1000)


@dataclass
class Pace:
    """Counts what is sent; after the first throttled call it waits before sending what would be one too many.

    Not every tenant counts, so nobody waits before that; and those that do answer one batch with 429, not all of them.
    ``clock`` (monotonic seconds) and ``sleep`` can be replaced in tests.
    """

    window: Window = INTUNE
    clock: t.Callable[[], float] = time.monotonic
    sleep: t.Callable[[float], None] = time.sleep
    _throttled: bool = False
    _sent: deque[tuple[float, int, int]] = field(default_factory=deque)

    def throttled(self) -> None:
        """Hear that Graph refused a call as one too many."""
        self._throttled = True

    def before(self, methods: t.Sequence[str]) -> None:
        """Wait until calls with these methods fit into the window, and count them."""
        writes, calls = sum(method != "GET" for method in methods), len(methods)
        self._drop_old()
        while self._throttled and self._sent and not self._fits(writes, calls):
            self.sleep(max(0.0, self._sent[0][0] + self.window.seconds - self.clock()))
            self._drop_old()
        self._sent.append((self.clock(), writes, calls))

    def _drop_old(self) -> None:
        # The same sum as that of the wait: the other way round, rounding could make it wait for nothing for ever.
        while self._sent and self._sent[0][0] + self.window.seconds <= self.clock():
            self._sent.popleft()

    def _fits(self, writes: int, calls: int) -> bool:
        sent_writes = sum(entry[1] for entry in self._sent)
        sent_calls = sum(entry[2] for entry in self._sent)
        return sent_writes + writes <= self.window.writes and sent_calls + calls <= self.window.calls
