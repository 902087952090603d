# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of a row. Each says how many tests passed; none passed counts as failed, whatever the exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path
from queue import Empty, SimpleQueue
from xml.etree import ElementTree

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator, running_emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Way
from ansible_collections.m365.apps.tests.integration.support.targets import NAMES

from .checkout import INTERPRETERS, ROOT, copy_collection, provide_get_pip, provide_key
from .rows import Row

# A worker for each processor.
_SIDE_BY_SIDE = ("-n", "auto", "--dist", "worksteal")


@dataclass(frozen=True)
class Outcome:
    """Of one check: how many tests passed, whether it is a failure, and where all that was printed lies."""

    passed: int
    failed: bool
    log: Path

    def __str__(self) -> str:
        return f"{self.passed} ok" + (", FAILED" if self.failed else "")


def sanity(row: Row, more: t.Sequence[str]) -> Outcome:
    """Run all sanity tests; those that ran are counted. ``more`` goes to ansible-test."""
    copy = _copy_for(row)
    code, output = _run(row, "sanity", ["ansible-test", "sanity", "--local", *_ansible_test(row), *more], copy)
    ran = len(set(re.findall(r'Running sanity test "([\w-]+)"', output)))
    return _judged(row, "sanity", code or "All targets skipped" in output, ran)


def units(row: Row, more: t.Sequence[str]) -> Outcome:
    """Run tests/unit (or what ``more`` tells pytest) with the row's ansible-core."""
    return _pytest(row, "units", more or ["tests/unit"])


def ansible_test_units(row: Row, more: t.Sequence[str]) -> Outcome:
    """Run tests/unit by ansible-test, which forks for each test; it installs what they need in the row's venv.

    ``more`` goes to ansible-test.
    """
    copy = _copy_for(row)
    command = ["ansible-test", "units", "--local", "--requirements", *_ansible_test(row), *more]
    code, _output = _run(row, "ansible-test-units", command, copy)
    reports = (copy / "tests" / "output" / "junit").glob("*-units.xml")
    return _judged(row, "ansible-test-units", code, sum(map(_passed, reports)))


def targets(row: Row, more: t.Sequence[str]) -> Outcome:
    """Run each target (or those of ``more``) in a fresh tenant, in-process and by modules.

    Counts runs of targets. Each processor has a worker, with a copy and an emulator of its own.
    """
    _log(row, "targets").unlink(missing_ok=True)
    provide_get_pip(row.bin / "python")
    provide_key()
    runs: SimpleQueue[tuple[Way, str]] = SimpleQueue()
    # Those by modules take many times as long, so they go first.
    for run in product((Way.MODULE, Way.IN_PROCESS), more or NAMES):
        runs.put(run)
    workers = range(os.cpu_count() or 1)
    with ThreadPoolExecutor(len(workers)) as pool:
        good = [*chain(*pool.map(lambda worker: _targets(row, worker, runs), workers))]
    return _judged(row, "targets", not all(good), sum(good))


def plays(row: Row, more: t.Sequence[str]) -> Outcome:
    """Run tests/integration (or what ``more`` tells pytest) with the row's programs, but for the targets."""
    return _pytest(row, "plays", more or ["tests/integration", "--deselect", "tests/integration/test_targets.py"])


Check = t.Callable[[Row, t.Sequence[str]], Outcome]
# What a row runs unless it is told.
OF_A_ROW: dict[str, Check] = {"sanity": sanity, "units": units, "targets": targets, "plays": plays}
CHECKS: dict[str, Check] = {**OF_A_ROW, "ansible-test-units": ansible_test_units}


def _pytest(row: Row, check: str, arguments: t.Sequence[str]) -> Outcome:
    report = row.folder / f"{check}.xml"
    report.unlink(missing_ok=True)
    command = ["python", "-m", "pytest", "--color=no", f"--junit-xml={report}", *_SIDE_BY_SIDE, *arguments]
    code, _output = _run(row, check, command, ROOT)
    return _judged(row, check, code, _passed(report) if report.exists() else 0)


def _targets(row: Row, worker: int, runs: SimpleQueue[tuple[Way, str]]) -> list[bool]:
    """Run what is left, one after the other, until nothing is; return which were good."""
    copy = copy_collection(row.folder / f"targets-{worker}")
    good: list[bool] = []
    with tempfile.TemporaryDirectory(prefix="matrix-") as folder, running_emulator(Path(folder)) as emulator:
        while True:
            try:
                way, name = runs.get_nowait()
            except Empty:
                return good
            good.append(_target(row, copy, emulator, way, name))


def _target(row: Row, copy: Path, emulator: Emulator, way: Way, name: str) -> bool:
    emulator.reset(tenant.state())
    variables = {**tenant.login_variables(emulator.ready), "m365_fast_path": way.value, "rollout_recheck_after": 0}
    (copy / "tests" / "integration" / "integration_config.yml").write_text(json.dumps(variables), encoding="utf-8")
    command = ["ansible-test", "integration", "--local", *_ansible_test(row), name]
    code, output = _run(row, "targets", command, copy)
    recap = re.search(r"^\w+\s*: ok=(\d+) ", output, re.MULTILINE)
    return code == 0 and recap is not None and int(recap[1]) > 0


def _copy_for(row: Row) -> Path:
    provide_get_pip(row.bin / "python")
    return copy_collection(row.folder)


def _ansible_test(row: Row) -> list[str]:
    return ["--color", "no", *(["--python", row.python] if row.python else [])]


def _log(row: Row, check: str) -> Path:
    return row.folder / f"{check}.log"


def _run(row: Row, check: str, command: t.Sequence[str], folder: Path) -> tuple[int, str]:
    """Run a program of the row's venv, add what it prints to the log; return the exit code and what it printed."""
    # At the end what ansible-core does not bring: shellcheck.
    path = [str(row.bin), str(INTERPRETERS), os.environ.get("PATH", os.defpath), str(ROOT / ".venv" / "bin")]
    done = subprocess.run(
        [str(row.bin / command[0]), *command[1:]],
        cwd=folder,
        env=os.environ | {"PATH": os.pathsep.join(path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    with _log(row, check).open("a" if check == "targets" else "w", encoding="utf-8") as log:
        log.write(done.stdout)
    return done.returncode, done.stdout


def _judged(row: Row, check: str, wrong: int | bool, passed: int) -> Outcome:
    return Outcome(passed, bool(wrong) or not passed, _log(row, check))


def _passed(report: Path) -> int:
    """Return how many tests of a JUnit report passed."""
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    return sum(
        int(suite.get("tests", 0)) - sum(int(suite.get(kind) or 0) for kind in ("failures", "errors", "skipped"))
        for suite in suites
    )
