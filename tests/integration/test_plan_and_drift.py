# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's entry points that write nothing: a plan that a rollout can be bound to, and drift."""

from __future__ import annotations

import json
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, both_ways

STAFF = {"id": "11111111-0000-4000-8000-000000000001", "displayName": "All Staff"}
ONE, OTHER = {"settingId": "a", "value": "1"}, {"settingId": "b", "deep": {"list": [1, {"x": "y"}]}}
LIVE = [
    {"displayName": "Baseline", "priority": 1, "policyPayload": [ONE, OTHER], "assignments": [STAFF["id"]]},
    {"displayName": "Foreign", "priority": 2},
]
BASELINE = {"display_name": "Baseline", "priority": 1, "policy_payload": [ONE, OTHER], "groups": ["All Staff"]}
NEW = {"display_name": "New", "description": "Of the plan", "groups": ["All Staff"], "policy_payload": [ONE]}
Dict = dict[str, t.Any]


@pytest.fixture
def there(emulator: Emulator) -> Emulator:
    emulator.reset(tenant.state(LIVE, [STAFF]))
    return emulator


def entry_point(ansible: Ansible, name: str, policies: t.Sequence[Dict], **variables: t.Any) -> t.Any:
    """Run one of the collection's playbooks."""
    extra = {"rollout_policies": list(policies), **variables}
    return ansible.playbook(f"m365.apps.{name}", "-e", json.dumps(extra))


@both_ways
def test_a_rollout_is_bound_to_its_plan(ansible: Ansible, there: Emulator, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    folder.mkdir()
    folder.chmod(0o2775)
    before = there.tenant(tenant.TENANT)
    waves = [{"name": "first ones", "groups": ["All Staff"]}]
    more = {"rollout_plan_folder": str(folder), "rollout_tenant": "Contoso", "rollout_waves": waves}
    planned = entry_point(ansible, "plan", [BASELINE, NEW], **more)
    planned.ok()
    assert there.writes() == []
    assert there.tenant(tenant.TENANT) == before
    assert "Plan (check mode, nothing was written): 2 policies, 1 created, 1 unchanged; 3 writes" in planned.stdout
    plan = json.loads((folder / "plan.json").read_text())
    assert (plan["format"], plan["mode"], plan["tenant"]) == (1, "plan", "Contoso")
    assert plan["verdict"] == {"level": "changed", "text": "Would change: 1 created."}
    assert (plan["counts"]["created"], plan["counts"]["unchanged"]) == (1, 1)
    [new] = [policy for policy in plan["policies"] if policy["status"] == "created"]
    assert new["after"]["description"] == "Of the plan"
    assert {path.name for path in folder.iterdir()} == {"plan.json", "plan.md", "plan.html"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2775
    for name in ("plan.md", "plan.html"):
        assert "Of the plan" in (folder / name).read_text(encoding="utf-8")
    assert [(wave["name"], wave["status"]) for wave in plan["waves"]] == [("first ones", "waiting")]
    assert [one["groups"] for one in plan["effective"]] == [["All Staff"]]
    fingerprint = plan["fingerprint"]
    assert fingerprint in planned.stdout or fingerprint == plan["plan"]["fingerprint"]

    # Somebody changes what the plan depends on.
    moved = [{**LIVE[0], "description": "Behind our back"}, LIVE[1]]
    there.reset(
        tenant.state(
            [{**policy, "id": live["id"]} for policy, live in zip(moved, before["policies"], strict=True)], [STAFF]
        )
    )
    refused = entry_point(ansible, "rollout", [BASELINE, NEW], rollout_plan_fingerprint=fingerprint).failed()
    assert "the tenant has changed since the plan was made" in refused.stdout
    assert there.writes() == []

    there.reset(tenant.state(before["policies"], [STAFF]))
    entry_point(ansible, "rollout", [BASELINE, NEW], rollout_plan_fingerprint=fingerprint).ok()
    assert "New" in {policy["displayName"] for policy in there.tenant(tenant.TENANT)["policies"]}


@both_ways
def test_drift_is_a_failure_that_names_it(ansible: Ansible, there: Emulator, tmp_path: Path) -> None:
    file = tmp_path / "drift.json"
    fine = entry_point(ansible, "drift", [BASELINE], rollout_drift_file=str(file)).ok()
    assert "1 unchanged" in fine.stdout
    result = json.loads(file.read_text())
    assert (result["drift"], result["verdict"]["level"]) == (False, "ok")
    assert [policy["display_name"] for policy in result["unmanaged"]] == ["Foreign"]

    # A key deep in a payload.
    deep = [ONE, {**OTHER, "deep": {"list": [1, {"x": "y", "added": True}]}}]
    there.reset(tenant.state([{**LIVE[0], "policyPayload": deep}, LIVE[1]], [STAFF]))
    drifted = entry_point(ansible, "drift", [BASELINE], rollout_drift_file=str(file)).failed()
    assert "The tenant has drifted: 1 updated to bring it back." in drifted.stdout
    result = json.loads(file.read_text())
    assert result["drift"] is True
    [policy] = [policy for policy in result["policies"] if policy["status"] == "updated"]
    assert policy["before"] == {"policy_payload": {"[b].deep.list[1].added": True}}
    assert there.writes() == []
    entry_point(ansible, "drift", [BASELINE], rollout_drift_fails=False).ok()


@both_ways
def test_lint_stops_a_run_before_any_call(ansible: Ansible, there: Emulator, tmp_path: Path) -> None:
    # A state of present says no more than none.
    twice = [BASELINE, {**NEW, "priority": 1, "state": "present"}]
    for name, variables in (("rollout", {}), ("plan", {"rollout_plan_folder": str(tmp_path / "p")}), ("drift", {})):
        refused = entry_point(ansible, name, twice, **variables).failed()
        assert "The definitions: cannot be rolled out" in refused.stdout
        assert "priority" in refused.stdout
    unassigned = [{"display_name": "Nobody's", "groups": []}]
    entry_point(ansible, "rollout", unassigned, rollout_lint="warning").failed()
    assert there.journal() == []
    entry_point(ansible, "rollout", unassigned).ok()
