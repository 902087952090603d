# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the sanity tests of old cores refuse by rule is in their ignore files, which make matrix alone reads.

make test runs the sanity tests of one core only, so what a new file needs there would be seen with the next release.
"""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.unit.test_module_docs import documentation_of

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"


def packages_with_text() -> set[str]:
    """Return the packages of module_utils that say what they are for."""
    return {named(path) for path in PLUGINS.glob("module_utils/**/__init__.py") if path.stat().st_size}


def one_line_functions() -> set[str]:
    """Return the files with a function whose body stands on the line of its def."""
    return {named(path) for path in PLUGINS.glob("**/*.py") if any(map(is_one_line, nodes_of(path)))}


def choices_with_meanings() -> set[str]:
    """Return the modules that say for each choice of an option what it means."""
    modules = PLUGINS.glob("modules/*.py")
    return {named(path) for path in modules if has_meanings(documentation_of(path.stem)["options"])}


def has_meanings(options: dict[str, dict[str, t.Any]]) -> bool:
    return any(
        isinstance(option.get("choices"), dict) or has_meanings(option.get("suboptions") or {})
        for option in options.values()
    )


def is_one_line(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.body[0].lineno == node.lineno


def nodes_of(path: Path) -> t.Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_bytes()))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# By the oldest and the newest core that has a rule, and the test with its code.
RULES: tuple[tuple[str, str, str, t.Callable[[], set[str]]], ...] = (
    ("2.16", "2.17", "empty-init", packages_with_text),
    ("2.16", "2.18", "pep8:E704", one_line_functions),
    ("2.16", "2.16", "validate-modules:invalid-documentation", choices_with_meanings),
)


@pytest.mark.parametrize(("first", "last", "rule", "found"), RULES, ids=[rule for _first, _last, rule, _found in RULES])
def test_what_a_rule_refuses_is_ignored_where_it_is_a_rule(
    first: str, last: str, rule: str, found: t.Callable[[], set[str]]
) -> None:
    assert (expected := found())
    for path in sorted((ROOT / "tests" / "sanity").glob("ignore-*.txt")):
        core = path.stem.removeprefix("ignore-")
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        ignored = {place for place, what, *_reason in lines if what == rule}
        assert ignored == (expected if first <= core <= last else set()), path.name
