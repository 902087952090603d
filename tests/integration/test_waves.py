# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollouts in waves: who feels what when, the gate, and going on where it stood. Real runs of the playbook."""

from __future__ import annotations

import json
import re
import stat
import sys
from datetime import UTC, datetime, timedelta

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, in_process_first
from ansible_collections.m365.apps.tests.integration.support.waves import (
    ALL,
    BROAD,
    GATE,
    GROUPS,
    LIVE,
    PILOT,
    WANTED,
    WAVES,
    Dict,
    check_in,
    gated,
    live,
    path_of_record,
    record,
    roll_out,
    said,
    statuses,
)


@pytest.fixture
def there(emulator: Emulator) -> Emulator:
    emulator.reset(tenant.state(LIVE, GROUPS))
    return emulator


# The tenant and the state file after the first wave, which the first test that needs them makes.
AFTER_PILOT: list[tuple[Dict, str]] = []


@pytest.fixture
def after_pilot(ansible: Ansible, there: Emulator) -> Emulator:
    """The tenant of a rollout that stopped after its first wave."""
    path = path_of_record(ansible)
    if not AFTER_PILOT:
        roll_out(ansible, rollout_stop_after_wave="pilot").ok()
        AFTER_PILOT.append((there.tenant(tenant.TENANT), path.read_text()))
    state, text = AFTER_PILOT[0]
    there.put({tenant.TENANT: state})
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return there


def held(emulator: Emulator) -> list[Dict]:
    """Return all of each policy but when it was written, and the ids of its assignments, which are made anew."""
    return [
        {
            **{name: value for name, value in policy.items() if name != "lastModifiedDateTime"},
            "assignments": sorted(entry["groupId"] for entry in policy["assignments"]),
        }
        for policy in emulator.tenant(tenant.TENANT)["policies"]
    ]


@in_process_first
def test_each_wave_reaches_its_groups_and_no_others(ansible: Ansible, there: Emulator) -> None:
    roll_out(ansible, rollout_stop_after_wave="pilot").ok()
    assert live(there) == {"New": (0, "1", {PILOT}), "Baseline": (1, "1", {BROAD})}
    assert statuses(ansible) == ["passed", "waiting", "waiting"]
    # What passed is not planned once more.
    checked = roll_out(ansible, "--check").ok().stdout
    assert '"Wave 2 of 3, broad: 2 updated, 1 pending; 2 writes"' in checked
    assert '"Wave 1 of 3, pilot: passed' in checked
    roll_out(ansible, rollout_stop_after_wave="broad").ok()
    assert live(there) == {"New": (0, "1", {PILOT, BROAD}), "Baseline": (1, "2", {BROAD})}
    run = roll_out(ansible).ok()
    assert live(there) == {"New": (0, "1", {PILOT, BROAD, ALL}), "Baseline": (1, "2", {BROAD})}
    assert "Wave 3 of 3, everybody: 2 policies, 1 updated, 1 unchanged" in said(run)
    # What all three runs did, and not the last one alone.
    assert "Rollout, all its runs: 2 policies, 1 created, 1 updated; 7 writes" in said(run)
    assert "settingId" not in json.dumps(record(ansible))
    assert statuses(ansible) == ["passed"] * 3
    # Done: only held against drift, in one go.
    there.clear_journal()
    again = roll_out(ansible).ok()
    assert "changed=0" in again.stdout
    assert there.writes() == []


# In each run: one that goes on bound to its plan, the target rollout_role_catalog; other waves, test_plan_and_drift.py;
# that a gate is a part of them, test_rollout_state.py of the units.
@pytest.mark.full
def test_a_rollout_that_goes_on_is_bound_to_what_was_approved(ansible: Ansible, there: Emulator) -> None:
    folder = ansible.folder / "plan"
    extra = {"rollout_policies": WANTED, "rollout_waves": WAVES, "rollout_plan_folder": str(folder)}
    ansible.playbook("m365.apps.plan", "-e", json.dumps(extra)).ok()
    bound = {"rollout_plan_fingerprint": json.loads((folder / "plan.json").read_text())["fingerprint"]}
    roll_out(ansible, rollout_stop_after_wave="pilot", **bound).ok()
    before = live(there)
    # A gate that nobody approved, which makes it no other rollout.
    refused = said(roll_out(ansible, waves=gated(), **bound).failed())
    assert "the definitions have changed since the plan was made" in refused
    assert live(there) == before
    roll_out(ansible, **bound).ok()
    assert live(there)["New"] == (0, "1", {PILOT, BROAD, ALL})
    assert statuses(ansible) == ["passed"] * 3
    assert "details" not in path_of_record(ansible).read_text(encoding="utf-8")


