# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured: each function runs one section and returns what it found."""

from __future__ import annotations

import json
import math
import typing as t
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import partial

from .measure import Series, alternate, peak_memory, processor_seconds, run
from .rig import Command, Rig
from .tenant import policies

_BATCH = 20
_PAGE = 100

# Rows that are asked for no groups.
_WITHOUT_GROUPS = ("loop, module", "loop, fast path")

# The tenant before a run, as a function of the number of policies asked for.
MODES: dict[str, t.Callable[[int], int]] = {"no change": lambda count: count, "create": lambda _count: 0}


@dataclass(frozen=True)
class Compared:
    """Rows that ran side by side for ``count`` policies."""

    mode: str
    count: int
    rows: t.Mapping[str, Series]


@dataclass(frozen=True)
class Requests:
    """The requests of one task, counted by the emulator, against the formula."""

    mode: str
    count: int
    counted: int
    pages: int
    reads: int
    groups: int
    writes: int
    wait: int

    @property
    def formula(self) -> int:
        """Listing pages, batches of parts, batches of groups, the plan's write requests, and what reads them back."""
        return self.pages + self.reads + self.groups + self.writes + self.wait


def one_task(rig: Rig, mode: str, count: int, rounds: int) -> Compared:
    """Run office_client_configs beside the bare script and an empty play."""
    rows = {
        "empty": rig.play("empty"),
        "bare": rig.bare(),
        "one task": rig.play("many", wait=False),
        "read back": rig.play("many"),
    }
    return _compare(rig, mode, count, rounds, rows)


def distant(rig: Rig, mode: str, count: int, rounds: int, seconds: float) -> Compared:
    """Run the same three as one_task does, with answers that come that many seconds later."""
    with rig.distant(seconds):
        return one_task(rig, mode, count, rounds)


def loops(rig: Rig, mode: str, count: int, rounds: int) -> Compared:
    """Run the loops over single policies beside an empty play."""
    rows = {
        "empty": rig.play("empty"),
        "loop, module": rig.play("loop", fast_path=False),
        "loop, fast path": rig.play("loop"),
        "uri": rig.play("uri"),
    }
    return _compare(rig, mode, count, rounds, rows)


def single(rig: Rig, rounds: int) -> Compared:
    """Run one unchanged policy as a module process beside one GET with the same token, and an empty play."""
    token = rig.emulator.client().token
    rows = {
        "empty": rig.play("empty"),
        "one module": rig.play("one", fast_path=False, access_token=token),
        "one module with a login": rig.play("one", fast_path=False),
        "one on the fast path with a login": rig.play("one"),
        "one uri": rig.play("one_uri", access_token=token),
        "one by requests": rig.play("one_by_requests", access_token=token),
    }
    return _compare(rig, "no change", 1, rounds, rows)


def lint(rig: Rig, count: int, rounds: int) -> Compared:
    """Return the seconds of lint by the program and by the entry point of the role, beside an empty play."""
    rows = rig.lint(count)
    return Compared("lint", count, alternate(rounds, {name: partial(run, row, rig.env) for name, row in rows.items()}))


def profile(rig: Rig, count: int, backed_up: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return the processor seconds of whole runs and all their processes, by part: the means of the rounds."""
    token = rig.emulator.client().token
    alone: dict[str, t.Any] = {"wait": False, "connections": "1"}
    rows: dict[str, tuple[t.Callable[[], None], Command]] = {
        "empty play": (lambda: None, rig.play("empty")),
        **{
            f"{mode}, {name}": (partial(rig.prepare, count, live(count)), command)
            for mode, live in MODES.items()
            for name, command in (("one task", rig.play("many", **alone)), ("bare script", rig.bare()))
        },
        "one module": (partial(rig.prepare, 1, 1), rig.play("one", fast_path=False, access_token=token)),
        "one uri": (lambda: None, rig.play("one_uri", access_token=token)),
        "backup": (partial(rig.prepare_catalog, backed_up), rig.backup("backup-1", 1)),
    }
    found: dict[str, dict[str, float]] = {name: defaultdict(float) for name in rows}
    for _round in range(rounds):
        rig.clear_backups()
        for name, (prepare, command) in rows.items():
            prepare()
            rig.samples_file.unlink(missing_ok=True)
            seconds = processor_seconds(command, rig.sampled_env)
            samples = Counter(rig.samples_file.read_text(encoding="utf-8").splitlines())
            for part, taken in samples.items():
                found[name][part] += taken / samples.total() * seconds / rounds
    return found


def growth(rig: Rig, counts: t.Sequence[int], rounds: int) -> dict[int, Series]:
    """Return the seconds per policy (without an empty play) of one task that changes nothing."""
    return {count: _per_policy(rig, count, rounds) for count in counts}


def memory(rig: Rig, count: int) -> dict[str, float]:
    """Return the peak MiB of one task that changes nothing, both ways, and of an empty play."""
    rig.prepare(count, count)
    commands = {
        "empty play": rig.play("empty"),
        "fast path": rig.play("many"),
        "module": rig.play("many", fast_path=False),
    }
    return {name: peak_memory(command, rig.env) for name, command in commands.items()}


def requests(rig: Rig, mode: str, count: int) -> Requests:
    """Count the requests of one task and those that its plan foresees."""
    live = MODES[mode](count)
    rig.prepare(count, live)
    run(rig.play("plan", plan_file=str(rig.plan_file)), rig.env)
    plan = json.loads(rig.plan_file.read_text(encoding="utf-8"))
    rig.restore(live)
    run(rig.play("many"), rig.env)
    names = {name for policy in policies(count) for name in policy["groups"]}
    return Requests(
        mode=mode,
        count=count,
        counted=rig.requests(),
        pages=max(1, math.ceil(live / _PAGE)),
        reads=math.ceil(2 * live / _BATCH),
        groups=math.ceil(len(names) / _BATCH),
        writes=plan["write_requests"],
        wait=plan["wait_requests"] + plan["wait_listings"] * math.ceil(count / _PAGE),
    )


def _compare(rig: Rig, mode: str, count: int, rounds: int, rows: t.Mapping[str, Command]) -> Compared:
    live = MODES[mode](count)
    rig.prepare(count, live)

    def timed(name: str) -> float:
        rig.restore(live)
        seconds = run(rows[name], rig.env)
        if name != "empty":
            rig.check(count, with_groups=name not in _WITHOUT_GROUPS)
        return seconds

    return Compared(mode, count, alternate(rounds, {name: partial(timed, name) for name in rows}))


def _per_policy(rig: Rig, count: int, rounds: int) -> Series:
    rows = {"empty": rig.play("empty"), "one task": rig.play("many")}
    found = _compare(rig, "no change", count, rounds, rows).rows
    return found["one task"].less(found["empty"]).times(1 / count)
