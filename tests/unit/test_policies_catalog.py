# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies of the settings catalog without a tenant: who gets which value, where nobody gets any, and what lint says.

Random sets are held against every person there can be: each set of groups, with and without each filter.
"""

from __future__ import annotations

import itertools
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.parsing.convert_bool import BOOLEANS_TRUE
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.elements import elements_of
from ansible_collections.m365.apps.plugins.plugin_utils._policies.targets import ON
from ansible_collections.m365.apps.tests.unit.own_settings import MACROS, OLD
from ansible_collections.m365.apps.tests.unit.own_settings import write as write_catalog
from ansible_collections.m365.apps.tests.unit.some_policies import Document, conflicts, effective, findings

VBA, SAME_VBA = "excel16/L_VBAWarningsPolicy", "excel16;l_vbawarningspolicy"
WORD = "word16/L_VBAWarningsPolicy"
# The id of its element.
LEVEL = elements_of(built_in().of_name("excel16", "L_VBAWarningsPolicy")[0], built_in())[0].id
GUARD = {"setting": "outlk16/L_CheckForgottenAttachments"}
GROUPS = ("G", "H", "I")
MEMBERSHIPS = [frozenset(each) for size in range(4) for each in itertools.combinations(GROUPS, size)]
FILTERS = ("Corporate", "Shared")


def macros(name: str, value: t.Any = 3, **more: t.Any) -> Document:
    """Return a policy with one setting, for one group unless others are given."""
    targets = {} if {"groups", "all_users", "all_devices"} & set(more) else {"groups": ["G"]}
    return {"display_name": name, "settings": [{"setting": VBA, "value": value}], **targets, **more}


def rules(*policies: Document, **options: t.Any) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each["level"], each["rule"], tuple(each["policies"])) for each in findings([*policies], **options)]


@pytest.mark.parametrize(
    ("policies", "found"),
    [
        ([macros("A")], []),
        ([macros("A"), macros("B")], []),
        ([macros("A"), macros("B", settings=[{"setting": SAME_VBA, "value": "3"}])], []),
        ([macros("A"), macros("B", 4)], [("warning", "conflict", ("A", "B"))]),
        ([macros("A"), macros("B", 4, groups=["H"])], [("note", "possible_conflict", ("A", "B"))]),
        ([macros("A"), macros("B", 4, all_users=True)], [("warning", "conflict", ("A", "B"))]),
        ([macros("A"), macros("B", 4, all_users=True, exclude_groups=["G"])], []),
        ([macros("A"), macros("B", 4, all_devices={"filter": "F"})], [("note", "possible_conflict", ("A", "B"))]),
        ([macros("A", state="absent"), macros("B", 4)], []),
        ([macros("A", 9)], [("error", "wrong_setting", ("A",))]),
        ([macros("A", settings=[{"setting": "excel16/L_VBAWarningPolicy"}])], [("error", "unknown_setting", ("A",))]),
        (
            [macros("A", settings=[{"setting": VBA, "value": 3}, {"setting": SAME_VBA, "value": 3}])],
            [("error", "same_setting", ("A",))],
        ),
        ([macros("A", settings=[{"setting": VBA, "valeu": 3}])], [("error", "wrong_setting", ("A",))]),
        ([macros("A", settings=[{"setting": "office16/L_OnlineRepair", "values": {"X": 1}}])], None),
        ([macros("A", settings=[])], [("error", "no_settings", ("A",))]),
        ([macros("A", settings={"set": []})], [("error", "no_settings", ("A",))]),
        ([macros("A", settings={"add": [GUARD]})], []),
        ([macros("A", settings={"remove": ["excel16/L_Nothing"]})], [("warning", "unknown_removal", ("A",))]),
        (
            [macros("A", settings=[{"setting": "device_vendor_msft_policy_config_x_y"}])],
            [("note", "unchecked_setting", ("A",))],
        ),
        (
            [macros("A", settings=[{"setting": "microsoft_edge/HomepageLocation"}])],
            [("note", "unchecked_setting", ("A",))],
        ),
        ([macros("A", settings=[{"setting": "exel16/L_VBAWarningsPolicy"}])], [("error", "unknown_setting", ("A",))]),
        ([macros("A", "Run all of them")], [("note", "unchecked_value", ("A",))]),
        ([macros("A", "9")], [("error", "wrong_setting", ("A",))]),
        ([macros("A", "")], [("error", "wrong_setting", ("A",))]),
        ([macros("A", f"{LEVEL.lower()}_9")], [("error", "wrong_setting", ("A",))]),
        (
            [macros("A", settings=[{"setting": VBA, "values": {"L_empty4": "Run all of them", "L_empty5": 1}}])],
            [("error", "wrong_setting", ("A",)), ("note", "unchecked_value", ("A",))],
        ),
        ([macros("A", groups=[])], [("warning", "unassigned", ("A",))]),
        ([macros("A", all_users=False)], [("warning", "unassigned", ("A",))]),
        ([{"display_name": "A", "settings": [GUARD]}], [("note", "groups_not_given", ("A",))]),
        ([macros("A"), {"display_name": "B", "groups": ["G"]}], [("note", "payload_not_given", ("B",))]),
        ([macros("A", priority=1)], [("error", "foreign_option", ("A",))]),
        ([macros("A", exclude_groups=["G"])], [("error", "unreadable", ("A",))]),
        ([macros("A", description="x" * 1001)], [("error", "unreadable", ("A",))]),
    ],
)
def test_each_rule_of_the_settings_catalog(policies: list[Document], found: list[t.Any] | None) -> None:
    told = rules(*policies, surface="settings_catalog")
    assert told == found if found is not None else {each[1] for each in told} == {"wrong_setting"}


def test_a_set_is_of_the_surface_whose_options_it_has() -> None:
    assert rules(macros("A")) == []
    assert rules(macros("A"), surface="office_configuration")[0][:2] == ("error", "foreign_option")
    with pytest.raises(Exception, match=r"surface: cannot use it: it is 'intune'. Give office_configuration or"):
        findings([macros("A")], surface="intune")


def test_deprecated_settings_and_values_by_name_come_from_the_catalogue_that_is_given(tmp_path: Path) -> None:
    file = write_catalog(tmp_path / "own.jsonl")
    entries = [{"setting": MACROS.id, "value": "Run all of them"}, {"setting": OLD.id}]
    [found] = findings([macros("A", settings=entries)], catalog_file=str(file))
    assert (found["level"], found["rule"]) == ("warning", "deprecated_setting")
    assert found["setting"] == "excel16/L_OwnOldMacros"
    assert found["message"] == (
        "policy 'A': Microsoft calls this setting deprecated, and newer versions of Office may ignore it:"
        " excel16/L_OwnOldMacros."
    )
    with pytest.raises(Exception, match=r"the option catalog_file: cannot use it: .*nowhere.jsonl cannot be read"):
        findings([macros("A")], catalog_file=str(tmp_path / "nowhere.jsonl"))


def test_a_text_that_may_be_a_display_name_is_refused_where_the_catalogue_has_display_names(tmp_path: Path) -> None:
    [found] = findings([macros("A", "Run all of them")])
    assert found["message"] == (
        "policy 'A': item 1 of 1 (excel16/L_VBAWarningsPolicy): L_empty4 must be one of 1, 2, 3, 4, not 'Run all of"
        " them', but that may be the display name of one, which the catalog does not have, so it was not looked into."
        " Give a catalog_file with display names."
    )
    file = write_catalog(tmp_path / "own.jsonl")
    [found] = findings([macros("A", settings=[{"setting": MACROS.id, "value": "Run"}])], catalog_file=str(file))
    assert (found["level"], found["rule"]) == ("error", "wrong_setting")


def test_an_error_that_a_newer_catalogue_may_know_better_says_so() -> None:
    newer = ". Correct it, or give a catalog_file of your tenant where that is newer."
    told = [findings([macros("A", 9)]), findings([macros("A", settings=[{"setting": "excel16/L_New"}])])]
    assert [found["message"].endswith(newer) for [found] in told] == [True, True]
    [found] = findings([macros("A", settings=[{"setting": VBA, "valeu": 3}])])
    assert found["message"].endswith("or raw alone. Correct it.")


def test_a_conflict_tells_the_values_and_that_none_applies() -> None:
    policies = [macros("A", groups=["G", "H"]), macros("B", 4), macros("C", 4, groups=["H"])]
    [found] = findings(policies)
    assert found["message"] == (
        "3 policies ('A', 'B', 'C'): they set excel16/L_VBAWarningsPolicy to 3 ('A') and 4 ('B', 'C'): for group 'G'"
        " and 1 more Intune applies none of them. Give them one value, or exclude the groups of one from the other."
    )
    assert (found["setting"], found["groups"]) == (VBA, ["G", "H"])
    [conflict] = conflicts(policies)
    assert (conflict["winner"], conflict["loser"], conflict["certain"]) == (None, None, True)
    assert [(side["policy"], side["value"]["value"]) for side in conflict["policies"]] == [("A", 3), ("B", 4), ("C", 4)]
    assert conflicts(policies, groups=["I"]) == []
    assert conflicts(policies, groups=["H"]) == [conflict]


def test_what_cannot_be_known_is_said_to_be_unknown() -> None:
    [found] = findings([macros("A"), macros("B", 4, groups=["H"])])
    assert "is not known here: anybody who gets two of these values gets none." in found["message"]
    [setting] = effective([macros("A"), macros("B", 4, all_users={"filter": "F"})], ["G"])["settings"]
    assert (setting["outcome"], setting["value"], setting["policy"]) == ("unknown", None, None)


def test_the_good_entries_of_a_policy_count_beside_bad_ones() -> None:
    bad = macros("A", settings=[{"setting": VBA, "value": 3}, {"setting": WORD, "value": 99}])
    found = effective([bad], "G")
    assert [each["setting"] for each in found["settings"]] == [VBA]
    [skipped] = found["skipped"]
    assert skipped["payload"] == "settings"
    assert "item 2 of 2 (word16/L_VBAWarningsPolicy)" in skipped["reason"]


def test_nearest_keys_are_looked_for_a_bounded_number_of_times() -> None:
    wrong = [{"setting": f"excel16/L_VBAWarningPolicy{number}"} for number in range(15)]
    told = findings([macros(f"P{number}", settings=wrong) for number in range(8)])
    assert len(told) == 120
    assert 30 <= sum("the nearest key" in each["message"] for each in told) <= 45


def test_true_is_what_ansible_takes_for_it() -> None:
    assert {str(each).lower() for each in [*BOOLEANS_TRUE, 1.0]} == ON


# Random sets, against everybody there can be


filters = st.none() | st.fixed_dictionaries(
    {"filter": st.sampled_from(FILTERS), "filter_mode": st.sampled_from(["include", "exclude"])}
)


@st.composite
def policy_of(draw: st.DrawFn, name: str) -> Document:
    groups: list[t.Any] = []
    for group in draw(st.lists(st.sampled_from(GROUPS), unique=True)):
        wanted = draw(filters)
        groups.append(group if wanted is None else {"display_name": group, **wanted})
    included = {each if isinstance(each, str) else each["display_name"] for each in groups}
    excluded = [each for each in draw(st.lists(st.sampled_from(GROUPS), unique=True)) if each not in included]
    policy: Document = {"display_name": name, "groups": groups, "exclude_groups": excluded}
    for option in ("all_users", "all_devices"):
        wanted = draw(filters)
        policy[option] = draw(st.sampled_from([False, False, True])) and (True if wanted is None else wanted)
    entries = [{"setting": VBA, "value": draw(st.sampled_from([3, 4]))}]
    policy["settings"] = [*entries, *([GUARD] if draw(st.booleans()) else [])]
    return policy


@st.composite
def sets(draw: st.DrawFn) -> list[Document]:
    return [draw(policy_of(name)) for name in "ABC"[: draw(st.integers(1, 3))]]


class Device(t.NamedTuple):
    """A device of somebody: the groups of that person, and the filters that it passes. Without a user, only devices."""

    groups: frozenset[str]
    passed: frozenset[str]
    has_user: bool = True


PASSED = [frozenset(each) for size in range(3) for each in itertools.combinations(FILTERS, size)]


def gets(policy: Document, device: Device) -> bool:
    """Tell by the words of Intune's documentation whether a device gets a policy."""

    def lets_through(target: t.Any) -> bool:
        if not isinstance(target, dict):
            return bool(target)
        return (target["filter"] in device.passed) is (target["filter_mode"] == "include")

    if device.groups & set(policy["exclude_groups"]):
        return False
    named = [each if isinstance(each, dict) and "filter" in each else True for each in policy["groups"]]
    keys = [each["display_name"] if isinstance(each, dict) else each for each in policy["groups"]]
    through_groups = any(key in device.groups and lets_through(each) for key, each in zip(keys, named, strict=True))
    through_all = (device.has_user and lets_through(policy["all_users"])) or lets_through(policy["all_devices"])
    return through_groups or through_all


