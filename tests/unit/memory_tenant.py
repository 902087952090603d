# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant in memory behind the surface protocol, as strict as Graph where the planner could go wrong."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.m365.apps.plugins.module_utils._errors import Failure, UserError
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.checkins import CheckinsAsked, CheckinsRead, Report
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy
from ansible_collections.m365.apps.plugins.module_utils._policy.fields import unread
from ansible_collections.m365.apps.plugins.module_utils._policy.live_conflicts import Conflicts
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy, priority_of
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Entity, Readable
from ansible_collections.m365.apps.plugins.module_utils._policy.surface import Capabilities, Change
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    Create,
    Delete,
    Heard,
    PolicyWrite,
    Result,
    Update,
    Write,
    WritePart,
    Written,
    each_heard,
)


@dataclass
class MemoryTenant:
    """Policies by id. ``writes`` names every write in order, ``requests`` counts what carried them; ``fail_at`` makes
    that write (from 0) fail unsent. ``announced`` is how many writes the run said that it has, ``asked_to_write`` for
    how many it asked whether it may; ``forbids`` is the answer. ``begun`` are the parts that begin to be read.
    """

    policies: dict[str, Policy] = field(default_factory=dict)
    capabilities: Capabilities = CAPABILITIES
    writes: list[str] = field(default_factory=list)
    fail_at: int | None = None
    requests: int = 0
    parts_read: int = 0
    listings: int = 0
    ids_made: int = 0
    announced: int | None = None
    asked_to_write: int | None = None
    forbids: UserError | None = None
    begun: list[Readable] = field(default_factory=list)

    @classmethod
    def of(cls, policies: t.Iterable[Policy], capabilities: Capabilities | None = None) -> MemoryTenant:
        """Return a tenant that holds these policies."""
        return cls({str(policy.id): policy for policy in policies}, capabilities or CAPABILITIES)

    def list_policies(self, _expect: t.Any = None) -> tuple[Policy, ...]:
        self.listings += 1
        return tuple(self._listed(policy) for policy in self.policies.values())

    def get_policy(self, policy_id: str) -> Policy | None:
        policy = self.policies.get(policy_id)
        return policy and self._listed(policy)

    def _listed(self, policy: Policy) -> Policy:
        return unread(policy, [field for field in self.capabilities.fields if not field.listed])

    def read(self, parts: t.Sequence[Readable]) -> list[t.Any]:
        values = self.look(parts)
        assert not any(isinstance(value, UserError) for value in values)
        return values

    def look(self, parts: t.Sequence[Readable]) -> list[t.Any]:
        self.parts_read += len(parts)
        return [self._read(part) for part in parts]

    def _read(self, part: Readable) -> t.Any:
        policy = self.policies.get(str(part.policy.id))
        if isinstance(part, Entity):
            return policy and self._listed(policy)
        if policy is None:
            failure = Failure("there is none", status=404)
            return UserError(part.policy.named(), "read it", "there is none", "Check the id", failure, absent=True)
        value = part.field.of(policy)
        assert value is not UNSET
        return value

    def read_names(self, _policies: t.Sequence[Policy]) -> list[str]:
        return []

    def read_checkins(self, asked: CheckinsAsked) -> CheckinsRead:
        chosen = [policy for policy in self.list_policies() if asked.is_chosen(policy)]
        return CheckinsRead(None, list(zip(chosen, self.reports_of(chosen), strict=True)))

    def reports_of(self, policies: t.Sequence[Policy]) -> list[Report]:
        return [Report() for _policy in policies]

    def resolve(self, desired: t.Sequence[DesiredPolicy]) -> list[DesiredPolicy | UserError]:
        return list(desired)

    def foresee(self, writes: t.Sequence[PolicyWrite], _blocked: bool = False) -> list[Result | None]:
        return [None for _write in writes]

    def refusals(self, changes: t.Sequence[Change]) -> list[UserError | None]:
        return [None for _change in changes]

    def conflicts(self, _described: t.Sequence[Policy], _others: t.Sequence[Policy]) -> Conflicts:
        return Conflicts()

    def forbidden(self, writes: t.Sequence[Write]) -> UserError | None:
        self.asked_to_write = len(writes)
        return self.forbids

    def begin_writes(self, total: int) -> None:
        self.announced = total

    def write(
        self, writes: t.Sequence[PolicyWrite], known_ids: t.Collection[str], heard: Heard | None = None
    ) -> list[Result]:
        self.requests += -(-len(writes) // self.capabilities.batch_size)
        touched = [write.draft if isinstance(write, Create) else write.policy.id for write in writes]
        assert all(touched.count(one) == 1 for one in touched), "two writes of one stage belong to one policy"
        assert set(known_ids) >= set(self.policies)
        return each_heard(writes, map(self._send, writes), heard)

    def begin(self, parts: t.Sequence[Readable]) -> None:
        self.begun += parts

    def _send(self, write: PolicyWrite) -> Result:
        try:
            return Result(self._HANDLERS[type(write)](self, write))
        except UserError as error:
            return Result(error=error)

    def _create(self, write: Create) -> Written:
        self._write("create")
        policy_id = f"new-{self._next_id()}"
        empty = {each.name: each.blank for each in self.capabilities.fields if each.of(write.draft) is UNSET}
        self._store(replace(write.draft, id=policy_id).with_values(empty))
        return Written(policy_id=policy_id)

    def _update(self, write: Update) -> Written:
        self._write("update")
        assert write.fields
        self._store(self._live(write.policy).with_values(write.fields))
        return Written()

    def _write_part(self, write: WritePart) -> Written:
        assert any(each.part for each in self.capabilities.fields if each == write.field)
        return self._replace_assignments(write) if write.field == ASSIGNMENTS else self._replace_payload(write)

    def _replace_payload(self, write: WritePart) -> Written:
        self._write("write_payload")
        self._store(self._live(write.policy).with_values({write.field.name: write.value}))
        return Written()

    def _replace_assignments(self, write: WritePart) -> Written:
        self._write("assign")
        told = tuple(replace(entry, id=f"assignment-{self._next_id()}") for entry in write.value)
        self._store(self._live(write.policy).with_values({"assignments": told}))
        return Written(assignments=told)

    def _delete(self, write: Delete) -> Written:
        self._write("delete")
        del self.policies[str(write.policy.id)]
        return Written()

    _HANDLERS: t.ClassVar[dict[type, t.Callable[..., Written]]] = {
        Create: _create,
        Update: _update,
        WritePart: _write_part,
        Delete: _delete,
    }

    def update_priorities(self, numbers: t.Mapping[str, int]) -> None:
        self.requests += 1
        self._write("update_priorities")
        assert set(numbers) == set(self.policies), "every policy must be named once"
        for policy_id, number in numbers.items():
            self.policies[policy_id] = self.policies[policy_id].with_values({"priority": number})
        self._check()

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
        if not self.capabilities.priorities:
            return
        numbers = [priority_of(policy) for policy in self.policies.values()]
        assert len(set(numbers)) == len(numbers), f"two policies hold one priority: {numbers}"


@dataclass
class MemoryDirectory:
    """Groups by name; ids outside of it do not exist."""

    groups: t.Mapping[str, str]
    asked: set[str] = field(default_factory=set)

    def look_up(self, names: t.Iterable[str], ids: t.Iterable[str] = ()) -> None:
        self.asked.update(names, ids)

    def id_of(self, name: str) -> str:
        assert name in self.asked, "every group must be asked for at once"
        if name not in self.groups:
            raise UserError(f"group '{name}'", "resolve the name", "no group has it", "Check the spelling")
        return self.groups[name]

    def check(self, group_id: str) -> None:
        assert group_id in self.asked, "every group must be asked for at once"
        if group_id not in self.groups.values():
            raise UserError(f"group {group_id}", "assign it", "no group has this id", "Check the id")

    def name_of(self, group_id: str) -> str | None:
        names = {known: name for name, known in self.groups.items()}
        return names.get(group_id) if group_id in self.asked else None

    def is_gone(self, group_id: str) -> bool:
        assert group_id in self.asked, "every group must be asked for at once"
        return group_id not in self.groups.values()
