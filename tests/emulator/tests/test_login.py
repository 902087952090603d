# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Token endpoint, discovery and managed identity, by hand and with MSAL."""

from __future__ import annotations

import base64
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from graph_emulator.testing import Client, Emulator

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SECRET = "emulator-only-secret"
SCOPE = "https://graph.microsoft.com/.default"
POLICIES = "/beta/officeConfiguration/clientConfigurations"
KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)


def _certificate(days: int = 1) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=9))
    return builder.not_valid_after(now + timedelta(days=days)).sign(KEY, hashes.SHA256())


CERTIFICATE = _certificate()
CERTIFICATE_PEM = CERTIFICATE.public_bytes(Encoding.PEM).decode()
KEY_PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
FEDERATION = {"issuer": "https://issuer.example", "subject": "repo:x", "key": PUBLIC_PEM}


@pytest.fixture
def seed(seed: dict[str, Any]) -> dict[str, Any]:
    """The app also has a certificate, a federated credential and is a managed identity; the tenant has a domain."""
    extra = {"certificates": [CERTIFICATE_PEM], "federated": [FEDERATION], "managed_identity": True}
    app = {**seed["apps"][0], **extra, "identity_header": str(uuid.uuid4())}
    return {**seed, "apps": [app], "domains": [f"{uuid.uuid4().hex}.example"]}


@pytest.fixture
def app(seed: dict[str, Any]) -> dict[str, Any]:
    """The test's app."""
    found: dict[str, Any] = seed["apps"][0]
    return found


def _code(answer: requests.Response) -> int:
    body = answer.json()
    assert set(body) >= {"error", "error_description", "timestamp", "trace_id", "correlation_id"}
    assert body["error_description"].startswith(f"AADSTS{body['error_codes'][0]}: ")
    return int(body["error_codes"][0])


def test_discovery_and_keys(emulator: Emulator, tenant: str, seed: dict[str, Any], graph: Client) -> None:
    for name in (tenant, tenant.upper(), seed["domains"][0]):
        found = emulator.session.get(f"{emulator.url}/{name}/v2.0/.well-known/openid-configuration").json()
        assert found["issuer"] == f"{emulator.url}/{tenant}/v2.0"
        assert found["token_endpoint"] == f"{emulator.url}/{tenant}/oauth2/v2.0/token"
        assert found["authorization_endpoint"]
    key = jwt.PyJWK(emulator.session.get(found["jwks_uri"]).json()["keys"][0])
    claims = jwt.decode(graph.token, key, audience="https://graph.microsoft.com")
    assert claims["tid"] == tenant
    assert claims["appid"] == seed["apps"][0]["client_id"]
    assert claims["roles"] == seed["apps"][0]["roles"]
    assert claims["exp"] - claims["iat"] == 3599


def test_unknown_tenant(emulator: Emulator) -> None:
    answer = emulator.session.get(f"{emulator.url}/nowhere/v2.0/.well-known/openid-configuration")
    assert (answer.status_code, _code(answer)) == (400, 90002)


@pytest.mark.parametrize(
    ("changes", "status", "code", "error"),
    [
        ({"client_secret": "wrong"}, 401, 7000215, "invalid_client"),
        ({"client_secret": ""}, 401, 7000218, "invalid_client"),
        ({"client_id": str(uuid.uuid4())}, 400, 700016, "unauthorized_client"),
        ({"client_id": ""}, 400, 900144, "invalid_request"),
        ({"scope": ""}, 400, 900144, "invalid_request"),
        ({"scope": "https://graph.microsoft.com/User.Read"}, 400, 70011, "invalid_scope"),
        ({"scope": "https://vault.azure.net/.default"}, 400, 500011, "invalid_resource"),
        ({"grant_type": "password"}, 400, 70003, "unsupported_grant_type"),
        ({"client_assertion": "x.y.z", "client_assertion_type": ASSERTION_TYPE}, 401, 50027, "invalid_client"),
        ({"client_assertion": "x.y.z"}, 400, 90023, "invalid_request"),
    ],
)
def test_refused_logins(
    emulator: Emulator, tenant: str, app: dict[str, Any], changes: dict[str, str], status: int, code: int, error: str
) -> None:
    answer = emulator.login(tenant, **{"client_id": app["client_id"], "client_secret": SECRET, **changes})
    assert (answer.status_code, _code(answer), answer.json()["error"]) == (status, code, error)


