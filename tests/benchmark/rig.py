# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rig: an emulated tenant in a known state, and the playbooks and the bare script run against it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

from graph_emulator.testing import Emulator, running

from . import tenant
from .sampled.sitecustomize import FILE

_HERE = Path(__file__).resolve().parent
_BIN = Path(sys.executable).parent
_DEFINITIONS = _HERE.parents[1] / "examples" / "contoso-intune" / "definitions"

Command = list[str]


@dataclass(frozen=True)
class Rig:
    """A running emulator and a folder for the files that the runs read and write."""

    emulator: Emulator
    folder: Path
    collections: str

    def prepare_catalog(self, count: int) -> None:
        """Do the same for ``count`` policies of the settings catalog, all of which are there."""
        self._policies_file.write_text(json.dumps(tenant.catalog_policies(count)), encoding="utf-8")
        self.emulator.admin("PUT", "state", tenant.catalog_state(count))
        self.clear_journal()

    def clear_journal(self) -> None:
        """Empty the journal."""
        self.emulator.admin("DELETE", "journal")

    def prepare(self, count: int, live: int) -> None:
        """Write the list of ``count`` policies, put ``live`` of them in the tenant, empty the journal."""
        self._policies_file.write_text(json.dumps(tenant.policies(count)), encoding="utf-8")
        self.restore(live)

    def restore(self, live: int) -> None:
        """Put the tenant back to its first ``live`` policies and empty the journal."""
        self.emulator.admin("PUT", "state", tenant.state(live))
        self.clear_journal()

    def play(self, name: str, *, fast_path: bool = True, **variables: str | bool) -> Command:
        """Return the command of a playbook."""
        ready = self.emulator.ready
        given = {
            "policies_file": str(self._policies_file),
            "graph_url": ready["graph_url"],
            "login_url": ready["login_url"],
            "ca_path": ready["ca_path"],
            "m365_fast_path": fast_path,
            **variables,
        }
        playbook = str(_HERE / "playbooks" / f"{name}.yml")
        return [str(_BIN / "ansible-playbook"), playbook, "--extra-vars", json.dumps(given)]

    def lint(self, count: int) -> dict[str, Command]:
        """Write ``count`` definitions of the settings catalog; return what lints them, and an empty play."""
        folder = self.folder / "definitions"
        folder.mkdir(exist_ok=True)
        samples = sorted(_DEFINITIONS.glob("*.yml"))
        for number in range(count):
            text = samples[number % len(samples)].read_text(encoding="utf-8")
            named = text.replace('display_name: "Contoso', f'display_name: "Contoso {number}', 1)
            (folder / f"{number:04}.yml").write_text(named, encoding="utf-8")
        program = Path(self.collections).absolute() / "ansible_collections" / "m365" / "apps" / "extensions" / "lint.py"
        entry = ["m365.apps.lint", "--extra-vars", json.dumps({"rollout_definitions": str(folder)})]
        return {
            "empty": self.play("empty"),
            "program": [sys.executable, str(program), str(folder)],
            "entry point": [str(_BIN / "ansible-playbook"), *entry],
        }

    def bare(self) -> Command:
        """Return the command of the bare script."""
        return [sys.executable, str(_HERE / "bare.py"), str(self._policies_file)]

    @property
    def env(self) -> dict[str, str]:
        """The environment of every run."""
        ready = self.emulator.ready
        return {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": self.collections,
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "M365_GRAPH_URL": ready["graph_url"],
            "M365_LOGIN_URL": ready["login_url"],
            "M365_CA_PATH": ready["ca_path"],
            "AZURE_TENANT_ID": tenant.TENANT_ID,
            "AZURE_CLIENT_ID": tenant.CLIENT_ID,
            "AZURE_CLIENT_SECRET": tenant.CLIENT_SECRET,
        }

    @property
    def sampled_env(self) -> dict[str, str]:
        """The environment of a run of which samples are taken."""
        return {**self.env, "PYTHONPATH": str(_HERE / "sampled"), FILE: str(self.samples_file)}

    def check(self, count: int, with_groups: bool) -> None:
        """Raise RuntimeError unless the tenant holds exactly the first ``count`` policies, as they are asked for."""
        held = self.emulator.admin("GET", "state")["tenants"][tenant.TENANT_ID]["policies"]
        asked = tenant.state(count)["tenants"][tenant.TENANT_ID]["policies"]
        if _facts(held, with_groups) != _facts(asked, with_groups):
            raise RuntimeError(f"a run did not leave the {count} policies that it was asked for")

    @contextlib.contextmanager
    def distant(self, seconds: float) -> t.Iterator[None]:
        """Let every answer of Graph come that much later, for the block."""
        # Lists and batches, but no call in a batch, which would come later once more: those name an id or a group.
        requests = [{"method": "GET", "path": r"^(?!.*(/groups|[0-9a-f]{8}-[0-9a-f]{4}-))"}, {"path": r"/\$batch$"}]
        slow = [{"kind": "slow", "match": match, "seconds": seconds, "count": None} for match in requests]
        self.emulator.admin("PUT", "faults", slow)
        try:
            yield
        finally:
            self.emulator.admin("PUT", "faults", [])

    def requests(self) -> int:
        """Return how many requests Graph got since the journal was emptied."""
        return len(self.emulator.admin("GET", "journal"))

    def writes(self) -> int:
        """Return how many calls changed something since the journal was emptied."""
        entries = self.emulator.admin("GET", "journal")
        calls = [call for entry in entries for call in (entry, *entry["batch"])]
        return sum(call["method"] != "GET" and not call["path"].endswith("/$batch") for call in calls)

    def clear_backups(self) -> None:
        """Remove what earlier rounds backed up: no backup is ever written over."""
        for folder in self.folder.glob("backup-*"):
            shutil.rmtree(folder)

    def backup(self, name: str, connections: int) -> Command:
        """Return the command of a backup of the settings catalog by this collection."""
        given = {
            "rollout_surface": "settings_catalog",
            "rollout_backup_folder": str(self.folder / name),
            "m365_connections": connections,
        }
        return [str(_BIN / "ansible-playbook"), "m365.apps.backup", "--extra-vars", json.dumps(given)]

    @property
    def plan_file(self) -> Path:
        """Where plan.yml writes the plan."""
        return self.folder / "plan.json"

    @property
    def samples_file(self) -> Path:
        """The file to which processes write what they are at."""
        return self.folder / "samples"

    @property
    def _policies_file(self) -> Path:
        return self.folder / "policies.json"


@contextlib.contextmanager
def rig(collections: str) -> t.Iterator[Rig]:
    """Run an emulator for the block; the collection is taken from the folder ``collections``."""
    with running(state=tenant.state(0)) as emulator, tempfile.TemporaryDirectory() as folder:
        yield Rig(emulator, Path(folder), collections)


def _facts(policies: t.Iterable[dict[str, t.Any]], with_groups: bool) -> dict[int, t.Any]:
    names = ("@odata.type", "displayName", "description", "policyPayload")
    return {
        policy["priority"]: (
            [policy[name] for name in names],
            {entry["groupId"] for entry in policy["assignments"]} if with_groups else None,
        )
        for policy in policies
    }
