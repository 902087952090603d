# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client assertions: signed with an app's certificate, or issued by a federated identity provider.

Rules from the Microsoft identity platform pages on certificate credentials and workload identity federation.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key

from ..tenants import App, Federation
from .errors import LoginRefused

ALGORITHMS = ["RS256", "PS256"]
FEDERATED_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256"]
THUMBPRINTS: dict[str, Any] = {"x5t#S256": hashlib.sha256, "x5t": hashlib.sha1}
CERTIFICATE_HEADERS = (*THUMBPRINTS, "x5c")


def check_assertion(app: App, assertion: str, audiences: tuple[str, ...]) -> None:
    """Accept an assertion of the app itself (iss is its client_id, or a certificate is named) or of a federated issuer.

    :raises LoginRefused: whatever is wrong, with its AADSTS code.
    """
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise LoginRefused(50027, f"The client assertion cannot be read: {error}") from None
    if str(claims.get("iss", "")).lower() == app.client_id or any(name in header for name in CERTIFICATE_HEADERS):
        _check_own(app, assertion, header, claims, audiences)
    else:
        _check_federated(app, assertion, claims)


def _check_own(app: App, assertion: str, header: dict[str, Any], claims: dict[str, Any], audiences: Any) -> None:
    certificate = _certificate(app, header)
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise LoginRefused(700027, "[Reason - The key is not an RSA key.]")
    _decode(assertion, key, ALGORITHMS, list(audiences), 700023)
    for name in ("iss", "sub"):
        if str(claims.get(name, "")).lower() != app.client_id:
            raise LoginRefused(700021, f"The claim '{name}' has to be the application id '{app.client_id}'.")
    now = datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise LoginRefused(700027, "[Reason - The certificate is outside of its validity period.]")


def _certificate(app: App, header: dict[str, Any]) -> x509.Certificate:
    """The registered certificate that the header names by thumbprint or brings along in x5c."""
    registered = [x509.load_pem_x509_certificate(pem.encode()) for pem in app.certificates]
    stated = [name for name in THUMBPRINTS if name in header]
    for certificate in registered:
        der = certificate.public_bytes(Encoding.DER)
        if stated and all(_thumbprint(der, name) == str(header[name]).rstrip("=") for name in stated):
            return certificate
        if not stated and _first(header.get("x5c")) == base64.b64encode(der).decode():
            return certificate
    named = ", ".join(f"{name}={header[name]}" for name in stated) or "none"
    raise LoginRefused(700027, f"[Reason - The key was not found, thumbprint of key used by client: '{named}'.]")


def _first(chain: object) -> object:
    return chain[0] if isinstance(chain, list) and chain else None


def _thumbprint(der: bytes, name: str) -> str:
    return base64.urlsafe_b64encode(THUMBPRINTS[name](der).digest()).decode().rstrip("=")


def _check_federated(app: App, assertion: str, claims: dict[str, Any]) -> None:
    record = _record(app, claims)
    key = load_pem_public_key(record.key.encode())
    _decode(assertion, key, FEDERATED_ALGORITHMS, [record.audience], 700212)


def _record(app: App, claims: dict[str, Any]) -> Federation:
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    of_issuer = [item for item in app.federated if item.issuer == issuer]
    if not of_issuer:
        raise LoginRefused(700211, issuer)
    of_subject = [item for item in of_issuer if item.subject == subject]
    if not of_subject:
        raise LoginRefused(700213, subject)
    return of_subject[0]


def _decode(assertion: str, key: Any, algorithms: list[str], audiences: list[str], wrong_audience: int) -> None:
    try:
        jwt.decode(assertion, key, algorithms, audience=audiences, options={"require": ["aud", "exp", "iss", "sub"]})
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
        raise LoginRefused(700024, str(error)) from None
    except jwt.InvalidAudienceError as error:
        raise LoginRefused(wrong_audience, str(error)) from None
    except jwt.InvalidSignatureError:
        raise LoginRefused(700027, "[Reason - The signature is invalid.]") from None
    except jwt.PyJWTError as error:
        raise LoginRefused(50027, str(error)) from None
