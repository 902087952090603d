# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A long run says how far it is while it works, in the output of ansible-playbook and of ansible-runner."""

from __future__ import annotations

import json
import re
import subprocess
import time
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import (
    BIN,
    Ansible,
    Way,
    environment,
    look_through,
)
from ansible_collections.m365.apps.tests.integration.support.runner import run_job

COUNT = 13
TASK = {
    "m365.apps.office_client_configs": {
        "policies": [{"display_name": f"Policy {place}", "priority": place} for place in range(COUNT)],
        "batch": "never",
        "wait": False,
    },
    "register": "done",
}
SITE = [
    {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [
            TASK,
            {"write_down": {"content": "{{ done | to_json }}", "dest": "{{ playbook_dir }}/done.json"}},
        ],
    }
]
POSTS = {"method": "POST", "path": "clientConfigurations"}
# Answers come a second late; before the last one, Graph asks for six seconds.
FAULTS: list[dict[str, t.Any]] = [
    {"kind": "throttle", "match": POSTS, "skip": COUNT - 1, "retry_after": 6},
    {"kind": "slow", "match": POSTS, "count": None, "seconds": 1},
]
LINE = re.compile(rf"^m365\.apps \[localhost\]: (\d+) of {COUNT} writes sent$", re.MULTILINE)
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WAIT = "m365.apps [localhost]: waits 6 s, Graph asks to slow down"


@pytest.fixture
def slow(ansible: Ansible, emulator: Emulator) -> Path:
    """A playbook that creates policies in a tenant that takes its time."""
    emulator.reset({**tenant.state(), "faults": FAULTS})
    site = ansible.folder / "site.yml"
    site.write_text(yaml.safe_dump(SITE))
    return site


def stream(ansible: Ansible, site: Path, **more: str) -> list[tuple[float, str]]:
    """Run a playbook; return its lines, each with the seconds it came before the end.

    To a pipe Python prints in blocks unless told otherwise; ansible-runner and people have terminals.
    """
    came: list[tuple[float, str]] = []
    with subprocess.Popen(
        [str(BIN / "ansible-playbook"), str(site)],
        cwd=ansible.folder,
        env=environment(ansible.folder, ansible.way, **ansible.login, PYTHONUNBUFFERED="1", **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in t.cast(t.IO[str], process.stdout):
            came.append((time.monotonic(), line.rstrip("\n")))
    end = time.monotonic()
    shown = [(end - moment, line) for moment, line in came]
    assert process.returncode == 0, shown
    look_through("\n".join(line for _left, line in shown))
    return shown


def result(ansible: Ansible) -> t.Any:
    """Return the result of the task, without the ids that the server made."""
    return json.loads(GUID.sub("ID", (ansible.folder / "done.json").read_text()))


def test_lines_come_while_the_task_runs(ansible: Ansible, emulator: Emulator, slow: Path) -> None:
    """A module in a process of its own has no way to print; its result is the same."""
    shown = stream(ansible, slow)
    lines = [(left, int(found[1])) for left, line in shown if (found := LINE.match(line))]
    waits = [left for left, line in shown if line == WAIT]
    assert len(emulator.writes()) == COUNT + 1, "one more for the refused one"
    numbers = [number for _left, number in lines]
    assert 2 <= len(numbers) <= 5, shown
    assert numbers == sorted(set(numbers))
    # The first one came when most of the work was still to do, and the wait before it was over.
    assert lines[0][0] > 10, shown
    assert len(waits) == 1
    assert waits[0] > 6, shown
    told = result(ansible)

    emulator.reset({**tenant.state(), "faults": [{**FAULTS[0], "retry_after": 1}]})
    shown = stream(ansible, slow, M365_FAST_PATH=Way.MODULE.value)
    assert not [line for _left, line in shown if "m365.apps [" in line]
    assert result(ansible) == told


@pytest.mark.parametrize(
    ("variables", "keywords"), [({"m365_progress": False}, {}), ({}, {"no_log": True})], ids=["switch", "no_log"]
)
def test_what_keeps_it_quiet(
    ansible: Ansible, emulator: Emulator, slow: Path, variables: dict[str, t.Any], keywords: dict[str, t.Any]
) -> None:
    [play] = yaml.safe_load(slow.read_text())
    play["vars"].update(variables)
    play["tasks"][0].update(keywords)
    slow.write_text(yaml.safe_dump([play]))
    emulator.misbehave({**FAULTS[0], "skip": 0})
    assert not [line for _left, line in stream(ansible, slow) if "m365.apps [" in line]
    assert emulator.faults() == []


# A callback such as json: one document, at the end.
ONE_DOCUMENT = """
import json
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = "name: one_document\\ntype: stdout\\nshort_description: One JSON document\\ndescription: For tests.\\n"


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "one_document"

    def v2_playbook_on_stats(self, stats):
        print(json.dumps({"ok": dict(stats.ok)}))
"""


def test_stdout_belongs_to_another_callback(ansible: Ansible, emulator: Emulator, slow: Path) -> None:
    """Where a callback prints JSON, that is all of stdout; the lines go to stderr."""
    (ansible.folder / "callbacks").mkdir()
    (ansible.folder / "callbacks" / "one_document.py").write_text(ONE_DOCUMENT)
    chosen = {"ANSIBLE_STDOUT_CALLBACK": "one_document", "ANSIBLE_CALLBACK_PLUGINS": "callbacks"}
    emulator.misbehave({**FAULTS[0], "skip": 0})
    run = ansible.run("ansible-playbook", str(slow), **ansible.login, **chosen).ok()
    assert json.loads(run.stdout) == {"ok": {"localhost": 2}}
    assert WAIT in run.stderr.splitlines()
    emulator.reset(tenant.state([{"displayName": f"Policy {place}", "priority": place} for place in range(2)]))
    emulator.misbehave({**FAULTS[0], "match": {"method": "GET", "path": "clientConfigurations"}, "skip": 0})
    run = ansible.run("ansible", "localhost", "-m", "m365.apps.office_client_config_info", **ansible.login).ok()
    assert len(json.loads(run.stdout.partition("=>")[2])["configs"]) == 2
    assert WAIT in run.stderr.splitlines()


def test_runner_has_them_as_events_in_time(ansible: Ansible, slow: Path) -> None:
    private = ansible.folder / "runner"
    private.mkdir()
    job = run_job(private, str(slow), environment(ansible.folder, ansible.way, **ansible.login), {})
    assert job.status == "successful", job.stdout
    events = [(event["event"], event["stdout"]) for event in job.events]
    places = [place for place, (_kind, text) in enumerate(events) if LINE.search(text)]
    [end] = [
        place
        for place, event in enumerate(job.events)
        if event["event"] == "runner_on_ok" and event["event_data"]["task_action"] == "m365.apps.office_client_configs"
    ]
    assert len(places) >= 2
    assert all(events[place][0] == "verbose" for place in places)
    assert max(places) < end
    assert len(LINE.findall(job.stdout)) == len(places)
    assert WAIT in job.stdout
    assert job.events[end]["arrived"] - job.events[places[0]]["arrived"] > 10
