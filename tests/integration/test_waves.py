# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollouts in waves: who feels what when, the gate, and going on where it stood. Real runs of the playbook."""

from __future__ import annotations

import json
import re
import stat
import sys
import typing as t
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import plays, tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, Run, in_process_first

Dict = dict[str, t.Any]

PILOT, BROAD, ALL = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "123")
GROUPS = [
    {"id": group, "displayName": name} for group, name in ((PILOT, "Pilot"), (BROAD, "Broad"), (ALL, "All Staff"))
]
SETTING = {"settingId": "a", "value": "1"}
LIVE = [{"displayName": "Baseline", "priority": 0, "policyPayload": [SETTING], "assignments": [BROAD]}]
WANTED: list[Dict] = [
    {"display_name": "New", "priority": 0, "policy_payload": [SETTING], "groups": ["Pilot", "Broad", "All Staff"]},
    {"display_name": "Baseline", "priority": 1, "policy_payload": [{**SETTING, "value": "2"}], "groups": ["Broad"]},
]
GATE = {"min_users": 2, "max_failure_rate": 0.4, "timeout": 1, "interval": 1}
WAVES: list[Dict] = [
    {"name": "pilot", "groups": ["Pilot"]},
    {"name": "broad", "groups": [{"id": BROAD}]},
    {"name": "everybody", "groups": ["All Staff"]},
]


@pytest.fixture
def there(emulator: Emulator) -> Emulator:
    emulator.reset(tenant.state(LIVE, GROUPS))
    return emulator


def gated(**gate: t.Any) -> list[Dict]:
    return [{**WAVES[0], "gate": {**GATE, **gate}}, *WAVES[1:]]


def roll_out(ansible: Ansible, *arguments: str, waves: t.Sequence[Dict] = tuple(WAVES), **variables: t.Any) -> Run:
    extra = {
        "rollout_policies": WANTED,
        "rollout_waves": list(waves),
        "rollout_state_folder": str(ansible.folder / "state"),
        **variables,
    }
    return ansible.playbook("m365.apps.rollout", "-e", json.dumps(extra), *arguments)


def path_of_record(ansible: Ansible) -> Path:
    return ansible.folder / "state" / f"{tenant.TENANT}.waves.json"


def record(ansible: Ansible) -> Dict:
    path = path_of_record(ansible)
    return t.cast(Dict, json.loads(path.read_text())) if path.exists() else {}


def statuses(ansible: Ansible) -> list[str]:
    return [wave["status"] for wave in record(ansible)["waves"]]


def live(emulator: Emulator) -> dict[str, tuple[int, str, set[str]]]:
    """Return number, value of the setting and groups of each policy by name."""
    return {
        policy["displayName"]: (
            policy["priority"],
            policy["policyPayload"][0]["value"],
            {entry["groupId"] for entry in policy["assignments"]},
        )
        for policy in emulator.tenant(tenant.TENANT)["policies"]
    }


def said(run: Run) -> str:
    return " ".join(run.output.split())


def check_in(emulator: Emulator, name: str, *successes: bool, at: datetime | None = None) -> None:
    """Let one user for each of ``successes`` check in for a policy, a minute from now by default."""
    moment = at or datetime.now(UTC) + timedelta(minutes=1)
    state = emulator.tenant(tenant.TENANT)
    for policy in state["policies"]:
        if policy["displayName"] == name:
            policy["checkinStatuses"] = [
                {
                    "userId": f"user-{number}",
                    "userPrincipalName": f"user-{number}@contoso.example",
                    "deviceName": f"PC-{number}",
                    "devicePlatform": "Windows",
                    "devicePlatformVersion": "10",
                    "wasSuccessful": success,
                    "checkinDateTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "appliedPolicies": [],
                }
                for number, success in enumerate(successes)
            ]
    emulator.put({tenant.TENANT: state})


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
    assert "Plan (check mode, nothing was written): 2 policies, 1 created, 1 updated" in said(checked)
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


def test_a_rollout_counts_what_a_killed_run_did(ansible: Ansible, there: Emulator) -> None:
    roll_out(ansible, rollout_stop_after_wave="pilot").ok()
    # As if the plug had been pulled when the last write was done.
    path = ansible.folder / "state" / f"{tenant.TENANT}.waves.json"
    state = json.loads(path.read_text())
    state["waves"][0].update(status="applying", finished=None, counts={}, runs=[])
    path.write_text(json.dumps(state))
    report: Dict = {"rollout_report_folder": str(ansible.folder / "report")}
    run = roll_out(ansible, **report).ok()
    assert "Rollout, all its runs: 2 policies, 1 created, 1 updated; 7 writes" in said(run)
    assert "Changed: 1 created, 1 updated." in (ansible.folder / "report" / "report.md").read_text()
    assert live(there)["New"][2] == {PILOT, BROAD, ALL}


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
def test_the_second_look_at_a_rollout_is_not_its_result(ansible: Ansible, there: Emulator, is_read: bool) -> None:
    roll_out(ansible, rollout_stop_after_wave="pilot").ok()
    state = there.tenant(tenant.TENANT)
    fault = {"kind": "forbidden", "match": {"method": "GET", "path": "clientConfigurations$"}, "count": 1}
    name, body = ("state", {"tenants": {tenant.TENANT: state}}) if is_read else ("faults", [fault])
    ready, script = there.ready, ansible.folder / "others.py"
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
    [(gated(on_no_data="continue"), {}), (gated(), {"rollout_from_wave": "broad"})],
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


