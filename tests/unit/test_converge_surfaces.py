# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine on a surface of other fields: one that is read apart and travels along, no priorities, every target."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError, Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._converge.item_groups import NamedGroups
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AllTarget,
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.fields import (
    DESCRIPTION,
    DISPLAY_NAME,
    Field,
    assignments_field,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.limits import Limit
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy, PolicyType, Target
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Part, Readable
from ansible_collections.m365.apps.plugins.module_utils._policy.surface import Capabilities, Change
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Heard, PolicyWrite, Result, Update
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant

PILOTS, STAFF, FINANCE = (f"{number}0000000-0000-4000-8000-000000000000" for number in (1, 2, 3))
DIRECTORY = {"Pilots": PILOTS, "Staff": STAFF, "Finance": FINANCE}
SETTINGS = Field("settings", ("settings",), (), listed=False, content=True)
TAGS = Field("tags", ("tags",), ("0",), along=("settings",))
ASSIGNMENTS = assignments_field("groups", "exclude_groups", "all_users", "all_devices")
CAPABILITIES = Capabilities(
    (DISPLAY_NAME, DESCRIPTION, TAGS, SETTINGS, ASSIGNMENTS),
    new_type=PolicyType("only"),
    prunable=lambda policy: "foreign" not in policy.value("settings"),
    prune_needs_names=True,
)


@dataclass
class OtherTenant(MemoryTenant):
    """Resolves tags that it knows, cannot write what is odd, and keeps what was read and how policies were updated."""

    capabilities: Capabilities = CAPABILITIES
    read_parts: list[str] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)

    def look(self, parts: t.Sequence[Readable]) -> list[t.Any]:
        self.read_parts += [part.field.name for part in parts if isinstance(part, Part)]
        return super().look(parts)

    def write(
        self, writes: t.Sequence[PolicyWrite], known_ids: t.Collection[str], heard: Heard | None = None
    ) -> list[Result]:
        self.updates += [write for write in writes if isinstance(write, Update)]
        return super().write(writes, known_ids, heard)

    def resolve(self, desired: t.Sequence[DesiredPolicy]) -> list[DesiredPolicy | UserError]:
        return [self._resolved(item) for item in desired]

    def _resolved(self, item: DesiredPolicy) -> DesiredPolicy | UserError:
        tags = item.value("tags")
        if tags == ("unknown",):
            return UserError(item.named(), "use its tags", "there is no such tag", "Check it")
        return item.with_values({"tags": ("1",)}) if tags == ("Pilot",) else item

    def refusals(self, changes: t.Sequence[Change]) -> list[UserError | None]:
        return [
            UserError(after.named(), "write it", "it is odd", "Leave it")
            if after and after.description == "odd"
            else None
            for _before, after in changes
        ]


def live(name: str, *assignments: Assignment, settings: tuple[str, ...] = ("a",)) -> Policy:
    values = {"display_name": name, "description": "", "tags": ("0",), "settings": settings, "assignments": assignments}
    return Policy(f"id-{name}", PolicyType("only"), values)


def item(name: str, state: State = State.PRESENT, **values: t.Any) -> DesiredPolicy:
    change = {option: values.pop(option) for option in ASSIGNMENTS.options if option in values}
    asked = {"assignments": AssignmentChange(**change)} if change else {}
    return DesiredPolicy("", state, None, name, None, {**values, **asked})


def run(tenant: OtherTenant, *items: DesiredPolicy, **options: t.Any) -> Outcome:
    return converge(items, tenant, MemoryDirectory(DIRECTORY), RunOptions(**options))


def tenant_of(*policies: Policy) -> OtherTenant:
    return OtherTenant({str(policy.id): policy for policy in policies})


def included(group: str) -> Assignment:
    return Assignment(group)


def excluded(group: str) -> Assignment:
    return Assignment(group, to=Target.EXCLUDED_GROUP)


def shown(tenant: OtherTenant, name: str) -> dict[str, t.Any]:
    policy = tenant.policies[f"id-{name}"]
    return ASSIGNMENTS.result(ASSIGNMENTS, policy.assignments)


