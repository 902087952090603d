# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export, backup and restore of the example tenant: the same bytes for the same tenant, and back from any change."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, Ansible

CONTOSO = ROOT / "examples" / "contoso"
BACKUP = """
- hosts: localhost
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - ansible.builtin.include_role:
        name: m365.apps.rollout
        tasks_from: backup.yml
      vars:
        rollout_backup_folder: backup
        rollout_definitions: "{{ lookup('env', 'DEFINITIONS') }}"
        rollout_policies:
          - {display_name: Ours, priority: 900, policy_payload: [{settingId: x, value: "1"}]}
          - {display_name: Fabrikam - Office Defaults, description: Ours now}
          - {display_name: Not there, state: absent}
"""
CHANGE = """
- hosts: localhost
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - m365.apps.office_client_config_info:
        display_name: Contoso - Office Security Baseline
      register: renamed
    - m365.apps.office_client_configs:
        policies:
          - {display_name: Ours, policy_payload: [{settingId: x, value: "1"}]}
          - {display_name: Later by hand, priority: 9000}
          - display_name: Contoso - Privacy Controls
            state: absent
          - display_name: Contoso - Pilot Ring
            description: Another
            policy_payload: []
            user_preference_payload: [{settingId: y, value: "2"}]
            groups: []
          - display_name: Contoso - Office Developers
            groups: {add: [Pilot Ring 1 - IT]}
          - {id: "{{ renamed.configs[0].id }}", display_name: Renamed}
        order: "{{ lookup('env', 'ORDER').split('|') }}"
    - write_down:
        content: done
        dest: "{{ playbook_dir }}/done"
"""
State = dict[str, t.Any]


# The tenant after its rollout, which the first test that needs it makes.
ROLLED_OUT: list[State] = []


@pytest.fixture
def contoso(ansible: Ansible, emulator: Emulator) -> State:
    """The tenant of the example set after its rollout."""
    [seed] = json.loads((CONTOSO / "seed.json").read_text())["tenants"].values()
    emulator.reset(tenant.state(seed["policies"], seed["groups"]))
    if not ROLLED_OUT:
        ansible.playbook("m365.apps.rollout", "-e", f"rollout_definitions={CONTOSO / 'definitions'}").ok()
        ROLLED_OUT.append(emulator.tenant(tenant.TENANT))
    emulator.put({tenant.TENANT: ROLLED_OUT[0]})
    emulator.clear_journal()
    return emulator.tenant(tenant.TENANT)


def exported(ansible: Ansible, name: str, *arguments: str) -> dict[str, bytes]:
    """Export the tenant to a folder; the bytes of its files."""
    folder = ansible.folder / name
    ansible.playbook("m365.apps.export", "-e", f"rollout_export_folder={folder}", *arguments).ok()
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.exists() else {}


def play(ansible: Ansible, text: str, *arguments: str, **more: str) -> None:
    (ansible.folder / "play.yml").write_text(text)
    ansible.playbook("play.yml", *arguments, **ansible.login, **more).ok()


def restore(ansible: Ansible, *arguments: str) -> str:
    folder = ansible.folder / "backup"
    return ansible.playbook("m365.apps.restore", "-e", f"rollout_backup_folder={folder}", *arguments).ok().stdout


def by_name(state: State) -> dict[str, State]:
    """Return what a tenant holds, without what only the server makes, by name."""
    return {
        policy["displayName"]: {
            **{key: policy.get(key) for key in ("@odata.type", "description", "priority", "policyPayload")},
            "userPreferencePayload": policy.get("userPreferencePayload"),
            "groups": sorted(each["groupId"] for each in policy.get("assignments") or []),
        }
        for policy in state["policies"]
    }


# What is written as JSON, and that it is read back: test_export.py of the units.
@pytest.mark.parametrize("file_format", ["yaml", pytest.param("json", marks=pytest.mark.full)])
def test_an_export_is_the_same_again_and_applying_it_plans_nothing(
    ansible: Ansible, emulator: Emulator, contoso: State, file_format: str
) -> None:
    chosen = ("-e", f"rollout_export_format={file_format}")
    assert exported(ansible, "one", *chosen, "--check") == {}
    first = exported(ansible, "one", *chosen)
    assert len(first) == len(contoso["policies"])
    again = ansible.playbook("m365.apps.export", "-e", f"rollout_export_folder={ansible.folder / 'one'}", *chosen).ok()
    assert "changed=0" in again.stdout
    assert {path.name: path.read_bytes() for path in (ansible.folder / "one").iterdir()} == first
    rolled = ansible.playbook("m365.apps.rollout", "-e", f"rollout_definitions={ansible.folder / 'one'}").ok()
    assert f"Rollout: {len(first)} policies, {len(first)} unchanged; 0 writes" in rolled.stdout
    assert emulator.writes() == []


