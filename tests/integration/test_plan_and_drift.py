# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's entry points that write nothing: a plan that a rollout can be bound to, and drift."""

from __future__ import annotations

import json
import re
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, Run, in_process_first

STAFF = {"id": "11111111-0000-4000-8000-000000000001", "displayName": "All Staff"}
ONE, OTHER = {"settingId": "a", "value": "1"}, {"settingId": "b", "deep": {"list": [1, {"x": "y"}]}}
LIVE = [
    {"displayName": "Baseline", "priority": 1, "policyPayload": [ONE, OTHER], "assignments": [STAFF["id"]]},
    {"displayName": "Foreign", "priority": 2, "policyPayload": [OTHER], "assignments": [STAFF["id"]]},
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


@in_process_first
def test_a_rollout_is_bound_to_its_plan(ansible: Ansible, there: Emulator, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    folder.mkdir()
    folder.chmod(0o2775)
    before = there.tenant(tenant.TENANT)
    waves = [{"name": "first ones", "groups": ["All Staff"]}]
    same = {"rollout_waves": waves, "rollout_state_folder": str(tmp_path / "state"), "rollout_prune": True}
    more = {"rollout_plan_folder": str(folder), "rollout_tenant": "Contoso"}
    planned = entry_point(ansible, "plan", [BASELINE, NEW], **same, **more)
    planned.ok()
    assert there.writes() == []
    assert there.tenant(tenant.TENANT) == before
    shown = "Plan (check mode, nothing was written): 3 policies, 1 created, 1 deleted, 1 unchanged; 4 writes"
    assert shown in planned.stdout
    bound = {**same, "rollout_plan_fingerprint": check_plan(folder, planned)}

    # Somebody changes what the plan depends on, and what it would delete.
    changes: list[Dict] = [{"description": "Behind our back"}, {"policyPayload": [ONE]}]
    moved = [{**policy, **change} for policy, change in zip(before["policies"], changes, strict=True)]
    there.reset(tenant.state(moved, [STAFF]))
    bound["rollout_plan_file"] = str(folder / "plan.json")
    refused = words_of(entry_point(ansible, "rollout", [BASELINE, NEW], **bound).failed())
    assert "the tenant has changed since the plan was made: policy 'Baseline' (id " in refused
    assert "has another description; policy 'Foreign' (id " in refused
    assert "has another policy_payload. Plan again" in refused
    assert there.writes() == []

    # Somebody edits the definitions, and the waves.
    there.reset(tenant.state(before["policies"], [STAFF]))
    edited: list[Dict] = [{**BASELINE, "policy_payload": [ONE]}, {**NEW, "groups": []}]
    # An approval for one tenant is none for another that happens to look the same, too.
    other = {**bound, "rollout_waves": [], "rollout_tenant_name": "Fabrikam"}
    refused = words_of(entry_point(ansible, "rollout", edited, **other).failed())
    assert (
        "the definitions have changed since the plan was made: policy 'Baseline' has another policy_payload; "
        "policy 'New' has another groups; another groups of wave 'first ones' and tenant and waves. Plan again"
        in refused
    )
    assert there.writes() == []

    # The file alone binds, too.
    del bound["rollout_plan_fingerprint"]
    entry_point(ansible, "rollout", [NEW, BASELINE], **bound).ok()
    assert {policy["displayName"] for policy in there.tenant(tenant.TENANT)["policies"]} == {"Baseline", "New"}


def check_plan(folder: Path, planned: Run) -> str:
    """Hold what a plan tells of a policy to be made and one to be pruned; return its fingerprint."""
    plan = json.loads((folder / "plan.json").read_text())
    assert (plan["format"], plan["mode"], plan["tenant"]) == (1, "plan", "Contoso")
    assert plan["verdict"] == {"level": "changed", "text": "Would change: 1 created, 1 deleted."}
    assert (plan["counts"]["created"], plan["counts"]["unchanged"]) == (1, 1)
    [new] = [policy for policy in plan["policies"] if policy["status"] == "created"]
    assert new["after"]["description"] == "Of the plan"
    assert {path.name for path in folder.iterdir()} == {"plan.json", "plan.md", "plan.html"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2775
    for name in ("plan.md", "plan.html"):
        assert "Of the plan" in (folder / name).read_text(encoding="utf-8")
    [wave] = plan["waves"]
    assert (wave["name"], wave["status"]) == ("first ones", "waiting")
    assert (wave["planned"]["created"], wave["planned"]["writes"]) == (1, 4)
    made, pruned = wave["planned"]["policies"]
    assert (pruned["display_name"], pruned["status"]) == ("Foreign", "deleted")
    assert (made["display_name"], made["after"]["description"]) == ("New", "Of the plan")
    assert '"Wave 1 of 1, first ones: 1 created, 1 deleted; 4 writes"' in planned.stdout
    assert "### Wave first ones" in (folder / "plan.md").read_text(encoding="utf-8")
    assert "What the wave does" in (folder / "plan.html").read_text(encoding="utf-8")
    assert [one["groups"] for one in plan["effective"]] == [["All Staff"]]
    # What would go is shown whole: its settings, and its groups by name.
    [gone] = [policy for policy in plan["policies"] if policy["status"] == "deleted"]
    assert gone["before"]["groups"] == gone["groups"] == [f"All Staff ({STAFF['id']})"]
    assert list(gone["before"]["policy_payload"]) == ["[b]"]
    for name in ("plan.md", "plan.html"):
        text = re.sub("<[^>]*>", "", (folder / name).read_text(encoding="utf-8"))
        assert f"All Staff ({STAFF['id']})" in text
    fingerprint = str(plan["fingerprint"])
    assert f'"Fingerprint: {fingerprint}"' in planned.stdout
    # As people copy it from a merge request.
    assert fingerprint in (folder / "plan.md").read_text(encoding="utf-8")
    return fingerprint


def words_of(run: Run) -> str:
    """Return what a run printed, in one line as people read it."""
    return " ".join(run.stdout.replace("\\'", "'").split())


def test_a_plan_of_another_kind_is_refused(ansible: Ansible, there: Emulator, tmp_path: Path) -> None:
    """Fingerprints of other kinds: test_converge_fingerprint.py of the units."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"mode": "drift"}), encoding="utf-8")
    refused = words_of(entry_point(ansible, "rollout", [NEW], rollout_plan_file=str(path)).failed())
    assert "it is not a plan.json of this version" in refused
    assert there.writes() == []


@in_process_first
def test_drift_is_a_failure_that_names_it(ansible: Ansible, there: Emulator, tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "drift.json"
    fine = entry_point(ansible, "drift", [BASELINE], rollout_drift_file=str(file)).ok()
    assert "Drift: 0 of 1 described policies differ; 1 is unmanaged" in fine.stdout
    # Without a folder of reports, too.
    assert "unmanaged   Foreign: no definition describes it" in fine.stdout
    result = json.loads(file.read_text())
    assert (result["drift"], result["verdict"]["level"]) == (False, "ok")
    assert [policy["display_name"] for policy in result["unmanaged"]] == ["Foreign"]

    # A key deep in a payload.
    deep = [ONE, {**OTHER, "deep": {"list": [1, {"x": "y", "added": True}]}}]
    there.reset(tenant.state([{**LIVE[0], "policyPayload": deep}, LIVE[1]], [STAFF]))
    drifted = entry_point(ansible, "drift", [BASELINE], rollout_drift_file=str(file)).failed()
    place = "policy_payload [b].deep.list[1].added"
    assert f"does not match the definitions: 1 policy differs: 'Baseline' differs in {place}. Roll" in words_of(drifted)
    assert f'"differs     Baseline: {place}"' in drifted.stdout
    result = json.loads(file.read_text())
    assert result["drift"] is True
    [policy] = [policy for policy in result["policies"] if policy["status"] == "updated"]
    assert policy["before"] == {"policy_payload": {"[b].deep.list[1].added": True}}
    assert there.writes() == []
    entry_point(ansible, "drift", [BASELINE], rollout_drift_fails=False).ok()


@in_process_first
def test_lint_stops_a_run_before_any_call(ansible: Ansible, there: Emulator) -> None:
    """That plan and drift lint as well: test_role_sentences.py of the units."""
    # A state of present says no more than none.
    twice = [BASELINE, {**NEW, "priority": 1, "state": "present"}]
    refused = entry_point(ansible, "rollout", twice).failed()
    assert "The definitions: cannot be rolled out" in refused.stdout
    assert "priority" in refused.stdout
    unassigned = [{"display_name": "Nobody's", "groups": []}]
    entry_point(ansible, "rollout", unassigned, rollout_lint="warning").failed()
    assert there.journal() == []
    entry_point(ansible, "rollout", unassigned).ok()
