# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was written begins to be read back while other writes go on: no sooner, no more of it, and to the same end."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from unittest import mock

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge import read_back
from ansible_collections.m365.apps.plugins.module_utils._converge.confirm import Wait, reads_of_plan
from ansible_collections.m365.apps.plugins.module_utils._converge.read_back import WRITES_BETWEEN, ReadBack
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Part
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    ApprovalState,
    Awaited,
    Create,
    Delete,
    Result,
    Update,
    WritePart,
    Written,
)
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import run as run_module
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.small_tenants import desired, policies, run
from ansible_collections.m365.apps.tests.unit.test_connections_properties import (
    CATALOG,
    OFFICE,
    Case,
    tenant_of,
    without_made_up,
)

FAILED = UserError("policy 'A'", "update it", "it was refused", "Change it")
FAULTS = ["forbidden", "cut_json", "throttle"]


def assigned(policy: Policy) -> WritePart:
    return WritePart(policy, ASSIGNMENTS, ())


def test_a_part_is_read_when_so_many_writes_came_after_it() -> None:
    tenant = MemoryTenant(capabilities=CAPABILITIES)
    back = ReadBack(tenant)
    [policy] = policies("A")
    for _time in range(WRITES_BETWEEN):
        back.heard(assigned(policy), Result())
    assert tenant.begun == []
    back.heard(assigned(policy), Result())
    assert tenant.begun == [Part(policy, ASSIGNMENTS)]


@mock.patch.object(read_back, "WRITES_BETWEEN", 0)
def test_what_the_list_shows_and_what_was_not_done_is_not_read() -> None:
    tenant = MemoryTenant(capabilities=CAPABILITIES)
    back = ReadBack(tenant)
    [policy] = policies("A")
    back.heard(Update(policy, {"description": "x"}), Result())
    back.heard(Delete(policy), Result())
    back.heard(Create(Policy(None, policy.type, {"display_name": "B"})), Result(Written(policy_id="new")))
    back.heard(assigned(policy), Result(error=FAILED))
    back.heard(assigned(policy), Result(approval=Awaited(ApprovalState.FILED)))
    assert tenant.begun == []


@mock.patch.object(read_back, "WRITES_BETWEEN", 0)
def test_what_a_create_carries_is_read_of_the_policy_that_it_made() -> None:
    tenant = MemoryTenant(capabilities=CAPABILITIES)
    draft = Policy(None, policies("A")[0].type, {"display_name": "A", "assignments": ()})
    ReadBack(tenant).heard(Create(draft), Result(Written(policy_id="new")))
    assert tenant.begun == [Part(replace(draft, id="new"), ASSIGNMENTS)]


@mock.patch.object(read_back, "WRITES_BETWEEN", 0)
@pytest.mark.parametrize("error", [FAILED, RuntimeError("can't start new thread")])
def test_what_cannot_begin_to_be_read_keeps_no_write_back(error: Exception) -> None:
    tenant = MemoryTenant.of(policies("AB"), replace(CAPABILITIES, batch_size=20))
    items = [desired(name, groups=GroupChange(exact=("All Staff",))) for name in "AB"]
    with mock.patch.object(tenant, "begin", side_effect=error) as begin:
        outcome = run(tenant, items, wait=Wait(1, lambda: 0.0))
    assert begin.call_count == 2
    assert (outcome.error, outcome.statuses, tenant.writes) == (None, ("updated",) * 2, ["assign"] * 2)


@mock.patch.object(read_back, "WRITES_BETWEEN", 0)
@pytest.mark.parametrize(("wait", "reads"), [(Wait(1, lambda: 0.0), True), (None, False)])
def test_what_is_begun_is_what_is_read_in_the_end(wait: Wait | None, reads: bool) -> None:
    tenant = MemoryTenant.of(policies("AB"), replace(CAPABILITIES, batch_size=20))
    groups = GroupChange(exact=("All Staff",))
    items = [desired(name, description="X", policy_payload={"a": 1}, groups=groups) for name in "ABC"]
    outcome = run(tenant, items, wait=wait)
    assert (outcome.error, outcome.changed) == (None, True)
    begun = [(part.policy.display_name, t.cast(Part, part).field.name) for part in tenant.begun]
    asked = [(part.policy.display_name, t.cast(Part, part).field.name) for part in reads_of_plan(outcome.plan).parts]
    # Among the writes, and what is left before the list.
    assert sorted(begun) == (sorted(asked * 2) if reads else [])
    assert len(begun) == (12 if reads else 0)


def created(surface: str, connections: int, kind: str | None = None) -> tuple[str, int, list[str], str]:
    """Create 45 policies where reads of one part fail; return result, number of requests, writes, and their order."""
    tenant = tenant_of(surface, 0)
    tenant.put("settings", {"page_size": 10})
    part = "/settings" if surface == CATALOG else "/policyPayload"
    fault = {"kind": kind, "match": {"method": "GET", "path": part}, "count": None, "retry_after": 1}
    tenant.faults(*([fault] if kind else []))
    items = [Case(surface, 45, 10, "plan", "auto", 0)._item(number) for number in range(45)]
    if surface == CATALOG:
        items = [{**item, "settings": [{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}]} for item in items]
    options = {"surface": surface, "connections": connections, "policies": items, "retry_timeout": 0}
    with mock.patch.object(read_back, "WRITES_BETWEEN", 5):
        result = run_module(tenant, modules.OFFICE_CLIENT_CONFIGS, options)
    result.get("invocation", {}).get("module_args", {}).pop("connections", None)
    calls = [call for call in tenant._calls() if not call["path"].endswith("$batch")]
    order = "".join("r" if call["method"] == "GET" else "w" for call in calls)
    return without_made_up(json.dumps(result)), tenant.requests, [*map(without_made_up, tenant.writes)], order


@pytest.mark.parametrize("surface", [OFFICE, CATALOG])
def test_reads_come_among_writes_and_are_no_more(surface: str) -> None:
    alone, requests_alone, writes_alone, order_alone = created(surface, 1)
    beside, requests_beside, writes_beside, order_beside = created(surface, 4)
    assert json.loads(alone)["changed"]
    assert (beside, requests_beside, writes_beside) == (alone, requests_alone, writes_alone)
    assert "rw" not in order_alone.lstrip("r")
    assert "rw" in order_beside.lstrip("r")


@pytest.mark.parametrize("surface", [OFFICE, CATALOG])
@pytest.mark.parametrize("kind", FAULTS)
def test_a_read_that_fails_among_writes_is_told_as_after_them(surface: str, kind: str) -> None:
    alone, _requests, writes_alone, _order = created(surface, 1, kind)
    beside, _requests, writes_beside, _order = created(surface, 4, kind)
    assert writes_beside == writes_alone
    assert len(writes_alone) >= 2 * 45
    assert beside == alone
