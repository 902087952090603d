# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-runner, which AWX starts jobs with, in a process of its own: it forks, and the tests have threads.

That process runs all jobs of the tests, one after the other, so that it starts and imports once.
"""

from __future__ import annotations

import functools
import multiprocessing
import time
import typing as t
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import ansible_runner

from .warm import SPENT, used


@dataclass(frozen=True)
class Job:
    """A job that ended: its status and exit code, what was printed, and its events in order.

    Each event has ``arrived``, the monotonic seconds at which it came.
    """

    status: str
    code: int
    stdout: str
    events: list[dict[str, t.Any]]


def run_job(folder: Path, playbook: str, environment: dict[str, str], variables: dict[str, t.Any]) -> Job:
    """Run a playbook through the Python API, with ``folder`` as its private data folder."""
    job, seconds = _process().submit(_run, folder, playbook, environment, variables).result()
    SPENT.seconds += seconds
    return job


@functools.cache
def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def _run(folder: Path, playbook: str, environment: dict[str, str], variables: dict[str, t.Any]) -> tuple[Job, float]:
    """Run a job; return with it the seconds of processors that it took."""
    before = used()
    events: list[dict[str, t.Any]] = []

    def keep(event: dict[str, t.Any]) -> bool:
        events.append({**event, "arrived": time.monotonic()})
        return True  # it is to be written to the artifacts, too

    done = ansible_runner.run(
        private_data_dir=str(folder),
        playbook=playbook,
        envvars=environment,
        extravars=variables,
        event_handler=keep,
        quiet=True,
        suppress_env_files=True,
    )
    return Job(done.status, done.rc, done.stdout.read(), events), used() - before
