# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of a conversion: files that nothing converts to any more go, those that somebody edited are named."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._admx.files import AdmxFolder
from ansible_collections.m365.apps.plugins.plugin_utils._convert.convert import Converter, Source
from ansible_collections.m365.apps.plugins.plugin_utils._convert.folder import Outcome, outcome_of
from ansible_collections.m365.apps.plugins.plugin_utils._convert.report import lines
from ansible_collections.m365.apps.plugins.plugin_utils._convert.written import is_converted_from, written
from ansible_collections.m365.apps.plugins.plugin_utils._export_folder import apply
from ansible_collections.m365.apps.tests.unit import admx_model as model
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.exports import config, exported

ONE, ZERO = ("REG_DWORD", 1), ("REG_DWORD", 0)
EXCEL = model.xml_of(
    [{"name": "L_OwnOldMacros", "value_name": "Old", "enabled": ZERO, "disabled": ONE}], prefix="excel16"
)
EDITED = "it was edited, renamed or copied since it was written"


@pytest.fixture
def admx(tmp_path: Path) -> AdmxFolder:
    (tmp_path / "admx").mkdir()
    (tmp_path / "admx" / "excel16.admx").write_text(EXCEL)
    return AdmxFolder.below(tmp_path / "admx")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "converted"


def policy(name: str, value: int = 1) -> dict[str, t.Any]:
    member = {"settingId": "excel16;L_OwnOldMacros", "type": "REG_DWORD", "value": value, "valueName": "old"}
    return {"display_name": name, "policy_payload": [member]}


def convert(folder: Path, admx: AdmxFolder | None, whole: bool = True, **sources: t.Any) -> Outcome:
    """Convert source files of these names with these policies; what was done."""
    converter = Converter(admx, own.CATALOG)
    named = [Source(f"{name}.yml", tuple(policies)) for name, policies in sources.items()]
    made = [(source, converter.converted(source)) for source in named]
    outcome = outcome_of(folder, made, written(made, converter.catalog), whole)
    apply(folder, outcome.changes)
    return outcome


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_that_nothing_converts_to_any_more_go(folder: Path, admx: AdmxFolder) -> None:
    convert(folder, admx, one=[policy("A")], two=[policy("B")], all=[policy("C"), policy("D")])
    assert names_in(folder) == ["all-c.yml", "all-d.yml", "one.yml", "two.yml"]
    assert convert(folder, admx, one=[policy("A")], two=[policy("B")], all=[policy("C"), policy("D")]).lines == []
    # The value of one is open, another file is gone, and a policy of the third.
    outcome = convert(folder, admx, one=[policy("A", 9)], all=[policy("D"), policy("E")])
    assert names_in(folder) == ["all-d.yml", "all-e.yml"]
    assert outcome.changes.removed == ["all-c.yml", "one.yml", "two.yml"]
    assert [line.partition(":")[0] for line in outcome.lines] == outcome.changes.removed
    assert outcome.warning is None


def test_what_somebody_edited_or_wrote_stays(folder: Path, admx: AdmxFolder) -> None:
    convert(folder, admx, one=[policy("A")], two=[policy("B")])
    (folder / "one.yml").write_bytes((folder / "one.yml").read_bytes() + b"# why\n")
    (folder / "two.yml").write_bytes((folder / "two.yml").read_bytes() + b"# why\n")
    (folder / "mine.yml").write_text("display_name: Mine\n")
    [export] = exported(config("X"), source="tenant").files
    (folder / export.name).write_bytes(export.data + b"# edited\n")
    before = names_in(folder)
    outcome = convert(folder, admx, two=[policy("B", 0)], three=[policy("C")])
    assert names_in(folder) == sorted([*before, "three.yml"])
    assert outcome.kept == {"one.yml": EDITED, "two.yml": EDITED}
    assert f"one.yml ({EDITED})" in (outcome.warning or "")
    assert (outcome.warning or "").endswith("Delete or move each that you do not need, and convert again.")
    assert not any(word in (outcome.warning or "") for word in ("tenant", "export"))


def test_of_one_file_only_what_came_from_it_goes(folder: Path, admx: AdmxFolder) -> None:
    convert(folder, admx, one=[policy("A"), policy("B")], two=[policy("C")])
    convert(folder, admx, whole=False, one=[policy("B"), policy("New")])
    assert names_in(folder) == ["one-b.yml", "one-new.yml", "two.yml"]


@pytest.mark.parametrize("name", ["a", "a: b", "word " * 60, "ä" * 130, "x/y\x1b"])
def test_a_file_tells_what_it_was_converted_from(admx: AdmxFolder, name: str) -> None:
    converter = Converter(admx, own.CATALOG)
    source = Source(f"{name}.yml", (policy("A"),))
    [file] = written([(source, converter.converted(source))], converter.catalog).files
    assert is_converted_from(file.data, source.name)
    assert not is_converted_from(file.data, "a.y")
    assert not is_converted_from(b"", source.name)


def test_what_waits_for_admx_files_stays_and_is_named(folder: Path, admx: AdmxFolder) -> None:
    convert(folder, admx, one=[policy("A")], two=[policy("B")])
    outcome = convert(folder, None, one=[policy("A")], three=[policy("C")])
    assert names_in(folder) == ["one.yml"]
    assert list(outcome.kept) == ["one.yml"]
    assert "one.yml (what it would hold is not known without the ADMX files" in (outcome.warning or "")


def test_one_is_told_as_one(admx: AdmxFolder) -> None:
    source = Source("own.yml", ({**policy("A"), "user_preference_payload": policy("A")["policy_payload"]},))
    converter = Converter(None, own.CATALOG)
    told = lines([(source, converter.converted(source))])
    assert "own.yml: 'A': 0 of 1 setting converted" in told
    assert "ADMX files that are needed: excel16.admx (1 item)" in told
    assert "  not_on_this_surface: 1 user preference: excel16;L_OwnOldMacros" in told
    assert admx.get("excel16") is not None
