# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals in Graph's form.

Shape: ``{"error": {"code", "message", "innerError": {"date", "request-id", "client-request-id"}}}``
(Microsoft Graph: error responses). Intune's services put JSON text into ``message``; `intune_message` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from .wire import Answer, Call


class Refused(Exception):
    """A call that Graph answers with an error. ``service`` tells that the service behind the gateway refused it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        service: bool = False,
        nested: bool = False,
        wrapped: bool = False,
        inner: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.service = service
        self.nested = nested
        # The JSON text of the message is itself within another.
        self.wrapped = wrapped
        # What the model's checks have to say, as ``innerError.message``.
        self.inner = inner


def bad_request(message: str) -> Refused:
    """400 from the service: what was sent breaks a rule of the data model."""
    return Refused(400, "BadRequest", message, service=True)


def unknown_segment(segment: str) -> Refused:
    """400 for a path that the metadata does not have; also how a withdrawn segment answers (our reading)."""
    return Refused(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def not_found(kind: str, key: str) -> Refused:
    """404 for an entity that does not exist."""
    return Refused(404, "ResourceNotFound", f"The {kind} with id '{key}' does not exist.", service=True)


def too_many_requests(retry_after: object, call: Call) -> Refused:
    """429; ``retry_after`` goes out verbatim as the header, None leaves it out."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    text = "Too many requests." if is_catalog(call) else "Too many requests. Please retry again later."
    return Refused(429, "TooManyRequests", text, headers, service=True)


def is_catalog(call: Call) -> bool:
    """Whether a call is one to the device management service, which has the settings catalogue."""
    return call.segments[1:2] == ["deviceManagement"]


def service_path(call: Call) -> str:
    """The path of a call as the service behind the settings catalogue writes it: keys stand in parentheses."""
    _version, *segments = call.segments
    written: list[str] = []
    for segment in segments:
        if written and written[-1] in KEYED and segment and not segment.startswith("microsoft."):
            written[-1] += f"('{segment}')"
        else:
            written.append(segment)
    actions = ("assign", "createCopy", "reorder")
    if written[-1].rpartition(".")[2] in actions:
        written[-1] = f"microsoft.management.services.api.{written[-1].rpartition('.')[2]}"
    return f"/DeviceConfigV2/DCV2GraphService/{SERVICE_UNIT}/{'/'.join(written)}"


# Parts of a unit's address in the service's messages.
SERVICE_UNIT = "de147310-ffff-0000-0000-000000000000"
SERVICE_HOST = "https://proxy.emulator.manage.microsoft.com"
SERVICE_VERSION = "5026-05-26"
# Collections that have keys.
KEYED = (
    "configurationPolicies",
    "settings",
    "assignments",
    "configurationSettings",
    "configurationCategories",
    "configurationPolicyTemplates",
)
NO_OPERATION = "00000000-0000-0000-0000-000000000000"


def now_text() -> str:
    """Current UTC time as error bodies write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def intune_message(text: str, call: Call) -> str:
    """The JSON text that Intune's services put into ``message`` (seen in public issue threads)."""
    if is_catalog(call):  # its records have an operation id of zeros
        operation, url = NO_OPERATION, f"{SERVICE_HOST}{service_path(call)}?api-version={SERVICE_VERSION}"
    else:
        operation, url = call.request_id, f"https://fef.manage.microsoft.com{call.path}"
    detail = f"{text} - Operation ID (for customer support): {operation} - Activity ID: {call.client_request_id}"
    nested = {
        "_version": 3,
        "Message": f"{detail} - Url: {url}",
        "CustomApiErrorPhrase": "",
        "RetryAfter": None,
        "ErrorSourceService": "",
        "HttpHeaders": "{}",
    }
    return json.dumps(nested, indent=2)


def to_answer(refused: Refused, call: Call, *, nested_errors: bool = False) -> Answer:
    """The answer for a refusal; ``nested_errors`` wraps messages of the service as Intune does."""
    nested = refused.nested or (nested_errors and refused.service)
    message = intune_message(refused.message, call) if nested else refused.message
    if refused.wrapped:
        message = json.dumps({"ErrorCode": refused.code, "Message": message})
    inner = {"date": now_text(), "request-id": call.request_id, "client-request-id": call.client_request_id}
    if refused.inner is not None:
        inner = {"message": refused.inner, **inner}
    body = {"error": {"code": refused.code, "message": message, "innerError": inner}}
    return Answer(refused.status, body, refused.headers)
