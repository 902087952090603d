# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which lines of plugins/ the tests run: pytest with its arguments, and every process that it starts.

Ansible's programs, their forked workers and the modules, which travel in zips, are measured too. Ends with the exit
code of pytest, or with 2 when less than the wanted share was run: 95 % unless --least says otherwise.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "pyproject.toml"
DATA = ROOT / ".ansible" / "coverage"
TREE = ROOT / ".ansible" / "tree"
EVERYTHING = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal", "tests/unit", "tests/integration"]


def run(tests: list[str]) -> int:
    """Run pytest under coverage; its exit code."""
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(parents=True)
    environment = {
        **os.environ,
        "COVERAGE_FILE": str(DATA / "part"),
        "ANSIBLE_COLLECTIONS_PATH": str(TREE),
        "PYTHONPATH": str(TREE),
    }
    measured = [sys.executable, "-m", "coverage", "run", "--rcfile", str(CONFIG), "-m", "pytest", *tests]
    return subprocess.run(measured, cwd=ROOT, env=environment, check=False).returncode


def sources() -> list[str]:
    """Every file that counts, whether a test has touched it or not."""
    return [str(path) for path in sorted((ROOT / "plugins").rglob("*.py"))]


def report(least: float) -> bool:
    """Put all data together and print the lines that were not run; whether enough were."""
    os.chdir(ROOT)
    coverage = Coverage(data_file=str(DATA / "all"), config_file=str(CONFIG))
    coverage.combine([str(part) for part in DATA.glob("part.*")])
    coverage.get_data().touch_files(sources())
    coverage.save()
    total = coverage.report(include=["plugins/*"])
    coverage.xml_report(outfile=str(DATA / "coverage.xml"), include=["plugins/*"])
    print(f"{total:.1f} % of the lines in plugins/ were run; at least {least:g} % are wanted.")
    return total >= least


def main() -> int:
    """Run, report, judge."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--least", type=float, default=95, help="share wanted, in percent (default: %(default)g)")
    options.add_argument("tests", nargs=argparse.REMAINDER, help="arguments of pytest (default: all tests)")
    given = options.parse_args()
    code = run(given.tests or EVERYTHING)
    enough = report(given.least)
    return code or (0 if enough else 2)


if __name__ == "__main__":
    raise SystemExit(main())
