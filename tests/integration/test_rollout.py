# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example set, rolled out by the role next to a playbook, by the playbook m365.apps.rollout, and as AWX runs it."""

from __future__ import annotations

import json
import re
import shutil
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import (
    ROOT,
    Ansible,
    both_ways,
    environment,
    in_process_first,
    look_through,
)
from ansible_collections.m365.apps.tests.integration.support.runner import run_job
from ansible_collections.m365.apps.tests.integration.targets.emulator.filter_plugins.emulator import (
    configs_of,
    same_json,
    unlike_plan,
    unlike_state,
)

CONTOSO = ROOT / "examples" / "contoso"
ONE_SETTING = re.compile(r'(\{settingId: word16;L_VBAWarningsPolicy,.*?value: ")(\d+)(")')
SITE = """
- hosts: localhost
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  roles:
    - role: m365.apps.rollout
      vars:
        rollout_definitions: definitions
  post_tasks:
    - write_down:
        content: "{{ rollout_result | to_json }}"
        dest: "{{ playbook_dir }}/result.json"
"""
# Hits the second policy's payload.
FORBIDDEN = {"kind": "forbidden", "match": {"method": "PUT", "path": "policyPayload$"}, "skip": 1}
State = dict[str, t.Any]


@pytest.fixture
def contoso(emulator: Emulator) -> State:
    """The tenant of the example set, which is not empty, as it is before a rollout."""
    [seed] = json.loads((CONTOSO / "seed.json").read_text())["tenants"].values()
    emulator.reset(tenant.state(seed["policies"], seed["groups"]))
    return emulator.tenant(tenant.TENANT)


@pytest.fixture
def definitions(tmp_path: Path) -> Path:
    """A copy of the example set's definitions."""
    return shutil.copytree(CONTOSO / "definitions", tmp_path / "definitions")


def described(folder: Path, state: State) -> list[dict[str, t.Any]]:
    """Return the policies that the files of a folder describe, with the ids of their groups, by priority."""
    ids = {group["displayName"]: group["id"] for group in state["groups"]}
    policies = []
    for path in sorted(folder.iterdir()):
        policy = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        groups = sorted(ids.get(group, group).lower() for group in policy["groups"])
        empty: dict[str, t.Any] = {"policy_payload": {}, "user_preference_payload": {}}
        policies.append({**empty, **policy, "groups": groups})
    return sorted(policies, key=lambda policy: int(policy["priority"]))


def assert_rolled_out(folder: Path, before: State, after: State) -> None:
    """The tenant holds exactly what the files describe, and beside it what was foreign before, untouched."""
    wanted = described(folder, before)
    names = {policy["display_name"] for policy in wanted}
    ours = [policy for policy in after["policies"] if policy["displayName"] in names]
    held = [{key: value for key, value in config.items() if key != "id"} for config in configs_of(ours)]
    assert [policy["display_name"] for policy in held] == [policy["display_name"] for policy in wanted]
    for one, other in zip(held, wanted, strict=True):
        assert same_json(one, other), one["display_name"]
    foreign = [policy for policy in before["policies"] if policy["displayName"] not in names]
    assert len(foreign) == 3
    assert [policy for policy in after["policies"] if policy["displayName"] not in names] == foreign


def roll_out(ansible: Ansible, emulator: Emulator, *arguments: str) -> dict[str, t.Any]:
    """Run the role in a playbook next to the definitions; its result, and as ``stdout`` what was printed.

    The emulator's journal holds the calls of this run only.
    """
    emulator.clear_journal()
    (ansible.folder / "site.yml").write_text(SITE)
    shown = ansible.run("ansible-playbook", "site.yml", "--diff", *arguments, **ansible.login).ok()
    return {**json.loads((ansible.folder / "result.json").read_text()), "stdout": shown.stdout}


