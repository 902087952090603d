# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignment filters and scope tags by their names: in results, diffs, reports, messages, and what is read for them."""

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import AssignmentFilter
from ansible_collections.m365.apps.plugins.plugin_utils._policies.report import report_of
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS, TENANT, FuzzTenant
from ansible_collections.m365.apps.tests.unit.test_settings_catalog import FILTER, MACROS, step, task, tenant

OTHER = "50000000-0000-4000-8000-000000000002"
STAFF = GROUPS["All Staff"]
NAMED = {"filter_names": {FILTER: "Corporate"}, "scope_tag_names": {"1": "Pilot"}}
ITEM = {
    "display_name": "Macros",
    "settings": [MACROS],
    "groups": [{"id": STAFF, "filter": "Corporate"}],
    "scope_tags": ["Pilot"],
}
OTHER_ITEM = {**ITEM, "display_name": "Other"}
LISTS = re.compile(r"assignmentFilters|roleScopeTags")

Dict = dict[str, t.Any]


def made(*items: Dict, **catalog: t.Any) -> FuzzTenant:
    """Return a tenant with these policies."""
    found = tenant(**catalog)
    task(found, modules.OFFICE_CLIENT_CONFIGS, policies=list(items or [ITEM]))
    return found


def info(found: FuzzTenant, *gather: str) -> list[Dict]:
    configs: list[Dict] = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, gather=list(gather))["configs"]
    return configs


def reads_of_lists(found: FuzzTenant) -> int:
    """Return how many requests read the list of filters or that of scope tags, by themselves or in a batch."""
    return sum(
        any(LISTS.search(call["path"]) for call in (entry, *entry["batch"])) for entry in found.world.journal.entries
    )


def renamed(found: FuzzTenant, name: str) -> None:
    """Give the filter and the tag another name."""
    held = found.world.tenants[TENANT]
    held.assignment_filters[FILTER]["displayName"] = name
    held.scope_tags["1"]["displayName"] = name


def test_info_tells_names_beside_ids_where_it_is_asked_for_them() -> None:
    found = made()
    [config] = info(found, "group_names")
    assert {key: config.get(key) for key in NAMED} == NAMED
    assert (config["scope_tags"], config["groups"]) == (
        ["1"],
        [{"id": STAFF, "filter": FILTER, "filter_mode": "include"}],
    )
    assert [entry["filter_name"] for entry in config["assignments"]] == ["Corporate"]


def test_what_info_returns_with_names_goes_back_unchanged_also_when_they_are_others_now() -> None:
    found = made()
    configs = info(found, "settings", "group_names")
    renamed(found, "New name")
    before = len(found.writes)
    back = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=configs)
    assert (back.get("msg"), back["changed"], len(found.writes)) == (None, False, before)


def test_without_being_asked_info_reads_and_tells_none() -> None:
    found = made()
    before = reads_of_lists(found)
    [config] = info(found, "settings", "assignments")
    assert not NAMED.keys() & config.keys()
    assert all("filter_name" not in entry for entry in config["assignments"])
    assert reads_of_lists(found) == before


def test_both_lists_take_one_request_and_none_where_no_policy_has_any() -> None:
    found = made()
    before = reads_of_lists(found)
    info(found, "group_names")
    assert reads_of_lists(found) == before + 1
    plain = made({"display_name": "Plain", "settings": [MACROS], "groups": ["All Staff"]})
    assert reads_of_lists(plain) == 0
    [config] = info(plain, "group_names")
    assert reads_of_lists(plain) == 0
    assert not NAMED.keys() & config.keys()


def test_one_that_is_gone_is_told_by_its_id() -> None:
    found = made()
    held = found.world.tenants[TENANT]
    held.assignment_filters.clear()
    [config] = info(found, "group_names")
    assert "filter_names" not in config
    assert config["scope_tag_names"] == {"1": "Pilot"}
    assert config["assignments"][0]["filter"] == FILTER


def test_another_one_of_the_same_name_is_told_too() -> None:
    found = made()
    held = found.world.tenants[TENANT]
    held.assignment_filters[OTHER] = {**held.assignment_filters[FILTER], "id": OTHER}
    [config] = info(found, "group_names")
    assert config["filter_names"] == {FILTER: "Corporate", OTHER: "Corporate"}


