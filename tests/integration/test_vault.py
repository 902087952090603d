# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vaulted text (``!vault``) is sent as the text that it is, however a task comes by it and whatever runs the module."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, in_process_first

KEY = "the key of the vault"
GROUP = {"id": "11111111-0000-4000-8000-000000000001", "displayName": "Vaulted group"}
# @text@ stands for the vaulted text.
TASKS = """
- m365.apps.office_client_config:
    display_name: One
    description: @Vaulted description@
    policy_payload:
      - {settingId: @L_Vaulted@, value: @vaulted value@}
    user_preference_payload: @{"whole": [1, "payload"]}@
- m365.apps.office_client_config:
    display_name: Two
    policy_payload: {nested: [{deep: "{{ vaulted }}"}], "{{ vaulted }}": 1}
  vars:
    vaulted: @vaulted variable@
- m365.apps.office_client_configs:
    policies: "{{ listed }}"
  vars: &listed
    listed:
      - display_name: @Three@
        groups: [@Vaulted group@]
        policy_payload: {a: [@x@, {b: @y@}]}
- m365.apps.office_client_configs:
    policies: "{{ listed | to_json }}"
  vars: *listed
  register: again
- m365.apps.office_client_config_assignment:
    display_name: @Three@
    groups: {add: [@Vaulted group@]}
  register: grouped
- m365.apps.office_client_config_info:
    display_name: @Three@
    gather: [payloads, group_names]
  register: read
- m365.apps.definition_files:
    path: "{{ playbook_dir }}/definitions"
    configs:
      - {id: three, display_name: @Three@, kind: windows, groups: [], policy_payload: {a: @x@}}
- write_down:
    dest: "{{ playbook_dir }}/kept.json"
    content: >-
      {{ {'again': again is changed, 'grouped': grouped is changed, 'read': read.configs,
          'findings': listed | m365.apps.policy_findings,
          'mapped': listed | m365.apps.mapped_groups({name: 'Other'})} | to_json }}
  vars:
    <<: *listed
    name: @Vaulted group@
- ansible.builtin.include_role:
    name: m365.apps.rollout
  vars:
    rollout_policies:
      - {display_name: @Four@, description: @by the role@, groups: [@All of them@]}
    rollout_group_map: {All of them: @Vaulted group@}
    rollout_tenant_name: @Contoso@
    rollout_plan_folder: @plan@
    rollout_backup_folder: @backup@
    rollout_waves: [{name: @first@, groups: [@All of them@]}]
    rollout_state_folder: @state@
    rollout_stop_after_wave: @first@
    rollout_protect: [@Four@]
    rollout_max_deletions: @0@
"""
PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  module_defaults:
    group/m365.apps.all:
      tenant_id: "{{ m365_tenant_id }}"
      client_id: "{{ m365_client_id }}"
      client_secret: @SECRET@
      graph_url: "{{ m365_graph_url }}"
      login_url: @URL@
      ca_path: "{{ m365_ca_path }}"
  tasks:
"""


def vaulted(text: str) -> str:
    """Return what a text is in YAML when it is vaulted."""
    return f"!vault {json.dumps(VaultLib().encrypt(text, VaultSecret(KEY.encode())).decode())}"


def written(folder: Path, login_url: str) -> Path:
    """Write the playbook; return its path."""
    (folder / "key").write_text(KEY)
    play = PLAY.replace("@SECRET@", f"@{tenant.SECRET}@").replace("@URL@", f"@{login_url}@")
    text = play + "".join(f"    {line}\n" for line in TASKS.splitlines())
    path = folder / "vaulted.yml"
    path.write_text(re.sub(r"@([^@\n]+?)@", lambda found: vaulted(found[1]), text))
    return path


@in_process_first
def test_vaulted_text_is_sent_decrypted(ansible: Ansible, emulator: Emulator) -> None:
    emulator.reset(tenant.state(groups=[GROUP]))
    path = written(ansible.folder, emulator.ready.url)
    ansible.playbook(path, "--vault-password-file", "key", "--diff").ok()
    held: dict[str, t.Any] = {policy["displayName"]: policy for policy in emulator.tenant(tenant.TENANT)["policies"]}
    assert list(held) == ["One", "Two", "Three", "Four"]
    assert held["One"]["description"] == "Vaulted description"
    assert held["One"]["policyPayload"] == [{"settingId": "L_Vaulted", "value": "vaulted value"}]
    assert held["One"]["userPreferencePayload"] == {"whole": [1, "payload"]}
    assert held["Two"]["policyPayload"]["nested"] == [{"deep": "vaulted variable"}]
    assert held["Three"]["policyPayload"] == {"a": ["x", {"b": "y"}]}
    assert held["Four"]["description"] == "by the role"
    assert [entry["groupId"] for name in ("Three", "Four") for entry in held[name]["assignments"]] == [GROUP["id"]] * 2
    [state] = (ansible.folder / "state").iterdir()
    assert state.name.endswith(".waves.json")
    waves = json.loads(state.read_text())["waves"]
    assert [(wave["name"], wave["groups"], wave["status"]) for wave in waves] == [("first", ["All of them"], "passed")]
    assert len(list((ansible.folder / "backup").glob("*/*/manifest.json"))) == 1
    kept = json.loads((ansible.folder / "kept.json").read_text())
    assert (kept["again"], kept["grouped"]) == (False, False)
    assert [config["display_name"] for config in kept["read"]] == ["Three"]
    assert [finding["policies"] for finding in kept["findings"]] == [["Three"]]
    assert kept["mapped"][0]["groups"] == ["Other"]
    files = [file for file in ansible.folder.rglob("*") if file.is_file() and file != path]
    assert [file for file in files if b"ANSIBLE_VAULT" in file.read_bytes()] == []
    assert "a: x" in (ansible.folder / "definitions" / "three.yml").read_text()
