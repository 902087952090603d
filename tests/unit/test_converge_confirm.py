# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading back what was written: until it agrees, no longer than was asked for, with as few requests as can be."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field, replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.confirm import Wait, reads_of_plan
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order
from ansible_collections.m365.apps.plugins.module_utils._errors import Failure, UserError
from ansible_collections.m365.apps.plugins.module_utils._office.codec import WIRE_NAMES
from ansible_collections.m365.apps.plugins.module_utils._office.fields import INLINE_FIELDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Entity, Readable
from ansible_collections.m365.apps.plugins.module_utils._policy.surface import Expect
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Create, Heard, PolicyWrite, Result
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.small_tenants import absent, desired, policies, run
from ansible_collections.m365.apps.tests.unit.wire import Clock

STAFF = GroupChange(exact=("All Staff",))
SETTINGS = {"a": [1, {"b": 2}]}
# What is asked of a tenant with the policies A and B, and what is read back for it.
CHANGES: dict[str, tuple[list[t.Any], dict[str, t.Any], list[str]]] = {
    "a field": ([desired("A", description="X")], {}, ["entity"]),
    "a name": ([desired("C", id="id-A")], {}, ["entity"]),
    "a payload": ([desired("A", policy_payload=SETTINGS)], {}, ["policyPayload"]),
    "the other payload": ([desired("A", user_preference_payload=SETTINGS)], {}, ["userPreferencePayload"]),
    "groups": ([desired("A", groups=STAFF)], {}, ["assignments"]),
    "all of one": (
        [desired("A", description="X", policy_payload=SETTINGS, groups=STAFF)],
        {},
        ["entity", "policyPayload", "assignments"],
    ),
    "a deletion": ([absent("A")], {}, ["entity"]),
    "an exchange": ([desired("A", priority=1), desired("B", priority=0)], {}, ["entity", "entity"]),
    "an order": ([], {"order": Order(("B", "A"))}, ["entity"]),
    "nothing": (["A", "B"], {}, []),
}
# What creates a policy is confirmed by the list, which shows others of its name, too.
CREATIONS: dict[str, tuple[list[t.Any], list[str]]] = {
    "a bare one": ([desired("C")], []),
    "a whole one": ([desired("C", policy_payload=SETTINGS, groups=STAFF)], ["policyPayload", "assignments"]),
    "one beside changes": ([desired("C"), desired("A", description="X", groups=STAFF), absent("B")], ["assignments"]),
}


def _name(part: Readable) -> str:
    if isinstance(part, Entity):
        return "entity"
    return WIRE_NAMES.get(part.field.name, "assignments")


@dataclass
class LaggingTenant(MemoryTenant):
    """Shows what was written only after some looks, part by part and in lists.

    ``looked`` are the parts read; ``begun_before_lists`` are those that had begun to be read when a list was asked for.
    """

    lag: int = 0
    looked: list[str] = field(default_factory=list)
    begun_before_lists: list[list[str]] = field(default_factory=list)
    shown: dict[str, Policy] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shown = copy.deepcopy(self.policies)

    def look(self, parts: t.Sequence[Readable]) -> list[t.Any]:
        if self.writes:
            self.looked += [_name(part) for part in parts]
        return t.cast("list[t.Any]", self._as_shown(lambda: super(LaggingTenant, self).look(parts)))

    def list_policies(self, expect: Expect | None = None) -> tuple[Policy, ...]:
        if self.writes:
            self.begun_before_lists.append([_name(part) for part in self.begun])
        return t.cast("tuple[Policy, ...]", self._as_shown(lambda: super(LaggingTenant, self).list_policies(expect)))

    def _as_shown(self, read: t.Callable[[], t.Any]) -> t.Any:
        if not self.writes:
            return read()
        self.lag -= 1
        if self.lag < 0:
            return read()
        written, self.policies = self.policies, self.shown
        try:
            return read()
        finally:
            self.policies = written


def tenant_of(names: str = "AB", **values: t.Any) -> LaggingTenant:
    live = {str(policy.id): policy for policy in policies(names)}
    return LaggingTenant(live, values.pop("capabilities", replace(CAPABILITIES, batch_size=20)), **values)


def wait(clock: Clock, timeout: float = 60) -> Wait:
    return Wait(timeout, clock, clock.sleep)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("lag", [0, 3])
