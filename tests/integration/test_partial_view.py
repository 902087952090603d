# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A play by a user from whom scope tags hide policies: nothing is made twice, and nothing hidden is called deleted."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import Task, play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, Ansible, Way

SEED = ROOT / "examples" / "contoso-intune" / "seed.json"
MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
ONE, MANY, INFO = (f"m365.apps.office_client_config{name}" for name in ("", "s", "_info"))
HIDDEN, GONE = {"display_name": "Hidden", "settings": [MACROS]}, {"display_name": "Hidden", "state": "absent"}
NEW = {"display_name": "New", "settings": [MACROS], "scope_tags": ["1"]}
ACTIONS = [f"Microsoft.Intune_DeviceConfigurations_{name}" for name in ("Read", "Create", "Update", "Assign")]
WHY = "all policies that this login sees have the scope tag 1, so those of other tags seem hidden"

TASKS: dict[str, Task] = {
    "create in check mode": {MANY: {"policies": [HIDDEN, NEW]}, "check_mode": True},
    "create": {MANY: {"policies": [HIDDEN, NEW]}},
    "delete": {ONE: GONE},
    "look": {INFO: {"display_name": "Hidden"}},
    "tag by name": {ONE: {"display_name": "Mine", "scope_tags": ["Pilot"]}},
    "change": {ONE: {"display_name": "Mine", "description": "Changed"}},
    "not allowed": {ONE: {"display_name": "Mine", "state": "absent"}},
    "on the user's word": {MANY: {"policies": [NEW], "assume_full_view": True}},
    "again": {MANY: {"policies": [NEW]}},
}


def made(names: dict[str, str]) -> dict[str, t.Any]:
    """Return a state with a policy for each name, with its scope tag."""
    state = tenant.state()
    held = state["tenants"][tenant.TENANT]
    held["scope_tags"] = ["Pilot"]
    for app in held["apps"]:
        app["roles"] = [*app["roles"], "DeviceManagementRBAC.Read.All"]
    [seed] = json.loads(SEED.read_text())["tenants"].values()
    settings = seed["catalog_policies"][0]["settings"]
    held["catalog_policies"] = [
        {"name": name, "roleScopeTagIds": [tag], "settings": settings} for name, tag in names.items()
    ]
    return state


def test_a_user_changes_what_shows_and_makes_nothing_twice(ansible: Ansible, emulator: Emulator) -> None:
    emulator.reset(made({"Hidden": "0", "Mine": "1", "Mine too": "1"}))
    emulator.change_settings(signed_in="user", visible_scope_tags=["1"], role_actions=ACTIONS)
    login = tenant.login_variables(emulator.ready)
    by_token = {name: f"{{{{ m365_{name} }}}}" for name in ("graph_url", "login_url", "ca_path")}
    defaults = {"group/m365.apps.all": {**by_token, "access_token": tenant.access_token(emulator.ready)}}
    here = Ansible(ansible.folder, {}, login, Way.IN_PROCESS)
    plays = [play(registered(TASKS), module_defaults=defaults)]
    kept = run(here, plays, environment={"M365_SURFACE": "settings_catalog"})
    results = {name: entry["result"] for name, entry in kept.items()}
    for name in ("create in check mode", "create"):
        assert results[name]["msg"].startswith("2 policies: cannot create them: this login does not see policies[0]")
        assert "Graph refuses this login the list of scope tags" in results[name]["msg"]
        assert not results[name]["changed"]
    assert results["delete"]["msg"].startswith("policy 'Hidden': cannot delete it: this login does not see it")
    assert (results["look"]["configs"], results["look"]["view"]) == ([], {"extent": "partial", "reason": WHY})
    assert "does not allow Microsoft.Intune_DeviceConfigurations_Delete. Nothing" in results["not allowed"]["msg"]
    assert "this login may not list scope tags" in results["tag by name"]["msg"]
    assert results["change"]["changed"]
    assert results["on the user's word"]["changed"]
    assert not results["again"]["changed"]
    assert results["again"]["plan"]["view"]["extent"] == "partial"
    assert [line.split()[0] for line in emulator.writes()] == ["PATCH", "POST"]
    names = sorted(policy["name"] for policy in emulator.tenant(tenant.TENANT)["catalog_policies"])
    assert names == ["Hidden", "Mine", "Mine too", "New"]
