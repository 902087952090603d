# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many reads and writes in one request; a create whose answer is lost is looked for and never made twice."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.codec import assignment_to_graph, policy_to_graph
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, CONTENT, KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Part
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    Create,
    Delete,
    PolicyWrite,
    Result,
    Update,
    WritePart,
    Written,
)
from ansible_collections.m365.apps.tests.unit.batches import BATCH, asked, asked_ids, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.office_values import office_policy
from ansible_collections.m365.apps.tests.unit.wire import LOST, POLICIES, WITHDRAWN, Clock, Wire, refusal, written

PAYLOAD, PREFERENCES = CONTENT

PATH = "/officeConfiguration/clientConfigurations"
LIVE = office_policy("p1", KINDS["windows"], "Live", "D", 7)
ONE, TWO, THREE = (office_policy(None, KINDS["windows"], name, "", number) for number, name in enumerate("ABC"))
UNREADABLE: list[dict[str, t.Any]] = [
    {"body": None},
    {"body": {"displayName": "A"}},
    {"body": "PGh0bWw+", "headers": {"Content-Type": "text/html"}},
    {"body": "eyJpZCI6ICJu"},
]


@pytest.fixture
def surface(clock: Clock) -> OfficeSurface:
    return OfficeSurface(clock.client(batching=True))


def made(draft: Policy, policy_id: str, **changes: t.Any) -> dict[str, t.Any]:
    """Return a draft as the tenant shows it once it is there."""
    return {"id": policy_id, **policy_to_graph(draft), **changes}


def created(place: int, draft: Policy, policy_id: str) -> dict[str, t.Any]:
    return inner(place, 201, made(draft, policy_id))


def expect_listing(wire: Wire, *policies: dict[str, t.Any], times: int = 1) -> None:
    for _unused in range(times):
        wire.expect("GET", POLICIES, json={"value": list(policies)})


def create(surface: OfficeSurface, *drafts: Policy, known: t.Collection[str] = ()) -> list[str]:
    """Create policies and return the ids, or the errors."""
    results = surface.write([Create(draft) for draft in drafts], known)
    return [str(result.error or result.written.policy_id) for result in results]


# Together


def test_the_surface_says_how_many_calls_one_request_carries(wire: Wire, surface: OfficeSurface) -> None:
    assert surface.capabilities.batch_size == 20
    wire.expect("POST", BATCH, **refusal(403))
    wire.expect("GET", f"{POLICIES}/p1/assignments", json={"value": []})
    wire.expect("GET", f"{POLICIES}/p1/policyPayload", json={})
    assert surface.read([Part(LIVE, ASSIGNMENTS), Part(LIVE, PAYLOAD)]) == [(), {}]
    assert surface.capabilities.batch_size == 1


def test_parts_are_read_in_one_request(wire: Wire, surface: OfficeSurface) -> None:
    group = {"id": "a1", "target": {"groupId": "g1"}}
    answers = outer(inner_refusal(2, 404), inner(1, body={"value": [group]}), inner(0, body="eyJhIjogMX0"))
    wire.expect("POST", BATCH, **answers)
    payload, assignments, none = surface.read([Part(LIVE, PAYLOAD), Part(LIVE, ASSIGNMENTS), Part(LIVE, PREFERENCES)])
    assert (payload, [entry.group_id for entry in assignments], none) == ({"a": 1}, ["g1"], {})
    assert [request["url"] for request in asked(wire)] == [
        f"{PATH}/p1/policyPayload",
        f"{PATH}/p1/assignments",
        f"{PATH}/p1/userPreferencePayload",
    ]


@pytest.mark.parametrize("body", [{"a": [1.5, None]}, [{"settingId": "x"}], "eyJhIjoxfQ", "77u/eyJhIjoxfQ==", None])
def test_a_payload_in_a_batch_comes_as_json_or_as_bytes(wire: Wire, surface: OfficeSurface, body: t.Any) -> None:
    wire.expect("POST", BATCH, **outer(inner(0, body=body), inner(1, body=body)))
    expected = {"a": 1} if isinstance(body, str) else body or {}
    assert surface.read([Part(LIVE, field) for field in CONTENT]) == [expected, expected]


