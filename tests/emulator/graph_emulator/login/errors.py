# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the token endpoint in Entra's form (Microsoft identity platform: authentication error codes)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from ..wire import JSON_TYPE, Answer, Call

INVALID_CLIENT = (401, "invalid_client")
INVALID_REQUEST = (400, "invalid_request")
NO_FEDERATION = "No matching federated identity record found for presented assertion"

# AADSTS code -> ((status, OAuth error), text)
CODES: dict[int, tuple[tuple[int, str], str]] = {
    50027: (INVALID_CLIENT, "Invalid JWT token. {detail}"),
    70003: ((400, "unsupported_grant_type"), "The app requested an unsupported grant type '{detail}'."),
    70011: ((400, "invalid_scope"), "The provided value for the input parameter 'scope' is not valid: '{detail}'."),
    90002: (INVALID_REQUEST, "Tenant '{detail}' not found. Check to make sure you have the correct tenant ID."),
    90023: (INVALID_REQUEST, "{detail}"),
    500011: ((400, "invalid_resource"), "The resource principal named {detail} was not found in the tenant."),
    700016: ((400, "unauthorized_client"), "Application with identifier '{detail}' was not found in the directory."),
    700021: (INVALID_CLIENT, "Client assertion application identifier doesn't match 'client_id' parameter. {detail}"),
    700023: (INVALID_CLIENT, "Client assertion audience claim does not match Realm issuer. {detail}"),
    700024: (INVALID_CLIENT, "Client assertion is not within its valid time range. {detail}"),
    700027: (INVALID_CLIENT, "Client assertion failed signature validation. {detail}"),
    700211: (INVALID_CLIENT, f"{NO_FEDERATION} issuer '{{detail}}'."),
    700212: (INVALID_CLIENT, f"{NO_FEDERATION} audience '{{detail}}'."),
    700213: (INVALID_CLIENT, f"{NO_FEDERATION} subject '{{detail}}'."),
    900144: (INVALID_REQUEST, "The request body must contain the following parameter: '{detail}'."),
    7000215: (INVALID_CLIENT, "Invalid client secret provided, for a secret added to app '{detail}'."),
    7000218: (INVALID_CLIENT, "The request body must contain 'client_assertion' or 'client_secret'."),
    7000222: (INVALID_CLIENT, "The provided client secret keys for app '{detail}' are expired."),
}


class LoginRefused(Exception):
    """A login that is refused with an AADSTS code."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(f"AADSTS{code}: {detail}")
        self.code = code
        self.detail = detail


def to_answer(refused: LoginRefused, call: Call) -> Answer:
    """``{"error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"}``."""
    (status, error), text = CODES[refused.code]
    trace = str(uuid.uuid4())
    time = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    said = text.format(detail=refused.detail).strip()
    body = {
        "error": error,
        "error_description": f"AADSTS{refused.code}: {said} Trace ID: {trace} "
        f"Correlation ID: {call.client_request_id} Timestamp: {time}",
        "error_codes": [refused.code],
        "timestamp": time,
        "trace_id": trace,
        "correlation_id": call.client_request_id,
        "error_uri": f"{call.origin}/error?code={refused.code}",
    }
    return Answer(status, body, {"Content-Type": f"{JSON_TYPE}; charset=utf-8", "Cache-Control": "no-store, no-cache"})
