# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Import through real runs: nothing is asked or written in check mode, and what was imported changes no tenant.

What is read of each form, and what is left: test_import_*.py of the units.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible
from ansible_collections.m365.apps.tests.unit import import_samples as samples

TARGET = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": samples.ONE}
PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    rollout_import_source: exports
    rollout_import_folder: imported
  tasks:
    - ansible.builtin.include_role: {name: m365.apps.rollout, tasks_from: import}
      vars: {rollout_import_group_names: "yes"}
    - ansible.builtin.set_fact:
        first: "{{ rollout_import_result }}"
    - ansible.builtin.include_role: {name: m365.apps.rollout, tasks_from: import}
      vars: {rollout_import_group_names: true}
    - m365.apps.office_client_configs:
        surface: settings_catalog
        policies: "{{ query('m365.apps.definitions', playbook_dir ~ '/imported') }}"
      register: rolled_out
    - ansible.builtin.assert:
        that:
          - first is changed
          - first.counts.created == 1
          - rollout_import_result is not changed
          - rollout_import_result.counts.unchanged == 1
          - rollout_import_result.left | map(attribute='reason') == ['broken_file', 'other_platform', 'other_file']
          - rolled_out is not changed
"""


@pytest.fixture
def exports(ansible: Ansible, emulator: Emulator) -> Path:
    """Exports of a tenant that has the one policy of Office among them."""
    shown: dict[str, t.Any] = samples.policy(description="", assignments=[{"source": "direct", "target": TARGET}])
    live = {name: shown[name] for name in ("id", "name", "settings", "assignments")}
    state = tenant.state(groups=[{"displayName": "Contoso - All Staff", "id": samples.ONE}])
    state["tenants"][tenant.TENANT]["catalog_policies"] = [live]
    emulator.reset(state)
    files = {
        "SettingsCatalog/a.json": samples.intune_management(shown),
        "SettingsCatalog/mac.json": samples.policy(platforms="macOS", name="\x1b[31mMac"),
        "SettingsCatalog/broken.json": "{",
        "notes.md": "text",
    }
    return samples.put(ansible.folder / "exports", files)


def test_check_mode_takes_no_login_and_tells_what_would_be_written(
    ansible: Ansible, emulator: Emulator, exports: Path
) -> None:
    given = ("-e", f"rollout_import_source={exports}", "-e", f"rollout_import_folder={ansible.folder / 'imported'}")
    secret = samples.with_secret(samples.policy(name="Secret"), "Hunter2 is out", "notEncrypted")
    samples.put(exports, {"secret.json": secret})
    shown = ("--check", "--diff", "-v")
    done = ansible.run("ansible-playbook", "m365.apps.import", *given, *shown, M365_SURFACE="settings_catalog").ok()
    assert "Import (check mode, nothing was written): 2 policies, 2 created, 0 unchanged; 3 left" in done.stdout
    assert "value: (secret masked by m365.apps)" in done.stdout
    assert "secret.yml holds a secret in clear text" in " ".join((done.stdout + done.stderr).split())
    assert "Hunter2" not in done.stdout + done.stderr
    assert (
        "contoso-macros.yml: Contoso - Macros, 1 setting, from SettingsCatalog/a.json (intune management)"
        in done.stdout
    )
    assert "mac.json" in done.stdout
    assert "\x1b[31mMac" not in done.stdout
    assert not (ansible.folder / "imported").exists()
    assert emulator.journal() == []


def test_what_was_imported_changes_nothing_in_its_tenant(ansible: Ansible, exports: Path) -> None:
    (ansible.folder / "play.yml").write_text(PLAY)
    ansible.playbook("play.yml", **ansible.login).ok()
    assert exports.exists()
    [written] = (ansible.folder / "imported").iterdir()
    assert written.read_text() == (
        "---\n"
        "display_name: Contoso - Macros\n"
        "description: ''\n"
        "groups:\n"
        f"  - id: {samples.ONE}\n"
        "    display_name: Contoso - All Staff\n"
        "settings:\n"
        "  - setting: excel16/L_VBAWarningsPolicy\n"
        "    value: 3\n"
        "scope_tags:\n"
        "  - '0'\n"
        "all_users: false\n"
        "all_devices: false\n"
        "exclude_groups: []\n"
    )
