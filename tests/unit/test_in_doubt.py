# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A failed write that may have been done all the same: its error says so, and the run says changed."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import (
    FactsError,
    Failure,
    MissingLibraryError,
    UserError,
)
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import (
    GraphError,
    InDoubtError,
    LoginError,
    NoAnswerError,
    NotGraphError,
)
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Call
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import Transient
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    Create,
    Result,
    Update,
    WritePart,
)
from ansible_collections.m365.apps.tests.unit.batches import BATCH, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import office_policy
from ansible_collections.m365.apps.tests.unit.small_tenants import run
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOST, POLICIES, UNREACHED, Clock, Wire, refusal

LIVE = office_policy("p1", KINDS["windows"], "A", "", 7)
CHANGE = Update(LIVE, {"description": "x"})
PAGE = {"body": "<html>Bad</html>", "content_type": "text/html"}


@pytest.mark.parametrize(
    ("error", "in_doubt"),
    [
        (GraphError(Failure("no", 403)), False),
        (GraphError(Failure("no", 429)), False),
        (GraphError(Failure("no", 500)), True),
        (GraphError(Failure("nobody answered")), False),
        (NotGraphError(Failure("a redirect", 302)), False),
        (NotGraphError(Failure("cut off", 201)), True),
        (NotGraphError(Failure("a proxy's page", 502)), True),
        (InDoubtError(Failure("nobody answered")), True),
        (LoginError(Failure("a server error", 500), "x"), False),
    ],
)
def test_errors(error: GraphError, in_doubt: bool) -> None:
    assert error.in_doubt is in_doubt


ERRORS: list[FactsError] = [
    UserError("policy 'A'", "update it", "it is so", "Go on"),
    GraphError(Failure("no", 403)),
    NoAnswerError(Failure("nobody answered"), "Run it again"),
    InDoubtError(Failure("nobody answered"), 3.0),
    Transient(GraphError(Failure("busy", 429)), 2.0),
    MissingLibraryError("requests", "No module named 'requests'"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_facts_of_an_error_are_fixed(error: FactsError) -> None:
    for name in [*vars(error), "args"]:
        with pytest.raises(AttributeError, match=name):
            setattr(error, name, None)
    name = next(iter(vars(error)))
    before = dict(vars(error))
    other = error.with_facts(**{name: "another"})
    assert (type(other), str(other), vars(other)) == (type(error), str(error), {**before, name: "another"})
    assert vars(error) == before
    with pytest.raises(TypeError, match="has no colour"):
        error.with_facts(colour="red")


@pytest.mark.parametrize(
    ("answers", "in_doubt"),
    [
        ([refusal(403)], False),
        ([refusal(429), refusal(403)], False),
        ([{"body": UNREACHED}, refusal(403)], False),
        ([{"body": LOST}, refusal(403)], True),
        ([refusal(504), refusal(429), refusal(401)], True),
        ([{"status": 502, **PAGE}, refusal(403)], True),
        ([refusal(500)], True),
        ([PAGE, PAGE, PAGE], True),
        ([PAGE, refusal(403)], True),
        ([{"status": 403, **PAGE}], False),
    ],
)
def test_every_try_counts(wire: Wire, clock: Clock, answers: list[dict[str, t.Any]], in_doubt: bool) -> None:
    for answer in answers:
        wire.expect("PATCH", f"{POLICIES}/p1", **answer)
    (result,) = OfficeSurface(clock.client()).write([CHANGE], ())
    assert result.error is not None
    assert result.error.in_doubt is in_doubt


@pytest.mark.parametrize("last", [refusal(429), {"body": LOST}, refusal(503)])
def test_the_end_of_the_time_for_tries(wire: Wire, clock: Clock, last: dict[str, t.Any]) -> None:
    wire.expect("POST", f"{POLICIES}/updatePriorities", body=LOST)
    wire.expect("POST", f"{POLICIES}/updatePriorities", **last)
    with pytest.raises(UserError) as caught:
        OfficeSurface(clock.client(budget=0.6)).update_priorities({"p1": 1})
    assert caught.value.in_doubt


def test_calls_of_a_batch_are_in_doubt_one_by_one(wire: Wire, clock: Clock) -> None:
    def statuses(*refused: int) -> dict[str, t.Any]:
        return outer(*(inner_refusal(place, status) for place, status in enumerate(refused)))

    wire.expect("POST", BATCH, **statuses(504, 429, 403))
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 403), inner_refusal(1, 403)))
    calls = [Call("PATCH", f"/{name}", json_body={}) for name in "abc"]
    results = clock.client(batching=True).many(calls)
    assert [isinstance(error, GraphError) and error.in_doubt for error in results] == [True, False, False]


