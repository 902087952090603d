# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was called: a journal of Graph requests and a count of login requests."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .wire import Call

# Headers that tell how a write stands with those who approve it.
APPROVAL_HEADERS = ("x-msft-approval-justification", "x-msft-approval-code")


def opened(call: Call) -> dict[str, Any]:
    """What is known of a call when it arrives; ``headers`` are there where it has any of APPROVAL_HEADERS."""
    sent = {name: call.headers[name] for name in APPROVAL_HEADERS if name in call.headers}
    record: dict[str, Any] = {"method": call.method, "path": call.target, "status": None}
    return {**record, "headers": sent} if sent else record


@dataclass(slots=True)
class Journal:
    """Every Graph request in order of arrival, for tests that count and order calls."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    _last: int = 0

    def open(self, call: Call) -> dict[str, Any]:
        """Add an entry when a call arrives; tenant and status are filled in as they become known.

        ``status`` stays None where the connection was reset without an answer.
        """
        self._last += 1
        entry: dict[str, Any] = {"n": self._last, "tenant": None, **opened(call), "batch": []}
        self.entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget all entries and count from 1 again."""
        self.entries.clear()
        self._last = 0


@dataclass(slots=True)
class Logins:
    """Login requests counted by kind and by tenant (as named in the request), and the tokens that were issued."""

    total: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    by_tenant: dict[str, Counter[str]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    def add(self, kind: str, tenant: str) -> None:
        """Count one request of ``kind``: discovery, keys, token or managed_identity."""
        self.total += 1
        self.by_kind[kind] += 1
        self.by_tenant.setdefault(tenant, Counter())[kind] += 1

    def clear(self) -> None:
        """Count from 0 again."""
        self.total = 0
        self.by_kind.clear()
        self.by_tenant.clear()
        self.tokens.clear()

    def to_json(self) -> dict[str, Any]:
        """``{"total", "by_kind": {kind: n}, "tenants": {tenant: {kind: n}}, "tokens": [token]}``."""
        tenants = {tenant: dict(counts) for tenant, counts in self.by_tenant.items()}
        return {"total": self.total, "by_kind": dict(self.by_kind), "tenants": tenants, "tokens": list(self.tokens)}
