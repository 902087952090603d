# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-admin approval: writes of policies are filed, decided by somebody else, and done when they are sent again."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest

from graph_emulator.wire import Answer

from .catalog import GROUPS, NOWHERE, ROLES, CatalogTenant, choice, message, new, target

READS = "DeviceManagementRBAC.Read.All"
JUSTIFICATION, CODE = "x-msft-approval-justification", "x-msft-approval-code"
ROOT = "deviceManagement/configurationPolicies"
REQUESTS = "deviceManagement/operationApprovalRequests"
ACCESS_POLICIES = "deviceManagement/operationApprovalPolicies"
POLICY = "0f0e0d0c-0000-4000-8000-0000000000d1"
ONE = f"{ROOT}/{POLICY}"
NEEDED = f"Header '{JUSTIFICATION}' is required to request approval"
ASSIGNMENTS = {"assignments": [target("group", groupId=GROUPS[0])]}


def encoded(text: str = "Change 4711") -> dict[str, str]:
    return {JUSTIFICATION: base64.b64encode(text.encode()).decode()}


def code(answer: Answer) -> str:
    return str(answer.headers[CODE])


@pytest.fixture
def graph() -> CatalogTenant:
    policy = {"id": POLICY, "name": "A", "settings": [choice()], "priorityMetaData": {"priority": 1}}
    tenant = CatalogTenant({"catalog_policies": [policy]}, (*ROLES, READS))
    tenant.put("settings", {"approval_required": True})
    return tenant


def decide(graph: CatalogTenant, key: str, status: str) -> Any:
    answer = graph.admin("POST", "approvals", {"id": key, "status": status, "approvalJustification": "seen"})
    assert answer.status == 200, answer.content
    return answer.content


WRITES = [
    ("POST", ROOT, new("B")),
    ("PUT", ONE, new("A2")),
    ("PATCH", ONE, {"name": "A2"}),
    ("DELETE", ONE, None),
    ("POST", f"{ONE}/assign", ASSIGNMENTS),
    ("POST", f"{ONE}/createCopy", {"displayName": "B"}),
    ("POST", f"{ONE}/reorder", {"priority": 2}),
]
DONE = [201, 204, 200, 204, 204, 200, 204]
OPERATIONS = ["Create", "Update", "Update", "Delete", "Assign", "Create", "Update"]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_a_write_without_a_reason_files_nothing(
    graph: CatalogTenant, method: str, path: str, body: dict[str, Any] | None
) -> None:
    before = graph.admin("GET", "state").content
    answer = graph.call(method, path, body)
    assert (answer.status, answer.content["error"]["code"]) == (400, "BadRequest")
    assert message(answer).startswith(f"{NEEDED} - Operation ID")
    assert CODE not in answer.headers
    assert graph.admin("GET", "state").content == before


@pytest.mark.parametrize(("method", "path", "body", "done"), [(*w, s) for w, s in zip(WRITES, DONE, strict=True)])
def test_a_write_is_filed_approved_and_done_once(
    graph: CatalogTenant, method: str, path: str, body: dict[str, Any] | None, done: int
) -> None:
    policies = graph.admin("GET", "state").content["tenants"]
    answer = graph.call(method, path, body, **encoded())
    key = code(answer)
    assert (answer.status, answer.content["error"]["code"]) == (403, "ApprovalRequired")
    assert message(answer).startswith(
        "Approval Required. Request Approval using the request ID returned as part of the "
        f"{CODE} response header. {CODE}: {key} - Operation ID"
    )
    (tenant,) = graph.admin("GET", "state").content["tenants"].values()
    (before,) = policies.values()
    assert tenant["catalog_policies"] == before["catalog_policies"]
    assert graph.call(method, path, body, **{CODE: key}).status == 403
    decide(graph, key, "approved")
    again = graph.call(method, path, body, **{CODE: key})
    assert (again.status, CODE in again.headers) == (done, False)
    assert graph.get(f"{REQUESTS}/{key}")["status"] == "completed"
    after = graph.admin("GET", "state").content
    repeated = graph.call(method, path, body, **{CODE: key})
    assert repeated.status == (400 if method == "DELETE" else 403)
    assert graph.admin("GET", "state").content == after


