# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""make fragment: a change of the product without a changelog fragment is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tests" / "tools" / "fragment.py"
AS = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]


def commit(folder: Path, path: str, message: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(message)
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    subprocess.run(["git", *AS, "commit", "-q", "-m", message], cwd=folder, check=True)


def told(folder: Path, base: str = "base") -> str:
    done = subprocess.run([sys.executable, PROGRAM, base], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    commit(tmp_path, "plugins/modules/a.py", "The first commit")
    subprocess.run(["git", "tag", "base"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize("path", ["tests/unit/test_a.py", "docs/docsite/rst/a.rst", "README.md"])
def test_what_users_do_not_run_needs_none(repository: Path, path: str) -> None:
    commit(repository, path, "A change")
    assert told(repository) == ""


def test_a_change_of_the_product_needs_one(repository: Path) -> None:
    commit(repository, "roles/rollout/tasks/main.yml", "A change")
    assert "there is none, and roles/rollout/tasks/main.yml changed. Add a file to changelogs/fragments/" in told(
        repository
    )
    commit(repository, "changelogs/fragments/a.yml", "Its fragment")
    assert told(repository) == ""


def test_a_reason_stands_for_one_and_its_absence_does_not(repository: Path) -> None:
    commit(repository, "plugins/modules/a.py", "A change\n\nChangelog: none,")
    assert told(repository)
    commit(repository, "plugins/modules/b.py", "Another\n\nChangelog: none, only names inside of it change")
    assert told(repository) == ""


def test_what_is_not_there_is_told(repository: Path) -> None:
    assert "cannot look for it" in told(repository, "nowhere")


def test_each_fragment_is_read() -> None:
    """antsibull-changelog passes over files with other names."""
    names = [path.name for path in (ROOT / "changelogs" / "fragments").iterdir()]
    assert [name for name in names if name.startswith(".") or not name.endswith(".yml")] in ([], [".keep"])
