# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main job from end to end: many policies in waves on a network that fails, killed in the middle, gone on with,
held against drift and taken back.
"""

from __future__ import annotations

import json
import os
import signal
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible
from ansible_collections.m365.apps.tests.integration.support.whole_runs import (
    CATALOG,
    COUNT,
    GROUPS,
    NUMBERED,
    OFFICE,
    WAVES,
    Dict,
    WholeRun,
)

_SECONDS = 300


def definitions(folder: Path, whole: WholeRun) -> Path:
    """Write the policies, one a file."""
    folder.mkdir()
    for number, policy in enumerate(whole.definitions):
        (folder / f"{number:02d}.json").write_text(json.dumps(policy))
    return folder


def waves_of(ansible: Ansible) -> list[Dict]:
    path = ansible.folder / "state" / f"{tenant.TENANT}.waves.json"
    return t.cast(list[Dict], json.loads(path.read_text())["waves"]) if path.exists() else []


def kill_in_wave(ansible: Ansible, emulator: Emulator, place: int, *arguments: str) -> None:
    """Start the rollout and kill all of its processes as soon as the wave has written something."""
    process = ansible.start("ansible-playbook", *arguments)
    try:
        deadline = time.monotonic() + _SECONDS
        before = None
        while before is None or len(emulator.writes()) <= before:
            assert process.poll() is None, "the rollout ended before it could be killed"
            assert time.monotonic() < deadline, "the rollout did not get so far"
            if before is None and waves_of(ansible) and waves_of(ansible)[place]["status"] == "applying":
                before = len(emulator.writes())
            time.sleep(0.02)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


# The parts of the first are in each run: test_waves.py (going on, what a killed run did), test_safety.py,
# test_plan_and_drift.py, and the faults of the slice.
@pytest.mark.long
@pytest.mark.parametrize(
    "whole", [pytest.param(OFFICE, marks=pytest.mark.full), CATALOG], ids=lambda whole: whole.surface
)
def test_a_rollout_that_everything_happens_to(ansible: Ansible, emulator: Emulator, whole: WholeRun) -> None:
    emulator.reset(whole.state())
    ansible.use(rollout_surface=whole.surface)
    folder = definitions(ansible.folder / "definitions", whole)
    untouched = whole.whole(emulator)
    variables = {
        "rollout_definitions": str(folder),
        "rollout_waves": WAVES,
        "rollout_state_folder": str(ansible.folder / "state"),
        "rollout_backup_folder": str(ansible.folder / "backups"),
        "rollout_report_folder": str(ansible.folder / "report"),
    }
    rollout = ("m365.apps.rollout", "-e", json.dumps(variables))

    assert_killed_in_the_second_wave(ansible, emulator, whole, rollout)
    assert_gone_on_with(ansible, emulator, whole, rollout)
    emulator.misbehave()
    assert_done(ansible, emulator, rollout)
    assert_drift_found(ansible, emulator, whole, folder)

    # Back to where it began, from the backup of the run that was killed: the one that went on made none.
    [backup] = [path.parent for path in (ansible.folder / "backups").glob("*/*/manifest.json")]
    ansible.playbook("m365.apps.restore", "-e", f"rollout_backup_folder={backup}").ok()
    assert whole.whole(emulator) == untouched


def assert_killed_in_the_second_wave(
    ansible: Ansible, emulator: Emulator, whole: WholeRun, rollout: t.Sequence[str]
) -> None:
    # Each assignment of the second wave takes a while, so that it is killed in the middle.
    slow = {
        "kind": "slow",
        "match": {"method": "POST", "path": "/assign$"},
        "seconds": 0.05,
        "skip": COUNT,
        "count": 500,
    }
    emulator.misbehave(*whole.faults, slow)
    kill_in_wave(ansible, emulator, 1, *rollout)
    assert waves_of(ansible)[0]["status"] == "passed"
    seen = whole.seen(emulator)
    assert all(GROUPS["Pilot"] in seen[name].groups for name in NUMBERED)
    assert not any(GROUPS["All"] in seen[name].groups for name in NUMBERED)
    assert {name: seen[name] for name in whole.until_last} == whole.until_last
    assert all(whole.always <= seen[name].others for name in NUMBERED)
    assert set(seen) == whole.names


def assert_gone_on_with(ansible: Ansible, emulator: Emulator, whole: WholeRun, rollout: t.Sequence[str]) -> None:
    """On a network that is no better."""
    emulator.misbehave(*whole.faults)
    went_on = ansible.playbook(*rollout).ok()
    assert "Wave 1 of 3, pilot: passed" in went_on.stdout
    assert "The rollout goes on; its backup is " in went_on.stdout
    assert [wave["status"] for wave in waves_of(ansible)] == ["passed"] * 3
    seen = whole.seen(emulator)
    assert all(seen[name].groups == {GROUPS[group] for group in ("Pilot", "Broad", "All")} for name in NUMBERED)
    assert all(seen[name].others == whole.always for name in NUMBERED)
    assert {name: seen[name] for name in whole.after_last} == whole.after_last
    assert set(seen) == whole.names
    page = (ansible.folder / "report" / "report.html").read_text()
    assert all(wave["name"] in page for wave in WAVES)


def assert_done(ansible: Ansible, emulator: Emulator, rollout: t.Sequence[str]) -> None:
    """Nothing is left to do."""
    emulator.clear_journal()
    assert "changed=0" in ansible.playbook(*rollout).ok().stdout
    assert emulator.writes() == []


def assert_drift_found(ansible: Ansible, emulator: Emulator, whole: WholeRun, folder: Path) -> None:
    """Something deep in what a policy sets, behind our back, is all that differs."""
    whole.put_behind_our_back(emulator, "Policy 17")
    told = ansible.folder / "drift.json"
    run = ansible.playbook("m365.apps.drift", "-e", f"rollout_definitions={folder}", "-e", f"rollout_drift_file={told}")
    said = " ".join(run.failed().stdout.replace("\\'", "'").split())
    assert f"1 policy differs: 'Policy 17' differs in {whole.place}. " in said
    drift = json.loads(told.read_text())
    [found] = [policy for policy in drift["policies"] if policy["status"] != "unchanged"]
    assert (found["display_name"], found["status"]) == ("Policy 17", "updated")
    assert list(found["before"]) == [whole.option]
    assert "sneaked" in str(found["before"])
    assert "sneaked" not in str(found["after"])
    assert [policy["display_name"] for policy in drift["unmanaged"]] == whole.unmanaged
