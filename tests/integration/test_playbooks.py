# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks that no other test starts by their names."""

from __future__ import annotations

import json
import stat

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible

LIVE = [{"displayName": "Ours", "priority": 1, "description": "drifted"}, {"displayName": "Unmanaged", "priority": 2}]
OURS = json.dumps({"rollout_policies": [{"display_name": "Ours", "description": "as described"}]})


@pytest.fixture
def there(emulator: Emulator) -> Emulator:
    emulator.reset(tenant.state(LIVE))
    return emulator


def test_a_preflight_is_a_table_of_80_columns_and_no_failure(ansible: Ansible, there: Emulator) -> None:
    there.change_settings(segment_withdrawn=True)
    run = ansible.playbook("m365.apps.preflight", "--check", M365_SURFACE="office_configuration").ok()
    told = run.stdout.partition("Preflight for office_configuration: 1 failed, ")[2].partition("]")[0].splitlines()
    assert max(map(len, told)) <= 80
    assert any('"failed  office_configuration: ' in line for line in told)
    assert any('"        -> Write surface: settings_catalog' in line for line in told)
    assert there.writes() == []


def test_a_report_of_drift_is_no_failure(ansible: Ansible, there: Emulator) -> None:
    folder = ansible.folder / "reports"
    # What is there keeps its modes, the folder and the files that are replaced.
    folder.mkdir()
    folder.chmod(0o1777)
    (folder / "report.md").touch(0o600)
    ansible.playbook("m365.apps.report", "-e", OURS, "-e", "rollout_report_folder=reports").ok()
    text = (folder / "report.md").read_text()
    assert "1 policy differs: " in text
    assert "Unmanaged" in text
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes == {"reports": 0o1777, "report.md": 0o600, "report.html": 0o644}
    assert there.writes() == []


def test_a_report_needs_a_folder(ansible: Ansible, there: Emulator) -> None:
    run = ansible.playbook("m365.apps.report", "-e", OURS).failed()
    assert "rollout_report_folder is missing. Give a folder." in run.output
    assert there.journal() == []


# The same with more in it: test_what_is_not_ordinary_comes_back_and_what_cannot_is_told of test_safety.py.
@pytest.mark.full
def test_a_backup_is_restored(ansible: Ansible, there: Emulator) -> None:
    folder = ansible.folder / "backup"
    ansible.playbook("m365.apps.backup", "-e", OURS, "-e", "rollout_backup_folder=backup").ok()
    assert json.loads((folder / "manifest.json").read_text())["policies"] == len(LIVE)
    assert there.writes() == []
    ansible.playbook("m365.apps.rollout", "-e", OURS).ok()
    ansible.playbook("m365.apps.restore", "-e", "rollout_backup_folder=backup").ok()
    [ours] = [policy for policy in there.tenant(tenant.TENANT)["policies"] if policy["displayName"] == "Ours"]
    assert ours["description"] == "drifted"
