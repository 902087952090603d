# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error bodies as Graph, Intune and proxies write them, and the sentences made of them."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from ansible_collections.m365.apps.plugins.module_utils import _json as strict_json
from ansible_collections.m365.apps.plugins.module_utils._errors import Failure, UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import (
    GraphError,
    LoginError,
    NoAnswerError,
    NotGraphError,
    is_graph_error,
    parse_error_body,
)


def parse(error: t.Any, **headers: str) -> Failure:
    return parse_error_body(
        400, json.dumps({"error": error}).encode(), "application/json", CaseInsensitiveDict(headers)
    )


def parse_raw(body: bytes, content_type: str = "") -> str:
    return parse_error_body(502, body, content_type, {}).message


def test_code_and_message_are_read() -> None:
    failure = parse({"code": "BadRequest", "message": "Priority is taken."})
    assert (failure.status, failure.code, failure.message) == (400, "BadRequest", "Priority is taken.")


@pytest.mark.parametrize("code", ["", None])
def test_an_empty_code_is_none(code: str | None) -> None:
    assert parse({"code": code, "message": "no"}).code is None


@pytest.mark.parametrize("message", ["", None])
def test_a_missing_message_is_said(message: str | None) -> None:
    assert parse({"code": "x", "message": message}).message == "no message"


@pytest.mark.parametrize("key", ["innerError", "innererror", "InnerError", "innerError".upper(), "inner_error"])
def test_every_spelling_of_inner_error_gives_the_request_id(key: str) -> None:
    failure = parse({"code": "x", "message": "y", key: {"request-id": "r-1", "client-request-id": "c-1"}})
    assert (failure.request_id, failure.client_request_id) == ("r-1", "c-1")


@pytest.mark.parametrize("key", ["request-id", "Request-Id", "requestId"])
def test_every_spelling_of_the_request_id_is_read(key: str) -> None:
    assert parse({"message": "y", "innerError": {key: "r-1"}}).request_id == "r-1"


@pytest.mark.parametrize("inner", [None, "text", [], 5])
def test_an_odd_inner_error_is_passed_over(inner: t.Any) -> None:
    assert parse({"code": "x", "message": "y", "innerError": inner}).request_id is None


def test_the_header_wins_over_the_body() -> None:
    failure = parse({"message": "y", "innerError": {"request-id": "body"}}, **{"Request-Id": "header"})
    assert failure.request_id == "header"


_IDS = "Operation ID (for customer support): 0000-1 - Activity ID: a-2 - Url: https://proxy.test/DeviceConfigV2/x?a=5"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"The policy is gone - {_IDS}", "The policy is gone (operation id 0000-1, activity id a-2)"),
        ("The policy is gone - Operation ID: 1", "The policy is gone (operation id 1)"),
        ("Off. - Operation ID (for customer support): 1   CustomApiErrorPhrase: X", "Off. (operation id 1)"),
        ("The policy is gone", "The policy is gone"),
    ],
)
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_intunes_nested_message_is_one_sentence_with_its_ids(said: str, told: str, layers: int) -> None:
    message = json.dumps({"_version": 3, "Message": said, "CustomApiErrorPhrase": ""}, indent=2)
    for _layer in range(layers - 1):
        message = json.dumps({"ErrorCode": "Forbidden", "Message": message, "Target": None})
    assert parse({"code": "x", "message": message}).message == told


def test_ids_are_told_of_a_message_that_is_not_nested() -> None:
    assert parse({"code": "x", "message": f"No - {_IDS}"}).message == "No (operation id 0000-1, activity id a-2)"


def test_nested_text_without_a_message_is_kept() -> None:
    assert parse({"message": '{"Other": 1}'}).message == '{"Other": 1}'


def test_what_only_looks_nested_is_kept() -> None:
    assert parse({"message": "{not json"}).message == "{not json"


def test_a_message_becomes_one_line() -> None:
    assert parse({"message": "one\r\n  two\tthree"}).message == "one two three"