def test_expired_secret(emulator: Emulator, tenant: str, app: dict[str, Any]) -> None:
    state = {"tenants": {tenant: {"apps": [{**app, "expired_secrets": ["of-last-year"]}]}}}
    assert emulator.admin("PUT", "state", state)["tenants"][tenant]["apps"][0]["expired_secrets"] == ["of-last-year"]
    for secret, status in (("of-last-year", 401), (SECRET, 200)):
        answer = emulator.login(tenant, client_id=app["client_id"], client_secret=secret)
        assert answer.status_code == status
    assert _code(emulator.login(tenant, client_id=app["client_id"], client_secret="of-last-year")) == 7000222


def test_both_names_of_the_graph_resource(emulator: Emulator, tenant: str, app: dict[str, Any]) -> None:
    for resource in ("https://graph.microsoft.com", emulator.url):
        answer = emulator.login(
            tenant, client_id=app["client_id"], client_secret=SECRET, scope=f"{resource}/.default"
        ).json()
        client = Client(emulator.session, emulator.url, answer["access_token"])
        assert client.call("GET", POLICIES).status_code == 200


def _assertion(url: str, app_id: str, tenant: str, changes: dict[str, Any], key: Any = KEY, alg: str = "PS256") -> str:
    now = int(time.time())
    claims = {"aud": f"{url}/{tenant}/oauth2/v2.0/token", "iss": app_id, "sub": app_id, "nbf": now, "exp": now + 300}
    thumbprint = jwt.utils.base64url_encode(CERTIFICATE.fingerprint(hashes.SHA256())).decode()
    headers = {"x5t#S256": changes.pop("x5t#S256", thumbprint)}
    return jwt.encode({**claims, **changes}, key, alg, headers=headers)


@pytest.mark.parametrize(
    ("changes", "key", "alg", "code"),
    [
        ({}, KEY, "PS256", None),
        ({}, KEY, "RS256", None),
        ({}, OTHER_KEY, "PS256", 700027),
        ({"x5t#S256": "AAAA"}, KEY, "PS256", 700027),
        ({"exp": 1}, KEY, "PS256", 700024),
        ({"nbf": 2**31}, KEY, "PS256", 700024),
        ({"aud": "https://elsewhere.example"}, KEY, "PS256", 700023),
        ({"sub": "someone"}, KEY, "PS256", 700021),
        ({"iss": "someone"}, KEY, "PS256", 700021),
    ],
)
def test_certificate_assertion(
    emulator: Emulator, tenant: str, app: dict[str, Any], changes: dict[str, Any], key: Any, alg: str, code: int | None
) -> None:
    assertion = _assertion(emulator.url, app["client_id"], tenant, dict(changes), key, alg)
    answer = emulator.login(
        tenant, client_id=app["client_id"], client_assertion=assertion, client_assertion_type=ASSERTION_TYPE
    )
    assert (_code(answer) if code else answer.status_code) == (code or 200)


@pytest.mark.parametrize(("other", "status"), [(False, 200), (True, 401)])
def test_certificate_that_comes_along_has_to_be_registered(
    emulator: Emulator, tenant: str, app: dict[str, Any], other: bool, status: int
) -> None:
    der = (_certificate() if other else CERTIFICATE).public_bytes(Encoding.DER)
    claims = {"aud": f"{emulator.url}/{tenant}/v2.0", "iss": app["client_id"], "sub": app["client_id"]}
    headers = {"x5c": [base64.b64encode(der).decode()]}
    assertion = jwt.encode({**claims, "exp": int(time.time()) + 60}, KEY, "RS256", headers=headers)
    answer = emulator.login(
        tenant, client_id=app["client_id"], client_assertion=assertion, client_assertion_type=ASSERTION_TYPE
    )
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("changes", "key", "code"),
    [
        ({}, KEY, None),
        ({"iss": "https://other.example"}, KEY, 700211),
        ({"sub": "repo:y"}, KEY, 700213),
        ({"aud": "someone"}, KEY, 700212),
        ({"exp": 1}, KEY, 700024),
        ({}, OTHER_KEY, 700027),
    ],
)
def test_federated_token(
    emulator: Emulator, tenant: str, app: dict[str, Any], changes: dict[str, Any], key: Any, code: int | None
) -> None:
    claims = {"iss": FEDERATION["issuer"], "sub": FEDERATION["subject"], "aud": "api://AzureADTokenExchange"}
    token = jwt.encode({**claims, "exp": int(time.time()) + 60, **changes}, key, "RS256")
    answer = emulator.login(
        tenant, client_id=app["client_id"], client_assertion=token, client_assertion_type=ASSERTION_TYPE
    )
    assert (_code(answer) if code else answer.status_code) == (code or 200)


