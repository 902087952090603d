# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of a tenant in which a second administrator approves each change: header and words tell, not the status."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.explain import RULES
from ansible_collections.m365.apps.plugins.module_utils._errors import Approval, ApprovalKind, UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.approvals import approved, asking
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import ApprovalError, GraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.plugins.module_utils._graph.operations import Operation
from ansible_collections.m365.apps.tests.unit.batches import BATCH, asked, inner, outer
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOST, Clock, Wire, refusal

URL = f"{GRAPH}/beta/things"
CODE = "0F9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
REASON = "Änderung 4711"
WANTED = "Header 'x-msft-approval-justification' is required to request approval"
OPEN = "An active Approval Request already exists for this entity"
FILED = (
    "Approval Required. Request Approval using the request ID returned as part of the x-msft-approval-code response "
    "header. x-msft-approval-code: "
)
STATUSES = [400, 403, 404, 409, 412, 500, 503]
SAID = {
    "wanted": (WANTED, {}, Approval(ApprovalKind.WANTED)),
    "open": (OPEN, {}, Approval(ApprovalKind.OPEN, asked=True)),
    "filed, said twice": (FILED + CODE, {"x-msft-approval-code": CODE}, Approval(ApprovalKind.FILED, CODE.lower())),
    "filed, in words": (FILED + CODE, {}, Approval(ApprovalKind.FILED, CODE.lower())),
    "filed, in the header": ("no", {"X-MSFT-Approval-Code": CODE}, Approval(ApprovalKind.FILED, CODE.lower())),
    "filed, with no code": (FILED + "../../x", {}, Approval(ApprovalKind.FILED)),
}

said = pytest.mark.parametrize(("text", "headers", "approval"), SAID.values(), ids=SAID)


def call_of(**headers: str) -> Call:
    return Call("PUT", "/things", json_body={"name": "A"}, headers=headers or asking(REASON))


def nested(text: str, layers: int) -> str:
    """Return a text as Intune's services wrap it, with the quotes that some of them escape."""
    for _layer in range(layers):
        text = json.dumps({"_version": 3, "Message": text + " - Operation ID: 0000"}).replace("'", "\\u0027")
    return text


def one(client: GraphClient, call: Call) -> Answer | GraphError:
    (answer,) = client.many([call])
    return answer


def told(answer: Answer | GraphError, call: Call) -> UserError:
    """Return what the user hears of an answer that says of the object that it is absent where it can."""
    operation = Operation(call, "policy 'A'", "update it", "P", lambda _answer: None, lambda: None, rules=RULES)
    error = operation.understood(answer)
    assert isinstance(error, UserError)
    return error


def test_the_headers_of_a_call_are_sent_and_the_reason_travels_as_base64(wire: Wire, client: GraphClient) -> None:
    wire.expect("PUT", URL, json={})
    one(client, call_of())
    headers = wire.sent[0].headers
    assert headers["x-msft-approval-justification"] == "w4RuZGVydW5nIDQ3MTE="
    assert headers["Content-Type"] == "application/json"
    wire.expect("PUT", URL, json={})
    one(client, call_of(**approved(CODE)))
    assert wire.sent[1].headers["x-msft-approval-code"] == CODE