def test_the_other_status_has_a_code_that_says_nothing(graph: CatalogTenant) -> None:
    graph.put("settings", {"approval_status": 412})
    answer = graph.call("DELETE", ONE, **encoded())
    assert (answer.status, answer.content["error"]["code"]) == (412, "BadRequest")
    assert "Approval Required." in message(answer)
    assert code(answer) in message(answer)


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({JUSTIFICATION: "Change 4711"}, "must be the Base64 encoding of UTF-8 text"),
        ({JUSTIFICATION: base64.b64encode(b"\xff").decode()}, "must be the Base64 encoding of UTF-8 text"),
        ({JUSTIFICATION: "Q-Q=="}, "must be the Base64 encoding of UTF-8 text"),
        ({JUSTIFICATION: "äöü"}, "must be the Base64 encoding of UTF-8 text"),
        (encoded("x" * 1025), "must not have more than 1024 characters"),
        (encoded(" "), "is required to request approval"),
        ({JUSTIFICATION: ""}, "is required to request approval"),
        ({CODE: NOWHERE.replace("-", "")}, "Invalid approval header format, expected GUID format"),
        ({CODE: "4711"}, "Invalid approval header format, expected GUID format"),
        ({CODE: base64.b64encode(NOWHERE.encode()).decode()}, "Invalid approval header format, expected GUID format"),
        ({CODE: "", **encoded()}, "Invalid approval header format, expected GUID format"),
    ],
)
def test_malformed_headers_are_refused_and_file_nothing(
    graph: CatalogTenant, headers: dict[str, str], text: str
) -> None:
    answer = graph.call("DELETE", ONE, **headers)
    assert answer.status == 400
    assert text in message(answer)
    assert graph.get(REQUESTS)["value"] == []


def test_the_longest_reason_is_taken(graph: CatalogTenant) -> None:
    answer = graph.call("DELETE", ONE, **encoded("ä" * 1024))
    assert graph.get(f"{REQUESTS}/{code(answer)}")["requestJustification"] == "ä" * 1024


@pytest.mark.parametrize(
    ("method", "path", "body", "operation"), [(*w, o) for w, o in zip(WRITES, OPERATIONS, strict=True)]
)
def test_a_request_tells_what_it_does(
    graph: CatalogTenant, method: str, path: str, body: dict[str, Any] | None, operation: str
) -> None:
    filed = graph.get(f"{REQUESTS}/{code(graph.call(method, path, body, **encoded()))}")
    makes = operation == "Create"
    assert (filed["payloadOperation"], filed["payloadId"]) == (operation, None if makes else POLICY)


@pytest.mark.parametrize("status", ["needsApproval", "approved"])
def test_a_policy_has_one_open_request(graph: CatalogTenant, status: str) -> None:
    decide(graph, code(graph.call("PATCH", ONE, {"name": "A2"}, **encoded())), status)
    for method, path, body in (
        ("PATCH", ONE, {"name": "A2"}),
        ("DELETE", f"{ROOT}('{POLICY.upper()}')", None),
        ("POST", f"{ONE}/assign", ASSIGNMENTS),
    ):
        answer = graph.call(method, path, body, **encoded())
        assert answer.status == 409
        assert message(answer).startswith("An active Approval Request already exists for this entity")
        assert CODE not in answer.headers
    assert len(graph.get(REQUESTS)["value"]) == 1


@pytest.mark.parametrize("status", ["rejected", "cancelled", "expired", "completed"])
def test_a_finished_request_blocks_nothing_and_opens_nothing(graph: CatalogTenant, status: str) -> None:
    key = code(graph.call("DELETE", ONE, **encoded()))
    decide(graph, key, status)
    assert graph.call("DELETE", ONE, **{CODE: key}).status == 403
    assert graph.call("DELETE", ONE, **encoded()).status == 403
    assert [item["status"] for item in graph.get(REQUESTS)["value"]] == [status, "needsApproval"]


