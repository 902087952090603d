# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a long run goes on, as lines in the output of the job. A short one prints none.

They are on stdout where people read it. Where a program may, as with a callback that prints JSON, they go to stderr.
"""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import dataclass, field

from ansible import constants, context
from ansible.utils.display import Display

from ansible_collections.m365.apps.plugins.module_utils._graph.progress import (
    Event,
    RunBegins,
    WaitBegins,
    WritesAnswered,
    WritesBegin,
)

SWITCH_VARIABLE = "m365_progress"
SWITCH_ENVIRONMENT = "M365_PROGRESS"

# Seconds between two lines, and how long a run or a wait must last to have one.
EVERY = 5.0


# The stdout callbacks whose output is lines for people. All others have stdout to themselves.
_FOR_PEOPLE = ("default", "ansible.builtin.default", "ansible.legacy.default")


def _show(line: str) -> None:
    # A worker process hands it to the main one, which prints it while the task runs.
    Display().display(line, stderr=stdout_callback() not in _FOR_PEOPLE)


def stdout_callback() -> str:
    """Return the name of the callback that prints what this ansible program is told of its tasks."""
    # pylint: disable=no-member  # Ansible makes its constants of the configuration at run time
    name = str(constants.DEFAULT_STDOUT_CALLBACK)
    if name == "awx_display":  # ansible-runner's makes events of what another one prints
        return os.environ.get("ORIGINAL_STDOUT_CALLBACK") or "default"
    # The program ansible has one of its own, unless it is told to load those of playbooks.
    playbooks = "module_name" not in context.CLIARGS and "pattern" not in context.CLIARGS
    return name if playbooks or constants.DEFAULT_LOAD_CALLBACK_PLUGINS else "minimal"


@dataclass
class ProgressReporter:
    """Observer that prints lines on how the runs of a host go on; without a ``host`` it prints none.

    ``show`` prints a line, ``clock`` (monotonic seconds) can be replaced in tests.
    """

    host: str | None = None
    show: t.Callable[[str], None] = _show
    clock: t.Callable[[], float] = time.monotonic
    _last: float = field(default=0.0, init=False)
    _sent: int = field(default=0, init=False)
    _total: int = field(default=0, init=False)

    def __call__(self, event: Event) -> None:
        """Hear of an event, and print a line of it where it is time for one."""
        match event:
            case RunBegins():
                self._last = self.clock()
            case WritesBegin(total):
                self._sent, self._total = 0, total
            case WritesAnswered(count):
                self._sent += count
                self._tell_sent()
            case WaitBegins(seconds, asked):
                if seconds >= EVERY:
                    self.tell(f"waits {seconds:.0f} s, {'Graph asks to slow down' if asked else 'then tries again'}")

    def tell(self, text: str) -> None:
        """Print a line."""
        if self.host is not None:
            self.show(f"m365.apps [{self.host}]: {text}")

    def _tell_sent(self) -> None:
        now = self.clock()
        if now - self._last >= EVERY:
            self._last = now
            self.tell(f"{self._sent} of {self._total} writes sent")
