# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that is wrong with the policies of a task is told in one message, a sentence each, and nothing is written."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, all_at_once
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import ONE, FuzzTenant, refused, run

Dict = dict[str, t.Any]

SURFACE = {"surface": "settings_catalog"}
MACROS: Dict = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
TOP = built_in().of_name("excel16", "L_VBAWarningsPolicy")[0]
TWIN, OTHER = (f"40000000-0000-4000-8000-00000000000{number}" for number in (7, 8))
UNKNOWN = "40000000-0000-4000-8000-000000000099"
# A policy of each kind that cannot be meant, and what is said of it.
WRONG: dict[str, tuple[Dict, str]] = {
    "unknown setting": (
        {"settings": [{"setting": "excel16/L_VBAWarningPolicy"}]},
        "there is no setting excel16/L_VBAWarningPolicy; the nearest keys are excel16/L_VBAWarningsPolicy, ",
    ),
    "ambiguous key": (
        {"settings": [{"setting": "onent16/L_TurnOffNewStickyNotesInOneNote"}]},
        "onent16/L_TurnOffNewStickyNotesInOneNote is the name of 2 settings: give one of the whole ids user_",
    ),
    "unknown value": ({"settings": [{**MACROS, "value": 7}]}, "must be one of 1, 2, 3, 4, not 7"),
    "a setting twice": (
        {"settings": [MACROS, MACROS]},
        "it is the same setting as item 1 of 2 (excel16/L_VBAWarningsPolicy): keep one of them",
    ),
    "a child as a setting": ({"settings": [{"setting": TOP.all_children[0].id}]}, "it is an element of excel16/"),
    "a long description": ({"description": "x" * 1001}, "it has 1001 characters, more than 1000"),
    "a description of emoji": (
        {"description": "\N{GRINNING FACE}" * 501},
        "it has 1002 characters (Graph counts an emoji as two), more than 1000",
    ),
    "an unknown filter": (
        {"groups": [{"display_name": "Finance", "filter": "Nobody"}]},
        "assignment filter 'Nobody': cannot find it",
    ),
    "an unknown tag": ({"scope_tags": ["Nowhere"]}, "scope tag 'Nowhere': cannot find it"),
    "an unknown group": ({"groups": ["Strangers"]}, "group 'Strangers': cannot resolve the name: no group has it."),
    "a group both ways": (
        {"groups": ["Finance"], "exclude_groups": ["Finance"]},
        "group 'Finance' is in groups and in exclude_groups. Keep it in one of them.",
    ),
    "a name that exists twice": (
        {"display_name": "Twin"},
        f"2 policies have this name (ids {TWIN}, {OTHER}). Give its id.",
    ),
    "an unknown id": ({"id": UNKNOWN}, "the tenant has no policy with this id"),
    "no settings": ({"settings": []}, "it would have none, and Graph wants one at least"),
    "an unknown key to remove": (
        {"settings": {"add": [MACROS], "remove": ["excel16/L_Nothing"]}},
        "there is no setting excel16/L_Nothing",
    ),
    "a policy to be made of nothing": ({"settings": None}, "no settings are given, and Graph wants one at least"),
}


def tenant() -> CatalogTenant:
    """Return a tenant with two policies of one name."""
    made = CatalogTenant()
    run(made, modules.OFFICE_CLIENT_CONFIG, {**SURFACE, "display_name": "Twin", "settings": [MACROS]})
    [twin] = made.policies
    return CatalogTenant({**twin, "id": TWIN}, {**twin, "id": OTHER})


def item(name: str, changes: Dict) -> Dict:
    asked = {"display_name": name, "settings": [MACROS], **changes}
    return {key: value for key, value in asked.items() if value is not None}


def bulk(found: CatalogTenant, *policies: Dict, **options: t.Any) -> str:
    result = run(found, modules.OFFICE_CLIENT_CONFIGS, {**SURFACE, **options, "policies": list(policies)})
    assert result.get("failed"), result
    assert found.writes == []
    return str(result["msg"])


@pytest.mark.parametrize("name", WRONG)
def test_each_problem_is_a_sentence_of_its_own(name: str) -> None:
    changes, said = WRONG[name]
    found = tenant()
    message = bulk(found, item("Fine", {}), item("Wrong", changes))
    assert said in message
    assert "policies[1]" in message
    assert "policies[0]" not in message


def test_all_problems_of_a_file_are_told_at_once() -> None:
    found = tenant()
    policies = [item(f"Policy {place}", changes) for place, (changes, _said) in enumerate(WRONG.values())]
    message = bulk(found, *policies)
    missing = [name for name, (_changes, said) in WRONG.items() if said not in message]
    assert missing == []
    told = [message.find(f"policies[{place}]") for place in range(len(policies))]
    assert -1 not in told
    assert sorted(told[:6]) == told[:6], "in the order of the file"