def test_of_creates_only_the_same_one_is_refused(graph: CatalogTenant) -> None:
    first = graph.call("POST", ROOT, new("B"), **encoded())
    assert graph.call("POST", ROOT, new("B"), **encoded()).status == 409
    other = graph.call("POST", ROOT, new("B", description="another"), **encoded())
    assert (first.status, other.status, code(first) != code(other)) == (403, 403, True)
    copied = [graph.call("POST", f"{ONE}/createCopy", {"displayName": "C"}, **encoded()) for _unused in range(2)]
    assert [answer.status for answer in copied] == [403, 409]
    assert graph.call("DELETE", ONE, **encoded()).status == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", ONE, {"name": "A3"}),
        ("PATCH", ONE, {"name": "A2", "description": None}),
        ("PATCH", f"{ROOT}('{POLICY}')", {"name": "A2"}),
        ("PUT", ONE, new("A2")),
        ("DELETE", ONE, None),
    ],
)
def test_the_code_is_for_one_write(graph: CatalogTenant, method: str, path: str, body: Any) -> None:
    key = code(graph.call("PATCH", ONE, {"name": "A2"}, **encoded()))
    decide(graph, key, "approved")
    answer = graph.call(method, path, body, **{CODE: key})
    assert (answer.status, answer.content["error"]["message"]) == (403, "Forbidden")
    assert graph.get(f"{REQUESTS}/{key}")["status"] == "approved"


def test_the_order_of_members_and_the_case_of_the_code_do_not_matter(graph: CatalogTenant) -> None:
    body = {"name": "A2", "description": "d"}
    key = code(graph.call("PATCH", ONE, body, **encoded()))
    decide(graph, key, "approved")
    reversed_body = dict(reversed(body.items()))
    assert graph.call("PATCH", ONE, reversed_body, **{CODE: key.upper(), **encoded()}).status == 200


def test_the_code_is_for_one_caller(graph: CatalogTenant) -> None:
    key = code(graph.call("DELETE", ONE, **encoded()))
    decide(graph, key, "approved")
    state = graph.admin("GET", "state").content
    (tenant,) = state["tenants"].values()
    tenant["approval_requests"][0]["caller"] = NOWHERE
    graph.put("state", state)
    graph.tenant = next(iter(graph.world.tenants.values()))
    assert graph.call("DELETE", ONE, **{CODE: key}).status == 403


@pytest.mark.parametrize("headers", [{CODE: NOWHERE}, {CODE: NOWHERE, **encoded()}])
def test_an_unknown_code_is_forbidden(graph: CatalogTenant, headers: dict[str, str]) -> None:
    assert graph.call("DELETE", ONE, **headers).status == 403
    assert graph.get(REQUESTS)["value"] == []


def test_what_else_would_refuse_the_write_refuses_it_first(graph: CatalogTenant) -> None:
    for method, path, body, text in (
        ("POST", ROOT, new(""), "The Name field is required."),
        ("POST", ROOT, new("B", roleScopeTagIds=["77"]), "Scope Tags validation failed"),
        ("PUT", ONE, {**new("A"), "platforms": "macOS"}, "cannot be changed once created"),
        ("DELETE", f"{ROOT}/{NOWHERE}", None, "An error has occurred"),
        ("POST", f"{ONE}/assign", {"assignments": [target("group", groupId="x")]}, "Invalid GroupId"),
    ):
        for headers in (encoded(), {}, {CODE: "x"}):
            assert text in message(graph.call(method, path, body, **headers))
    assert graph.get(REQUESTS)["value"] == []


def test_reads_are_not_gated_and_headers_mean_nothing_elsewhere(graph: CatalogTenant) -> None:
    for path in (ROOT, ONE, f"{ONE}/settings", f"{ONE}/assignments"):
        assert graph.call("GET", path, **{CODE: "x"}).status == 200
    graph.put("settings", {"approval_required": False})
    assert graph.call("PATCH", ONE, {"name": "A2"}, **{CODE: "x", JUSTIFICATION: "ä"}).status == 200
    assert graph.call("DELETE", ONE, **encoded()).status == 204
    assert graph.get(REQUESTS)["value"] == []


