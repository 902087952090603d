# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins by assertion, on the scripted wire: certificates and federated tokens; and how a token is forgotten."""

from __future__ import annotations

import base64
import typing as t
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import hashes

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.certificates import Certificate
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import LoginError
from ansible_collections.m365.apps.plugins.module_utils._graph.msal_login import (
    MsalApplication,
    certificate_login,
    client_secret_login,
    federated_login,
    read_assertion,
)
from ansible_collections.m365.apps.tests.credentials import federated_token, pair, rsa_key
from ansible_collections.m365.apps.tests.unit.wire import LOGIN, TOKEN, Clock, Wire, connection

TENANT = "contoso.test"
DISCOVERY = f"{LOGIN}/{TENANT}/v2.0/.well-known/openid-configuration"
# Nothing but the discovery says where tokens are given out.
TOKEN_URL = "https://tokens.test/realms/contoso/protocol/token"
CONFIGURATION = {
    "authorization_endpoint": "https://tokens.test/realms/contoso/protocol/auth",
    "token_endpoint": TOKEN_URL,
    "issuer": "https://tokens.test/realms/contoso",
}
ROOT = pair("root")
LEAF = pair("app", issuer=ROOT)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FEDERATED = federated_token(rsa_key("issuer"))


def certificate() -> Certificate:
    return Certificate(t.cast(t.Any, LEAF.key), LEAF.certificate, (ROOT.certificate,))


def by_certificate(clock: Clock, send_chain: bool = False) -> MsalApplication:
    return certificate_login(connection(), clock.policy(), TENANT, "app-id", certificate(), send_chain)


def by_file(clock: Clock, path: Path) -> MsalApplication:
    return federated_login(connection(), clock.policy(), TENANT, "app-id", str(path))


def expect_discovery(wire: Wire) -> None:
    wire.expect("GET", DISCOVERY, json=CONFIGURATION)


def expect_token(wire: Wire, token: str = TOKEN) -> None:
    wire.expect("POST", TOKEN_URL, json={"access_token": token, "expires_in": 3600, "token_type": "Bearer"})


def form(wire: Wire, place: int = -1) -> dict[str, str]:
    body = wire.sent[place].body
    fields = parse_qs(body.decode() if isinstance(body, bytes) else str(body))
    return {name: values[0] for name, values in fields.items()}


# A certificate


@pytest.mark.parametrize("send_chain", [False, True])
def test_the_assertion_of_a_certificate(wire: Wire, clock: Clock, send_chain: bool) -> None:
    expect_discovery(wire)
    expect_token(wire)
    assert by_certificate(clock, send_chain).token() == TOKEN
    sent = form(wire)
    assert (sent["client_id"], sent["client_assertion_type"]) == ("app-id", ASSERTION_TYPE)
    assert "client_secret" not in sent
    claims = jwt.decode(sent["client_assertion"], t.cast(t.Any, LEAF.key).public_key(), ["PS256"], audience=TOKEN_URL)
    assert (claims["iss"], claims["sub"]) == ("app-id", "app-id")
    assert claims["exp"] - claims["nbf"] == 600
    header = jwt.get_unverified_header(sent["client_assertion"])
    thumbprint = base64.urlsafe_b64encode(LEAF.certificate.fingerprint(hashes.SHA256())).decode()
    assert header["x5t#S256"] == thumbprint
    assert header.get("x5c") == (certificate().chain() if send_chain else None)
    assert len(certificate().chain()) == 2


def test_each_assertion_is_a_new_one(wire: Wire, clock: Clock) -> None:
    expect_discovery(wire)
    expect_token(wire)
    expect_token(wire, "another-token")
    login = by_certificate(clock)
    assert (login.token(), login.forget(), login.token()) == (TOKEN, True, "another-token")
    assert form(wire, 1)["client_assertion"] != form(wire, 2)["client_assertion"]


