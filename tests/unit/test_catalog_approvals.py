# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent to a tenant that wants each write approved, request by request, and what its answers mean."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.approvals import KeptRequest, Place
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    ApprovalState,
    Awaited,
    Result,
    Update,
)
from ansible_collections.m365.apps.tests.unit.awaited_writes import (
    BASE64,
    CODE,
    FILED,
    HEADER,
    KEPT,
    LIVE,
    REQUESTS,
    UPDATE,
    URL,
    Memory,
    sent,
    states,
    surface_of,
)
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Clock, Wire, refusal


def test_a_write_asks_and_what_was_filed_is_kept_as_it_was_sent(wire: Wire, client: GraphClient) -> None:
    keeper = Memory()
    wire.expect("PATCH", URL, **FILED)
    assert sent(surface_of(client, keeper)) == Result(approval=Awaited(ApprovalState.FILED, CODE))
    assert wire.sent[0].headers["x-msft-approval-justification"] == BASE64
    assert [replace(kept, filed=KEPT.filed) for kept in keeper.requests] == [KEPT]


def test_without_a_reason_no_header_is_sent_and_a_failure_says_what_to_give(wire: Wire, client: GraphClient) -> None:
    wanted = refusal(400, "Header 'x-msft-approval-justification' is required to request approval")
    for keeper in (None, Memory()):
        wire.expect("PATCH", URL, **wanted)
        result = sent(surface_of(client, keeper, None))
        assert "x-msft-approval-justification" not in wire.sent[-1].headers
        assert "Give approval_reason and approval_codes" in str(result.error)
        assert result.approval is None


def test_what_was_approved_is_sent_with_its_code_and_the_state_is_read_once(wire: Wire, client: GraphClient) -> None:
    keeper = Memory(KEPT)
    surface = surface_of(client, keeper)
    wire.expect("GET", REQUESTS, **states({"status": "approved"}))
    wire.expect("PATCH", URL, status=204)
    assert surface.foresee([UPDATE]) == [Result(approval=Awaited(ApprovalState.APPROVED, CODE))]
    assert sent(surface) == Result()
    assert wire.sent[1].headers[HEADER] == CODE
    assert "x-msft-approval-justification" not in wire.sent[1].headers
    assert keeper.requests == []


def test_it_is_sent_just_as_it_was_filed(wire: Wire, client: GraphClient) -> None:
    both = Update(LIVE, {"display_name": "B", "description": "D"})
    keeper = Memory()
    wire.expect("PATCH", URL, **FILED)
    sent(surface_of(client, keeper), both)
    kept = keeper.requests[0]
    keeper.requests = [replace(kept, body=dict(reversed(kept.body.items())))]
    wire.expect("GET", REQUESTS, **states({"status": "approved"}))
    wire.expect("PATCH", URL, status=204)
    assert sent(surface_of(client, keeper), both) == Result()
    assert (wire.json(0), list(wire.json(0))) == (wire.json(2), list(reversed(wire.json(2))))


def test_of_two_requests_for_one_write_the_latest_counts(wire: Wire, client: GraphClient) -> None:
    earlier = replace(KEPT, code=CODE.replace("0", "1"), policy="policy 'Before' (id x)")
    wire.expect("GET", REQUESTS, **states({"status": "needsApproval"}))
    waiting = Result(approval=Awaited(ApprovalState.WAITING, CODE))
    assert surface_of(client, Memory(earlier, KEPT)).foresee([UPDATE]) == [waiting]


def test_requests_are_read_from_the_version_that_has_them(wire: Wire, clock: Clock) -> None:
    wire.expect("GET", REQUESTS, **states({"status": "needsApproval"}))
    surface = surface_of(clock.client(api_version="v1.0"), Memory(KEPT))
    assert surface.foresee([UPDATE]) == [Result(approval=Awaited(ApprovalState.WAITING, CODE))]


def test_the_requests_may_have_several_pages(wire: Wire, client: GraphClient) -> None:
    link = f"{REQUESTS}?$skiptoken=1"
    wire.expect("GET", REQUESTS, **states(**{"@odata.nextLink": link}))
    wire.expect("GET", link, **states({"status": "needsApproval"}))
    waiting = Result(approval=Awaited(ApprovalState.WAITING, CODE))
    assert surface_of(client, Memory(KEPT)).foresee([UPDATE]) == [waiting]


@pytest.mark.parametrize(
    "other",
    [
        replace(KEPT, place=Place("https://other.test", "")),
        replace(KEPT, place=Place(GRAPH, "tenant")),
        replace(KEPT, method="PUT"),
        replace(KEPT, path="/other"),
        replace(KEPT, body={"description": "E"}),
        replace(KEPT, body=None),
    ],
)
def test_a_request_for_another_write_is_not_asked_about(wire: Wire, client: GraphClient, other: KeptRequest) -> None:
    wire.expect("PATCH", URL, status=204)
    keeper = Memory(other)
    assert sent(surface_of(client, keeper)) == Result()
    assert keeper.requests == [other]


@pytest.mark.parametrize(("status", "state"), [("rejected", "rejected"), ("Canceled", "cancelled")])
def test_a_refusal_tells_who_refused_and_why(wire: Wire, client: GraphClient, status: str, state: str) -> None:
    live = {"status": status, "approver": {"user": {"displayName": "Anna"}}, "approvalJustification": "too\nbroad"}
    wire.expect("GET", REQUESTS, **states(live))
    result = sent(surface_of(client, Memory(KEPT)))
    assert result.approval == Awaited(ApprovalState(state), CODE)
    assert f"its request for approval {CODE} was {state} by Anna ('too broad'). Change the policy" in str(result.error)


@pytest.mark.parametrize("odd", [None, 5, [], {"user": []}, {"user": {"displayName": 5}}])
def test_odd_facts_of_a_request_are_left_out(wire: Wire, client: GraphClient, odd: t.Any) -> None:
    wire.expect("GET", REQUESTS, **states({"status": "rejected", "approver": odd, "approvalJustification": odd}))
    assert f"{CODE} was rejected. Change" in str(sent(surface_of(client, Memory(KEPT))).error)


@pytest.mark.parametrize("status", ["expired", "somethingNew", "", None, 7])
def test_what_nobody_will_approve_any_more_is_asked_for_again(wire: Wire, client: GraphClient, status: t.Any) -> None:
    wire.expect("GET", REQUESTS, **states({"status": status}))
    wire.expect("PATCH", URL, status=204)
    assert sent(surface_of(client, Memory(KEPT))) == Result()
    assert wire.sent[1].headers["x-msft-approval-justification"] == BASE64
    wire.expect("GET", REQUESTS, **states({"status": status}))
    assert "Give approval_reason to file a new" in str(sent(surface_of(client, Memory(KEPT), None)).error)


def test_one_that_has_served_is_dropped_and_the_write_asks_anew(wire: Wire, client: GraphClient) -> None:
    keeper = Memory(KEPT)
    surface = surface_of(client, keeper)
    wire.expect("GET", REQUESTS, **states({"status": "completed"}))
    wire.expect("PATCH", URL, **FILED)
    assert surface.foresee([UPDATE]) == [None]
    assert keeper.requests == [KEPT]
    assert sent(surface).approval == Awaited(ApprovalState.FILED, CODE)
    assert [one.filed == KEPT.filed for one in keeper.requests] == [False]
