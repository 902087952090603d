# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writes a plan is made of. Each belongs to one desired item (``item``, its place in the list), or to none.

``details`` is what users are told of one, ``leaves`` what the policy holds after it (fields by their names in Policy;
None: there is no policy any more), ``write`` what the surface is given.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._policy.payload import Payload, Slot
from .._policy.policy import PAYLOAD_FIELDS, Assignment, Policy
from .._policy.unset import UNSET
from .._policy.writes import CreatePolicy, DeletePolicy, ReplaceAssignments, ReplacePayload, UpdatePolicy, Write

Fields = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Create:
    """Create a policy. Its id is known once this was sent; later actions of the item find it by ``item``."""

    item: int
    draft: Policy
    name: t.ClassVar[str] = "create"

    def details(self) -> dict[str, t.Any]:
        payloads = [field for field in PAYLOAD_FIELDS.values() if getattr(self.draft, field) is not UNSET]
        return {"fields": sorted(["description", "display_name", "priority", *payloads])}

    def leaves(self) -> Fields | None:
        names = ("display_name", "description", "odata_type", "priority", *PAYLOAD_FIELDS.values())
        return {name: value for name in names if (value := getattr(self.draft, name)) is not UNSET}

    def write(self, _live: Policy | None) -> Write:
        return CreatePolicy(self.draft)


@dataclass(frozen=True)
class Update:
    """Change fields (by their names in Policy) of a live policy."""

    item: int
    fields: t.Mapping[str, t.Any]
    name: t.ClassVar[str] = "update"

    def details(self) -> dict[str, t.Any]:
        return {"fields": sorted(self.fields)}

    def leaves(self) -> Fields | None:
        return self.fields

    def write(self, live: Policy) -> Write:
        return UpdatePolicy(live, self.fields)


@dataclass(frozen=True)
class WritePayload:
    """Replace one payload."""

    item: int
    slot: Slot
    value: Payload
    name: t.ClassVar[str] = "write_payload"

    def details(self) -> dict[str, t.Any]:
        return {"fields": [PAYLOAD_FIELDS[self.slot]]}

    def leaves(self) -> Fields | None:
        return {PAYLOAD_FIELDS[self.slot]: self.value}

    def write(self, live: Policy) -> Write:
        return ReplacePayload(live, self.slot, self.value)


@dataclass(frozen=True)
class Assign:
    """Replace all assignments."""

    item: int
    assignments: tuple[Assignment, ...]
    name: t.ClassVar[str] = "assign"

    def details(self) -> dict[str, t.Any]:
        return {"group_ids": [assignment.group_id for assignment in self.assignments]}

    def leaves(self) -> Fields | None:
        return {"assignments": self.assignments}

    def write(self, live: Policy) -> Write:
        return ReplaceAssignments(live, self.assignments)


@dataclass(frozen=True)
class UpdatePriorities:
    """Set the priority of every live policy at once; ``changed`` are the ids whose number is another than before."""

    numbers: t.Mapping[str, int]
    changed: tuple[str, ...]
    item: None = None
    name: t.ClassVar[str] = "update_priorities"

    def details(self) -> dict[str, t.Any]:
        return {"priorities": {policy_id: self.numbers[policy_id] for policy_id in self.changed}}


@dataclass(frozen=True)
class Delete:
    """Delete a policy."""

    item: int
    name: t.ClassVar[str] = "delete"

    def details(self) -> dict[str, t.Any]:
        return {}

    def leaves(self) -> Fields | None:
        return None

    def write(self, live: Policy) -> Write:
        return DeletePolicy(live)


PolicyAction = t.Union[Create, Update, WritePayload, Assign, Delete]
Action = t.Union[PolicyAction, UpdatePriorities]
