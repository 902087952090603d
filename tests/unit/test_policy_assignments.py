# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignments with several kinds of targets: what is asked of them, merged into what is there, shown and bound."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.assignments import (
    change_digests,
    merge_assignments,
    merged,
    results_of,
    same_assignments,
    texts_of,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AllTarget,
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.fields import assignments_field
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import (
    Assignment,
    AssignmentFilter,
    Policy,
    PolicyType,
    Target,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET

OPTIONS = ("groups", "exclude_groups", "all_users", "all_devices")
FIELD = assignments_field(*OPTIONS)
ITEM = DesiredPolicy("policies[0]", display_name="A")
ODD = Assignment(None, "x", {"@odata.type": "#odd"})
CORPORATE, KIOSK = AssignmentFilter("f1"), AssignmentFilter("f2", "exclude")
EVERYBODY = Assignment(None, to=Target.ALL_USERS)


def included(group: str, *filters: AssignmentFilter, **more: t.Any) -> Assignment:
    return Assignment(group, filter=filters[0] if filters else None, **more)


def excluded(group: str) -> Assignment:
    return Assignment(group, to=Target.EXCLUDED_GROUP)


def after(live: t.Sequence[Assignment], **asked: t.Any) -> tuple[Assignment, ...]:
    return merge_assignments(ITEM, AssignmentChange(**asked), live)


def shown(live: t.Sequence[Assignment], **asked: t.Any) -> dict[str, t.Any]:
    return results_of(OPTIONS, after(live, **asked))


def exactly(*groups: str, **filters: AssignmentFilter | None) -> GroupChange:
    return GroupChange(exact=groups, filters=filters)


# What is asked, merged


def test_each_option_changes_its_own_targets_alone() -> None:
    live = (included("a"), excluded("b"), EVERYBODY)
    assert shown(live, groups=exactly("c"))["exclude_groups"] == ["b"]
    assert shown(live, exclude_groups=exactly()) == {
        "groups": ["a"],
        "exclude_groups": [],
        "all_users": True,
        "all_devices": False,
    }
    assert shown(live, all_users=AllTarget(False), all_devices=AllTarget(True, KIOSK)) == {
        "groups": ["a"],
        "exclude_groups": ["b"],
        "all_users": False,
        "all_devices": {"filter": "f2", "filter_mode": "exclude"},
    }


@pytest.mark.parametrize(
    ("change", "filters"),
    [
        (exactly("a"), [None]),
        (exactly("a", a=KIOSK), [KIOSK]),
        (GroupChange(add=("a",)), [CORPORATE]),
        (GroupChange(add=("a",), filters={"a": None}), [None]),
        (GroupChange(add=("a", "b"), filters={"b": KIOSK}), [CORPORATE, KIOSK]),
        (UNSET, [CORPORATE]),
    ],
)
def test_a_member_of_set_has_the_filter_that_it_names_and_one_that_is_added_keeps_its_own(
    change: t.Any, filters: list[AssignmentFilter | None]
) -> None:
    assert [entry.filter for entry in after([included("a", CORPORATE)], groups=change)] == filters


def test_true_is_everybody_without_a_filter() -> None:
    live = [replace(EVERYBODY, filter=CORPORATE, target={"@odata.type": "#all"})]
    assert after(live, all_users=AllTarget(True)) == (EVERYBODY,)
    assert after(live, all_users=AllTarget(True, CORPORATE)) == tuple(live)


@pytest.mark.parametrize(
    ("live", "asked", "cause"),
    [
        ([], {"groups": exactly("a"), "exclude_groups": exactly("a")}, "group a is in groups and in exclude_groups"),
        ([excluded("a")], {"groups": GroupChange(add=("a",))}, "group a is assigned and the policy excludes it"),
        ([included("a")], {"exclude_groups": exactly("a")}, "group a is excluded and the policy is assigned to it"),
        ([ODD], {"groups": exactly("a")}, r"it has an assignment that is not a group \(#odd\)"),
        ([], {"exclude_groups": GroupChange(add=("a",), remove=("a",))}, "group a is in add and in remove"),
    ],
)
def test_what_cannot_be_is_refused(live: list[Assignment], asked: dict[str, t.Any], cause: str) -> None:
    with pytest.raises(UserError, match=rf"^policies\[0\] policy 'A': cannot (assign|set) its groups: {cause}\."):
        after(live, **asked)


def test_a_group_may_move_from_one_side_to_the_other() -> None:
    moved = after([included("a"), included("b")], groups=exactly("b"), exclude_groups=exactly("a"))
    assert moved == (included("b"), excluded("a"))


def test_a_gone_group_is_dropped_by_a_write_on_either_side() -> None:
    live = [included("a"), included("gone"), excluded("gone-too")]
    gone = frozenset({"gone", "gone-too"})
    assert after(live, all_users=AllTarget(True), gone=gone) == (included("a"), EVERYBODY)
    assert after(live, all_users=AllTarget(False), gone=gone) == tuple(live)


def test_what_belongs_to_something_else_is_kept_and_counts_for_nothing() -> None:
    foreign = included("a", source="policySets")
    assert after([foreign], groups=exactly()) == (foreign,)
    assert after([foreign], groups=exactly("a"), exclude_groups=exactly()) == (included("a"), foreign)
    assert same_assignments([foreign], [])
    assert texts_of(OPTIONS, [foreign]) == texts_of(OPTIONS, [])


# Shown and bound


def test_a_difference_tells_the_options_that_changed_with_their_filters() -> None:
    before = (included("a"), excluded("b"))
    now = (included("a", CORPORATE), excluded("b"), replace(EVERYBODY, filter=KIOSK))
    assert FIELD.sides(FIELD, before, now) == (
        {"groups": ["a"], "all_users": False},
        {"groups": ["a (filter f1, include)"], "all_users": "(filter f2, exclude)"},
    )


def test_users_are_told_what_an_assignment_writes() -> None:
    assert FIELD.details(FIELD, (ODD, included("a"), excluded("b"), EVERYBODY)) == {
        "group_ids": [None, "a"],
        "exclude_group_ids": ["b"],
        "all_users": True,
        "all_devices": False,
    }


def test_a_surface_with_groups_alone_tells_of_nothing_else() -> None:
    alone = assignments_field("groups")
    assert alone.result(alone, (ODD, included("a"))) == {"groups": ["a"]}
    assert alone.sides(alone, UNSET, (included("a"),)) == ({"groups": []}, {"groups": ["a"]})
    assert alone.details(alone, (included("a"),)) == {"group_ids": ["a"]}
    assert alone.asked_digest(alone, AssignmentChange(GroupChange(add=("b", "a")))) == {
        "groups": [None, ["a", "b"], []]
    }


GROUPS = ("a", "b", "c")
FILTERS = st.sampled_from([None, CORPORATE, KIOSK])
ASSIGNED: st.SearchStrategy[tuple[Assignment, ...]] = st.tuples(
    st.dictionaries(st.sampled_from(GROUPS), FILTERS),
    st.sets(st.sampled_from(("d", "e"))),
    st.sampled_from([(), (EVERYBODY,), (replace(EVERYBODY, filter=CORPORATE),)]),
).map(lambda parts: (*(Assignment(g, filter=f) for g, f in parts[0].items()), *map(excluded, parts[1]), *parts[2]))
CHANGES = st.builds(
    AssignmentChange,
    st.one_of(
        st.just(UNSET),
        st.dictionaries(st.sampled_from(GROUPS), FILTERS).map(lambda found: GroupChange(tuple(found), filters=found)),
        st.dictionaries(st.sampled_from(GROUPS), FILTERS).map(
            lambda found: GroupChange(add=tuple(found), filters=found)
        ),
    ),
    st.one_of(st.just(UNSET), st.sets(st.sampled_from(("d", "e"))).map(lambda found: GroupChange(tuple(found)))),
    st.one_of(st.just(UNSET), st.builds(AllTarget, st.booleans(), FILTERS)),
    st.one_of(st.just(UNSET), st.builds(AllTarget, st.booleans(), FILTERS)),
)


@given(ASSIGNED, CHANGES)
def test_a_change_that_was_made_asks_for_nothing_more(live: tuple[Assignment, ...], change: AssignmentChange) -> None:
    once = merge_assignments(ITEM, change, live)
    assert merge_assignments(ITEM, change, once) == once
    assert same_assignments(once, merged(change, once))


@given(ASSIGNED)
def test_what_is_shown_asks_for_what_is_there(live: tuple[Assignment, ...]) -> None:
    found = results_of(OPTIONS, live)
    members = [entry if isinstance(entry, dict) else {"id": entry} for entry in found["groups"]]
    filters = {
        entry["id"]: AssignmentFilter(entry["filter"], entry["filter_mode"]) for entry in members if "filter" in entry
    }
    users = found["all_users"]
    wanted = AllTarget(
        bool(users), AssignmentFilter(users["filter"], users["filter_mode"]) if users not in (True, False) else None
    )
    change = AssignmentChange(
        GroupChange(tuple(entry["id"] for entry in members), filters=filters),
        GroupChange(tuple(found["exclude_groups"])),
        wanted,
        AllTarget(found["all_devices"]),
    )
    assert same_assignments(merge_assignments(ITEM, change, ()), live)
    assert same_assignments(merge_assignments(ITEM, change, live), live)


@given(ASSIGNED, ASSIGNED)
def test_what_is_bound_differs_where_assignments_do(one: tuple[Assignment, ...], other: tuple[Assignment, ...]) -> None:
    assert (texts_of(OPTIONS, one) == texts_of(OPTIONS, other)) == same_assignments(one, other)


def test_what_is_asked_is_bound_with_its_filters() -> None:
    plain, filtered = (AssignmentChange(exactly("a", **more)) for more in ({}, {"a": CORPORATE}))
    assert change_digests(plain) == {"groups": [["a"], [], []]}
    assert change_digests(filtered) != change_digests(plain)
    assert change_digests(AssignmentChange(all_devices=AllTarget(True, KIOSK))) == {
        "all_devices": [True, " (filter f2, exclude)"]
    }


# Values


def test_what_was_not_read_is_not_among_the_values() -> None:
    policy = Policy("p", PolicyType("x"), {"display_name": "A", "assignments": UNSET})
    assert policy == Policy("p", PolicyType("x"), {"display_name": "A"})
    assert policy.with_values({"display_name": UNSET}).values == {}
    assert policy.value("assignments") is UNSET
    assert ITEM.with_values({"assignments": UNSET}) == ITEM


def test_targets_of_different_kinds_and_sources_are_not_the_same() -> None:
    entries = [included("a"), excluded("a"), EVERYBODY, ODD, included("a", source="policySets")]
    assert len({entry.key for entry in entries}) == len(entries)
    assert ODD.to is Target.UNKNOWN
