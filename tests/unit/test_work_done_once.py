# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run does what takes time once for each policy, and what nobody is shown not at all. Counted, not timed."""

from __future__ import annotations

import base64
import gc
import json
import typing as t
from collections import Counter
from dataclasses import replace
from functools import cached_property
from types import ModuleType

import pytest
from ansible.module_utils import basic
from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.module_utils._converge.confirm import Wait
from ansible_collections.m365.apps.plugins.module_utils._graph import messages
from ansible_collections.m365.apps.plugins.module_utils._module import boundary, parse_options
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Reply
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, CONTENT
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES, OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy import payload
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.fields import Field
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Part, Readable
from ansible_collections.m365.apps.plugins.module_utils._policy.surface import Capabilities
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path, _watch
from ansible_collections.m365.apps.tests.unit.batches import BATCH, inner, outer
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import SHOW_ARGUMENTS
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.modules import ModuleDefinition
from ansible_collections.m365.apps.tests.unit.small_tenants import GROUP, desired, policy, run
from ansible_collections.m365.apps.tests.unit.wire import TOKEN, Clock, Wire

NAMES = ("A", "B", "C")
SETTINGS = [{"settingId": "a", "value": "1"}, {"settingId": "b", "value": "2"}]
OTHERS = [SETTINGS[0]]
# What fields make of values for the eyes of users.
SHOWN = ("sides", "whole", "names", "result", "details")


def counted(function: t.Callable[..., t.Any], name: str, calls: Counter[str]) -> t.Callable[..., t.Any]:
    """Return a function that counts its calls."""

    def count(*arguments: t.Any, **more: t.Any) -> t.Any:
        calls[name] += 1
        return function(*arguments, **more)

    return count


def watch(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, calls: Counter[str]) -> None:
    """Let a function of a module count its calls."""
    monkeypatch.setattr(module, name, counted(getattr(module, name), name, calls))


def counting(calls: Counter[str]) -> Capabilities:
    """Return capabilities whose payload field counts what it is asked."""

    def watched(field: Field) -> Field:
        if field.name != "policy_payload":
            return field
        # What fingerprints bind is the same of what is there and of what is asked.
        assert field.digest is field.asked_digest
        bound = counted(field.digest, "bound", calls)
        asked: dict[str, t.Any] = {name: counted(getattr(field, name), name, calls) for name in ("merge", *SHOWN)}
        return replace(field, **asked, digest=bound, asked_digest=bound)

    return replace(CAPABILITIES, fields=tuple(map(watched, CAPABILITIES.fields)))


@pytest.mark.parametrize(("live", "bound"), [("none", 1), ("same", 1), ("alike", 2), ("other", 2)])
def test_each_policy_is_worked_out_once_and_bound_only_where_somebody_asks(live: str, bound: int) -> None:
    """What is asked for is what is there, or what writes leave, and so bound with it."""
    calls: Counter[str] = Counter()
    given = {name: json.loads(json.dumps(SETTINGS)) for name in NAMES}
    have = {"same": given, "alike": json.loads(json.dumps(given)), "other": {name: [*OTHERS] for name in NAMES}}
    there = [policy(name, place, policy_payload=have[live][name]) for place, name in enumerate(NAMES) if live in have]
    items = [desired(name, policy_payload=given[name], groups=GroupChange(("All Staff",))) for name in NAMES]
    outcome = run(MemoryTenant.of(there, counting(calls)), items)
    assert calls == {"merge": len(NAMES)}
    asked = [outcome.plan.fingerprint for _time in range(2)]
    assert asked[0] == asked[1]
    assert calls == {"merge": len(NAMES), "bound": bound * len(NAMES)}


