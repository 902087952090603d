# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Aliases of types in module_utils are what the pylint of ansible-test takes, which is slow to say so."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "plugins" / "module_utils").rglob("*.py"))


def unions_in_aliases(source: str) -> list[int]:
    """Return the lines of a module that hold an alias such as ``list[str | None]``, whose union is not in quotes."""
    aliases = [node.value for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    indices = [part.slice for alias in aliases for part in ast.walk(alias) if isinstance(part, ast.Subscript)]
    parts = [part for index in indices for part in ast.walk(index) if isinstance(part, ast.BinOp)]
    return sorted({part.lineno for part in parts if isinstance(part.op, ast.BitOr)})


def test_unions_in_aliases_stand_in_quotes() -> None:
    found = {path.relative_to(ROOT).as_posix(): unions_in_aliases(path.read_text(encoding="utf-8")) for path in FILES}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("Key = tuple[str | None, str]", [1]),
        ("\nPages = Callable[[str | None], Iterator[Page]]", [2]),
        ('Key = tuple["str | None", str]', []),
        ("FLAGS = a | b", []),
        ("def of(key: str | None) -> list[str | None]: ...", []),
    ],
)
def test_such_a_union_is_found(source: str, lines: list[int]) -> None:
    assert unions_in_aliases(source) == lines
