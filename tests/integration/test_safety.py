# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The backup that a rollout makes by itself, and the way back when it fails in the middle: real runs."""

from __future__ import annotations

import json
import re
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, Ansible, Run, in_process_first

CONTOSO = ROOT / "examples" / "contoso"
STAFF = {"id": "11111111-0000-4000-8000-000000000001", "displayName": "All Staff"}
SETTING = {"settingId": "a", "value": "1"}
LIVE = [
    {"displayName": "Baseline", "priority": 1, "policyPayload": [SETTING], "assignments": [STAFF["id"]]},
    {"displayName": "Retired", "priority": 2, "userPreferencePayload": [SETTING], "description": "Old"},
    {"displayName": "Foreign", "priority": 3},
]
WANTED: list[dict[str, t.Any]] = [
    {"display_name": "Baseline", "priority": 1, "description": "Ours", "policy_payload": [{**SETTING, "value": "2"}]},
    {"display_name": "New", "policy_payload": [SETTING], "groups": ["All Staff"]},
    {"display_name": "Retired", "state": "absent"},
]
# A create, an update and a payload are done by then; the deletion would be the last.
ASSIGN = {"method": "POST", "path": "/assign$"}
Dict = dict[str, t.Any]


@pytest.fixture
def there(emulator: Emulator) -> Emulator:
    emulator.reset(tenant.state(LIVE, [STAFF]))
    return emulator


def roll_out(ansible: Ansible, policies: t.Sequence[Dict], *arguments: str, **variables: t.Any) -> Run:
    """Run the playbook of the collection with backups below ``backups``."""
    extra = {"rollout_policies": list(policies), "rollout_backup_folder": str(ansible.folder / "backups"), **variables}
    return ansible.playbook("m365.apps.rollout", "-e", json.dumps(extra), *arguments)


def backups(ansible: Ansible) -> list[Path]:
    return sorted(path.parent for path in (ansible.folder / "backups").glob("*/*/manifest.json"))


def seen(emulator: Emulator) -> list[Dict]:
    """The policies without what only the server makes, in their order."""
    names = ("@odata.type", "displayName", "priority", "policyPayload", "userPreferencePayload")
    found = [
        {name: one[name] for name in names}
        # No description and an empty one are the same.
        | {"description": one["description"] or "", "groups": sorted(each["groupId"] for each in one["assignments"])}
        for one in emulator.tenant(tenant.TENANT)["policies"]
    ]
    return sorted(found, key=lambda one: one["priority"])


def said(run: Run) -> str:
    """What was printed, without the breaks of its lines."""
    return " ".join(run.stdout.split())


@in_process_first
def test_a_backup_comes_before_the_first_write(ansible: Ansible, there: Emulator) -> None:
    """What it brings back: test_a_restore_that_fails_too_is_told."""
    roll_out(ansible, WANTED, "--check").ok()
    assert backups(ansible) == []
    there.clear_journal()
    roll_out(ansible, WANTED).ok()
    [backup] = backups(ansible)
    assert backup.parent.name == tenant.TENANT
    manifest = json.loads((backup / "manifest.json").read_text())
    assert (manifest["policies"], manifest["absent"]) == (len(LIVE), ["New"])
    made = len(there.writes())
    assert made >= 4
    # Nothing to change: no backup, and it says so.
    again = roll_out(ansible, WANTED).ok()
    assert "Nothing is to be changed, so no backup is made." in again.stdout
    assert "changed=0" in again.stdout
    assert "Rollout: 3 policies, 3 unchanged; 0 writes" in again.stdout
    assert (backups(ansible), len(there.writes())) == ([backup], made)
    # Another change, another backup beside it.
    roll_out(ansible, [{"display_name": "New", "description": "Once more"}]).ok()
    assert len(backups(ansible)) == 2


def test_without_a_backup_nothing_is_written(ansible: Ansible, there: Emulator) -> None:
    (ansible.folder / "backups").write_text("a file in the way")
    failed = roll_out(ansible, WANTED, rollout_restore_on_failure=True).failed()
    assert there.writes() == []
    assert "ansible-playbook m365.apps.restore" not in failed.stdout
    missing = roll_out(ansible, WANTED, rollout_restore_on_failure=True, rollout_backup_folder="").failed()
    assert (
        "The role: cannot start: rollout_restore_on_failure needs a backup, and rollout_backup_folder is missing."
        in said(missing)
    )
    assert there.writes() == []


@pytest.mark.usefixtures("there")
def test_a_backup_is_never_written_over(ansible: Ansible) -> None:
    (ansible.folder / "play.yml").write_text(
        "- {hosts: localhost, gather_facts: false, tasks: "
        "[{ansible.builtin.include_role: {name: m365.apps.rollout, tasks_from: backup}}]}"
    )
    variables = (
        "-e",
        f"rollout_backup_folder={ansible.folder / 'one'}",
        "-e",
        json.dumps({"rollout_policies": WANTED}),
    )
    ansible.playbook("play.yml", *variables, **ansible.login).ok()
    manifest = (ansible.folder / "one" / "manifest.json").read_bytes()
    refused = ansible.playbook("play.yml", *variables, **ansible.login).failed()
    assert "holds one already, and none is ever written over" in said(refused)
    assert (ansible.folder / "one" / "manifest.json").read_bytes() == manifest


