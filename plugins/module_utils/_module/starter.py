# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that started a run, and whether it still lives: a run that nobody waits for must not go on writing."""

from __future__ import annotations

import os
import select
import typing as t
from dataclasses import asdict, dataclass

# The option by which the action plugin tells a module on the same machine who started it; taken out before all checks.
STARTED_BY = "_m365_started_by"

# States of a process that has ended and is only kept until its parent asks for it (Linux man page "proc_pid_stat").
_ENDED = ("Z", "X", "x")
_STATE, _START = 0, 19


@dataclass(frozen=True)
class Starter:
    """A process of this machine.

    ``start`` is the time at which the system started it, since process IDs are used again, and ``space`` what the ID
    counts in (containers have IDs of their own). Both are empty where the system does not tell them.
    """

    pid: int
    start: str = ""
    space: str = ""

    @property
    def lives(self) -> bool:
        """Whether it has not ended. What cannot be known counts as living."""
        if self.space != pid_space():
            return True
        seen = _stat(self.pid)
        if seen is not None:
            return seen[_STATE] not in _ENDED and self.start in ("", seen[_START])
        return _exists(self.pid)

    def as_option(self) -> dict[str, t.Any]:
        """Return it as a value that travels with a module's options."""
        return asdict(self)


def starter_of(pid: int) -> Starter:
    """Return the process with an ID."""
    seen = _stat(pid)
    return Starter(pid, seen[_START] if seen else "", pid_space())


def starter_from(option: t.Any) -> Starter | None:
    """Return the process that an option names, None where it names none."""
    if not isinstance(option, dict) or not isinstance(option.get("pid"), int):
        return None
    return Starter(option["pid"], str(option.get("start", "")), str(option.get("space", "")))


def is_read(output: int = 1) -> bool:
    """Tell whether somebody still reads the standard output of this process. A file or a terminal is always read."""
    if not hasattr(select, "poll"):
        return True
    poll = select.poll()
    try:
        poll.register(output, 0)
        return not any(event & (select.POLLERR | select.POLLHUP) for _number, event in poll.poll(0))
    except (OSError, ValueError):
        return True


def pid_space() -> str:
    """Return what the process IDs of this process count in (Linux man page "pid_namespaces"), "" where unknown."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _stat(pid: int) -> list[str] | None:
    """Return what the system tells of a process, from its state on; None where it does not (no /proc, hidden, gone)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:
            # The name stands in parentheses and may hold anything.
            fields = stream.read().rpartition(")")[2].split()
    except OSError:
        return None
    return fields if len(fields) > _START else None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
