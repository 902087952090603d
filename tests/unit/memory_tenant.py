# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant in memory behind the surface protocol, as strict as Graph where the planner could go wrong."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.m365.apps.plugins.module_utils._graph.errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.capabilities import Capabilities
from ansible_collections.m365.apps.plugins.module_utils._office.payload import Json, Payload, Slot
from ansible_collections.m365.apps.plugins.module_utils._office.policy import PAYLOAD_FIELDS, Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._office.unset import UNSET


@dataclass
class MemoryTenant:
    """Policies by id. ``writes`` names every write in order; ``fail_at`` makes that write (from 0) fail unsent."""

    policies: dict[str, Policy] = field(default_factory=dict)
    capabilities: Capabilities = field(default_factory=Capabilities)
    writes: list[str] = field(default_factory=list)
    fail_at: int | None = None
    ids_made: int = 0

    @classmethod
    def of(cls, policies: t.Iterable[Policy], capabilities: Capabilities | None = None) -> MemoryTenant:
        """Return a tenant that holds these policies."""
        return cls({str(policy.id): policy for policy in policies}, capabilities or Capabilities())

    def list_policies(self) -> tuple[Policy, ...]:
        hidden: dict[str, t.Any] = dict.fromkeys((*PAYLOAD_FIELDS.values(), "assignments"), UNSET)
        return tuple(replace(policy, **hidden) for policy in self.policies.values())

    def read_payload(self, policy: Policy, slot: Slot) -> Payload:
        payload = self._live(policy).payload(slot)
        assert payload is not UNSET
        return payload

    def read_assignments(self, policy: Policy) -> tuple[Assignment, ...]:
        assignments = self._live(policy).assignments
        assert assignments is not UNSET
        return assignments

    def create(self, draft: Policy, known_ids: t.Collection[str]) -> str:
        self._write("create")
        assert set(known_ids) >= set(self.policies)
        policy_id = f"new-{self._next_id()}"
        empty: dict[str, t.Any] = {name: {} for name in PAYLOAD_FIELDS.values() if getattr(draft, name) is UNSET}
        self._store(replace(draft, id=policy_id, assignments=(), **empty))
        return policy_id

    def update(self, policy: Policy, fields: t.Mapping[str, t.Any]) -> None:
        self._write("update")
        assert fields
        self._store(replace(self._live(policy), **t.cast(t.Any, fields)))

    def write_payload(self, policy: Policy, slot: Slot, value: Json) -> None:
        self._write("write_payload")
        assert not self.capabilities.inline_payloads
        self._store(replace(self._live(policy), **{PAYLOAD_FIELDS[slot]: t.cast(t.Any, value)}))

    def assign(self, policy: Policy, assignments: t.Sequence[Assignment]) -> tuple[Assignment, ...]:
        self._write("assign")
        told = tuple(replace(entry, id=f"assignment-{self._next_id()}") for entry in assignments)
        self._store(replace(self._live(policy), assignments=told))
        return told

    def update_priorities(self, numbers: t.Mapping[str, int]) -> None:
        self._write("update_priorities")
        assert set(numbers) == set(self.policies), "every policy must be named once"
        for policy_id, number in numbers.items():
            self.policies[policy_id] = replace(self.policies[policy_id], priority=number)
        self._check()

    def delete(self, policy: Policy) -> None:
        self._write("delete")
        del self.policies[str(policy.id)]

    def _next_id(self) -> int:
        self.ids_made += 1
        return self.ids_made

    def _live(self, policy: Policy) -> Policy:
        return self.policies[str(policy.id)]

    def _write(self, name: str) -> None:
        if self.fail_at == len(self.writes):
            raise UserError("the tenant", name, "it was told to fail", "Try again")
        self.writes.append(name)

    def _store(self, policy: Policy) -> None:
        self.policies[str(policy.id)] = policy
        self._check()

    def _check(self) -> None:
        numbers = [policy.priority for policy in self.policies.values()]
        assert len(set(numbers)) == len(numbers), f"two policies hold one priority: {numbers}"


@dataclass
class MemoryDirectory:
    """Groups by name; ids outside of it do not exist."""

    groups: t.Mapping[str, str]

    def id_of(self, name: str) -> str:
        if name not in self.groups:
            raise UserError(f"group '{name}'", "resolve the name", "no group has it", "Check the spelling")
        return self.groups[name]

    def check(self, group_id: str) -> None:
        if group_id not in self.groups.values():
            raise UserError(f"group {group_id}", "assign it", "no group has this id", "Check the id")
