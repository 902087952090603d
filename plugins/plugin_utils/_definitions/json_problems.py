# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What usually helps where a JSON text cannot be read. Line and column are in what Python says."""

from __future__ import annotations

# Python's sentences, in part (json/decoder.py, json/scanner.py), and the step that helps. The first that fits counts.
_USUAL = (
    ("trailing comma", "Remove the comma before the closing bracket"),
    ("property name", "Put the names in double quotes, and no comma before a closing bracket"),
    ("',' delimiter", "Give the comma that is missing, or close the bracket before"),
    ("':' delimiter", "Give the colon that is missing"),
    ("Unterminated string", "Close the quotes that are opened there"),
    ("control character", "Close the quotes in the same line; write a line break in a text as \\n"),
    ("Extra data", "Keep one policy in the file, or a list of them in brackets"),
    ("Expecting value", "Give the value that is missing: a text in double quotes, a number, true, false, null, [ or {"),
)


def step_of(said: str) -> str:
    """Return the next step for what Python says of a JSON text."""
    return next((step for part, step in _USUAL if part in said), "Correct the file")
