# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a long run goes on: what the engine and the wire tell, and when a line of it is shown."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible import constants, context

from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge
from ansible_collections.m365.apps.plugins.module_utils._errors import Failure, UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.progress import (
    Event,
    Observer,
    RunBegins,
    WaitBegins,
    WritesAnswered,
    WritesBegin,
)
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import RetryPolicy, Transient
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import tenant_of
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Part
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    PolicyWrite,
    Result,
    Update,
    WritePart,
)
from ansible_collections.m365.apps.plugins.plugin_utils._progress import EVERY, ProgressReporter, stdout_callback
from ansible_collections.m365.apps.tests.unit.batches import BATCH, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import office_policy
from ansible_collections.m365.apps.tests.unit.small_tenants import absent, desired, policies
from ansible_collections.m365.apps.tests.unit.wire import POLICIES, TOKEN, Clock, Wire, connection, refusal


class Heard:
    """A clock that stands still, and the lines that were shown."""

    def __init__(self) -> None:
        self.now = 100.0
        self.lines: list[str] = []

    def reporter(self, host: str | None = "contoso") -> ProgressReporter:
        """Return a reporter that has just heard that a run begins."""
        reporter = ProgressReporter(host, self.lines.append, lambda: self.now)
        reporter(RunBegins())
        return reporter


def test_a_line_every_few_seconds_and_none_of_a_short_run() -> None:
    heard = Heard()
    reporter = heard.reporter()
    reporter(WritesBegin(600))
    for _second_half in range(60):
        heard.now += 0.5
        reporter(WritesAnswered(10))
    assert heard.lines == [f"m365.apps [contoso]: {done} of 600 writes sent" for done in range(100, 601, 100)]
    heard.lines.clear()
    # The next item of a loop: the client and its reporter are the same.
    reporter(RunBegins())
    heard.now += EVERY - 0.1
    reporter(WritesBegin(3))
    reporter(WritesAnswered(3))
    assert heard.lines == []
    heard.now += 0.1
    reporter(WritesBegin(2))
    reporter(WritesAnswered(1))
    assert heard.lines == ["m365.apps [contoso]: 1 of 2 writes sent"]


def test_two_runs_count_their_time_apart() -> None:
    heard = Heard()
    first = heard.reporter("a")
    heard.now += EVERY
    second = heard.reporter("b")
    for reporter, total in ((first, 2), (second, 9)):
        reporter(WritesBegin(total))
        reporter(WritesAnswered(1))
    assert heard.lines == ["m365.apps [a]: 1 of 2 writes sent"]


def test_a_reporter_without_a_host_is_silent() -> None:
    heard = Heard()
    reporter = heard.reporter(None)
    heard.now += 100
    for event in (WritesBegin(2), WritesAnswered(1), WaitBegins(100, asked=True)):
        reporter(event)
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
    heard.reporter()(WaitBegins(seconds, asked))
    assert heard.lines == line


@pytest.mark.parametrize(("check_mode", "announced"), [(False, 3), (True, None)])
def test_the_engine_says_how_many_writes_a_run_has(check_mode: bool, announced: int | None) -> None:
    tenant = MemoryTenant.of(policies("ABZ"))
    items = [desired("A", description="X"), desired("B", description="X"), absent("Z")]
    converge(items, tenant, MemoryDirectory({}), RunOptions(check_mode=check_mode))
    assert tenant.announced == announced


LIVE = [office_policy(f"p{place}", KINDS["windows"], f"Policy {place}", "", place) for place in range(3)]
CHANGES: list[PolicyWrite] = [Update(policy, {"description": "X"}) for policy in LIVE]
ASSIGNS: list[PolicyWrite] = [WritePart(policy, ASSIGNMENTS, (Assignment("g1"),)) for policy in LIVE]


def surface_of(observer: Observer, batching: bool) -> OfficeSurface:
    policy = Clock().policy(observer=observer)
    return OfficeSurface(GraphClient(connection(), ReadyToken(TOKEN), policy, batching))


def test_each_request_that_carries_writes_is_told(wire: Wire) -> None:
    """A refused write was sent, too."""
    events: list[Event] = []
    surface = surface_of(events.append, batching=True)
    surface.begin_writes(4)
    wire.expect("POST", BATCH, **outer(inner(0, 204), inner_refusal(1, 409), inner(2, 204)))
    surface.write(CHANGES, ())
    wire.expect("GET", POLICIES, json={"value": []})
    surface.list_policies()
    wire.expect("POST", f"{POLICIES}/updatePriorities", status=204)
    surface.update_priorities({"p0": 1})
    assert events == [WritesBegin(4), WritesAnswered(3), WritesAnswered(1)]


def test_writes_that_go_alone_are_told_one_by_one(wire: Wire) -> None:
    events: list[Event] = []
    for place in range(3):
        wire.expect("PATCH", f"{POLICIES}/p{place}", status=204)
    surface_of(events.append, batching=False).write(CHANGES, ())
    assert events == [WritesAnswered(1)] * 3


def test_reads_are_no_progress(wire: Wire) -> None:
    events: list[Event] = []
    wire.expect("POST", BATCH, **outer(*(inner(place, body={"value": []}) for place in range(3))))
    surface_of(events.append, batching=True).read([Part(policy, ASSIGNMENTS) for policy in LIVE])
    assert events == []


def test_a_write_that_is_sent_again_under_another_name_counts_once(wire: Wire) -> None:
    events: list[Event] = []
    unknown = "Resource not found for the segment 'assign'."
    wire.expect("POST", BATCH, **outer(*(inner_refusal(place, 400, unknown) for place in range(3))))
    wire.expect("POST", BATCH, **outer(*(inner(place, 204) for place in range(3))))
    results = surface_of(events.append, batching=True).write(ASSIGNS, ())
    assert [result.error for result in results] == [None] * 3
    assert events == [WritesAnswered(3)]


def test_an_order_that_is_refused_was_sent(wire: Wire) -> None:
    events: list[Event] = []
    wire.expect("POST", f"{POLICIES}/updatePriorities", **refusal(403))
    with pytest.raises(UserError):
        surface_of(events.append, batching=False).update_priorities({"p0": 1})
    assert events == [WritesAnswered(1)]


def test_an_observer_that_fails_does_not_stop_a_run(wire: Wire) -> None:
    def broken(_event: Event) -> None:
        raise BrokenPipeError

    surface = surface_of(broken, batching=True)
    wire.expect("POST", BATCH, **refusal(429))
    wire.expect("POST", BATCH, **outer(*(inner(place, 204) for place in range(3))))
    surface.begin_writes(3)
    assert surface.write(CHANGES, ()) == [Result()] * 3


def test_a_run_begins_with_the_work_on_its_tenant() -> None:
    events: list[Event] = []
    client = GraphClient(connection(), ReadyToken(TOKEN), Clock().policy(observer=events.append))
    for _item in range(2):
        tenant_of(client, {"payload_transport": "stream", "surface": "office_configuration"})
    assert events == [RunBegins()] * 2


def test_each_wait_is_told_before_it_begins() -> None:
    events: list[object] = []
    answers = [Transient(GraphError(Failure("no", 429)), 20.0), Transient(GraphError(Failure("no", 502))), None]

    def send() -> str:
        answer = answers.pop(0)
        if answer is not None:
            raise answer
        return "done"

    policy = RetryPolicy(300, clock=lambda: 0.0, sleep=events.append, jitter=lambda: 1.0, observer=events.append)
    assert policy.run(send) == "done"
    assert events == [WaitBegins(20.0, asked=True), 20.0, WaitBegins(1.0, asked=False), 1.0]


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
