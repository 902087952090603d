# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-doc shows of each module, filter and lookup: what stands near it, and how what it returns looks."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest
import yaml

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
# The private ones are the role's own. What a gate and a report return is shown by the guides, in whole.
PUBLIC = [
    path
    for folder in ("modules", "filter", "lookup")
    for path in sorted((PLUGINS / folder).glob("*.py"))
    if not path.name.startswith(("_", "private"))
]
SHOWN_IN_GUIDES = {"approved_plan", "backup", "checkin_gate", "rollout_report", "wave_state"}
SAMPLED = [path for path in PUBLIC if path.parent.name != "modules" and path.stem not in SHOWN_IN_GUIDES]


def documented(path: Path, name: str) -> dict[str, t.Any]:
    """Return what a plugin assigns to a name, as YAML."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return t.cast(dict[str, t.Any], yaml.safe_load(ast.literal_eval(node.value)))
    raise AssertionError(f"{path} has no {name}")


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_says_what_stands_near_it(path: Path) -> None:
    assert documented(path, "DOCUMENTATION")["seealso"]


@pytest.mark.parametrize("path", SAMPLED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_it_returns_has_a_sample_with_the_members_that_are_documented(path: Path) -> None:
    for returned in documented(path, "RETURN").values():
        assert returned["sample"], path.name
        check(returned["sample"], returned)


def check(sample: t.Any, told: dict[str, t.Any]) -> None:
    """Compare a sample with what is told of it, as far as that names members."""
    if isinstance(sample, list):
        for one in sample:
            check(one, told)
    elif contains := told.get("contains"):
        assert set(sample) == set(contains)
        for name, value in sample.items():
            check(value, contains[name])