def test_in_one_run_waves_come_one_after_the_other(ansible: Ansible, there: Emulator) -> None:
    before = live(there)
    (ansible.folder / "state").mkdir()
    (ansible.folder / "state").chmod(0o2770)
    checked = roll_out(ansible, "--check").ok()
    assert (live(there), record(ansible)) == (before, {})
    assert list((ansible.folder / "state").iterdir()) == []
    assert "Plan (check mode, nothing was written): 2 policies, 1 created, 1 updated; 7 writes" in said(checked)
    for line in (
        '"Wave 1 of 3, pilot: 1 created, 1 updated, 2 pending; 4 writes"',
        '"  created       New: create, write payload, assign, waits for later waves: groups"',
        '"  updated       Baseline: update priorities, waits for later waves: policy_payload"',
        '"Wave 2 of 3, broad: 2 updated, 1 pending; 2 writes"',
        '"Wave 3 of 3, everybody: 1 updated; 1 write"',
    ):
        assert line in checked.stdout, checked.output
    # The waves may be written for another tenant, as the definitions may.
    waves = [{**WAVES[0], "groups": ["Pilots anywhere"]}, *WAVES[1:]]
    run = roll_out(ansible, waves=waves, rollout_group_map={"Pilots anywhere": "Pilot"}).ok()
    assert live(there)["New"][2] == {PILOT, BROAD, ALL}
    assert "Rollout: 2 policies, 1 created, 1 updated" in said(run)
    # Each wave, and none of the plans.
    assert "changed=3 " in run.stdout
    modes = [stat.S_IMODE(path.stat().st_mode) for path in ((ansible.folder / "state"), path_of_record(ansible))]
    assert modes == [0o2770, 0o600]


# Each verdict: test_gate.py and test_policies_waves.py of the units; one that stops: the failure that can be undone.
@pytest.mark.full
@pytest.mark.long
def test_a_gate_without_data_stops_and_the_next_run_goes_on(ansible: Ansible, there: Emulator) -> None:
    stopped = roll_out(ansible, waves=gated()).failed()
    assert "Wave 1 of 3, pilot: the check-in gate stays closed: Nobody checked in. The rollout stops" in said(stopped)
    assert live(there) == {"New": (0, "1", {PILOT}), "Baseline": (1, "1", {BROAD})}
    assert statuses(ansible) == ["breached", "waiting", "waiting"]
    # Check-ins from before the wave say nothing of it.
    check_in(there, "New", True, True, at=datetime.now(UTC) - timedelta(days=1))
    roll_out(ansible, waves=gated()).failed()
    check_in(there, "New", True, False)
    failed = roll_out(ansible, waves=gated()).failed()
    assert "1 of 2 users failed, more than 40.00%." in said(failed)
    assert record(ansible)["waves"][0]["gate"]["verdict"] == "breached"
    check_in(there, "New", True, True, False)
    there.clear_journal()
    passed = roll_out(ansible, waves=gated(), rollout_recheck_after=1).ok()
    assert re.search(r"Wait for what others may still write\] \*+\nok:", passed.stdout)
    assert "Wave 1 of 3, pilot: passed" in said(passed)
    assert record(ansible)["waves"][0]["gate"]["users"] == 3
    assert "RETRYING" not in stopped.output + failed.output + passed.output
    # What is counted meanwhile, and then the verdict alone, without the check-ins.
    first = stopped.output.index("the check-in gate of wave pilot")
    assert "the check-in gate of wave pilot: 0 of 2 users checked in" in stopped.output[first:]
    assert "the check-in gate of wave pilot stays closed: Nobody checked in." in stopped.output
    assert "user-0" not in failed.output
    assert live(there)["New"][2] == {PILOT, BROAD, ALL}
    assert not [call for call in there.writes() if call.startswith("DELETE")]


def test_a_rollout_counts_what_a_killed_run_did(ansible: Ansible, after_pilot: Emulator) -> None:
    # As if the plug had been pulled when the last write was done.
    path = ansible.folder / "state" / f"{tenant.TENANT}.waves.json"
    state = json.loads(path.read_text())
    state["waves"][0].update(status="applying", finished=None, counts={}, runs=[])
    path.write_text(json.dumps(state))
    report: Dict = {"rollout_report_folder": str(ansible.folder / "report")}
    run = roll_out(ansible, **report).ok()
    assert "Rollout, all its runs: 2 policies, 1 created, 1 updated; 7 writes" in said(run)
    assert "Changed: 1 created, 1 updated." in (ansible.folder / "report" / "report.md").read_text()
    assert live(after_pilot)["New"][2] == {PILOT, BROAD, ALL}


# A program that does something to the emulator as soon as the last wave passed, and always says how long to wait.
OTHERS = """
import json, pathlib, requests
waves = json.loads(pathlib.Path({record!r}).read_text())["waves"]
if waves[-1]["status"] == "passed":
    session = requests.Session()
    session.trust_env, session.verify = False, {ca!r}
    session.put({url!r} + "/_emulator/" + {name!r}, json={body!r}).raise_for_status()
print(1)
"""


