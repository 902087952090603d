# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole processes and what they take: seconds on the wall, and the peak memory of each process in the tree."""

from __future__ import annotations

import resource
import statistics
import subprocess
import tempfile
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Series:
    """Seconds of the rounds of one row, in order."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    def less(self, other: Series) -> Series:
        """Return the rounds without the same rounds of another row; never below a millisecond."""
        return Series(tuple(max(one - two, 0.001) for one, two in zip(self.seconds, other.seconds, strict=True)))

    def times(self, factor: float) -> Series:
        """Return the rounds scaled."""
        return Series(tuple(one * factor for one in self.seconds))

    def over(self, other: Series) -> Series:
        """Return the ratio of each round to the same round of another row."""
        return Series(tuple(one / two for one, two in zip(self.seconds, other.seconds, strict=True)))

    def text(self, unit: str = "") -> str:
        """Return median (min-max)."""
        low, high = min(self.seconds), max(self.seconds)
        return f"{self.median:.2f}{unit} ({low:.2f}-{high:.2f})"


def alternate(rounds: int, rows: t.Mapping[str, t.Callable[[], float]]) -> dict[str, Series]:
    """Run every row once a round, so that all see the same moods of the machine; return their seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in rows}
    for _round in range(rounds):
        for name, run in rows.items():
            seconds[name].append(run())
    return {name: Series(tuple(values)) for name, values in seconds.items()}


def run(command: t.Sequence[str], env: t.Mapping[str, str]) -> float:
    """Run a process to its end and return its seconds. Raises RuntimeError with its output when it fails."""
    return _watched(command, env, lambda process: process.wait())


def processor_seconds(command: t.Sequence[str], env: t.Mapping[str, str]) -> float:
    """Run a process to its end; return the seconds that it, and all that it waited for, computed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command, env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def peak_memory(command: t.Sequence[str], env: t.Mapping[str, str]) -> float:
    """Run a process and return the peak resident memory (MiB) of the largest process in its tree (/proc: VmHWM)."""
    peaks: dict[int, float] = {}

    def watch(process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            for pid in _tree(process.pid):
                peaks[pid] = max(peaks.get(pid, 0.0), _high_water(pid))
            time.sleep(_LOOK_SECONDS)

    _watched(command, env, watch)
    return max(peaks.values())


def _watched(
    command: t.Sequence[str], env: t.Mapping[str, str], watch: t.Callable[[subprocess.Popen[bytes]], object]
) -> float:
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT)
        watch(process)
        seconds = time.perf_counter() - start
        if process.returncode:
            output.seek(0)
            text = output.read().decode("utf-8", "replace")[-4000:]
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
    return seconds


def _tree(pid: int) -> t.Iterator[int]:
    """Yield a process and all that descend from it, as far as they are still there."""
    yield pid
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = file.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _tree(int(child))


def _high_water(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) / 1024 if found else 0.0