# The other kinds: the faults of the slice, and what is told of each, test_failure_shows_the_summary.
@pytest.mark.parametrize(
    "kind", ["reset_after", *(pytest.param(kind, marks=pytest.mark.full) for kind in ("forbidden", "server_error"))]
)
def test_a_rollout_that_fails_in_the_middle_is_restored(ansible: Ansible, there: Emulator, kind: str) -> None:
    before = seen(there)
    there.misbehave({"kind": kind, "match": ASSIGN, "count": None})
    safe: Dict = {"rollout_restore_on_failure": True, "rollout_report_folder": str(ansible.folder / "report")}
    failed = roll_out(ansible, WANTED, m365_retry_timeout=3, **safe).failed()
    assert any(call.endswith("policyPayload") for call in there.writes())
    words = said(failed)
    [backup] = backups(ansible)
    assert f"The tenant was restored to the backup {backup} and compared with it: it is as before the rollout." in words
    assert "Written (1): Baseline" in words
    assert "Written in part (1): New" in words
    assert "Not reached (1): Retired" in words
    for page in ("report.html", "report.md"):
        text = (ansible.folder / "report" / page).read_text(encoding="utf-8")
        assert "it is as before the rollout" in text
        assert "failed" in text.partition(">Policies<" if page.endswith("html") else "## Policies")[2]
    there.misbehave()
    assert seen(there) == before


def test_an_unclear_write_is_told_and_restored(ansible: Ansible, there: Emulator) -> None:
    """The server fails at an update: it may have been done, so it is unclear."""
    before = seen(there)
    there.misbehave(
        {"kind": "server_error", "match": {"method": "PATCH", "path": "clientConfigurations/"}, "count": 40}
    )
    failed = roll_out(ansible, WANTED, rollout_restore_on_failure=True, m365_retry_timeout=3).failed()
    words = said(failed)
    assert "Unclear, its write may have been done (1): Baseline" in words
    there.misbehave()
    assert seen(there) == before


@pytest.mark.full  # a smaller set: test_a_rollout_that_fails_in_the_middle_is_restored
def test_the_example_set_is_restored(ansible: Ansible, emulator: Emulator) -> None:
    """14 policies created, 3 updated, and of the assignments only the first four are taken."""
    [seed] = json.loads((CONTOSO / "seed.json").read_text())["tenants"].values()
    emulator.reset(tenant.state(seed["policies"], seed["groups"]))
    before = seen(emulator)
    emulator.misbehave({"kind": "forbidden", "match": {**ASSIGN}, "skip": 4, "count": None})
    extra = {"rollout_definitions": str(CONTOSO / "definitions")}
    failed = roll_out(ansible, [], rollout_restore_on_failure=True, **extra).failed()
    assert "it is as before the rollout" in said(failed)
    emulator.misbehave()
    assert seen(emulator) == before


def test_a_restore_that_fails_too_is_told(ansible: Ansible, there: Emulator) -> None:
    before = seen(there)
    there.misbehave(
        {"kind": "forbidden", "match": ASSIGN, "count": None},
        {"kind": "forbidden", "match": {"method": "DELETE"}, "count": None},
    )
    failed = roll_out(ansible, WANTED, rollout_restore_on_failure=True).failed()
    [backup] = backups(ansible)
    words = said(failed)
    assert "The restore failed, too:" in words
    assert f"ansible-playbook m365.apps.restore -e rollout_backup_folder={backup}" in words
    there.misbehave()
    ansible.playbook("m365.apps.restore", "-e", f"rollout_backup_folder={backup}").ok()
    assert seen(there) == before


def test_unasked_nothing_is_restored(ansible: Ansible, there: Emulator) -> None:
    there.misbehave({"kind": "forbidden", "match": ASSIGN, "count": None})
    failed = roll_out(ansible, WANTED).failed()
    [backup] = backups(ansible)
    assert f"restore the backup with: ansible-playbook m365.apps.restore -e rollout_backup_folder={backup}" in said(
        failed
    )
    assert "New" in {policy["displayName"] for policy in there.tenant(tenant.TENANT)["policies"]}


# Restores of what is not ordinary

GONE = {"id": "22222222-0000-4000-8000-000000000002", "displayName": "Pilots"}
ODD = [
    {"displayName": "Number", "priority": 1, "policyPayload": 5, "userPreferencePayload": "text"},
    {"displayName": "Twin", "priority": 2, "description": "First", "policyPayload": [SETTING]},
    {"displayName": "Twin", "priority": 3, "description": "Second", "assignments": [STAFF["id"]]},
    {"displayName": "", "priority": 4, "policyPayload": [SETTING]},
    {"displayName": "Pilot", "priority": 5, "assignments": [GONE["id"]]},
]