@pytest.mark.long
# A look that fails goes the same way as one that finds a difference.
@pytest.mark.parametrize("is_read", [True, pytest.param(False, marks=pytest.mark.full)])
def test_the_second_look_at_a_rollout_is_not_its_result(ansible: Ansible, after_pilot: Emulator, is_read: bool) -> None:
    state = after_pilot.tenant(tenant.TENANT)
    fault = {"kind": "forbidden", "match": {"method": "GET", "path": "clientConfigurations$"}, "count": 1}
    name, body = ("state", {"tenants": {tenant.TENANT: state}}) if is_read else ("faults", [fault])
    ready, script = after_pilot.ready, ansible.folder / "others.py"
    script.write_text(
        OTHERS.format(record=str(path_of_record(ansible)), url=ready.url, ca=ready.ca_path, name=name, body=body)
    )
    lookup = f"{{{{ lookup('ansible.builtin.pipe', '{sys.executable} {script}') }}}}"
    report = ansible.folder / "report"
    stopped = roll_out(ansible, rollout_recheck_after=lookup, rollout_report_folder=str(report)).failed()
    # The emulator is as after the first wave, or cannot be read.
    words = "1 s after the last wave, these differ again: New, Baseline." if is_read else "403"
    assert words in said(stopped)
    assert "Rollout, all its runs: 2 policies, 1 created, 1 updated; 7 writes" in said(stopped)
    assert "Written (2): New, Baseline" in said(stopped)
    # A report is made of another listing, which meets the fault as well.
    if is_read:
        assert "| created | New |" in (report / "report.md").read_text()


@in_process_first
@pytest.mark.parametrize(
    ("waves", "more"),
    [
        # On the other surface in each run: test_approval_rollout.py.
        pytest.param(gated(on_no_data="continue"), {}, marks=pytest.mark.full),
        (gated(), {"rollout_from_wave": "broad"}),
    ],
    ids=["as on_no_data says", "from the wave behind it"],
)
def test_a_gate_that_is_passed_over(ansible: Ansible, there: Emulator, waves: list[Dict], more: Dict) -> None:
    run = roll_out(ansible, waves=waves, **more).ok()
    assert live(there)["New"][2] == {PILOT, BROAD, ALL}
    verdict = record(ansible)["waves"][0]["gate"]["verdict"]
    assert verdict == ("overruled" if more else "no_data")
    # Told by the controller, so in each way of running the module.
    assert ("the check-in gate of wave pilot: 0 of 2 users checked in" in run.output) != bool(more)
    assert ("gate: Overruled by rollout_from_wave. It was not asked." in said(run)) == bool(more)


def test_a_gate_that_cannot_be_read_is_no_empty_one(ansible: Ansible, after_pilot: Emulator) -> None:
    waves = gated(on_no_data="continue")
    # The listing of the changes is read, and not that of the check-ins.
    after_pilot.misbehave(
        {"kind": "forbidden", "match": {"method": "GET", "path": "clientConfigurations$"}, "skip": 1, "count": 9}
    )
    stopped = roll_out(ansible, waves=[WAVES[0], {**waves[0], **WAVES[1]}, WAVES[2]]).failed()
    assert "403" in said(stopped) or "Forbidden" in said(stopped)
    assert live(after_pilot)["New"][2] == {PILOT, BROAD}


def test_a_failure_in_a_wave_can_be_undone(ansible: Ansible, there: Emulator) -> None:
    before = held(there)
    safe = {"rollout_backup_folder": str(ansible.folder / "backups"), "rollout_restore_on_failure": True}
    run = roll_out(ansible, waves=[WAVES[0], {**WAVES[1], "gate": GATE}, WAVES[2]], **safe).failed()
    assert "it is as before the rollout" in said(run)
    assert record(ansible) == {}
    assert held(there) == before
    assert there.writes()


def test_a_rollout_that_is_done_goes_back_no_further_than_its_last_run(ansible: Ansible, there: Emulator) -> None:
    safe: Dict = {"rollout_backup_folder": str(ansible.folder / "backups"), "rollout_restore_on_failure": True}
    # One wave is as good as three.
    roll_out(ansible, waves=WAVES[2:], **safe).ok()
    state = there.tenant(tenant.TENANT)
    for policy in state["policies"]:
        policy["policyPayload"][0]["value"] = "by others"
    there.put({tenant.TENANT: state})
    there.misbehave({"kind": "forbidden", "match": {"method": "PUT", "path": "policyPayload"}, "skip": 1, "count": 1})
    assert "it is as before the rollout" in said(roll_out(ansible, waves=WAVES[2:], **safe).failed())
    assert live(there) == {"New": (0, "by others", {PILOT, BROAD, ALL}), "Baseline": (1, "by others", {BROAD})}
