# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollouts whose writes wait for a second administrator: wave by wave, and back where one is rejected."""

from __future__ import annotations

import json
import stat
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, Run
from ansible_collections.m365.apps.tests.integration.support.waves import (
    ALL,
    GROUPS,
    PILOT,
    Dict,
    record,
    said,
    statuses,
)

APPROVERS = "under Tenant administration > Multi Admin Approval."
WANTED: list[Dict] = [
    {
        "display_name": "New",
        "settings": [{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}],
        "groups": ["Pilot", "All Staff"],
    },
    {"display_name": "Base", "description": "new", "groups": ["Pilot"]},
]
SETTINGS = compile_settings([{"setting": "outlk16/L_CheckForgottenAttachments"}], built_in())
WAVES: list[Dict] = [{"name": "pilot", "groups": ["Pilot"]}, {"name": "everybody", "groups": ["All Staff"]}]


@pytest.fixture
def there(emulator: Emulator) -> Emulator:
    """A tenant that wants each write approved, and an app that may see how far its requests are."""
    state = tenant.state(groups=GROUPS)
    mine = state["tenants"][tenant.TENANT]
    mine["catalog_policies"] = [
        {"name": name, "description": "old", "settings": instances(SETTINGS), "assignments": [group]}
        for name, group in (("Base", PILOT), ("Wide", ALL))
    ]
    for app in mine["apps"]:
        app["roles"] = [*app["roles"], "DeviceManagementRBAC.Read.All"]
    emulator.reset({**state, "settings": {"approval_required": True}})
    return emulator


def roll_out(ansible: Ansible, **variables: t.Any) -> Run:
    extra = {
        "rollout_surface": "settings_catalog",
        "rollout_policies": WANTED,
        "rollout_waves": WAVES,
        "rollout_approval_reason": "Change 4711",
        "rollout_state_folder": str(ansible.folder / "state"),
        "rollout_backup_folder": str(ansible.folder / "backups"),
        "rollout_report_folder": str(ansible.folder / "report"),
        **variables,
    }
    return ansible.playbook("m365.apps.rollout", "-e", json.dumps(extra), ANSIBLE_SHOW_CUSTOM_STATS="1")


def decide(there: Emulator, status: str) -> list[str]:
    """Decide all requests that wait; return the names of their policies."""
    requests = [each for each in there.tenant(tenant.TENANT)["approval_requests"] if each["status"] == "needsApproval"]
    for each in requests:
        there.decide(each["id"], status)
    return sorted(each["payloadName"] for each in requests)


def live(there: Emulator) -> dict[str, tuple[str, set[str]]]:
    """Return the description and the groups of each policy by its name."""
    return {
        policy["name"]: (
            policy["description"] or "",
            {each["target"]["groupId"] for each in policy["assignments"]},
        )
        for policy in there.tenant(tenant.TENANT)["catalog_policies"]
    }


def report(ansible: Ansible) -> str:
    return (ansible.folder / "report" / "report.md").read_text()


def test_waves_wait_for_their_writes_and_go_on_when_run_again(ansible: Ansible, there: Emulator) -> None:
    gate = {"timeout": 1, "interval": 1, "on_no_data": "continue"}
    wanted: Dict = {
        "rollout_policies": [{"display_name": name, "description": "new"} for name in ("Base", "Wide")],
        "rollout_waves": [{**WAVES[0], "gate": gate}, WAVES[1]],
    }
    asked = roll_out(ansible, **wanted).ok()
    assert "the check-in gate of wave pilot" not in asked.output
    assert live(there) == {"Base": ("old", {PILOT}), "Wide": ("old", {ALL})}
    assert statuses(ansible) == ["awaiting_approval", "waiting"]
    [row] = record(ansible)["waves"][0]["awaiting"]
    assert (row["display_name"], row["actions"], row["state"]) == ("Base", ["update"], "filed")
    codes = ansible.folder / "state" / f"{tenant.TENANT}.approvals.json"
    assert stat.S_IMODE(codes.stat().st_mode) == 0o600
    assert [each["code"] for each in json.loads(codes.read_text())["requests"]] == [row["code"]]
    for text in (said(asked), report(ansible).replace("\\", "")):
        assert APPROVERS in text
        assert row["code"] in text
    assert '"level": "waiting"' in said(asked)
    assert "**Waits for approval.** Not done yet: the change of 1 policy waits" in report(ansible)

    assert decide(there, "approved") == ["Base"]
    backups = list((ansible.folder / "backups").rglob("manifest.json"))
    # The gate judges what was made, and so begins behind it.
    assert "the check-in gate of wave pilot: 0 of 1 users checked in" in roll_out(ansible, **wanted).ok().output
    assert live(there) == {"Base": ("new", {PILOT}), "Wide": ("old", {ALL})}
    assert statuses(ansible) == ["passed", "awaiting_approval"]
    assert record(ansible)["waves"][0]["gate"]["verdict"] == "no_data"

    assert decide(there, "approved") == ["Wide"]
    done = said(roll_out(ansible, **wanted).ok())
    assert statuses(ansible) == ["passed", "passed"]
    assert live(there) == {"Base": ("new", {PILOT}), "Wide": ("new", {ALL})}
    assert "Rollout, all its runs: 2 policies, 2 updated; 2 writes" in done
    assert '"rollout_awaiting_approval": []' in done
    assert list((ansible.folder / "backups").rglob("manifest.json")) == backups
    assert json.loads(codes.read_text())["requests"] == []


@pytest.mark.long
def test_a_restore_whose_writes_wait_goes_on_before_anything_else(ansible: Ansible, there: Emulator) -> None:
    codes = ansible.folder / "codes.json"
    back: Dict = {"rollout_restore_on_failure": True, "rollout_approval_codes": str(codes)}
    roll_out(ansible, **back).ok()
    assert len(json.loads(codes.read_text())["requests"]) == 2
    assert decide(there, "approved") == ["Base", "New"]
    # The groups of a new policy are asked for when it is there, and the next wave does not begin.
    halfway = said(roll_out(ansible, **back).ok())
    assert statuses(ansible) == ["awaiting_approval", "waiting"]
    assert "awaiting approval New: create; assign waits for the approval of request" in halfway
    assert decide(there, "rejected") == ["New"]
    stopped = said(roll_out(ansible, **back).failed())
    assert "was rejected. Change the policy, or remove the request from the file" in stopped
    assert "is not done yet: the changes of 2 policies wait for a second administrator's approval: 'Base'" in stopped
    assert (
        "After that, run the rollout again. It continues the restore, and rolls nothing out until the restore is done."
        in stopped
    )
    marker = ansible.folder / "state" / f"{tenant.TENANT}.restore.json"
    assert stat.S_IMODE(marker.stat().st_mode) == 0o600
    assert [row["actions"] for row in json.loads(marker.read_text())["awaiting"]] == [["update"], ["delete"]]
    assert "## Approval by a second administrator" in report(ansible)

    assert decide(there, "approved") == ["Base", "New"]
    restored = said(roll_out(ansible, **back).failed())
    assert "this run continues its restore" in restored
    assert "it is as before the rollout" in restored
    assert live(there) == {"Base": ("old", {PILOT}), "Wide": ("old", {ALL})}
    assert (record(ansible), marker.exists()) == ({}, False)
