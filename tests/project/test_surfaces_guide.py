# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of guide_surfaces say what the code of the surfaces says: each row is asked of it."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._graph.token_claims import claims_of
from ansible_collections.m365.apps.plugins.module_utils._module import arguments
from ansible_collections.m365.apps.plugins.module_utils._module.surfaces import (
    CATALOG,
    OFFICE,
    OPTIONS,
    foreign_of_task,
)
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES as OF_OFFICE
from ansible_collections.m365.apps.plugins.plugin_utils._role_surface import Chosen, surface_problems

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_surfaces.rst"
OF_CATALOG = CatalogSurface(
    t.cast(t.Any, SimpleNamespace(batching=True, claims=claims_of(""))), built_in()
).capabilities
CAPABILITIES = {CATALOG: OF_CATALOG, OFFICE: OF_OFFICE}
TASKS = {**arguments.BULK, **arguments.SHARED, **arguments.APPROVAL, **arguments.VIEW, **arguments.OVERWRITE}
GATED = {"rollout_waves": [{"name": "a", "groups": ["b"], "gate": {}}], "rollout_report_checkins": True}


def listed(names: t.Iterable[str]) -> str:
    return ", ".join(f"``{name}``" for name in names)


def yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def has(*options: str) -> t.Callable[[str], str]:
    """Return what tells whether a surface has options of a policy."""
    return lambda surface: yes(set(options) <= OPTIONS[surface])


def takes(option: str) -> t.Callable[[str], str]:
    """Return what tells whether a surface takes an option of a task."""
    return lambda surface: yes(not foreign_of_task({"surface": surface, option: "x"}))


# Row -> what its cells begin with.
ROWS: dict[str, t.Callable[[str], str]] = {
    "A policy holds": lambda surface: listed(field.options[0] for field in CAPABILITIES[surface].content),
    "Kinds of policies": lambda surface: listed(CAPABILITIES[surface].kinds) or "one",
    "Priorities of policies": lambda surface: yes(CAPABILITIES[surface].priorities),
    "Groups that are excluded": has("exclude_groups"),
    "All users, all devices": has("all_users", "all_devices"),
    "Assignment filters": has("filter_names"),
    "Scope tags": has("scope_tags"),
    "Conflicts between live policies": takes("conflicts"),
    "Changes that a second administrator approves": takes("approval_reason"),
    "A login may see only a part of the policies": takes("assume_full_view"),
    "Settings can be looked up, checked and fetched as a file": takes("catalog_file"),
    "Gates of waves, and how policies went on devices in reports": lambda surface: yes(
        not surface_problems(Chosen(surface, "a test"), GATED)
    ),
    "Pruning": lambda surface: "yes; by patterns" if CAPABILITIES[surface].prune_needs_names else "yes",
}


def tables() -> list[list[list[str]]]:
    """Return the list-tables of the guide as rows of cells."""
    text = GUIDE.read_text(encoding="utf-8")
    parts = [part.split("\n\n   * - ", 1)[1].split("\n\n")[0] for part in text.split(".. list-table::")[1:]]
    rows = [re.split(r"\n   \* - ", part) for part in parts]
    return [[[" ".join(cell.split()) for cell in row.split("\n     - ")] for row in table] for table in rows]


@pytest.fixture(name="found", scope="module")
def found_tables() -> tuple[list[list[str]], list[list[str]]]:
    first, second = tables()
    return first, second


def test_each_row_is_what_the_code_says(found: tuple[list[list[str]], list[list[str]]]) -> None:
    head, *rows = found[0]
    assert head[1:] == [listed([CATALOG]), listed([OFFICE])]
    assert [row[0] for row in rows] == list(ROWS)
    for what, *cells in rows:
        for surface, cell in zip((CATALOG, OFFICE), cells, strict=True):
            expected = ROWS[what](surface)
            assert cell == expected or cell.startswith((f"{expected};", f"{expected} ")), (what, surface)


def test_options_of_one_surface_are_all_there(found: tuple[list[list[str]], list[list[str]]]) -> None:
    other = {CATALOG: OFFICE, OFFICE: CATALOG}
    expected = [
        [
            listed([surface]),
            listed(sorted(OPTIONS[surface] - OPTIONS[other[surface]])),
            listed(sorted(name for name in TASKS if foreign_of_task({"surface": other[surface], name: {"x": 1}}))),
        ]
        for surface in (CATALOG, OFFICE)
    ]
    assert found[1][1:] == expected
