# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bytecode of what plugins import is kept in ansible's home, never beside the sources, and never outlives them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.machinery import FileFinder
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils import _bytecode

PLUGINS = "ansible_collections/m365/apps/plugins"
# As ansible does it before it loads a plugin; the other package is imported first, as plugins do.
SCRIPT = """
import sys
from ansible.plugins.loader import init_plugin_loader

init_plugin_loader([sys.argv[1]])
from ansible_collections.m365.apps.plugins.plugin_utils import _bytecode
from ansible_collections.m365.apps.plugins.module_utils._room.rule import ANSWER

print(ANSWER, sys.pycache_prefix)
"""


@dataclass(frozen=True)
class Installed:
    """A collection that is installed in a folder, and ansible's home."""

    folder: Path
    home: Path

    def run(self, **more: str) -> str:
        """Return what a new ansible process prints after it has imported the collection."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        env = {**kept, "HOME": str(self.home), "ANSIBLE_HOME": str(self.home), **more}
        command = [sys.executable, "-c", SCRIPT, str(self.folder)]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()

    def kept(self, folder: Path | None = None) -> set[str]:
        """Return the names of the modules whose bytecode is in a folder, ansible's home unless another is given."""
        return {path.name.partition(".")[0] for path in (folder or self.home).rglob("*.pyc")}


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """The part of this collection that keeps bytecode, with a rule of its own."""
    utils = tmp_path / "collections" / PLUGINS
    (utils / "plugin_utils").mkdir(parents=True)
    (utils / "module_utils" / "_room").mkdir(parents=True)
    for name in ("__init__.py", "_bytecode.py"):
        shutil.copy(Path(_bytecode.__file__).with_name(name), utils / "plugin_utils" / name)
    (utils / "module_utils" / "_room" / "__init__.py").touch()
    (utils / "module_utils" / "_room" / "rule.py").write_text("ANSWER = 41\n")
    return Installed(tmp_path / "collections", tmp_path / "home")


def test_bytecode_is_kept_in_the_home_of_ansible_and_nothing_beside_the_sources(installed: Installed) -> None:
    before = {path.relative_to(installed.folder) for path in installed.folder.rglob("*")}
    assert installed.run() == "41 None"
    assert installed.kept() == {"__init__", "rule"}
    assert {path.relative_to(installed.folder) for path in installed.folder.rglob("*")} == before


def test_a_source_that_changed_is_compiled_again(installed: Installed) -> None:
    installed.run()
    kept = next(installed.home.rglob("rule.*.pyc"))
    before = kept.stat().st_mtime_ns
    assert installed.run() == "41 None"
    assert kept.stat().st_mtime_ns == before  # which was taken
    next(installed.folder.rglob("rule.py")).write_text("ANSWER = 42  # as it is now\n")
    assert installed.run() == "42 None"


def test_the_settings_of_python_count(installed: Installed, tmp_path: Path) -> None:
    assert installed.run(PYTHONDONTWRITEBYTECODE="1") == "41 None"
    assert installed.kept() == set()
    chosen = tmp_path / "chosen"
    assert installed.run(PYTHONPYCACHEPREFIX=str(chosen)) == f"41 {chosen}"
    assert "rule" in installed.kept(chosen)
    assert installed.kept() == set()


def test_where_nothing_can_be_kept_all_works(installed: Installed) -> None:
    installed.home.mkdir()
    (installed.home / "m365_apps_bytecode").touch()  # no folder can be made here
    assert installed.run() == "41 None"


def test_a_folder_is_listed_once_for_all_modules_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").touch()
    listed: list[str] = []
    fill = FileFinder._fill_cache  # type: ignore[attr-defined]

    def lists(finder: FileFinder) -> None:
        listed.append(finder.path)
        fill(finder)

    monkeypatch.setattr(FileFinder, "_fill_cache", lists)
    package = "ansible_collections.m365.apps.plugins.module_utils"
    found = [_bytecode.Finder.find_spec(f"{package}.{name}", [str(tmp_path)]) for name in ("one", "two", "three")]
    assert [spec is not None for spec in found] == [True, True, False]
    assert listed == [str(tmp_path)]
