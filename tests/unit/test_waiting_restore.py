# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that tells of a restore whose writes wait: never taken for less than it says."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.m365.apps.plugins.plugin_utils._role_functions import call

CODE = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
WAITS = {
    "display_name": "A",
    "id": "1",
    "status": "awaiting_approval",
    "approval": {"code": CODE, "state": "filed", "actions": ["delete"], "before": {"settings": {"a": "secret"}}},
}
SURFACE = "settings_catalog"


def made(**other: t.Any) -> dict[str, t.Any]:
    file = call(
        "backups/1", "new_restore", "contoso", SURFACE, "The gate stays closed.", True, [WAITS, {"status": "x"}]
    )
    return {**file, **other}


def read(path: Path, content: t.Any, surface: str = SURFACE) -> t.Any:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return call(str(path), "waiting_restore", "contoso", surface)


def test_what_was_written_is_read_back_with_the_codes_and_no_setting(tmp_path: Path) -> None:
    path = tmp_path / "contoso.restore.json"
    assert call(str(path), "waiting_restore", "contoso", SURFACE) == {}
    assert read(path, made()) == made()
    assert made()["awaiting"] == [
        {"display_name": "A", "id": "1", "code": CODE, "state": "filed", "actions": ["delete"]}
    ]
    assert "secret" not in path.read_text()
    # The other surface of the same tenant has a rollout of its own.
    assert read(path, made(), surface="office_configuration") == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (json.dumps(made())[:-9], "it is not JSON; it may be truncated"),
        ("[" * 100000, "it is not JSON; it may be truncated"),
        ([made()], "it is not of format 1"),
        (made(format=2), "it is not of format 1"),
        (made(backup=""), "it does not have the texts tenant, surface, backup, stopped"),
        (made(stopped=None), "it does not have the texts tenant, surface, backup, stopped"),
        (made(waves="no"), "it does not say whether there were waves"),
        (made(tenant="fabrikam"), "it is of the tenant fabrikam, and this is contoso"),
    ],
)
def test_a_file_that_cannot_tell_stops_the_run(tmp_path: Path, content: t.Any, said: str) -> None:
    path = tmp_path / "contoso.restore.json"
    with pytest.raises(AnsibleFilterError) as caught:
        read(path, content)
    step = "Fix it, or restore the backup by hand and delete it."
    assert str(caught.value) == f"The restore that waits for approval: cannot continue it: {path}: {said}. {step}"


def test_what_is_not_a_file_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(AnsibleFilterError, match=r"cannot continue it: .*: it cannot be read: "):
        call(str(tmp_path), "waiting_restore", "contoso", SURFACE)
