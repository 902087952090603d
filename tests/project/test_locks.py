# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests, tools and releases install is pinned by hash, and pip refuses a file with another one."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = (ROOT / "tests" / "tools" / "lock.sh").read_text(encoding="utf-8")
LOCKED = {
    *re.findall(r"^lock (\w+)$", SCRIPT, re.MULTILINE),
    *" ".join(re.findall(r"for name in (.+);", SCRIPT)).split(),
}
# Those that others include.
PARTS = {"core"}
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\\\n)+.*)$", re.MULTILINE)


def lock(name: str) -> str:
    return (ROOT / "tests" / f"{name}.txt").read_text(encoding="utf-8")


def versions(name: str) -> set[tuple[str, str]]:
    return {(match["name"], match["version"]) for match in PIN.finditer(lock(name))}


def test_each_list_has_a_lock() -> None:
    lists = {path.stem for path in (ROOT / "tests").glob("*.in")}
    assert lists - PARTS == LOCKED
    assert {path.stem for path in (ROOT / "tests").glob("*.txt")} - {"awx"} == LOCKED


@pytest.mark.parametrize("name", sorted(LOCKED))
def test_a_lock_has_hashes_for_each_pin_and_names_no_server(name: str) -> None:
    text = lock(name)
    pinned = re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==", text, re.MULTILINE)
    with_hashes = [match["name"] for match in PIN.finditer(text) if "--hash=sha256:" in match["rest"]]
    assert len(pinned) == len(with_hashes) > 0
    assert re.findall(r"^(?![\w.-]+==|    (?:#|--hash=sha256:[0-9a-f]{64})|#).+$", text, re.MULTILINE) == []
    assert "://" not in text


@pytest.mark.parametrize("part", ["runtime", "demo"])
def test_a_part_has_the_versions_of_the_whole(part: str) -> None:
    assert versions(part)
    assert versions(part) <= versions("requirements")


def test_everything_that_installs_a_lock_wants_its_hashes() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = [ROOT / name for name in listed.split("\0") if re.search(r"(\.(py|sh|yml|json)|Makefile)$", name)]
    texts = [path.read_text(encoding="utf-8") for path in files if path.is_file() and path != Path(__file__)]
    # A list of collections is no lock.
    calls = [call for text in texts for call in re.findall(r"\binstall\b[^\n]*-r\b(?!.*yml)[^\n]*", text)]
    assert len(calls) > 5
    assert [call for call in calls if "--require-hashes" not in call] == []


def wheel(folder: Path) -> str:
    """Make the wheel of a package that does nothing, and return the hash of the file."""
    record = "thing.py,,\nthing-1.0.dist-info/METADATA,,\nthing-1.0.dist-info/WHEEL,,\nthing-1.0.dist-info/RECORD,,\n"
    with zipfile.ZipFile(folder / "thing-1.0-py3-none-any.whl", "w") as made:
        made.writestr("thing.py", "")
        made.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        made.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr("thing-1.0.dist-info/RECORD", record)
    return hashlib.sha256((folder / "thing-1.0-py3-none-any.whl").read_bytes()).hexdigest()


def test_setup_refuses_a_file_with_another_hash_and_one_without(tmp_path: Path) -> None:
    tools = tmp_path / "tests" / "tools"
    tools.mkdir(parents=True)
    for name in ("setup.sh", "pythons.sh"):
        shutil.copy(ROOT / "tests" / "tools" / name, tools)
    digest = wheel(tmp_path)
    other = hashlib.sha256(b"another file").hexdigest()
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PYTHON": sys.executable}
    # What is configured on this machine may name servers as well.
    environment["PIP_CONFIG_FILE"] = os.devnull

    def setup(pin: str) -> subprocess.CompletedProcess[str]:
        for name in ("requirements.txt", "demo.txt"):
            (tmp_path / "tests" / name).write_text(f"{pin}\n", encoding="utf-8")
        command = ["sh", str(tools / "setup.sh"), "tests/requirements.txt"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    for pin, said in {
        f"thing==1.0 --hash=sha256:{other}": "DO NOT MATCH THE HASHES",
        "thing==1.0": "Hashes are required",
    }.items():
        refused = setup(pin)
        assert refused.returncode != 0
        assert said in refused.stderr
    assert setup(f"thing==1.0 --hash=sha256:{digest}").returncode == 0
