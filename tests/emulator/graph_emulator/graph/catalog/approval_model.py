# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request for approval: a write that waits for a second administrator, and for its sender after that."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from ...wire import Call, read_json

WAITING, APPROVED, EXPIRED, COMPLETED = "needsApproval", "approved", "expired", "completed"
STATUSES = (WAITING, APPROVED, "rejected", "cancelled", EXPIRED, COMPLETED)
# While a request is one of these, its policy takes no other.
OPEN = (WAITING, APPROVED)
LIFETIME = timedelta(days=3)
POLICY_OF_URL = re.compile(r"/configurationPolicies(?:/|\(')([^/?'()]+)(?:'\))?(/[^?]*)?")
OPERATIONS = {"POST": "Create", "PUT": "Update", "PATCH": "Update", "DELETE": "Delete"}


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """One operationApprovalRequest; ``caller`` is who sent the write, ``body`` its JSON value."""

    id: str
    method: str
    url: str
    body: Any
    caller: str
    name: str | None
    status: str
    justification: str
    answer: str | None
    filed: str
    changed: str
    expires: str

    def status_at(self, now: datetime) -> str:
        """Its status: what nobody finished in time has expired."""
        return EXPIRED if self.status in OPEN and datetime.fromisoformat(self.expires) <= now else self.status

    @property
    def operation(self) -> str:
        """What the write does to its policy."""
        action = re.split(r"[./]", self.url.partition("?")[0])[-1]
        return {"assign": "Assign", "reorder": "Update"}.get(action, OPERATIONS[self.method])

    def is_same(self, call: Call, caller: str) -> bool:
        """Whether a call is the write that was filed: its method, URL and body, by the same caller."""
        return (self.method, self.url, text_of(self.body), self.caller) == (
            call.method,
            call.target,
            text_of(content_of(call)),
            caller,
        )

    def blocks(self, call: Call) -> bool:
        """Whether a call is about the same object: the same policy, or for a new one all that is sent."""
        mine, its = policy_of(self.url), policy_of(call.target)
        if mine:
            return mine == its
        return (self.url, text_of(self.body)) == (call.target, text_of(content_of(call)))

    def to_json(self, now: datetime) -> dict[str, Any]:
        """What Graph shows."""
        return {
            "id": self.id,
            "requestDateTime": self.filed,
            "expirationDateTime": self.expires,
            "lastModifiedDateTime": self.changed,
            "requestor": {"user": None, "device": None, "application": {"id": self.caller, "displayName": None}},
            "approver": None,
            "status": self.status_at(now),
            "requestJustification": self.justification,
            "approvalJustification": self.answer,
            "payloadId": policy_of(self.url) or None,
            "payloadName": self.name,
            "payloadOperation": self.operation,
        }


def now_utc() -> datetime:
    """The emulator's clock."""
    return datetime.now(UTC)


def content_of(call: Call) -> Any:
    """The JSON value of a call's body; None for no body, its text where it is no JSON."""
    text = call.body.decode("utf-8", "replace")
    try:
        return read_json(text) if text else None
    except ValueError:
        return text


def text_of(value: Any) -> str:
    """One text for all JSON that says the same; it tells true, 1 and 1.0 apart."""
    return json.dumps(value, sort_keys=True)


def policy_of(url: str) -> str:
    """The id of the policy that a write changes; empty for one that makes a policy."""
    found = POLICY_OF_URL.search(url.partition("?")[0])
    if found is None or (found[2] or "").endswith("createCopy"):
        return ""
    return unquote(found[1]).lower()
