# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One trial: a run with a fault (or a kill), a run without, and one more; all three are judged."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Way

from . import catalog, judge, runners, tenants
from .judge import Case, Violation
from .kinds import KINDS, MODES
from .positions import Position, positions_of
from .scenarios import SCENARIOS, Scenario, unmet

CALM = (60.0, 60.0)
_READS_REQUESTS = "DeviceManagementRBAC.Read.All"
# Held back until the process is dead; longer than a play needs to get there.
_KILL = {"before its work": {"kind": "hang", "seconds": 90}, "after its work": {"kind": "slow", "seconds": 90}}
KILLS = tuple(_KILL)
IN_PROCESS, SEVERAL, PLAYBOOK, KILLED = "in-process", "several at once", "ansible-playbook", "killed"
# On a busy machine a short timeout may strike at another call first, and end the run before the fault.
_TRIES = 3
# Only the main process is killed, while the task works in its worker, or as a module.
ALONE, ALONE_MODULE = "main process killed", "main process killed, as a module"


@dataclass(frozen=True)
class Baseline:
    """What a run of a scenario without faults did: the state before and after, and its calls."""

    case: Case
    positions: tuple[Position, ...]
    requests: tuple[int, ...]
    """The places (from 0) of requests of their own that write, among all requests of their own."""


@dataclass(frozen=True)
class Trial:
    """What is tried: a scenario, a position (by its place in the baseline), a kind and a mode, and how it is run.

    ``more`` are further faults of the same run that strike once: positions and kinds.
    """

    scenario: str
    position: int
    kind: str
    mode: str
    way: str = IN_PROCESS
    more: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What came of a trial. ``survived`` is None where nothing was said, since the run was killed."""

    trial: Trial
    position: Position
    runs: int
    survived: bool | None
    said: str
    violations: tuple[Violation, ...] = field(default=())


def baseline(emulator: Emulator, scenario: Scenario) -> Baseline:
    """Run a scenario without faults. Raises AssertionError when that does not bring what it asks for."""
    put(emulator, scenario)
    before = policies(emulator, scenario)
    result = runners.in_process(emulator, scenario, *CALM)
    goal, journal = policies(emulator, scenario), emulator.journal()
    case = Case(before, goal, _bystanders(scenario), bool(scenario.order), scenario.free)
    wrong = unmet(scenario, goal) + [violation.text for violation in judge.damage(case, goal)]
    assert not result.get("failed"), f"{scenario.name} without faults: {result}"
    assert not wrong, f"{scenario.name} without faults: {wrong}"
    own = [place for place, entry in enumerate(journal) if _writes(entry)]
    ids = {str(item["id"]) for policy in before for item in (policy, *policy["assignments"])}
    ids.update(group["id"] for group in tenants.GROUPS)
    return Baseline(case, tuple(positions_of(journal, ids)), tuple(own))


def _writes(entry: t.Mapping[str, t.Any]) -> bool:
    return any(call["method"] != "GET" for call in entry["batch"] or [entry])


def put(emulator: Emulator, scenario: Scenario, *faults: t.Mapping[str, t.Any]) -> None:
    """Put the scenario's tenant in place, with faults."""
    if scenario.catalog:
        found = {"catalog_policies": [*scenario.live, *catalog.BYSTANDERS], "assignment_filters": [catalog.FILTER]}
        state = tenants.state((), scenario.settings, {**found, "scope_tags": [{"id": "1", "displayName": "Berlin"}]})
    else:
        state = tenants.state([*scenario.live, *tenants.BYSTANDERS], scenario.settings)
    if scenario.needs_approval:
        _approve(emulator, scenario, state)
    else:
        emulator.reset(state)
    emulator.misbehave(*map(dict, faults))


def _approve(emulator: Emulator, scenario: Scenario, state: dict[str, t.Any]) -> None:
    """Put a tenant in place in which each write of a scenario was asked for by a run before this one, and approved."""
    for app in state["tenants"][tenant.TENANT]["apps"]:
        app["roles"] = [*app["roles"], _READS_REQUESTS]
    emulator.reset(state)
    runners.approval_codes(emulator).unlink(missing_ok=True)
    runners.in_process(emulator, scenario, *CALM)
    for request in emulator.tenant(tenant.TENANT)["approval_requests"]:
        emulator.decide(request["id"], "approved")
    emulator.clear_journal()


def policies(emulator: Emulator, scenario: Scenario) -> list[dict[str, t.Any]]:
    """Return the tenant's policies on the scenario's surface."""
    state = emulator.tenant(tenant.TENANT)
    return catalog.seen(state["catalog_policies"]) if scenario.catalog else state["policies"]


