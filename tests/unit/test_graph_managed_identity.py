# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login as a managed identity, on the scripted wire: the endpoints of App Service and of a machine's metadata."""

from __future__ import annotations

import time
import typing as t

import msal
import pytest

from ansible_collections.m365.apps.plugins.module_utils._graph.errors import LoginError
from ansible_collections.m365.apps.plugins.module_utils._graph.managed_identity import ManagedIdentityLogin
from ansible_collections.m365.apps.tests.unit.wire import LOST, TOKEN, UNREACHED, Clock, Wire, connection

IMDS = "https://metadata.test"
IMDS_URL = f"{IMDS}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fgraph.test"
APP_SERVICE = "http://127.0.0.1:41741/msi/token"
APP_SERVICE_URL = f"{APP_SERVICE}?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.test"
ANSWER = {"access_token": TOKEN, "expires_in": "3600", "resource": "https://graph.test", "token_type": "Bearer"}
HEADER = "canary-identity-header"


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An Azure machine, whatever this one is."""
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", IMDS)


@pytest.fixture
def app_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", APP_SERVICE)
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)


@pytest.fixture
def login(clock: Clock) -> ManagedIdentityLogin:
    return ManagedIdentityLogin(connection(), clock.policy(budget=10))


def refusal_of(login: ManagedIdentityLogin) -> LoginError:
    with pytest.raises(LoginError) as caught:
        login.token()
    assert HEADER not in f"{caught.value!r} {caught.value.failure!r} {login!r}"
    return caught.value


def test_the_systems_identity(wire: Wire, login: ManagedIdentityLogin) -> None:
    wire.expect("GET", IMDS_URL, json=ANSWER)
    assert [login.token(), login.token()] == [TOKEN, TOKEN]
    assert wire.sent[0].headers["Metadata"] == "true"
    assert len(wire.sent) == 1


def test_a_user_assigned_identity(wire: Wire, clock: Clock) -> None:
    wire.expect("GET", f"{IMDS_URL}&client_id=identity-id", json=ANSWER)
    assert ManagedIdentityLogin(connection(), clock.policy(), "identity-id").token() == TOKEN


@pytest.mark.usefixtures("app_service")
def test_an_app_service(wire: Wire, login: ManagedIdentityLogin) -> None:
    wire.expect("GET", APP_SERVICE_URL, json={**ANSWER, "expires_on": str(int(time.time()) + 3600)})
    assert login.token() == TOKEN
    assert wire.sent[0].headers["X-IDENTITY-HEADER"] == HEADER


def test_the_proxy_is_left_out(wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test")
    wire.expect("GET", IMDS_URL, json=ANSWER)
    login = ManagedIdentityLogin(connection(proxy="http://proxy.test"), clock.policy())
    assert login.token() == TOKEN
    assert dict(t.cast(t.Any, wire.sent[0]).req_kwargs["proxies"]) == {}


def test_a_forgotten_token_is_asked_for_again(wire: Wire, login: ManagedIdentityLogin) -> None:
    wire.expect("GET", IMDS_URL, json=ANSWER)
    wire.expect("GET", IMDS_URL, json={**ANSWER, "access_token": "another-token"})
    assert (login.token(), login.forget(), login.token()) == (TOKEN, True, "another-token")


@pytest.mark.parametrize("status", [410, 429, 502, 503, 504])
def test_a_busy_endpoint_is_asked_again(wire: Wire, login: ManagedIdentityLogin, status: int) -> None:
    wire.expect("GET", IMDS_URL, status=status)
    wire.expect("GET", IMDS_URL, json=ANSWER)
    assert login.token() == TOKEN


def test_no_endpoint_here(wire: Wire, login: ManagedIdentityLogin) -> None:
    for _unused in range(3):
        wire.expect("GET", IMDS_URL, body=UNREACHED)
    error = refusal_of(login)
    assert error.cause().startswith("no managed identity was found here: metadata.test cannot be reached")
    assert "choose another login than managed_identity" in error.next_step


def test_an_endpoint_that_breaks_off_is_asked_again(wire: Wire, login: ManagedIdentityLogin) -> None:
    wire.expect("GET", IMDS_URL, body=LOST)
    wire.expect("GET", IMDS_URL, json=ANSWER)
    assert login.token() == TOKEN


def test_an_unknown_identity(wire: Wire, login: ManagedIdentityLogin) -> None:
    body = {"error": "invalid_request", "error_description": "Identity not found"}
    wire.expect("GET", IMDS_URL, status=400, json=body)
    error = refusal_of(login)
    assert error.cause() == "the managed identity endpoint refused the login: Identity not found"
    assert "assigned to this machine" in error.next_step
    facts = error.failure
    assert (facts.status, facts.code, facts.method) == (400, "invalid_request", "GET")
    assert facts.path == "/metadata/identity/oauth2/token"


@pytest.mark.usefixtures("app_service")
def test_an_app_service_that_refuses(wire: Wire, login: ManagedIdentityLogin) -> None:
    wire.expect("GET", APP_SERVICE_URL, status=400, json={"statusCode": 400, "message": "No identity found"})
    error = refusal_of(login)
    assert error.cause() == "the managed identity endpoint refused the login: 400, No identity found"


_NONE = "refused the login: what answers there is not a managed identity endpoint"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"body": "<html>secret words</html>", "content_type": "text/html", "status": 404}, _NONE),
        ({"body": "[" * 100_000, "status": 404}, _NONE),
        ({"json": []}, "answered 200 with a JSON list in place of an object"),
        (
            {"json": {**ANSWER, "expires_in": "soon"}},
            "answered 200 with a token whose expires_in is not a number of se",
        ),
        (
            {"json": {**ANSWER, "expires_in": -1}},
            "answered 200 with a token whose expires_in is not a number of seconds",
        ),
        ({"json": {**ANSWER, "access_token": ["secret"]}}, "an access_token that is missing or not a token's text"),
        ({"json": {**ANSWER, "access_token": "secret\nword"}}, "an access_token that is missing or not a token's text"),
    ],
)
def test_what_is_no_endpoint_is_told(wire: Wire, login: ManagedIdentityLogin, answer: t.Any, told: str) -> None:
    wire.expect("GET", IMDS_URL, **answer)
    error = refusal_of(login)
    assert told in error.cause()
    assert "secret" not in error.cause()
    assert "choose another login than managed_identity" in str(error.advice())
    # A 404 of the login is not one of the object that the token was for.
    assert error.status is None


def test_a_page_in_place_of_a_token_is_asked_for_again(wire: Wire, login: ManagedIdentityLogin) -> None:
    for _unused in range(3):
        wire.expect("GET", IMDS_URL, body="<html>secret words</html>", content_type="text/html")
    assert "secret words" not in refusal_of(login).cause()


@pytest.mark.usefixtures("app_service")
def test_service_fabric_is_not_asked(wire: Wire, login: ManagedIdentityLogin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_SERVER_THUMBPRINT", "00" * 20)
    assert "Service Fabric" in refusal_of(login).cause()
    assert wire.sent == []


def test_what_msal_says_itself_is_told(login: ManagedIdentityLogin, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(**_unused: t.Any) -> t.Any:
        raise msal.managed_identity.ArcPlatformNotSupportedError("Only some platforms have Arc")

    monkeypatch.setattr(msal.ManagedIdentityClient, "acquire_token_for_client", lambda _self, **more: stumble(**more))
    assert refusal_of(login).cause().endswith("refused the login: Only some platforms have Arc")
