# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A few settings with texts, all of them made up here, in the shapes that Office's settings have."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, catalog_lines
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Child, Definition, Option


def id_of(file: str, name: str, scope: str = "user") -> str:
    """Return the id of a setting."""
    return f"{scope}_vendor_msft_policy_config_{file}v2~policy~l_own_{name.lower()}"


def toggle(file: str, name: str, title: str, *children: str, **more: t.Any) -> Definition:
    """Return a setting; ``children`` are the ends of their ids, a question mark makes one optional."""
    own = id_of(file, name, more.get("scope", "user"))
    below = tuple(Child(f"{own}_{child.lstrip('?').lower()}", not child.startswith("?")) for child in children)
    options = (Option(f"{own}_0", 0, (), "Off"), Option(f"{own}_1", 1, below, "On"))
    values: dict[str, t.Any] = {"scope": "user", "default": f"{own}_0", "category": "Own Excel\\Safety", **more}
    return Definition(own, own, file=file, name=name, kind="choice", options=options, title=title, **values)


def element(owner: Definition, name: str, kind: str = "simple", end: str = "", **more: t.Any) -> Definition:
    """Return an element of a setting."""
    own = f"{owner.id}_{(end or name).lower()}"
    return Definition(own, owner.id, owner.scope, owner.file, name, kind, **more)


def choice(
    owner: Definition, name: str, titles: t.Mapping[t.Any, str], default: t.Any = None, **more: t.Any
) -> Definition:
    """Return an element with options, by their registry values."""
    found = element(owner, name, "choice", **more)
    options = tuple(Option(f"{found.id}_{str(value).lower()}", value, (), title) for value, title in titles.items())
    return replace(found, options=options, default=None if default is None else f"{found.id}_{default}")


MACROS = toggle(
    "excel16",
    "L_OwnMacros",
    "Let macros run in own workbooks (User)",
    "l_ownlevel",
    keywords=("Machine", "ownregistryvalue"),
)
LEVEL = choice(
    MACROS,
    "L_OwnLevel",
    {1: "Run all of them", 2: "Run those with a signature", 3: "Run none", 4: "run NONE"},
    default=2,
    title="Which ones",
)
WORD_MACROS = toggle("word16", "L_OwnMacros", "Let macros run in own texts (User)", category="Own Word\\Safety")
OLD = toggle("excel16", "L_OwnOldMacros", "Macros of old (Deprecated)", deprecated=True)
UPDATES = toggle("office16", "L_OwnUpdates", "When own updates come", category="Own Machine\\Updates", scope="device")
USER_UPDATES = replace(toggle("office16", "L_OwnUpdates", "When own updates come (User)"), keywords=("Weekly",))
REPAIR = toggle(
    *("office16", "L_OwnRepair", "Repair own add-ins that are signed", "l_place", "l_days", "l_again", "?l_other_v2"),
    category="Own Machine\\Updates",
    scope="device",
)
PLACE = element(REPAIR, "L_Place", value_type="string", bounds=(3, 12), title="Where it comes from")
DAYS = element(REPAIR, "L_Days", value_type="integer", bounds=(5, 30))
AGAIN = replace(choice(REPAIR, "L_Again", {0: "Never", 1: "Each day"}, default=1), title="How often")
OTHER = element(REPAIR, "L_Other", end="l_other_v2", value_type="string", bounds=(0, 0))
HOUR = element(REPAIR, "L_Hour", value_type="integer", bounds=(0, 23), default=4)
AGAIN = replace(AGAIN, options=(AGAIN.options[0], replace(AGAIN.options[1], children=(Child(HOUR.id, True),))))
NAMES = toggle("outlk16", "L_OwnNames", "Own names: {{ all }} of them\r\nand \x1b more", "l_list")
NAMES_LIST = element(NAMES, "L_List", "simple_list", value_type="string", counts=(2, 4), bounds=(0, 64))
PAIRS = toggle("outlk16", "L_OwnPairs", "Own pairs", "l_pairs", category="")
PAIRS_LIST = replace(
    element(PAIRS, "L_Pairs", "group_list", counts=(1, 9)),
    children=(Child(f"{PAIRS.id}_l_pairs_key", True), Child(f"{PAIRS.id}_l_pairs_value", True)),
)
PAIRS_KEY = element(PAIRS, "L_Pairs_key", value_type="string")
PAIRS_VALUE = element(PAIRS, "L_Pairs_value", value_type="string")
# None of Office's.
MAC = Definition("com.example.own", "com.example.own", "", "", "Own", "simple", "string", title="Macros of a Mac")

DEFINITIONS = (
    *(MACROS, LEVEL, WORD_MACROS, OLD, UPDATES, USER_UPDATES, REPAIR, PLACE, DAYS, AGAIN, OTHER, HOUR),
    *(NAMES, NAMES_LIST, PAIRS, PAIRS_LIST, PAIRS_KEY, PAIRS_VALUE, MAC),
)
CATALOG = Catalog(DEFINITIONS)


def write(path: Path, titles: bool = True) -> str:
    """Write a catalog file; return its path."""
    path.write_text("".join(f"{line}\n" for line in catalog_lines(DEFINITIONS, "a test", titles)), encoding="utf-8")
    return str(path)
