# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a long run goes on, as lines in the output of the job. A short one prints none."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from ansible.utils.display import Display

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Progress

SWITCH_VARIABLE = "m365_progress"
SWITCH_ENVIRONMENT = "M365_PROGRESS"

# Seconds between two lines, and how long a run or a wait must last to have one.
EVERY = 5.0


def _show(line: str) -> None:
    # A worker process hands it to the main one, which prints it while the task runs.
    Display().display(line)


@dataclass(frozen=True)
class Voice:
    """Says how the run of a host goes on; without a ``host`` it is silent.

    ``show`` prints a line, ``clock`` (monotonic seconds) can be replaced in tests.
    """

    host: str | None = None
    show: t.Callable[[str], None] = field(default=_show, compare=False)
    clock: t.Callable[[], float] = field(default=time.monotonic, compare=False)

    def waiting(self, seconds: float, asked: bool) -> None:
        """Hear that nothing is sent for so long, and whether the server wished it."""
        if seconds >= EVERY:
            self._say(f"waits {seconds:.0f} s, {'Graph asks to slow down' if asked else 'then tries again'}")

    def progress(self) -> Progress:
        """Return what hears how many writes of a run that begins now have been sent."""
        last = self.clock()

        def hear(done: int, total: int) -> None:
            nonlocal last
            now = self.clock()
            if now - last >= EVERY:
                last = now
                self._say(f"{done} of {total} writes sent")

        return hear

    def _say(self, text: str) -> None:
        if self.host is not None:
            self.show(f"m365.apps [{self.host}]: {text}")
