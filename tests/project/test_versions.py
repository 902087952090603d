# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of make matrix say which ansible-core and Python are supported; what else says it says the same."""

from __future__ import annotations

import re
import tomllib
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.tests.matrix.checks import OF_A_ROW, Outcome
from ansible_collections.m365.apps.tests.matrix.page import HEADER, NOT_RUN, Line, page, read, table
from ansible_collections.m365.apps.tests.matrix.rows import SUPPORTED, CannotRun, prepare, requirement

ROOT = Path(__file__).resolve().parents[2]
CORES = [name.partition("-py")[0] for name in SUPPORTED]
PYTHONS = sorted({name.partition("-py")[2] for name in SUPPORTED}, key=lambda python: int(python[2:]))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def loaded(name: str) -> t.Any:
    return yaml.safe_load(text(name))


def test_the_page_has_the_rows_and_no_failure() -> None:
    """What no maintainer has run yet is a dash there; a release runs it."""
    shown = read(text("docs/matrix.md"))
    assert tuple(shown) == SUPPORTED
    assert page(text("docs/matrix.md"), Line(""), "") == text("docs/matrix.md")
    ran = {core: row for core, row in zip(CORES, shown.values(), strict=True) if row["ansible-core"] != NOT_RUN}
    for core, row in ran.items():
        assert row["ansible-core"].startswith(f"{core}." if core[0].isdigit() else "2."), row
        assert all(re.fullmatch(rf"[1-9]\d* ok|{NOT_RUN}", row[check]) for check in OF_A_ROW), row
        minor = ".".join(row["ansible-core"].split(".")[:2])
        assert (ROOT / "tests" / "sanity" / f"ignore-{minor}.txt").exists()


def test_the_oldest_core_is_the_one_that_is_required() -> None:
    assert loaded("meta/runtime.yml")["requires_ansible"] == f">={CORES[0]}.0"
    for name in ("README.md", "docs/docsite/rst/guide_installation.rst"):
        assert f"ansible-core {CORES[0]} or newer" in text(name), name


def test_the_oldest_python_is_the_one_that_is_required() -> None:
    oldest = PYTHONS[0]
    tools = tomllib.loads(text("pyproject.toml"))["tool"]
    said = {
        "ruff": tools["ruff"]["target-version"].replace("py3", "3."),
        "mypy": tools["mypy"]["python_version"],
        "pylint": tools["pylint"]["main"]["py-version"],
        "antsibull-nox": tomllib.loads(text("antsibull-nox.toml"))["collection"]["min_python_version"],
        "ansible-test": loaded("tests/config.yml")["modules"]["python_requires"].removeprefix(">="),
    }
    assert set(said.values()) == {oldest}, said
    for name in ("README.md", "CONTRIBUTING.md", "docs/docsite/rst/guide_installation.rst"):
        assert f"Python {oldest} or newer" in text(name), name


def test_no_python_is_looked_for_or_locked_that_no_row_has() -> None:
    [looked_for] = re.findall(r"^for version in (.+); do$", text("tests/tools/pythons.sh"), flags=re.MULTILINE)
    assert looked_for.split() == PYTHONS[::-1]
    for name in ("tests/tools/lock.sh", "tests/requirements.in"):
        assert f"Python {PYTHONS[0]} to {PYTHONS[-1]}" in text(name), name


def test_github_runs_every_row() -> None:
    job = loaded(".github/workflows/matrix.yml")["jobs"]["row"]
    assert tuple(f"{one['core']}-py{one['python']}" for one in job["strategy"]["matrix"]["include"]) == SUPPORTED


def test_the_execution_environment_has_the_core_of_make_test() -> None:
    core = loaded("extensions/ee/execution-environment.yml")["dependencies"]["ansible_core"]["package_pip"]
    assert core in text("tests/core.in").splitlines()[-2], core


@pytest.mark.parametrize(
    ("core", "asked"),
    [
        ("2.19", "ansible-core==2.19.*"),
        ("2.22.0rc1", "ansible-core==2.22.0rc1"),
        ("newest", "ansible-core"),
        ("prerelease", "ansible-core>=0.dev0"),
    ],
)
def test_what_a_row_asks_pip_for(core: str, asked: str) -> None:
    assert requirement(core) == asked
    with pytest.raises(CannotRun, match=r"no Python 3\.14 runs here"):
        prepare(f"{core}-py3.14", {})


def test_a_name_of_no_row_says_which_there_are() -> None:
    with pytest.raises(CannotRun, match=r"no row has that name; the names are here and such as 2\.16-py3\.11"):
        prepare("2.x-py3.13", {})


def test_a_run_writes_its_own_rows_and_leaves_the_others() -> None:
    log = Path("log")
    first = Line("2.19-py3.11", "2.19.1", {"sanity": Outcome(30, False, log), "units": Outcome(9, False, log)})
    other = Line("2.20-py3.12", "2.20.1", {"sanity": Outcome(31, True, log)})
    shown = page(page("", first, "2026-01-01"), other, "2026-01-02")
    assert read(shown)["2.19-py3.11"] == dict(
        zip(HEADER, ["2.19-py3.11", "2.19.1", "30 ok", "9 ok", "-", "-", "2026-01-01"], strict=True)
    )
    assert read(shown)["2.20-py3.12"]["sanity"] == "31 ok, FAILED"
    assert read(shown)["2.16-py3.11"]["ansible-core"] == "-"
    again = Line(
        "2.19-py3.11", "2.19.1", {"plays": Outcome(7, False, log), "ansible-test-units": Outcome(1, False, log)}
    )
    kept = read(page(shown, again, "2026-01-03"))["2.19-py3.11"]
    assert (kept["units"], kept["plays"], kept["day"]) == ("9 ok", "7 ok", "2026-01-03")
    newer = Line("2.19-py3.11", "2.19.2", {"plays": Outcome(8, False, log)})
    assert read(page(shown, newer, "2026-01-04"))["2.19-py3.11"]["units"] == "-"
    failed = Line("2.19-py3.11", reason="no Python 3.11 runs here")
    assert page(shown, failed, "2026-01-05") == shown
    assert "| NOT RUN: no Python 3.11 runs here |" in table([failed], ["sanity"])
