# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A gate of a wave on the settings catalog: a conflict on a device keeps it closed, and success opens it."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible
from ansible_collections.m365.apps.tests.integration.support.waves import BROAD, GROUPS, PILOT, Dict, said

POLICY, OTHER = (f"55555555-0000-4000-8000-00000000000{n}" for n in (1, 2))
MACROS = (
    "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_exceloptions~l_security~l_trustcenter"
    "_l_vbawarningspolicy"
)
DISABLED = {
    "settingInstance": {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
        "settingDefinitionId": MACROS,
        "choiceSettingValue": {"value": f"{MACROS}_0", "children": []},
    }
}
WANTED = [
    {
        "display_name": "Macros",
        "settings": [{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}],
        "groups": ["Pilot", "Broad"],
    }
]
WAVES = [
    {"name": "pilot", "groups": ["Pilot"], "gate": {"min_users": 2, "timeout": 0}},
    {"name": "broad", "groups": ["Broad"]},
]


def reported(name: str, status: int, policy: str = POLICY) -> Dict:
    """Return what a device of a user reports after the wave is in place; 2 is success, 6 a conflict."""
    times = {"PspdpuLastModifiedTimeUtc": "2100-01-01T00:00:00Z"}
    upn = f"{name}@contoso.example"
    return {"PolicyId": policy, "DeviceName": f"PC-{name}", "UPN": upn, "PolicyStatus": status, **times}


@pytest.fixture
def there(emulator: Emulator) -> Emulator:
    """A tenant in which pilots have the policy already, in a conflict, and where another policy is in conflict, too."""
    state = tenant.state(groups=GROUPS)
    policies = [
        {"id": POLICY, "name": "Macros", "settings": [DISABLED], "assignments": [PILOT]},
        {"id": OTHER, "name": "Of another team", "settings": [DISABLED], "assignments": [BROAD]},
    ]
    statuses = [reported("ann", 2), reported("bob", 6), reported("eve", 6, OTHER)]
    state["tenants"][tenant.TENANT] |= {"catalog_policies": policies, "device_statuses": statuses}
    emulator.reset(state)
    return emulator


def roll_out(ansible: Ansible) -> t.Any:
    extra = {
        "rollout_surface": "settings_catalog",
        "rollout_policies": WANTED,
        "rollout_waves": WAVES,
        "rollout_state_folder": str(ansible.folder / "state"),
        "rollout_report_folder": str(ansible.folder / "report"),
        "rollout_report_checkins": True,
    }
    return ansible.playbook("m365.apps.rollout", "-e", json.dumps(extra))


def assigned(emulator: Emulator) -> list[str]:
    """Return the groups of the policy."""
    [policy] = [one for one in emulator.tenant(tenant.TENANT)["catalog_policies"] if one["id"] == POLICY]
    return sorted(entry["target"]["groupId"] for entry in policy["assignments"])


def test_a_conflict_keeps_the_gate_closed_and_success_opens_it(ansible: Ansible, there: Emulator) -> None:
    stopped = said(roll_out(ansible).failed())
    assert (
        "Wave 1 of 2, pilot: the check-in gate stays closed: 1 of 2 users failed (1 of them by a conflict), more"
        in stopped
    )
    assert "Settings concerned: excel16/L_VBAWarningsPolicy." in stopped
    assert assigned(there) == [PILOT]
    report = (ansible.folder / "report" / "report.md").read_text(encoding="utf-8")
    assert "| Macros | 2 | 1 | 50 % | 1 succeeded, 1 in conflict | 2100-01-01T00:00:00Z |" in report
    assert "All of these policies: 2 users checked in, 50 % of them with success." in report
    # What the rollout does not describe is not read.
    assert "eve@" not in report
    assert "Of another team | 1" not in report
    state = there.tenant(tenant.TENANT)
    there.put({tenant.TENANT: {**state, "device_statuses": [reported("ann", 2), reported("bob", 2)]}})
    there.clear_journal()
    passed = said(roll_out(ansible).ok())
    assert "Wave 1 of 2, pilot: passed" in passed
    assert assigned(there) == sorted([PILOT, BROAD])
    # A question of the gate is one report, and the report of the run another one.
    reports = [call for call in there.journal() if "/reports/" in call["path"] or "/reports/" in str(call["batch"])]
    assert len(reports) == 2
