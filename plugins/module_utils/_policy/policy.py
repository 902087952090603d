# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies and assignments as frozen values."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._ids import id_key
from .payload import Payload
from .unset import UNSET, Unset

MAX_PRIORITY = 2**31 - 1


@dataclass(frozen=True)
class PolicyType:
    """A type of policy: its ``name`` in Graph, and the ``kind`` as users name it; None for one that is not known."""

    name: str
    kind: str | None = None


@dataclass(frozen=True)
class Assignment:
    """One assignment: ``group_id`` is the Entra group's GUID in lower case, None for a target of another type.

    ``target`` is the target as the server sent it, kept so that an unknown one can be sent back unchanged.
    """

    group_id: str | None
    id: str | None = None
    target: t.Mapping[str, t.Any] | None = None

    @property
    def key(self) -> str:
        """What makes two assignments the same: the group, or the whole unknown target."""
        return self.group_id or repr(sorted((self.target or {}).items()))


@dataclass(frozen=True)
class Policy:
    """An Office client policy.

    Payloads and assignments are UNSET while they were not read. ``priority`` is None when the server sent none.
    ``reports``, what the surface knows of its devices, and ``last_modified`` are the server's and never sent.
    """

    id: str | None
    type: PolicyType
    display_name: str
    description: str = ""
    priority: int | None = None
    policy_payload: Payload | Unset = UNSET
    user_preference_payload: Payload | Unset = UNSET
    assignments: tuple[Assignment, ...] | Unset = UNSET
    last_modified: str | None = None
    reports: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def kind(self) -> str | None:
        """The kind by the name users give it, None for a type this collection does not know."""
        return self.type.kind

    def named(self) -> str:
        """Return the policy as messages name it."""
        return f"policy '{self.display_name}'" + (f" (id {self.id})" if self.id else "")


def distinct(policies: t.Iterable[Policy]) -> tuple[Policy, ...]:
    """Return policies with each id (compared without case) once: pages overlap where policies move in between.

    It is in the place of the first and as the last shows it, which was read later.
    """
    found: dict[str, Policy] = {}
    for policy in policies:
        found[id_key(policy.id)] = policy
    return tuple(found.values())


def distinct_assignments(assignments: t.Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Return assignments with each of them once, the same way; those without an id are the same by their target."""
    return tuple({id_key(assignment.id or assignment.key): assignment for assignment in assignments}.values())
