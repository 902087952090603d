# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays on surface settings_catalog, in-process and by modules: check mode tells what a run does."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import Task, play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, Ansible, Way

EXAMPLES = ROOT / "examples" / "contoso-intune"
GROUPS = [
    {"id": "11111111-0000-4000-8000-000000000001", "displayName": "All Staff"},
    {"id": "11111111-0000-4000-8000-000000000002", "displayName": "Finance"},
]
MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
FORGOTTEN = {"setting": "outlk16/L_CheckForgottenAttachments", "state": "disabled"}
ONE, MANY, GROUP, INFO = (f"m365.apps.office_client_config{name}" for name in ("", "s", "_assignment", "_info"))
# What the second task, the first one that is not in check mode, returned.
CREATED = "{{ kept['create'].result.config.id }}"
# Each step: the module, its options, and the writes that it takes.
STEPS: dict[str, tuple[str, dict[str, t.Any], list[str]]] = {
    "create": (ONE, {"display_name": "Macros", "settings": [MACROS, FORGOTTEN], "description": "D"}, ["create"]),
    "change one setting": (
        ONE,
        {"display_name": "Macros", "settings": {"add": [{**MACROS, "value": 4}]}},
        ["update"],
    ),
    "rename": (ONE, {"id": CREATED, "display_name": "Excel"}, ["update"]),
    "rename back": (ONE, {"id": CREATED, "display_name": "Macros"}, ["update"]),
    "assign": (GROUP, {"display_name": "Macros", "groups": ["All Staff"]}, ["assign"]),
    "exclude a group": (GROUP, {"display_name": "Macros", "exclude_groups": {"add": ["Finance"]}}, ["assign"]),
    "tag": (
        MANY,
        {
            "policies": [
                {"display_name": "Macros", "scope_tags": ["Pilot"]},
                {"display_name": "Two", "settings": [MACROS]},
            ]
        },
        ["update", "create"],
    ),
    "delete": (ONE, {"display_name": "Macros", "state": "absent"}, ["delete"]),
}
# A module takes seconds where the other way takes a fraction of one, and both call the same handlers.
BY_MODULE = ("create", "exclude a group")


def steps_of(way: Way) -> dict[str, tuple[str, dict[str, t.Any], list[str]]]:
    return {name: step for name, step in STEPS.items() if way is Way.IN_PROCESS or name in BY_MODULE}


def tasks(way: Way) -> dict[str, Task]:
    """Return each step in check mode, for real, and again; then what is read is given back."""
    found: dict[str, Task] = {}
    for name, (module, options, _writes) in steps_of(way).items():
        for when in ("check", "", "again"):
            task: Task = {module: options, "diff": True, **({"check_mode": True} if when == "check" else {})}
            found[f"{name} {when}".strip()] = task
        if name == "tag":
            found["read"] = {INFO: {"gather": ["settings", "assignments"]}}
            found["give back"] = {MANY: {"policies": "{{ kept['read'].result.configs }}"}}
    return found


def plain(value: t.Any) -> t.Any:
    """Return a result without what only the server makes, and without what tells of the run."""
    made = (
        "id",
        "last_modified_date_time",
        "invocation",
        "plan",
        "warnings",
        "before_header",
        "after_header",
        "failed",
    )
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items() if key not in made}
    return [plain(member) for member in value] if isinstance(value, list) else value


@pytest.mark.parametrize("way", Way)
def test_a_policy_from_its_creation_to_its_end(ansible: Ansible, emulator: Emulator, way: Way) -> None:
    state = tenant.state((), GROUPS)
    held = state["tenants"][tenant.TENANT]
    held["scope_tags"] = ["Pilot"]
    for app in held["apps"]:
        app["roles"] = [*app["roles"], "DeviceManagementRBAC.Read.All"]
    emulator.reset(state)
    here = Ansible(ansible.folder, {}, tenant.login_variables(emulator.ready), way)
    kept = run(here, [play(registered(tasks(way)))], environment={"M365_SURFACE": "settings_catalog"})
    results = {name: entry["result"] for name, entry in kept.items()}
    assert {name: result["msg"] for name, result in results.items() if result.get("failed")} == {}
    for name, (_module, _options, wanted) in steps_of(way).items():
        done = results[name]
        assert [action["action"] for action in done["actions"]] == wanted, name
        assert plain(results[f"{name} check"]) == plain(done), name
        assert not results[f"{name} again"]["changed"], name
    if way is Way.MODULE:
        return
    [changed, _two] = results["read"]["configs"]
    assert (changed["display_name"], changed["description"], len(changed["settings"])) == ("Macros", "D", 2)
    assert (changed["groups"], changed["exclude_groups"]) == ([GROUPS[0]["id"]], [GROUPS[1]["id"]])
    assert not results["give back"]["changed"]


def test_the_example_policies_are_rolled_out_once(ansible: Ansible, emulator: Emulator) -> None:
    """The playbook of the examples with a folder of its own: 17 policies, and nothing to do the second time."""
    [seed] = json.loads((EXAMPLES / "seed.json").read_text())["tenants"].values()
    state = tenant.state((), seed["groups"])
    parts = ("catalog_policies", "assignment_filters", "scope_tags")
    state["tenants"][tenant.TENANT].update({name: seed[name] for name in parts})
    emulator.reset(state)
    ansible.run("ansible-playbook", str(EXAMPLES / "rollout.yml"), **ansible.login).ok()
    held = emulator.tenant(tenant.TENANT)
    names = [yaml.safe_load(path.read_text())["display_name"] for path in sorted((EXAMPLES / "definitions").iterdir())]
    assert len(names) == 17
    assert {policy["name"] for policy in held["catalog_policies"]} == {*names, "Branch office printers"}
    assert sum(len(policy["settings"]) for policy in held["catalog_policies"]) == 448
    emulator.clear_journal()
    ansible.run("ansible-playbook", str(EXAMPLES / "rollout.yml"), **ansible.login).ok()
    assert emulator.writes() == []
    assert emulator.tenant(tenant.TENANT) == held