def test_a_gate_that_cannot_be_read_is_no_empty_one(ansible: Ansible, there: Emulator) -> None:
    waves = gated(on_no_data="continue")
    roll_out(ansible, waves=WAVES, rollout_stop_after_wave="pilot").ok()
    # The listing of the changes is read, and not that of the check-ins.
    there.misbehave(
        {"kind": "forbidden", "match": {"method": "GET", "path": "clientConfigurations$"}, "skip": 1, "count": 9}
    )
    stopped = roll_out(ansible, waves=[WAVES[0], {**waves[0], **WAVES[1]}, WAVES[2]]).failed()
    assert "403" in said(stopped) or "Forbidden" in said(stopped)
    assert live(there)["New"][2] == {PILOT, BROAD}


@pytest.mark.usefixtures("there")
def test_a_failure_in_a_wave_can_be_undone(ansible: Ansible) -> None:
    export = [ansible.folder / name for name in ("before", "after")]
    ansible.playbook("m365.apps.export", "-e", f"rollout_export_folder={export[0]}").ok()
    safe = {"rollout_backup_folder": str(ansible.folder / "backups"), "rollout_restore_on_failure": True}
    run = roll_out(ansible, waves=[WAVES[0], {**WAVES[1], "gate": GATE}, WAVES[2]], **safe).failed()
    assert "it is as before the rollout" in said(run)
    assert record(ansible) == {}
    ansible.playbook("m365.apps.export", "-e", f"rollout_export_folder={export[1]}").ok()
    assert contents(export[0]) == contents(export[1])


def test_a_rollout_that_is_done_goes_back_no_further_than_its_last_run(ansible: Ansible, there: Emulator) -> None:
    safe: Dict = {"rollout_backup_folder": str(ansible.folder / "backups"), "rollout_restore_on_failure": True}
    roll_out(ansible, **safe).ok()
    state = there.tenant(tenant.TENANT)
    for policy in state["policies"]:
        policy["policyPayload"][0]["value"] = "by others"
    there.put({tenant.TENANT: state})
    there.misbehave({"kind": "forbidden", "match": {"method": "PUT", "path": "policyPayload"}, "skip": 1, "count": 1})
    assert "it is as before the rollout" in said(roll_out(ansible, **safe).failed())
    assert live(there) == {"New": (0, "by others", {PILOT, BROAD, ALL}), "Baseline": (1, "by others", {BROAD})}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


REFUSED: list[tuple[Dict, str]] = [
    ({"rollout_state_folder": ""}, "rollout_state_folder is missing."),
    (
        {"rollout_state_folder": None, "rollout_from_wave": 2},
        "rollout_state_folder is null. Leave it out, or give a path as text. rollout_from_wave is 2. Quote it,",
    ),
    ({"rollout_waves": [WAVES[0], WAVES[0]]}, "two of them have one name."),
    ({"rollout_waves": [{"name": "pilot", "groups": []}]}, "a wave has no groups."),
    ({"rollout_from_wave": "nobody"}, "there is none with the name nobody."),
    ({"rollout_waves": [{"name": "pilot", "groups": ["Pilots"]}, WAVES[2]]}, "'Pilots'"),
    ({"rollout_waves": [*WAVES[:2], {"name": "x", "groups": ["All Stuff"]}]}, "It is named by wave 'x'."),
    ({"rollout_group_map": {"Nowhere": "Gone"}}, "It is named by the group map ('Nowhere')."),
    (
        {"rollout_waves": gated(interval=0)},
        "pilot has a gate or a pause that means nothing: interval is 0. Give whole seconds from 1 on.",
    ),
    ({"rollout_waves": gated(max_failure_rate=5)}, "max_failure_rate"),
    (
        {"rollout_waves": [*WAVES[:2], {**WAVES[2], "pause": -1}]},
        "everybody has a gate or a pause that means nothing: pause is -1. Give whole seconds from 0 on.",
    ),
]


