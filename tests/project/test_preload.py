# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What plays of the tests keep between processes: payloads of modules, only as long as nothing in them changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support.callback_plugins import preload


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "module_utils" / "_room" / "one.py"
    path.parent.mkdir(parents=True)
    path.write_text("A = 1\n")
    return path


def test_payloads_are_kept_for_one_state_of_the_source(source: Path, tmp_path: Path) -> None:
    states = [preload.state(tmp_path)]
    about = source.stat()
    source.write_text("A = 2\n")  # of the same size
    os.utime(source, ns=(about.st_atime_ns, about.st_mtime_ns + 1))
    states.append(preload.state(tmp_path))
    source.write_text("A = 22\n")
    os.utime(source, ns=(about.st_atime_ns, about.st_mtime_ns + 1))
    states.append(preload.state(tmp_path))
    (source.parent / "two.py").touch()
    states.append(preload.state(tmp_path))
    source.rename(source.with_name("three.py"))
    states.append(preload.state(tmp_path))
    assert len(set(states)) == len(states)
    (source.parent / "two.pyc").touch()
    assert preload.state(tmp_path) == states[-1]


def test_processes_share_payloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preload, "_PAYLOADS", tmp_path / "payloads")
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
        preload.share_payloads(folder)
    preload.share_payloads(folders[0])  # a program that begins twice
    (folders[0] / "ansiballz_cache" / "module").write_text("packed")
    assert (folders[1] / "ansiballz_cache" / "module").read_text() == "packed"
    for folder in folders:
        assert (folder / "ansiballz_cache").is_symlink()  # so that what ends with a process ends no payload
