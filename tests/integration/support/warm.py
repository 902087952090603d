# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts ansible's programs from a warm process (support/warm_process.py), which has imported what they import.

To import it is most of what a program does before its first task. Where tests are to be thorough
(make test-all, coverage), and where a signal is to meet a program at any moment, it starts as users start it.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import io
import json
import os
import resource
import selectors
import signal
import socket
import subprocess
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible import release

# In older ones, much of what is to be imported before knows ansible's configuration.
_CORE = tuple(map(int, release.__version__.split(".")[:2])) >= (2, 19)
_PROGRAMS = ("ansible", "ansible-doc", "ansible-playbook", "ansible-pull")
PROCESS = Path(__file__).with_name("warm_process.py")
# What Python and its libraries look at when they start or are imported, so each set of it has a process of its own.
# With it comes where the collection is, whose modules it imports.
AT_START = ("ANSIBLE_COLLECTIONS_PATH", "HOME", "LANG", "LC_", "PYTHON", "TZ")


@dataclass
class _Spent:
    """The seconds of processors of programs that ended, but whose parent, the warm process, has not."""

    seconds: float = 0.0


SPENT = _Spent()


def used() -> float:
    """Return the processor seconds of this process and of all that have ended below it."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def can_run(command: t.Sequence[str]) -> bool:
    """Tell whether a program can be started from a warm process, and may be."""
    thorough = os.environ.get("M365_TESTS") == "all" or "COVERAGE_PROCESS_CONFIG" in os.environ
    return _CORE and not thorough and hasattr(os, "pidfd_open") and os.path.basename(command[0]) in _PROGRAMS


def run(
    command: t.Sequence[str], cwd: Path | str, env: t.Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a program with no input, as ``subprocess.run`` does; its output is text. Raises subprocess.TimeoutExpired."""
    at_start = sorted(one for one in env.items() if one[0].startswith(AT_START))
    warm = _process(_interpreter(command[0]), tuple(at_start))
    with contextlib.ExitStack() as stack:
        answers, output, errors = warm.start(command, cwd, env, stack)
        came = {answers.fileno(): b"", output.fileno(): b"", errors.fileno(): b""}
        try:
            _read(came, time.monotonic() + seconds)
        except TimeoutError:
            _kill(answers, came[answers.fileno()])
            raise subprocess.TimeoutExpired(list(command), seconds) from None
        told, *texts = came.values()
    if told.count(b"\n") < 2:
        raise RuntimeError(f"a warm process ended: {warm.end()}")
    _pid, (code, spent) = map(json.loads, told.splitlines())
    SPENT.seconds += spent
    return subprocess.CompletedProcess(list(command), code, *map(_text, texts))


def _interpreter(script: str) -> str:
    with open(script, encoding="utf-8") as lines:
        return lines.readline().removeprefix("#!").strip()


def _kill(answers: socket.socket, told: bytes) -> None:
    while not told.count(b"\n"):
        told += answers.recv(64)
    os.kill(json.loads(told)[0], signal.SIGKILL)


def _read(came: dict[int, bytes], deadline: float) -> None:
    """Read files to their end, side by side. Raises TimeoutError."""
    with selectors.DefaultSelector() as selector:
        for file in came:
            selector.register(file, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(deadline - time.monotonic(), 0.001))
            if not ready and time.monotonic() > deadline:
                raise TimeoutError
            for key, _events in ready:
                more = os.read(key.fd, 65536)
                came[key.fd] += more
                if not more:
                    selector.unregister(key.fd)


def _text(output: bytes) -> str:
    return io.TextIOWrapper(io.BytesIO(output)).read()


class _Process:
    """A warm process with nothing in its environment but what is given.

    It ends as soon as this process does, however that comes, since then nobody can ask any more.
    """

    def __init__(self, interpreter: str, environment: t.Mapping[str, str]) -> None:
        self._asks, asked = socket.socketpair()
        with asked:
            # Python makes sys.stdout and sys.stderr for what they are when it starts: pipes, as in each program.
            self._process = subprocess.Popen(
                [interpreter, str(PROCESS), str(asked.fileno())],
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                pass_fds=[asked.fileno()],
            )
        atexit.register(self.end)

    def start(
        self, command: t.Sequence[str], cwd: Path | str, env: t.Mapping[str, str], stack: contextlib.ExitStack
    ) -> tuple[socket.socket, t.BinaryIO, t.BinaryIO]:
        """Start a program; return where its process id and its end are told, and what it prints comes."""
        answers, words = map(stack.enter_context, socket.socketpair())
        (output, prints), (errors, complains) = os.pipe(), os.pipe()
        with words, open(prints, "wb") as stdout, open(complains, "wb") as stderr, open(os.devnull, "rb") as stdin:
            socket.send_fds(self._asks, [b"."], [one.fileno() for one in (words, stdin, stdout, stderr)])
        answers.sendall(json.dumps([command, os.path.abspath(cwd), dict(env)]).encode())
        answers.shutdown(socket.SHUT_WR)
        return answers, stack.enter_context(open(output, "rb")), stack.enter_context(open(errors, "rb"))

    def end(self) -> str:
        """End it, so that what its programs took counts as this process's own; return what it complained of."""
        self._asks.close()
        return self._process.communicate()[1]


@functools.cache
def _process(interpreter: str, at_start: tuple[tuple[str, str], ...]) -> _Process:
    return _Process(interpreter, dict(at_start))
