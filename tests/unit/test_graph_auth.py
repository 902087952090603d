# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins: ready tokens, and MSAL on the scripted wire."""

from __future__ import annotations

import builtins
import sys
import typing as t
from urllib.parse import parse_qs

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import MissingLibraryError, UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, LoginError, NoAnswerError
from ansible_collections.m365.apps.plugins.module_utils._graph.msal_login import (
    MsalApplication,
    client_secret_login,
)
from ansible_collections.m365.apps.tests.unit.wire import LOGIN, LOST, TOKEN, UNREACHED, Clock, Wire, connection

SECRET = "canary-secret~0123456789"
TENANT = "contoso.test"
DISCOVERY = f"{LOGIN}/{TENANT}/v2.0/.well-known/openid-configuration"
TOKEN_URL = f"{LOGIN}/{TENANT}/oauth2/v2.0/token"
CONFIGURATION = {
    "authorization_endpoint": f"{LOGIN}/{TENANT}/oauth2/v2.0/authorize",
    "token_endpoint": TOKEN_URL,
    "issuer": f"{LOGIN}/{TENANT}/v2.0",
}


@pytest.fixture
def login(clock: Clock) -> MsalApplication:
    return client_secret_login(connection(), clock.policy(budget=10), TENANT, "app-id", SECRET)


def refuse(wire: Wire, description: str, error: str = "invalid_client", **more: str) -> None:
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    wire.expect("POST", TOKEN_URL, status=401, json={"error": error, "error_description": description, **more})


# A ready token


def test_a_ready_token_is_handed_out() -> None:
    assert ReadyToken(TOKEN).token() == TOKEN


@pytest.mark.parametrize(
    "token",
    ["", " ", f"{TOKEN}\n", f" {TOKEN}", f"{TOKEN}\r\nX-Other: 1", f"Bearer {TOKEN}", f"{TOKEN}\0", f"{TOKEN}é"],
)
def test_a_token_that_is_not_bare_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(UserError, match="access_token") as caught:
        ReadyToken(token)
    assert TOKEN not in f"{caught.value!r} {caught.value}"


def test_a_ready_token_does_not_show_itself() -> None:
    assert TOKEN not in f"{ReadyToken(TOKEN)!r} {ReadyToken(TOKEN)}"


# A client secret


@pytest.mark.parametrize("secret", ["", " ", "\n"])
def test_an_empty_secret_is_refused(clock: Clock, secret: str) -> None:
    with pytest.raises(UserError, match="cannot use client_secret: it is empty"):
        client_secret_login(connection(), clock.policy(), TENANT, "app-id", secret)


def test_nothing_is_sent_before_a_token_is_asked_for(wire: Wire, login: MsalApplication) -> None:
    assert wire.sent == []
    assert login


def test_another_provider_serves_its_document_below_the_issuer(wire: Wire, login: MsalApplication) -> None:
    issuer = f"{LOGIN}/{TENANT}"
    document = {"issuer": issuer, "authorization_endpoint": f"{issuer}/auth", "token_endpoint": f"{issuer}/token"}
    wire.expect("GET", DISCOVERY, status=404, body="not here")
    wire.expect("GET", f"{issuer}/.well-known/openid-configuration", json=document)
    wire.expect("POST", f"{issuer}/token", json={"access_token": TOKEN, "token_type": "Bearer", "expires_in": 60})
    assert login.token() == TOKEN


def test_where_no_provider_is_one_sentence_says_so(wire: Wire, login: MsalApplication) -> None:
    wire.expect("GET", DISCOVERY, status=404, body="not here")
    wire.expect("GET", f"{LOGIN}/{TENANT}/.well-known/openid-configuration", status=404, body="not here")
    with pytest.raises(LoginError):
        login.token()