def test_msal_with_every_credential(emulator: Emulator, tenant: str, app: dict[str, Any]) -> None:
    claims = {"iss": FEDERATION["issuer"], "sub": FEDERATION["subject"], "aud": "api://AzureADTokenExchange"}
    federated = jwt.encode({**claims, "exp": int(time.time()) + 60}, KEY, "RS256")
    credentials: list[Any] = [
        SECRET,
        {"private_key": KEY_PEM, "public_certificate": CERTIFICATE_PEM},
        {"client_assertion": lambda: federated},
    ]
    for credential in credentials:
        client = msal.ConfidentialClientApplication(
            app["client_id"],
            authority=f"{emulator.url}/{tenant}",
            client_credential=credential,
            instance_discovery=False,
            http_client=emulator.session,
        )
        found = client.acquire_token_for_client([SCOPE])
        token = Client(emulator.session, emulator.url, found["access_token"])
        assert token.call("GET", POLICIES).status_code == 200


def test_msal_with_managed_identity(
    emulator: Emulator, app: dict[str, Any], tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [
        {"IDENTITY_ENDPOINT": f"{emulator.url}/msi/token", "IDENTITY_HEADER": app["identity_header"]},
        {"AZURE_POD_IDENTITY_AUTHORITY_HOST": emulator.url},
    ]
    for place in places:
        with monkeypatch.context() as patch:
            for name, value in place.items():
                patch.setenv(name, value)
            identity = msal.UserAssignedManagedIdentity(client_id=app["client_id"])
            client = msal.ManagedIdentityClient(identity, http_client=emulator.session)
            found = client.acquire_token_for_client(resource="https://graph.microsoft.com")
        claims = jwt.decode(found["access_token"], options={"verify_signature": False})
        assert (claims["tid"], claims["appid"]) == (tenant, app["client_id"])


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/msi/token?api-version=2019-08-01&resource=https://graph.microsoft.com", {}, 401),
        (
            "/msi/token?api-version=2019-08-01&resource=https://graph.microsoft.com",
            {"X-IDENTITY-HEADER": "wrong"},
            401,
        ),
        ("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com", {}, 400),
        ("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://x", {"Metadata": "true"}, 400),
        ("/metadata/identity/oauth2/token?resource=https://graph.microsoft.com", {"Metadata": "true"}, 400),
    ],
)
def test_refused_managed_identity(emulator: Emulator, path: str, headers: dict[str, str], status: int) -> None:
    assert emulator.session.get(emulator.url + path, headers=headers).status_code == status


def test_logins_are_counted_and_not_in_the_journal(emulator: Emulator, tenant: str, app: dict[str, Any]) -> None:
    answer = emulator.login(tenant, client_id=app["client_id"], client_secret=SECRET)
    emulator.login(tenant, client_id=app["client_id"], client_secret="wrong")
    emulator.session.get(f"{emulator.url}/{tenant}/v2.0/.well-known/openid-configuration")
    assert emulator.admin("GET", "logins") == {
        "total": 3,
        "by_kind": {"token": 2, "discovery": 1},
        "tenants": {tenant: {"token": 2, "discovery": 1}},
        "tokens": [answer.json()["access_token"]],
    }
    assert emulator.admin("GET", "journal") == []


def test_faults_hit_logins_only_when_asked(emulator: Emulator, tenant: str, app: dict[str, Any]) -> None:
    emulator.admin("PUT", "faults", [{"kind": "throttle"}, {"kind": "unavailable", "match": {"on": "login"}}])
    form = {"client_id": app["client_id"], "client_secret": SECRET}
    assert [emulator.login(tenant, **form).status_code for _unused in range(2)] == [503, 200]
