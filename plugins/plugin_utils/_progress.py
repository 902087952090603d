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

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Progress

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

    def tell(self, text: str) -> None:
        """Print a line of the task's own."""
        self._say(text)

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