def test_one_part_that_cannot_be_read_is_an_error_and_never_empty(wire: Wire, surface: OfficeSurface) -> None:
    withdrawn = inner(1, 404, WITHDRAWN["json"])
    wire.expect("POST", BATCH, **outer(inner(0, body={}), withdrawn))
    with pytest.raises(UserError, match=r"cannot read its userPreferencePayload: .*does not serve officeConfiguration"):
        surface.read([Part(LIVE, field) for field in CONTENT])


def test_writes_of_all_sorts_go_in_one_request_and_each_has_its_result(wire: Wire, surface: OfficeSurface) -> None:
    writes: list[PolicyWrite] = [
        Create(ONE),
        Update(LIVE, {"description": "X"}),
        WritePart(LIVE, PAYLOAD, {"b": "Zürich", "a": [1]}),
        WritePart(LIVE, ASSIGNMENTS, (Assignment("g1"),)),
        Delete(LIVE),
    ]
    told = {"value": [{"id": "a1", "target": {"groupId": "g1"}}]}
    answers = [created(0, ONE, "new"), inner_refusal(1, 409, "busy"), inner(2, 204), inner(3, 200, told)]
    wire.expect("POST", BATCH, **outer(*answers, inner_refusal(4, 404)))
    new, failed, payload, assigned, deleted = surface.write(writes, {"p1"})
    assert (new, payload, deleted) == (Result(Written("new")), Result(), Result())
    assert assigned.error is None
    assert [(entry.id, entry.group_id) for entry in assigned.written.assignments or ()] == [("a1", "g1")]
    assert str(failed.error).startswith(
        "policy 'Live' (id p1): cannot update description: Graph answered 409 Code: busy."
    )
    assert [(request["method"], request["url"], request.get("body")) for request in asked(wire)] == [
        ("POST", PATH, policy_to_graph(ONE)),
        ("PATCH", f"{PATH}/p1", {"@odata.type": f"#{KINDS['windows'].name}", "description": "X"}),
        ("PUT", f"{PATH}/p1/policyPayload", "eyJiIjoiWsO8cmljaCIsImEiOlsxXX0="),
        (
            "POST",
            f"{PATH}/p1/assign",
            {"officeConfigurationAssignments": [assignment_to_graph(assignment) for assignment in (Assignment("g1"),)]},
        ),
        ("DELETE", f"{PATH}/p1", None),
    ]


# Lost answers


@pytest.mark.parametrize("lost", [{"body": LOST}, refusal(503), refusal(504)])
def test_after_a_lost_batch_what_was_made_is_adopted(
    wire: Wire, surface: OfficeSurface, clock: Clock, lost: dict[str, t.Any]
) -> None:
    wire.expect("POST", BATCH, **lost)
    expect_listing(wire, made(ONE, "old"), made(TWO, "n2"), made(ONE, "n1"))
    assert create(surface, ONE, TWO, known={"old"}) == ["n1", "n2"]
    assert clock.slept == [0.5]


def test_after_a_lost_batch_what_is_missing_is_sent_again_once(
    wire: Wire, surface: OfficeSurface, clock: Clock
) -> None:
    wire.expect("POST", BATCH, body=LOST)
    expect_listing(wire)
    expect_listing(wire, made(TWO, "n2"), times=2)
    wire.expect("POST", POLICIES, status=201, json=made(ONE, "n1"))
    wire.expect("POST", POLICIES, status=201, json=made(THREE, "n3"))
    assert create(surface, ONE, TWO, THREE) == ["n1", "n2", "n3"]
    assert [wire.json(place)["displayName"] for place in (4, 5)] == ["A", "C"]
    assert clock.slept == [0.5, 1.0, 2.0]


