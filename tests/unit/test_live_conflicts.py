# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conflicts between live policies, held against all people that there could be: the rule says no more and no less."""

from __future__ import annotations

import itertools
import typing as t

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._policy.live_conflicts import (
    Conflict,
    Held,
    concerned,
    conflicts_of,
    contested,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.meeting import (
    Everyone,
    Meeting,
    Unknown,
    live_meeting,
    targets_of,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import (
    Assignment,
    AssignmentFilter,
    Policy,
    PolicyType,
    Target,
)

_GROUPS = ("g1", "g2", "g3")
_FILTERS = (AssignmentFilter("f", "include"), AssignmentFilter("f", "exclude"), AssignmentFilter("h", "include"))
_TARGETS = {Target.ALL_USERS: Everyone.USERS, Target.ALL_DEVICES: Everyone.DEVICES}

filters = st.one_of(st.none(), st.sampled_from(_FILTERS))
included = st.one_of(
    st.builds(lambda group, wanted: Assignment(group, filter=wanted), st.sampled_from(_GROUPS), filters),
    st.builds(lambda to, wanted: Assignment(None, to=to, filter=wanted), st.sampled_from(list(_TARGETS)), filters),
)
excluded = st.builds(lambda group: Assignment(group, to=Target.EXCLUDED_GROUP), st.sampled_from(_GROUPS))
assignments = st.builds(
    lambda get, not_get: (*get, *not_get),
    st.lists(included, max_size=3, unique_by=lambda each: (each.to, each.group_id)),
    st.lists(excluded, max_size=2, unique_by=lambda each: each.group_id),
)


class Person(t.NamedTuple):
    """Somebody with a device: the groups that they are in, and the filters that the device matches."""

    groups: frozenset[str]
    matches: frozenset[str]


PEOPLE = [
    Person(frozenset(groups), frozenset(matches))
    for size in range(len(_GROUPS) + 1)
    for groups in itertools.combinations(_GROUPS, size)
    for matches in ((), ("f",), ("h",), ("f", "h"))
]


def passes(person: Person, wanted: AssignmentFilter | None) -> bool:
    return wanted is None or (wanted.id in person.matches) is (wanted.mode == "include")


def gets_by(person: Person, policy: t.Sequence[Assignment], spares: bool) -> set[t.Any]:
    """Return the targets by which somebody gets a policy.

    ``spares``: groups that are excluded from all devices are those of devices, so that they are spared.
    """
    out = any(each.to is Target.EXCLUDED_GROUP and each.group_id in person.groups for each in policy)
    has_devices = any(each.to is Target.ALL_DEVICES for each in policy)
    found = set()
    for each in policy:
        is_meant = each.to in _TARGETS or (each.to is Target.GROUP and each.group_id in person.groups)
        if is_meant and passes(person, each.filter) and not (out and (spares or not has_devices)):
            found.add(_TARGETS.get(each.to, each.group_id))
    return found


@given(assignments, assignments)
def test_who_may_get_two_policies_is_told_exactly(one: t.Any, other: t.Any) -> None:
    """Nobody means that nobody can; certain, that all of some target do; else some may and, of each target, not all."""
    met = live_meeting(targets_of(one, "p1"), targets_of(other, "p2"))
    both = [
        (person, spares)
        for spares in (True, False)
        for person in PEOPLE
        if gets_by(person, one, spares) and gets_by(person, other, spares)
    ]
    if met is None:
        assert not both
        return
    assert both
    whole = {
        target
        for left, right in ((one, other), (other, one))
        for target in {target for person in PEOPLE for target in gets_by(person, left, spares=True)}
        if all(
            gets_by(person, right, spares)
            for spares in (True, False)
            for person in PEOPLE
            if target in gets_by(person, left, spares)
        )
    }
    if met.certain:
        assert met.targets <= whole
    else:
        assert not whole
        assert met.targets <= {target for person, spares in both for target in gets_by(person, one, spares)} | {
            target for person, spares in both for target in gets_by(person, other, spares)
        }


def test_an_unknown_target_is_like_no_other_and_may_be_anybody() -> None:
    odd = targets_of([Assignment(None, target={"@odata.type": "#odd", "collectionId": "c"})], "p1")
    same = targets_of([Assignment(None, target={"@odata.type": "#odd", "collectionId": "c"})], "p2")
    everybody = targets_of([Assignment(None, to=Target.ALL_DEVICES)], "p3")
    [target] = odd.included
    assert isinstance(target, Unknown)
    for other in (same, everybody):
        met = live_meeting(odd, other)
        assert met is not None
        assert not met.certain
        assert target in met.targets


def test_a_policy_set_counts_and_of_several_filters_on_a_target_none_is_known() -> None:
    group, filtered = Assignment("g1", source="policySets"), Assignment("g1", filter=_FILTERS[0])
    other = Assignment("g1", filter=_FILTERS[2], source="policySets")
    assert targets_of([filtered, group], "p").included == {"g1": None}
    assert targets_of([filtered], "p").included == {"g1": _FILTERS[0]}
    mixed = targets_of([filtered, other], "p")
    assert live_meeting(mixed, targets_of([filtered], "q")) == Meeting(False, frozenset({"g1"}))


VALUES = st.dictionaries(st.sampled_from("xyz"), st.integers(0, 2), max_size=3)
POLICIES = st.lists(st.tuples(VALUES, assignments, st.booleans()), max_size=5)


def conflicts_among(made: t.Sequence[tuple[t.Any, t.Any, bool]]) -> tuple[list[Held], list[Conflict]]:
    """Return policies as held, and the conflicts between them; 2 is a value of which not all is known."""
    held = [
        Held(Policy(f"p{place}", PolicyType(""), {"assignments": targets}), described, values)
        for place, (values, targets, described) in enumerate(made)
    ]
    found = contested(held, lambda one, other: bool(one == other))
    reached = {id(each): targets_of(each.policy.value("assignments"), str(each.policy.id)) for each in concerned(found)}
    told = conflicts_of(
        found,
        lambda each: reached.get(id(each)),
        lambda setting, each: (setting.upper(), each.values[setting]),
        lambda value: value != 2,
    )
    return held, list(told)


@given(POLICIES)
def test_two_policies_are_in_one_conflict_just_where_they_disagree_and_meet(made: t.Any) -> None:
    """By pairs, whatever hangs together: what is told of reads is enough for it, since others reach nobody here."""
    held, told = conflicts_among(made)
    expected: set[tuple[str, bool, str]] = set()
    for one, other in itertools.combinations(held, 2):
        met = live_meeting(
            *(targets_of(each.policy.value("assignments"), str(each.policy.id)) for each in (one, other))
        )
        for setting in one.values.keys() & other.values.keys():
            values = {one.values[setting], other.values[setting]}
            if met is not None and len(values) == 2 and (one.described or other.described):
                certain = met.certain and 2 not in values
                expected |= {(setting.upper(), certain, str(each.policy.id)) for each in (one, other)}
                together = [
                    each
                    for each in told
                    if each.setting == setting.upper()
                    and each.certain is certain
                    and {one.policy.id, other.policy.id}
                    <= {member.policy.id for side in each.sides for member in side.policies}
                ]
                assert len(together) == 1
                assert met.targets <= together[0].targets
    assert expected == {
        (each.setting, each.certain, str(member.policy.id))
        for each in told
        for side in each.sides
        for member in side.policies
    }
    for conflict in told:
        assert len(conflict.sides) > 1
        for side in conflict.sides:
            assert {member.values[conflict.setting.lower()] for member in side.policies} == {side.value}


@given(POLICIES)
def test_the_order_of_policies_means_nothing(made: t.Any) -> None:
    def shown(told: t.Iterable[Conflict]) -> set[t.Any]:
        return {
            (
                each.setting,
                each.certain,
                each.targets,
                frozenset(frozenset(str(member.values) for member in side.policies) for side in each.sides),
            )
            for each in told
        }

    assert shown(conflicts_among(made)[1]) == shown(conflicts_among(made[::-1])[1])
