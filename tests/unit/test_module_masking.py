# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Masking: which secrets are known, in which forms they are found, and what is never touched."""

from __future__ import annotations

import base64
import html
import json
import logging
import math
import typing as t
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.m365.apps.plugins.filter import checkin_gate
from ansible_collections.m365.apps.plugins.module_utils._errors import Failure, UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.managed_identity import ManagedIdentityLogin
from ansible_collections.m365.apps.plugins.module_utils._graph.msal_login import client_secret_login
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import RetryPolicy
from ansible_collections.m365.apps.plugins.module_utils._graph.session import Connection
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY, SHARED, with_shared
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Request
from ansible_collections.m365.apps.plugins.module_utils._module.logins import used_params
from ansible_collections.m365.apps.plugins.module_utils._module.masking import (
    masked,
    masked_places,
    secrets_of,
    shown_arguments,
    shown_result,
)
from ansible_collections.m365.apps.plugins.module_utils._module.masks import HIDDEN, MASK, holds_mask
from ansible_collections.m365.apps.plugins.module_utils._module.parse_options import desired_policy
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import tenant_of
from ansible_collections.m365.apps.plugins.plugin_utils._gate import Gate
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError

SECRET = "can~ary \"se<cret>'&%+/\\é"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJncmFwaCJ9.c2lnbmF0dXJl-_c2lnbmF0dXJl"
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----\n"
SPEC = with_shared(POLICY)
FORMS = {
    "plain": lambda text: text,
    "quoted": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON with its letters": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "HTML": html.escape,
    "Python": lambda text: repr(text)[1:-1],
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_each_form_is_masked(form: t.Callable[[str], str]) -> None:
    said = form(SECRET)
    value = {"msg": f"no: {said}.", "list": [{said: 1}, (said,)], "other": "text"}
    assert masked(value, {SECRET}) == {"msg": f"no: {MASK}.", "list": [{MASK: 1}, [MASK]], "other": "text"}


def test_what_holds_no_secret_is_the_same_object() -> None:
    value = {"a": ["b"]}
    assert masked(value, {SECRET}) is value


def test_the_longer_secret_goes_first() -> None:
    assert masked("canary-0123-4567", {"canary-0123", "canary-0123-4567"}) == MASK


@pytest.mark.parametrize(
    "value",
    [
        "1234567",
        12345678,
        {"priority": 12345678},
        "12345678-0000-4000-8000-000000000001",
        [True, None, 1.5],
    ],
)
def test_what_is_never_touched(value: t.Any) -> None:
    """A short text, numbers, and ids that a secret is a part of."""
    assert masked([value, "12345678"], {"12345678", "1234567"}) == [value, MASK]


def test_an_id_that_is_the_secret_is_masked() -> None:
    secret = "12345678-0000-4000-8000-000000000001"
    assert masked(secret, {secret}) == MASK


@pytest.mark.parametrize(
    ("params", "secrets"),
    [
        ({"client_secret": "s3cret", "certificate_passphrase": "a"}, {"s3cret", "a"}),
        ({"client_secret": None, "certificate_passphrase": ""}, set()),
        ({"access_token": JWT}, {JWT, *JWT.split(".")[1:]}),
        ({"access_token": "opaque"}, {"opaque"}),
        ({"proxy": "http://proxy.example:8080"}, set()),
        ({"proxy": "http://u:p%2Fw@proxy.example"}, {"p%2Fw", "p/w", "u:p%2Fw", "u:p/w"}),
        ({"proxy": "u:pw@proxy.example"}, {"pw", "u:pw"}),
        ({"proxy": "http://u:pw@[x"}, {"http://u:pw@[x"}),
        ({"graph_url": "https://u:pw@graph.example"}, {"pw", "u:pw"}),
        ({"certificate_path": "/home/me/app.pem"}, set()),
        ({"certificate_path": PEM}, {PEM, *PEM.splitlines()}),
        ({"federated_token_file": JWT}, {JWT}),
    ],
)
def test_which_secrets_are_known(params: dict[str, t.Any], secrets: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IDENTITY_HEADER", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert secrets_of(params) == secrets


def test_secrets_of_the_environment_and_acquired_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    monkeypatch.setenv("HTTPS_PROXY", "http://u:pw@proxy.example")
    assert secrets_of({"managed_identity": "system"}, ["opaque"]) == {"header", "pw", "u:pw", "opaque"}
    assert secrets_of({}, ["opaque"]) == {"pw", "u:pw", "opaque"}


WORD = "Standard"
PROXY = f"http://u:{WORD}@proxy.example"
APP = {"tenant_id": "t", "client_id": "c"}
# What a task and the environment give (a * marks what the task gives), and whether the word is a secret that is used.
USES: dict[str, tuple[dict[str, str], dict[str, str], bool]] = {
    "the secret of the login": ({"client_secret": WORD}, {}, True),
    "a secret beside a token": ({"client_secret": WORD, "access_token*": JWT}, {}, False),
    "a token of the environment, which comes first": ({"client_secret": WORD, "access_token": JWT}, {}, False),
    "a token beside a secret": ({"access_token": f"x.{WORD}.y", "client_secret*": "other-secret"}, {}, False),
    "a passphrase without its certificate": ({"certificate_passphrase": WORD, "client_secret": "other"}, {}, False),
    "a passphrase with it": ({"certificate_passphrase": WORD, "certificate_path": "app.pfx"}, {}, True),
    "a secret beside a certificate": ({"certificate_path*": "app.pfx", "client_secret": WORD}, {}, False),
    "the proxy": ({"proxy": PROXY, "access_token": JWT}, {}, True),
    "another proxy than that of the environment": (
        {"proxy": "http://p", "access_token": JWT},
        {"HTTPS_PROXY": PROXY},
        False,
    ),
    "the proxy of the environment": ({"access_token": JWT}, {"HTTPS_PROXY": PROXY}, True),
    "the proxy for everything": ({"access_token": JWT}, {"ALL_PROXY": PROXY}, True),
    "a proxy for http": ({"access_token": JWT}, {"http_proxy": PROXY}, False),
    "a proxy that is not for this host": (
        {"access_token": JWT},
        {"HTTPS_PROXY": PROXY, "NO_PROXY": "graph.microsoft.com"},
        False,
    ),
    "a proxy that is for the login only": (
        {"client_secret": "other"},
        {"HTTPS_PROXY": PROXY, "NO_PROXY": "graph.microsoft.com"},
        True,
    ),
    "the header of a managed identity": ({"managed_identity": "system"}, {"IDENTITY_HEADER": WORD}, True),
    "its header beside a token": ({"access_token": JWT}, {"IDENTITY_HEADER": WORD}, False),
    "two logins, of which none is used": ({"access_token*": JWT, "client_secret*": WORD}, {}, True),
}


@pytest.mark.parametrize(("options", "environment", "counts"), USES.values(), ids=USES)
def test_only_a_secret_that_is_used_is_masked(
    options: dict[str, str], environment: dict[str, str], counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    given = {name.rstrip("*"): value for name, value in options.items() if name.endswith("*")}
    params = {**dict.fromkeys(SHARED), **APP, **{name.rstrip("*"): value for name, value in options.items()}}
    used = used_params(params, given)
    name = "Contoso Standard"
    shown = shown_result({"config": {"display_name": name}}, used)
    assert (shown["config"]["display_name"] != name) is counts
    # The option itself is hidden in any case.
    assert WORD not in json.dumps(shown_arguments({**params, **APP}, SPEC, secrets_of(used)))


def test_where_masks_stand() -> None:
    value = {
        "configs": [{"display_name": f"A {MASK}", "description": "x", "groups": [MASK]}, {"display_name": "B"}],
        "diff": [{"after": {MASK: 1}}],
        "plan": HIDDEN,
    }
    assert masked_places(value) == [
        f"policy 'A {MASK}'.display_name",
        f"policy 'A {MASK}'.groups[0]",
        "diff[0].after",
        "plan",
    ]
    assert masked_places([{"display_name": "B", "description": "********"}]) == []


def test_a_gate_compares_no_masked_names() -> None:
    gate = checkin_gate.FilterModule().filters()["checkin_gate"]
    rows = [{"display_name": f"Contoso {MASK}", "id": "1"}, {"display_name": "Other", "id": "2"}]
    with pytest.raises(
        AnsibleFilterError,
        match="cannot be compared: a mask may stand for a secret in the name of policy 'Contoso Standard'",
    ):
        gate({"policies": rows}, ["Contoso Standard"])
    assert gate({"policies": rows}, ["Other"])["verdict"] == "waiting"
    with pytest.raises(PoliciesError, match="Contoso Standard"):
        Gate(policies=["Contoso Standard"]).says({"policies": rows})


def test_a_short_secret_is_masked_in_messages_only() -> None:
    result = {
        "msg": "policy 'office': bad secret office, officer",
        "error": {"message": "office", "status": 400},
        "config": {"display_name": "office", "msg": "office"},
        "results": [{"display_name": "office", "msg": "no office", "error": {}}],
    }
    assert shown_result(result, {"client_secret": "office"}) == {
        "msg": f"policy '{MASK}': bad secret {MASK}, officer",
        "error": {"message": MASK, "status": 400},
        "config": {"display_name": "office", "msg": "office"},
        "results": [{"display_name": "office", "msg": f"no {MASK}", "error": {}}],
    }


def test_a_short_passphrase_masks_nothing() -> None:
    result = {"msg": "a", "config": {"description": "a"}}
    assert shown_result(result, {"certificate_passphrase": "a", "proxy": "http://a"}) == result


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_does_not_know_is_shown_as_text(number: float) -> None:
    shown = shown_arguments({"policy_payload": {"a": [number, 1.5]}, "priority": number}, SPEC)
    assert shown == {"policy_payload": {"a": [str(number), 1.5]}, "priority": str(number)}


def test_arguments() -> None:
    params = {
        "client_secret": "a",
        "certificate_passphrase": "",
        "access_token": None,
        "proxy": "http://proxy",
        "graph_url": "https://u:pw@graph.example",
        "certificate_path": PEM,
        "display_name": "a",
        "clientsecret": "b",
    }
    assert shown_arguments(params, SPEC) == {
        "client_secret": HIDDEN,
        "certificate_passphrase": "",
        "access_token": None,
        "proxy": HIDDEN,
        "graph_url": f"https://{MASK}@graph.example",
        "certificate_path": MASK,
        "display_name": "a",
        "clientsecret": HIDDEN,
    }


@pytest.mark.parametrize("mask", [MASK, HIDDEN])
@pytest.mark.parametrize("name", ["display_name", "description", "policy_payload", "user_preference_payload", "groups"])
def test_a_mask_is_not_written(name: str, mask: str) -> None:
    text = f"with {mask}"
    value = [{"a": {text: 1}}] if "payload" in name else text
    params = {"state": "present", "display_name": "A", name: value}
    with pytest.raises(UserError, match=f"cannot use {name}: it holds a mask"):
        desired_policy(params, params)


def test_other_stars_are_no_mask() -> None:
    assert not holds_mask({"description": "******** mind this", "masked": "by m365.apps"})


# Texts of others


@pytest.mark.parametrize("name", ["message", "code", "request_id", "client_request_id", "path"])
@pytest.mark.parametrize(
    "said",
    [
        JWT,
        f"Bearer {JWT}",
        quote(f"Bearer {JWT}"),
        base64.b64encode(JWT.encode()).decode(),
        base64.b64encode(f"Bearer {JWT}".encode()).decode(),
    ],
)
def test_a_token_is_masked_in_every_fact(name: str, said: str) -> None:
    failure = replace(Failure("no"), **t.cast("dict[str, t.Any]", {name: f"before {said} after"}))
    shown = failure.as_dict()[name]
    assert not [part for part in (*JWT.split("."), said[-20:]) if part in shown]
    assert shown.startswith("before ")
    assert shown.endswith(" after")


def test_words_are_no_token() -> None:
    text = "the keyJournal eyJack moneyJuggling and ZXlK"
    assert Failure(text).message == text


# Objects


def test_no_object_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "canary-header")
    connection = Connection("https://graph.test", "https://login.test", proxy="http://u:canary-password@proxy.test")
    retry = RetryPolicy(0)
    login = client_secret_login(connection, retry, "t", "c", "canary-secret")
    client = GraphClient(connection, ReadyToken("canary-token"))
    client.tokens.add("canary-token")
    tenant = tenant_of(client, {"payload_transport": "stream", "surface": "office_configuration"})
    assert list(tenant.tokens) == ["canary-token"]
    request = Request({"client_secret": "canary-secret"}, {"client_secret": "canary-secret"})
    objects = [connection, login, client, tenant, tenant.surface, ReadyToken("canary-token"), request]
    objects.append(ManagedIdentityLogin(connection, retry))
    assert [shown for shown in (f"{one!r} {one}" for one in objects) if "canary" in shown] == []


def test_no_logger_is_switched_on() -> None:
    names = ("msal", "urllib3", "requests", "m365")
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith(names)]
    assert [one.name for one in loggers if one.level not in (logging.NOTSET, logging.WARNING)] == []