def test_in_a_batch_each_call_has_its_own_headers(graph: CatalogTenant) -> None:
    def batch(**headers: Any) -> Any:
        sent = {"Content-Type": "application/json"}
        steps = [
            {"id": "1", "method": "DELETE", "url": f"/{ONE}", "headers": headers},
            {"id": "2", "method": "POST", "url": f"/{ROOT}", "headers": sent, "body": new("B")},
            {"id": "3", "method": "GET", "url": f"/{ONE}"},
        ]
        answer = graph.call("POST", "$batch", {"requests": steps}, **encoded("not for the calls in it"))
        assert answer.status == 200
        return {item["id"]: item for item in answer.content["responses"]}

    first = batch(**{"X-MSFT-Approval-Justification": encoded()[JUSTIFICATION]})
    assert [first[key]["status"] for key in "123"] == [403, 400, 200]
    key = first["1"]["headers"][CODE]
    assert CODE not in first["2"]["headers"]
    decide(graph, key, "approved")
    assert [batch(**{CODE: key})[number]["status"] for number in "123"] == [204, 400, 400]


def test_requests_are_listed_with_their_right(graph: CatalogTenant) -> None:
    filed = [code(graph.call("POST", ROOT, new(name), **encoded(name))) for name in "XYZ"]
    assert decide(graph, filed[1], "rejected")["approvalJustification"] == "seen"
    found = graph.get(f"{REQUESTS}?$filter=status eq 'needsApproval'&$select=id,status")
    assert [(item["id"], item["status"]) for item in found["value"]] == [(k, "needsApproval") for k in filed[::2]]
    graph.put("settings", {"page_size": 2})
    pages = [graph.get(REQUESTS)]
    pages.append(graph.get(pages[0]["@odata.nextLink"]))
    assert [item["id"] for page in pages for item in page["value"]] == filed
    one = graph.get(f"{REQUESTS}('{filed[0]}')")
    assert (one["requestJustification"], one["payloadName"], one["payloadOperation"]) == ("X", "X", "Create")
    assert "body" not in one
    assert graph.call("GET", f"{REQUESTS}/{NOWHERE}").status == 404
    unknown = graph.call("GET", f"{REQUESTS}?$filter=requestId eq '{filed[0]}'")
    assert (unknown.status, "requestId" in message(unknown)) == (400, True)
    assert graph.call("POST", REQUESTS, {}).status == 405
    refused = CatalogTenant().call("GET", REQUESTS)
    assert (refused.status, READS in message(refused)) == (403, True)
    assert CatalogTenant().call("GET", ACCESS_POLICIES).status == 403


def test_a_tenant_that_wants_approval_has_an_access_policy(graph: CatalogTenant) -> None:
    assert [policy["policyType"] for policy in graph.get(ACCESS_POLICIES)["value"]] == ["configurationPolicy"]
    graph.put("settings", {"approval_required": False})
    assert graph.get(ACCESS_POLICIES)["value"] == []


def test_requests_go_round_in_a_state_and_expire(graph: CatalogTenant) -> None:
    key = code(graph.call("PATCH", ONE, {"name": "A2"}, **encoded()))
    state = graph.admin("GET", "state").content
    (tenant,) = state["tenants"].values()
    (request,) = tenant["approval_requests"]
    assert (request["method"], request["url"], request["body"]) == ("PATCH", f"/beta/{ONE}", {"name": "A2"})
    graph.put("state", state)
    assert graph.admin("GET", "state").content == state
    request["requestDateTime"], request["expirationDateTime"] = "2026-01-01T00:00:00Z", None
    request["status"] = "approved"
    graph.put("state", state)
    shown = graph.get(f"{REQUESTS}/{key}")
    assert (shown["status"], shown["expirationDateTime"]) == ("expired", "2026-01-04T00:00:00Z")
    assert graph.call("PATCH", ONE, {"name": "A2"}, **{CODE: key}).status == 403
    assert graph.call("PATCH", ONE, {"name": "A2"}, **encoded()).status == 403