# Waves are looked at before anything asks for check mode; what the tenant says of groups, test_converge_waves.py has.
@pytest.mark.parametrize("check", [False, pytest.param(True, marks=pytest.mark.full)], ids=["run", "check mode"])
def test_waves_that_cannot_be_meant_are_refused(ansible: Ansible, there: Emulator, check: bool) -> None:
    """All in one play."""
    common = {
        "rollout_policies": WANTED,
        "rollout_waves": WAVES,
        "rollout_state_folder": str(ansible.folder / "state"),
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    role = "m365.apps.rollout"
    parts = "ansible_failed_result.results | default([ansible_failed_result])"
    told = f"{parts} | map(attribute='msg', default='') | join(' ')"
    keep = {"ansible.builtin.set_fact": {"refused": f"{{{{ refused | default([]) + [{told}] }}}}"}}
    tasks: list[Dict] = [
        {
            "block": [{"ansible.builtin.include_role": {"name": role, "apply": {"check_mode": check}}}],
            "vars": {**common, **change},
            "rescue": [keep],
        }
        for change, _words in REFUSED
    ]
    last = {"content": "{{ refused | to_json }}", "dest": "{{ playbook_dir }}/refused.json", "mode": "0600"}
    tasks.append({"ansible.builtin.copy": last})
    book = ansible.folder / "refused.yml"
    book.write_text(json.dumps([plays.play(tasks, connection="local")]))
    ansible.playbook(book).ok()
    refused = [" ".join(text.split()) for text in json.loads((ansible.folder / "refused.json").read_text())]
    wanted = [words for _change, words in REFUSED]
    assert [(words, text) for words, text in zip(wanted, refused, strict=True) if words not in text] == []
    assert there.writes() == []
    assert record(ansible) == {}


def test_a_state_file_that_cannot_be_read_stops_it(ansible: Ansible, there: Emulator) -> None:
    (ansible.folder / "state").mkdir()
    path_of_record(ansible).write_text("{")
    assert "cannot tell how far they got: " in (refused := said(roll_out(ansible).failed()))
    assert "it is not JSON, so it may be cut. Fix or delete it" in refused
    assert there.writes() == []


def test_what_fails_before_the_first_write_tells_of_none(ansible: Ansible, there: Emulator) -> None:
    (ansible.folder / "state").write_text("a file")
    failed = said(roll_out(ansible).failed())
    assert "Wave 1 of 3, pilot: " in failed
    assert "Written" not in failed
    assert there.writes() == []


def under_keywords(ansible: Ansible, where: str) -> Dict:
    """Return a play that includes the rollout with waves and a gate, in check mode by the keyword at one place."""
    role: Dict = {"name": "m365.apps.rollout"}
    variables = {
        "rollout_policies": WANTED,
        "rollout_waves": gated(),
        "rollout_state_folder": str(ansible.folder / "state"),
        "rollout_backup_folder": str(ansible.folder / "backups"),
        "rollout_report_folder": str(ansible.folder / where),
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    keyword = {"check_mode": True}
    tasks: dict[str, list[Dict]] = {
        "play": [{"ansible.builtin.include_role": role}],
        "block": [{"block": [{"ansible.builtin.include_role": role}], **keyword}],
        "import": [{"ansible.builtin.import_role": role, **keyword}],
        "apply": [{"ansible.builtin.include_role": {**role, "apply": keyword}}],
    }
    return plays.play(tasks[where], vars=variables, connection="local", **keyword if where == "play" else {})


# What a keyword makes of a task is in each run for every place: the target run_info.
@pytest.mark.parametrize("places", [["import"], pytest.param(["play", "block", "apply"], marks=pytest.mark.full)])
def test_the_keyword_check_mode_is_as_good_as_check(ansible: Ansible, there: Emulator, places: list[str]) -> None:
    before = live(there)
    book = ansible.folder / "keywords.yml"
    book.write_text(json.dumps([under_keywords(ansible, where) for where in places]))
    run = ansible.playbook(book).ok()
    assert said(run).count("Plan (check mode, nothing was written): 2 policies, 1 created, 1 updated") == len(places)
    assert "Rollout:" not in said(run)
    assert (live(there), there.writes(), record(ansible)) == (before, [], {})
    assert not (ansible.folder / "backups").exists()
    for where in places:
        assert "Check mode: nothing was written." in (ansible.folder / where / "report.md").read_text()


@pytest.mark.full  # the same
def test_a_keyword_undoes_check_for_what_is_below_it(ansible: Ansible, there: Emulator) -> None:
    book = ansible.folder / "keywords.yml"
    [play] = [under_keywords(ansible, "play")]
    play["check_mode"] = False
    play["vars"]["rollout_waves"] = WAVES
    book.write_text(json.dumps([play]))
    run = ansible.playbook(book, "--check").ok()
    assert "Rollout: 2 policies, 1 created, 1 updated" in said(run)
    assert statuses(ansible) == ["passed"] * 3
    assert live(there)["New"][2] == {PILOT, BROAD, ALL}
    assert "Check mode" not in (ansible.folder / "play" / "report.md").read_text()
