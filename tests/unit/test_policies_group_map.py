# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups of policies replaced by those of another tenant."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.filter.mapped_groups import FilterModule
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._policies.planned_waves import groups_to_check, planned_waves

mapped_groups = FilterModule().filters()["mapped_groups"]
ID, OTHER = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11", "1f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
MAP = {"All Staff": "Everyone", ID: "Pilots", "Pilots": "Wrong: not looked for again", "Both": OTHER}


@pytest.mark.parametrize(
    ("groups", "mapped"),
    [
        (["All Staff", "Finance"], ["Everyone", "Finance"]),
        ([ID.upper(), {"id": ID}], ["Pilots", "Pilots"]),
        ([{"id": ID, "display_name": "Both"}], ["Pilots"]),
        ([{"id": OTHER, "display_name": "Both"}], [OTHER]),
        ([{"id": OTHER, "display_name": "Alone"}], [{"id": OTHER, "display_name": "Alone"}]),
        ("All Staff", "Everyone"),
        ({"set": ["All Staff"]}, {"set": ["Everyone"]}),
        ({"add": ["All Staff"], "remove": ["Finance", "Both"]}, {"add": ["Everyone"], "remove": ["Finance", OTHER]}),
        ({"add": "All Staff"}, {"add": "Everyone"}),
        (json.dumps({"add": ["All Staff"]}), {"add": ["Everyone"]}),
        # The rest is left to those who check it, and a text that has nothing to replace stays a text.
        (json.dumps(["Finance"]), json.dumps(["Finance"])),
        (["all staff", "All Staff "], ["all staff", "All Staff "]),
        ("[broken", "[broken"),
        ({"plus": ["All Staff"]}, {"plus": ["All Staff"]}),
        ([7, None, {"id": 7}], [7, None, {"id": 7}]),
        ([], []),
        (None, None),
    ],
)
def test_each_form_of_groups(groups: t.Any, mapped: t.Any) -> None:
    policy = {"display_name": "All Staff", "description": ID, "policy_payload": [{"settingId": "All Staff"}]}
    before = copy.deepcopy(groups)
    assert mapped_groups([{**policy, "groups": groups}, policy], MAP) == [{**policy, "groups": mapped}, policy]
    assert groups == before
    excluded = [{**policy, "exclude_groups": groups}]
    assert mapped_groups(excluded, MAP) == [{**policy, "exclude_groups": mapped}]


@pytest.mark.parametrize(
    ("target", "mapped"),
    [
        ("Everyone", {"display_name": "Everyone"}),
        (OTHER, {"id": OTHER}),
        ({"id": OTHER, "display_name": "Everyone"}, {"id": OTHER, "display_name": "Everyone"}),
    ],
)
def test_the_filter_of_a_group_stays(target: t.Any, mapped: dict[str, str]) -> None:
    filtered = {"filter": "Corporate", "filter_mode": "exclude"}
    [policy] = mapped_groups([{"groups": [{"display_name": "All Staff", **filtered}]}], {"All Staff": target})
    assert policy["groups"] == [{**mapped, **filtered}]


def test_excluded_groups_are_replaced_too_and_filters_stay_with_their_groups() -> None:
    wanted = {"filter": "Company devices", "filter_mode": "exclude"}
    policy = {"groups": [{"id": ID, **wanted}, {"display_name": "Both", **wanted}], "exclude_groups": {"add": [ID]}}
    assert mapped_groups([policy], MAP) == [
        {
            "groups": [{"display_name": "Pilots", **wanted}, {"id": OTHER, **wanted}],
            "exclude_groups": {"add": ["Pilots"]},
        }
    ]


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_map_changes_nothing(nothing: t.Any) -> None:
    policies = [{"display_name": "A", "groups": [ID]}]
    assert mapped_groups(policies, nothing) == policies
    assert mapped_groups(policies) == policies


@pytest.mark.parametrize(
    ("policies", "group_map", "said"),
    [
        ({}, {}, "the policies: cannot use them: a dict is not a list"),
        (["A"], {}, "policies[0]: cannot use it: a text is not a policy"),
        ([], ["A"], "the group map: cannot use it: a list is not a map"),
        ([], {"A": ""}, "the group map: cannot use 'A'"),
        ([], {"A": None}, "the group map: cannot use 'A'"),
        ([], {"A": {"id": ""}}, "the group map: cannot use 'A'"),
        ([], {" ": "A"}, "the group map: cannot use ' '"),
        ([], {7: "A"}, "the group map: cannot use '7'"),
        ([], {ID: "A", ID.upper(): "B"}, f"the group map: cannot use it: it has the id {ID.upper()} twice"),
    ],
)
def test_what_is_no_map_or_no_policies_is_told(policies: t.Any, group_map: t.Any, said: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        mapped_groups(policies, group_map)
    assert str(caught.value).startswith(f"m365.apps.mapped_groups: {said}")


NAMES = st.text(min_size=1, max_size=5).filter(str.strip)


@given(st.lists(NAMES, unique=True), st.data())
def test_a_map_there_and_back_gives_the_same_groups(names: list[str], data: st.DataObject) -> None:
    others = data.draw(st.permutations(names))
    policies = [{"display_name": "A", "groups": list(names)}]
    there = mapped_groups(policies, dict(zip(names, others, strict=True)))
    assert there[0]["groups"] == others
    assert mapped_groups(there, dict(zip(others, names, strict=True))) == policies


WAVES = [
    {"name": "pilots", "groups": ["Pilots anywhere"], "gate": {}},
    {"name": "broad", "groups": ["Broad"], "pause": 1},
    {"name": "all", "groups": ["All"]},
]


def test_waves_to_come_have_the_groups_of_this_tenant_and_those_of_waves_that_passed() -> None:
    group_map = {"Pilots anywhere": "Pilots"}
    assert planned_waves(WAVES, group_map) == [
        {"name": "pilots", "groups": ["Pilots"]},
        {"name": "broad", "groups": ["Broad"]},
        {"name": "all", "groups": ["All"]},
    ]
    states = [{"status": "passed"}, {"status": "breached"}, {"status": "waiting"}]
    assert planned_waves(WAVES, group_map, states) == [
        {"name": "broad", "groups": ["Pilots", "Broad"]},
        {"name": "all", "groups": ["All"]},
    ]
    done = [{"status": "passed"}] * 3
    assert planned_waves(WAVES, group_map, done) == [{"name": "all", "groups": ["Pilots", "Broad", "All"]}]
    assert planned_waves([], group_map) == []


def test_groups_to_check_are_those_of_waves_and_of_the_map() -> None:
    assert groups_to_check(WAVES[:2], {"Pilots anywhere": "Pilots", "Never named": "Staff"}) == {
        "wave 'pilots'": ["Pilots"],
        "wave 'broad'": ["Broad"],
        "the group map ('Pilots anywhere')": ["Pilots"],
        "the group map ('Never named')": ["Staff"],
    }
    assert groups_to_check([]) == {}


@pytest.mark.parametrize("wave", [{"name": "pilots"}, {"name": "pilots", "groups": None}, {"groups": ["Pilots"]}])
def test_waves_without_a_name_or_groups_are_refused(wave: dict[str, t.Any]) -> None:
    with pytest.raises(PoliciesError, match="Give each wave a name and a list of groups"):
        planned_waves([wave])