def test_a_refused_certificate_shows_neither_key_nor_assertion(wire: Wire, clock: Clock) -> None:
    expect_discovery(wire)
    repeated = "eyJhbGciOiJQUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"
    description = f"AADSTS700027: The key was not found in '{repeated}'. Trace ID: t-1"
    wire.expect("POST", TOKEN_URL, status=401, json={"error": "invalid_client", "error_description": description})
    login = by_certificate(clock)
    with pytest.raises(LoginError) as caught:
        login.token()
    failure = caught.value.failure
    assert failure.message == f"{LOGIN}/{TENANT} refused the login: AADSTS700027: The key was not found in '********'."
    assert (failure.method, failure.path) == ("POST", "/realms/contoso/protocol/token")
    assert caught.value.next_step == "Check that this very certificate is registered with the app and has not expired"
    shown = f"{failure!r} {caught.value!r} {login!r} {vars(login)!r}"
    for part in (*form(wire)["client_assertion"].split("."), *LEAF.secrets()):
        assert part not in shown


def test_nothing_is_sent_to_a_token_endpoint_without_tls(wire: Wire, clock: Clock) -> None:
    wire.expect("GET", DISCOVERY, json={**CONFIGURATION, "token_endpoint": "http://tokens.test/contoso/token"})
    with pytest.raises(LoginError) as caught:
        client_secret_login(connection(), clock.policy(), TENANT, "app-id", "canary-secret").token()
    assert len(wire.sent) == 1
    assert "canary-secret" not in str(caught.value)


# A federated token


def test_the_file_is_read_for_each_login(wire: Wire, clock: Clock, tmp_path: Path) -> None:
    expect_discovery(wire)
    expect_token(wire)
    expect_token(wire, "another-token")
    path = tmp_path / "token"
    path.write_text(f"{FEDERATED}\n")
    login = by_file(clock, path)
    assert login.token() == TOKEN
    assert form(wire)["client_assertion"] == FEDERATED
    renewed = federated_token(rsa_key("issuer"), jti="2")
    path.write_text(renewed)
    assert (login.token(), login.forget(), login.token()) == (TOKEN, True, "another-token")
    assert form(wire)["client_assertion"] == renewed


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"canary-of-a-file", "holds something else than a token"),
        (f"{FEDERATED} {FEDERATED}".encode(), "holds something else than a token"),
        (f"Bearer {FEDERATED}".encode(), "holds something else than a token"),
        ("canary-ö.b.c".encode(), "holds something else than a token"),
        (b"\xff\xfe", "holds something else than a token"),
    ],
)
def test_a_file_without_a_token_is_told_and_not_shown(tmp_path: Path, content: bytes, cause: str) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(LoginError) as caught:
        read_assertion(str(path))
    assert caught.value.cause() == f"federated_token_file {path} {cause}"
    assert "identity provider" in caught.value.next_step


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(LoginError, match=rf"federated_token_file {path} cannot be read \({reason}\)"):
            read_assertion(str(path))


def test_a_file_that_vanishes_is_a_login_error(wire: Wire, clock: Clock, tmp_path: Path) -> None:
    expect_discovery(wire)
    with pytest.raises(LoginError, match="No such file"):
        by_file(clock, tmp_path / "none").token()
    assert len(wire.sent) == 1


# Forgetting


def test_a_secret_gets_another_token(wire: Wire, clock: Clock) -> None:
    expect_discovery(wire)
    expect_token(wire)
    expect_token(wire, "another-token")
    login = client_secret_login(connection(), clock.policy(), TENANT, "app-id", "canary-secret")
    assert login.forget()
    assert [login.token(), login.token()] == [TOKEN, TOKEN]
    assert login.forget()
    assert [login.token(), login.token()] == ["another-token", "another-token"]


def test_a_ready_token_cannot_be_had_again() -> None:
    login = ReadyToken(TOKEN)
    assert not login.forget()
    assert login.token() == TOKEN
