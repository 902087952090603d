# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ADMX files, the catalog of the same settings, and items of Cloud Policy for tests of conversions."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.m365.apps.plugins.plugin_utils._admx.files import AdmxFolder
from ansible_collections.m365.apps.plugins.plugin_utils._convert.convert import (
    Converter,
    Source,
)
from ansible_collections.m365.apps.plugins.plugin_utils._convert.report import report
from ansible_collections.m365.apps.tests.unit import admx_model as model
from ansible_collections.m365.apps.tests.unit import own_settings as own

ONE, ZERO = ("REG_DWORD", 1), ("REG_DWORD", 0)
TRUE = {"form": "boolean", "id": "L_Trusted", "value_name": "OnlyTrusted", "true": ONE, "false": ZERO}
LEVEL = {
    "form": "enum",
    "id": "L_OwnLevel",
    "value_name": "Level",
    "items": [(("REG_DWORD", number), None) for number in (1, 2, 3)],
}
DAYS = [(ONE, [(model.KEY, "Days", ("REG_DWORD", days))]) for days in (3, 7)]
LIST = {"form": "list", "key": model.OTHER_KEY}
EXCEL = model.xml_of(
    [
        # The catalog has one of its two elements.
        {"name": "L_OwnMacros", "elements": [LEVEL, TRUE]},
        {"name": "L_OwnOldMacros", "value_name": "Old", "enabled": ZERO, "disabled": ONE},
        {"name": "L_OwnTwins", "elements": [{**LEVEL, "items": [*DAYS, (("REG_DWORD", 2), None)]}]},
    ],
    prefix="excel16",
)
OUTLOOK = model.xml_of(
    [
        {"name": "L_OwnNames", "elements": [{**LIST, "id": "L_List", "prefix": ""}]},
        {"name": "L_OwnNumbered", "elements": [{**LIST, "id": "L_List", "prefix": "Id"}]},
        {
            "name": "L_OwnPairs",
            "elements": [{**LIST, "id": "L_Pairs", "explicit": True}],
        },
    ],
    prefix="outlk16",
)
OFFICE = model.xml_of(
    [
        {"name": "L_OwnRepair", "class": "Machine", "value_name": "Repair"},
        {"name": "L_OwnUpdates", "class": "Both", "value_name": "Updates"},
        {
            "name": "L_OwnTwo",
            "elements": [
                {"form": "text", "id": "L_Text", "value_name": "Text"},
                {"form": "decimal", "id": "L_Number", "value_name": "Number"},
            ],
        },
        {
            "name": "L_OwnSame",
            "elements": [
                {"form": "text", "id": "L_A", "value_name": "Same"},
                {"form": "text", "id": "L_B", "key": model.OTHER_KEY, "value_name": "Same"},
            ],
        },
        {"name": "L_OwnUnknown", "value_name": "Unknown"},
        {"name": "L_Bad", "elements": [{"form": "magic", "id": "L_Bad"}]},
    ],
    prefix="office16",
)
TWO = own.toggle("office16", "L_OwnTwo", "Two", "l_text", "l_number")
TWINS = own.toggle("excel16", "L_OwnTwins", "Twins", "l_ownlevel")
MORE = (
    TWO,
    TWINS,
    own.choice(TWINS, "L_OwnLevel", {1: "Some days", 2: "Never"}),
    own.element(TWO, "L_Text", value_type="string", bounds=(0, 3)),
    own.element(TWO, "L_Number", value_type="integer", default=7),
    own.toggle("office16", "L_OwnSame", "Same", "l_a"),
)


ADMX = {"excel16": EXCEL, "outlk16": OUTLOOK, "office16": OFFICE}
CATALOG = own.CATALOG.with_definitions(MORE)


def item(setting: str, name: str, value: t.Any, kind: str = "REG_DWORD", **more: t.Any) -> dict[str, t.Any]:
    """Return an item of a payload."""
    return {"settingId": setting, "app": "excel16", "type": kind, "value": value, "valueName": name, **more}


def folder_at(path: Path) -> AdmxFolder:
    """Return a folder with these ADMX files."""
    for name, text in ADMX.items():
        (path / f"{name}.admx").write_text(text)
    return AdmxFolder.below(path)


def converter_at(path: Path) -> Converter:
    """Return a converter by these ADMX files and the catalog of the same settings."""
    return Converter(folder_at(path), CATALOG)


def made_of(converter: Converter, *items: t.Any, **options: t.Any) -> dict[str, t.Any]:
    """Return the report of one policy with these items, and under definition what is written."""
    policy = {"display_name": "Own", "policy_payload": list(items), **options}
    source = Source("own.yml", (policy,))
    [made] = converter.converted(source)
    return {**report([(source, [made])]), "definition": made.definition}
