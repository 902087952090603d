# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that are not there, or cannot be used, are told as an entry point of the role begins."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._role_inputs import entry_points
from ansible_collections.m365.apps.plugins.plugin_utils._start_files import CATALOG, DEFINITIONS, file_problems
from ansible_collections.m365.apps.tests.unit.own_settings import write

WITH_DEFINITIONS = [name for name, spec in entry_points().items() if DEFINITIONS in spec["options"]]


@pytest.mark.parametrize("entry", WITH_DEFINITIONS)
def test_definitions_that_are_not_there_are_told(entry: str, tmp_path: Path) -> None:
    place = tmp_path / "nothing\x1b"
    [problem] = file_problems(entry, {DEFINITIONS: str(place)})
    assert problem == f"rollout_definitions: there is no folder or file {tmp_path}/nothing\\x1b. Check the path."
    place.mkdir()
    assert file_problems(entry, {DEFINITIONS: str(place)}) == []


def test_a_relative_path_starts_in_the_folder_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "definitions").mkdir()
    assert file_problems("main", {DEFINITIONS: "definitions"}) == []


def test_lint_tells_of_a_catalogue_that_cannot_be_used(tmp_path: Path) -> None:
    file = Path(write(tmp_path / "own.jsonl"))
    assert file_problems("lint", {CATALOG: str(file)}) == []
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), encoding="utf-8")
    [problem] = file_problems("lint", {CATALOG: str(file)})
    number = len(lines) - 1
    assert problem == (
        f"the option catalog_file: cannot use it: {file}: its header says that it has {number} definitions, and it has"
        f" {number - 1}, so it was cut or changed. Make the file again, or leave catalog_file out."
    )
    # A module reads it there, maybe on another host.
    assert file_problems("main", {CATALOG: str(file)}) == []


@pytest.mark.parametrize("value", [None, "", 5, ["a"], "a\0b"])
def test_another_value_is_told_by_others(value: t.Any) -> None:
    assert file_problems("lint", {DEFINITIONS: value, CATALOG: value}) == []
