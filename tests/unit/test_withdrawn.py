# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each module says on a tenant whose officeConfiguration Microsoft withdrew: none is sent where it cannot work."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import FuzzTenant, refused, run

OTHER = "Write surface: settings_catalog in the task, or set M365_SURFACE=settings_catalog"
# Each module, a task of it, and what it has that policies of the settings catalog have not.
TASKS: dict[str, tuple[modules.ModuleDefinition, dict[str, t.Any], str]] = {
    "one policy": (modules.OFFICE_CLIENT_CONFIG, {"display_name": "A"}, ""),
    "assignments": (modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, {"display_name": "A", "groups": []}, ""),
    "policies": (modules.OFFICE_CLIENT_CONFIGS, {"policies": [{"display_name": "A"}], "order": ["A"]}, ""),
    "info": (modules.OFFICE_CLIENT_CONFIG_INFO, {"gather": ["checkins"]}, ""),
    "order": (modules.OFFICE_CLIENT_CONFIG_ORDER, {"order": ["A"]}, "order"),
    "check-ins": (modules.OFFICE_CLIENT_CHECKIN_INFO, {}, ""),
    "check-ins of the tenant": (modules.OFFICE_CLIENT_CHECKIN_INFO, {"gather": ["tenant"]}, ""),
    "check-ins of a policy": (modules.OFFICE_CLIENT_CHECKIN_INFO, {"id": "x", "gather": ["policies"]}, ""),
}


@pytest.mark.parametrize("name", TASKS)
def test_the_next_step_is_one_that_the_module_can_take(name: str) -> None:
    definition, options, missing = TASKS[name]
    found = FuzzTenant()
    found.world.load({"settings": {"segment_withdrawn": True, "intune_limits": False}})
    message = refused(found, definition, options)
    assert "this tenant's Graph does not serve officeConfiguration (" in message
    assert (OTHER in message) == (not missing)
    step = (
        "Leave this task out: Microsoft withdrew this API, and policies of the settings catalog, which tenants of "
        f"today have instead, have no {missing}. Nothing was changed."
    )
    assert message.endswith(step) == bool(missing), message
    # What the message says of the other surface is true.
    elsewhere = run(found, definition, {**options, "surface": "settings_catalog"})
    refusal = str(elsewhere.get("msg", ""))
    assert bool(missing) == ("Leave this task out" in refusal), refusal