def value_of(policy: Document) -> int:
    return int(policy["settings"][0]["value"])


@given(sets())
def test_what_somebody_gets_is_what_looking_at_all_devices_finds(policies: list[Document]) -> None:
    for groups in MEMBERSHIPS:
        seen: set[t.Any] = set()
        for passed in PASSED:
            values = {value_of(policy) for policy in policies if gets(policy, Device(groups, passed))}
            seen.add("none" if not values else "conflict" if len(values) > 1 else values.pop())
        told = {each["setting"]: each for each in effective(policies, sorted(groups))["settings"]}.get(VBA)
        if told is None:
            assert seen == {"none"}
        elif told["outcome"] == "applied":
            assert seen == {told["value"]["value"]}
        elif told["outcome"] == "conflict":
            assert seen == {"conflict"}
        else:
            # What is said to be unknown hangs on filters that two targets may decide between them.
            assert len(seen) > 1 or any(
                isinstance(target, dict) for policy in policies for target in targets_of(policy)
            )


def targets_of(policy: Document) -> list[t.Any]:
    return [*policy["groups"], policy["all_users"], policy["all_devices"]]


@given(sets())
def test_a_conflict_is_where_two_values_meet_and_none_is_left_out(policies: list[Document]) -> None:
    told = conflicts(policies)
    certain = {frozenset(side["policy"] for side in each["policies"]) for each in told if each["certain"]}
    maybe = {frozenset(side["policy"] for side in each["policies"]) for each in told}
    devices = [Device(groups, passed) for groups in MEMBERSHIPS for passed in PASSED]
    devices.append(Device(frozenset(), frozenset(), has_user=False))
    for one, other in itertools.combinations(policies, 2):
        if value_of(one) == value_of(other):
            continue
        pair = {one["display_name"], other["display_name"]}
        if any(gets(one, device) and gets(other, device) for device in devices):
            assert any(pair <= each for each in maybe), "two values meet, and nothing is said"
        elif len(policies) == 2:
            assert not told, "nobody can get both, and a conflict is told"
    if len(policies) == 2 and certain:
        # Whoever is in a target of either that reaches anybody: some of them get both.
        for world in worlds():
            if all(reaches_through_each(policy, world) for policy in policies):
                assert any(all(gets(policy, device) for policy in policies) for device in world)