def test_answers_in_a_batch_are_parsed_with_it_and_not_written_again(
    wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    watch(monkeypatch, messages, "strict_json", calls)
    body: cached_property[bytes] = vars(messages.Answer)["body"]
    monkeypatch.setattr(messages.Answer, "body", property(counted(body.func, "body", calls)))
    watch(monkeypatch, payload, "decode", calls)
    live, target = policy("A"), {"groupId": GROUP}
    group = {"id": "a1", "target": target}
    bodies = ({"value": [group]}, "e30=", {"value": [group]}, "e30=")
    wire.expect("POST", BATCH, **outer(*(inner(place, body=body) for place, body in enumerate(bodies))))
    fields = (ASSIGNMENTS, CONTENT[0], ASSIGNMENTS, CONTENT[1])
    read = OfficeSurface(clock.client(batching=True)).read([Part(live, field) for field in fields])
    assigned = (Assignment(GROUP, "a1", target),)
    assert read == [assigned, {}, assigned, {}]
    # Of the whole answer, and of what is bytes.
    assert calls == {"strict_json": 1, "decode": 2, "body": 3}


@pytest.mark.parametrize("shape", [list, json.dumps], ids=["a list", "the text of a list"])
def test_a_payload_option_is_written_once_to_be_checked(
    shape: t.Callable[[t.Any], t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    watch(monkeypatch, payload, "encode", calls)
    watch(monkeypatch, payload, "is_too_deep", calls)
    watch(monkeypatch, parse_options, "holds_mask", calls)
    params = {"display_name": "A", "state": "present", "policy_payload": shape(SETTINGS)}
    assert parse_options.desired_policy(params, params).value("policy_payload") == SETTINGS
    assert calls == {"encode": 1, "holds_mask": 1}


def test_what_was_not_written_is_not_put_together_again() -> None:
    there = [policy(name, place, policy_payload=SETTINGS) for place, name in enumerate(NAMES)]
    outcome = run(MemoryTenant.of(there), [desired(name, policy_payload=SETTINGS) for name in NAMES])
    assert [id(item) for item in outcome.items] == [id(item) for item in outcome.plan.items]


def test_a_payload_that_is_there_as_it_is_asked_for_is_neither_parsed_nor_held_again(
    wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    watch(monkeypatch, payload, "decode", calls)
    asked = [SETTINGS, SETTINGS, UNSET]
    texts = (json.dumps(SETTINGS, separators=(",", ":")), json.dumps(SETTINGS), "[]")
    bodies = [base64.b64encode(text.encode()).decode() for text in texts]
    wire.expect("POST", BATCH, **outer(*(inner(place, body=body) for place, body in enumerate(bodies))))
    parts = [Part(policy(name), CONTENT[0], value) for name, value in zip(NAMES, asked, strict=True)]
    read = OfficeSurface(clock.client(batching=True)).read(parts)
    assert read == [SETTINGS, SETTINGS, []]
    assert [value is SETTINGS for value in read] == [True, False, False]
    assert calls == {"decode": 2}


def test_a_surface_is_told_what_is_asked_of_what_it_reads_before_and_after_writes() -> None:
    told: list[t.Any] = []

    class Told(MemoryTenant):
        def look(self, parts: t.Sequence[Readable]) -> list[t.Any]:
            told.extend(part.asked for part in parts if isinstance(part, Part))
            return super().look(parts)

    run(Told.of([policy("A", 0, policy_payload=OTHERS)]), [desired("A", policy_payload=SETTINGS)], wait=Wait(60))
    assert [value is SETTINGS for value in told] == [True, True]


def test_ansible_copies_nothing_of_what_a_module_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would, to look for secrets that are masked by then, and for thousands of policies that takes its time."""
    walked: list[t.Any] = []
    removed = basic.remove_values

    def watched(value: t.Any, secrets: t.Any) -> t.Any:
        walked.append(value)
        return removed(value, secrets)

    monkeypatch.setattr(basic, "remove_values", watched)
    found = {"changed": True, "configs": [{"id": "1", "groups": []}], "plan": {"writes": 2}, "diff": []}
    definition = ModuleDefinition({}, lambda _request, _opening: Reply(found))
    printed, _warnings = _fast_path.run_here(definition, {"access_token": TOKEN, **SHOW_ARGUMENTS})
    result = json.loads(printed)
    # Warnings of tests before this one may stand beside it, where ansible-core keeps them for the process.
    assert {name: result[name] for name in found} == found
    # ansible-core 2.22 copies nothing at all.
    shown = [set(value) & {*found, "invocation"} for value in walked if isinstance(value, dict)]
    assert shown in ([{"changed", "invocation"}], [])


class OneAction(_fast_path.FastPathAction):
    DEFINITION = ModuleDefinition({}, lambda _request, _opening: Reply({"changed": False}))


class EndedError(Exception):
    """What a test ends work with."""


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Counter[str]]:
    """Let Python look for cycles of garbage as it does by itself; return the calls that tell it what to leave."""
    calls: Counter[str] = Counter()
    monkeypatch.setattr(gc, "freeze", lambda: calls.update(["freeze"]))
    before = gc.get_threshold()
    gc.set_threshold(2_000)
    yield calls
    gc.set_threshold(*before)


def one_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an action plugin begin with an item of a loop in its worker process."""

    def ended(*_arguments: t.Any) -> None:
        raise EndedError

    monkeypatch.setattr(ActionBase, "run", lambda *_arguments: None)
    monkeypatch.setattr(OneAction, "_fits", lambda *_arguments: True)
    monkeypatch.setattr(_watch, "end_with", ended)
    with pytest.raises(EndedError):
        OneAction.__new__(OneAction)._run(None, {})


def one_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a module begin in its process."""
    monkeypatch.setattr(boundary, "Module", lambda _definition: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        boundary.run_module(OneAction.DEFINITION)


@pytest.mark.parametrize("begin", [one_item, one_module])
def test_a_process_that_ends_with_its_task_looks_for_garbage_seldom_and_not_in_what_was_there(
    begin: t.Callable[[pytest.MonkeyPatch], None], looks: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _item in range(2):
        begin(monkeypatch)
    assert looks == {"freeze": 1}
    assert gc.get_threshold()[0] > 20_000
