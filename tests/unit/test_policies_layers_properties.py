# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Layers, held against every person there can be: each set of groups, with and without the filter.

What somebody must get is found by looking at all policies, the strongest first, and knows nothing of exclusions made.
"""

from __future__ import annotations

import itertools
import random
import typing as t

from ansible.errors import AnsibleFilterError
from hypothesis import event, given
from hypothesis import strategies as st

from ansible_collections.m365.apps.tests.unit.layered import (
    GROUPS,
    IDS,
    MEANT,
    MEMBERSHIPS,
    NAMES,
    SPELLED,
    layered,
    members,
    policy,
)
from ansible_collections.m365.apps.tests.unit.some_policies import Document, conflicts


def name_of(member: t.Any) -> str:
    """Return the name of a group, however it is written."""
    text = str(member["display_name"] if isinstance(member, dict) else member)
    return NAMES.get(text.lower(), text)


@st.composite
def spelled(draw: st.DrawFn, groups: t.Sequence[str]) -> list[t.Any]:
    """Groups as they may be written where the names of their ids are known."""
    forms = [(each, IDS[each], IDS[each].upper(), {"id": IDS[each], "display_name": each}) for each in groups]
    return [draw(st.sampled_from(each)) for each in forms]


@st.composite
def policy_sets(draw: st.DrawFn, plain: bool = False) -> list[Document]:
    """Policies with distinct priorities; ``plain`` ones have groups alone."""
    found = []
    for place, name in enumerate(draw(st.permutations("ABCDE"))[: draw(st.integers(2, 5))]):
        chosen = draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=3))
        set_to = draw(st.dictionaries(st.sampled_from(("excel", "word", "ppt")), st.sampled_from((3, 4)), min_size=1))
        settings = [draw(st.sampled_from(SPELLED[each])) for each in set_to.items()]
        document: Document = {
            "display_name": name,
            "priority": place * 3,
            "groups": draw(spelled(chosen)),
            "settings": settings,
        }
        rare = draw(st.integers(0, 11))
        if not plain and rare < 4:
            left = sorted(set(GROUPS) - set(chosen))
            document |= (
                {"exclude_groups": draw(spelled(left[:1]))},
                {"all_users": True},
                {"groups": members(chosen, filtered=True)},
                {"all_users": {"filter": "F", "filter_mode": "exclude"}, "exclude_groups": left[-1:]},
            )[rare]
        found.append(document)
    return found


def gets(document: Document, groups: t.Collection[str], passes: bool) -> bool:
    """Tell whether somebody in these groups, whose device passes the filter or not, gets a policy."""
    if set(map(name_of, document.get("exclude_groups", []))) & set(groups):
        return False
    wanted = [member for member in document.get("groups", []) if name_of(member) in groups]
    if document.get("all_users"):
        wanted.append(document["all_users"])
    modes = [each.get("filter_mode") if isinstance(each, dict) else None for each in wanted]
    return any(mode is None or (mode == "include") == passes for mode in modes)


def meant(document: Document) -> dict[str, int]:
    return dict(MEANT[repr(entry)] for entry in document["settings"])


def must_get(policies: list[Document], groups: t.Collection[str], passes: bool) -> dict[str, int]:
    """Return the value of each setting that the strongest policy has."""
    found: dict[str, int] = {}
    for document in sorted(policies, key=lambda each: t.cast(int, each["priority"])):
        if gets(document, groups, passes):
            found = {**meant(document), **found}
    return found


def got(policies: list[Document], groups: t.Collection[str], passes: bool) -> dict[str, set[int]]:
    """Return all values of each setting that policies without priorities bring."""
    found: dict[str, set[int]] = {}
    for document in policies:
        if gets(document, groups, passes):
            for setting, value in meant(document).items():
                found.setdefault(setting, set()).add(value)
    return found


def assert_refused(error: AnsibleFilterError) -> None:
    assert "cannot layer it" in str(error)


def check(policies: list[Document], compiled: list[Document]) -> None:
    for groups, passes in itertools.product(MEMBERSHIPS, (False, True)):
        wanted = {setting: {value} for setting, value in must_get(policies, groups, passes).items()}
        assert got(compiled, groups, passes) == wanted, (sorted(groups), passes)


@given(policy_sets(plain=True))
def test_everybody_gets_what_the_strongest_policy_says(policies: list[Document]) -> None:
    compiled = layered(policies, group_names=NAMES)
    check(policies, compiled)
    assert all("priority" not in each for each in compiled)
    assert conflicts(compiled, group_names=NAMES) == []


@given(policy_sets())
def test_what_cannot_be_said_is_refused_and_all_else_is_right(policies: list[Document]) -> None:
    try:
        compiled = layered(policies, group_names=NAMES)
    except AnsibleFilterError as error:
        event("refused")
        assert_refused(error)
        return
    event("compiled")
    check(policies, compiled)


@given(policy_sets(plain=True))
def test_parts_are_as_many_as_there_are_sets_of_groups_to_exclude(policies: list[Document]) -> None:
    for document in policies:
        stronger = [each for each in policies if each["priority"] < document["priority"]]
        sets = {
            frozenset(
                group
                for each in stronger
                if meant(each).get(setting, value) != value and not reach_nobody(document, each)
                for group in map(name_of, each["groups"])
            )
            for setting, value in meant(document).items()
        }
        # A part for nobody is none.
        wanted = [each for each in sets if not each or not set(map(name_of, document["groups"])) <= each]
        name = document["display_name"]
        parts = [each for each in layered(policies, group_names=NAMES) if each["display_name"].split(" (")[0] == name]
        assert len(parts) == len(wanted)


def reach_nobody(*documents: Document) -> bool:
    return any(not document["groups"] for document in documents)


@given(policy_sets(), st.randoms(use_true_random=False))
def test_the_order_of_the_list_means_nothing_and_a_second_compile_changes_nothing(
    policies: list[Document], rng: random.Random
) -> None:
    try:
        compiled = layered(policies, group_names=NAMES)
    except AnsibleFilterError:
        return
    shuffled = [{**each, "groups": rng.sample(each["groups"], len(each["groups"]))} for each in policies]
    rng.shuffle(shuffled)
    again = layered(shuffled, group_names=NAMES)
    by_name = [{**each, "groups": sorted(map(repr, each["groups"]))} for each in again]
    assert by_name == [{**each, "groups": sorted(map(repr, each["groups"]))} for each in compiled]
    assert layered(policies, group_names=NAMES) == compiled
    assert layered(compiled, group_names=NAMES) == compiled
    assert len({each["display_name"] for each in compiled}) == len(compiled)


@given(policy_sets())
def test_what_others_set_the_same_and_weaker_policies_change_no_part(policies: list[Document]) -> None:
    try:
        compiled = layered(policies, group_names=NAMES)
    except AnsibleFilterError:
        return
    weakest = policy("Weak", 99, GROUPS, settings=[{"setting": "outlk16/L_CheckForgottenAttachments"}])
    more = layered([*policies, weakest], group_names=NAMES)
    assert [each for each in more if each["display_name"] != "Weak"] == compiled
