# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workers: processes that try trials, each with an emulator of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import tempfile
import threading
import time
import traceback
import typing as t
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.queues import SimpleQueue
from pathlib import Path

from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator, Ready, running_emulator

from . import judge
from .judge import Violation
from .trial import Baseline, Trial, Verdict, told, tried

_PROGRESS_SECONDS = 20


class _Worker:
    """What a worker process has: the client of its emulator, and the baselines."""

    emulator: Emulator
    bases: t.Mapping[str, Baseline]


def _begin(ready: SimpleQueue[Ready], bases: t.Mapping[str, Baseline]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _Worker.emulator, _Worker.bases = Emulator(ready.get()), bases


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however that came."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _try(trial: Trial) -> Verdict:
    base = _Worker.bases[trial.scenario]
    try:
        return tried(_Worker.emulator, trial, base)
    except AssertionError as error:
        why = str(error)[:1000]
    except Exception:  # noqa: BLE001 - whatever ends a trial is a finding
        why = traceback.format_exc(limit=-4)
    return Verdict(trial, base.positions[trial.position], 1, None, "broke", (Violation(judge.UNCLEAR, why),))


def verdicts(trials: t.Sequence[Trial], bases: t.Mapping[str, Baseline], workers: int) -> list[Verdict]:
    """Try them all; return the verdicts in the order of the trials. Progress and findings go to stderr."""
    # Forked: they have what this process, which is one thread, imported and made. A queue with a thread would end that.
    context = multiprocessing.get_context("fork")
    ready: SimpleQueue[Ready] = context.SimpleQueue()
    with contextlib.ExitStack() as stack:
        for _number in range(workers):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-"))
            ready.put(stack.enter_context(running_emulator(Path(folder))).ready)
        pool = stack.enter_context(ProcessPoolExecutor(workers, context, _begin, (ready, bases)))
        futures = {pool.submit(_try, trial): trial for trial in trials}
        done: dict[Trial, Verdict] = {}
        last = time.monotonic()
        for future in as_completed(futures):
            verdict = done[futures[future]] = future.result()
            if verdict.violations:
                print(told(verdict), file=sys.stderr, flush=True)
            if time.monotonic() - last > _PROGRESS_SECONDS:
                last = time.monotonic()
                print(f"{len(done)} of {len(trials)} tried", file=sys.stderr, flush=True)
    return [done[trial] for trial in trials]
