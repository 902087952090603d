# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests for approval in a state, and the decision of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from .graph.catalog.approval_model import LIFETIME, OPERATIONS, STATUSES, WAITING, ApprovalRequest, now_utc
from .nodes import Node, StateError, guid, unique
from .tenants import Tenant, new_id, timestamp

KEYS = (
    "id",
    "method",
    "url",
    "body",
    "caller",
    "payloadName",
    "status",
    "requestJustification",
    "approvalJustification",
    "requestDateTime",
    "lastModifiedDateTime",
    "expirationDateTime",
)
DECISION_KEYS = ("tenant", "id", "status", "approvalJustification")


def load_approvals(node: Node, callers: Iterable[str]) -> dict[str, ApprovalRequest]:
    """The requests of a tenant; one without a caller is of the first of ``callers``."""
    first = next(iter(callers), "")
    loaded = [_request(place, item, first) for place, item in node.items("approval_requests")]
    return unique(loaded, lambda request: str(request.id), f"{node.place}.approval_requests")


def dump_approvals(tenant: Tenant) -> list[dict[str, Any]]:
    """What `load_approvals` reads back to the same; what nobody finished in time has expired."""
    now = now_utc()
    return [_dump(request, now) for request in tenant.approvals.values()]


def decide(tenants: Mapping[str, Tenant], content: object) -> dict[str, Any]:
    """Give a request another status, as the portal does; the request as the state has it.

    :raises StateError: what is wrong, with the key.
    """
    node = Node(content, "approvals", DECISION_KEYS)
    key, status = guid("approvals.id", node.get("id", str, "")), _status(node)
    named = node.get("tenant", str, "").lower()
    for tenant in tenants.values():
        if key in tenant.approvals and named in ("", tenant.id):
            answer = node.get("approvalJustification", str)
            decided = replace(tenant.approvals[key], status=status, answer=answer, changed=timestamp())
            tenant.approvals[key] = decided
            return _dump(decided, now_utc())
    raise StateError(f"approvals.id: there is no request '{key}'")


def _status(node: Node, default: str = "") -> str:
    status = node.get("status", str, default)
    if status not in STATUSES:
        raise StateError(f"{node.place}.status: must be one of {', '.join(STATUSES)}")
    return str(status)


def _time(node: Node, key: str, default: str) -> str:
    text = node.get(key, str, default)
    try:
        if datetime.fromisoformat(text).tzinfo is not None:
            return str(text)
    except ValueError:
        pass
    raise StateError(f"{node.place}.{key}: must be a time such as 2026-01-01T00:00:00Z")


def _request(place: str, value: object, caller: str) -> ApprovalRequest:
    node = Node(value, place, KEYS)
    method, url = node.get("method", str), node.get("url", str)
    if method not in OPERATIONS:
        raise StateError(f"{place}.method: must be one of {', '.join(OPERATIONS)}")
    if not url or not url.startswith("/"):
        raise StateError(f"{place}.url: must be a path such as /beta/deviceManagement/configurationPolicies")
    filed = _time(node, "requestDateTime", timestamp())
    latest = (datetime.fromisoformat(filed) + LIFETIME).strftime("%Y-%m-%dT%H:%M:%SZ")
    return ApprovalRequest(
        id=guid(f"{place}.id", node.get("id", str) or new_id()),
        method=method,
        url=url,
        body=node.value.get("body"),
        caller=node.get("caller", str) or caller,
        name=node.get("payloadName", str),
        status=_status(node, WAITING),
        justification=node.get("requestJustification", str, ""),
        answer=node.get("approvalJustification", str),
        filed=filed,
        changed=_time(node, "lastModifiedDateTime", filed),
        expires=_time(node, "expirationDateTime", latest),
    )


def _dump(request: ApprovalRequest, now: datetime) -> dict[str, Any]:
    shown = {name: value for name, value in request.to_json(now).items() if name in KEYS}
    return {"method": request.method, "url": request.url, "body": request.body, "caller": request.caller, **shown}