def test_a_restore_brings_everything_back(ansible: Ansible, emulator: Emulator, contoso: State, tmp_path: Path) -> None:
    one = tmp_path / "more.yml"
    one.write_text("display_name: Contoso - Pilot Ring\npriority: 1\n")
    play(ansible, BACKUP, DEFINITIONS=str(one))
    manifest = json.loads((ansible.folder / "backup" / "manifest.json").read_text())
    assert manifest.pop("made_at").endswith("Z")
    count = len(contoso["policies"])
    assert len(manifest.pop("checksum")) == len(manifest["files"][0]["sha256"])
    assert [len(manifest.pop("files")), manifest.pop("policies")] == [count, count]
    known = {"format": 2, "tenant": tenant.TENANT, "surface": "office_configuration", "absent": ["Ours"]}
    assert manifest == known
    assert "0 writes" in restore(ansible)
    reverse = sorted(contoso["policies"], key=lambda policy: -policy["priority"])
    gone, renamed = "Contoso - Privacy Controls", "Contoso - Office Security Baseline"
    names = [policy["displayName"] for policy in reverse if policy["displayName"] not in (gone, renamed)]
    play(ansible, CHANGE, ORDER="|".join(names))
    changed = emulator.tenant(tenant.TENANT)
    assert {"Ours", "Later by hand", "Renamed"} <= set(by_name(changed))
    assert not {gone, renamed} & set(by_name(changed))
    emulator.clear_journal()
    planned = restore(ansible, "--check")
    assert emulator.writes() == []
    assert emulator.tenant(tenant.TENANT) == changed
    done = restore(ansible)
    summaries = (done.split("Restore: ")[1], planned.split("Restore (check mode, nothing was written): ")[1])
    assert summaries[0].split(";")[0] == summaries[1].split(";")[0]
    after = by_name(emulator.tenant(tenant.TENANT))
    # What was made beside the rollout is not touched.
    assert after.pop("Later by hand") is not None
    assert after == by_name(contoso)
    assert "0 writes" in restore(ansible)


def test_a_backup_that_does_not_fit_is_refused(ansible: Ansible, emulator: Emulator) -> None:
    """What else may be wrong with a manifest, and that there is none: test_backup.py of the units."""
    emulator.reset(tenant.state([{"displayName": "There", "priority": 1}]))
    path = ansible.folder / "backup" / "manifest.json"
    play(ansible, BACKUP, DEFINITIONS=str(CONTOSO / "definitions" / "01-pilot-ring.yml"))
    manifest = json.loads(path.read_text())
    for change, says in (
        ({"tenant": "another"}, "it was made of the tenant another"),
        ({"surface": "settings_catalog"}, "it was made on the surface settings_catalog"),
    ):
        path.write_text(json.dumps({**manifest, **change}))
        refused = ansible.playbook("m365.apps.restore", "-e", f"rollout_backup_folder={path.parent}").failed()
        assert says in " ".join(refused.stdout.split())
    assert emulator.writes() == []


# What was made goes: test_definitions.py; without any policy: test_backup_catalog.py of the units.
@pytest.mark.full
def test_an_empty_tenant_is_backed_up_and_restored(ansible: Ansible, emulator: Emulator) -> None:
    one = ansible.folder / "more.yml"
    one.write_text("display_name: More\n")
    play(ansible, BACKUP, DEFINITIONS=str(one))
    manifest = json.loads((ansible.folder / "backup" / "manifest.json").read_text())
    assert (manifest["policies"], manifest["absent"]) == (0, ["Fabrikam - Office Defaults", "More", "Ours"])
    ansible.playbook("m365.apps.rollout", "-e", f"rollout_definitions={one}").ok()
    restore(ansible)
    assert emulator.tenant(tenant.TENANT)["policies"] == []
