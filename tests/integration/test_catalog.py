# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook catalog: what Microsoft changed is shown with the definitions that it touches."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import catalog_lines
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Definition
from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible
from ansible_collections.m365.apps.tests.unit import own_settings as own
from graph_emulator.graph.catalog import facts

OFFICE = [each for each in own.DEFINITIONS if each is not own.MAC]
GONE = replace(own.LEVEL, options=own.LEVEL.options[:2])
NEWS = replace(own.toggle("visio16", "L_OwnNew", "New \x1b[2J{{ 7 * 7 }}"))
EXCEL = "display_name: Excel\nsettings:\n  - {setting: excel16/L_OwnMacros, value: 3}\n"


def documents(definitions: t.Sequence[Definition]) -> list[dict[str, t.Any]]:
    """Return definitions as Graph has them."""
    _head, *lines = catalog_lines(definitions, "a test", titles=True)
    return list(facts.documents(map(json.loads, lines)))


@pytest.fixture
def there(emulator: Emulator, ansible: Ansible) -> Emulator:
    """A tenant that has other definitions than the file."""
    state = tenant.state()
    state["tenants"][tenant.TENANT]["catalog_definitions"] = documents([*OFFICE, NEWS, GONE][1:])
    state["settings"] = {"catalog_definitions_page_size": 5}
    emulator.reset(state)
    own.write(ansible.folder / "office.jsonl")
    (ansible.folder / "definitions").mkdir()
    (ansible.folder / "definitions" / "excel.yml").write_text(EXCEL)
    return emulator


def test_what_microsoft_changed_is_shown_with_what_it_touches(ansible: Ansible, there: Emulator) -> None:
    file = ansible.folder / "office.jsonl"
    before = file.read_bytes()
    asked = {"rollout_catalog_file": "office.jsonl", "rollout_definitions": "definitions"}
    asked |= {"rollout_catalog_changes_file": "changes.json", "rollout_catalog_max_removals": "50%"}
    asked |= {"rollout_catalog_schema_file": "schema.json"}

    there.misbehave({"kind": "unavailable", "match": {"path": "configurationSettings"}, "skip": 6, "count": None})
    extra = ("-e", json.dumps({**asked, "m365_retry_timeout": 0}))
    # By several connections, a page may be on its way when another one fails.
    ansible.playbook("m365.apps.catalog", *extra, M365_CONNECTIONS="1").failed()
    assert file.read_bytes() == before
    assert (ansible.folder / "office.jsonl.part").exists()

    there.misbehave()
    there.clear_journal()
    extra = ("-e", json.dumps({**asked, "rollout_catalog_fails": "refused"}))
    # Another surface than the role's is no reason to refuse.
    run = ansible.playbook("m365.apps.catalog", *extra, M365_SURFACE="settings_catalog").failed()
    assert "The definitions: 1 of their entries are refused by the catalog of the tenant" in run.output
    for shown in (
        "added       visio16/L_OwnNew (user): New \\\\x1b[2J{{ 7 * 7 }}",
        "removed     excel16/L_OwnMacros (user)",
        "refused     ",
        "definitions/excel.yml, policy Excel: excel16/L_OwnMacros (",
    ):
        assert shown in run.stdout, shown
    told = json.loads((ansible.folder / "changes.json").read_text())
    assert (told["status"], told["resumed_pages"]) == ("updated", 6)
    assert [each["policy"] for each in told["touched"]] == ["Excel"]
    assert file.read_bytes() != before
    # Whole in itself, with the texts of the tenant as they are.
    [keys, _others] = json.loads((ansible.folder / "schema.json").read_text())["$defs"]["key"]["anyOf"]
    assert (
        r"New \x1b[2J{{ 7 * 7 }}" in dict(zip(keys["enum"], keys["enumDescriptions"], strict=True))["visio16/L_OwnNew"]
    )
    assert sorted(path.name for path in ansible.folder.glob("office*")) == ["office.jsonl"]

    checked = ansible.playbook("m365.apps.catalog", "--check", *extra).ok()
    assert "Catalog (check mode, nothing was written): " in checked.stdout
    assert there.writes() == []
