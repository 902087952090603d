# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-admin approval: where the tenant wants it, a write of a policy is filed, and done when it is sent again.

All that would refuse the write refuses it first, so that what is filed can be done.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...errors import Refused
from ...tenants import new_id, timestamp
from ...wire import Answer
from ..exchange import Exchange
from .answers import normal_id
from .approval_model import APPROVED, COMPLETED, LIFETIME, OPEN, WAITING, ApprovalRequest, content_of, now_utc
from .model import CatalogPolicy
from .references import listed, one
from .refusals import refused

REQUESTS = "deviceManagement/operationApprovalRequests"
POLICIES = "deviceManagement/operationApprovalPolicies"
JUSTIFICATION, CODE = "x-msft-approval-justification", "x-msft-approval-code"
MAX_JUSTIFICATION = 1024
SHOWN = ApprovalRequest("", "POST", "", None, "", None, WAITING, "", None, "", "", timestamp()).to_json(now_utc())

# The access policy of a tenant that wants approval (the type is ours).
ACCESS_POLICY: dict[str, Any] = {
    "id": "0d000000-0000-4000-8000-00000000000a",
    "displayName": "Configuration policies",
    "description": "",
    "lastModifiedDateTime": "2026-01-01T00:00:00Z",
    "policyType": "configurationPolicy",
    "policyPlatform": "notApplicable",
    "policySet": {"policyType": "configurationPolicy", "policyPlatform": "notApplicable"},
    "approverGroupIds": [],
}


def keep(exchange: Exchange, policy: CatalogPolicy) -> None:
    """Put a policy into the tenant, by a write that needs no approval or has it.

    :raises Refused: the write was filed, or cannot be.
    """
    approve(exchange, policy)
    exchange.tenant.catalog.put(policy)


def approve(exchange: Exchange, policy: CatalogPolicy) -> None:
    """Let a write through that needs no approval, or that brings the code of an approved request.

    :raises Refused: 403 or 412 by setting: it was filed; 400: there is no justification, or a header is malformed;
        409: another one waits; 403: the code is not one of an approved request for this very write.
    """
    if not exchange.settings.approval_required:
        return
    headers = exchange.call.headers
    if CODE in headers:
        _complete(exchange, headers[CODE].strip())
        return
    reason = _justification(headers.get(JUSTIFICATION, ""))
    if any(request.blocks(exchange.call) for request in _open(exchange)):
        raise Refused(409, "Conflict", "An active Approval Request already exists for this entity", nested=True)
    raise _filed(exchange, policy.name, reason)


def _open(exchange: Exchange) -> Iterator[ApprovalRequest]:
    now = now_utc()
    return (item for item in exchange.tenant.approvals.values() if item.status_at(now) in OPEN)


def _complete(exchange: Exchange, code: str) -> None:
    try:
        key = str(uuid.UUID(code if len(code) == 36 else ""))
    except ValueError:
        raise refused("Invalid approval header format, expected GUID format") from None
    request = exchange.tenant.approvals.get(key)
    approved = request is not None and request.status_at(now_utc()) == APPROVED
    if request is None or not approved or not request.is_same(exchange.call, exchange.caller.identity):
        raise Refused(403, "Forbidden", "Forbidden")
    exchange.tenant.approvals[key] = replace(request, status=COMPLETED, changed=timestamp())


def _justification(header: str) -> str:
    if not header.strip():
        raise refused(f"Header '{JUSTIFICATION}' is required to request approval")
    try:
        text = base64.b64decode(header.strip(), validate=True).decode("utf-8")
    except ValueError:
        raise refused(f"Header '{JUSTIFICATION}' must be the Base64 encoding of UTF-8 text") from None
    if not text.strip():
        raise refused(f"Header '{JUSTIFICATION}' is required to request approval")
    if len(text) > MAX_JUSTIFICATION:
        raise refused(f"Header '{JUSTIFICATION}' must not have more than {MAX_JUSTIFICATION} characters")
    return text


def _filed(exchange: Exchange, name: str, reason: str) -> Refused:
    """File the write, and say so as an error."""
    call, key, now = exchange.call, new_id(), timestamp()
    exchange.tenant.approvals[key] = ApprovalRequest(
        id=key,
        method=call.method,
        url=call.target,
        body=content_of(call),
        caller=exchange.caller.identity,
        name=name,
        status=WAITING,
        justification=reason,
        answer=None,
        filed=now,
        changed=now,
        expires=(now_utc() + LIFETIME).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    text = (
        "Approval Required. Request Approval using the request ID returned as part of the "
        f"{CODE} response header. {CODE}: {key}"
    )
    status = exchange.settings.approval_status
    # The other status comes with a code that says nothing.
    return Refused(status, "ApprovalRequired" if status == 403 else "BadRequest", text, {CODE: key}, nested=True)


def list_policies(exchange: Exchange) -> Answer:
    """200 with the access policies: one where writes need approval, else none."""
    return listed(exchange, POLICIES, [ACCESS_POLICY] if exchange.settings.approval_required else [], ACCESS_POLICY)


def list_requests(exchange: Exchange) -> Answer:
    """200 with one page of requests."""
    now = now_utc()
    return listed(exchange, REQUESTS, [item.to_json(now) for item in exchange.tenant.approvals.values()], SHOWN)


def get_request(exchange: Exchange, key: str) -> Answer:
    """200 with the request, or an ordinary 404."""
    found = exchange.tenant.approvals.get(normal_id(key))
    return one(exchange, REQUESTS, found.to_json(now_utc()) if found else None, SHOWN)
