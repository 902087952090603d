# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a policy of the settings catalog differs from the one of a backup."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils import _backup

STAFF, PILOTS = (f"{number}1111111-0000-4000-8000-000000000001" for number in (1, 2))
Dict = dict[str, t.Any]

SAVED: Dict = {
    "id": "1",
    "display_name": "A",
    "description": "",
    "settings": [
        {"setting": "excel16/L_VBAWarningsPolicy", "value": 3},
        {"setting": "outlk16/L_CheckForgottenAttachments"},
    ],
    "scope_tags": ["0", "7"],
    "groups": [{"id": STAFF, "display_name": "Staff", "filter": "f", "filter_mode": "exclude"}],
    "exclude_groups": [{"id": PILOTS}],
    "all_users": False,
    "all_devices": {"filter": "f", "filter_mode": "include"},
}


@pytest.mark.parametrize(
    ("field", "live", "differs"),
    [
        ("settings", list(reversed(SAVED["settings"])), False),
        # Another version may have another spelling for the same.
        (
            "settings",
            [
                {"setting": "outlk16/L_CheckForgottenAttachments"},
                {"setting": "EXCEL16;L_VBAWarningsPolicy", "value": "3"},
            ],
            False,
        ),
        ("settings", SAVED["settings"][:1], True),
        (
            "settings",
            [
                {"setting": "excel16/L_VBAWarningsPolicy", "value": 4},
                {"setting": "outlk16/L_CheckForgottenAttachments"},
            ],
            True,
        ),
        ("settings", [{"raw": {"settingDefinitionId": "nobody_knows"}}], True),
        ("scope_tags", ["7", "0"], False),
        ("scope_tags", ["0"], True),
        ("groups", [{"id": STAFF.upper(), "filter": "f", "filter_mode": "exclude"}], False),
        ("groups", [{"id": STAFF, "filter": "f", "filter_mode": "include"}], True),
        ("groups", [STAFF], True),
        ("exclude_groups", [PILOTS.upper()], False),
        ("exclude_groups", [], True),
        ("all_users", True, True),
        ("all_devices", {"filter_mode": "include", "filter": "f"}, False),
        ("all_devices", True, True),
    ],
)
def test_a_policy_of_the_settings_catalog_is_compared_field_by_field(field: str, live: t.Any, differs: bool) -> None:
    assert _backup.differing(SAVED, {**SAVED, field: live}) == ([field] if differs else [])
