# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports and backups with assignment filters and scope tags: names for another tenant, ids to find them again."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.plugin_utils import _backup
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._portable import portable, same_names
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.exports import exported
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS, TENANT, FuzzTenant
from ansible_collections.m365.apps.tests.unit.schemas import VALIDATOR
from ansible_collections.m365.apps.tests.unit.test_settings_catalog import FILTER, MACROS, task, tenant

STAFF = GROUPS["All Staff"]
ELSEWHERE = "50000000-0000-4000-8000-00000000000a"
ITEM = {
    "display_name": "Macros",
    "settings": [MACROS],
    "groups": [{"display_name": "All Staff", "filter": "Corporate"}],
    "all_devices": {"filter": "Corporate", "filter_mode": "exclude"},
    "scope_tags": ["0", "Pilot"],
}

Dict = dict[str, t.Any]


def written(found: FuzzTenant, all_ids: bool = False) -> Dict:
    """Return the definition of the one policy of a tenant, as its file has it."""
    configs = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, gather=["content", "group_names"])["configs"]
    [file] = exported(*configs, all_ids=all_ids).files
    [policy] = read_definitions(file.name, file.data)
    VALIDATOR.validate(policy)
    return policy


def made(**catalog: t.Any) -> FuzzTenant:
    found = tenant(**catalog)
    done = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=[ITEM])
    assert not done.get("failed"), done.get("msg")
    return found


def another() -> FuzzTenant:
    """Return a tenant whose filter and tag have other ids, and where the number of the tag is another one's."""
    filters = [{"id": ELSEWHERE, "displayName": "Corporate", "rule": '(device.deviceOwnership -eq "C")'}]
    return tenant(assignment_filters=filters, scope_tags=["Lyon", "Pilot"])


def test_an_export_has_names_and_is_quiet_where_it_comes_from() -> None:
    found = made()
    policy = written(found)
    assert policy["groups"][0]["filter"] == policy["all_devices"]["filter"] == "Corporate"
    assert policy["scope_tags"] == ["0", "Pilot"]
    assert not {"filter_names", "scope_tag_names"} & policy.keys()
    before = len(found.writes)
    again = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=[policy])
    assert (again["changed"], len(found.writes)) == (False, before)


def test_an_export_can_be_brought_to_another_tenant() -> None:
    policy, found = written(made()), another()
    done = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=[policy])
    assert not done.get("failed"), done.get("msg")
    [config] = done["configs"]
    assert config["groups"] == [{"id": STAFF, "filter": ELSEWHERE, "filter_mode": "include"}]
    assert config["all_devices"] == {"filter": ELSEWHERE, "filter_mode": "exclude"}
    assert config["scope_tags"] == ["0", "2"]


def test_a_backup_has_ids_with_their_names_and_finds_what_was_made_again() -> None:
    found = made()
    policy = written(found, all_ids=True)
    assert policy["all_devices"]["filter"] == FILTER
    assert policy["scope_tags"] == ["0", "1"]
    assert policy["filter_names"] == {FILTER: "Corporate"}
    assert policy["scope_tag_names"] == {"0": "Default", "1": "Pilot"}
    task(found, modules.OFFICE_CLIENT_CONFIG, display_name="Macros", state="absent")
    held = found.world.tenants[TENANT]
    held.assignment_filters[ELSEWHERE] = {**held.assignment_filters.pop(FILTER), "id": ELSEWHERE}
    held.scope_tags["7"] = {**held.scope_tags.pop("1"), "id": "7"}
    back = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=_backup.steps([policy], [], []).policies)
    assert [entry["status"] for entry in back["results"]] == ["created"], back.get("msg")
    [config] = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, gather=["content", "group_names"])["configs"]
    assert config["scope_tags"] == ["0", "7"]
    assert _backup.differing(policy, config) == []


def test_a_restore_tells_what_is_missing_by_name() -> None:
    found = made()
    policy = written(found, all_ids=True)
    held = found.world.tenants[TENANT]
    held.assignment_filters.clear()
    del held.scope_tags["1"]
    before = len(found.writes)
    steps = _backup.steps([policy], [], [])
    failed = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=steps.policies)
    assert f"assignment filter 'Corporate' (id {FILTER}): cannot find it" in failed["msg"]
    assert "scope tag 'Pilot' (id 1): cannot find it" in failed["msg"]
    assert len(found.writes) == before