def test_all_problems_of_one_policy_are_told_at_once() -> None:
    found = tenant()
    changes = {
        "settings": [{"setting": "excel16/L_Nothing"}, {**MACROS, "value": 7}],
        "description": "x" * 1001,
        "groups": [{"display_name": "Finance", "filter": "Nobody"}, "Strangers"],
        "exclude_groups": ["Finance", "Foreigners"],
        "scope_tags": ["Nowhere"],
    }
    result = run(found, modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, {**SURFACE, "display_name": "Twin", "groups": ["X"]})
    assert "2 policies have this name" in result["msg"]
    assert "group 'X': cannot resolve the name" in result["msg"]
    for definition, options in ((modules.OFFICE_CLIENT_CONFIGS, {"policies": [item("One", changes)]}),):
        message = run(found, definition, {**SURFACE, **options})["msg"]
        for said in (
            "there is no setting excel16/L_Nothing",
            "must be one of 1, 2, 3, 4, not 7",
            "it has 1001 characters",
            "assignment filter 'Nobody'",
            "scope tag 'Nowhere'",
            "group 'Strangers'",
            "group 'Foreigners'",
            "group 'Finance' is in groups and in exclude_groups",
        ):
            assert said in message, said
    assert found.writes == []


def test_options_of_the_other_surface_are_told_beside_what_the_tenant_lacks() -> None:
    found = tenant()
    foreign: Dict = {"priority": 1, "kind": "windows", "policy_payload": []}
    message = bulk(
        found,
        item("One", {**foreign, "settings": [{"setting": "excel16/L_Nothing"}]}),
        item("Two", {"priority": 2, "groups": ["Strangers"]}),
        item("Twin", {}),
        order=["One"],
        payload_transport="inline",
        prune=True,
    )
    for said in (
        "the task: cannot use payload_transport, order: surface settings_catalog has none of these options.",
        "policies[0] policy 'One': cannot use kind, policy_payload, priority: surface settings_catalog has none of",
        "policies[1] policy 'Two': cannot use priority: surface settings_catalog has no such option.",
        "the task: cannot prune: on this surface other teams keep policies, too",
        "there is no setting excel16/L_Nothing",
        "group 'Strangers'",
        "2 policies have this name",
    ):
        assert said in message, said


@pytest.mark.parametrize("fault", ["forbidden", "server_error"])
def test_options_of_the_other_surface_are_told_also_where_nothing_can_be_read(fault: str) -> None:
    found = CatalogTenant()
    found.faults({"kind": fault, "match": {"method": "GET", "path": "configurationPolicies"}})
    message = bulk(found, item("One", {"priority": 1}))
    assert message == (
        "policies[0] policy 'One': cannot use priority: surface settings_catalog has no such option. Leave it out, "
        "or set rollout_layers: true in the role, which compiles priorities to policies."
    )


def test_what_cannot_be_understood_is_told_at_once_and_before_anything_is_read() -> None:
    found = tenant()
    message = bulk(
        found,
        {"display_name": " ", "description": None, "groups": None, "settings": [MACROS]},
        {"display_name": "Two", "priority": 1, "groups": [{"display_name": "A", "filter_mode": "include"}]},
        {"display_name": "Three", "exclude_groups": [{"display_name": "A", "filter": "B"}]},
        max_deletions="many",
        wait_timeout=-1,
    )
    for said in (
        "policies[0] policy ' ': cannot use description: it is null.",
        "policies[0] policy ' ': cannot use groups: it is null.",
        "policies[0] policy ' ': cannot use display_name: it is empty.",
        "policies[1] policy 'Two': cannot use priority: surface settings_catalog has no such option.",
        "policies[1] policy 'Two': cannot use groups: filter is missing beside filter_mode.",
        "policies[2] policy 'Three': cannot use exclude_groups: a filter is for groups that are assigned.",
        "the task: cannot use max_deletions: 'many' is not a number.",
        "the task: cannot use wait_timeout: -1 is not a time in seconds.",
    ):
        assert said in message, said
    assert found.lines == []


def test_options_of_the_wrong_form_are_told_at_once() -> None:
    found = tenant()
    message = bulk(found, item("One", {}), protect="all", check_groups=5, plan_waves="x")
    assert [message.count(f"the option {name}: cannot use it") for name in ("protect", "check_groups")] == [1, 1]
    message = bulk(found, {"display_name": ["x"], "settings": [MACROS]}, {"scope_tags": [" "]}, protect="all")
    assert "the option protect: cannot use it" in message
    assert "the option policies[1].scope_tags[0]: cannot use it: it is empty." in message
    assert found.lines == []


def test_nulls_of_the_task_are_told_at_once() -> None:
    message = bulk(tenant(), item("One", {}), protect=None, max_changes=None)
    assert message.count("it is null") == 2


@pytest.mark.parametrize("definition", [modules.OFFICE_CLIENT_CONFIG, modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT])
def test_the_modules_of_one_policy_tell_all_at_once_too(definition: modules.ModuleDefinition) -> None:
    found = tenant()
    own: Dict = {"groups": ["X"]} if definition is modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT else {"scope_tags": ["X"]}
    asked = {**SURFACE, "display_name": "Twin", "kind": "windows", "payload_transport": "inline", **own}
    message = str(run(found, definition, asked)["msg"])
    for said in (
        "the task: cannot use payload_transport: surface settings_catalog has no such option.",
        "policy 'Twin': cannot use kind: surface settings_catalog has no such option.",
        "2 policies have this name",
        "group 'X'" if "groups" in own else "scope tag 'X'",
    ):
        assert said in message, said
    assert found.writes == []


