# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture of the guide on waves shows what the engine does."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import AllTarget, DesiredPolicy, GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy, Target
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory
from ansible_collections.m365.apps.tests.unit.test_converge_surfaces import OtherTenant, excluded, included, item, live

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "waves.svg"
GROUPS = {
    name: f"{number}0000000-0000-4000-8000-000000000000" for number, name in enumerate(("Pilots", "Staff", "Kiosks"))
}
PILOTS, STAFF = GROUPS["Pilots"], GROUPS["Staff"]
OLD, NEW = ("a",), ("b",)


def to(*groups: str) -> GroupChange:
    return GroupChange(exact=groups)


# By what the picture calls each policy: whom it is for before, and what is asked of it. None: it is not there.
ROWS: dict[str, tuple[tuple[Assignment, ...] | None, dict[str, t.Any]]] = {
    "New, for Pilots and Staff": (None, {"groups": to("Pilots", "Staff")}),
    "Changed, Pilots alone have it": ((included(PILOTS),), {}),
    "Changed, all users have it": ((Assignment(None, to=Target.ALL_USERS),), {"all_users": AllTarget(True)}),
    "The same, without Pilots now": (
        (Assignment(None, to=Target.ALL_USERS),),
        {"all_users": AllTarget(True), "exclude_groups": to("Pilots")},
    ),
    "Changed, excludes Kiosks now": ((included(PILOTS),), {"exclude_groups": to("Kiosks")}),
    "Changed, Staff not excluded now": ((included(PILOTS), excluded(STAFF)), {"exclude_groups": to()}),
}


def drawn() -> dict[str, list[tuple[str, str]]]:
    """Return of each row of the picture the cells: their class, and what is written in them."""
    rows = re.findall(r'<text x="10" [^>]*>(.+?)</text>(.+?)(?=\n\n)', PICTURE.read_text("utf-8"), flags=re.DOTALL)
    return {
        name: re.findall(r'<rect class="([\w ]+)".+?<text class="[\w ]*mid"[^>]*>(.+?)</text>', row, flags=re.DOTALL)
        for name, row in rows
        if "<rect" in row
    }


def cell(policy: Policy | None, pending: t.Collection[str] = ()) -> tuple[str, str]:
    if policy is None:
        return "none", "not there"
    names = {group: name for name, group in GROUPS.items()}
    assignments = t.cast("tuple[Assignment, ...]", policy.assignments)
    out = [names[str(each.group_id)] for each in assignments if each.to is Target.EXCLUDED_GROUP]
    who = [names.get(str(each.group_id), "all users") for each in assignments if each.to is not Target.EXCLUDED_GROUP]
    look = "new" if policy.value("settings") == NEW else "old wait" if pending else "old"
    return look, ", ".join(who) + "".join(f" but {name}" for name in out)


def cells(name: str, before: tuple[Assignment, ...] | None, change: dict[str, t.Any]) -> list[tuple[str, str]]:
    there = None if before is None else live(name, *before, settings=OLD)
    tenant = OtherTenant({} if there is None else {str(there.id): there})
    wanted: list[DesiredPolicy] = [item(name, settings=NEW, **change)]
    found = [cell(there)]
    for limit in (("Pilots",), None):
        outcome = converge(wanted, tenant, MemoryDirectory(GROUPS), RunOptions(limit_to_groups=limit))
        policy = next(iter(tenant.policies.values()))
        found.append(cell(policy, outcome.items[0].pending))
    return found


def test_the_picture_of_waves_shows_what_they_do() -> None:
    assert drawn() == {name: cells(name, *row) for name, row in ROWS.items()}
