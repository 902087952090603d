# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Approval that cannot be read, kept or told apart: what is sent then, and what messages say."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.approvals import Place
from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    ApprovalState,
    Awaited,
    Create,
    Result,
)
from ansible_collections.m365.apps.tests.unit.awaited_writes import (
    BASE64,
    CODE,
    DRAFT,
    FILED,
    HEADER,
    ID,
    KEPT,
    LIST,
    OPEN,
    POLICIES,
    REQUESTS,
    ROW,
    UPDATE,
    URL,
    Memory,
    sent,
    states,
    surface_of,
)
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOST, Clock, Wire, connection, refusal


def test_a_state_that_cannot_be_read_is_no_ground_to_write(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", REQUESTS, **refusal(400, "broken"))
    result = sent(surface_of(client, Memory(KEPT)))
    assert str(result.error).startswith(
        f"policy 'A' (id {ID}): the requests for approval (multi-admin approval): cannot"
    )
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"status": 204}, Result()),
        (OPEN, Result(approval=Awaited(ApprovalState.OTHER))),
    ],
)
def test_where_the_state_may_not_be_read_the_code_is_tried(
    wire: Wire, client: GraphClient, answer: dict[str, t.Any], result: Result
) -> None:
    wire.expect("GET", REQUESTS, **refusal(403, "no"))
    wire.expect("PATCH", URL, **answer)
    assert sent(surface_of(client, Memory(KEPT))) == result
    assert wire.sent[1].headers[HEADER] == CODE


@pytest.mark.parametrize(
    ("known", "says", "state"),
    [
        (
            False,
            "the login may not read its state (Graph answered 403: An error has occurred). Grant the app the",
            "unknown",
        ),
        (
            True,
            "is approved, but Graph does not accept it for this change (Graph answered 403: An error has occurred).",
            "approved",
        ),
    ],
)
def test_a_code_that_is_not_taken_says_why_that_may_be(
    wire: Wire, client: GraphClient, known: bool, says: str, state: str
) -> None:
    wire.expect("GET", REQUESTS, **(states({"status": "approved"}) if known else refusal(403, "no")))
    wire.expect("PATCH", URL, **refusal(403, "An error has occurred", "Forbidden"))
    wire.expect("GET", REQUESTS, **(states({"status": "approved"}) if known else refusal(403, "no")))
    keeper = Memory(KEPT)
    result = sent(surface_of(client, keeper))
    assert says in str(result.error)
    assert result.approval == Awaited(ApprovalState(state), CODE)
    assert keeper.requests == [KEPT]


@pytest.mark.parametrize("lost", [True, False])
def test_a_code_that_has_served_tells_that_the_change_is_made(wire: Wire, client: GraphClient, lost: bool) -> None:
    wire.expect("GET", REQUESTS, **states({"status": "approved"}))
    if lost:
        wire.expect("PATCH", URL, body=LOST)
    wire.expect("PATCH", URL, **refusal(403, "An error has occurred", "Forbidden"))
    wire.expect("GET", REQUESTS, **states({"status": "completed"}))
    keeper = Memory(KEPT)
    result = sent(surface_of(client, keeper))
    assert keeper.requests == []
    if lost:
        assert result == Result()
    else:
        assert f"{CODE} was used meanwhile, most likely by another run. Run it again" in str(result.error)
        assert result.approval is None


