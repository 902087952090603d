# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups compared with a tenant in whose texts masks stand for a secret of the run."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._module.masking import masked
from ansible_collections.m365.apps.plugins.module_utils._module.masks import MASK
from ansible_collections.m365.apps.plugins.plugin_utils._role_functions import backup_differences, restore_steps

WORD = "Standard"
ID = "22222222-0000-4000-8000-000000000001"
SAVED: dict[str, t.Any] = {
    "id": ID,
    "display_name": f"Contoso {WORD}",
    "kind": "windows",
    "description": f"the {WORD} one",
    "priority": 1,
    "groups": [],
    "policy_payload": [{"settingId": "a", "value": f"{WORD}!"}],
}
BACKUP = {"policies": [SAVED], "absent": [f"New {WORD}"]}


def live(**changes: t.Any) -> dict[str, t.Any]:
    """Return the policy as a run shows it whose secret is the word."""
    shown: dict[str, t.Any] = masked({**SAVED, **changes}, {WORD})
    return shown


def test_a_mask_is_no_difference() -> None:
    shown = live()
    assert MASK in shown["display_name"]
    assert backup_differences(BACKUP, [shown]) == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"description": f"another {WORD}"}, ["description"]),
        ({"display_name": f"Fabrikam {WORD}"}, ["display_name"]),
        ({"policy_payload": [{"settingId": "a", "value": "x"}]}, ["policy payload"]),
        ({"policy_payload": [{"settingId": "a", "value": f"{WORD}?"}]}, ["policy payload"]),
    ],
)
def test_what_differs_beside_a_mask_is_told(changes: dict[str, t.Any], fields: list[str]) -> None:
    told = backup_differences(BACKUP, [live(**changes)])
    assert [each["fields"] for each in told] == [fields]


def test_a_masked_name_is_not_made_a_second_time() -> None:
    """A policy that came back under another id is found by its name; one that was made since is deleted by its."""
    other = ID[:-1] + "2"
    found = [live(id=other), live(id=ID[:-1] + "3", display_name=f"New {WORD}")]
    plain = [{**SAVED, "id": other}, {**SAVED, "id": ID[:-1] + "3", "display_name": f"New {WORD}"}]
    assert restore_steps(BACKUP, found) == restore_steps(BACKUP, plain)