# What is read, and what travels along


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ({"description": "x"}, []),
        ({"tags": ("0",)}, []),
        ({"tags": ("Pilot",)}, ["settings"]),
        ({"settings": ("a", "b")}, ["settings"]),
        ({"all_users": AllTarget(True)}, ["assignments"]),
    ],
)
def test_only_what_a_change_needs_is_read(asked: dict[str, t.Any], read: list[str]) -> None:
    tenant = tenant_of(live("A"))
    run(tenant, item("A", **asked))
    assert tenant.read_parts == read


def test_an_update_knows_all_that_was_read_of_the_policy() -> None:
    tenant = tenant_of(live("A"))
    assert run(tenant, item("A", tags=("Pilot",))).statuses == ("updated",)
    [update] = tenant.updates
    assert dict(update.fields) == {"tags": ("1",)}
    assert update.policy.value("settings") == ("a",)


def test_what_travels_in_a_create_is_no_write_of_its_own() -> None:
    tenant = tenant_of()
    run(tenant, item("A", settings=("a",), groups=GroupChange(exact=("Staff",))))
    assert tenant.writes == ["create", "assign"]
    policy = next(iter(tenant.policies.values()))
    assert (policy.value("settings"), policy.value("tags"), "priority" in policy.values) == (("a",), ("0",), False)


def test_a_second_run_reads_and_writes_nothing_more() -> None:
    tenant = tenant_of(live("A"))
    wanted = item("A", tags=("Pilot",), settings=("b",), exclude_groups=GroupChange(exact=("Finance",)))
    assert run(tenant, wanted).changed
    again = run(tenant, wanted)
    assert (again.changed, again.statuses) == (False, ("unchanged",))


# What cannot be meant or written


def test_all_that_cannot_be_meant_is_told_at_once_and_nothing_is_written() -> None:
    tenant = tenant_of(live("A"))
    unknown = [item(name, tags=("unknown",)) for name in "ABC"]
    with pytest.raises(UserError) as caught:
        run(tenant, *unknown)
    told = [f"policy '{name}': cannot use its tags: there is no such tag. Check it." for name in "ABC"]
    assert str(caught.value) == " ".join(told)
    assert (tenant.writes, tenant.read_parts) == ([], [])


def test_what_cannot_be_written_is_refused_before_the_first_write() -> None:
    tenant = tenant_of(live("A"), live("B"))
    with pytest.raises(UserError, match=r"policy 'A' .*it is odd.* policy 'B' .*it is odd"):
        run(tenant, item("A", description="odd"), item("B", description="odd"), item("C", settings=("a",)))
    assert tenant.writes == []


def test_what_cannot_be_meant_or_written_is_left_where_that_is_asked_for() -> None:
    tenant = tenant_of(live("A"), live("B"))
    items = [item("A", description="odd"), item("B", tags=("unknown",)), item("C", settings=("a",))]
    outcome = run(tenant, *items, on_error=OnError.LEAVE)
    assert outcome.statuses == ("failed", "failed", "created")
    assert tenant.writes == ["create"]


# Pruning


def test_a_prune_must_name_what_it_deletes_and_spares_what_the_surface_keeps() -> None:
    tenant = tenant_of(live("A"), live("B"), live("C", settings=("a", "foreign")))
    with pytest.raises(UserError, match=r"prune_scope\.display_name is missing, or is '\*'"):
        run(tenant, item("A"), guards=Guards(Prune()))
    outcome = run(tenant, item("A"), guards=Guards(Prune(names=("B", "C"))))
    assert outcome.plan.total == 2
    assert sorted(tenant.policies) == ["id-A", "id-C"]


def test_limits_count_what_a_prune_deletes_and_not_what_it_spares() -> None:
    spared = [live(f"Spared {number}", settings=("foreign",)) for number in range(20)]
    tenant = tenant_of(live("A"), live("B"), *spared)
    scope = Prune(names=("B", "Spared *"))
    for limit in (None, Limit(1)):
        outcome = run(
            tenant, item("A"), guards=Guards(scope, max_deletions=limit, max_changes=Limit(1)), check_mode=True
        )
        assert [found.status for found in outcome.plan.items] == ["unchanged", "deleted"]
        assert outcome.plan.total == 21
    with pytest.raises(UserError, match=r"cannot delete 1 of 22 policies: max_deletions allows 0; it would delete 'B'"):
        run(tenant, item("A"), guards=Guards(scope, max_deletions=Limit(0)))
    assert "id-B" in tenant.policies


