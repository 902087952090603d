# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a worker process does when the ansible process that started it has been killed.

Ansible's workers, and the modules and connections that they start, live on when only the main process is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._module.starter import Starter, starter_of

# Seconds between two looks while a module works in another process.
_EVERY = 0.25
# Linux man page "PR_SET_PDEATHSIG".
_SET_PARENT_DEATH_SIGNAL = 1


def main_process() -> Starter | None:
    """Return the ansible process that forked this one, None where this one is not a worker."""
    parent = multiprocessing.parent_process()
    return None if parent is None or parent.pid is None else starter_of(parent.pid)


def is_wanted(starter: Starter | None) -> bool:
    """Tell whether the process that started this one still lives."""
    # One that has ended is the parent of nobody, whatever its ID means by now.
    return starter is None or os.getppid() == starter.pid or starter.lives


def end_with(starter: Starter | None) -> None:
    """Have this process end with its parent, at once where the system can do that (Linux) or the parent has ended."""
    if starter is None:
        return
    if os.getppid() == starter.pid and sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    # The parent may have ended before the system was told.
    if not is_wanted(starter):
        end_all()


@contextlib.contextmanager
def ending_with(starter: Starter | None) -> t.Iterator[None]:
    """End this process and all that it started as soon as the one that started it has ended, inside the block."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY):
            if not is_wanted(starter):
                end_all()

    if starter is not None:
        threading.Thread(target=watch, name="m365.apps watch", daemon=True).start()
    try:
        yield
    finally:
        done.set()


def end_all() -> t.NoReturn:
    """End this process and all that it started, as far as the system lets it."""
    for pid in descendants(os.getpid()):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGTERM)
    os._exit(1)


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started and those that these did; none where the system does not tell."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):  # gone since
            parents[int(stat.parent.name)] = int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found[1:]