@pytest.mark.parametrize(
    ("kind", "path", "kept", "permission"),
    [
        ("assignment filters", "assignmentFilters", "scope_tag_names", "DeviceManagementConfiguration.Read.All"),
        ("scope tags", "roleScopeTags", "filter_names", "DeviceManagementRBAC.Read.All"),
    ],
)
def test_a_list_that_may_not_be_read_leaves_the_ids_with_a_warning(
    kind: str, path: str, kept: str, permission: str
) -> None:
    catalog = CatalogTenant()
    assignments = AssignmentChange(GroupChange((STAFF,), filters={STAFF: AssignmentFilter("Corporate")}))
    values = {"settings": [MACROS], "scope_tags": ["Pilot"], "assignments": assignments}
    assert catalog.run(DesiredPolicy("", display_name="Macros", values=values)).error is None
    catalog.faults({"kind": "forbidden", "match": {"path": path}, "count": 1})
    reply = catalog.told(gather=["group_names"])
    [config] = reply.result["configs"]
    assert {key: config[key] for key in NAMED if key in config} == {kept: NAMED[kept]}
    assert config["scope_tags"] == ["1"]
    cause = f"this login may not list them: an app needs the permission {permission}"
    assert reply.warnings == [f"the names of {kind} are left out, since {cause}"]


def test_writers_tell_the_names_that_their_task_made_them_read() -> None:
    found = tenant()
    one = step(found, modules.OFFICE_CLIENT_CONFIG, display_name="Macros", settings=[MACROS], scope_tags=["Pilot"])
    assert one["config"]["scope_tag_names"] == {"1": "Pilot"}
    group = {"id": STAFF, "filter": FILTER}
    assigned = step(found, modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, display_name="Macros", groups=[group])
    assert assigned["config"]["filter_names"] == {FILTER: "Corporate"}
    assert [entry["filter_name"] for entry in assigned["assignments"]] == ["Corporate"]
    many = step(found, modules.OFFICE_CLIENT_CONFIGS, policies=[{**ITEM, "scope_tags": ["0", "1"]}])
    assert many["configs"][0]["scope_tag_names"] == {"0": "Default", "1": "Pilot"}
    assert many["configs"][0]["filter_names"] == {FILTER: "Corporate"}


def test_a_task_that_names_none_reads_none() -> None:
    found = made()
    before = reads_of_lists(found)
    done = task(found, modules.OFFICE_CLIENT_CONFIG, display_name="Macros", description="New")
    assert done["changed"]
    assert not NAMED.keys() & done["config"].keys()
    assert reads_of_lists(found) == before


def test_a_diff_tells_the_names_of_what_its_sides_show_and_of_nothing_else() -> None:
    found = tenant()
    created = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=[ITEM])
    [diff] = created["diff"]
    assert {key: diff["after"][key] for key in NAMED} == NAMED
    assert created["results"][0]["after"]["filter_names"] == NAMED["filter_names"]
    more = {**ITEM, "all_devices": {"filter": "Corporate", "filter_mode": "exclude"}, "groups": [STAFF]}
    [diff] = task(found, modules.OFFICE_CLIENT_CONFIGS, check=True, policies=[more])["diff"]
    assert diff["before"] == {
        "groups": [f"{STAFF} (filter {FILTER}, include)"],
        "all_devices": False,
        "filter_names": {FILTER: "Corporate"},
        "group_names": {STAFF: "All Staff"},
    }
    assert diff["after"] == {
        "groups": [STAFF],
        "all_devices": f"(filter {FILTER}, exclude)",
        "filter_names": {FILTER: "Corporate"},
        "group_names": {STAFF: "All Staff"},
    }
    described = {**ITEM, "description": "New"}
    [diff] = task(found, modules.OFFICE_CLIENT_CONFIGS, check=True, policies=[described])["diff"]
    assert (diff["before"], diff["after"]) == ({"description": ""}, {"description": "New"})


def test_the_default_tag_which_a_whole_policy_does_not_show_has_no_name_there() -> None:
    [diff, _other] = task(
        tenant(), modules.OFFICE_CLIENT_CONFIGS, check=True, policies=[{**ITEM, "scope_tags": []}, OTHER_ITEM]
    )["diff"]
    assert not {"scope_tags", "scope_tag_names"} & diff["after"].keys()


def test_a_report_shows_the_name_before_the_id() -> None:
    found = tenant()
    created = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=[{**ITEM, "all_users": {"filter": FILTER}}])
    [policy] = report_of(created)["policies"]
    assert policy["after"]["groups"] == [f"{STAFF} (filter Corporate ({FILTER}), include)"] or policy["after"][
        "groups"
    ] == [f"All Staff ({STAFF}) (filter Corporate ({FILTER}), include)"]
    assert policy["after"]["all_users"] == f"(filter Corporate ({FILTER}), include)"
    assert policy["after"]["scope_tags"] == ["Pilot (1)"]
    assert not NAMED.keys() & policy["after"].keys()


