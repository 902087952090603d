# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan in waves tells what each wave then does, and all groups are looked up before the first write."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Outcome, predict
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge, read_and_plan
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._converge.item_groups import NamedGroups
from ansible_collections.m365.apps.plugins.module_utils._errors import Failure, UserError
from ansible_collections.m365.apps.plugins.module_utils._module.results import wave_results
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import GroupChange
from ansible_collections.m365.apps.plugins.module_utils._policy.limits import Limit
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment
from ansible_collections.m365.apps.tests.unit.cases import GROUPS, Case, cases, group_refs
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.small_tenants import absent, desired, desired_state, policy

PILOT, BROAD = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "ab")
NAMED = {"Pilot": PILOT, "Broad": BROAD}
WAVES = (NamedGroups("pilots", ("Pilot",)), NamedGroups("everybody", ("Broad",)))


def told(outcome: Outcome) -> tuple[t.Any, ...]:
    """Return what a wave does: the status of each item, what waits, and the writes by name."""
    pending = [item.pending for item in outcome.items]
    return outcome.statuses, pending, [action.name for action in outcome.plan.actions]


@given(cases(), st.lists(group_refs, min_size=1, max_size=3), st.booleans())
def test_each_wave_does_what_the_plan_told(case: Case, waves: list[tuple[str, ...]], prune: bool) -> None:
    tenant, items, options = case
    guards = Guards(prune=Prune(), max_deletions=Limit(1000)) if prune else Guards()
    named = tuple(NamedGroups(str(number), groups) for number, groups in enumerate(waves))
    directory = MemoryDirectory(GROUPS)
    asked = RunOptions(check_mode=True, order=options.order, guards=guards)
    try:
        plan = read_and_plan(
            items, tenant, directory, RunOptions(check_mode=True, order=options.order, guards=guards, waves=named)
        )
    except UserError:
        return
    assert tenant.writes == []
    assert plan.fingerprint == read_and_plan(items, tenant, directory, asked).fingerprint
    for number, wave in enumerate(plan.waves):
        limit = tuple(group for groups in waves[: number + 1] for group in groups)
        last = number + 1 == len(waves)
        done = converge(
            items,
            tenant,
            directory,
            RunOptions(order=options.order, guards=guards, limit_to_groups=None if last else limit),
        )
        assert told(done) == told(predict(wave.plan))


def small() -> MemoryTenant:
    return MemoryTenant.of(
        [
            policy("Both", 0, assignments=(Assignment(BROAD),)),
            policy("Old", 1, assignments=(Assignment(BROAD),)),
        ]
    )


ITEMS = desired_state(
    desired("New", groups=GroupChange(exact=("Pilot", "Broad"))), desired("Both", description="changed"), absent("Old")
)


def test_waves_are_told_as_results() -> None:
    plan = read_and_plan(ITEMS, small(), MemoryDirectory(NAMED), RunOptions(check_mode=True, waves=WAVES))
    first, second = wave_results(plan.waves, MemoryDirectory(NAMED).name_of)
    assert (first["name"], first["created"], first["updated"], first["pending"]) == ("pilots", 1, 0, 3)
    assert [(item["display_name"], item["status"], item["pending"]) for item in first["results"]] == [
        ("New", "created", ["groups"]),
        ("Both", "unchanged", ["description"]),
        ("Old", "unchanged", ["state"]),
    ]
    assert first["results"][0]["after"]["groups"] == [PILOT]
    assert (second["created"], second["updated"], second["deleted"], second["pending"]) == (0, 2, 1, 0)
    new = second["results"][0]
    # Nobody has seen its id yet.
    assert (new["id"], {action["id"] for action in new["actions"]}) == (None, {None})
    assert (new["before"], new["after"]) == ({"groups": [PILOT]}, {"groups": [PILOT, BROAD]})


def test_numbers_of_policies_that_a_wave_makes_are_told_by_name() -> None:
    tenant = MemoryTenant.of([policy("Old", 0, assignments=(Assignment(BROAD),))])
    items = desired_state(desired("New", priority=1, groups=GroupChange(exact=("Pilot",))), desired("Old", priority=2))
    waves = (NamedGroups("one", ("Pilot",)), NamedGroups("two", ("Broad",)))
    plan = read_and_plan(items, tenant, MemoryDirectory(NAMED), RunOptions(check_mode=True, waves=waves))
    assert "wave-" not in repr(wave_results(plan.waves, MemoryDirectory(NAMED).name_of))


def refused(**options: t.Any) -> str:
    tenant = small()
    with pytest.raises(UserError) as caught:
        converge(ITEMS, tenant, MemoryDirectory(NAMED), RunOptions(**options))
    assert tenant.writes == []
    return str(caught.value)


@pytest.mark.parametrize("check_mode", [True, False])
def test_unknown_groups_are_told_at_once_with_what_names_them(check_mode: bool) -> None:
    gone = "c" * 8 + PILOT[8:]
    named = (
        NamedGroups("wave 'broad'", ("Brod", "Broad")),
        NamedGroups("the map", ("Brod", gone.upper())),
        *(NamedGroups(f"place {number}", ("Brod",)) for number in range(3)),
    )
    assert refused(check_mode=check_mode, check_groups=named) == (
        "group 'Brod': cannot resolve the name: no group has it. Check the spelling. It is named by wave 'broad',"
        f" the map, place 0 and 2 more. group {gone}: cannot assign it: no group has this id. Check the id. It is named"
        " by the map."
    )


def test_many_unknown_groups_are_told_in_part() -> None:
    text = refused(check_groups=(NamedGroups("the map", tuple(f"Group {number}" for number in range(52))),))
    assert text.count("It is named by the map.") == 50
    assert text.endswith(" 2 more problems like these.")


def test_groups_of_waves_and_of_policies_are_looked_up_too() -> None:
    waves = (NamedGroups("pilots", ("Pilots",)), NamedGroups("all", ("Broad",)))
    assert "It is named by wave 'pilots'." in refused(check_mode=True, waves=waves)
    tenant = MemoryTenant()
    items = desired_state(desired("New", groups=GroupChange(add=("Typo",), remove=("Typo too",))))
    with pytest.raises(UserError, match=r"'Typo'.* named by .*policy 'New'\. group 'Typo too'"):
        converge(items, tenant, MemoryDirectory(NAMED), RunOptions())


def test_what_cannot_be_looked_up_is_no_unknown_group() -> None:
    class Refusing(MemoryDirectory):
        def id_of(self, name: str) -> str:
            raise UserError(f"group '{name}'", "look it up", "it is forbidden", "Ask", Failure("no", status=403))

    with pytest.raises(UserError, match=r"it is forbidden\. Ask\.$"):
        converge(ITEMS, small(), Refusing(NAMED), RunOptions(check_groups=(NamedGroups("the map", ("A", "B")),)))


def test_a_wave_that_cannot_be_planned_is_named() -> None:
    tenant = MemoryTenant.of(
        [policy(name, number, assignments=(Assignment(BROAD),)) for number, name in enumerate("AB")]
    )
    items = desired_state(desired("New", priority=0), absent("A"))
    with pytest.raises(UserError, match=r"^wave 'pilots': the priorities: cannot give them out for limit_to_groups"):
        read_and_plan(items, tenant, MemoryDirectory(NAMED), RunOptions(check_mode=True, waves=WAVES))
