# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definitions with links, capitals, numbers as names and a vaulted file, rolled out with prune and undone."""

from __future__ import annotations

import json
import re
import tempfile
import typing as t
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultEditor, VaultLib, VaultSecret

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, Run

KEY = "the key of the vault"
BY_ID = "aaaabbbb-cccc-4ddd-8eee-ffff00001111"
LIVE = {"2024": None, "Vaulted": None, "Unlisted": None, "By its ID": BY_ID}


@pytest.fixture
def folder(ansible: Ansible) -> Path:
    """Definitions of which earlier versions passed over the most."""
    made = ansible.folder / "definitions"
    made.mkdir()
    common = ansible.folder / "common"
    common.mkdir()
    (made / "team").symlink_to("../common")
    (common / "UPPER.YML").write_text("display_name: 2024\ndescription: from a linked folder\n")
    (made / "numbers.Json").write_text('[{"display_name": 2025, "priority": "40"}]')
    (made / "id.yaml").write_text(f"id: {BY_ID.upper()}\ndescription: by its ID\n")
    (made / "vaulted.yml").write_text("display_name: Vaulted\ndescription: it was encrypted\n")
    VaultEditor(VaultLib()).encrypt_file(str(made / "vaulted.yml"), VaultSecret(KEY.encode()))
    (made / "README.md").write_text("Read me")
    (ansible.folder / "key").write_text(KEY)
    return made


@pytest.fixture
def temporary() -> t.Iterator[Path]:
    """A folder for temporary files. Not below tmp_path: the path of a socket of ansible-core's own must be short."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def roll_out(ansible: Ansible, **environment: str) -> Run:
    variables = {
        "rollout_definitions": "definitions",
        "rollout_policies": [{"display_name": 2026, "description": "new inside of the play"}],
        "rollout_prune": True,
        "rollout_backup_folder": "backup",
    }
    arguments = ("--vault-password-file", "key", "-e", json.dumps(variables))
    return ansible.playbook("m365.apps.rollout", *arguments, **environment)


def described(emulator: Emulator) -> dict[str, t.Any]:
    return {policy["displayName"]: policy["description"] for policy in emulator.tenant(tenant.TENANT)["policies"]}


def test_nothing_is_passed_over_and_all_is_undone(
    ansible: Ansible, emulator: Emulator, folder: Path, temporary: Path
) -> None:
    live = [
        {"displayName": name, "description": "as before", **({"id": key} if key else {})} for name, key in LIVE.items()
    ]
    emulator.reset(tenant.state(live))
    before = described(emulator)
    rolled = roll_out(ansible, TMPDIR=str(temporary)).ok()
    assert described(emulator) == {
        "2024": "from a linked folder",
        "2025": "",
        "2026": "new inside of the play",
        "By its ID": "by its ID",
        "Vaulted": "it was encrypted",
    }
    # Older cores break warnings into lines, also at hyphens.
    said = "".join(rolled.output.split())
    assert f"arepassedover:{folder / 'README.md'}." in said
    assert "rollout_policies[0].display_name2026" in said
    left = [path for path in temporary.rglob("*") if path.is_file()]
    assert [path for path in left if b"it was encrypted" in path.read_bytes()] == []
    [manifest] = (ansible.folder / "backup").rglob("manifest.json")
    assert json.loads(manifest.read_text())["absent"] == ["2025", "2026"]
    ansible.playbook("m365.apps.restore", "-e", f"rollout_backup_folder={manifest.parent}").ok()
    assert described(emulator) == before


def test_what_cannot_be_read_ends_the_run_before_prune(ansible: Ansible, emulator: Emulator, folder: Path) -> None:
    emulator.reset(tenant.state([{"displayName": name} for name in LIVE]))
    (folder / "gone").symlink_to("nowhere")
    (folder / "wrong.yml").write_text("display_name: 0123\n")
    refused = roll_out(ansible).failed()
    assert "it is a link that leads nowhere" in " ".join(refused.output.split())
    assert emulator.writes() == []


def test_what_is_wrong_with_files_is_the_message_without_words_of_ansible_core(ansible: Ansible) -> None:
    (ansible.folder / "definitions").mkdir()
    for name, text in {"a.yml": "id: a: b", "b.json": "{", "c.yml": "- {id: c}\n- {prioriti: 1}"}.items():
        (ansible.folder / "definitions" / name).write_text(text)
    said = ansible.playbook("m365.apps.rollout", "-e", "rollout_definitions=definitions", "--check").failed().output
    first = f"definitions {ansible.folder}/definitions/a.yml: cannot read it: line 1, column 6: "
    assert f'"msg": "{first}' in said
    assert "Finalization" not in said
    assert "lookup plugin" not in said
    [message] = re.findall(r'"msg": "(.*?)"}', said)
    assert re.findall(r"(\w\.\w+)(?: item .)?(?: of .)?: cannot read it", message) == ["a.yml", "b.json", "c.yml"]
    assert "c.yml item 2 of 2: cannot read it: it has the unknown option prioriti" in message


def test_groups_that_nobody_has_are_told_with_their_policies_and_files(ansible: Ansible, emulator: Emulator) -> None:
    (ansible.folder / "definitions").mkdir()
    for name in "ABC":
        (ansible.folder / "definitions" / f"{name}.yml").write_text(f"display_name: Of {name}\ngroups: [None {name}]\n")
    said = ansible.playbook("m365.apps.rollout", "-e", "rollout_definitions=definitions").failed().output
    for name in "ABC":
        assert f"It is named by definitions/{name}.yml policy 'Of {name}'." in said
    assert described(emulator) == {}