def test_what_was_written_is_read_until_it_agrees(clock: Clock, name: str, lag: int) -> None:
    items, options, parts = CHANGES[name]
    tenant = tenant_of(lag=lag)
    outcome = run(tenant, items, wait=wait(clock), **options)
    assert outcome.error is None
    assert tenant.looked == parts * (lag + 1)
    assert clock.slept == ([0.5, 1.0, 2.0][:lag] if parts else [])
    reads = reads_of_plan(outcome.plan)
    assert (len(reads.parts), reads.lists) == (len(parts), False)


@pytest.mark.parametrize("name", CREATIONS)
def test_what_was_created_is_looked_for_in_the_list(clock: Clock, name: str) -> None:
    items, parts = CREATIONS[name]
    tenant = tenant_of()
    outcome = run(tenant, items, wait=wait(clock))
    assert (outcome.error, outcome.warnings) == (None, ())
    assert (tenant.looked, tenant.listings) == (parts, 2)
    # They may begin to be read before the list comes.
    assert tenant.begun_before_lists == [parts]
    reads = reads_of_plan(outcome.plan)
    assert (len(reads.parts), reads.lists) == (len(parts), True)


@pytest.mark.parametrize("name", CREATIONS)
def test_a_created_one_that_lags_is_looked_for_again(clock: Clock, name: str) -> None:
    outcome = run(tenant_of(lag=3), CREATIONS[name][0], wait=wait(clock))
    assert outcome.error is None
    assert clock.slept != []


@dataclass
class BusyTenant(LaggingTenant):
    """A tenant in which somebody else creates the same, under other numbers."""

    def write(
        self, writes: t.Sequence[PolicyWrite], known_ids: t.Collection[str], heard: Heard | None = None
    ) -> list[Result]:
        for place, write in enumerate(writes):
            if isinstance(write, Create):
                other = f"other-{write.draft.display_name}"
                draft = replace(write.draft, id=other)
                self.policies[other] = draft.with_values({"priority": 1000 + place, "assignments": ()})
        return super().write(writes, {*known_ids, *self.policies}, heard)


@pytest.mark.parametrize("lag", [0, 2])
def test_somebody_else_who_created_the_same_is_a_warning(clock: Clock, lag: int) -> None:
    live = {str(policy.id): policy for policy in policies("AB")}
    tenant = BusyTenant(live, replace(CAPABILITIES, batch_size=20), lag=lag)
    outcome = run(tenant, [desired("C"), desired("D"), desired("A", description="X")], wait=wait(clock))
    assert (outcome.error, outcome.statuses, outcome.changed) == (None, ("created", "created", "updated"), True)
    assert len(outcome.warnings) == 2
    assert outcome.warnings[0] == (
        "policy 'C' (id new-1): another policy has the same name (id other-C), since somebody else created it at the"
        " same time. Keep one of them, and delete the other by its id: a task office_client_configs with policies:"
        " [{id: other-C, state: absent}]."
    )
    assert tenant.listings == 2 + len(clock.slept)


def test_without_reading_back_nobody_is_looked_for(clock: Clock) -> None:
    live = {str(policy.id): policy for policy in policies("AB")}
    for more in ({"wait": None}, {"wait": wait(clock), "check_mode": True}):
        tenant = BusyTenant(dict(live), replace(CAPABILITIES, batch_size=20))
        assert run(tenant, [desired("C")], **more).warnings == ()
        assert tenant.listings == 1


@pytest.mark.parametrize("name", CHANGES)
def test_check_mode_and_no_wait_read_nothing_back(clock: Clock, name: str) -> None:
    items, options, _parts = CHANGES[name]
    for tenant, more in ((tenant_of(), {"check_mode": True, "wait": wait(clock)}), (tenant_of(), {"wait": None})):
        run(tenant, items, **options, **more)
        assert tenant.looked == []
    assert clock.slept == []


@pytest.mark.parametrize(
    ("timeout", "slept"), [(0, []), (0.2, [0.2]), (10, [0.5, 1, 2, 4, 2.5]), (20, [0.5, 1, 2, 4, 5, 5, 2.5])]
)
def test_what_never_shows_fails_in_time(clock: Clock, timeout: float, slept: list[float]) -> None:
    tenant = tenant_of(lag=10**6)
    outcome = run(tenant, [desired("A", description="X")], wait=wait(clock, timeout))
    assert clock.slept == pytest.approx(slept)
    assert str(outcome.error) == (
        "policy 'A' (id id-A): cannot confirm what was written: Graph accepted the writes, but after "
        f"{timeout:g} s of reading it shows its description not yet as written. Reads may lag behind writes: run it "
        "again later, raise wait_timeout, or turn wait off."
    )
    assert (outcome.changed, outcome.statuses) == (True, ("updated",))


