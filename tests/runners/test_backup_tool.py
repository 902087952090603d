# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup tool of others looks at a tenant of the settings catalog before a rollout, after it, and once restored."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import BIN, ROOT, Ansible, finished
from ansible_collections.m365.apps.tests.integration.support.whole_runs import CATALOG
from ansible_collections.m365.apps.tests.runners.backup_tool import backup_command, sent_to


class Tool:
    """The tool in a venv of its own, sent to the emulator."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder = folder
        self.bin = folder / "tool" / "bin"
        self._environment = {
            "HOME": str(folder),
            **sent_to(emulator.ready.url, emulator.ready.ca_path),
            "TENANT_NAME": tenant.TENANT,
            "CLIENT_ID": tenant.APPS["writer"][0],
            "CLIENT_SECRET": tenant.SECRET,
        }
        pip = [str(self.bin / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        self._run([str(BIN / "python"), "-m", "venv", str(folder / "tool")], {})
        self._run([*pip, "install", "--require-hashes", "-r", str(ROOT / "tests" / "backup-tool.txt")], {})

    def back_up(self, name: str) -> Path:
        """Back the tenant up and return the folder."""
        folder = self.folder / name
        folder.mkdir()
        self._run([*backup_command(self.bin, folder), "--exit-on-error"], self._environment)
        return folder

    def compared(self, one: Path, other: Path) -> dict[str, t.Any]:
        """Return what the tool says of two of its backups."""
        told = self.folder / "compared.json"
        self._run([self.bin / "IntuneCD-startcompare", "-s", one, "-t", other, "-o", told], {})
        return t.cast("dict[str, t.Any]", json.loads(told.read_text(encoding="utf-8")))

    def _run(self, command: t.Sequence[object], environment: t.Mapping[str, str]) -> None:
        finished([str(word) for word in command], self.folder, {"HOME": str(self.folder), **environment}).ok()


# Without the network and the tool: test_backup_catalog.py, and the whole run.
@pytest.mark.full
def test_a_backup_tool_of_others_finds_a_restored_tenant_equal(
    ansible: Ansible, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.reset(CATALOG.state())
    emulator.change_settings(catalog_list_lag_seconds=0)
    ansible.use(rollout_surface=CATALOG.surface)
    tool = Tool(tmp_path, emulator)
    before = tool.back_up("before")
    assert sorted(path.stem for path in before.glob("Settings Catalog/*.json")) == [
        f"{policy['name']}_mdm" for policy in sorted(CATALOG.live, key=lambda policy: str(policy["name"]))
    ]
    variables = {"rollout_policies": list(CATALOG.definitions), "rollout_backup_folder": str(tmp_path / "backups")}
    ansible.playbook("m365.apps.rollout", "-e", json.dumps(variables)).ok()
    # Somebody deletes a policy, too, so that it is made again.
    state = emulator.tenant(tenant.TENANT)
    left = [policy for policy in state["catalog_policies"] if policy["name"] != "Was here"]
    emulator.put({tenant.TENANT: {**state, "catalog_policies": left}})
    rolled_out = tool.compared(before, tool.back_up("rolled-out"))
    assert rolled_out["diff_count"] > 0
    assert rolled_out["missing_in_target"] != []
    [backup] = [path.parent for path in (tmp_path / "backups").glob("*/*/manifest.json")]
    ansible.playbook("m365.apps.restore", "-e", f"rollout_backup_folder={backup}").ok()
    restored = tool.compared(before, tool.back_up("restored"))
    assert {name: restored[name] for name in ("diff_count", "missing_in_target", "missing_in_source")} == {
        "diff_count": 0,
        "missing_in_target": [],
        "missing_in_source": [],
    }