def test_a_batch_without_an_answer_leaves_all_its_calls_in_doubt(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", BATCH, body=LOST)
    wire.expect("POST", BATCH, **outer(inner(0), inner_refusal(1, 403)))
    results = clock.client(batching=True).many([Call("PATCH", f"/{name}", json_body={}) for name in "ab"])
    assert [isinstance(error, GraphError) and error.in_doubt for error in results] == [False, True]


@pytest.mark.parametrize("budget", [0, 300])
def test_the_error_that_a_batch_ends_with_marks_only_what_may_have_been_done(
    wire: Wire, clock: Clock, budget: float
) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 429), inner_refusal(1, 504), inner_refusal(2, 424)))
    if budget:
        wire.expect("POST", BATCH, **refusal(403))
    results = clock.client(budget, batching=True).many([Call("PATCH", f"/{name}", json_body={}) for name in "abc"])
    assert [isinstance(error, GraphError) and error.in_doubt for error in results] == [False, True, False]


def test_creates_of_a_batch_that_was_only_too_much_are_not_looked_for(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 429), inner_refusal(1, 429)))
    drafts = [office_policy(None, KINDS["windows"], name) for name in "AB"]
    results = OfficeSurface(clock.client(0, batching=True)).write([Create(draft) for draft in drafts], ())
    assert [result.error and result.error.in_doubt for result in results] == [False, False]


def test_a_lost_batch_is_not_forgotten_when_batches_are_refused_then(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", BATCH, body=LOST)
    wire.expect("POST", BATCH, **refusal(403))
    for name in "ab":
        wire.expect("PATCH", f"{GRAPH}/beta/{name}", **refusal(409))
    results = clock.client(batching=True).many([Call("PATCH", f"/{name}", json_body={}) for name in "ab"])
    assert [isinstance(error, GraphError) and error.in_doubt for error in results] == [True, True]


def test_an_assign_whose_answer_cannot_be_understood_may_have_been_done(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", f"{POLICIES}/p1/assign", json={"value": ["no assignment"]})
    (result,) = OfficeSurface(clock.client()).write([WritePart(LIVE, ASSIGNMENTS, ())], ())
    error = result.error
    assert error is not None
    assert error.in_doubt
    assert error.details is not None
    assert (error.details.status, error.details.method) == (200, "POST")


class _Failing(MemoryTenant):
    """A tenant that refuses every write with one error."""

    doubt: bool

    def write(self, writes: t.Any, known_ids: t.Any, _answered: t.Any = None) -> t.Any:
        error = UserError("policy 'A'", "update it", "it is so", "Go on", in_doubt=self.doubt)
        assert known_ids == set()
        return [Result(error=error)] * len(writes)


@pytest.mark.parametrize("doubt", [False, True])
def test_a_run_says_changed_when_a_write_is_in_doubt(doubt: bool) -> None:
    tenant = _Failing()
    tenant.doubt = doubt
    outcome = run(tenant, ["A"])
    assert outcome.error is not None
    assert (outcome.actions, outcome.changed) == ((), doubt)