def test_a_new_name_of_a_filter_or_a_tag_is_not_a_change_and_moves_no_fingerprint() -> None:
    found = tenant()
    items = [{**ITEM, "groups": [{"id": STAFF, "filter": FILTER}], "scope_tags": ["1"]}]
    task(found, modules.OFFICE_CLIENT_CONFIGS, policies=items)
    before = task(found, modules.OFFICE_CLIENT_CONFIGS, check=True, policies=items)
    renamed(found, "New name")
    after = task(found, modules.OFFICE_CLIENT_CONFIGS, check=True, policies=[{**items[0], **NAMED}])
    assert (before["changed"], after["changed"]) == (False, False)
    assert before["plan"]["fingerprint"] == after["plan"]["fingerprint"]


def test_what_was_made_again_under_its_name_is_found_by_it() -> None:
    found = tenant()
    gone = "50000000-0000-4000-8000-000000000009"
    item = {
        **ITEM,
        "groups": [{"id": STAFF, "filter": gone}],
        "all_devices": {"filter": gone.upper(), "filter_mode": "exclude"},
        "scope_tags": ["9"],
        "filter_names": {gone.upper(): "Corporate"},
        "scope_tag_names": {"9": "Pilot"},
    }
    done = step(found, modules.OFFICE_CLIENT_CONFIGS, policies=[item])
    [config] = done["configs"]
    assert config["groups"] == [{"id": STAFF, "filter": FILTER, "filter_mode": "include"}]
    assert config["all_devices"] == {"filter": FILTER, "filter_mode": "exclude"}
    assert config["scope_tags"] == ["1"]


def test_what_is_missing_is_told_by_its_name_before_anything_is_written() -> None:
    found = tenant()
    item = {
        **ITEM,
        "groups": [{"id": STAFF, "filter": OTHER}],
        "scope_tags": ["9"],
        "filter_names": {OTHER: "Kiosks"},
        "scope_tag_names": {"9": "Lyon"},
    }
    failed = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=[item])
    assert failed["failed"]
    assert f"assignment filter 'Kiosks' (id {OTHER}): cannot find it" in failed["msg"]
    assert "scope tag 'Lyon' (id 9): cannot find it" in failed["msg"]
    assert found.writes == []


WRONG_NAMES: dict[str, Dict] = {
    "a list": {"filter_names": []},
    "no name": {"scope_tag_names": {"1": ""}},
    "a number": {"scope_tag_names": {"1": 5}},
    "null": {"filter_names": None},
}


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_what_is_not_a_dict_of_names_is_refused(name: str) -> None:
    found = tenant()
    failed = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=[{**ITEM, **WRONG_NAMES[name]}])
    assert failed["failed"]
    assert next(iter(WRONG_NAMES[name])) in failed["msg"]
    assert found.writes == []


def test_the_first_surface_has_no_such_names() -> None:
    failed = task(
        FuzzTenant(),
        modules.OFFICE_CLIENT_CONFIGS,
        surface="office_configuration",
        policies=[{"display_name": "A", "filter_names": {FILTER: "Corporate"}}],
    )
    assert "surface office_configuration has no such option" in failed["msg"]


@st.composite
def some_policies(draw: st.DrawFn) -> list[Dict]:
    """Return policies of which some have filters, groups and tags."""
    has: st.SearchStrategy[Dict] = st.sampled_from(
        [
            {},
            {"groups": [STAFF]},
            {"groups": [{"id": STAFF, "filter": FILTER}]},
            {"all_users": {"filter": FILTER, "filter_mode": "exclude"}},
            {"scope_tags": ["0"]},
            {"scope_tags": ["1"]},
            {"scope_tags": ["0", "1"]},
        ]
    )
    return [
        {"display_name": f"P{place}", "settings": [MACROS], **draw(has), **draw(has)}
        for place in range(draw(st.integers(1, 4)))
    ]


@given(some_policies(), st.booleans())
def test_info_takes_the_requests_of_its_formula(items: list[Dict], named: bool) -> None:
    """The list, one batch of what is read of policies, and for names one of groups, and one of filters and tags."""
    found = made(*items)
    before = len(found.world.journal.entries)
    configs = info(found, "group_names" if named else "assignments")
    has_groups = any(config["groups"] for config in configs)
    has_own = any(set(config["scope_tags"]) - {"0"} for config in configs) or any(
        entry["filter"] for config in configs for entry in config["assignments"]
    )
    expected = 2 + (int(has_groups) + int(has_own) if named else 0)
    assert len(found.world.journal.entries) - before == expected
    assert any("filter_names" in config or "scope_tag_names" in config for config in configs) == (named and has_own)
