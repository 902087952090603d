# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What make test runs its sessions with."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tests" / "tools" / "check.py"


@pytest.fixture
def nox(tmp_path: Path) -> Path:
    """A checkout whose nox prints its arguments and fails for the session docs."""
    place = tmp_path / "tests" / "tools" / "check.py"
    place.parent.mkdir(parents=True)
    text = PROGRAM.read_text(encoding="utf-8")
    program = tmp_path / "nox"
    program.write_text('#!/bin/sh\necho "did $*"\ncase "$*" in *docs*) exit 3;; esac\n')
    program.chmod(0o755)
    changed = text.replace('Path(sys.executable).parent / "nox"', f"Path({str(program)!r})")
    assert changed != text
    place.write_text(changed, encoding="utf-8")
    return place


def check(program: Path, *names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(program), "--lint", "static yamllint", *names]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_session_runs_and_its_time_is_told(nox: Path) -> None:
    done = check(nox, "lint", "unit", "runners", "integration")
    assert done.returncode == 0, done.stderr
    ran = re.findall(r"^did --session (.+)$", done.stdout, re.MULTILINE)
    assert sorted(ran) == ["integration", "runners", "static yamllint", "unit"]
    told = re.findall(r"^(\w+) +0 min \d\d s  +\d+ s of processors  passed$", done.stdout, re.MULTILINE)
    assert sorted(told) == ["integration", "lint", "runners", "unit"]
    assert re.search(r"^4 sessions in 0 min \d\d s, \d+ s of processors$", done.stdout, re.MULTILINE)


def test_one_that_fails_fails_the_whole_and_the_others_run_on(nox: Path) -> None:
    done = check(nox, "docs", "runners")
    assert done.returncode == 1
    assert re.search(r"^docs +0 min \d\d s  +\d+ s of processors  FAILED$", done.stdout, re.MULTILINE)
    assert re.search(r"^runners +0 min \d\d s  +\d+ s of processors  passed$", done.stdout, re.MULTILINE)


def test_no_session_is_lost_on_the_lanes() -> None:
    spec = importlib.util.spec_from_file_location("check", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["check"] = module
    spec.loader.exec_module(module)
    wide, *others = module.lanes(["lint", "unit", "docs", "sanity", "runners", "integration"], 2)
    assert [next(one) for one in others] == ["lint", "docs"]
    assert [next(wide), next(wide)] == ["integration", "unit"]
    assert [next(wide), next(others[0])] == ["sanity", "runners"]
    assert [*wide, *others[0], *others[1]] == []
