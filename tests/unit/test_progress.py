# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a long run goes on: what the engine and the wire tell, and when a line of it is shown."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible import constants, context

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import Terms, converge
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import Failure, GraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import RetryPolicy, Transient
from ansible_collections.m365.apps.plugins.plugin_utils._progress import EVERY, Voice, stdout_callback
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.small_tenants import absent, policies, wish
from ansible_collections.m365.apps.tests.unit.test_converge_apply import failing


class Heard:
    """A clock that stands still, and the lines that were shown."""

    def __init__(self) -> None:
        self.now = 100.0
        self.lines: list[str] = []

    def voice(self, host: str | None = "contoso") -> Voice:
        return Voice(host, self.lines.append, lambda: self.now)


def test_a_line_every_few_seconds_and_none_of_a_short_run() -> None:
    heard = Heard()
    progress = heard.voice().progress()
    for done in range(1, 61):
        heard.now += 0.5
        progress(done * 10, 600)
    assert heard.lines == [f"m365.apps [contoso]: {done} of 600 writes sent" for done in range(100, 601, 100)]
    heard.lines.clear()
    progress = heard.voice().progress()
    heard.now += EVERY - 0.1
    progress(3, 3)
    assert heard.lines == []


def test_two_runs_count_their_time_apart() -> None:
    heard = Heard()
    first = heard.voice("a").progress()
    heard.now += EVERY
    second = heard.voice("b").progress()
    first(1, 2)
    second(1, 9)
    assert heard.lines == ["m365.apps [a]: 1 of 2 writes sent"]


def test_a_voice_without_a_host_is_silent() -> None:
    heard = Heard()
    voice = heard.voice(None)
    progress = voice.progress()
    heard.now += 100
    progress(1, 2)
    voice.waiting(100, asked=True)
    assert heard.lines == []


@pytest.mark.parametrize(
    ("seconds", "asked", "line"),
    [
        (20, True, ["m365.apps [contoso]: waits 20 s, Graph asks to slow down"]),
        (7.6, False, ["m365.apps [contoso]: waits 8 s, then tries again"]),
        (4.9, True, []),
    ],
)
def test_a_wait_of_several_seconds(seconds: float, asked: bool, line: list[str]) -> None:
    heard = Heard()
    heard.voice().waiting(seconds, asked)
    assert heard.lines == line


def told(tenant: MemoryTenant, names: str, on_error: OnError = OnError.STOP) -> list[tuple[int, int]]:
    """Return what the engine tells while it changes these policies and deletes the policy Z."""
    said: list[tuple[int, int]] = []
    terms = Terms(on_error=on_error, progress=lambda done, total: said.append((done, total)))
    converge([*(wish(name, description="X") for name in names), absent("Z")], tenant, MemoryDirectory({}), terms)
    return said


def test_the_engine_tells_each_stage_of_writes() -> None:
    tenant = MemoryTenant({str(found.id): found for found in policies("ABZ")})
    assert told(tenant, "AB") == [(2, 3), (3, 3)]


def test_a_refused_write_was_sent_and_one_not_attempted_was_not() -> None:
    assert told(failing("ABZ", "A"), "AB") == [(2, 3)]


def test_check_mode_tells_nothing() -> None:
    tenant = MemoryTenant({str(found.id): found for found in policies("A")})
    said: list[tuple[int, int]] = []
    terms = Terms(check_mode=True, progress=lambda *numbers: said.append(numbers))
    converge([wish("A", description="X")], tenant, MemoryDirectory({}), terms)
    assert said == []


def test_each_wait_is_told_before_it_begins() -> None:
    events: list[tuple[str, float]] = []
    answers = [Transient(GraphError(Failure("no", 429)), 20.0), Transient(GraphError(Failure("no", 502))), None]

    def send() -> str:
        answer = answers.pop(0)
        if answer is not None:
            raise answer
        return "done"

    policy = RetryPolicy(
        300,
        clock=lambda: 0.0,
        sleep=lambda seconds: events.append(("sleep", seconds)),
        jitter=lambda: 1.0,
        waiting=lambda seconds, asked: events.append(("asked" if asked else "own", seconds)),
    )
    assert policy.run(send) == "done"
    assert events == [("asked", 20.0), ("sleep", 20.0), ("own", 1.0), ("sleep", 1.0)]


# What an ansible program knows of itself, and the callback that prints what it does.
PROGRAMS: dict[str, tuple[dict[str, t.Any], str, dict[str, str], str]] = {
    "playbook": ({"args": ("site.yml",)}, "default", {}, "default"),
    "playbook with JSON": ({"args": ("site.yml",)}, "ansible.posix.json", {}, "ansible.posix.json"),
    "ad hoc": ({"module_name": "ping"}, "default", {}, "minimal"),
    "ad hoc, one line": ({"module_name": "ping", "one_line": True}, "default", {}, "minimal"),
    "console": ({"pattern": "all"}, "default", {}, "minimal"),
    "runner": ({"args": ("site.yml",)}, "awx_display", {}, "default"),
    "runner with JSON": ({"args": ("site.yml",)}, "awx_display", {"ORIGINAL_STDOUT_CALLBACK": "json"}, "json"),
}


@pytest.mark.parametrize(("program", "callback", "environment", "wanted"), PROGRAMS.values(), ids=PROGRAMS)
def test_which_callback_prints(
    monkeypatch: pytest.MonkeyPatch, program: dict[str, t.Any], callback: str, environment: dict[str, str], wanted: str
) -> None:
    monkeypatch.delenv("ORIGINAL_STDOUT_CALLBACK", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", callback, raising=False)
    monkeypatch.setattr(constants, "DEFAULT_LOAD_CALLBACK_PLUGINS", False, raising=False)
    monkeypatch.setattr(context, "CLIARGS", program)
    assert stdout_callback() == wanted


def test_no_task_of_the_role_prints_by_itself() -> None:
    """The action pause prints to stdout, whatever callback has that for itself."""
    tasks = Path(__file__).resolve().parents[2] / "roles" / "rollout" / "tasks"
    texts = {path.name: str(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in tasks.glob("*.yml")}
    assert len(texts) > 10
    assert [name for name, text in texts.items() if "builtin.pause" in text] == []
