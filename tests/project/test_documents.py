# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides are complete: each is on the site, its examples are run or say why not, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.tests.integration.support.documents import examples_of
from ansible_collections.m365.apps.tests.integration.test_examples import DOCUMENTS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
# These have commands that are not for a tenant; whoever writes a guide for users calls it guide_*.
FOR_DEVELOPERS = {"architecture.rst", "contributing.rst"}
NOT_RUN = re.compile(r"^ *(?:\.\. |<!-- *)Not run\b:?(?P<reason>(?:(?!-->|\n\n).)*)", re.MULTILINE | re.DOTALL)


def test_every_page_is_on_the_site_once() -> None:
    sections = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    named = [page for section in sections for page in section["toctree"]]
    assert sorted(named) == [page.stem for page in PAGES]


def test_the_examples_of_every_guide_are_run() -> None:
    assert {page.name for page in PAGES if page not in DOCUMENTS} == FOR_DEVELOPERS
    assert [examples_of(page).count for page in PAGES if page.name in FOR_DEVELOPERS] == [0, 0]


@pytest.mark.parametrize("document", [*PAGES, *(path for path in DOCUMENTS if path.suffix == ".md")], ids=str)
def test_what_is_not_run_says_why(document: Path) -> None:
    marks = NOT_RUN.findall(document.read_text(encoding="utf-8"))
    assert [mark for mark in marks if len(mark.split()) < 3] == []


def test_each_path_in_the_table_of_where_to_change_what_exists() -> None:
    page = (ROOT / "docs" / "docsite" / "rst" / "architecture.rst").read_text(encoding="utf-8")
    table = page.split(".. list-table::")[2]
    paths = re.findall(r"``([\w./]+/[\w./]+|\w+\.py)``", table)
    assert len(paths) > 30
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_picture_names_files_of_its_rooms() -> None:
    picture = (ROOT / "docs" / "images" / "architecture.svg").read_text(encoding="utf-8")
    rooms = re.findall(r">(_\w+)</text>.*\n<text [^>]*>([\w., ]+)</text>", picture)
    assert [room for room, _files in rooms] == ["_module", "_converge", "_office", "_policy", "_graph"]
    named = [ROOT / "plugins" / "module_utils" / room / name for room, files in rooms for name in files.split(", ")]
    assert [path for path in named if not path.exists()] == []


def test_each_promise_names_tests_that_are_there() -> None:
    guide = _guide("guarantees")
    promises = re.findall(r"^\*\*.+?(?=\n\n)", guide, flags=re.MULTILINE | re.DOTALL)
    assert len(promises) > 15
    assert [promise for promise in promises if not re.search(r"^Tests: ``test_", promise, flags=re.MULTILINE)] == []
    assert _unknown_tests(guide) == []


def test_each_case_of_a_real_tenant_names_tests_that_are_there() -> None:
    guide = _guide("real_tenants")
    cases = re.split(r"^.+\n-+\n", guide, flags=re.MULTILINE)[1:]
    assert len(cases) == 5
    assert [case for case in cases if not re.search(r"^Tests: ``test_", case, flags=re.MULTILINE)] == []
    assert _unknown_tests(guide) == []


def _guide(name: str) -> str:
    return (ROOT / "docs" / "docsite" / "rst" / f"guide_{name}.rst").read_text(encoding="utf-8")


def _unknown_tests(text: str) -> list[str]:
    """Return the tests that a text names and nobody wrote."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return [name for name in re.findall(r"``(test_\w+)``", text) if f"def {name}(" not in code]
