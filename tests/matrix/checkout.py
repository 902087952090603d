# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-test wants around it: a real copy of the checkout, interpreters on PATH, a script that brings pip."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".ansible" / "matrix"
INTERPRETERS = WORK / "bin"

# Stands for get-pip.py, which ansible-test else downloads: unpacks the pip that comes with Python.
_GET_PIP = """\
import ensurepip
import pathlib
import sysconfig
import zipfile

# Some distributions keep it in a folder of their own.
folders = [pathlib.Path(ensurepip.__file__).parent / "_bundled", sysconfig.get_config_var("WHEEL_PKG_DIR")]
wheel = max(wheel for folder in folders if folder for wheel in pathlib.Path(folder).glob("pip-*.whl"))
zipfile.ZipFile(wheel).extractall(sysconfig.get_path("purelib"))
"""
_PIP_VERSION = """\
import sys
from types import SimpleNamespace
from ansible_test._internal.python_requirements import get_venv_packages
print(get_venv_packages(SimpleNamespace(version="%d.%d" % sys.version_info[:2]))["pip"])
"""


def copy_collection(folder: Path) -> Path:
    """Copy what git knows or would take in to ``folder/ansible_collections/m365/apps``; return that folder.

    It must be no symlink, and a git work tree of its own: ansible-test asks git what to test, and where the copy lies
    git ignores everything.
    """
    copy = folder / "ansible_collections" / "m365" / "apps"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        source, target = ROOT / name, copy / name
        if os.path.lexists(source):  # a removed file is listed until the removal is committed
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    return copy


def link_interpreters() -> dict[str, Path]:
    """Return the Pythons that run here as {"3.12": path}.

    The paths are links in one folder, to stand on PATH before the shims of version managers.
    """
    INTERPRETERS.mkdir(parents=True, exist_ok=True)
    script = ["sh", str(ROOT / "tests" / "tools" / "pythons.sh")]
    found: dict[str, Path] = {}
    for path in subprocess.run(script, check=True, capture_output=True, text=True).stdout.splitlines():
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        version = subprocess.run([path, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
        found[version] = INTERPRETERS / f"python{version}"
        found[version].unlink(missing_ok=True)
        found[version].symlink_to(path)
    return found


def provide_get_pip(python: Path) -> None:
    """Put our get-pip where the ansible-test beside that Python looks for a cached one, unless there is one."""
    asked = subprocess.run([python, "-c", _PIP_VERSION], check=True, capture_output=True, text=True)
    script = Path("~/.ansible/test/cache").expanduser() / f"get_pip_{asked.stdout.strip().replace('.', '_')}.py"
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(_GET_PIP, encoding="utf-8")


def provide_key() -> None:
    """Make the key that ansible-test makes when there is none: of two that make it at once, one fails."""
    key = Path("~/.ansible/test/id_rsa").expanduser()
    if not key.exists():
        key.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["ssh-keygen", "-m", "PEM", "-q", "-t", "rsa", "-N", "", "-f", key], check=True)
