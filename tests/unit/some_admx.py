# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ADMX files of our own for the settings that the guide on conversion speaks of: what they write, and no more."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.m365.apps.tests.unit import admx_model

ONE, ZERO = ("REG_DWORD", 1), ("REG_DWORD", 0)
LEVELS = [(("REG_DWORD", level), None) for level in (1, 2, 3, 4)]
EXCEL = admx_model.xml_of(
    [
        {
            "name": "L_VBAWarningsPolicy",
            "elements": [{"form": "enum", "id": "L_Empty4", "value_name": "VBAWarnings", "items": LEVELS}],
        },
        {"name": "L_TurnOffFileValidation", "value_name": "enableonload", "enabled": ZERO, "disabled": ONE},
    ],
    prefix="excel16",
)
INSIDERS = {"value_name": "insiderslabbehavior", "enabled": ONE, "disabled": ("REG_DWORD", 2)}
OFFICE = admx_model.xml_of([{"name": "L_OfficeInsiderUserExperience", **INSIDERS}], prefix="office16")


def write(folder: Path) -> None:
    """Write the files to a folder, which is made."""
    folder.mkdir()
    (folder / "excel16.admx").write_text(EXCEL)
    (folder / "office16.admx").write_text(OFFICE)