@pytest.mark.parametrize("path", ["groups", "configurationPolicies/", "assignmentFilters"])
def test_what_cannot_be_read_does_not_hide_what_is_wrong(path: str) -> None:
    found = tenant()
    found.faults({"kind": "server_error", "match": {"method": "GET", "path": path}, "count": 1000})
    filtered = {"display_name": "Finance", "filter": "Nobody"}
    unread = item("Two", {"groups": [filtered if path == "assignmentFilters" else "Finance"]})
    message = bulk(found, {"display_name": "Twin"}, {"id": TWIN, "settings": {"remove": ["x"]}}, unread)
    assert "2 policies have this name" in message
    assert "Graph answered 500" not in message


def test_a_group_that_nobody_has_is_told_once_with_the_places_that_name_it() -> None:
    asked = {"groups": ["Strangers"], "exclude_groups": ["Strangers too"]}
    message = bulk(tenant(), item("One", asked), item("Two", asked), item("Three", {"scope_tags": ["Nowhere"]}))
    assert message.count("cannot resolve the name") == 2
    places = "It is named by policies[0] policy 'One', policies[1] policy 'Two'."
    assert message.count(places) == 2


def test_messages_name_the_file_of_a_policy_in_the_place_of_its_number() -> None:
    named = {**item("One", {"groups": ["Strangers"]}), "file": "definitions/one.yml"}
    long = {**item("Two", {"scope_tags": ["Nowhere"]}), "file": f"{'x' * 200}/\x1b[1m/two.yml"}
    message = bulk(tenant(), named, long)
    assert "It is named by definitions/one.yml policy 'One'." in message
    assert "x/\\x1b[1m/two.yml policy 'Two': " in message
    assert "policies[" not in message
    assert "x" * 100 not in message


def test_of_policies_that_are_wrong_only_the_groups_are_looked_up() -> None:
    found = tenant()
    asked = {"id": TWIN, "settings": [{"setting": "excel16/L_Nothing"}], "scope_tags": ["Pilot"], "groups": ["Nope"]}
    message = bulk(found, asked)
    assert "there is no setting excel16/L_Nothing" in message
    assert "group 'Nope'" in message
    assert [line for line in found.lines if f"{TWIN}/settings" in line or "expand=settings" in line] == []


def test_a_policy_of_others_is_told_to_be_one_and_not_to_be_missing() -> None:
    made = tenant()
    found = CatalogTenant({**made.policies[0], "id": TWIN, "platforms": "macOS"})
    message = bulk(found, {"id": TWIN, "description": "x"}, item("Two", {"scope_tags": ["Nowhere"]}))
    assert f"cannot manage the policy with id {TWIN}" in message
    assert "no policy with this id" not in message
    assert "scope tag 'Nowhere'" in message


def test_the_first_surface_tells_all_at_once_too() -> None:
    found = FuzzTenant()
    policies = [
        {"id": UNKNOWN},
        {"display_name": "One", "kind": "office"},
        {"display_name": "New", "groups": ["Strangers"]},
        {"display_name": "Double"},
        {"display_name": "Double", "description": "again"},
        {"display_name": "Two", "state": "absent"},
    ]
    message = refused(found, modules.OFFICE_CLIENT_CONFIGS, {"policies": policies, "protect": ["Two"]})
    for said in (
        "the tenant has no policy with this id",
        "is of kind windows, not office, and a kind cannot change",
        "group 'Strangers': cannot resolve the name: no group has it.",
        "policies[3] policy 'Double' and policies[4] policy 'Double': cannot apply both",
        "policies[5] policy 'Two' (id ",
        "cannot delete it: protect names it",
    ):
        assert said in message, said
    renamed = [{"display_name": "New", "id": ONE}, {"display_name": "New"}, {"display_name": "Two", "id": ONE}]
    message = refused(found, modules.OFFICE_CLIENT_CONFIGS, {"policies": renamed[:2]})
    assert message.count("the name is taken by") == 2
    # Who has which name in the end is not judged while it is not known which policies are meant.
    message = refused(found, modules.OFFICE_CLIENT_CONFIGS, {"policies": [*renamed[:2], {"id": UNKNOWN}]})
    assert "the name is taken by" not in message


def test_many_problems_are_told_as_far_as_they_fit_whole() -> None:
    errors = [UserError(f"policy '{number}'", "x", "y" * 600, "z") for number in range(60)]
    told = str(all_at_once([*errors, *errors]))
    assert told.count(": cannot x: ") == 31
    assert told.endswith("z. 29 more problems like these.")
    assert len(told) < 20_100
    short = all_at_once([UserError(f"policy '{number}'", "x", "y", "z") for number in range(51)])
    assert str(short).endswith("1 more problem like these.")
    assert (short.problems, errors[0].problems) == (51, 1)
    assert all_at_once(errors[:1]) is errors[0]
