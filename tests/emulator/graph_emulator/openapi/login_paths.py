# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login part: discovery, keys, the token endpoint and managed identities (Microsoft identity platform pages)."""

from __future__ import annotations

from ..login.managed_identity import API_VERSIONS, APP_SERVICE, IMDS
from .parts import FILLED, INT32, TEXT, Json, answer, array, body, closed, parameter, ref

FORM = "application/x-www-form-urlencoded"
_TENANT = parameter("tenant", "path", {**FILLED, "pattern": "^[^/]+$"}, "id or domain of the tenant")
_JWK = closed(dict.fromkeys(("kty", "use", "alg", "kid", "x5t", "n", "e"), TEXT), "kty", "kid", "n", "e")
_TOKEN: Json = {"token_type": {"const": "Bearer"}, "access_token": TEXT}

SCHEMAS: Json = {
    "Discovery": {
        "type": "object",
        "required": ["issuer", "token_endpoint", "authorization_endpoint", "jwks_uri"],
        "additionalProperties": {"anyOf": [TEXT, array(TEXT)]},
    },
    "Keys": closed({"keys": array(_JWK, minItems=1)}, "keys"),
    "TokenRequest": {
        "type": "object",
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "client_id": FILLED,
            "scope": FILLED,
            "client_secret": TEXT,
            "client_assertion": TEXT,
            "client_assertion_type": TEXT,
        },
        "required": ["grant_type", "client_id", "scope"],
    },
    "Token": closed({**_TOKEN, "expires_in": INT32, "ext_expires_in": INT32}, *_TOKEN, "expires_in"),
    "IdentityToken": closed(
        {**_TOKEN, "client_id": TEXT, "expires_in": TEXT, "expires_on": TEXT, "resource": TEXT},
        *_TOKEN,
        "expires_on",
    ),
    "LoginError": closed(
        {
            "error": TEXT,
            "error_description": {"type": "string", "pattern": "^AADSTS[0-9]+: "},
            "error_codes": array(INT32),
            "timestamp": TEXT,
            "trace_id": TEXT,
            "correlation_id": TEXT,
            "error_uri": TEXT,
        },
        "error",
        "error_description",
        "error_codes",
    ),
    "IdentityError": closed({"error": TEXT, "error_description": TEXT}, "error", "error_description"),
}


def paths() -> Json:
    """All login paths."""
    refused = {"400": _error("LoginError"), "401": _error("LoginError")}
    documents = {
        "/{tenant}/v2.0/.well-known/openid-configuration": "Discovery",
        "/{tenant}/.well-known/openid-configuration": "Discovery",
        "/{tenant}/discovery/v2.0/keys": "Keys",
    }
    return {
        **{path: {"get": _operation(schema, [_TENANT], {"400": refused["400"]})} for path, schema in documents.items()},
        "/{tenant}/oauth2/v2.0/token": {
            "post": {**_operation("Token", [_TENANT], refused), "requestBody": body(ref("TokenRequest"), FORM)}
        },
        "/msi/token": {
            "get": _identity(APP_SERVICE, parameter("X-IDENTITY-HEADER", "header", FILLED, "whose", required=True))
        },
        "/metadata/identity/oauth2/token": {
            "get": _identity(IMDS, parameter("Metadata", "header", {"const": "true"}, "against forgery", required=True))
        },
    }


def _error(schema: str) -> Json:
    return answer("refused", ref(schema))


def _operation(schema: str, parameters: list[Json], errors: Json) -> Json:
    responses = {"200": answer("granted", ref(schema)), **errors}
    return {"summary": schema, "tags": ["login"], "parameters": parameters, "responses": responses}


def _identity(style: str, header: Json) -> Json:
    parameters = [
        header,
        parameter("api-version", "query", {"const": API_VERSIONS[style]}, "version of the endpoint", required=True),
        parameter("resource", "query", FILLED, "a name of Graph", required=True),
        parameter("client_id", "query", TEXT, "one of several identities"),
    ]
    codes = ("400", "401") if style == APP_SERVICE else ("400",)
    return _operation("IdentityToken", parameters, {code: _error("IdentityError") for code in codes})
