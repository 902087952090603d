# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a trace: for its owner alone, whole lines from however many processes, one key for all of them."""

from __future__ import annotations

import multiprocessing
import os
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._trace.files import KEY_SUFFIX, TraceFile
from ansible_collections.m365.apps.plugins.module_utils._trace.records import FORMAT
from ansible_collections.m365.apps.tests.unit.traces import lines_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_and_its_key_are_for_their_owner_alone(folder: Path) -> None:
    before = os.umask(0)
    try:
        TraceFile(str(folder / "t")).begin()
    finally:
        os.umask(before)
    assert (mode_of(folder / "t"), mode_of(folder / f"t{KEY_SUFFIX}")) == (0o600, 0o600)
    assert [line["format"] for line in lines_of(folder / "t")] == [FORMAT]


def test_the_next_process_goes_on_with_the_same_key(folder: Path) -> None:
    key = TraceFile(str(folder / "t")).begin()
    again = TraceFile(str(folder / "t"))
    assert again.begin() == key
    again.add({"a": "line\nof its own"})
    assert lines_of(folder / "t")[1:] == [{"a": "line\nof its own"}]
    assert TraceFile(str(folder / "other")).begin() != key


def test_the_key_is_not_in_the_trace(folder: Path) -> None:
    key = TraceFile(str(folder / "t")).begin()
    assert key.hex() not in (folder / "t").read_text()


def _write_many(path: str, keys: t.Any) -> None:
    """Begin a trace and add long lines, as one of many processes."""
    file = TraceFile(path)
    keys.put(file.begin())
    for number in range(25):
        file.add({"pid": os.getpid(), "number": number, "long": "x" * 70_000})


def test_lines_of_many_processes_are_whole_and_have_one_key(folder: Path) -> None:
    # Spawned processes would have to import this module, whose name depends on how pytest was started.
    context = multiprocessing.get_context("fork")
    keys: t.Any = context.Queue()
    processes = [context.Process(target=_write_many, args=(str(folder / "t"), keys)) for _one in range(3)]
    for process in processes:
        process.start()
    seen = {keys.get(timeout=60) for _one in processes}
    for process in processes:
        process.join(60)
    assert len(seen) == 1
    first, *lines = lines_of(folder / "t")
    assert first["format"] == FORMAT
    for pid in {line["pid"] for line in lines}:
        assert [line["number"] for line in lines if line["pid"] == pid] == list(range(25))
    assert len(lines) == 75


def _world_readable(folder: Path) -> Path:
    folder.chmod(0o755)
    return folder / "t"


def _world_writable(folder: Path) -> Path:
    folder.chmod(0o1733)
    return folder / "t"


def _link(folder: Path) -> Path:
    (folder / "real").touch(0o600)
    (folder / "t").symlink_to(folder / "real")
    return folder / "t"


def _second_name(folder: Path) -> Path:
    (folder / "real").touch(0o600)
    (folder / "t").hardlink_to(folder / "real")
    return folder / "t"


def _readable_file(folder: Path) -> Path:
    (folder / "t").touch(0o600)
    (folder / "t").chmod(0o640)
    return folder / "t"


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "t", 0o600)
    return folder / "t"


def _without_key(folder: Path) -> Path:
    TraceFile(str(folder / "t")).begin()
    (folder / f"t{KEY_SUFFIX}").unlink()
    return folder / "t"


def _with_another_key(folder: Path) -> Path:
    TraceFile(str(folder / "t")).begin()
    (folder / f"t{KEY_SUFFIX}").write_text("0a")
    return folder / "t"


def _with_a_linked_key(folder: Path) -> Path:
    (folder / f"t{KEY_SUFFIX}").symlink_to(folder / "elsewhere")
    return folder / "t"


REFUSED: dict[str, tuple[t.Callable[[Path], Path], str]] = {
    "a folder that everybody may read": (_world_readable, "mkdir -m 700"),
    "a folder that everybody may write to": (_world_writable, "mkdir -m 700"),
    "a symbolic link": (_link, "symbolic link"),
    "a file with another name": (_second_name, "only its owner"),
    "a file that its group may read": (_readable_file, "only its owner"),
    "a pipe": (_pipe, "only its owner"),
    "no key": (_without_key, "key"),
    "a changed key": (_with_another_key, "key"),
    "a key that is a link": (_with_a_linked_key, "symbolic link"),
    "a folder that is not there": (lambda folder: folder / "none" / "t", "No such file"),
    "a folder": (lambda folder: folder, "mkdir -m 700"),
    "a relative path": (lambda _folder: Path("t"), "absolute"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_others_might_read_is_refused_in_a_sentence(folder: Path, name: str) -> None:
    make, word = REFUSED[name]
    path = make(folder)
    before = {each: each.lstat().st_size for each in folder.rglob("*")}
    folder.parent.chmod(0o755)
    with pytest.raises(UserError) as refused:
        TraceFile(str(path)).begin()
    assert word in str(refused.value)
    assert "M365_TRACE" in str(refused.value)
    left = {each: each.lstat().st_size for each in folder.rglob("*") if each in before}
    assert left == before


def test_a_home_folder_may_be_written_as_a_tilde(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    TraceFile("~/t").begin()
    assert (folder / "t").exists()


def test_a_file_that_is_removed_during_the_run_is_not_made_again(folder: Path) -> None:
    file = TraceFile(str(folder / "t"))
    file.begin()
    (folder / "t").unlink()
    with pytest.raises(OSError, match="No such file"):
        file.add({})
    assert not (folder / "t").exists()
