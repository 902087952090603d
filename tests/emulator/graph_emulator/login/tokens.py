# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access tokens: real RS256 JWTs with the claims of Graph's version 1.0 tokens (Microsoft identity platform docs)."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from ..tenants import App, Tenant


class TokenError(Exception):
    """A token that Graph does not take; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a valid token stands for."""

    tenant: Tenant
    client_id: str
    roles: frozenset[str]

    @property
    def identity(self) -> str:
        """Who it is to those who approve his writes."""
        return self.client_id


def _base64url(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def issuer(tenant: Tenant) -> str:
    """The issuer of version 1.0 tokens."""
    return f"https://sts.windows.net/{tenant.id}/"


def _reason(error: jwt.PyJWTError) -> str:
    reasons: dict[type[jwt.PyJWTError], str] = {
        jwt.ExpiredSignatureError: "Lifetime validation failed, the token is expired.",
        jwt.ImmatureSignatureError: "Lifetime validation failed, the token is not yet valid.",
        jwt.InvalidAudienceError: "Access token validation failure. Invalid audience.",
        jwt.InvalidSignatureError: "Access token validation failure. Invalid signature.",
        jwt.DecodeError: "IDX14100: JWT is not well formed, there are no dots (.) or a part cannot be decoded.",
    }
    return reasons.get(type(error), f"Access token validation failure. {error}")


@dataclass(slots=True)
class TokenKeys:
    """The signing key of this run."""

    _key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    _id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def issue(self, tenant: Tenant, app: App, audience: str, seconds: int, method: str) -> str:
        """A token for ``audience``; ``method`` is appidacr: 1 secret, 2 assertion (or managed identity)."""
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
            "idtyp": "app",
            "oid": app.object_id,
            "roles": list(app.roles),
            "sub": app.object_id,
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
        needed = ["aud", "iss", "exp", "nbf", "tid", "appid"]
        try:
            claims = jwt.decode(
                token, self._key.public_key(), ["RS256"], audience=list(audiences), options={"require": needed}
            )
        except jwt.PyJWTError as error:
            raise TokenError(_reason(error)) from None
        tenant = tenants.get(str(claims["tid"]))
        if tenant is None or claims["iss"] != issuer(tenant):
            raise TokenError("Access token validation failure. Invalid issuer or tenant.")
        return Caller(tenant, str(claims["appid"]), frozenset(claims.get("roles", ())))
