# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Odd answers of login services: each ends in the same kind of sentence, without MSAL's or Python's words."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
import responses

from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, LoginError
from ansible_collections.m365.apps.plugins.module_utils._graph.managed_identity import ManagedIdentityLogin
from ansible_collections.m365.apps.plugins.module_utils._graph.msal_login import client_secret_login
from ansible_collections.m365.apps.tests.unit.wire import LOGIN, Clock, connection

SECRET = "canary-secret~0123456789"
TENANT = f"{LOGIN}/contoso.test"
DISCOVERY: dict[str, t.Any] = {
    "token_endpoint": f"{TENANT}/token",
    "authorization_endpoint": f"{TENANT}/authorize",
    "issuer": f"{TENANT}/v2.0",
}
ANSWER: dict[str, t.Any] = {"access_token": "canary-token", "token_type": "Bearer", "expires_in": 3600}
BODIES: tuple[bytes, ...] = (
    b"",
    b" ",
    b"null",
    b"true",
    b"5",
    b'"canary"',
    b"[]",
    b'["canary"]',
    b"{}",
    b'{"token_endpoint": "https://lo',
    b'{"access_token": "canary-tok',
    b"<html>canary</html>",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"error": null}',
    b'{"error": ["canary"]}',
    b'{"error": {"message": ["canary"], "code": {}}}',
    b'{"error": 5, "error_description": 5}',
    b'{"error": "x", "error_description": ["y"], "trace_id": [1], "correlation_id": {"a": 1}, "error_codes": 5}',
    b'{"error": "\\ud800"}',
    b'{"error": "x", "claims": 5, "error_uri": [], "suberror": {}}',
    json.dumps(ANSWER).encode("utf-16"),
)
STATUSES = (200, 201, 204, 206, 301, 302, 400, 401, 403, 404, 410, 418, 429, 500, 503, 599, 999)
VALUES: tuple[t.Any, ...] = (
    None,
    True,
    -1,
    0,
    1e999,
    10**30,
    "",
    "soon",
    "-5",
    [],
    ["x"],
    {},
    {"a": 1},
    "\0",
    "\ud800",
    "http://login.test/x",
    "//login.test",
    "ftp://login.test",
    "https://",
    "https://[::1",
    "https://login.test:port/",
    "https://login.test@evil.test/",
    "https://login.test/\r\nX: 1",
    "javascript:1",
)
# What only Python or MSAL would say.
FOREIGN = re.compile(r"object has no|NoneType|subscriptable|indices must|Expecting|codec|argument must|literal|'dict'")

Served = tuple[int, bytes]


def error_of(by: str, discovery: Served, token: Served, content_type: str = "application/json") -> GraphError | None:
    """Log in with these answers; return the error, None where there is a token."""
    clock = Clock()
    retry = clock.policy(5.0)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for url, (status, body) in ((r".*openid-configuration", discovery), (".*", token)):
            for method in ("GET", "POST"):
                mock.add(method, re.compile(url), status=status, body=body, content_type=content_type)
        try:
            if by == "identity":
                told = ManagedIdentityLogin(connection(), retry).token()
            else:
                told = client_secret_login(connection(), retry, "contoso.test", "app-id", SECRET).token()
        except GraphError as error:
            assert all(
                str(call.request.url).startswith(("https://login.test/", "http://169.254.")) for call in mock.calls
            )
            return error
    assert told == "canary-token"
    return None


def assert_clear(error: GraphError) -> None:
    said = f"{error.cause()} {error.advice()}"
    assert "canary" not in f"{said} {error.failure}"
    assert not FOREIGN.search(said), said
    assert isinstance(error.advice(), str)
    facts = error.failure.as_dict()
    assert all(isinstance(value, (str, int, type(None))) for value in facts.values()), facts


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> t.Iterator[None]:
    """MSAL logs what it cannot read: nothing of an answer may be in it."""
    yield
    assert "canary" not in caplog.text


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:40]))
def test_any_answer_is_a_clear_error(status: int, body: bytes) -> None:
    good_discovery, good_token = (200, json.dumps(DISCOVERY).encode()), (200, json.dumps(ANSWER).encode())
    for by, discovery, token in (
        ("secret", (status, body), good_token),
        ("secret", good_discovery, (status, body)),
        ("identity", good_discovery, (status, body)),
    ):
        error = error_of(by, discovery, token)
        if error is not None:
            assert_clear(error)
        else:
            assert "access_token" in body.decode("utf-16")


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("name", DISCOVERY)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_discovery_document_with_an_odd_value(name: str, value: t.Any) -> None:
    document = json.dumps({**DISCOVERY, name: value}).encode()
    error = error_of("secret", (200, document), (200, json.dumps(ANSWER).encode()))
    if name != "issuer":
        assert isinstance(error, LoginError)
        assert error.cause().endswith(f"answered 200 with a discovery document whose {name} is not an https:// URL")
    if error is not None:
        assert_clear(error)


def test_a_discovery_document_that_lacks_an_endpoint() -> None:
    document = {name: value for name, value in DISCOVERY.items() if name != "token_endpoint"}
    error = error_of("secret", (200, json.dumps(document).encode()), (200, b"{}"))
    assert error is not None
    assert "whose token_endpoint is not an https:// URL" in error.cause()
    assert "check login_url, and whether a proxy answers in its place" in str(error.advice())


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("by", ["secret", "identity"])
@pytest.mark.parametrize(
    "name",
    ["access_token", "expires_in", "expires_on", "token_type", "refresh_in", "refresh_token", "id_token", "scope"],
)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_token_answer_with_an_odd_value(by: str, name: str, value: t.Any) -> None:
    if name == "access_token" and isinstance(value, str) and re.fullmatch(r"[\x21-\x7e]+", value):
        return
    answer = json.dumps({**ANSWER, name: value}).encode()
    error = error_of(by, (200, json.dumps(DISCOVERY).encode()), (200, answer))
    if name == "access_token":
        assert error is not None
        assert "an access_token that is missing or not a token's text" in error.cause()
    elif name.startswith("expires") and value not in (None, 0):
        assert error is not None
        assert f"a token whose {name} is not a number of seconds" in error.cause()
    elif value != 0 or name != "expires_in":
        assert error is None


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("content_type", ["text/html; charset=nonsense", "text/plain; charset=utf-16", "", "image/png"])
def test_what_the_header_says_of_a_token_does_not_matter(content_type: str) -> None:
    good = (200, json.dumps(DISCOVERY).encode()), (200, json.dumps(ANSWER).encode())
    assert error_of("secret", *good, content_type) is None
    assert error_of("identity", *good, content_type) is None