def _bystanders(scenario: Scenario) -> frozenset[str]:
    """Return the names of the policies that nobody may touch."""
    if scenario.catalog:
        return frozenset(policy["name"] for policy in catalog.BYSTANDERS)
    return frozenset(policy["displayName"] for policy in tenants.BYSTANDERS)


def tried(emulator: Emulator, trial: Trial, base: Baseline) -> Verdict:
    """Try it and judge it."""
    scenario, position = SCENARIOS[trial.scenario], base.positions[trial.position]
    found: list[Violation] = []
    if trial.way in (KILLED, ALONE, ALONE_MODULE):
        survived, said = _kill(emulator, scenario, trial, base)
    else:
        survived, said = _fault(emulator, scenario, trial, base, found)
    now = policies(emulator, scenario)
    found += judge.damage(base.case, now)
    emulator.misbehave()
    # What a server shows to nobody yet, the next run cannot know of: it begins when the lag is over.
    time.sleep(
        max((seconds for name, seconds in scenario.settings.items() if name.endswith("_seconds")), default=0) * 1.5
    )
    runs = 1
    way = runners.in_process if trial.way in (IN_PROCESS, SEVERAL) else runners.by_playbook
    for column in (judge.UNFINISHED, judge.UNSTABLE):
        # A run that did all of it is followed by one that changes nothing; a third would find the same again.
        if column == judge.UNFINISHED and survived:
            continue
        found += _next(emulator, scenario, base.case, column, way if column == judge.UNFINISHED else runners.in_process)
        runs += 1
    return Verdict(trial, position, runs, survived, said, tuple(found))


def _fault(
    emulator: Emulator, scenario: Scenario, trial: Trial, base: Baseline, found: list[Violation]
) -> tuple[bool, str]:
    """Run it with the fault; return whether the goal was reached and said so, and what was said."""
    mode, position = MODES[trial.mode], base.positions[trial.position]
    kinds = [KINDS[kind] for kind in (trial.kind, *(kind for _place, kind in trial.more))]
    also = [base.positions[place].fault(KINDS[kind], MODES["once"]) for place, kind in trial.more]
    way = runners.by_playbook if trial.way == PLAYBOOK else runners.in_process
    result = {}
    for _number in range(_TRIES):
        put(emulator, scenario, position.fault(kinds[0], mode), *also)
        result = way(emulator, scenario, min(kind.timeout for kind in kinds), mode.retry_timeout)
        if mode.count is None or trial.more or not emulator.faults():
            break
    else:
        found.append(Violation(judge.UNTRUE, "the matrix: the fault did not strike"))
    now = policies(emulator, scenario)
    doubt = bool(trial.more) or (kinds[0].doubt and (position.writes or mode.anywhere))
    found += judge.untrue(base.case, base.case.before, result, now, doubt)
    if result.get("failed"):
        found += judge.unclear(result, tenant.SECRET)
        return False, str(result.get("msg"))
    found += [Violation(judge.UNTRUE, f"it says ok, but {text}") for text in judge.unlike_goal(base.case, now)]
    return True, "ok"


def _kill(emulator: Emulator, scenario: Scenario, trial: Trial, base: Baseline) -> tuple[None, str]:
    """Kill it at a request of its own, by the place among these."""
    put(
        emulator,
        scenario,
        base.positions[trial.position].fault(replace(KINDS["slow"], fault=_KILL[trial.kind]), MODES["once"]),
    )
    way = Way.MODULE if trial.way == ALONE_MODULE else Way.IN_PROCESS
    runners.killed(emulator, scenario, int(trial.mode) + 1, trial.way != KILLED, way)
    return None, "killed"


def _next(
    emulator: Emulator, scenario: Scenario, case: Case, column: str, way: runners.Runner
) -> t.Iterator[Violation]:
    """Run it without faults; yield where it does not reach the goal, or (not stable) changes anything."""
    before = policies(emulator, scenario)
    result = way(emulator, scenario, *CALM)
    now = policies(emulator, scenario)
    if result.get("failed"):
        yield Violation(column, f"the next run says {result.get('msg')}")
    for text in judge.unlike_goal(case, now):
        yield Violation(column, f"after the next run {text}")
    yield from judge.touched(case, now)
    yield from judge.untrue(case, before, result, now, doubt=False)
    if column == judge.UNSTABLE and (result.get("changed") or list(before) != list(now)):
        yield Violation(column, f"one more run changes something: {result.get('actions')}")


def told(verdict: Verdict) -> str:
    """Return a verdict with violations as text."""
    trial, at = verdict.trial, verdict.position
    where = f"{trial.scenario}, {at.method} {at.path} ({trial.position}{', inner' if at.inner else ''})"
    lines = [f"{where}, {trial.kind}, {trial.mode}, {trial.way} {trial.more or ''}: {verdict.said}"]
    return "\n".join([*lines, *(f"    {violation.column}: {violation.text}" for violation in verdict.violations)])
