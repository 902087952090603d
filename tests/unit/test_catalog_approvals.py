# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent to a tenant that wants each write approved, request by request, and what its answers mean."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.approvals import ApprovalOptions, KeptRequest, Place
from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import OWN_TYPE
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    ApprovalState,
    Awaited,
    Create,
    PolicyWrite,
    Result,
    Update,
)
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOST, Clock, Wire, connection, refusal

POLICIES = f"{GRAPH}/beta/deviceManagement/configurationPolicies"
LIST = f"{POLICIES}?$top=100"
REQUESTS = f"{GRAPH}/beta/deviceManagement/operationApprovalRequests"
ID = "13a5ac73-ac73-13a5-73ac-a51373aca513"
URL = f"{POLICIES}/{ID}"
CODE = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
HEADER = "x-msft-approval-code"
BASE64 = "Q2hhbmdlIDQ3MTE="
VALUES = {
    "display_name": "A",
    "description": "",
    "scope_tags": ("0",),
    "settings": compile_settings([{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}], built_in()),
}
DRAFT = Policy(None, OWN_TYPE, VALUES)
LIVE = Policy(ID, OWN_TYPE, VALUES)
UPDATE = Update(LIVE, {"description": "D"})
FILED = refusal(403, "Approval Required", "ApprovalRequired", **{HEADER: CODE})
OPEN = refusal(409, "An active Approval Request already exists for this entity")
ROW = {
    "id": ID,
    "name": "A",
    "description": "",
    "platforms": "windows10",
    "technologies": "mdm",
    "roleScopeTagIds": ["0"],
    "templateReference": {"templateFamily": "none"},
    "settingCount": 1,
}


class Memory:
    """Keeps requests in memory; ``full`` makes keeping fail."""

    def __init__(self, *requests: KeptRequest, full: bool = False) -> None:
        self.requests = list(requests)
        self.full = full

    def kept(self) -> t.Sequence[KeptRequest]:
        return tuple(self.requests)

    def keep(self, request: KeptRequest) -> None:
        if self.full:
            raise UserError("the file", "use it", "it cannot be written", "Make room")
        self.requests.append(request)

    def drop(self, request: KeptRequest) -> None:
        if self.full:
            raise UserError("the file", "use it", "it cannot be written", "Make room")
        self.requests.remove(request)


KEPT = KeptRequest(
    CODE,
    Place(GRAPH, ""),
    "PATCH",
    f"/deviceManagement/configurationPolicies/{ID}",
    {"description": "D"},
    f"policy 'A' (id {ID})",
    "update description",
    "2026-11-29T10:00:00+00:00",
)


def surface_of(client: GraphClient, keeper: Memory | None, reason: str | None = "Change 4711") -> CatalogSurface:
    return CatalogSurface(client, built_in(), approval=ApprovalOptions(reason, keeper))


def sent(surface: CatalogSurface, write: PolicyWrite = UPDATE) -> Result:
    [result] = surface.write([write], ())
    return result


def states(*documents: t.Any, **more: t.Any) -> dict[str, t.Any]:
    return {"json": {"value": [{"id": CODE.upper(), **document} for document in documents], **more}}


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
    assert surface.foresee([UPDATE]) == [None]
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
            "its state may not be read (Graph answered 403: An error has occurred). Grant the app the permission",
            "unknown",
        ),
        (
            True,
            "is approved, but Graph does not take it for this change (Graph answered 403: An error has occurred).",
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
    assert "; an earlier try, to which nobody answered, may have been done" in str(error)


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