def test_a_message_is_cut() -> None:
    """At a blank: half a secret could not be told from other text."""
    words = parse({"message": "word " * 1000}).message
    assert words == f"{'word ' * 120}..."
    assert parse({"message": f"{'word ' * 115}{'x' * 40} and more {'word ' * 5}"}).message == f"{'word ' * 115}..."
    assert parse({"message": "x" * 5000}).message == "..."
    assert parse({"message": f"Bearer eyJ{'x' * 1000} is bad"}).message == "Bearer ******** is bad"


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (b"", "", "an answer without a body"),
        (
            b"<html><head><title> 502 Bad\n Gateway</title></head></html>",
            "text/html",
            "an HTML page titled '502 Bad Gateway', not a Graph answer",
        ),
        (b"\n <!doctype html>", "", "an HTML page, not a Graph answer"),
        (b"oops", "text/plain", "a body that is not a Graph error (text/plain, 4 bytes)"),
        (b'{"error": {"code"', "application/json", "a body that is not a Graph error (application/json, 17 bytes)"),
        (b'{"value": []}', "application/json", "a body that is not a Graph error (application/json, 13 bytes)"),
        (b'{"error": "invalid"}', "", "a body that is not a Graph error (no content type, 20 bytes)"),
        (b"[1]", "application/json", "a body that is not a Graph error (application/json, 3 bytes)"),
        (b"\xff\xfe", "x/y", "a body that is not a Graph error (x/y, 2 bytes)"),
    ],
)
def test_what_is_not_graphs_error_is_told_for_what_it_is(body: bytes, content_type: str, said: str) -> None:
    assert parse_raw(body, content_type) == said


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_no_json_breaks_the_reader(error: t.Any) -> None:
    assert parse(error).message


@given(st.binary())
def test_no_bytes_break_the_reader(body: bytes) -> None:
    assert parse_error_body(500, body, "application/json", {}).message


@pytest.mark.parametrize("text", ['{"error": {"message": [0, 0, 0, 0]}}', '{"error": {"message": "[0, 0, 0, 0]"}}'])
def test_an_error_of_too_many_values_is_not_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an answer takes in memory does not depend on its status."""
    monkeypatch.setattr(strict_json, "MOST_VALUES", 4)
    assert parse_error_body(400, text.encode(), "application/json", {}).message.startswith("a body that is not")
    assert not is_graph_error(text.encode())


def test_a_failure_is_json_with_every_key() -> None:
    assert Failure("m").as_dict() == {
        "message": "m",
        "status": None,
        "code": None,
        "request_id": None,
        "client_request_id": None,
        "method": None,
        "path": None,
    }


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("the token eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln-_x is bad", "the token ******** is bad"),
        ("'eyJhbGciOiJSUzI1NiJ9..' and eyJhbGciOiJSUzI1NiJ9", "'********' and ********"),
        ("no eyJ and no keyJhbGciOiJSUzI1NiJ9", "no eyJ and no keyJhbGciOiJSUzI1NiJ9"),
    ],
)
def test_a_token_that_an_answer_repeats_is_masked(message: str, shown: str) -> None:
    assert Failure(message).message == shown
    assert Failure("x", status=401).as_dict()["message"] == "x"


def test_a_status_of_the_login_is_not_one_of_the_object() -> None:
    error = LoginError(Failure("not there", status=404), "Check it")
    assert error.status is None
    assert error.failure.as_dict()["status"] == 404


@pytest.mark.parametrize("cause", ["it broke", "it broke.", "it broke. "])
def test_a_user_error_is_a_sentence_of_four_parts(cause: str) -> None:
    assert str(UserError("policy 'A'", "read it", cause, "Run it again.")) == (
        "policy 'A': cannot read it: it broke. Run it again."
    )


@pytest.mark.parametrize(
    ("error", "cause", "advice"),
    [
        (GraphError(Failure("no", status=400, code="Bad")), "Graph answered 400 Bad: no", None),
        (GraphError(Failure("no", status=400)), "Graph answered 400: no", None),
        (NotGraphError(Failure("an HTML page", status=200)), "an HTML page", "Check graph_url and api_version"),
        (NoAnswerError(Failure("broke"), "Run again"), "broke", "Run again"),
        (LoginError(Failure("refused", status=400), "Check it"), "refused", "Check it"),
        (GraphError(Failure("no", status=401)), "Graph answered 401: no", "Check that the token"),
        (GraphError(Failure("no", status=429)), "Graph answered 429: no", "raise retry_timeout"),
        (GraphError(Failure("no", status=503)), "Graph answered 503: no", "raise retry_timeout"),
        (GraphError(Failure("no", status=504)), "Graph answered 504: no", "raise retry_timeout"),
    ],
)
def test_each_error_knows_its_cause_and_advice(error: GraphError, cause: str, advice: str | None) -> None:
    assert error.cause() == cause
    assert (error.advice() is None) if advice is None else (advice in str(error.advice()))
