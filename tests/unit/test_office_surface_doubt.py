# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A create that may have been done: looked for now and a little later, since reads may lag; never made twice."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.codec import policy_to_graph
from ansible_collections.m365.apps.plugins.module_utils._office.fields import KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Create, Result, Written
from ansible_collections.m365.apps.tests.unit.office_values import office_policy
from ansible_collections.m365.apps.tests.unit.wire import LOST, POLICIES, UNREACHED, Clock, Wire, refusal, written

DRAFT = office_policy(None, KINDS["windows_security"], "Zürich", "", 7)
CREATE = Create(DRAFT)
GET, POST = (f"{method} /beta/officeConfiguration/clientConfigurations" for method in ("GET", "POST"))
LOOKS = [GET, GET, GET]
# After the first failure, and before the second and third look.
WAITS = [0.5, 1.0, 2.0]
TAKEN = refusal(409, "the priority is taken")


def ours(policy_id: str = "new", **changes: t.Any) -> dict[str, t.Any]:
    return {"id": policy_id, **policy_to_graph(DRAFT), **changes}


def expect_create(wire: Wire, **answer: t.Any) -> None:
    wire.expect("POST", POLICIES, **answer)


def expect_looks(wire: Wire, *listings: list[dict[str, t.Any]]) -> None:
    for listing in listings:
        wire.expect("GET", POLICIES, json={"value": listing})


def error_of(surface: OfficeSurface, *known: str) -> UserError:
    with pytest.raises(UserError) as caught:
        written(surface, CREATE, known)
    return caught.value


def test_what_was_made_is_found_at_once(wire: Wire, surface: OfficeSurface, clock: Clock) -> None:
    expect_create(wire, body=LOST)
    expect_looks(wire, [ours("old"), ours("new")])
    assert written(surface, CREATE, {"old"}).policy_id == "new"
    assert clock.slept == [0.5]


@pytest.mark.parametrize("stale", [1, 2])
def test_what_a_stale_listing_does_not_show_is_found_a_little_later(
    wire: Wire, surface: OfficeSurface, clock: Clock, stale: int
) -> None:
    expect_create(wire, body=LOST)
    expect_looks(wire, *[[ours("old")]] * stale, [ours("old"), ours("new")])
    assert written(surface, CREATE, {"old"}).policy_id == "new"
    assert wire.lines == [POST, *LOOKS[: stale + 1]]
    assert clock.slept == WAITS[: stale + 1]


@pytest.mark.parametrize(
    "other",
    [
        ours("old"),
        ours(displayName="Other"),
        ours(displayName="zürich"),
        ours(priority=8),
        {**ours(), "@odata.type": f"#{KINDS['windows'].name}"},
    ],
)
def test_it_is_sent_again_when_none_is_ours(
    wire: Wire, surface: OfficeSurface, clock: Clock, other: dict[str, t.Any]
) -> None:
    expect_create(wire, body=LOST)
    expect_looks(wire, *[[other]] * 3)
    expect_create(wire, status=201, json=ours("second"))
    assert written(surface, CREATE, {"old"}).policy_id == "second"
    assert wire.lines == [POST, *LOOKS, POST]
    assert wire.body(0) == wire.body(4)
    assert clock.slept == WAITS


def test_a_refusal_of_the_second_try_may_be_of_our_own_making(wire: Wire, surface: OfficeSurface, clock: Clock) -> None:
    expect_create(wire, **refusal(504))
    expect_looks(wire, [], [], [])
    expect_create(wire, **TAKEN)
    expect_looks(wire, [], [ours("new")])
    assert written(surface, CREATE).policy_id == "new"
    assert wire.lines == [POST, *LOOKS, POST, GET, GET]
    assert clock.slept == [*WAITS, 1.0]


def test_a_refusal_of_the_second_try_stands_when_nothing_of_ours_shows_and_is_in_doubt(
    wire: Wire, surface: OfficeSurface, clock: Clock
) -> None:
    expect_create(wire, body=LOST)
    expect_looks(wire, *[[ours("old")]] * 3)
    expect_create(wire, **TAKEN)
    expect_looks(wire, *[[ours("old")]] * 3)
    error = error_of(surface, "old")
    assert str(error).startswith("policy 'Zürich': cannot create it: Graph answered 409 Code: the priority is taken.")
    assert error.in_doubt
    assert clock.slept == [*WAITS, 1.0, 2.0]


def test_a_second_lost_answer_is_looked_for_before_a_third_try(
    wire: Wire, surface: OfficeSurface, clock: Clock
) -> None:
    expect_create(wire, body=LOST)
    expect_looks(wire, [], [], [])
    expect_create(wire, body=LOST)
    expect_looks(wire, [])
    expect_create(wire, status=201, json=ours("third"))
    assert written(surface, CREATE).policy_id == "third"
    assert clock.slept == [*WAITS, 0.5]


def test_a_look_up_that_is_refused_leaves_the_doubt(wire: Wire, surface: OfficeSurface) -> None:
    expect_create(wire, body=LOST)
    wire.expect("GET", POLICIES, **refusal(403))
    error = error_of(surface)
    assert "policy 'Zürich': cannot create it: the connection to graph.test broke" in str(error)
    assert "and nobody knows whether it was done. Run it again" in str(error)
    assert error.in_doubt


