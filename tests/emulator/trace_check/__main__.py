# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line: ``python -m trace_check FILE [--settings JSON] [--catalog FILE]``.

Exit code 0: the emulator answers as the tenant did. 1: it does not. 2: this cannot be found out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import requests

from graph_emulator.settings import SettingError
from graph_emulator.testing import running

from .reading import TraceError, read_trace
from .replay import Difference, Result, check


def parser() -> argparse.ArgumentParser:
    """The command line's options."""
    options = argparse.ArgumentParser(prog="python -m trace_check", description=__doc__)
    options.add_argument("trace", type=Path, help="file that M365_TRACE named")
    options.add_argument(
        "--settings", default="{}", help="settings of the emulator as JSON, above what the trace shows"
    )
    options.add_argument(
        "--catalog", action="append", default=[], help="file with definitions, as the emulator takes it"
    )
    return options


def report(result: Result) -> list[str]:
    """The result for a person: a line for each difference, the same one once."""
    counts: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], Difference] = {}
    for each in result.differences:
        key = each.call, each.text
        counts[key] = counts.get(key, 0) + 1
        first.setdefault(key, each)
    lines = [
        f"line {each.line}: {each.call}: {each.text}{f' ({counts[key]} times)' if counts[key] > 1 else ''}"
        for key, each in first.items()
    ]
    left = [f"{count} not sent: {reason}" for reason, count in result.left_out.items()]
    shown = [f"settings of the emulator: {json.dumps(result.settings)}"] if result.settings else []
    verdict = f"{len(lines)} differences" if lines else "the emulator answers as the tenant did"
    return [*lines, f"{result.sent} requests sent, {verdict}", *left, *shown]


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a trace; the exit code."""
    options = parser().parse_args(arguments)
    try:
        calls, settings = read_trace(options.trace), json.loads(options.settings)
        catalogs = [word for name in options.catalog for word in ("--catalog", str(Path(name).resolve()))]
        with running(*catalogs) as emulator:
            result = check(calls, emulator, settings)
    except requests.HTTPError as error:
        text = error.response.text if error.response is not None else str(error)
        return _fail(f"the emulator does not take the tenant of {options.trace}: {text}")
    except (TraceError, SettingError, ValueError, RuntimeError) as error:
        return _fail(str(error))
    print("\n".join(report(result)))
    return 1 if result.differences else 0


def _fail(text: str) -> int:
    print(f"trace_check: {text}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