def test_calls_in_a_batch_have_their_own(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    list(clock.client(batching=True).many([call_of(), Call("PUT", "/things", json_body={})]))
    first, second = asked(wire)
    assert first["headers"]["x-msft-approval-justification"] == "w4RuZGVydW5nIDQ3MTE="
    assert "x-msft-approval-justification" not in second["headers"]
    assert "x-msft-approval-justification" not in wire.sent[0].headers


@said
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("layers", [0, 1, 2])
def test_it_is_known_whatever_the_status_and_never_tried_again(
    wire: Wire,
    client: GraphClient,
    text: str,
    headers: dict[str, str],
    approval: Approval,
    status: int,
    layers: int,
) -> None:
    wire.expect("PUT", URL, **refusal(status, nested(text, layers), "ResourceNotFound", **headers))
    answer = one(client, call_of())
    error = told(answer, call_of())
    assert error.approval == approval
    assert not error.in_doubt
    assert not error.absent
    assert error.details is not None
    assert error.details.status == status


@said
@pytest.mark.parametrize("status", STATUSES)
def test_it_is_known_inside_of_a_batch(
    wire: Wire, clock: Clock, text: str, headers: dict[str, str], approval: Approval, status: int
) -> None:
    body = {"error": {"code": "BadRequest", "message": nested(text, 1)}}
    wire.expect("POST", BATCH, **outer(inner(0, status, body, **headers), inner(1, 204)))
    call = replace(call_of(), repeatable=False)
    first, second = clock.client(batching=True).many([call, call])
    error = told(first, call)
    assert (error.approval, error.in_doubt, error.absent) == (approval, False, False)
    assert isinstance(second, Answer)
    assert not clock.slept


@pytest.mark.parametrize("batching", [False, True])
def test_a_success_with_a_code_is_a_request_that_was_filed(wire: Wire, clock: Clock, batching: bool) -> None:
    header = {"x-msft-approval-code": CODE}
    if batching:
        wire.expect("POST", BATCH, **outer(inner(0, 202, {}, **header), inner(1)))
    else:
        wire.expect("PUT", URL, status=202, json={}, headers=header)
        wire.expect("PUT", URL, json={})
    first, _second = clock.client(batching=batching).many([call_of(), call_of()])
    assert isinstance(first, ApprovalError)
    assert first.approval == Approval(ApprovalKind.FILED, CODE.lower())


def test_a_success_that_repeats_the_code_of_the_call_is_one(wire: Wire, client: GraphClient) -> None:
    wire.expect("PUT", URL, json={}, headers={"x-msft-approval-code": CODE})
    assert isinstance(one(client, call_of(**approved(CODE))), Answer)


@pytest.mark.parametrize("headers", [approved(CODE), asking(REASON)])
def test_a_bare_403_refuses_the_code_that_was_sent(wire: Wire, client: GraphClient, headers: dict[str, str]) -> None:
    wire.expect("PUT", URL, **refusal(403, "An error has occurred", "Forbidden"))
    error = told(one(client, call_of(**headers)), call_of())
    code = headers.get("x-msft-approval-code")
    assert error.approval == (Approval(ApprovalKind.REFUSED, CODE) if code else None)


@pytest.mark.parametrize(
    ("headers", "says", "in_doubt"),
    [
        (approved(CODE), "no", True),
        (asking(REASON), OPEN, True),
        ({"Prefer": "x"}, OPEN, False),
        (asking(REASON), FILED + CODE, False),
    ],
)
def test_an_earlier_try_may_have_used_a_code_up_or_filed_the_request_that_is_open(
    wire: Wire, client: GraphClient, headers: dict[str, str], says: str, in_doubt: bool
) -> None:
    wire.expect("PUT", URL, body=LOST)
    wire.expect("PUT", URL, **refusal(403, says))
    assert told(one(client, call_of(**headers)), call_of()).in_doubt is in_doubt


@pytest.mark.parametrize(("headers", "kind"), [(asking(REASON), "filed"), ({"Prefer": "x"}, "wanted")])
def test_the_code_of_an_error_alone_says_it_too(
    wire: Wire, client: GraphClient, headers: dict[str, str], kind: str
) -> None:
    wire.expect("PUT", URL, **refusal(403, "no", "ApprovalRequired"))
    error = told(one(client, call_of(**headers)), call_of())
    assert error.approval == Approval(ApprovalKind(kind))


def test_reads_are_never_gated_whatever_they_say(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, **refusal(400, OPEN, **{"x-msft-approval-code": CODE}))
    answer = one(client, Call("GET", "/things"))
    assert isinstance(answer, GraphError)
    assert not isinstance(answer, ApprovalError)


def test_an_answer_about_something_else_says_nothing_of_approval(wire: Wire, client: GraphClient) -> None:
    wire.expect("PUT", URL, **refusal(409, "Approval is what this policy is called"))
    assert told(one(client, call_of()), call_of()).approval is None


def test_the_sentence_says_what_happened_and_what_to_do(wire: Wire, client: GraphClient) -> None:
    expected: list[tuple[str, t.Any]] = [
        (WANTED, "this tenant wants each change approved by a second administrator, and none was asked for"),
        (OPEN, "a request to change this policy is waiting for a second administrator"),
        (FILED, "the change waits for a second administrator, and is not done yet"),
    ]
    for text, cause in expected:
        wire.expect("PUT", URL, **refusal(403, text, "Forbidden"))
        error = told(one(client, call_of()), call_of())
        assert str(error).startswith(f"policy 'A': cannot update it: {cause} (Graph answered 403 Forbidden: {text[:9]}")
        assert "Grant" not in str(error)
