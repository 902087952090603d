# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run sessions of noxfile.py side by side and print the time of each: what make test does.

Some sessions use all processors by themselves and run one after the other; beside them run as many of the others, which
use one, as there are processors. What a session prints comes as a whole when it ends. Ends with 1 when one failed; the
others run on. The seconds of processors that a session took tell what it costs, whatever ran beside it: half of their
sum is the least time on two.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Event, Lock

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / ".ansible" / "checks"
NOX = Path(sys.executable).parent / "nox"
# These start a worker for each processor. They leave room to the others, which would else be what is left at the end.
WIDE = ("integration", "unit", "coverage")
_POLITE = ["nice", "-n", "5"]
_PRINTING = Lock()


@dataclass(frozen=True)
class Done:
    """A session that ended."""

    name: str
    code: int
    seconds: float
    of_processors: float


def lanes(names: t.Sequence[str], processors: int) -> list[t.Iterator[str]]:
    """Return what runs side by side: the wide sessions in the order of WIDE, and all others as they were given.

    Whoever has nothing left takes the next of the others.
    """
    others = iter([name for name in names if name not in WIDE])
    wide = (name for name in WIDE if name in names)
    return [chain(wide, others), *[others] * processors]


def run(name: str, command: t.Sequence[str]) -> Done:
    """Run one session and print what it printed, which stays in a file, too."""
    log = LOGS / f"{name}.log"
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = code = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    with _PRINTING:
        print(log.read_text(encoding="utf-8", errors="replace"), end="", flush=True)
        print(f"==> {name}: {'passed' if not code else 'FAILED'} after {minutes(seconds)}\n", flush=True)
    return Done(name, code, seconds, used.ru_utime + used.ru_stime)


def command(name: str, sessions: t.Sequence[str]) -> list[str]:
    """Return what runs a session, by its sessions of nox."""
    return [*(_POLITE if name in WIDE else []), str(NOX), "--session", *sessions]


def minutes(seconds: float) -> str:
    """Return a time as people read it."""
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def table(done: t.Iterable[Done]) -> str:
    """Return the sessions by their time, the longest first, each with the seconds of processors that it took."""
    lines = [
        f"{one.name:20} {minutes(one.seconds):>12}  {one.of_processors:5.0f} s of processors  "
        f"{'passed' if not one.code else 'FAILED'}"
        for one in sorted(done, key=lambda one: -one.seconds)
    ]
    return "\n".join(lines)


def main() -> int:
    """Run the sessions that are named; ``lint`` is several for nox."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lint", default="static", help="the sessions of lint, with spaces between (default: static)")
    options.add_argument("sessions", nargs="+")
    given = options.parse_args()
    LOGS.mkdir(parents=True, exist_ok=True)
    started, broken_off = time.monotonic(), Event()

    def lane(names: t.Iterable[str]) -> list[Done]:
        parts = {"lint": given.lint.split()}
        return [run(name, command(name, parts.get(name, [name]))) for name in names if not broken_off.is_set()]

    with ThreadPoolExecutor() as pool:
        try:
            done = [one for ended in pool.map(lane, lanes(given.sessions, os.cpu_count() or 1)) for one in ended]
        except KeyboardInterrupt:  # which ends what runs; nothing more is to begin
            broken_off.set()
            return 130
    cost = sum(one.of_processors for one in done)
    whole = minutes(time.monotonic() - started)
    print(f"{table(done)}\n\n{len(done)} sessions in {whole}, {cost:.0f} s of processors")
    return int(any(one.code for one in done) or not done)


if __name__ == "__main__":
    raise SystemExit(main())
