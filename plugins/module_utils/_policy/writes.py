# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writes of policies, as values: the planner makes them, a surface sends them.

Each belongs to one desired item (``item``, its place in the list), or to none. ``details`` is what users are told of
one, ``expected_fields`` what the policy holds after it, by field; None: there is no policy any more.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass

from .._errors import UserError
from .fields import Field, known
from .policy import Assignment, Policy

Values = t.Mapping[str, t.Any]

# The status of a policy whose writes wait for a second administrator.
AWAITING = "awaiting_approval"

# The key of a policy's type among the fields that a create leaves. Users see the name that the surface has for it.
TYPE = "type"


@dataclass(frozen=True)
class Create:
    """Create a policy from a draft without id. Later writes of the item are sent when its id is known."""

    draft: Policy
    item: int = 0
    name: t.ClassVar[str] = "create"

    def details(self) -> dict[str, t.Any]:
        return {"fields": sorted(known(self.draft))}

    def expected_fields(self) -> Values | None:
        return {TYPE: self.draft.type.name, **known(self.draft)}


@dataclass(frozen=True)
class Update:
    """Change fields of a policy that travel in its update: ``fields`` are their new values.

    ``policy`` is the live one with all that was read of it, for a surface whose update carries more than what changes.
    """

    policy: Policy
    fields: Values
    item: int = 0
    name: t.ClassVar[str] = "update"

    def details(self) -> dict[str, t.Any]:
        return {"fields": sorted(self.fields)}

    def expected_fields(self) -> Values | None:
        return self.fields


@dataclass(frozen=True)
class WritePart:
    """Replace one part of a policy."""

    policy: Policy
    field: Field
    value: t.Any
    item: int = 0

    @property
    def name(self) -> str:
        return self.field.write

    def details(self) -> dict[str, t.Any]:
        return self.field.details(self.field, self.value)

    def expected_fields(self) -> Values | None:
        return {self.field.name: self.value}


@dataclass(frozen=True)
class Delete:
    """Delete a policy; one that is already gone is fine."""

    policy: Policy
    item: int = 0
    name: t.ClassVar[str] = "delete"

    def details(self) -> dict[str, t.Any]:
        return {}

    def expected_fields(self) -> Values | None:
        return None


@dataclass(frozen=True)
class UpdatePriorities:
    """Set the priority of every live policy at once; ``changed`` are the ids whose number is another than before."""

    numbers: t.Mapping[str, int]
    changed: tuple[str, ...]
    item: None = None
    name: t.ClassVar[str] = "update_priorities"

    def details(self) -> dict[str, t.Any]:
        return {"priorities": {policy_id: self.numbers[policy_id] for policy_id in self.changed}}


# Writes of one policy, and all.
PolicyWrite = t.Union[Create, Update, WritePart, Delete]
Write = t.Union[PolicyWrite, UpdatePriorities]


@dataclass(frozen=True)
class Written:
    """What a write brought that only the server knows: the id of a created policy, the assignments with their ids."""

    policy_id: str | None = None
    assignments: tuple[Assignment, ...] | None = None


class ApprovalState(enum.Enum):
    """How far the request is by which a second administrator approves a write."""

    FILED = "filed"  # by this run
    WAITING = "waiting"  # filed by an earlier run
    OTHER = "other"  # another request about the same policy waits
    APPROVED = "approved"  # but Graph does not take it
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"

    @property
    def is_open(self) -> bool:
        """Whether it holds the write and may still be approved."""
        return self in (ApprovalState.FILED, ApprovalState.WAITING, ApprovalState.OTHER)


@dataclass(frozen=True)
class Awaited:
    """The request for approval that a write depends on; ``code`` is None where it is not known.

    ``replaces`` is the code of the one before it, which has expired or which the tenant does not know any more.
    """

    state: ApprovalState
    code: str | None = None
    replaces: str | None = None


@dataclass(frozen=True)
class Result:
    """What became of a write: what it brought, or the error why it failed.

    With an ``approval`` it was not done: without an error it waits for a second administrator.
    """

    written: Written = Written()
    error: UserError | None = None
    approval: Awaited | None = None


# Hears what became of a write as soon as it was answered.
Heard = t.Callable[[PolicyWrite, Result], None]


def each_heard(writes: t.Sequence[PolicyWrite], results: t.Iterable[Result], heard: Heard | None) -> list[Result]:
    """Return the results of writes; each is told as it comes."""
    told = []
    for write, result in zip(writes, results, strict=True):
        told.append(result)
        if heard is not None:
            heard(write, result)
    return told
