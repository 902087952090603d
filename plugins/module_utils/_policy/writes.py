# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writes of one policy, as values: the planner makes them, the store sends them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .payload import Payload, Slot
from .policy import Assignment, Policy


@dataclass(frozen=True)
class CreatePolicy:
    """Create a policy from a draft without id."""

    draft: Policy


@dataclass(frozen=True)
class UpdatePolicy:
    """Change fields (by their names in Policy) of a live policy."""

    policy: Policy
    fields: t.Mapping[str, t.Any]


@dataclass(frozen=True)
class ReplacePayload:
    """Replace one payload of a live policy."""

    policy: Policy
    slot: Slot
    value: Payload


@dataclass(frozen=True)
class ReplaceAssignments:
    """Replace all assignments of a live policy."""

    policy: Policy
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True)
class DeletePolicy:
    """Delete a live policy; one that is already gone is fine."""

    policy: Policy


Write = t.Union[CreatePolicy, UpdatePolicy, ReplacePayload, ReplaceAssignments, DeletePolicy]


@dataclass(frozen=True)
class Written:
    """What a write brought that only the server knows: the id of a created policy, the assignments with their ids."""

    policy_id: str | None = None
    assignments: tuple[Assignment, ...] | None = None
