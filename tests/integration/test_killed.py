# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A play of which only the main process is killed stops to write: real runs."""

from __future__ import annotations

import json
import os
import signal
import time
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._watch import descendants
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import play
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, both_ways, ended

_SECONDS = 60
_COUNT = 60
_POLICIES = [{"display_name": f"Policy {number}", "description": "As wanted"} for number in range(_COUNT)]
# Each write takes long enough for the play to be killed in the middle, whatever the machine.
_CREATES = "(clientConfigurations|configurationPolicies)$"
_SLOW = {"kind": "slow", "match": {"method": "POST", "path": _CREATES}, "seconds": 1, "count": None}
# What a task that looks after itself would still send: the call on its way, and one that it was about to send.
_ON_THEIR_WAY = 2

# One on each surface: what stops is the same.
TASKS = {
    "one task, officeConfiguration": {"m365.apps.office_client_configs": {"policies": _POLICIES, "batch": "never"}},
    "a loop, settings catalog": {
        "m365.apps.office_client_config": {
            "surface": "settings_catalog",
            "display_name": "{{ item.display_name }}",
            "settings": [{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}],
        },
        "loop": _POLICIES,
        "loop_control": {"label": "{{ item.display_name }}"},
    },
}


def _until(holds: t.Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"not within {_SECONDS} s: {what}"
        time.sleep(0.05)


@both_ways
@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_nothing_is_written_once_the_main_process_is_killed(
    ansible: Ansible, emulator: Emulator, task: dict[str, t.Any]
) -> None:
    emulator.misbehave(_SLOW)
    (ansible.folder / "play.yml").write_text(json.dumps([play([task])]))
    process = ansible.start("ansible-playbook", "play.yml")
    try:
        _until(lambda: len(emulator.writes()) >= 1, "a first write")
        others = descendants(process.pid)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    at_most = len(emulator.writes()) + _ON_THEIR_WAY
    _until(lambda: all(map(ended, others)), "the processes of the play have ended")
    assert others
    assert len(emulator.writes()) <= at_most < _COUNT


def test_a_job_that_outlives_its_play_goes_on(ansible: Ansible, emulator: Emulator) -> None:
    """An async task is made to run without who started it."""
    # It reads nothing back: once the tenant is another test's, it would read until its time is over.
    options = {"policies": _POLICIES[:2], "batch": "never", "wait": False}
    task = {"m365.apps.office_client_configs": options, "async": 120, "poll": 0}
    emulator.misbehave({**_SLOW, "seconds": 3})
    (ansible.folder / "play.yml").write_text(json.dumps([play([task])]))
    assert ansible.start("ansible-playbook", "play.yml").wait(_SECONDS) == 0
    _until(lambda: len(emulator.writes()) == len(_POLICIES[:2]), "both writes")


@both_ways
def test_a_wait_at_a_gate_ends_with_its_run(ansible: Ansible, emulator: Emulator) -> None:
    """Between two questions, when nothing is asked that would look."""
    gate = {"timeout": 3600, "interval": 3600}
    (ansible.folder / "play.yml").write_text(json.dumps([play([{"m365.apps.wait_for_checkins": {"gate": gate}}])]))
    process = ansible.start("ansible-playbook", "play.yml")
    try:
        _until(lambda: bool(emulator.journal()), "a question")
        # The module that asked has ended: the worker alone is left.
        _until(lambda: len([pid for pid in descendants(process.pid) if not ended(pid)]) == 1, "the wait")
        others = descendants(process.pid)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    _until(lambda: all(map(ended, others)), "the worker has ended")
