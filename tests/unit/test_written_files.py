# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the role: their permissions, what is left alone, and what a user is told."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils._written_files import (
    FOR_ALL,
    FOR_THE_OWNER,
    Modes,
    refuse_another_hand,
    shown_diff,
    write_text,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("modes", "file", "folder"), [(FOR_ALL, 0o644, 0o755), (FOR_THE_OWNER, 0o600, 0o700)])
def test_new_files_and_all_new_folders_have_their_permissions(
    tmp_path: Path, modes: Modes, file: int, folder: int
) -> None:
    path = tmp_path / "one" / "two" / "state.json"
    assert write_text(path, "ä\n", modes, only_plan=False) == (None, "ä\n".encode())
    assert [mode(each) for each in (path, path.parent, path.parent.parent)] == [file, folder, folder]
    assert path.read_text(encoding="utf-8") == "ä\n"
    assert [each.name for each in path.parent.iterdir()] == ["state.json"]


def test_what_is_there_keeps_its_permissions(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o750)
    path = folder / "plan.json"
    path.write_text("old")
    path.chmod(0o640)
    assert write_text(path, "new", FOR_THE_OWNER, only_plan=False) == (b"old", b"new")
    assert (path.read_text(), mode(path), mode(folder)) == ("new", 0o640, 0o750)


def test_a_file_that_holds_the_text_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("same")
    before = path.stat()
    assert write_text(path, "same", FOR_ALL, only_plan=False) == (b"same", b"same")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("text", ["target", "new"])
def test_a_link_is_replaced_and_its_target_stays(tmp_path: Path, text: str) -> None:
    (tmp_path / "target").write_text("target")
    path = tmp_path / "plan.json"
    path.symlink_to("target")
    write_text(path, text, FOR_ALL, only_plan=False)
    assert (path.is_symlink(), path.read_text(), (tmp_path / "target").read_text()) == (False, text, "target")


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    assert write_text(tmp_path / "new" / "plan.json", "x", FOR_ALL, only_plan=True) == (None, b"x")
    assert list(tmp_path.iterdir()) == []


def test_half_of_a_surrogate_pair_is_replaced(tmp_path: Path) -> None:
    write_text(tmp_path / "x", "a\ud800b", FOR_ALL, only_plan=False)
    assert (tmp_path / "x").read_text() == "a?b"


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "plan.json").mkdir()
    (tmp_path / "file").touch()
    for path, cause in ((tmp_path / "plan.json", "Is a directory"), (tmp_path / "file" / "x", "File exists")):
        with pytest.raises(UserError) as error:
            write_text(path, "x", FOR_ALL, only_plan=False)
        step = "Check the path, its permissions and the space there, then run it again."
        assert str(error.value) == f"{path}: cannot write it: {cause}. {step}"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "plan.json"]


def test_a_diff_does_nothing_on_a_terminal() -> None:
    shown = shown_diff(Path("/a\x1b"), None, b"one\ntwo\x1b[2J\n")
    assert shown == {
        "before_header": "/a\\x1b",
        "after_header": "/a\\x1b",
        "before": "",
        "after": "one\ntwo\\x1b[2J\n",
    }


@pytest.mark.parametrize("data", ["[]", '{"mode": "lint"}', "{", "name: x", '{"mode": null}', "\0", "[" * 100_000])
def test_a_result_is_not_written_over_anything_else(tmp_path: Path, data: str) -> None:
    path = tmp_path / "result.json"
    path.write_text(data)
    with pytest.raises(
        UserError, match=r"result\.json: cannot write it: a file is there that is not a result of drift\."
    ):
        refuse_another_hand(path, "drift")
    assert path.read_text() == data


@pytest.mark.parametrize("data", ['{"mode": "drift"}', "", "\n", None])
def test_an_earlier_result_an_empty_file_and_none_are_not_in_the_way(tmp_path: Path, data: str | None) -> None:
    path = tmp_path / "result.json"
    if data is not None:
        path.write_text(data)
    refuse_another_hand(path, "drift")
    write_text(path, "{}", FOR_ALL, only_plan=False)
    assert path.read_text() == "{}"


@pytest.mark.parametrize("entry_point", ["catalog", "convert", "drift", "lint"])
def test_entry_points_write_results_over_their_own_alone(entry_point: str) -> None:
    tasks = Path(__file__).resolve().parents[2] / "roles" / "rollout" / "tasks" / f"{entry_point}.yml"
    written = [task for task in yaml.safe_load(tasks.read_bytes()) if "m365.apps.private_file" in task]
    assert {task["m365.apps.private_file"]["result_of"] for task in written} == {entry_point}
    # Check mode of what compares and writes nothing else still leaves its result.
    assert [task.get("check_mode", True) for task in written][-1] == (entry_point in ("catalog", "convert"))


def test_where_the_changes_of_a_catalog_go_is_looked_at_before_it_is_fetched() -> None:
    tasks = Path(__file__).resolve().parents[2] / "roles" / "rollout" / "tasks" / "catalog.yml"
    first, _definitions, second, *_others = yaml.safe_load(tasks.read_bytes())[1:]
    assert first["m365.apps.private_file"]["result_of"] == "catalog"
    assert first["check_mode"] is True
    assert "m365.apps.office_setting_catalog" in second
