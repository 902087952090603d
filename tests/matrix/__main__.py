# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: run the checks of the rows, print one table; 1 when one failed, ran nothing or could not run."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from .checkout import link_interpreters
from .checks import CHECKS, OF_A_ROW
from .page import Line, page, table
from .rows import HERE, SUPPORTED, CannotRun, prepare

_TAIL = 6000


def main() -> int:
    """Run and report."""
    arguments = _arguments()
    interpreters = link_interpreters()
    checks = arguments.checks or list(OF_A_ROW)
    lines = []
    for name in arguments.rows or SUPPORTED:
        lines.append(_line(name, interpreters, checks, arguments.give))
        print(table(lines[-1:], checks), flush=True)
        if arguments.page and not arguments.give:  # what is given makes it a part of a check
            _write(arguments.page, lines[-1])
    if len(lines) > 1:
        print("\n" + table(lines, checks))
    return int(not all(line.good for line in lines))


def _line(name: str, interpreters: dict[str, Path], checks: list[str], more: list[str]) -> Line:
    started, line = time.monotonic(), Line(name)
    try:
        row = prepare(name, interpreters)
    except CannotRun as error:
        line.reason = str(error)
        return line
    line.core = row.core
    for check in checks:
        print(f"{name}: {check}", file=sys.stderr, flush=True)
        line.outcomes[check] = outcome = CHECKS[check](row, more)
        if outcome.failed:
            print(outcome.log.read_text(encoding="utf-8")[-_TAIL:], file=sys.stderr)
            print(f"{name}: {check} failed; all of it: {outcome.log}", file=sys.stderr, flush=True)
    line.seconds = time.monotonic() - started
    return line


def _write(path: Path, line: Line) -> None:
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(page(old, line, datetime.now(tz=UTC).date().isoformat()), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="matrix", description=__doc__)
    parser.add_argument("rows", nargs="*", help=f"such as {' '.join(SUPPORTED)} (all of these), or {HERE}: this venv")
    parser.add_argument("--check", action="append", dest="checks", choices=CHECKS, help="only this one (repeatable)")
    parser.add_argument(
        "--give", action="append", default=[], help="an argument for what the check starts (repeatable)"
    )
    parser.add_argument("--page", type=Path, help="the page to write the rows to; a run with --give writes nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
