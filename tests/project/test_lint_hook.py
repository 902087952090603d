# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The git hook and the step of a pipeline that the guide shows do what it says, in a repository with definitions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_lint.rst").read_text(encoding="utf-8")
BAD = "display_name: Bad\ngroups: [G]\nsettings: [{setting: excel16/L_VBAWarningPolicy, value: 3}]\n"


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^\.\. code-block:: {language}\n\n((?:(?: +.*)?\n)+)", GUIDE, re.MULTILINE)
    return [textwrap.dedent(block).strip() + "\n" for block in found]


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Path:
    """A repository with the definitions of the guide, and the collection beside them."""
    for block in blocks("yaml"):
        path = block.partition("\n")[0].removeprefix("# ")
        if path.startswith("definitions/"):
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(block)
    folder = tmp_path / "collections" / "ansible_collections" / "m365"
    folder.mkdir(parents=True)
    (folder / "apps").symlink_to(ROOT)
    git(tmp_path, "init", "-q")
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    """What a shell has; python3 is the one that ansible-core is installed for."""
    programs = folder / ".programs"
    programs.mkdir(exist_ok=True)
    if not (programs / "python3").exists():
        (programs / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (programs / "python3").chmod(0o755)
    who = {f"GIT_{role}_{what}": "a@b.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
    return {"PATH": path, "HOME": str(folder), "M365_APPS": str(ROOT), **who}


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def commit(folder: Path) -> subprocess.CompletedProcess[str]:
    git(folder, "add", "definitions")
    return git(folder, "commit", "-m", "Definitions")


def test_the_hook_lets_good_definitions_pass_and_stops_bad_ones(repository: Path) -> None:
    [hook] = blocks("sh")
    path = repository / hook.splitlines()[1].removeprefix("# ")
    path.parent.mkdir(exist_ok=True)
    path.write_text(hook)
    path.chmod(0o755)
    good = commit(repository)
    assert good.returncode == 0, good.stdout
    assert "2 policies: 1 note." in good.stdout
    (repository / "definitions" / "bad.yml").write_text(BAD)
    bad = commit(repository)
    assert bad.returncode == 1
    assert "definitions/bad.yml: error: policy 'Bad': cannot use its settings" in bad.stdout
    assert "the nearest keys are excel16/L_VBAWarningsPolicy" in bad.stdout


def commands() -> list[str]:
    """The commands of the configuration of pre-commit, and of the last step of the pipeline."""
    read = [yaml.safe_load(block) for block in blocks("yaml")]
    [hook] = [hook for each in read if "repos" in each for repo in each["repos"] for hook in repo["hooks"]]
    [job] = [job for each in read if "jobs" in each for job in each["jobs"].values()]
    assert hook["pass_filenames"] is False
    return [hook["entry"], job["steps"][-1]["run"]]


@pytest.mark.parametrize("command", commands())
def test_the_commands_of_the_guide_do_the_same(repository: Path, command: str) -> None:
    def run() -> int:
        return subprocess.run(command, shell=True, cwd=repository, env=environment(repository), check=False).returncode

    assert run() == 0
    (repository / "definitions" / "bad.yml").write_text(BAD)
    assert run() == 1
