# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two payload streams: raw bytes of a JSON text at the property's own URL."""

from __future__ import annotations

from dataclasses import replace

from ..errors import bad_request, not_found
from ..tenants import timestamp
from ..wire import Answer, read_json
from .exchange import Exchange, no_content, require_media_type

STREAM_TYPE = "application/octet-stream"


def checked_payload(name: str, data: bytes) -> bytes:
    """The bytes as they are, if they are a JSON text in UTF-8 (a byte order mark is let through) or nothing.

    :raises Refused: 400 for anything else.
    """
    try:
        if data:
            read_json(data.decode("utf-8-sig"))
    except ValueError as error:
        raise bad_request(f"The content of '{name}' is not a JSON text: {error}.") from None
    return data


def _check_transport(exchange: Exchange, name: str) -> None:
    if exchange.settings.payload_transport == "inline":
        raise bad_request(f"The property '{name}' has no stream here: it is a base64 string in the policy itself.")


def get_payload(exchange: Exchange, key: str, name: str) -> Answer:
    """200 with the bytes; without a payload 204, 404 or an empty 200 by the setting empty_payload."""
    _check_transport(exchange, name)
    data = exchange.seen_policy(key).payloads.get(name, b"")
    if data:
        return Answer(200, data, {"Content-Type": STREAM_TYPE})
    how = exchange.settings.empty_payload
    if how == "not_found":
        raise not_found(f"stream {name} of policy", key)
    return no_content() if how == "no_content" else Answer(200, b"", {"Content-Type": STREAM_TYPE})


def put_payload(exchange: Exchange, key: str, name: str) -> Answer:
    """204; an empty body clears the payload."""
    _check_transport(exchange, name)
    policy = exchange.live_policy(key)
    if exchange.call.body or exchange.call.headers.get("content-type"):
        require_media_type(exchange.call, STREAM_TYPE)
    data = checked_payload(name, exchange.call.body)
    changed = replace(policy, payloads={**policy.payloads, name: data}, last_modified=timestamp())
    exchange.tenant.policies.put(changed)
    return no_content()