def test_a_login_is_discovery_and_one_token_call(wire: Wire, login: MsalApplication) -> None:
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    wire.expect("POST", TOKEN_URL, json={"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})
    assert login.token() == TOKEN
    body = wire.sent[1].body
    form = parse_qs(body.decode() if isinstance(body, bytes) else str(body))
    asked = {name: form[name] for name in ("client_id", "client_secret", "grant_type", "scope")}
    assert asked == {
        "client_id": ["app-id"],
        "client_secret": [SECRET],
        "grant_type": ["client_credentials"],
        "scope": ["https://graph.test/.default"],
    }


def test_a_second_token_comes_from_memory(wire: Wire, login: MsalApplication) -> None:
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    wire.expect("POST", TOKEN_URL, json={"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})
    assert [login.token(), login.token()] == [TOKEN, TOKEN]
    assert len(wire.sent) == 2


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("AADSTS7000215", "the secret's value, not its id"),
        ("AADSTS7000222", "has expired"),
        ("AADSTS700016", "not registered in this tenant"),
        ("AADSTS90002", "the tenant is not known there"),
        ("AADSTS900023", "GUID or domain name"),
        ("AADSTS500011", "does not know this Graph host"),
        ("AADSTS7000112", "disabled in this tenant"),
        ("AADSTS700024", "Renew the token in federated_token_file"),
        ("AADSTS700027", "registered with the app and has not expired"),
        ("AADSTS700212", "compare the audience"),
        ("AADSTS7000229", "no service principal"),
        ("AADSTS999999", "Check tenant_id, client_id and the credential"),
    ],
)
def test_entras_codes_become_advice(wire: Wire, login: MsalApplication, code: str, advice: str) -> None:
    refuse(wire, f"{code}: Some words. Trace ID: t-1 Correlation ID: c-1 Timestamp: now")
    with pytest.raises(LoginError) as caught:
        login.token()
    assert caught.value.failure.code == code
    assert advice in caught.value.next_step


def test_a_refusal_tells_entras_sentence_without_its_trace(wire: Wire, login: MsalApplication) -> None:
    refuse(wire, "AADSTS1: No.\r\nTrace ID: t-1\r\nCorrelation ID: c-1", trace_id="t-1", correlation_id="c-1")
    with pytest.raises(LoginError) as caught:
        login.token()
    failure = caught.value.failure
    assert failure.message == f"{LOGIN}/{TENANT} refused the login: AADSTS1: No."
    assert (failure.request_id, failure.client_request_id) == ("t-1", "c-1")


def test_an_oauth_error_without_a_description_is_told(wire: Wire, login: MsalApplication) -> None:
    refuse(wire, "", error="unauthorized_client")
    with pytest.raises(LoginError, match="refused the login: unauthorized_client") as caught:
        login.token()
    assert caught.value.failure.code == "unauthorized_client"


@pytest.mark.parametrize(
    ("error", "told"),
    [({"code": "Conflict", "message": "It conflicts."}, "It conflicts"), ({"code": "No"}, "No"), ({}, "no reason")],
)
def test_an_error_in_another_form_is_told_in_words(
    wire: Wire, login: MsalApplication, error: dict[str, str], told: str
) -> None:
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    wire.expect("POST", TOKEN_URL, status=409, json={"error": error})
    with pytest.raises(LoginError, match=f"refused the login: {told}") as caught:
        login.token()
    assert "{" not in f"{caught.value} {caught.value.failure.code}"


def test_a_long_description_is_cut(wire: Wire, login: MsalApplication) -> None:
    refuse(wire, "x" * 5000)
    with pytest.raises(LoginError) as caught:
        login.token()
    assert len(caught.value.failure.message) < 500


def test_an_unknown_tenant_is_told_with_entras_code(wire: Wire, login: MsalApplication) -> None:
    refusal = {"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant 'contoso.test' not found."}
    wire.expect("GET", DISCOVERY, status=400, json=refusal)
    with pytest.raises(LoginError) as caught:
        login.token()
    assert caught.value.failure.code == "AADSTS90002"
    assert "the tenant is not known there" in caught.value.next_step


def test_a_discovery_that_is_a_page_is_tried_again(wire: Wire, login: MsalApplication, clock: Clock) -> None:
    wire.expect("GET", DISCOVERY, body="<html>Sign in</html>", content_type="text/html")
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    wire.expect("POST", TOKEN_URL, json={"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})
    assert login.token() == TOKEN
    assert clock.slept == [0.5]


def test_a_discovery_that_stays_a_page_is_a_login_error(wire: Wire, login: MsalApplication) -> None:
    for _unused in range(3):
        wire.expect("GET", DISCOVERY, body="<html>Sign in</html>", content_type="text/html")
    with pytest.raises(LoginError) as caught:
        login.token()
    assert caught.value.failure.message == (
        f"{DISCOVERY} answered 200 with a body that is not complete JSON (tried 3 times in 2 s)"
    )


@pytest.mark.parametrize("answer", [{"json": {}}, {"json": []}])
def test_a_discovery_that_is_none_is_a_login_error(wire: Wire, login: MsalApplication, answer: t.Any) -> None:
    wire.expect("GET", DISCOVERY, **answer)
    with pytest.raises(LoginError):
        login.token()


def test_a_token_answer_that_is_not_json_is_a_login_error(wire: Wire, login: MsalApplication, clock: Clock) -> None:
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    for _unused in range(3):
        wire.expect("POST", TOKEN_URL, body="<html>captive portal</html>", content_type="text/html")
    with pytest.raises(LoginError) as caught:
        login.token()
    assert caught.value.failure.message == (
        f"{TOKEN_URL} answered 200 with a body that is not complete JSON (tried 3 times in 2 s)"
    )
    assert clock.slept == [0.5, 1.0]


@pytest.mark.parametrize("status", [200, 400])
def test_a_token_answer_that_was_cut_off_is_not_logged(
    wire: Wire, login: MsalApplication, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """MSAL logs an answer that it cannot read, and Python prints what nobody handles."""
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    for _unused in range(3):
        wire.expect("POST", TOKEN_URL, status=status, body=f'{{"token_type": "Bearer", "access_token": "{TOKEN}')
    with pytest.raises(LoginError, match=f"answered {status} with a body that is not complete JSON") as caught:
        login.token()
    assert TOKEN not in f"{caplog.text} {caught.value} {caught.value.failure} {caught.value.__cause__}"
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_login_is_tried_again(wire: Wire, login: MsalApplication, status: int) -> None:
    wire.expect("GET", DISCOVERY, status=status)
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    wire.expect("POST", TOKEN_URL, status=status)
    wire.expect("POST", TOKEN_URL, json={"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})
    assert login.token() == TOKEN


def test_a_busy_login_is_tried_again_when_it_says(wire: Wire, login: MsalApplication, clock: Clock) -> None:
    wire.expect("GET", DISCOVERY, status=429, headers={"Retry-After": "3"})
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    wire.expect("POST", TOKEN_URL, json={"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})
    login.token()
    assert clock.slept == [3.0]


@pytest.mark.parametrize("status", [500, 502])
def test_a_server_error_of_the_discovery_is_a_graph_error(wire: Wire, clock: Clock, status: int) -> None:
    wire.expect("GET", DISCOVERY, status=status, body="<html>Bad</html>")
    with pytest.raises(GraphError):
        client_secret_login(connection(), clock.policy(budget=0), TENANT, "app-id", SECRET).token()


def test_a_server_error_of_the_token_call_is_a_login_error(wire: Wire, clock: Clock) -> None:
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    wire.expect("POST", TOKEN_URL, status=500, body="<html>Bad</html>")
    with pytest.raises(LoginError, match=f"{LOGIN}/{TENANT} answered with a server error"):
        client_secret_login(connection(), clock.policy(budget=0), TENANT, "app-id", SECRET).token()


def test_an_unreachable_login_host_is_tried_three_times(wire: Wire, login: MsalApplication) -> None:
    for _unused in range(3):
        wire.expect("GET", DISCOVERY, body=UNREACHED)
    with pytest.raises(NoAnswerError, match=r"login\.test cannot be reached"):
        login.token()


def test_a_redirect_of_the_login_host_is_not_followed(wire: Wire, login: MsalApplication) -> None:
    wire.expect("GET", DISCOVERY, status=302, headers={"Location": "https://elsewhere.test/"})
    with pytest.raises(GraphError):
        login.token()
    assert len(wire.sent) == 1


def test_a_login_that_breaks_off_is_tried_again(wire: Wire, login: MsalApplication) -> None:
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)
    wire.expect("POST", TOKEN_URL, body=LOST)
    wire.expect("POST", TOKEN_URL, json={"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})
    assert login.token() == TOKEN


def test_a_missing_msal_is_named(login: MsalApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def without_msal(name: str, *rest: t.Any) -> t.Any:
        if name.split(".", maxsplit=1)[0] == "msal":
            raise ImportError("No module named 'msal'")
        return real_import(name, *rest)

    for name in [name for name in sys.modules if name.split(".")[0] == "msal"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without_msal)
    with pytest.raises(MissingLibraryError) as caught:
        login.token()
    assert caught.value.library == "msal"
    assert "No module named 'msal'" in caught.value.import_error


def test_no_error_of_a_login_shows_the_secret(wire: Wire, login: MsalApplication) -> None:
    refuse(wire, "AADSTS7000215: Invalid client secret provided.")
    with pytest.raises(LoginError) as caught:
        login.token()
    error = caught.value
    shown = [error, error.failure, error.__cause__, error.__context__, error.next_step, login]
    assert SECRET not in "".join(f"{part!r} {part}" for part in shown)
