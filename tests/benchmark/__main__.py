# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: measure, print the page, write it."""

from __future__ import annotations

import argparse
import os
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import far, goals, report, sections
from .rig import Rig, rig


@dataclass(frozen=True)
class Plan:
    """How much to measure: counts of policies, the longest loop that really runs, and rounds."""

    sizes: tuple[int, ...] = (1, 50, 500, 1000)
    loop: int = goals.GOAL_LOOP
    growth: tuple[int, ...] = (100, 1000, 5000)
    memory: int = goals.GOAL_MEMORY_COUNT
    lint: int = goals.GOAL_LINT
    # Numbers of policies, and the seconds by which answers come later.
    far: tuple[tuple[int, float], ...] = ((50, 0.05), (500, 0.05), (goals.GOAL_COUNT, 0.05), (200, 0.2))
    backup: tuple[int, float] = goals.GOAL_BACKUP
    rounds: int = 3
    peer: Path | None = None


_QUICK = Plan(
    sizes=(1, 20), loop=2, growth=(20, 100), memory=100, far=((130, 0.02),), backup=(30, 0.02), lint=20, rounds=2
)


def main() -> int:
    """Measure and write; return 1 when the requests are not those of the formula."""
    arguments = _arguments()
    plan = _plan(arguments)
    with rig(arguments.collections) as running:
        results, requests = _measure(running, plan)
    page = report.markdown(results, requests, goals.judge(results), plan.rounds, plan.loop)
    print(page)
    if arguments.output:
        arguments.output.write_text(page, encoding="utf-8")
    return int(any(found.counted != found.formula for found in requests))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmark", description="Time the collection against the Graph emulator.")
    parser.add_argument("--sizes", type=_counts, help="numbers of policies, such as 1,50,500,1000")
    parser.add_argument("--runs", type=_count, help="rounds of every row (default 3)")
    parser.add_argument("--quick", action="store_true", help="a few policies, two rounds: does everything still run?")
    parser.add_argument("--output", type=Path, help="file to write the page to")
    parser.add_argument(
        "--collections",
        default=os.environ.get("ANSIBLE_COLLECTIONS_PATH"),
        help="folder to take the collection from (default: $ANSIBLE_COLLECTIONS_PATH)",
    )
    parser.add_argument(
        "--peer",
        type=Path,
        help="folder of the programs of a venv with tests/backup-tool.txt, to compare a backup with",
    )
    arguments = parser.parse_args()
    if not arguments.collections:
        parser.error("--collections or ANSIBLE_COLLECTIONS_PATH is needed")
    return arguments


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


def _counts(text: str) -> tuple[int, ...]:
    return tuple(_count(part) for part in text.split(","))


def _plan(arguments: argparse.Namespace) -> Plan:
    base = _QUICK if arguments.quick else Plan()
    return Plan(
        sizes=arguments.sizes or base.sizes,
        loop=base.loop,
        growth=base.growth,
        memory=base.memory,
        lint=base.lint,
        far=base.far,
        backup=base.backup,
        rounds=arguments.runs or base.rounds,
        peer=arguments.peer,
    )


def _measure(running: Rig, plan: Plan) -> tuple[goals.Results, list[sections.Requests]]:
    loop_sizes = sorted({min(size, plan.loop) for size in plan.sizes})
    modes = list(sections.MODES)
    requests = _each(modes, plan.sizes, "requests", lambda mode, size: sections.requests(running, mode, size))
    results = goals.Results(
        one_task=tuple(
            _each(modes, plan.sizes, "one task", lambda mode, size: sections.one_task(running, mode, size, plan.rounds))
        ),
        distant=tuple(
            _each(
                modes,
                [plan.sizes[-1]],
                "distant",
                lambda mode, size: sections.distant(running, mode, size, plan.rounds, goals.DISTANCE),
            )
        ),
        loops=tuple(
            _each(modes, loop_sizes, "loops", lambda mode, size: sections.loops(running, mode, size, plan.rounds))
        ),
        waits=tuple(
            far.unchanged(running, surface, count, seconds, plan.rounds)
            for surface in (far.OFFICE, far.CATALOG)
            for count, seconds in plan.far
        ),
        backups=far.backups(running, *plan.backup, plan.rounds, plan.peer),
        single=sections.single(running, plan.rounds),
        lint=sections.lint(running, plan.lint, plan.rounds),
        profiles=sections.profile(running, plan.sizes[-1], plan.backup[0], plan.rounds),
        growth=sections.growth(running, plan.growth, plan.rounds),
        memory=sections.memory(running, plan.memory),
        memory_count=plan.memory,
    )
    return results, requests


T = t.TypeVar("T")


def _each(modes: t.Iterable[str], sizes: t.Sequence[int], name: str, measure: t.Callable[[str, int], T]) -> list[T]:
    found = []
    for mode in modes:
        for size in sizes:
            print(f"{name}, {mode}, {size} policies", file=sys.stderr, flush=True)
            found.append(measure(mode, size))
    return found


if __name__ == "__main__":
    sys.exit(main())
