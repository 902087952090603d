# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows: an ansible-core and the Python that it runs on."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .checkout import ROOT, WORK

NEWEST = "newest"
# The newest with alphas, betas and release candidates: the same as NEWEST while none is newer.
PRERELEASE = "prerelease"
# The venv that this runs in, with every Python that its ansible-core knows.
HERE = "here"
SUPPORTED = (
    "2.16-py3.11",
    "2.17-py3.11",
    "2.18-py3.11",
    "2.19-py3.11",
    "2.20-py3.12",
    "2.21-py3.12",
    f"{NEWEST}-py3.13",
    f"{NEWEST}-py3.14",
    f"{PRERELEASE}-py3.13",
)
# Pins that belong to the ansible-core of make test, and not to that of a row.
_OF_THE_CORE = ("ansible-core==", "resolvelib==")
# A line of a lock, without the hashes that follow it.
_PIN = re.compile(r"^[\w.-]+==[^\\\n]+", re.MULTILINE)
_NAME = re.compile(rf"(?P<core>\d+\.\d+(?:\.\w+)?|{NEWEST}|{PRERELEASE})-py(?P<python>3\.\d+)")
# A bound that is a pre-release lets pip take pre-releases of ansible-core, and of nothing else.
_REQUIREMENTS = {NEWEST: "ansible-core", PRERELEASE: "ansible-core>=0.dev0"}


class CannotRun(Exception):
    """This row cannot run here; the text says why."""


@dataclass(frozen=True)
class Row:
    """One ansible-core, installed; ``python`` is the version that ansible-test is held to, None for every one."""

    name: str
    bin: Path
    folder: Path
    core: str
    python: str | None


def prepare(name: str, interpreters: dict[str, Path]) -> Row:
    """Return the row of that name, such as 2.19-py3.11, 2.22.0rc1-py3.13, newest-py3.13 or here. Raises CannotRun."""
    folder = WORK / name
    if name == HERE:
        folder.mkdir(parents=True, exist_ok=True)
        return Row(name, Path(sys.executable).parent, folder, _core_of(Path(sys.executable)), None)
    match = _NAME.fullmatch(name)
    if not match:
        raise CannotRun(f"no row has that name; the names are {HERE} and such as {', '.join(SUPPORTED)}")
    version = match["python"]
    if version not in interpreters:
        raise CannotRun(f"no Python {version} runs here")
    folder.mkdir(parents=True, exist_ok=True)
    python = _install(folder / "venv", interpreters[version], requirement(match["core"]))
    return Row(name, python.parent, folder, _core_of(python), version)


def requirement(core: str) -> str:
    """Return what pip is asked for: the newest, the newest of a minor version (2.19), or a version (2.22.0rc1)."""
    return _REQUIREMENTS.get(core) or f"ansible-core=={core}" + ("" if core.count(".") > 1 else ".*")


def _install(venv: Path, interpreter: Path, core: str) -> Path:
    """Make the venv again; return its Python. All but ansible-core is as pinned for make test.

    The core is what varies, so no lock has the hash of it; what it alone brings is held to the version of the pin.
    A session of antsibull-nox would take a range of the index: no pre-release, and nothing beside it pinned.
    """
    locked = (ROOT / "tests" / "requirements.txt").read_text(encoding="utf-8")
    pins = [pin for pin in _PIN.findall(locked) if not pin.startswith(_OF_THE_CORE)]
    (constraints := venv.parent / "constraints.txt").write_text("\n".join(pins), encoding="utf-8")
    python = venv / "bin" / "python"
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check"]
    commands: list[list[str | Path]] = [
        [interpreter, "-m", "venv", "--clear", venv],
        [*pip, "--require-hashes", "-r", ROOT / "tests" / "matrix.txt"],
        [*pip, core, "-c", constraints],
    ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotRun(
                f"{core} cannot be installed: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}"
            )
    return python


def _core_of(python: Path) -> str:
    code = "from ansible.release import __version__; print(__version__)"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