@in_process_first
def test_role_next_to_a_playbook(ansible: Ansible, emulator: Emulator, contoso: State, definitions: Path) -> None:
    emulator.change_settings(refuse_writes=True)
    planned = roll_out(ansible, emulator, "--check")
    assert emulator.writes() == []
    assert emulator.tenant(tenant.TENANT) == contoso
    assert "Plan (check mode, nothing was written): 17 policies, 14 created, 3 updated" in planned["stdout"]

    emulator.change_settings(refuse_writes=False)
    applied = roll_out(ansible, emulator)
    after = emulator.tenant(tenant.TENANT)
    assert unlike_plan(applied, planned) == []
    assert unlike_state(applied["configs"], after["policies"]) == []
    assert "Rollout: 17 policies, 14 created, 3 updated" in applied["stdout"]
    assert len(emulator.writes()) == len(applied["actions"])
    assert_rolled_out(definitions, contoso, after)

    again = roll_out(ansible, emulator)
    assert not again["changed"]
    assert emulator.writes() == []
    assert emulator.tenant(tenant.TENANT) == after

    hardening = definitions / "12-office-hardening.yml"
    text, count = ONE_SETTING.subn(r"\g<1>9\g<3>", hardening.read_text(encoding="utf-8"), count=1)
    assert count == 1
    hardening.write_text(text, encoding="utf-8")
    changed = roll_out(ansible, emulator)
    [write] = emulator.writes()
    assert re.fullmatch(r"PUT /beta/officeConfiguration/clientConfigurations/[^/]+/policyPayload", write)
    [diff] = changed["diff"]
    assert diff["after"] == {"policy_payload": {"[word16;L_VBAWarningsPolicy].value": "9"}}
    assert_rolled_out(definitions, contoso, emulator.tenant(tenant.TENANT))


@both_ways
def test_playbook_of_the_collection(ansible: Ansible, emulator: Emulator, contoso: State, definitions: Path) -> None:
    """The login comes from the playbook's variables; two definitions and a list go together."""
    extra = {"rollout_policies": [{"display_name": "Fabrikam - Office Defaults", "description": "Ours now"}]}
    arguments = ["-e", f"rollout_definitions={definitions / '01-pilot-ring.yml'}", "-e", json.dumps(extra), "-vvvv"]
    ansible.playbook("m365.apps.rollout", *arguments).ok()
    after = emulator.tenant(tenant.TENANT)
    names = [policy["displayName"] for policy in after["policies"]]
    assert sorted(set(names) - {policy["displayName"] for policy in contoso["policies"]}) == ["Contoso - Pilot Ring"]
    [fabrikam] = [policy for policy in after["policies"] if policy["displayName"] == "Fabrikam - Office Defaults"]
    assert fabrikam["description"] == "Ours now"
    emulator.clear_journal()
    again = ansible.playbook("m365.apps.rollout", *arguments).ok()
    assert re.search(r"localhost\s*: ok=\d+ +changed=0 +unreachable=0 +failed=0", again.stdout)
    assert emulator.writes() == []


@in_process_first
def test_failure_shows_the_summary(ansible: Ansible, emulator: Emulator, contoso: State, definitions: Path) -> None:
    emulator.reset({**tenant.state(contoso["policies"], contoso["groups"]), "faults": [FORBIDDEN]})
    arguments = ["-e", f"rollout_definitions={definitions}"]
    retired = {"rollout_policies": [{"display_name": "Fabrikam - Office Defaults", "state": "absent"}]}
    failed = ansible.playbook("m365.apps.rollout", *arguments, "-e", json.dumps(retired)).failed()
    # All payloads travel together, then it stops: no policy has got its groups, and nothing was deleted.
    assert "Rollout: 18 policies, 17 failed, 1 not attempted; 33 writes" in failed.stdout
    assert '"failed        Contoso - Break Glass Macro Exception: create"' in failed.stdout
    assert '"failed        Contoso - Pilot Ring: create, write payload"' in failed.stdout
    assert '"not attempted Fabrikam - Office Defaults: no write"' in failed.stdout
    assert len(emulator.writes()) == 34
    # What is there already is left alone; the run goes on from there.
    ansible.playbook("m365.apps.rollout", *arguments).ok()
    assert_rolled_out(definitions, contoso, emulator.tenant(tenant.TENANT))


@in_process_first
def test_runner(ansible: Ansible, emulator: Emulator, contoso: State, definitions: Path) -> None:
    """As AWX runs it: extra vars and the login handed to ansible-runner, the results read from its events."""
    private = ansible.folder / "runner"
    private.mkdir()
    variables = {"rollout_definitions": str(definitions)}
    job = run_job(private, "m365.apps.rollout", environment(ansible.folder, ansible.way, **ansible.login), variables)
    assert (job.status, job.code) == ("successful", 0), job.stdout
    events = job.events
    look_through(json.dumps(events, ensure_ascii=False))
    look_through(job.stdout)
    kinds = [event["event"] for event in events]
    assert kinds[0] == "playbook_on_start"
    assert kinds[-1] == "playbook_on_stats"
    [result] = [
        event["event_data"]["res"]
        for event in events
        if event["event"] == "runner_on_ok" and event["event_data"]["task_action"] == "m365.apps.office_client_configs"
    ]
    after = emulator.tenant(tenant.TENANT)
    assert len(result["results"]) == 17
    assert unlike_state(result["configs"], after["policies"]) == []
    assert events[-1]["event_data"]["changed"] == {"localhost": 1}
    assert_rolled_out(definitions, contoso, after)
