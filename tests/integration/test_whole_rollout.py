# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main job from end to end: many policies in waves on a network that fails, killed in the middle, gone on with,
held against drift and taken back.
"""

from __future__ import annotations

import json
import os
import signal
import time
import typing as t
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, Run

Dict = dict[str, t.Any]

GROUPS = {name: f"{number:08d}-0000-4000-8000-000000000000" for number, name in enumerate(("Pilot", "Broad", "All"), 1)}
COUNT = 60
LIVE = [
    {"displayName": "Was here", "priority": 500, "description": "Ours since long", "assignments": [GROUPS["All"]]},
    {"displayName": "Foreign", "priority": 900, "policyPayload": {"deep": {"list": [{"a": 1}]}}},
]
DEEP = {"settingId": "deep", "value": {"rules": [{"name": "one", "options": {"allow": True}}]}}
WAVES: list[Dict] = [
    {"name": "pilot", "groups": ["Pilot"]},
    {"name": "broad", "groups": ["Broad"]},
    {"name": "all", "groups": ["All"]},
]
# Each is survived by itself; together they are a bad day. What the later ones skip lets the first wave begin.
FAULTS = [
    {"kind": "throttle", "match": {"method": "POST", "path": "clientConfigurations$"}, "count": 3, "retry_after": 1},
    {"kind": "reset_after", "match": {"method": "POST", "path": r"\$batch$"}, "count": 1, "skip": 3},
    {"kind": "reset_before", "match": {"method": "POST", "path": r"\$batch$"}, "count": 1, "skip": 5},
    {"kind": "html_error", "match": {"method": "POST", "path": r"\$batch$"}, "count": 1, "skip": 8},
    {"kind": "unavailable", "match": {"method": "PUT", "path": "policyPayload"}, "count": 4, "skip": 10},
    {"kind": "gateway_timeout", "match": {"method": "POST", "path": "/assign$"}, "count": 2, "skip": 20},
    {"kind": "cut_json", "match": {"method": "GET", "path": "clientConfigurations$"}, "count": 1, "skip": 2},
    {"kind": "token_expired", "match": {"method": "GET", "path": "assignments$"}, "count": 1},
]
_SECONDS = 300


def definitions(folder: Path) -> Path:
    """Write the policies, one a file."""
    folder.mkdir()
    for number in range(COUNT - 1):
        policy = {
            "display_name": f"Policy {number:02d}",
            "priority": number,
            "kind": ("windows", "windows_security")[number % 2],
            "policy_payload": [{"settingId": f"s{number}", "value": str(number)}, DEEP],
            "groups": ["Pilot", "Broad", "All"],
        }
        (folder / f"{number:02d}.json").write_text(json.dumps(policy))
    ours = {"display_name": "Was here", "description": "Ours", "groups": ["All"]}
    (folder / "was_here.yml").write_text(json.dumps(ours))
    return folder


def exported(ansible: Ansible, name: str) -> dict[str, bytes]:
    folder = ansible.folder / name
    ansible.playbook("m365.apps.export", "-e", f"rollout_export_folder={folder}").ok()
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def waves_of(ansible: Ansible) -> list[Dict]:
    path = ansible.folder / "state" / f"{tenant.TENANT}.waves.json"
    return t.cast(list[Dict], json.loads(path.read_text())["waves"]) if path.exists() else []


def kill_in_wave(ansible: Ansible, emulator: Emulator, place: int, *arguments: str) -> None:
    """Start the rollout and kill all of its processes as soon as the wave has written something."""
    process = ansible.start("ansible-playbook", *arguments)
    try:
        deadline = time.monotonic() + _SECONDS
        before = None
        while before is None or len(emulator.writes()) <= before:
            assert process.poll() is None, "the rollout ended before it could be killed"
            assert time.monotonic() < deadline, "the rollout did not get so far"
            if before is None and waves_of(ansible) and waves_of(ansible)[place]["status"] == "applying":
                before = len(emulator.writes())
            time.sleep(0.02)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def groups_of(policy: Dict) -> set[str]:
    return {entry["groupId"] for entry in policy["assignments"]}


def policies_of(emulator: Emulator) -> dict[str, Dict]:
    policies = emulator.tenant(tenant.TENANT)["policies"]
    names = Counter(policy["displayName"] for policy in policies)
    assert max(names.values()) == 1, "a policy is there twice"
    return {policy["displayName"]: policy for policy in policies}


def put_behind_our_back(emulator: Emulator, name: str) -> None:
    """Add a key deep in a payload of a policy."""
    state = emulator.tenant(tenant.TENANT)
    [changed] = [policy for policy in state["policies"] if policy["displayName"] == name]
    changed["policyPayload"][1]["value"]["rules"][0]["options"]["sneaked"] = "in"
    emulator.put({tenant.TENANT: state})


# Its parts are in each run: test_waves.py (going on, what a killed run did), test_safety.py, test_plan_and_drift.py,
# and the faults of the slice.
@pytest.mark.full
@pytest.mark.long
def test_a_rollout_that_everything_happens_to(ansible: Ansible, emulator: Emulator) -> None:
    groups = [{"id": group, "displayName": name} for name, group in GROUPS.items()]
    emulator.reset({**tenant.state(LIVE, groups), "settings": {"page_size": 25, "stale_seconds": 3}})
    folder = definitions(ansible.folder / "definitions")
    untouched = exported(ansible, "untouched")
    variables = {
        "rollout_definitions": str(folder),
        "rollout_waves": WAVES,
        "rollout_state_folder": str(ansible.folder / "state"),
        "rollout_backup_folder": str(ansible.folder / "backups"),
        "rollout_report_folder": str(ansible.folder / "report"),
    }
    rollout = ("m365.apps.rollout", "-e", json.dumps(variables))

    assert_killed_in_the_second_wave(ansible, emulator, rollout)
    assert_gone_on_with(ansible, emulator, rollout)
    emulator.misbehave()
    assert_done(ansible, emulator, rollout, folder)
    assert_drift_found(ansible, emulator, folder)

    # Back to where it began, from the backup of the run that was killed: the one that went on made none.
    [backup] = [path.parent for path in (ansible.folder / "backups").glob("*/*/manifest.json")]
    ansible.playbook("m365.apps.restore", "-e", f"rollout_backup_folder={backup}").ok()
    assert exported(ansible, "restored") == untouched


def assert_killed_in_the_second_wave(ansible: Ansible, emulator: Emulator, rollout: t.Sequence[str]) -> None:
    # Each assignment of the second wave takes a while, so that it is killed in the middle.
    slow = {
        "kind": "slow",
        "match": {"method": "POST", "path": "/assign$"},
        "seconds": 0.05,
        "skip": COUNT,
        "count": 500,
    }
    emulator.misbehave(*FAULTS, slow)
    kill_in_wave(ansible, emulator, 1, *rollout)
    assert waves_of(ansible)[0]["status"] == "passed"
    live = policies_of(emulator)
    assert all(GROUPS["Pilot"] in groups_of(live[f"Policy {number:02d}"]) for number in range(COUNT - 1))
    assert not any(GROUPS["All"] in groups_of(policy) for name, policy in live.items() if name.startswith("Policy"))
    assert (live["Was here"]["description"], len(live)) == ("Ours since long", COUNT + 1)


def assert_gone_on_with(ansible: Ansible, emulator: Emulator, rollout: t.Sequence[str]) -> None:
    """On a network that is no better."""
    emulator.misbehave(*FAULTS)
    went_on = ansible.playbook(*rollout).ok()
    assert "Wave 1 of 3, pilot: passed" in went_on.stdout
    assert "The rollout goes on; its backup is " in went_on.stdout
    assert [wave["status"] for wave in waves_of(ansible)] == ["passed"] * 3
    live = policies_of(emulator)
    assert all(groups_of(live[f"Policy {number:02d}"]) == set(GROUPS.values()) for number in range(COUNT - 1))
    assert (live["Was here"]["description"], groups_of(live["Foreign"]), len(live)) == ("Ours", set(), COUNT + 1)
    page = (ansible.folder / "report" / "report.html").read_text()
    assert all(wave["name"] in page for wave in WAVES)


def drifted(ansible: Ansible, folder: Path) -> tuple[Run, list[Dict]]:
    """Run the drift playbook. Return the run and what it tells of policies that are not as defined."""
    told = ansible.folder / "drift.json"
    run = ansible.playbook("m365.apps.drift", "-e", f"rollout_definitions={folder}", "-e", f"rollout_drift_file={told}")
    return run, [policy for policy in json.loads(told.read_text())["policies"] if policy["status"] != "unchanged"]


def assert_done(ansible: Ansible, emulator: Emulator, rollout: t.Sequence[str], folder: Path) -> None:
    """Nothing is left to do, and nothing is drift."""
    emulator.clear_journal()
    assert "changed=0" in ansible.playbook(*rollout).ok().stdout
    run, found = drifted(ansible, folder)
    run.ok()
    assert found == []
    assert emulator.writes() == []


def assert_drift_found(ansible: Ansible, emulator: Emulator, folder: Path) -> None:
    """A key deep in a payload, behind our back."""
    put_behind_our_back(emulator, "Policy 17")
    run, [found] = drifted(ansible, folder)
    said = " ".join(run.failed().stdout.replace("\\'", "'").split())
    assert "1 policy differs: 'Policy 17' differs in policy_payload [deep].value.rules[0].options.sneaked. " in said
    assert (found["display_name"], found["status"]) == ("Policy 17", "updated")
    assert found["before"] == {"policy_payload": {"[deep].value.rules[0].options.sneaked": "in"}}
