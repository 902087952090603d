# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Traces of real plays: both ways of running a module write one, and the emulator answers its requests in the same way.

That a trace shows nothing of its tenant is held for every target in test_targets.py, and for every kind of secret in
test_secrets.py.
"""

from __future__ import annotations

import json
import os
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import PACKAGE, Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import Task, play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, Ansible, finished
from ansible_collections.m365.apps.tests.integration.support.traced import trace_in

ONE, MANY, ORDER, GROUPS, INFO = (
    f"m365.apps.office_client_config{name}" for name in ("", "s", "_order", "_assignment", "_info")
)
STAFF = [
    {"id": f"11111111-0000-4000-8000-00000000000{n}", "displayName": name} for n, name in ((1, "Staff"), (2, "IT"))
]
POLICIES = [{"displayName": name, "priority": place} for place, name in enumerate(("Strong", "Weak"))]
PAYLOAD = [{"settingId": "excel16;L_VBAWarningsPolicy", "app": "excel16", "type": "REG_DWORD", "value": "3"}]
MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
FORGOTTEN = {"setting": "outlk16/L_CheckForgottenAttachments", "state": "disabled"}
OFFICE_PLAY: dict[str, Task] = {
    "create": {MANY: {"policies": [
        {"display_name": "New", "policy_payload": PAYLOAD, "groups": ["Staff"]},
        {"display_name": "Weak", "description": "Told", "user_preference_payload": {"theirs": True}},
    ]}},
    "group": {GROUPS: {"display_name": "Strong", "groups": {"add": ["IT"]}}},
    "order": {ORDER: {"order": ["Weak", "Strong", "New"]}},
    "delete": {ONE: {"display_name": "Weak", "state": "absent"}},
    "look": {INFO: {"gather": ["payloads", "assignments", "group_names"]}},
}  # fmt: skip
CATALOG_PLAY: dict[str, Task] = {
    "create": {MANY: {"policies": [
        {"display_name": "New", "settings": [MACROS], "groups": ["Staff"], "exclude_groups": ["IT"]},
        {"display_name": "There", "settings": {"add": [FORGOTTEN]}, "all_devices": {"filter": "Corporate"}},
    ]}},
    "rename": {ONE: {"display_name": "New", "description": "Told", "scope_tags": ["Pilot"]}},
    "look": {INFO: {"gather": ["settings", "assignments", "group_names"]}},
    "ready": {"m365.apps.office_preflight_info": {}},
    "delete": {ONE: {"display_name": "New", "state": "absent"}},
}  # fmt: skip


def prepare(emulator: Emulator) -> None:
    """Put the tenant in place, with policies on both surfaces."""
    state = tenant.state(POLICIES, STAFF)
    held = state["tenants"][tenant.TENANT]
    held["catalog_policies"] = [{"name": "There", "assignments": [STAFF[0]["id"]]}, {"name": "Other"}]
    held["scope_tags"] = ["Pilot"]
    held["assignment_filters"] = [{"displayName": "Corporate", "rule": "(x)"}]
    emulator.reset(state)


def traced(ansible: Ansible, tasks: dict[str, Task], surface: str, trace: Path) -> None:
    """Run tasks on a surface with a trace; none may fail."""
    whole = play(registered(tasks))
    kept = run(ansible, [whole], environment={"M365_SURFACE": surface, "M365_TRACE": str(trace)})
    failed = {name: entry["result"]["msg"] for name, entry in kept.items() if entry["result"].get("failed")}
    assert failed == {}


def checked(trace: Path, folder: Path, **settings: t.Any) -> tuple[int, str]:
    """Check a trace with the program that make trace-check runs; its exit code and what it printed."""
    command = [sys.executable, "-m", "trace_check", str(trace), "--settings", json.dumps(settings)]
    path = os.environ.get("PYTHONPATH") or str(ROOT / ".ansible" / "tree")
    done = finished(command, PACKAGE, {**os.environ, "PYTHONPATH": path, "TMPDIR": str(folder)})
    return done.code, done.output


@pytest.mark.parametrize(
    ("surface", "tasks", "change", "told"),
    [
        ("office_configuration", OFFICE_PLAY, {"last_modified": False}, "lastModifiedDateTime is there"),
        ("settings_catalog", CATALOG_PLAY, {"assign_status": 200}, "status 204, the emulator answers 200"),
    ],
    ids=["officeConfiguration", "the settings catalog"],
)
def test_the_trace_of_a_play_checks_clean_and_not_against_a_changed_emulator(
    ansible: Ansible, emulator: Emulator, surface: str, tasks: dict[str, Task], change: dict[str, t.Any], told: str
) -> None:
    prepare(emulator)
    trace = trace_in(ansible.folder)
    traced(ansible, tasks, surface, trace)
    code, printed = checked(trace, ansible.folder)
    assert (code, "the emulator answers as the tenant did" in printed) == (0, True), printed
    code, printed = checked(trace, ansible.folder, **change)
    assert (code, told in printed) == (1, True), printed


def test_both_ways_of_running_a_module_write_the_same_requests(ansible: Ansible, emulator: Emulator) -> None:
    """In the worker process, by the environment of the run; and as a module, which an environment of its own makes of
    a task.
    """
    prepare(emulator)
    trace = trace_in(ansible.folder)
    look: Task = {INFO: {"gather": ["assignments"]}}
    traced(ansible, {"look": look}, "settings_catalog", trace)
    own = {"M365_SURFACE": "settings_catalog", "M365_TRACE": str(trace)}
    kept = run(ansible, [play(registered({"look": {**look, "environment": own}}))])
    assert not kept["look"]["result"].get("failed")
    _header, *lines = (json.loads(line) for line in trace.read_text().splitlines())
    runs = list(dict.fromkeys(line["run"] for line in lines))
    first, second = ([f"{line['method']} {line['url']}" for line in lines if line["run"] == each] for each in runs)
    # Two processes with one key: the same things have the same stand-ins.
    assert first == second
    assert [line["kind"] for line in lines].count("graph") == len(emulator.journal()) > 2
    assert [line["kind"] for line in lines].count("login") == 4


def test_a_folder_that_everybody_may_read_ends_the_task_before_its_first_request(
    ansible: Ansible, emulator: Emulator
) -> None:
    shared = ansible.folder / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    tasks: dict[str, Task] = {"look": {INFO: {}}}
    kept = run(ansible, [play(registered(tasks))], environment={"M365_TRACE": str(shared / "t")})
    assert "everybody on this machine can access" in kept["look"]["result"]["msg"]
    assert (emulator.logins(), emulator.journal(), list(shared.iterdir())) == (0, [], [])