@pytest.mark.parametrize(
    "pattern", ["*", "**", " * ", "?*", "*?*", "??*", "[!~]*", "[A-Za-z]*", "[]]*", "[!]]*", "*\t*", ""]
)
def test_a_pattern_that_holds_nothing_of_a_name_is_no_scope(pattern: str) -> None:
    tenant = tenant_of(live("A"), live("B"))
    for names in ((pattern,), ("B", pattern)):
        with pytest.raises(UserError, match=r"cannot prune: on this surface other teams keep policies, too, and"):
            run(tenant, item("A"), guards=Guards(Prune(names=names)))
    assert len(tenant.policies) == 2


@pytest.mark.parametrize("pattern", ["B", "*B", "[AB]B*", "B?*", "[x", "*-*"])
def test_a_pattern_that_holds_a_part_of_a_name_is_a_scope(pattern: str) -> None:
    tenant = tenant_of(live("A"))
    assert run(tenant, item("A"), guards=Guards(Prune(names=(pattern,)))).error is None


# Groups that a run may affect


def for_pilots(tenant: OtherTenant, *items: DesiredPolicy) -> Outcome:
    return run(tenant, *items, limit_to_groups=("Pilots",))


def test_a_new_exclusion_comes_along_with_the_first_groups() -> None:
    tenant = tenant_of(live("A"))
    wanted = item("A", groups=GroupChange(exact=("Pilots", "Staff")), exclude_groups=GroupChange(exact=("Finance",)))
    outcome = for_pilots(tenant, wanted)
    assert shown(tenant, "A") == {
        "groups": [PILOTS],
        "exclude_groups": [FINANCE],
        "all_users": False,
        "all_devices": False,
    }
    assert outcome.items[0].pending == ("groups",)


@pytest.mark.parametrize("change", [GroupChange(exact=()), GroupChange(remove=("Finance",))])
def test_an_exclusion_ends_when_its_group_is_reached(change: GroupChange) -> None:
    tenant = tenant_of(live("A", included(PILOTS), excluded(FINANCE)))
    outcome = for_pilots(tenant, item("A", description="x", exclude_groups=change))
    assert shown(tenant, "A")["exclude_groups"] == [FINANCE]
    assert (tenant.policies["id-A"].description, outcome.items[0].pending) == ("x", ("exclude_groups",))
    run(tenant, item("A", exclude_groups=change), limit_to_groups=("Pilots", "Finance"))
    assert shown(tenant, "A")["exclude_groups"] == []


def test_all_users_are_outside_of_every_reach() -> None:
    tenant = tenant_of(live("A"), live("B", Assignment(None, to=Target.ALL_DEVICES)))
    outcome = for_pilots(tenant, item("A", all_users=AllTarget(True)), item("B", description="x"))
    assert [each.pending for each in outcome.items] == [("all_users",), ("description",)]
    assert tenant.writes == []


def test_a_wave_is_told_with_its_exclusions() -> None:
    tenant = tenant_of(live("A"))
    wanted = item("A", groups=GroupChange(exact=("Pilots", "Staff")), exclude_groups=GroupChange(exact=("Finance",)))
    waves = (NamedGroups("pilots", ("Pilots",)), NamedGroups("all", ("Staff",)))
    plan = run(tenant, wanted, check_mode=True, waves=waves).plan
    assert [[action.name for action in wave.plan.actions] for wave in plan.waves] == [["assign"], ["assign"]]


# Groups that are gone, and those that nobody knows


def test_a_gone_group_that_stays_excluded_is_dropped_with_a_warning() -> None:
    gone = "90000000-0000-4000-8000-000000000000"
    tenant = tenant_of(live("A", included(STAFF), excluded(gone)))
    outcome = run(tenant, item("A", groups=GroupChange(add=("Pilots",))))
    assert shown(tenant, "A")["exclude_groups"] == []
    assert [gone in warning for warning in outcome.plan.warnings] == [True]


def test_unknown_groups_of_every_option_are_told_at_once() -> None:
    asked: dict[str, t.Any] = {
        "groups": GroupChange(exact=("Nobody",)),
        "exclude_groups": GroupChange(exact=("Noone",)),
    }
    with pytest.raises(UserError, match=r"'Nobody'.*'Noone'"):
        run(tenant_of(live("A")), item("A", **asked))