class SpellingTenant(LaggingTenant):
    """Keeps descriptions in its own spelling."""

    def list_policies(self, expect: Expect | None = None) -> tuple[Policy, ...]:
        return tuple(policy.with_values({"description": "x"}) for policy in super().list_policies(expect))

    def look(self, parts: t.Sequence[Readable]) -> list[t.Any]:
        return [
            one.with_values({"description": "x"}) if isinstance(one, Policy) else one for one in super().look(parts)
        ]


@pytest.mark.parametrize("name", ["A", "C"])
def test_of_all_that_was_written_only_what_does_not_show_is_named(clock: Clock, name: str) -> None:
    tenant = SpellingTenant(tenant_of().policies, tenant_of().capabilities)
    outcome = run(tenant, [desired(name, description="X", policy_payload=SETTINGS, groups=STAFF)], wait=wait(clock, 0))
    assert "of reading it shows its description not yet as written." in str(outcome.error)


def test_a_deletion_that_does_not_show_is_told_with_the_others(clock: Clock) -> None:
    tenant = tenant_of(lag=10**6)
    outcome = run(tenant, [absent("A"), absent("B")], wait=wait(clock, 0))
    assert "policy 'A' (id id-A) (and 1 more): cannot confirm" in str(outcome.error)
    assert "it shows it is still there" in str(outcome.error)


def test_only_what_does_not_show_is_read_again(clock: Clock) -> None:
    tenant = tenant_of()
    hidden = {"id-B": copy.deepcopy(tenant.policies["id-B"])}
    looks: list[list[str]] = []
    whole_look = MemoryTenant.look

    def look(parts: t.Sequence[Readable]) -> list[t.Any]:
        looks.append([part.policy.display_name for part in parts])
        values = whole_look(tenant, parts)
        if len(looks) == 2:
            values = [hidden.get(str(part.policy.id), value) for part, value in zip(parts, values, strict=True)]
        return values

    tenant.look = look  # type: ignore[method-assign]
    run(tenant, [desired("A", description="X"), desired("B", description="X")], wait=wait(clock))
    assert looks == [[], ["A", "B"], ["B"]]


def test_a_read_that_fails_is_the_error_and_what_was_written_is_told(clock: Clock) -> None:
    tenant = tenant_of()
    error = UserError("policy 'A'", "read it", "no", "Try again", Failure("no", status=403))
    tenant.look = lambda parts: [error for _part in parts]  # type: ignore[method-assign]
    outcome = run(tenant, [desired("A", description="X")], wait=wait(clock))
    assert (outcome.error, outcome.changed, outcome.statuses) == (error, True, ("updated",))


def test_a_failed_run_is_not_read_back(clock: Clock) -> None:
    tenant = tenant_of(fail_at=1)
    outcome = run(tenant, [desired("A", description="X"), desired("B", description="X")], wait=wait(clock))
    assert outcome.error is not None
    assert tenant.looked == []


@pytest.mark.parametrize(("batch_size", "lists", "requests"), [(20, False, 1), (1, True, 0)])
def test_the_list_is_read_where_that_is_cheaper(clock: Clock, batch_size: int, lists: bool, requests: int) -> None:
    tenant = tenant_of(capabilities=replace(CAPABILITIES, batch_size=batch_size))
    outcome = run(tenant, [desired("A", description="X"), desired("B", description="X")], wait=wait(clock))
    reads = reads_of_plan(outcome.plan)
    assert (reads.lists, reads.requests(batch_size)) == (lists, requests)
    assert tenant.listings == 1 + lists
    assert outcome.error is None


def test_inline_payloads_are_part_of_the_entity(clock: Clock) -> None:
    tenant = tenant_of(capabilities=replace(CAPABILITIES, fields=INLINE_FIELDS))
    outcome = run(tenant, [desired("A", policy_payload=SETTINGS)], wait=wait(clock, 0))
    assert (outcome.error, tenant.looked) == (None, ["entity"])
