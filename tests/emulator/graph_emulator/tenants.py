# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tenant holds: policies of both surfaces with their recent past, groups and app registrations."""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

from .graph.catalog.approval_model import ApprovalRequest
from .graph.catalog.definitions import Definitions
from .graph.catalog.model import CatalogPolicy
from .settings import HISTORY_SECONDS

PAYLOADS = ("policyPayload", "userPreferencePayload")


def new_id() -> str:
    """A fresh GUID."""
    return str(uuid.uuid4())


def timestamp() -> str:
    """The current UTC time as Graph writes Edm.DateTimeOffset."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One officeClientConfigurationAssignment: its only kind of target is a group (last beta metadata)."""

    id: str
    group_id: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One officeClientConfiguration. ``kind`` is the type name without ``#``; payloads are the bytes as sent."""

    id: str
    kind: str
    priority: int
    display_name: str | None = None
    description: str | None = None
    payloads: Mapping[str, bytes] = field(default_factory=dict)
    assignments: tuple[Assignment, ...] = ()
    checkin_statuses: tuple[Mapping[str, Any], ...] = ()
    succeeded_user_count: int = 0
    failed_user_count: int = 0
    last_modified: str = field(default_factory=timestamp)


class Kept(Protocol):
    """What a store keeps: something with an id."""

    @property
    def id(self) -> str:
        """The key it is found by."""


T = TypeVar("T", bound=Kept)


class Store(Generic[T]):
    """All policies of one kind in a tenant in order of creation; a look-up by id costs O(1).

    Each write keeps the version before for HISTORY_SECONDS, so that reads can lag behind (setting stale_seconds).
    """

    def __init__(self, policies: Iterable[T] = ()) -> None:
        self._live: dict[str, T] = {}
        self._ordinals: dict[str, int] = {}
        self._versions: dict[str, list[tuple[float, T | None]]] = {}
        self._deleted: deque[tuple[float, str]] = deque()
        self._next_ordinal = 0
        for policy in policies:
            self._set(policy, at=float("-inf"))

    def __len__(self) -> int:
        return len(self._live)

    def get(self, key: str, lag: float = 0) -> T | None:
        """The policy as it was ``lag`` seconds ago, or None."""
        if not lag:
            return self._live.get(key)
        horizon = time.monotonic() - lag
        versions = self._versions.get(key, [])
        return next((policy for at, policy in reversed(versions) if at <= horizon), None)

    def items(self, lag: float = 0) -> Iterator[tuple[int, T]]:
        """Ordinal and policy for all that existed ``lag`` seconds ago, oldest first."""
        keys = self._versions if lag else self._live
        for key in list(keys):
            policy = self.get(key, lag)
            if policy is not None:
                yield self._ordinals[key], policy

    def put(self, *policies: T) -> None:
        """Create or replace policies at once."""
        for policy in policies:
            self._set(policy, at=time.monotonic())

    def remove(self, key: str) -> None:
        """Delete a policy with everything in it."""
        del self._live[key]
        now = time.monotonic()
        self._remember(key, None, now)
        self._deleted.append((now, key))
        self._forget(now)

    def _set(self, policy: T, at: float) -> None:
        if policy.id not in self._ordinals:
            self._next_ordinal += 1
            self._ordinals[policy.id] = self._next_ordinal
        self._live[policy.id] = policy
        self._remember(policy.id, policy, at)

    def _remember(self, key: str, policy: T | None, at: float) -> None:
        versions = self._versions.setdefault(key, [])
        versions.append((at, policy))
        horizon = at - HISTORY_SECONDS
        while len(versions) > 1 and versions[1][0] <= horizon:
            versions.pop(0)

    def _forget(self, now: float) -> None:
        while self._deleted and self._deleted[0][0] <= now - HISTORY_SECONDS:
            _unused, key = self._deleted.popleft()
            self._versions.pop(key, None)
            self._ordinals.pop(key, None)


class PolicyStore(Store[Policy]):
    """The policies of officeConfiguration: each priority has one holder, who is found in O(1)."""

    def __init__(self, policies: Iterable[Policy] = ()) -> None:
        self._holders: dict[int, str] = {}
        super().__init__(policies)

    def holder(self, priority: int) -> Policy | None:
        """The policy that holds a priority now."""
        key = self._holders.get(priority)
        return None if key is None else self._live[key]

    def put(self, *policies: Policy) -> None:
        """Create or replace policies at once (their priorities may be swapped among them)."""
        for policy in policies:
            self._release(policy.id)
        super().put(*policies)

    def remove(self, key: str) -> None:
        """Delete a policy with everything in it."""
        self._release(key)
        super().remove(key)

    def _set(self, policy: Policy, at: float) -> None:
        super()._set(policy, at)
        self._holders[policy.priority] = policy.id

    def _release(self, key: str) -> None:
        old = self._live.get(key)
        if old is not None and self._holders.get(old.priority) == key:
            del self._holders[old.priority]


@dataclass(frozen=True, slots=True)
class Federation:
    """A federated credential: tokens of ``issuer`` for ``subject``, verified with ``key`` (PEM public key)."""

    issuer: str
    subject: str
    key: str
    audience: str


@dataclass(frozen=True, slots=True)
class App:
    """An app registration with its credentials and granted application roles."""

    client_id: str
    secrets: tuple[str, ...] = ()
    expired_secrets: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    federated: tuple[Federation, ...] = ()
    managed_identity: bool = False
    identity_header: str = ""
    object_id: str = field(default_factory=new_id)


@dataclass(slots=True)
class Tenant:
    """One tenant. ``checkins`` overrides what the singleton would sum up from the policies.

    ``definitions`` are those of its settings catalogue; the world gives them to it, unless they are its own.
    """

    id: str
    domains: tuple[str, ...] = ()
    policies: PolicyStore = field(default_factory=PolicyStore)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    checkins: dict[str, Any] = field(default_factory=dict)
    catalog: Store[CatalogPolicy] = field(default_factory=Store)
    definitions: Definitions = field(default_factory=lambda: Definitions.of(()))
    own_definitions: bool = False
    assignment_filters: dict[str, dict[str, Any]] = field(default_factory=dict)
    scope_tags: dict[str, dict[str, Any]] = field(default_factory=dict)
    device_statuses: list[dict[str, Any]] = field(default_factory=list)
    approvals: dict[str, ApprovalRequest] = field(default_factory=dict)
    # What catalog_rename_between_pages said when it was done.
    renamed: dict[str, str] | None = None
    # Settings that differ here from what they are everywhere.
    settings: dict[str, Any] = field(default_factory=dict)
    # Exports and cached reports; they are no part of a state.
    jobs: dict[str, Any] = field(default_factory=dict)
