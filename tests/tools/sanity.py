# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``ansible-test sanity --local`` on a real copy of the checkout: sanity.py [more arguments for ansible-test].

ansible-test wants a folder ansible_collections/m365/apps that is no symlink and not ignored by git, interpreters on
PATH that really run, and a script that puts pip into the empty venvs it makes. Ends with its exit code, or with 1 when
it ended well but tested nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from ansible_test._internal.python_requirements import get_venv_packages

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".ansible" / "ansible-test"
COPY = WORK / "ansible_collections" / "m365" / "apps"
INTERPRETERS = WORK / "bin"
BIN = Path(sys.executable).parent

# Stands for get-pip.py, which ansible-test else downloads: unpacks the pip that comes with Python.
GET_PIP = """\
import ensurepip
import pathlib
import sysconfig
import zipfile

bundled = pathlib.Path(ensurepip.__file__).parent / "_bundled"
wheel = max(bundled.glob("pip-*.whl"))
zipfile.ZipFile(wheel).extractall(sysconfig.get_path("purelib"))
"""


def copy_collection() -> None:
    """Copy what git knows or would take in, as a git work tree of its own: ansible-test asks git what to test."""
    shutil.rmtree(COPY, ignore_errors=True)
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        source, target = ROOT / name, COPY / name
        if os.path.lexists(source):  # a removed file is listed until the removal is committed
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet"], cwd=COPY, check=True)


def link_interpreters() -> None:
    """Make a folder with a link to each Python that runs, to stand on PATH before the shims of version managers."""
    shutil.rmtree(INTERPRETERS, ignore_errors=True)
    INTERPRETERS.mkdir(parents=True)
    script = ["sh", str(ROOT / "tests" / "tools" / "pythons.sh")]
    for path in subprocess.run(script, check=True, capture_output=True, text=True).stdout.splitlines():
        code = "import sys; print('python%d.%d' % sys.version_info[:2])"
        name = subprocess.run([path, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
        (INTERPRETERS / name).symlink_to(path)


def provide_get_pip() -> None:
    """Put our get-pip where this ansible-core looks for a cached one, unless there is one."""
    python = SimpleNamespace(version=f"{sys.version_info.major}.{sys.version_info.minor}")
    version = get_venv_packages(python)["pip"].replace(".", "_")
    script = Path("~/.ansible/test/cache").expanduser() / f"get_pip_{version}.py"
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(GET_PIP, encoding="utf-8")


def run(arguments: list[str]) -> int:
    """Run ansible-test, pass its output on, and give its exit code, or 1 when no sanity test ran on any file."""
    path = os.pathsep.join([str(BIN), str(INTERPRETERS), os.environ.get("PATH", os.defpath)])
    command = [str(BIN / "ansible-test"), "sanity", "--local", "--color", "no", *arguments]
    ran: set[str] = set()
    skipped_all = False
    with subprocess.Popen(
        command, cwd=COPY, env=os.environ | {"PATH": path}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            ran |= set(re.findall(r'Running sanity test "([\w-]+)"', line))
            skipped_all |= "All targets skipped" in line
    if process.returncode == 0 and (skipped_all or not ran):
        print("sanity.py: ansible-test ended well but tested nothing", file=sys.stderr)
        return 1
    print(f"sanity.py: {len(ran)} sanity tests ran")
    return process.returncode


def main() -> int:
    """Prepare the copy and run."""
    copy_collection()
    link_interpreters()
    provide_get_pip()
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
