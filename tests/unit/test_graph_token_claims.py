# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a token says of who signed in; whatever else it holds says nothing."""

from __future__ import annotations

import base64
import typing as t
from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import Authenticator, ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.managed_identity import ManagedIdentityLogin
from ansible_collections.m365.apps.plugins.module_utils._graph.msal_login import client_secret_login, federated_login
from ansible_collections.m365.apps.plugins.module_utils._graph.token_claims import Claims, claims_of
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, TOKEN, Clock, Wire, connection, token_with

ADMIN = "3A2C62DB-5318-420D-8D74-23AFFEE5D9D5"
APP, USER, NOBODY = Claims(is_app=True), Claims(is_user=True), Claims()


def signed_in(claims: Claims) -> Claims:
    """Return claims without what the token permits."""
    return replace(claims, permissions=frozenset(), readable=False)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"idtyp": "app"}, APP),
        ({"idtyp": "app", "scp": "openid"}, APP),
        ({"roles": ["Policy.Read"]}, APP),
        ({"roles": ["Policy.Read"], "scp": "openid"}, USER),
        ({"roles": []}, NOBODY),
        ({"roles": [1]}, NOBODY),
        ({"roles": ["Policy.Read"], "scp": ""}, NOBODY),
        ({"idtyp": "user", "roles": ["Policy.Read"]}, USER),
        ({"idtyp": "device", "roles": ["Policy.Read"]}, NOBODY),
        ({"scp": "openid"}, USER),
        (
            {"scp": "openid", "wids": [ADMIN, "B"]},
            Claims(is_user=True, directory_roles=frozenset([ADMIN.lower(), "b"])),
        ),
        ({"scp": "openid", "wids": [ADMIN, 1, None]}, Claims(is_user=True, directory_roles=frozenset([ADMIN.lower()]))),
        ({"scp": "openid", "wids": {"a": 1}}, USER),
        # Of an app these are not the roles of a user.
        ({"idtyp": "app", "wids": [ADMIN]}, APP),
        ({"wids": [ADMIN]}, NOBODY),
        ({}, NOBODY),
        ([], NOBODY),
        ("app", NOBODY),
    ],
)
def test_a_token_says_who_signed_in(said: t.Any, meant: Claims) -> None:
    assert signed_in(claims_of(token_with(said))) == meant


@pytest.mark.parametrize(
    "token",
    [
        "",
        TOKEN,
        "a.b.c",
        "..",
        token_with({"idtyp": "app"}).replace(".", "..", 1),
        token_with({"idtyp": "app"}) + ".d.e",
        # Not base64url, and not JSON.
        token_with({"idtyp": "app"}).replace(".", ".!", 1),
        f"a.{base64.urlsafe_b64encode(b'app').decode()}.c",
        f"a.{base64.urlsafe_b64encode(b'[' * 100_000).decode()}.c",
        token_with({"idtyp": "app", "x": "y" * 100_000}),
        token_with({"idtyp": "app"}).replace(".", ".é", 1),
    ],
)
def test_what_is_not_a_token_with_claims_says_nothing(token: str) -> None:
    assert claims_of(token) == NOBODY


def test_a_way_to_sign_in_that_only_apps_have_needs_no_word_of_the_token(clock: Clock) -> None:
    logins: list[tuple[Authenticator, Claims]] = [
        (client_secret_login(connection(), clock.policy(), "t", "c", "s"), APP),
        (federated_login(connection(), clock.policy(), "t", "c", "/f"), APP),
        (ManagedIdentityLogin(connection(), clock.policy()), APP),
        (ReadyToken(TOKEN), NOBODY),
    ]
    for login, meant in logins:
        assert GraphClient(connection(), login, clock.policy()).claims == meant


@pytest.mark.parametrize(("token", "meant"), [(TOKEN, APP), (token_with({"scp": "openid"}), USER)])
def test_what_the_token_says_counts_before_the_way_to_sign_in(
    wire: Wire, clock: Clock, token: str, meant: Claims
) -> None:
    login = mock.Mock(is_app=True, token=lambda: token)
    client = GraphClient(connection(), login, clock.policy())
    wire.expect("GET", f"{GRAPH}/beta/things", json={})
    client.call("GET", "/things")
    assert signed_in(client.claims) == meant


def test_the_token_that_was_sent_last_tells(wire: Wire, clock: Clock) -> None:
    client = GraphClient(connection(), ReadyToken(token_with({"scp": "openid"})), clock.policy())
    assert client.claims == NOBODY
    wire.expect("GET", f"{GRAPH}/beta/things", json={})
    client.call("GET", "/things")
    assert signed_in(client.claims) == USER


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["idtyp", "roles", "scp", "wids"]), json_values))
def test_whatever_a_token_holds_it_is_of_an_app_or_of_a_user_or_says_nothing(said: dict[str, t.Any]) -> None:
    claims = claims_of(token_with(said))
    assert not (claims.is_app and claims.is_user)
    assert claims.is_user or not claims.directory_roles
    assert all(isinstance(role, str) for role in claims.directory_roles)


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    assert claims_of(text) == NOBODY
