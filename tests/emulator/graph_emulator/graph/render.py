# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entities as JSON, as minimal metadata has them (OData JSON format); full adds the links of the streams."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ..tenants import PAYLOADS, Assignment, Policy
from .exchange import Exchange
from .schema import ASSIGNMENT, GROUP_TARGET

POLICIES = "officeConfiguration/clientConfigurations"


def selected(exchange: Exchange, entity: Mapping[str, Any], extra: tuple[str, ...] = ()) -> dict[str, Any]:
    """Only what $select names, with control information and ``extra``; all of it without $select."""
    names = exchange.select
    if not names or "*" in names:
        return dict(entity)
    return {key: value for key, value in entity.items() if key.startswith("@") or key in (*names, *extra)}


def assignment_json(item: Assignment) -> dict[str, Any]:
    """An officeClientConfigurationAssignment."""
    target = {"@odata.type": f"#{GROUP_TARGET}", "groupId": item.group_id}
    return {"@odata.type": f"#{ASSIGNMENT}", "id": item.id, "target": target}


def policy_json(exchange: Exchange, policy: Policy) -> dict[str, Any]:
    """A policy with what settings and query options make of it."""
    entity: dict[str, Any] = {
        "@odata.type": f"#{policy.kind}",
        "id": policy.id,
        "displayName": policy.display_name,
        "description": policy.description,
        "priority": policy.priority,
        "userCheckinSummary": {
            "succeededUserCount": policy.succeeded_user_count,
            "failedUserCount": policy.failed_user_count,
        },
        "checkinStatuses": [dict(status) for status in policy.checkin_statuses],
    }
    if exchange.settings.last_modified:
        entity["lastModifiedDateTime"] = policy.last_modified
    entity = selected(exchange, {**entity, **_streams(exchange, policy)})
    if exchange.expands_assignments:
        shown = () if exchange.settings.expand_empty else policy.assignments
        entity["assignments@odata.context"] = assignments_context(exchange, policy.id)
        entity["assignments"] = [assignment_json(item) for item in shown]
    return entity


def assignments_context(exchange: Exchange, key: str) -> str:
    """@odata.context of the assignments of a policy."""
    return f"{exchange.root}/$metadata#{POLICIES}('{key}')/assignments"


def _streams(exchange: Exchange, policy: Policy) -> dict[str, Any]:
    if exchange.settings.payload_transport == "stream":
        return _stream_links(exchange, policy) if wants_full_metadata(exchange) else {}
    return {name: _inline(policy.payloads.get(name)) for name in PAYLOADS}


def _stream_links(exchange: Exchange, policy: Policy) -> dict[str, Any]:
    links: dict[str, Any] = {}
    for name in PAYLOADS:
        url = f"{exchange.root}/{POLICIES}/{policy.id}/{name}"
        links[f"{name}@odata.mediaEditLink"] = url
        links[f"{name}@odata.mediaReadLink"] = url
        links[f"{name}@odata.mediaContentType"] = "application/octet-stream"
    return links


def _inline(data: bytes | None) -> str | None:
    return base64.b64encode(data).decode() if data else None


def wants_full_metadata(exchange: Exchange) -> bool:
    """Whether Accept asks for odata.metadata=full, the only level that has the links of streams."""
    return "odata.metadata=full" in exchange.call.headers.get("accept", "").replace(" ", "").lower()