def test_a_seeded_request_needs_little(graph: CatalogTenant) -> None:
    key = str(uuid.uuid4())
    state = graph.admin("GET", "state").content
    (tenant,) = state["tenants"].values()
    tenant["approval_requests"] = [{"id": key, "method": "DELETE", "url": f"/beta/{ONE}", "status": "approved"}]
    graph.put("state", state)
    assert graph.call("DELETE", ONE, **{CODE: key}).status == 204


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"url": "/x"}, "approval_requests[0].method"),
        ({"method": "GET", "url": "/x"}, "approval_requests[0].method"),
        ({"method": "PUT", "url": "x"}, "approval_requests[0].url"),
        ({"method": "PUT", "url": "/x", "status": "Approved"}, "approval_requests[0].status"),
        ({"method": "PUT", "url": "/x", "requestDateTime": "soon"}, "approval_requests[0].requestDateTime"),
        ({"method": "PUT", "url": "/x", "expirationDateTime": "2026-01-01"}, "approval_requests[0].expirationDateTime"),
    ],
)
def test_wrong_requests_are_refused(graph: CatalogTenant, request_: dict[str, Any], named: str) -> None:
    answer = graph.admin("PUT", "state", {"tenants": {"t": {"approval_requests": [request_]}}})
    assert (answer.status, named in answer.content["error"]) == (400, True)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "approvals.id"),
        ({"id": NOWHERE, "status": "approved"}, "approvals.id"),
        ({"id": NOWHERE, "status": "yes"}, "approvals.status"),
        ({"id": NOWHERE, "status": "approved", "x": 1}, "approvals.x"),
    ],
)
def test_wrong_decisions_are_refused(graph: CatalogTenant, body: dict[str, Any], named: str) -> None:
    answer = graph.admin("POST", "approvals", body)
    assert (answer.status, named in answer.content["error"]) == (400, True)


def test_a_decision_may_name_the_tenant(graph: CatalogTenant) -> None:
    key = code(graph.call("DELETE", ONE, **encoded()))
    for name, status in ((NOWHERE, 400), (graph.tenant.id.upper(), 200)):
        body = {"tenant": name, "id": key, "status": "approved"}
        assert graph.admin("POST", "approvals", body).status == status


def test_the_journal_tells_the_headers(graph: CatalogTenant) -> None:
    graph.call("GET", ONE)
    graph.call("DELETE", ONE, **encoded())
    step = {"id": "1", "method": "DELETE", "url": f"/{ONE}", "headers": {CODE: NOWHERE}}
    graph.call("POST", "$batch", {"requests": [step]})
    read, filed, batch = graph.admin("GET", "journal").content
    assert "headers" not in read
    assert "headers" not in batch
    assert filed["headers"] == encoded()
    assert batch["batch"][0]["headers"] == {CODE: NOWHERE}


def test_one_tenant_of_several_can_want_approval() -> None:
    graph = CatalogTenant({"settings": {"approval_required": True}})
    graph.world.load({"tenants": {NOWHERE: {"apps": [{"client_id": NOWHERE, "roles": list(ROLES)}]}}})
    assert graph.call("POST", ROOT, new("B")).status == 400
    other = graph.world.tenants[NOWHERE]
    graph.token = graph.world.keys.issue(other, other.apps[NOWHERE], "https://graph.test", 60, "1")
    assert graph.call("POST", ROOT, new("B")).status == 201
    wrong = {"tenants": {NOWHERE: {"settings": {"approval_status": 200}}}}
    answer = graph.admin("PUT", "state", wrong)
    assert (answer.status, f"tenants.{NOWHERE}.settings.approval_status" in answer.content["error"]) == (400, True)
    assert json.dumps(graph.admin("GET", "state").content).count('"approval_required": true') == 1
