# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: try, print the table, write the page."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from ansible_collections.m365.apps.tests.integration.support.emulator import running_emulator

from . import report, selection
from .scenarios import SCENARIOS
from .trial import Baseline, Trial, baseline, told
from .workers import verdicts


def main() -> int:
    """Try and report; return 1 when anything was found."""
    arguments = _arguments()
    started = time.monotonic()
    bases = _baselines(arguments.scenario or list(SCENARIOS))
    trials = [trial for trial in _trials(arguments, bases) if _chosen(arguments, trial)]
    print(f"{len(trials)} trials", file=sys.stderr, flush=True)
    found = verdicts(trials, bases, arguments.workers)
    wrong = [verdict for verdict in found if verdict.violations]
    for verdict in wrong:
        print(told(verdict))
    print(report.table(found))
    print(f"{len(wrong)} of {len(found)} trials found something, in {time.monotonic() - started:.0f} s")
    if arguments.output:
        arguments.output.write_text(report.markdown(bases, found, arguments.seed), encoding="utf-8")
    return int(bool(wrong) or not found)


def _baselines(names: list[str]) -> dict[str, Baseline]:
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, running_emulator(Path(folder)) as emulator:
        return {name: baseline(emulator, SCENARIOS[name]) for name in names}


def _trials(arguments: argparse.Namespace, bases: dict[str, Baseline]) -> list[Trial]:
    chance = random.Random(arguments.seed)
    if arguments.slice:
        return selection.part(bases, chance)
    return selection.whole(bases, arguments.sample, arguments.several, chance)


def _chosen(arguments: argparse.Namespace, trial: Trial) -> bool:
    return all(
        asked is None or value in asked
        for asked, value in (
            (arguments.kind, trial.kind),
            (arguments.mode, trial.mode),
            (arguments.position, trial.position),
            (arguments.way, trial.way),
        )
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="faults", description="Try every fault at every request of every scenario.")
    parser.add_argument("--slice", action="store_true", help="one position for each scenario and kind")
    parser.add_argument("--output", type=Path, help="file to write the page to")
    parser.add_argument(
        "--workers", type=int, default=8, help="processes, each with an emulator; they mostly wait (default 8)"
    )
    parser.add_argument("--sample", type=int, default=30, help="trials that ansible-playbook repeats (default 30)")
    parser.add_argument("--several", type=int, default=40, help="trials of each scenario with several faults (40)")
    parser.add_argument("--seed", type=int, default=20, help="what the sample and the slice are drawn with")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="only this one (may be repeated)")
    for name, kind in (("kind", str), ("mode", str), ("position", int), ("way", str)):
        parser.add_argument(f"--{name}", action="append", type=kind, help="only this one (may be repeated)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