def test_a_code_of_which_nobody_can_tell_whether_it_has_served_leaves_doubt(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", REQUESTS, **states({"status": "approved"}))
    wire.expect("PATCH", URL, body=LOST)
    wire.expect("PATCH", URL, **refusal(403, "An error has occurred", "Forbidden"))
    wire.expect("GET", REQUESTS, **refusal(500, "no"))
    error = sent(surface_of(client, Memory(KEPT))).error
    assert error is not None
    assert error.in_doubt
    assert "; an earlier attempt without an answer may have been done" in str(error)


def test_a_request_that_a_lost_answer_may_have_filed_counts_as_filed(wire: Wire, client: GraphClient) -> None:
    wire.expect("PATCH", URL, body=LOST)
    wire.expect("PATCH", URL, **OPEN)
    keeper = Memory()
    assert sent(surface_of(client, keeper)) == Result(approval=Awaited(ApprovalState.FILED))
    wire.expect("PATCH", URL, body=LOST)
    wire.expect("PATCH", URL, **OPEN)
    assert sent(surface_of(client, keeper, None)) == Result(approval=Awaited(ApprovalState.OTHER))
    assert keeper.requests == []


@pytest.mark.parametrize("status", ["needsApproval", "approved", "expired", "rejected", "completed", None])
def test_an_open_request_is_told_with_the_code_that_is_kept_of_the_same_policy(
    wire: Wire, client: GraphClient, status: str | None
) -> None:
    for path, is_same in ((KEPT.path, True), (f"{KEPT.path}/assign", True), ("/a/b/other", False)):
        kept = replace(KEPT, body={}, path=path, policy="policy of another name")
        wire.expect("PATCH", URL, **OPEN)
        if is_same:
            wire.expect("GET", REQUESTS, **(states({"status": status}) if status else refusal(500, "no")))
        code = CODE if is_same and status in ("needsApproval", "approved") else None
        assert sent(surface_of(client, Memory(kept))) == Result(approval=Awaited(ApprovalState.OTHER, code))


def test_an_open_request_fails_a_task_that_keeps_none(wire: Wire, client: GraphClient) -> None:
    wire.expect("PATCH", URL, **OPEN)
    assert "is waiting for a second administrator" in str(sent(surface_of(client, None, None)).error)


def test_creates_share_a_path_so_that_the_name_tells_them_apart(wire: Wire, client: GraphClient) -> None:
    create = replace(KEPT, method="POST", path="/deviceManagement/configurationPolicies", body={})
    for policy, code in (("policy 'A'", CODE), ("policy 'B'", None)):
        wire.expect("POST", POLICIES, **OPEN)
        if code:
            wire.expect("GET", REQUESTS, **states({"status": "approved"}))
        surface = surface_of(client, Memory(replace(create, policy=policy)))
        assert sent(surface, Create(DRAFT)).approval == Awaited(ApprovalState.OTHER, code)


@pytest.mark.parametrize("code", ["", "not-a-guid"])
def test_a_request_without_a_code_waits_and_cannot_be_kept(wire: Wire, client: GraphClient, code: str) -> None:
    keeper = Memory()
    filed = refusal(403, "Approval Required. Request Approval using ...", **({HEADER: code} if code else {}))
    wire.expect("PATCH", URL, **filed)
    assert sent(surface_of(client, keeper)) == Result(approval=Awaited(ApprovalState.FILED))
    assert keeper.requests == []


def test_a_code_that_cannot_be_kept_is_told(wire: Wire, client: GraphClient) -> None:
    wire.expect("PATCH", URL, **FILED)
    result = sent(surface_of(client, Memory(full=True)))
    assert f"the request for approval {CODE} was filed, but not kept: the file: cannot use it" in str(result.error)
    assert result.approval == Awaited(ApprovalState.FILED, CODE)


def test_one_that_cannot_be_dropped_does_no_harm(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", REQUESTS, **states({"status": "approved"}))
    wire.expect("PATCH", URL, status=204)
    assert sent(surface_of(client, Memory(KEPT, full=True))) == Result()


def test_a_create_that_waits_is_not_looked_for(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", POLICIES, **FILED)
    assert sent(surface_of(client, Memory()), Create(DRAFT)).approval == Awaited(ApprovalState.FILED, CODE)
    assert len(wire.sent) == 1


def test_a_create_that_is_sent_again_asks_again_and_what_it_files_is_kept(wire: Wire, client: GraphClient) -> None:
    keeper = Memory()
    wire.expect("POST", POLICIES, **refusal(503, "busy"))
    for _look in range(3):
        wire.expect("GET", LIST, json={"value": []})
    wire.expect("POST", POLICIES, **FILED)
    assert sent(surface_of(client, keeper), Create(DRAFT)).approval == Awaited(ApprovalState.FILED, CODE)
    assert [
        request.headers.get("x-msft-approval-justification") for request in wire.sent if request.method == "POST"
    ] == [
        BASE64,
        BASE64,
    ]
    assert [kept.code for kept in keeper.requests] == [CODE]


def test_an_approved_create_whose_answer_is_lost_is_found_and_its_request_dropped(
    wire: Wire, client: GraphClient
) -> None:
    keeper = Memory()
    wire.expect("POST", POLICIES, **FILED)
    sent(surface_of(client, keeper), Create(DRAFT))
    wire.expect("GET", REQUESTS, **states({"status": "approved"}))
    wire.expect("POST", POLICIES, body=LOST)
    wire.expect("GET", LIST, json={"value": [ROW]})
    assert sent(surface_of(client, keeper), Create(DRAFT)).written.policy_id == ID
    assert keeper.requests == []


def test_requests_of_the_tenant_that_the_token_names_count(wire: Wire, clock: Clock) -> None:
    # The claims are {"tid": "ABC"}: ids are the same in either case.
    client = GraphClient(connection(), ReadyToken("e30.eyJ0aWQiOiJBQkMifQ.x"), clock.policy())
    wire.expect("GET", LIST, json={"value": []})
    wire.expect("GET", REQUESTS, **states({"status": "needsApproval"}))
    surface = surface_of(client, Memory(replace(KEPT, place=Place(GRAPH, "abc")), KEPT))
    surface.list_policies()
    assert surface.foresee([UPDATE]) == [Result(approval=Awaited(ApprovalState.WAITING, CODE))]
    assert surface_of(client, Memory(KEPT)).foresee([UPDATE]) == [None]
