# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays in a tenant whose second administrator approves, rejects and cancels between two runs, or lets time go by."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import Task, play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, Way

STAFF = "30000000-0000-4000-8000-000000000001"
SETTINGS = [{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}]
ONE, MANY = "m365.apps.office_client_config", "m365.apps.office_client_configs"
NEW = {"policies": [{"display_name": "New", "settings": SETTINGS, "groups": ["Staff"]}]}
REASON = "Change 4711: Büro"


def decide(status: str, of: str, item: str = ".approval", **more: str) -> Task:
    """Return the task in which the request of an earlier task gets another status."""
    code = f"{{{{ kept['{of}'].result{item}.code }}}}"
    return {
        "ansible.builtin.uri": {
            "url": "{{ m365_graph_url }}/_emulator/approvals",
            "ca_path": "{{ m365_ca_path }}",
            "method": "POST",
            "body_format": "json",
            "body": {"tenant": tenant.TENANT, "id": code, "status": status, **more},
        }
    }


def one(name: str, **more: t.Any) -> Task:
    return {ONE: {"display_name": name, "settings": SETTINGS, **more}}


# Some tasks as processes of their own: they share the file with those in the worker.
APART = {"vars": {"m365_fast_path": False}}
OF_ITEM = ".results[0].approval"
TASKS: dict[str, Task] = {
    "without": {ONE: {**one("New")[ONE], "approval_reason": None, "approval_codes": None}},
    "file": {MANY: NEW, **APART},
    "again": {MANY: NEW},
    "say it": {MANY: NEW, "check_mode": True},
    "approve the create": decide("approved", "file", OF_ITEM),
    "create": {MANY: NEW, **APART},
    "approve the groups": decide("approved", "create", OF_ITEM),
    "assign": {MANY: NEW},
    "quiet": {MANY: NEW},
    "file one": one("Rejected"),
    "reject": decide("rejected", "file one", approvalJustification="too broad"),
    "rejected": one("Rejected"),
    "say that it was rejected": {**one("Rejected"), "check_mode": True},
    "file another": {**one("Cancelled"), **APART},
    "cancel": decide("cancelled", "file another"),
    "cancelled": one("Cancelled"),
    "file a third": one("Expired"),
    "expire": decide("expired", "file a third"),
    "expired": one("Expired"),
    "theirs": {ONE: {**one("New", description="theirs")[ONE], "approval_codes": "{{ theirs }}"}},
    "ours": one("New", description="ours"),
    "approve theirs": decide("approved", "theirs"),
    "theirs is made": {ONE: {**one("New", description="theirs")[ONE], "approval_codes": "{{ theirs }}"}},
}


def played(ansible: Ansible, emulator: Emulator, ours: Path, theirs: Path) -> dict[str, t.Any]:
    """Return the results of the tasks by their names."""
    state = tenant.state(groups=[{"id": STAFF, "displayName": "Staff"}])
    for app in state["tenants"][tenant.TENANT]["apps"]:
        app["roles"] = [*app["roles"], "DeviceManagementRBAC.Read.All"]
    emulator.reset({**state, "settings": {"approval_required": True}})
    login = {name: f"{{{{ m365_{name} }}}}" for name in ("tenant_id", "client_id", "client_secret", "graph_url")}
    approval = {"approval_reason": REASON, "approval_codes": str(ours)}
    shared = {**login, "login_url": "{{ m365_login_url }}", "ca_path": "{{ m365_ca_path }}", **approval}
    variables = {**tenant.login_variables(emulator.ready), "theirs": str(theirs)}
    here = Ansible(ansible.folder, {}, variables, Way.IN_PROCESS)
    plays = [play(registered(TASKS), module_defaults={ONE: shared, MANY: shared})]
    kept = run(here, plays, environment={"M365_SURFACE": "settings_catalog"})
    return {name: entry["result"] for name, entry in kept.items()}


def test_requests_from_one_run_to_the_next(ansible: Ansible, emulator: Emulator, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.json", tmp_path / "theirs.json"
    results = played(ansible, emulator, ours, theirs)

    def told(name: str) -> tuple[t.Any, ...]:
        [item] = results[name]["results"]
        return item["status"], item.get("approval", {}).get("state"), results[name]["changed"]

    assert results["without"]["failed"]
    assert "Give approval_reason and approval_codes so that the run files a request" in results["without"]["msg"]
    assert told("file") == ("awaiting_approval", "filed", True)
    assert f"'New' (request {results['file']['results'][0]['approval']['code']})" in results["file"]["warnings"][0]
    assert told("again") == told("say it") == ("awaiting_approval", "waiting", False)
    assert told("create") == ("awaiting_approval", "filed", True)
    assert results["create"]["configs"][0]["groups"] == []
    assert told("assign") == ("updated", None, True)
    assert told("quiet") == ("unchanged", None, False)

    for name in ("rejected", "say that it was rejected"):
        step = f"Change the policy, or remove the request from the file {ours} to ask again."
        assert f"was rejected ('too broad'). {step}" in results[name]["msg"]
        assert not results[name]["changed"]
        assert results[name]["approval"]["state"] == "rejected"
    assert "was cancelled. Change the policy" in results["cancelled"]["msg"]
    assert (results["expired"]["approval"]["state"], results["expired"]["changed"]) == ("filed", True)
    assert results["ours"]["approval"] == {"code": None, "state": "other"}
    assert not results["ours"]["changed"]
    assert results["theirs is made"]["config"]["description"] == "theirs"

    [policy] = emulator.tenant(tenant.TENANT)["catalog_policies"]
    assert (policy["name"], policy["description"], len(policy["assignments"])) == ("New", "theirs", 1)
    requests = emulator.tenant(tenant.TENANT)["approval_requests"]
    assert {request["requestJustification"] for request in requests} == {REASON}
    assert sorted(request["status"] for request in requests) == [
        "cancelled",
        *["completed"] * 3,
        "expired",
        "needsApproval",
        "rejected",
    ]
    assert ours.stat().st_mode & 0o777 == 0o600
    names = [request["policy"] for request in json.loads(ours.read_text())["requests"]]
    assert names == ["policy 'Rejected'", "policy 'Cancelled'", "policy 'Expired'"]
    assert json.loads(theirs.read_text())["requests"] == []