def test_after_a_lost_batch_a_stale_listing_makes_no_duplicates(
    wire: Wire, surface: OfficeSurface, clock: Clock
) -> None:
    wire.expect("POST", BATCH, body=LOST)
    expect_listing(wire)
    expect_listing(wire, made(TWO, "n2"))
    expect_listing(wire, made(ONE, "n1"), made(TWO, "n2"))
    assert create(surface, ONE, TWO) == ["n1", "n2"]
    assert len(wire.sent) == 4
    assert clock.slept == [0.5, 1.0, 2.0]


def test_only_the_inner_create_in_doubt_is_looked_for(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("POST", BATCH, **outer(created(0, ONE, "n1"), inner_refusal(1, 504), inner_refusal(2, 409, "taken")))
    expect_listing(wire, made(ONE, "n1"), made(TWO, "n2"))
    first, second, third = create(surface, ONE, TWO, THREE)
    assert (first, second) == ("n1", "n2")
    assert "policy 'C': cannot create it: Graph answered 409 Code: taken" in third


def test_other_writes_of_a_lost_batch_are_sent_again_and_creates_are_not(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("POST", BATCH, body=LOST)
    wire.expect("POST", BATCH, **outer(inner(1, 204)))
    expect_listing(wire, made(ONE, "n1"))
    results = surface.write([Create(ONE), Update(LIVE, {"description": "X"})], {"p1"})
    assert results == [Result(Written("n1")), Result()]
    assert asked_ids(wire, 1) == ["1"]


def test_creates_of_a_lost_batch_stay_in_doubt_when_batches_are_refused_then(
    wire: Wire, surface: OfficeSurface
) -> None:
    wire.expect("POST", BATCH, body=LOST)
    wire.expect("POST", BATCH, **refusal(403))
    wire.expect("PATCH", f"{POLICIES}/p1", status=204)
    expect_listing(wire, made(ONE, "n1"))
    results = surface.write([Create(ONE), Update(LIVE, {"description": "X"})], {"p1"})
    assert results == [Result(Written("n1")), Result()]


def test_the_servers_retry_after_is_waited_for_before_the_look_up(
    wire: Wire, surface: OfficeSurface, clock: Clock
) -> None:
    answers = [inner_refusal(0, 503, **{"Retry-After": "3"}), inner_refusal(1, 503, **{"Retry-After": "8"})]
    wire.expect("POST", BATCH, **outer(*answers))
    expect_listing(wire, made(ONE, "n1"), made(TWO, "n2"))
    assert create(surface, ONE, TWO) == ["n1", "n2"]
    assert clock.slept == [8.0]


def test_a_second_lost_answer_is_looked_for_again(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("POST", BATCH, **outer(created(0, ONE, "n1"), inner_refusal(1, 504)))
    expect_listing(wire, made(ONE, "n1"), times=3)
    wire.expect("POST", POLICIES, body=LOST)
    expect_listing(wire, made(ONE, "n1"), made(TWO, "n2"))
    assert create(surface, ONE, TWO) == ["n1", "n2"]


def test_a_refusal_of_the_second_try_may_be_of_our_own_making(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("POST", BATCH, **outer(created(0, ONE, "n1"), inner_refusal(1, 504)))
    expect_listing(wire, made(ONE, "n1"), times=3)
    wire.expect("POST", POLICIES, **refusal(409, "the priority is taken"))
    expect_listing(wire, made(ONE, "n1"), made(TWO, "n2"))
    assert create(surface, ONE, TWO) == ["n1", "n2"]


@pytest.mark.parametrize("other", [{"displayName": "b"}, {"priority": 9}, {"@odata.type": f"#{KINDS['office'].name}"}])
def test_a_policy_that_only_looks_like_it_is_not_adopted(
    wire: Wire, surface: OfficeSurface, other: dict[str, t.Any]
) -> None:
    wire.expect("POST", BATCH, **outer(created(0, ONE, "n1"), inner_refusal(1, 504)))
    expect_listing(wire, made(TWO, "stranger", **other), made(TWO, "old"), times=3)
    wire.expect("POST", POLICIES, status=201, json=made(TWO, "n2"))
    assert create(surface, ONE, TWO, known={"old"}) == ["n1", "n2"]


@pytest.mark.parametrize(("budget", "slept"), [(0, []), (1.5, [1.0]), (5, [1.0, 2.0])])
def test_without_time_for_a_second_try_it_is_looked_for_and_not_sent_again(
    wire: Wire, clock: Clock, budget: float, slept: list[float]
) -> None:
    surface = OfficeSurface(clock.client(budget=budget, batching=True))
    wire.expect("POST", BATCH, **refusal(503, "too busy", **{"Retry-After": "6"}))
    expect_listing(wire, made(TWO, "n2"), times=1 + len(slept))
    first, second = create(surface, ONE, TWO)
    assert first == (
        "policy 'A': cannot create it: Graph answered 503 Code: too busy, and nobody knows whether it was done. "
        "Run it again; what was already applied is found and left alone."
    )
    assert second == "n2"
    assert clock.slept == slept


def test_when_the_look_up_fails_the_doubt_is_told_and_nothing_sent(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("POST", BATCH, body=LOST)
    wire.expect("GET", POLICIES, **refusal(403))
    for error in create(surface, ONE, TWO):
        assert "the connection to graph.test broke before the answer was complete, and nobody knows" in error
        assert error.endswith("Run it again; what was already applied is found and left alone.")


# Answers that cannot be read


@pytest.mark.parametrize("answer", UNREADABLE)
def test_a_create_with_an_unreadable_answer_is_looked_for(
    wire: Wire, surface: OfficeSurface, clock: Clock, answer: dict[str, t.Any]
) -> None:
    wire.expect("POST", BATCH, **outer({"id": "0", "status": 201, **answer}, created(1, TWO, "n2")))
    expect_listing(wire, made(ONE, "n1"), made(TWO, "n2"))
    assert create(surface, ONE, TWO) == ["n1", "n2"]
    assert clock.slept == []


@pytest.mark.parametrize("answer", UNREADABLE)
def test_a_create_with_an_unreadable_answer_is_never_sent_again(
    wire: Wire, surface: OfficeSurface, clock: Clock, answer: dict[str, t.Any]
) -> None:
    wire.expect("POST", BATCH, **outer({"id": "0", "status": 201, **answer}, created(1, TWO, "n2")))
    expect_listing(wire, made(TWO, "n2"), times=3)
    error, other = create(surface, ONE, TWO)
    assert error.startswith("policy 'A': cannot create it: ")
    assert other == "n2"
    assert clock.slept == [1.0, 2.0]


def test_creates_in_a_batch_whose_answer_was_cut_are_looked_for_and_never_sent_again(
    wire: Wire, surface: OfficeSurface
) -> None:
    wire.expect("POST", BATCH, body='{"responses": [{"id"', content_type="application/json")
    expect_listing(wire, made(TWO, "n2"), times=3)
    error, other = create(surface, ONE, TWO)
    assert "a body that is not complete JSON" in error
    assert other == "n2"


def test_a_proxys_refusal_of_a_create_needs_no_look_up(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", POLICIES, status=403, body="<html>Blocked</html>", content_type="text/html")
    with pytest.raises(UserError, match="an HTML page, not a Graph answer"):
        written(OfficeSurface(clock.client()), Create(ONE))


def test_a_gateways_page_in_place_of_an_answer_is_looked_up(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", POLICIES, status=502, body="<html>Bad gateway</html>", content_type="text/html")
    expect_listing(wire, made(ONE, "n1"))
    assert written(OfficeSurface(clock.client()), Create(ONE)) == Written("n1")