def worlds() -> list[list[Device]]:
    """A few tenants: everybody, and those where nobody is in two groups, or everybody in G is in H, too."""
    every = [Device(groups, passed) for groups in MEMBERSHIPS for passed in PASSED]
    apart = [each for each in every if len(each.groups) < 2]
    nested = [each for each in every if "G" not in each.groups or "H" in each.groups]
    nobody_alone = [each for each in every if len(each.groups) != 1]
    return [every, apart, nested, nobody_alone]


def reaches_through_each(policy: Document, world: list[Device]) -> bool:
    """Tell whether each target of a policy reaches somebody in a tenant."""
    alone = [
        *({**policy, "groups": [each], "all_users": False, "all_devices": False} for each in policy["groups"]),
        *(
            {**policy, "groups": [], "all_users": False, "all_devices": False, name: policy[name]}
            for name in ("all_users", "all_devices")
            if policy[name]
        ),
    ]
    return all(any(gets(each, device) for device in world) for each in alone)


@given(sets(), st.randoms(use_true_random=False))
def test_the_order_of_the_list_means_nothing(policies: list[Document], random: t.Any) -> None:
    shuffled = random.sample(policies, len(policies))
    for groups in MEMBERSHIPS:
        assert effective(policies, sorted(groups)) == effective(shuffled, sorted(groups))
    assert conflicts(policies) == conflicts(shuffled)
    assert findings(policies) == findings(shuffled)
