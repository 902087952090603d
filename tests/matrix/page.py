# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines of rows: as the table that a run prints, and in docs/matrix.md, where a run replaces what it ran."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .checks import OF_A_ROW, Outcome
from .rows import SUPPORTED

HEADER = ["row", "ansible-core", *OF_A_ROW, "day"]
NOT_RUN = "-"
_ABOUT = """\
# Versions of ansible-core and Python

Written by `make matrix`, and again by each release, which runs every row. A row is one ansible-core in a venv of its
own, with the Python that its name ends with; `newest` is the newest release, `prerelease` the newest of all, release
candidates included. A cell tells how many tests passed, or `-` for what did not run.

* **sanity**: kinds of tests of `ansible-test sanity`. **units**: `tests/unit`.
* **targets**: runs of integration targets by `ansible-test integration`, each in-process and by modules.
* **plays**: the rest of `tests/integration`, real `ansible-playbook` processes against the emulator.

"""


@dataclass
class Line:
    """What is said about one row."""

    name: str
    core: str = NOT_RUN
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0

    @property
    def good(self) -> bool:
        """Whether the row ran and nothing failed."""
        return bool(self.outcomes) and not any(outcome.failed for outcome in self.outcomes.values())


def table(lines: t.Iterable[Line], checks: list[str]) -> str:
    """Return what a run prints: tests that passed for each check, or why the row did not run."""
    rows = []
    for line in lines:
        cells = [str(line.outcomes.get(check, NOT_RUN)) for check in checks]
        if line.reason:
            cells = [f"NOT RUN: {line.reason}", *[""] * (len(checks) - 1)]
        rows.append([line.name, line.core, *cells, f"{line.seconds:.0f}"])
    return _markdown(["row", "ansible-core", *checks, "seconds"], rows)


def page(old: str, line: Line, day: str) -> str:
    """Return docs/matrix.md with this line in it, and all others as the old page has them.

    A cell of a check that did not run now stays as long as it tells of the same ansible-core.
    """
    known = read(old)
    if line.outcomes:
        before = known.get(line.name, {})
        kept = before if before.get("ansible-core") == line.core else {}
        now = {check: str(outcome) for check, outcome in line.outcomes.items() if check in OF_A_ROW}
        known[line.name] = {**kept, "row": line.name, "ansible-core": line.core, **now, "day": day}
    rows = [[known.get(name, {"row": name}).get(column, NOT_RUN) for column in HEADER] for name in SUPPORTED]
    return f"{_ABOUT}{_markdown(HEADER, rows)}\n"


def read(text: str) -> dict[str, dict[str, str]]:
    """Return the rows of a page by their names."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return {row[0]: dict(zip(HEADER, row, strict=True)) for row in rows}


def _markdown(header: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [header, ["---"] * len(header), *rows])
