# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role's private filter offers is what the role uses."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.m365.apps.plugins.plugin_utils._role_functions import FUNCTIONS

ROLE = Path(__file__).resolve().parents[2] / "roles" / "rollout"


def test_the_role_uses_each_function_of_its_filter() -> None:
    role = "\n".join(path.read_text("utf-8") for path in ROLE.rglob("*") if path.suffix in (".yml", ".j2"))
    assert [name for name in FUNCTIONS if f"'{name}'" not in role] == []
