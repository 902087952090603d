# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the documentation runs as it stands, in a folder and a tenant that have what it speaks of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.documents import examples_of
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, Ansible

DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "roles" / "rollout" / "README.md",
    *sorted((ROOT / "plugins" / "modules").glob("*.py")),
    *sorted((ROOT / "plugins" / "lookup").glob("*.py")),
]
GROUPS = [
    {"displayName": "Contoso - All Staff"},
    {"displayName": "Pilot Ring 1 - IT"},
    {"displayName": "Finance - Excel Power Users"},
    {"displayName": "By its ID", "id": "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"},
]
SECURITY = "#microsoft.graph.windowsOfficeClientSecurityConfiguration"
POLICIES = [
    {"displayName": "Contoso - Macro security", "@odata.type": SECURITY, "priority": 20},
    {"displayName": "Contoso - Pilot", "priority": 25},
    {"displayName": "Contoso - Retired", "priority": 30},
    # Enough of others that one policy of them all is a small share.
    *({"displayName": f"Fabrikam - {number}", "priority": 100 + number} for number in range(10)),
]
MINE = [{"display_name": name} for name in ("Contoso - Mine", "Contoso - Macro security", "Contoso - Pilot")]
SETTINGS = [{"settingId": "word16;L_VBAWarningsPolicy", "app": "word16", "value": "4"}]
DEFINITION = "display_name: Contoso - From a file\npriority: 700\n"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_run(document: Path, emulator: Emulator, ansible: Ansible) -> None:
    examples = examples_of(document)
    assert examples.count > 0, "the document has no example"
    emulator.reset(tenant.state(POLICIES, GROUPS))
    _furnish(ansible.folder, examples.definitions or {"definitions/file.yml": DEFINITION})
    variables = {**ansible.login, "PWD": str(ansible.folder)}
    for place, play in enumerate(examples.plays):
        (ansible.folder / f"play{place}.yml").write_text(play)
        my_policies = json.dumps({"my_policies": MINE})
        ansible.playbook(f"play{place}.yml", "-e", my_policies, **variables).ok()
    for program, *arguments in examples.commands:
        filled = [word.replace("$PWD", str(ansible.folder)) for word in arguments]
        ansible.run(program, *filled, **variables).ok()
    assert emulator.journal(), "no example called Graph"


def _furnish(folder: Path, definitions: dict[str, str]) -> None:
    """Put the files in place that the examples speak of."""
    (folder / "macro-security.json").write_text(json.dumps(SETTINGS))
    for name, text in definitions.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
