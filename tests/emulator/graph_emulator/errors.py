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
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.service = service
        self.nested = nested


def bad_request(message: str) -> Refused:
    """400 from the service: what was sent breaks a rule of the data model."""
    return Refused(400, "BadRequest", message, service=True)


def unknown_segment(segment: str) -> Refused:
    """400 for a path that the metadata does not have; also how a withdrawn segment answers (our reading)."""
    return Refused(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def not_found(kind: str, key: str) -> Refused:
    """404 for an entity that does not exist."""
    return Refused(404, "ResourceNotFound", f"The {kind} with id '{key}' does not exist.", service=True)


def too_many_requests(retry_after: object) -> Refused:
    """429; ``retry_after`` goes out verbatim as the header, None leaves it out."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Refused(429, "TooManyRequests", "Too many requests. Please retry again later.", headers, service=True)


def now_text() -> str:
    """Current UTC time as error bodies write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def intune_message(text: str, call: Call) -> str:
    """The JSON text that Intune's services put into ``message`` (seen in public issue threads)."""
    detail = f"{text} - Operation ID (for customer support): {call.request_id} - Activity ID: {call.client_request_id}"
    nested = {
        "_version": 3,
        "Message": f"{detail} - Url: https://fef.manage.microsoft.com{call.path}",
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
    inner = {"date": now_text(), "request-id": call.request_id, "client-request-id": call.client_request_id}
    body = {"error": {"code": refused.code, "message": message, "innerError": inner}}
    return Answer(refused.status, body, refused.headers)
