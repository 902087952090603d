# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role are those of its argument specs: what is declared for an entry point is read by its tasks
and templates, whatever they include, and what they read is declared or left by the role itself. Defaults are the same.
"""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from ansible_collections.m365.apps.plugins.plugin_utils._role_inputs import ROLE, entry_points

OWN, DEFAULTS = (
    t.cast("dict[str, t.Any]", yaml.safe_load((ROLE / folder / "main.yml").read_text(encoding="utf-8")))
    for folder in ("vars", "defaults")
)
# Without comments, which may speak of anything.
FILES = {
    path.name: re.sub(r"^\s*#.*$|\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    if path.suffix == ".j2"
    else re.sub(r"^\s*#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for folder in ("tasks", "templates")
    for path in (ROLE / folder).rglob("*.*")
}
DECLARED = {entry: set(spec["options"]) for entry, spec in entry_points().items()}
# Names of users have one underscore behind the first word, those of the role two.
GIVEN = re.compile(r"(?<![\w.])((?:rollout|convert)_(?!_)\w+)\b")
# Read by the plugin that starts each entry point.
STARTED_WITH = {"rollout_surface"}
NAMES = re.compile(r"\b(rollout__?\w+|convert_\w+|[\w-]+\.(?:yml|txt\.j2|html\.j2|md\.j2|j2))\b")
# Those that the role leaves to a play: results, and what they are made of.
LEFT = {
    name
    for text in FILES.values()
    for name in re.findall(r"^\s+(?:register: )?(rollout_(?!_)\w+)(?::|$)", text, flags=re.MULTILINE)
}


def texts_of(entry: str) -> str:
    """Return all that an entry point may come by: its tasks, those and the templates that they name, and variables."""
    wanted, seen, found = [f"{entry}.yml"], set[str](), []
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        text = FILES.get(name) or (yaml.safe_dump({name: OWN[name]}) if name in OWN else str(DEFAULTS.get(name, "")))
        found.append(text)
        wanted += NAMES.findall(text)
    return re.sub(r"private\('\w+'", "", "\n".join(found))


@pytest.mark.parametrize("entry", sorted(set(DECLARED) - {"tenants"}))
def test_what_is_declared_is_read_and_what_is_read_is_declared(entry: str) -> None:
    read = set(GIVEN.findall(texts_of(entry))) | STARTED_WITH
    # Tasks that entry points share read what one of them alone has, where it is given.
    known = set().union(*DECLARED.values())
    assert DECLARED[entry] - read == set(), "declared, and not read"
    assert read - known - LEFT == set(), "neither declared nor set"


def test_defaults_are_those_of_the_argument_specs() -> None:
    """Those that are not in the role's defaults stand where a variable is read."""
    told = {
        name: option["default"]
        for spec in entry_points().values()
        for name, option in spec["options"].items()
        if "default" in option
    }
    fixed = {name: value for name, value in DEFAULTS.items() if not isinstance(value, str) or "{{" not in value}
    assert {name: told.get(name) for name in fixed} == fixed
    whole = "\n".join([*FILES.values(), *map(str, OWN.values())])
    for name, default in told.items():
        read = re.findall(rf"\b{name} *\| *default\(([^,)]*)", whole)
        assert name in fixed or {yaml.safe_load(each) for each in read} == {default}, name
