# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rollout in three waves: the tenant, the definitions, the state that is kept, and check-ins."""

from __future__ import annotations

import json
import typing as t
from datetime import UTC, datetime, timedelta
from pathlib import Path

from . import tenant
from .emulator import Emulator
from .processes import Ansible, Run

Dict = dict[str, t.Any]

PILOT, BROAD, ALL = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "123")
GROUPS = [
    {"id": group, "displayName": name} for group, name in ((PILOT, "Pilot"), (BROAD, "Broad"), (ALL, "All Staff"))
]
SETTING = {"settingId": "a", "value": "1"}
LIVE = [{"displayName": "Baseline", "priority": 0, "policyPayload": [SETTING], "assignments": [BROAD]}]
WANTED: list[Dict] = [
    {"display_name": "New", "priority": 0, "policy_payload": [SETTING], "groups": ["Pilot", "Broad", "All Staff"]},
    {"display_name": "Baseline", "priority": 1, "policy_payload": [{**SETTING, "value": "2"}], "groups": ["Broad"]},
]
GATE = {"min_users": 2, "max_failure_rate": 0.4, "timeout": 1, "interval": 1}
WAVES: list[Dict] = [
    {"name": "pilot", "groups": ["Pilot"]},
    {"name": "broad", "groups": [{"id": BROAD}]},
    {"name": "everybody", "groups": ["All Staff"]},
]


def gated(**gate: t.Any) -> list[Dict]:
    """Return WAVES, the first of which has a gate."""
    return [{**WAVES[0], "gate": {**GATE, **gate}}, *WAVES[1:]]


def roll_out(ansible: Ansible, *arguments: str, waves: t.Sequence[Dict] = tuple(WAVES), **variables: t.Any) -> Run:
    """Roll WANTED out in waves."""
    extra = {
        "rollout_policies": WANTED,
        "rollout_waves": list(waves),
        "rollout_state_folder": str(ansible.folder / "state"),
        **variables,
    }
    return ansible.playbook("m365.apps.rollout", "-e", json.dumps(extra), *arguments)


def path_of_record(ansible: Ansible) -> Path:
    """Return where the state of the waves is."""
    return ansible.folder / "state" / f"{tenant.TENANT}.waves.json"


def record(ansible: Ansible) -> Dict:
    """Return the state of the waves, empty where there is none."""
    path = path_of_record(ansible)
    return t.cast(Dict, json.loads(path.read_text())) if path.exists() else {}


def statuses(ansible: Ansible) -> list[str]:
    """Return what became of each wave."""
    return [wave["status"] for wave in record(ansible)["waves"]]


def live(emulator: Emulator) -> dict[str, tuple[int, str, set[str]]]:
    """Return number, value of the setting and groups of each policy by name."""
    return {
        policy["displayName"]: (
            policy["priority"],
            policy["policyPayload"][0]["value"],
            {entry["groupId"] for entry in policy["assignments"]},
        )
        for policy in emulator.tenant(tenant.TENANT)["policies"]
    }


def said(run: Run) -> str:
    """Return what a run printed in one line."""
    return " ".join(run.output.split())


def check_in(emulator: Emulator, name: str, *successes: bool, at: datetime | None = None) -> None:
    """Let one user for each of ``successes`` check in for a policy, a minute from now by default."""
    moment = at or datetime.now(UTC) + timedelta(minutes=1)
    state = emulator.tenant(tenant.TENANT)
    for policy in state["policies"]:
        if policy["displayName"] == name:
            policy["checkinStatuses"] = [
                {
                    "userId": f"user-{number}",
                    "userPrincipalName": f"user-{number}@contoso.example",
                    "deviceName": f"PC-{number}",
                    "devicePlatform": "Windows",
                    "devicePlatformVersion": "10",
                    "wasSuccessful": success,
                    "checkinDateTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "appliedPolicies": [],
                }
                for number, success in enumerate(successes)
            ]
    emulator.put({tenant.TENANT: state})
