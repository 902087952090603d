# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of a tenant reach a terminal as visible escapes: they forge no line of a diff, a warning or a summary."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import play
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible

ID = "22222222-0000-4000-8000-000000000001"
OTHER = "22222222-0000-4000-8000-000000000002"
FORGED = "Forged\n+++ after: policy 'B'\n+    \"priority\": 1\r\n\x1b[2J\x1b]0;x\x07\u202e\u2028\x85\x7f"
SHOWN = r"Forged\n+++ after: policy 'B'"
POLICIES = [
    {"id": ID, "displayName": FORGED, "description": f"old {FORGED}", "priority": 3, "policyPayload": [FORGED]},
    # Not a JSON object or array: of this one there is a warning.
    {"id": OTHER, "displayName": f"Opaque {FORGED}", "priority": 4, "policyPayload": 5},
]
CHANGED = {"id": ID, "description": f"new {FORGED}", "policy_payload": [{"settingId": FORGED, "value": FORGED}]}
TASKS: list[dict[str, t.Any]] = [
    {"m365.apps.office_client_config": CHANGED, "check_mode": True},
    {"m365.apps.office_client_config_info": {"gather": ["payloads", "group_names"]}, "register": "live"},
    {"m365.apps.definition_files": {"path": "{{ playbook_dir }}/export", "configs": "{{ live.configs }}"}},
    {
        "ansible.builtin.include_role": {"name": "m365.apps.rollout"},
        "vars": {"rollout_policies": [CHANGED], "rollout_report_folder": "{{ playbook_dir }}/report"},
    },
    # Graph refuses the second one, so it is told how far the rollout got.
    {
        "block": [
            {
                "ansible.builtin.include_role": {"name": "m365.apps.rollout"},
                "vars": {
                    "rollout_policies": [{"id": ID, "priority": 7}, {"id": OTHER, "description": "x"}],
                    "rollout_on_error": "continue",
                },
            }
        ],
        "rescue": [{"ansible.builtin.debug": {"msg": "refused"}}],
    },
    # Its backup cannot be read, so it has nothing to tell of: not what the rollout before it did.
    {
        "block": [
            {
                "ansible.builtin.include_role": {"name": "m365.apps.rollout", "tasks_from": "restore"},
                "vars": {
                    "rollout_backup_folder": "{{ playbook_dir }}/nothing",
                    "rollout_report_folder": "{{ playbook_dir }}/report",
                },
            }
        ],
        "rescue": [{"ansible.builtin.debug": {"msg": "RESTORE {{ ansible_failed_result.msg }}"}}],
    },
]


# JSON escapes more than YAML.
@pytest.mark.parametrize("result_format", [pytest.param("json", marks=pytest.mark.full), "yaml"])
def test_no_line_is_forged(ansible: Ansible, emulator: Emulator, result_format: str) -> None:
    emulator.reset(tenant.state(POLICIES))
    emulator.misbehave({"kind": "forbidden", "match": {"method": "PATCH", "path": OTHER}, "count": None})
    site = ansible.folder / "site.yml"
    site.write_text(json.dumps([play(TASKS)]))
    run = ansible.playbook(site, "--diff", ANSIBLE_CALLBACK_RESULT_FORMAT=result_format).ok()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]", run.output)
    # JSON and YAML write a backslash and a quote in their own ways.
    lines = run.output.replace("\\\\", "\\").replace("''", "'").splitlines()
    headers = [line for line in lines if re.match(r"[+-]{3} (before|after):", line)]
    assert [line for line in headers if SHOWN not in line and "/export/" not in line] == []
    assert len([line for line in headers if SHOWN in line]) == 4
    assert [line for line in lines if re.match(r"\W*priority\W+1\b", line)] == []
    assert [line for line in lines if line.strip("'\"[-, ").startswith("updated  ") and SHOWN not in line] == []
    told = [line for line in lines if re.search(r"(Written|Failed, not written) \(1\): ", line)]
    assert [SHOWN in line for line in told] == [True, True], told
    warnings = [line for line in " ".join(run.stderr.split()).split("[WARNING]: ") if "is not a JSON" in line]
    assert warnings
    assert [warning for warning in warnings if SHOWN not in warning] == []
    # Where its sentence is broken into lines depends on the format.
    assert re.search("RESTORE .{,400}cannot be used: ", " ".join(run.stdout.split()))
    # What is written is what was meant.
    [held] = [policy for policy in emulator.tenant(tenant.TENANT)["policies"] if policy["id"] == ID]
    assert held["description"] == CHANGED["description"]
