# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A play in a tenant that changes while its list is read, and in which one policy cannot be read: nothing is made
twice, and what needs that policy says so.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import Task, play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, Ansible, Way

SEED = ROOT / "examples" / "contoso-intune" / "seed.json"
MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
MANY, INFO = "m365.apps.office_client_configs", "m365.apps.office_client_config_info"
MINE, BROKEN = ({"display_name": name, "settings": [MACROS]} for name in ("Mine", "P001"))
GONE = {"display_name": "P002", "state": "absent"}
PRUNED = {"prune": True, "prune_scope": {"display_name": ["P00[1-3]"]}, "on_error": "leave"}
# As many as make two pages, the last one of which is renamed when the second page is asked for.
NAMES = [*(f"P{number:03}" for number in range(101)), "Zz"]

TASKS: dict[str, Task] = {
    "plan": {MANY: {"policies": [MINE]}, "check_mode": True},
    "stop": {MANY: {"policies": [MINE, BROKEN]}},
    "leave": {MANY: {"policies": [MINE, BROKEN, GONE], "on_error": "leave"}},
    "again": {MANY: {"policies": [MINE, GONE]}},
    "prune": {MANY: {"policies": [MINE], **PRUNED}},
    "look at all": {INFO: {"gather": ["settings"]}},
    "look at one": {INFO: {"display_name": "Mine", "gather": ["settings"]}},
}


def state() -> dict[str, t.Any]:
    found = tenant.state()
    [seed] = json.loads(SEED.read_text())["tenants"].values()
    settings = seed["catalog_policies"][0]["settings"]
    found["tenants"][tenant.TENANT]["catalog_policies"] = [{"name": name, "settings": settings} for name in NAMES]
    return found


def test_nothing_is_made_twice_and_one_policy_that_cannot_be_read_stops_what_needs_it(
    ansible: Ansible, emulator: Emulator
) -> None:
    emulator.reset(state())
    emulator.change_settings(catalog_rename_between_pages={"policy": "Zz", "name": "Mine"}, catalog_unreadable=["P001"])
    here = Ansible(ansible.folder, {}, tenant.login_variables(emulator.ready), Way.IN_PROCESS)
    plays = [play(registered(TASKS))]
    kept = run(here, plays, environment={"M365_SURFACE": "settings_catalog"})
    results = {name: entry["result"] for name, entry in kept.items()}
    assert [item["status"] for item in results["plan"]["results"]] == ["updated"]
    assert results["stop"]["msg"].startswith("policy 'P001' (id ")
    assert "cannot read its settings: Graph answered 500" in results["stop"]["msg"]
    assert not results["stop"]["changed"]
    assert [item["status"] for item in results["leave"]["results"]] == ["updated", "failed", "deleted"]
    assert results["leave"]["changed"]
    assert (results["again"]["changed"], results["again"].get("failed", False)) == (False, False)
    pruned = {item["display_name"]: item["status"] for item in results["prune"]["results"]}
    assert pruned == {"Mine": "unchanged", "P001": "failed", "P003": "deleted"}
    assert results["look at all"]["msg"].startswith("policy 'P001' (id ")
    assert [config["display_name"] for config in results["look at one"]["configs"]] == ["Mine"]
    names = [policy["name"] for policy in emulator.tenant(tenant.TENANT)["catalog_policies"]]
    assert sorted(names) == sorted({*NAMES, "Mine"} - {"Zz", "P002", "P003"})
    assert [line.split()[0] for line in emulator.writes()] == ["PUT", "DELETE", "DELETE"]