def restored(ansible: Ansible, *arguments: str, **variables: t.Any) -> Run:
    extra = {"rollout_backup_folder": str(ansible.folder / "one"), **variables}
    return ansible.playbook("m365.apps.restore", "-e", json.dumps(extra), *arguments)


def worsen(emulator: Emulator) -> None:
    """Change, rename and delete what is there, as a rollout that went wrong."""
    now = emulator.tenant(tenant.TENANT)
    number, first, second, nameless, pilot = now["policies"]
    number.update(policyPayload=[SETTING], userPreferencePayload=None)
    first.update(displayName="Not a twin")
    nameless.update(displayName="Named", priority=50, policyPayload=None)
    pilot.update(assignments=[], description="wrong")
    now["policies"] = [number, first, nameless, pilot]
    assert second not in now["policies"]
    emulator.put({tenant.TENANT: now})


@in_process_first
def test_what_is_not_ordinary_comes_back_and_what_cannot_is_told(ansible: Ansible, emulator: Emulator) -> None:
    emulator.reset(tenant.state(ODD, [STAFF, GONE]))
    before = seen(emulator)
    ansible.playbook("m365.apps.backup", "-e", f"rollout_backup_folder={ansible.folder / 'one'}").ok()
    worsen(emulator)
    now = emulator.tenant(tenant.TENANT)
    emulator.put({tenant.TENANT: {**now, "groups": [STAFF]}})
    told = f"policy 'Pilot': group '{GONE['displayName']}' (id {GONE['id']}): cannot assign it"
    checked = restored(ansible, "--check").failed()
    assert told in said(checked)
    assert " (all others can be): policies[" in said(checked)
    assert emulator.writes() == []
    failed = restored(ansible).failed()
    assert "The restore is not complete: 1 of 5 policies are not back as in" in said(failed)
    assert " (all others are): policies[" in said(failed)
    assert told in said(failed)
    assert seen(emulator)[:4] == before[:4]
    assert seen(emulator)[4]["description"] == "wrong"
    # The group is there again: the rest comes back, and nothing else is written.
    emulator.put({tenant.TENANT: {**emulator.tenant(tenant.TENANT), "groups": [STAFF, GONE]}})
    emulator.clear_journal()
    restored(ansible).ok()
    assert seen(emulator) == before
    assert len(emulator.writes()) == 2
    again = restored(ansible).ok()
    assert len(emulator.writes()) == 2
    assert "5 unchanged; 0 writes" in said(again)


@pytest.mark.usefixtures("there")
def test_a_backup_that_was_edited_is_refused_unless_it_is_wanted(ansible: Ansible, there: Emulator) -> None:
    ansible.playbook("m365.apps.backup", "-e", f"rollout_backup_folder={ansible.folder / 'one'}").ok()
    edited = ansible.folder / "one" / "definitions" / "retired.yml"
    edited.write_text(edited.read_text().replace("Old", "Edited"))
    (ansible.folder / "one" / "definitions" / "foreign.yml").unlink()
    refused = said(restored(ansible).failed())
    assert "definitions/foreign.yml is missing; definitions/retired.yml was changed." in refused
    assert "set rollout_accept_damaged_backup" in refused
    assert there.writes() == []
    taken = said(restored(ansible, rollout_accept_damaged_backup=True).failed())
    assert "policy 'Foreign': its file definitions/foreign.yml is missing" in taken
    found = {one["displayName"]: one["description"] for one in seen(there)}
    assert found == {"Baseline": "", "Retired": "Edited", "Foreign": ""}


def test_a_restore_tells_when_somebody_else_writes(ansible: Ansible, there: Emulator) -> None:
    ansible.playbook("m365.apps.backup", "-e", f"rollout_backup_folder={ansible.folder / 'one'}").ok()
    now = there.tenant(tenant.TENANT)
    now["policies"][0]["description"] = "wrong"
    there.put({tenant.TENANT: now})
    there.clear_journal()

    def somebody_else() -> None:
        """Write as soon as the restore has compared the tenant: after its write and the list it reads then."""
        calls: list[str] = []
        while not re.search(r"W.*L.+", "".join(calls)):
            time.sleep(0.1)
            calls = [_sort_of(call) for call in there.journal()]
        there.put({tenant.TENANT: now})

    other = threading.Thread(target=somebody_else, daemon=True)
    other.start()
    failed = said(restored(ansible, rollout_recheck_after=5).failed())
    assert "The restore: does not last: somebody else writes to the tenant: 5 s after it was as in the backup" in failed
    assert "policy 'Baseline'" in failed
    assert "another description" in failed


def _sort_of(call: Dict) -> str:
    """Return W for what writes, L for the list, R for other reads."""
    if any(one["method"] != "GET" for one in call["batch"] or [call]):
        return "W"
    return "L" if call["path"].endswith("clientConfigurations") else "R"
