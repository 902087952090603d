# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The goals, and whether a run reached them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import far
from .measure import Series
from .sections import Compared

GOAL_COUNT = 1000
GOAL_LOOP = 50
GOAL_MEMORY_COUNT = 5000
GOAL_LINT = 200
GOAL_GROWTH = (100, 5000)
# Seconds added to each answer, as a tenant takes them that is not on this machine.
DISTANCE = 0.05
# Policies and seconds of the backup that is compared with that of another tool.
GOAL_BACKUP = (200, 0.2)


@dataclass(frozen=True)
class Results:
    """All that was measured. ``memory_count`` is the number of policies at which ``memory`` (MiB) was read."""

    one_task: tuple[Compared, ...]
    distant: tuple[Compared, ...]
    loops: tuple[Compared, ...]
    waits: tuple[far.Far, ...]
    backups: far.Far
    single: Compared
    lint: Compared
    profiles: t.Mapping[str, t.Mapping[str, float]]
    growth: t.Mapping[int, Series]
    memory: t.Mapping[str, float]
    memory_count: int


@dataclass(frozen=True)
class Goal:
    """One goal; ``reached`` is None where this run did not measure at the goal's size."""

    text: str
    measured: str
    reached: bool | None

    @property
    def verdict(self) -> str:
        """In words."""
        return {True: "reached", False: "not reached", None: "not measured"}[self.reached]


def judge(results: Results) -> list[Goal]:
    """Return every goal with what was measured; a ratio is judged by the median of its rounds."""
    return [
        _floor(results, "no change", 2.0),
        _floor(results, "create", 1.5),
        _against_loop(results),
        _at_most(
            "one single-policy task, as a module, over one uri task, both with a ready token",
            _single(results.single),
            1.5,
        ),
        _at_most(
            "one single-policy task on the fast path with a login, over one uri task with a ready token",
            net(results.single, "one on the fast path with a login").over(net(results.single, "one uri")),
            0.6,
        ),
        _at_most(
            "lint of 200 policies of the settings catalog by the program, over an empty play",
            results.lint.rows["program"].over(results.lint.rows["empty"]),
            3.5,
        ),
        _loop(results),
        *_distant(results),
        *_memory(results),
        _growth(results),
    ]


def _distant(results: Results) -> list[Goal]:
    found = _wait(results, far.OFFICE, GOAL_COUNT, DISTANCE)
    where = f"{GOAL_COUNT:,} policies, answers {DISTANCE * 1000:.0f} ms later"
    unchanged = [
        _at_most(
            f"no change, {where}: one task by {far.row_of(number)}, over the bare script by one",
            far.net(found, far.row_of(number)).over(found.rows["bare"]) if found else None,
            limit,
        )
        for number, limit in ((4, 0.45), (8, 0.35))
    ]
    create = find(results.distant, "create", GOAL_COUNT)
    rows = results.backups.rows
    is_goal = (results.backups.count, results.backups.seconds) == GOAL_BACKUP and far.PEER in rows
    read = _wait(results, far.CATALOG, *GOAL_BACKUP)
    beside = f"{GOAL_BACKUP[0]} policies of the settings catalog, answers {GOAL_BACKUP[1] * 1000:.0f} ms later:"
    return [
        *unchanged,
        _at_most(
            f"create with the read-back, {where}: over the bare script, which reads nothing back",
            net(create, "read back").over(create.rows["bare"]) if create else None,
            1.25,
        ),
        _at_most(
            f"no change, {beside} one task by {far.row_of(4)}, over a backup by {far.PEER}",
            # Two separate sets of rounds, so the medians are compared.
            Series((far.net(read, far.row_of(4)).median / rows[far.PEER].median,)) if is_goal and read else None,
            0.25,
        ),
        _at_most(
            f"backup, {beside} a whole process, over that of {far.PEER}",
            rows[far.row_of(4)].over(rows[far.PEER]) if is_goal else None,
            0.25,
        ),
    ]


def _wait(results: Results, surface: str, count: int, seconds: float) -> far.Far | None:
    """Return the runs without change on a surface from that far away."""
    asked = (surface, count, seconds)
    return next((each for each in results.waits if (each.surface, each.count, each.seconds) == asked), None)


def net(compared: Compared, row: str) -> Series:
    """Return a row without the empty play of the same round."""
    return compared.rows[row].less(compared.rows["empty"])


def find(rows: t.Iterable[Compared], mode: str, count: int) -> Compared | None:
    """Return the rows of one mode and count."""
    return next((found for found in rows if (found.mode, found.count) == (mode, count)), None)


def _at_most(text: str, ratio: Series | None, limit: float) -> Goal:
    if ratio is None:
        return Goal(f"{text}: at most {limit:g}", "-", None)
    return Goal(f"{text}: at most {limit:g}", ratio.text(), ratio.median <= limit)


def _floor(results: Results, mode: str, limit: float) -> Goal:
    found = find(results.one_task, mode, GOAL_COUNT)
    ratio = net(found, "one task").over(found.rows["bare"]) if found else None
    return _at_most(
        f"{mode}, {GOAL_COUNT:,} policies: one task without an empty play, over the bare script", ratio, limit
    )


def _against_loop(results: Results) -> Goal:
    text = f"no change, {GOAL_COUNT:,} policies: times faster than the loop over module processes: at least 50"
    one, loop = (
        find(results.one_task, "no change", GOAL_COUNT),
        find(results.loops, "no change", GOAL_LOOP),
    )
    if one is None or loop is None:
        return Goal(text, "-", None)
    # Two separate sets of rounds, so the medians are compared.
    ratio = net(loop, "loop, module").median * GOAL_COUNT / GOAL_LOOP / net(one, "one task").median
    return Goal(text, f"{ratio:.0f}", ratio >= 50)


def _single(compared: Compared) -> Series:
    return net(compared, "one module").over(net(compared, "one uri"))


def _loop(results: Results) -> Goal:
    found = find(results.loops, "no change", GOAL_LOOP)
    ratio = net(found, "loop, fast path").over(net(found, "loop, module")) if found else None
    return _at_most(f"loop of {GOAL_LOOP}: fast path over module processes", ratio, 0.05)


def _memory(results: Results) -> list[Goal]:
    reached = results.memory_count == GOAL_MEMORY_COUNT
    return [
        Goal(
            f"no change, {GOAL_MEMORY_COUNT:,} policies, {way}: peak memory of the largest process below 200 MiB",
            f"{results.memory[way]:.0f} MiB" if reached else "-",
            results.memory[way] < 200 if reached else None,
        )
        for way in ("fast path", "module")
    ]


def _growth(results: Results) -> Goal:
    few, many = (results.growth.get(count) for count in GOAL_GROWTH)
    ratio = Series((many.median / few.median,)) if few and many else None
    return _at_most(
        f"no change: time for each of {GOAL_GROWTH[1]:,} policies over that of {GOAL_GROWTH[0]}", ratio, 1.2
    )
