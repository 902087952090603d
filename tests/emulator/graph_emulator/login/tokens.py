# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access tokens: real RS256 JWTs with the claims of Graph's version 1.0 tokens (Microsoft identity platform docs)."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from ..tenants import App, Tenant

# Role templates of the directory (Microsoft Entra built-in roles). Global Reader opens nothing in Intune by itself.
INTUNE_ADMINISTRATOR = "3a2c62db-5318-420d-8d74-23affee5d9d5"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
ANY_USER = "b79fbf4d-3ef9-4689-8143-76b194e85509"


class TokenError(Exception):
    """A token that Graph does not take; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a valid token stands for."""

    tenant: Tenant
    client_id: str
    roles: frozenset[str]
    # The signed-in user's id; empty for an app on its own.
    user: str = ""
    is_administrator: bool = False

    @property
    def identity(self) -> str:
        """Who it is to those who approve his writes."""
        return self.user or self.client_id

    @property
    def sees_all(self) -> bool:
        """Whether Intune's roles and scope tags do not hold the caller."""
        return self.is_administrator or not self.user


def _base64url(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def issuer(tenant: Tenant) -> str:
    """The issuer of version 1.0 tokens."""
    return f"https://sts.windows.net/{tenant.id}/"


def user_id(app: App) -> str:
    """The id of the user who signs in with an app."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, app.object_id))


def _subject(app: App, signed_in: str) -> dict[str, Any]:
    """Who a token stands for, and what he may do."""
    if signed_in == "app":
        return {"idtyp": "app", "oid": app.object_id, "roles": list(app.roles), "sub": app.object_id}
    key, administrator = user_id(app), signed_in == "intune_administrator"
    return {
        "idtyp": "user",
        "name": signed_in,
        "oid": key,
        "scp": " ".join(app.roles),
        "sub": key,
        "wids": [INTUNE_ADMINISTRATOR, ANY_USER] if administrator else [GLOBAL_READER, ANY_USER],
    }


def _reason(error: jwt.PyJWTError) -> str:
    reasons: dict[type[jwt.PyJWTError], str] = {
        jwt.ExpiredSignatureError: "Lifetime validation failed, the token is expired.",
        jwt.ImmatureSignatureError: "Lifetime validation failed, the token is not yet valid.",
        jwt.InvalidAudienceError: "Access token validation failure. Invalid audience.",
        jwt.InvalidSignatureError: "Access token validation failure. Invalid signature.",
        jwt.DecodeError: "IDX14100: JWT is not well formed, there are no dots (.) or a part cannot be decoded.",
    }
    return reasons.get(type(error), f"Access token validation failure. {error}")


@lru_cache(maxsize=64)
def _claims(token: str, key: rsa.RSAPrivateKey, audiences: tuple[str, ...], _second: int) -> Mapping[str, Any]:
    """What a token says. Times in it are whole seconds, so it is read once in each."""
    needed = ["aud", "iss", "exp", "nbf", "tid", "appid"]
    claims: dict[str, Any] = jwt.decode(
        token, key.public_key(), ["RS256"], audience=list(audiences), options={"require": needed}
    )
    return claims


@dataclass(slots=True)
class TokenKeys:
    """The signing key of this run."""

    _key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    _id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def issue(self, tenant: Tenant, app: App, audience: str, seconds: int, method: str, signed_in: str = "app") -> str:
        """A token for ``audience``; ``method`` is appidacr: 1 secret, 2 assertion (or managed identity).

        ``signed_in`` is one of `SIGNED_IN`: a user's token has the app's roles as scopes.
        """
        now = int(time.time())
        claims: dict[str, Any] = {
            "aud": audience,
            "iss": issuer(tenant),
            "iat": now,
            "nbf": now,
            "exp": now + seconds,
            "appid": app.client_id,
            "appidacr": method,
            "idp": issuer(tenant),
            **_subject(app, signed_in),
            "tid": tenant.id,
            "uti": uuid.uuid4().hex[:22],
            "ver": "1.0",
        }
        return jwt.encode(claims, self._key, "RS256", headers={"kid": self._id, "x5t": self._id})

    def jwks(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self._id, "x5t": self._id}
        return {"keys": [{**key, "n": _base64url(numbers.n), "e": _base64url(numbers.e)}]}

    def verify(self, token: str, audiences: tuple[str, ...], tenants: Mapping[str, Tenant]) -> Caller:
        """The caller that a token stands for.

        :raises TokenError: wrong form, signature, time, audience or tenant.
        """
        try:
            claims = _claims(token, self._key, audiences, int(time.time()))
        except jwt.PyJWTError as error:
            raise TokenError(_reason(error)) from None
        tenant = tenants.get(str(claims["tid"]))
        if tenant is None or claims["iss"] != issuer(tenant):
            raise TokenError("Access token validation failure. Invalid issuer or tenant.")
        scopes = frozenset(str(claims.get("scp", "")).split())
        return Caller(
            tenant,
            str(claims["appid"]),
            frozenset(claims.get("roles", ())) | scopes,
            str(claims["oid"]) if "scp" in claims else "",
            INTUNE_ADMINISTRATOR in claims.get("wids", ()),
        )