CONFIG: Dict = {
    "display_name": "A",
    "groups": ["g", {"id": "h", "filter": "f", "filter_mode": "include"}],
    "exclude_groups": [],
    "all_users": {"filter": "e", "filter_mode": "include"},
    "all_devices": False,
    "scope_tags": ["0", "2", "10"],
}


@pytest.mark.parametrize(
    ("names", "filters", "tags", "beside"),
    [
        ({}, ("f", "e"), ["0", "2", "10"], {}),
        (
            {"filter_names": {"f": "F", "e": "E"}, "scope_tag_names": {"0": "Main", "2": "Two", "10": "Ten"}},
            ("F", "E"),
            ["0", "Ten", "Two"],
            {},
        ),
        # A name that another one has, or that looks like an id, does not tell which one is meant.
        (
            {"filter_names": {"f": "F", "x": "F", "e": "E"}, "scope_tag_names": {"2": "7", "10": "Ten"}},
            ("f", "E"),
            ["0", "2", "Ten"],
            {"filter_names": {"f": "F"}, "scope_tag_names": {"2": "7"}},
        ),
        (
            {"filter_names": {"f": FILTER, "e": "E"}},
            ("f", "E"),
            ["0", "2", "10"],
            {"filter_names": {"f": FILTER}},
        ),
    ],
)
def test_a_name_is_written_where_it_tells_which_one_is_meant(
    names: Dict, filters: tuple[str, str], tags: list[str], beside: Dict
) -> None:
    found = portable({**CONFIG, **names})
    assert (found["groups"][1]["filter"], found["all_users"]["filter"]) == filters
    assert found["scope_tags"] == tags
    assert {name: found[name] for name in ("filter_names", "scope_tag_names") if name in found} == beside


def test_an_export_warns_of_tags_that_are_others_in_another_tenant() -> None:
    config = {**CONFIG, "id": "7", "scope_tag_names": {"0": "Main", "2": "Two", "3": "Two", "10": "Ten"}}
    [warning] = exported(config).warnings
    assert warning.startswith("policy 'A' (id 7): its scope tag 'Two' is in the definition by its number 2, since ")
    assert not exported(config, all_ids=True).warnings


ids = st.sampled_from(["1", "2", "3", "4", "10"])
labels = st.sampled_from(["A", "B", "C", "3", "10", "true", " x"])


@given(st.dictionaries(ids, labels, min_size=5), st.sets(ids), st.booleans())
def test_what_is_exported_means_the_same_tags_in_its_tenant(
    called: dict[str, str], used: set[str], known: bool
) -> None:
    """Read back by the rule of the modules: an id, else a name that one alone has."""
    shown = {key: name for key, name in called.items() if name in {called[tag] for tag in used}}
    made = portable({"scope_tags": sorted(used), **({"scope_tag_names": shown} if known else {})})
    meant = {
        tag if tag in called else next(key for key, name in called.items() if name == tag) for tag in made["scope_tags"]
    }
    assert meant == used
    for tag in made["scope_tags"]:
        assert tag in called or list(called.values()).count(tag) == 1


def test_a_saved_policy_is_compared_by_the_ids_of_now() -> None:
    saved = {**CONFIG, "filter_names": {"f": "F", "e": "E"}, "scope_tag_names": {"2": "Two", "10": "Ten"}}
    live = {**CONFIG, "filter_names": {"n": "F", "e": "Renamed"}, "scope_tag_names": {"2": "Other", "11": "Ten"}}
    live |= {"groups": ["g", {"id": "h", "filter": "n", "filter_mode": "include"}], "scope_tags": ["0", "2", "11"]}
    assert same_names(saved, live)["scope_tags"] == ["0", "2", "11"]
    assert _backup.differing(saved, live) == []
    named: Dict = {name: {} for name in ("filter_names", "scope_tag_names")}
    assert _backup.differing({**saved, **named}, live) == ["groups", "scope_tags"]
    added = {**saved, "groups": {"add": saved["groups"]}}
    assert _backup.differing(added, live) == []
    assert _backup.differing(saved, {**live, "filter_names": {"n": "F", "f": "F"}}) == ["groups"]


def test_a_policy_of_the_first_surface_stays_as_it_is() -> None:
    policy = {"display_name": "A", "kind": "windows", "groups": ["g"]}
    assert portable(policy) == policy