def test_a_later_look_up_that_is_refused_leaves_the_doubt_and_nothing_is_sent(
    wire: Wire, surface: OfficeSurface
) -> None:
    expect_create(wire, body=LOST)
    expect_looks(wire, [])
    wire.expect("GET", POLICIES, **refusal(403))
    assert "and nobody knows whether it was done" in str(error_of(surface))


def test_a_look_up_that_is_refused_after_a_second_lost_answer_is_about_the_policy(
    wire: Wire, surface: OfficeSurface
) -> None:
    expect_create(wire, body=LOST)
    expect_looks(wire, [], [], [])
    expect_create(wire, body=LOST)
    wire.expect("GET", POLICIES, **refusal(403))
    wire.expect("GET", POLICIES, **refusal(403))
    error = error_of(surface)
    assert str(error).startswith("policy 'Zürich': cannot create it: the connection to graph.test broke")
    assert error.in_doubt


# A success that cannot be read: never sent again


@pytest.mark.parametrize("body", ["", '{"id": "ne', "<html>", "{}", '{"id": ""}', "[]"])
def test_a_success_that_cannot_be_read_is_looked_for(
    wire: Wire, surface: OfficeSurface, clock: Clock, body: str
) -> None:
    expect_create(wire, status=201, body=body)
    expect_looks(wire, [], [ours("new")])
    assert written(surface, CREATE).policy_id == "new"
    assert clock.slept == [1.0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "a body that is not complete JSON (status 201)"),
        ("<html>", "an HTML page (status 201), and nobody knows whether it was done"),
        ("{}", "a policy in the answer cannot be read"),
    ],
)
def test_a_success_that_cannot_be_read_and_is_not_found_is_an_error(
    wire: Wire, surface: OfficeSurface, clock: Clock, body: str, said: str
) -> None:
    expect_create(wire, status=201, body=body)
    expect_looks(wire, *[[ours("old")]] * 3)
    error = error_of(surface, "old")
    assert str(error).startswith("policy 'Zürich': cannot create it: ")
    assert said in str(error)
    assert error.in_doubt
    assert error.details is not None
    assert (error.details.status, error.details.method) == (201, "POST")
    assert clock.slept == [1.0, 2.0]


def test_a_second_success_that_cannot_be_read_is_looked_for(wire: Wire, surface: OfficeSurface) -> None:
    expect_create(wire, body=LOST)
    expect_looks(wire, [], [], [])
    expect_create(wire, status=201, body='{"id": "ne')
    expect_looks(wire, [ours("new")])
    assert written(surface, CREATE).policy_id == "new"


def test_a_second_success_without_an_id_is_looked_for(wire: Wire, surface: OfficeSurface) -> None:
    expect_create(wire, body=LOST)
    expect_looks(wire, [], [], [])
    expect_create(wire, status=201, body="{}")
    expect_looks(wire, [ours("new")])
    assert written(surface, CREATE).policy_id == "new"


# A server error may have come after the work: looked for, never sent again


def test_a_server_error_is_looked_for(wire: Wire, surface: OfficeSurface, clock: Clock) -> None:
    expect_create(wire, **refusal(500))
    expect_looks(wire, [], [], [ours("new")])
    assert written(surface, CREATE) == Written("new")
    assert clock.slept == [1.0, 2.0]


def test_a_server_error_of_the_second_try_is_looked_for(wire: Wire, surface: OfficeSurface) -> None:
    expect_create(wire, **refusal(503))
    expect_looks(wire, [], [], [])
    expect_create(wire, **refusal(500, "broken"))
    expect_looks(wire, [], [], [])
    assert "Graph answered 500 Code: broken" in str(error_of(surface))


# What cannot have been done needs no look


@pytest.mark.parametrize("answers", [[TAKEN], [refusal(429), TAKEN], [{"body": UNREACHED}, TAKEN], [refusal(401)]])
def test_a_refusal_alone_is_not_looked_for(wire: Wire, surface: OfficeSurface, answers: list[dict[str, t.Any]]) -> None:
    for answer in answers:
        expect_create(wire, **answer)
    assert not error_of(surface).in_doubt
    assert wire.lines == [POST] * len(answers)


# No time


@pytest.mark.parametrize(
    ("budget", "looks", "slept"), [(0, 1, []), (0.9, 1, [0.5]), (1, 2, [0.5, 1.0]), (2, 3, [0.5, 1.0, 2.0])]
)
def test_it_is_looked_for_again_only_as_far_as_there_is_time(
    wire: Wire, clock: Clock, budget: float, looks: int, slept: list[float]
) -> None:
    expect_create(wire, body=LOST)
    expect_looks(wire, *[[]] * looks)
    if budget:
        expect_create(wire, status=201, json=ours("second"))
    (result,) = OfficeSurface(clock.client(budget=budget)).write([CREATE], ())
    assert (result == Result(Written("second"))) is bool(budget)
    assert clock.slept == slept
