# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions under whichever spelling the server knows: the order of all policies in one call, and assign."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.codec import policy_to_graph
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    Create,
    PolicyWrite,
    Result,
    WritePart,
    Written,
)
from ansible_collections.m365.apps.tests.unit.batches import BATCH, asked, asked_ids, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.office_values import office_policy
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, POLICIES, Clock, Wire, refusal, written

SPELLINGS = (
    "updatePriorities",
    "microsoft.graph.updatePriorities",
    "microsoft.management.services.api.updatePriorities",
)


def unknown_segment(spelling: str) -> dict[str, t.Any]:
    return refusal(400, f"Resource not found for the segment '{spelling}'.", "BadRequest")


@pytest.mark.parametrize("status", [200, 204])
def test_priorities_go_index_aligned_in_one_call(wire: Wire, surface: OfficeSurface, status: int) -> None:
    wire.expect("POST", f"{POLICIES}/updatePriorities", status=status)
    surface.update_priorities({"b": 1, "a": 2})
    assert wire.body() == b'{"officeConfigurationPolicyIds": ["b", "a"], "officeConfigurationPriorities": [1, 2]}'


@pytest.mark.parametrize("known", range(3))
@pytest.mark.parametrize("how", [None, 404, 405, 501])
def test_spellings_are_tried_in_order_until_one_is_known(
    wire: Wire, surface: OfficeSurface, known: int, how: int | None
) -> None:
    for spelling in SPELLINGS[:known]:
        wire.expect("POST", f"{POLICIES}/{spelling}", **(unknown_segment(spelling) if how is None else refusal(how)))
    wire.expect("POST", f"{POLICIES}/{SPELLINGS[known]}", status=204)
    surface.update_priorities({"a": 1})
    assert {json.dumps(wire.json(place)) for place in range(known + 1)} == {json.dumps(wire.json(0))}


@pytest.mark.parametrize("known", range(3))
@pytest.mark.parametrize("status", [400, 401, 403, 409, 500])
def test_a_refusal_for_another_reason_ends_the_search(
    wire: Wire, surface: OfficeSurface, known: int, status: int
) -> None:
    for spelling in SPELLINGS[:known]:
        wire.expect("POST", f"{POLICIES}/{spelling}", **unknown_segment(spelling))
    wire.expect("POST", f"{POLICIES}/{SPELLINGS[known]}", **refusal(status, "numbers collide"))
    with pytest.raises(UserError, match=r"cannot update the priorities: .*numbers collide"):
        surface.update_priorities({"a": 1})


def test_no_known_spelling_is_an_error(wire: Wire, surface: OfficeSurface) -> None:
    for spelling in SPELLINGS:
        wire.expect("POST", f"{POLICIES}/{spelling}", **unknown_segment(spelling))
    with pytest.raises(UserError, match="cannot update the priorities"):
        surface.update_priorities({"a": 1})


# Assign, and what is remembered

ONE, TWO = (office_policy(name, KINDS["windows"], name, "", number) for number, name in enumerate(["p1", "p2"]))
ASSIGN = ("assign", "microsoft.graph.assign", "microsoft.management.services.api.assign")


def assigning(policy: Policy) -> WritePart:
    return WritePart(policy, ASSIGNMENTS, (Assignment("g1"),))


@pytest.mark.parametrize("known", range(3))
def test_assign_is_tried_in_each_spelling_and_the_known_one_remembered(
    wire: Wire, surface: OfficeSurface, known: int
) -> None:
    for spelling in ASSIGN[:known]:
        wire.expect("POST", f"{POLICIES}/p1/{spelling}", **unknown_segment(spelling))
    wire.expect("POST", f"{POLICIES}/p1/{ASSIGN[known]}", status=204)
    wire.expect("POST", f"{POLICIES}/p2/{ASSIGN[known]}", status=204)
    for policy in (ONE, TWO):
        assert written(surface, assigning(policy)) == Written(assignments=(Assignment("g1"),))


def test_no_known_spelling_of_assign_is_an_error(wire: Wire, surface: OfficeSurface) -> None:
    for spelling in ASSIGN:
        wire.expect("POST", f"{POLICIES}/p1/{spelling}", **unknown_segment(spelling))
    with pytest.raises(UserError, match=r"policy 'p1' \(id p1\): cannot assign its groups: "):
        written(surface, assigning(ONE))


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500])
def test_a_refused_assign_is_not_spelled_otherwise(wire: Wire, surface: OfficeSurface, status: int) -> None:
    wire.expect("POST", f"{POLICIES}/p1/assign", **refusal(status, "the policy is not there"))
    with pytest.raises(UserError, match="the policy is not there"):
        written(surface, assigning(ONE))


def test_a_spelling_learned_by_one_action_is_used_by_the_other(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("POST", f"{POLICIES}/updatePriorities", **unknown_segment("updatePriorities"))
    wire.expect("POST", f"{POLICIES}/microsoft.graph.updatePriorities", status=204)
    wire.expect("POST", f"{POLICIES}/p1/microsoft.graph.assign", status=204)
    wire.expect("POST", f"{POLICIES}/microsoft.graph.updatePriorities", status=204)
    surface.update_priorities({"p1": 1})
    written(surface, assigning(ONE))
    surface.update_priorities({"p1": 2})


def test_in_a_batch_only_the_misspelled_assigns_are_sent_again(wire: Wire, clock: Clock) -> None:
    message = "Resource not found for the segment 'assign'."
    draft = office_policy(None, KINDS["windows"], "New", "", 9)
    created = inner(1, 201, {"id": "n1", **policy_to_graph(draft)})
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 400, message), created, inner_refusal(2, 400, message)))
    wire.expect("POST", BATCH, **outer(inner(0, 204), inner(1, 204)))
    writes: list[PolicyWrite] = [assigning(ONE), Create(draft), assigning(TWO)]
    first, new, second = OfficeSurface(clock.client(batching=True)).write(writes, {"p1", "p2"})
    assert first == second == Result(Written(assignments=(Assignment("g1"),)))
    assert new == Result(Written("n1"))
    assert asked_ids(wire, 0) == ["0", "1", "2"]
    root = POLICIES.removeprefix(f"{GRAPH}/beta")
    assert [request["url"] for request in asked(wire)] == [
        f"{root}/{policy.id}/microsoft.graph.assign" for policy in (ONE, TWO)
    ]
