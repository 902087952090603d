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
ALL = [path for folder in ("modules", "filter", "lookup") for path in sorted((PLUGINS / folder).glob("[!_]*.py"))]
# The private ones are the role's own.
PUBLIC = [path for path in ALL if not path.name.startswith("private")]
WHOLE = [path for path in PUBLIC if path.parent.name != "modules"]
MODULES = [path for path in PUBLIC if path.parent.name == "modules"]


def documented(path: Path, name: str) -> dict[str, t.Any]:
    """Return what a plugin assigns to a name, as YAML."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return t.cast(dict[str, t.Any], yaml.safe_load(ast.literal_eval(node.value)))
    raise AssertionError(f"{path} has no {name}")


TYPES: dict[str, type | tuple[type, ...]] = {
    "dict": dict,
    "list": list,
    "str": str,
    "bool": bool,
    "int": int,
    "path": str,
    "float": (float, int),
    "raw": object,
}


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_says_what_stands_near_it(path: Path) -> None:
    assert documented(path, "DOCUMENTATION")["seealso"]


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_it_returns_has_a_sample_with_the_members_that_are_documented(path: Path) -> None:
    for returned in documented(path, "RETURN").values():
        assert returned["sample"], path.name
        check(returned["sample"], returned)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_what_a_module_returns_has_samples(path: Path) -> None:
    """Members may be missing in one, since many are there under some condition only; none is unknown."""
    for name, returned in documented(path, "RETURN").items():
        assert has_sample(returned), name
        assert unknown(returned.get("sample"), returned) == set(), name


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_samples_have_the_types_that_are_documented(path: Path) -> None:
    for name, returned in documented(path, "RETURN").items():
        assert mistyped(name, returned.get("sample"), returned) == []


def mistyped(name: str, sample: t.Any, told: dict[str, t.Any]) -> list[str]:
    """Return what of a sample has another type than the documentation says; null may be anywhere."""
    if sample is None:
        return []
    if not isinstance(sample, TYPES[told["type"]]) or (isinstance(sample, bool) and told["type"] in {"int", "float"}):
        return [name]
    if isinstance(sample, list):
        member = {"type": told.get("elements", "raw"), "contains": told.get("contains")}
        return [wrong for one in sample for wrong in mistyped(f"{name}[]", one, member)]
    contains = told.get("contains") or {}
    members = sample.items() if isinstance(sample, dict) else ()
    return [
        wrong for key, value in members if key in contains for wrong in mistyped(f"{name}.{key}", value, contains[key])
    ]


def has_sample(told: dict[str, t.Any]) -> bool:
    """Tell whether there is a sample of it, or of all that it contains."""
    contains = told.get("contains")
    return "sample" in told or bool(contains and all(map(has_sample, contains.values())))


def unknown(sample: t.Any, told: dict[str, t.Any]) -> set[str]:
    """Return the members of a sample that are not documented; one may be told beside another one, as C(name)."""
    contains = told.get("contains") or {}
    if isinstance(sample, list):
        return {name for one in sample for name in unknown(one, told)}
    if not contains or not isinstance(sample, dict):
        return set()
    further = (unknown(value, contains[name]) for name, value in sample.items() if name in contains)
    beside = str([one.get("description") for one in contains.values()])
    return {name for name in set(sample) - set(contains) if f"C({name})" not in beside}.union(*further)


def check(sample: t.Any, told: dict[str, t.Any]) -> None:
    """Compare a sample with what is told of it, as far as that names members."""
    if isinstance(sample, list):
        for one in sample:
            check(one, told)
    elif contains := told.get("contains"):
        sometimes = {name for name, member in contains.items() if member.get("returned", "always") != "always"}
        assert set(sample) | sometimes == set(contains)
        for name, value in sample.items():
            check(value, contains[name])
