# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports of each form become definitions that mean the same; what a definition says of a policy beside settings."""

from __future__ import annotations

import json
import random
import tempfile
import typing as t
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Settings
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import Form
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._import.run import Import
from ansible_collections.m365.apps.tests.unit import import_samples as samples
from ansible_collections.m365.apps.tests.unit import random_settings
from ansible_collections.m365.apps.tests.unit.import_samples import CATALOG, FILTER, FORMS, ONE, TWO, imported, put

EXAMPLES = (settings.default or settings()).max_examples // 5
WORDS = {"intunecd_yaml": "intunecd", "graph_list": "graph", "json_lines": "graph"}
TARGETS = {
    "all_users": "allLicensedUsers",
    "all_devices": "allDevices",
    "groups": "group",
    "exclude_groups": "exclusionGroup",
    "collection": "configurationManagerCollection",
}


def definitions(done: Import) -> list[dict[str, t.Any]]:
    """Return the definitions of all files, as the lookup reads them."""
    return [policy for made in done.files for policy in read_definitions(made.file, made.data)]


def only(done: Import) -> dict[str, t.Any]:
    [found] = definitions(done)
    return found


def meaning(definition: dict[str, t.Any]) -> Settings:
    return compile_settings(definition["settings"], CATALOG)


def assignment(target: str, mode: str = "none", source: str = "direct", **more: t.Any) -> dict[str, t.Any]:
    wanted = {
        "@odata.type": f"#microsoft.graph.{TARGETS[target]}AssignmentTarget",
        "deviceAndAppManagementAssignmentFilterId": None if mode == "none" else FILTER,
        "deviceAndAppManagementAssignmentFilterType": mode,
        **more,
    }
    return {"id": f"{ONE}_{TWO}", "source": source, "sourceId": ONE, "target": wanted}


def with_assignments(tmp_path: Path, *assignments: dict[str, t.Any], **more: t.Any) -> Import:
    exported = samples.policy(assignments=list(assignments))
    return imported(put(tmp_path / "exports", {"a.json": exported}), **more)


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 2**32).map(random.Random))
def test_every_form_of_every_valid_policy_means_the_same(rng: random.Random) -> None:
    wanted = random_settings.policy(rng, most=5).with_settings(samples.MACROS.values())
    document = samples.policy(wanted, rng)
    with tempfile.TemporaryDirectory() as folder:
        for form, (name, write) in FORMS.items():
            put(Path(folder) / form, {name: write(document)})
            definition = only(imported(Path(folder) / form))
            assert (form, meaning(definition)) == (form, wanted)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_recognized_and_carries_what_else_it_tells(tmp_path: Path, form: str) -> None:
    name, write = FORMS[form]
    done = imported(put(tmp_path / "exports", {name: write(samples.policy(description="Küche {{ x }}"))}))
    [made] = done.files
    definition = only(done)
    tags = {"cipp": None, "request_body": None, "intunecd": ["Default"], "intunecd_yaml": ["Default"]}.get(form, ["0"])
    assert made.policy.format == WORDS.get(form, form)
    assert definition["display_name"] == "Contoso - Macros"
    assert definition["description"] == "Küche {{ x }}"
    assert definition.get("scope_tags") == tags
    assert definition["settings"] == [{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}]
    # Most exports show no assignments of a policy that has some, so nothing is said of them.
    assert set(definition) <= {"display_name", "description", "scope_tags", "settings"}
    assert made.file == "contoso-macros.yml"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("form", ["portal", "intunecd_yaml"])
def test_any_unicode_text_is_read(tmp_path: Path, form: str, encoding: str) -> None:
    name, write = FORMS[form]
    text = write(samples.policy(description="漢 🙂")).decode("utf-8-sig")
    done = imported(put(tmp_path / "exports", {name: text.encode(encoding)}))
    assert only(done)["description"] == "漢 🙂"


def test_settings_alone_are_named_after_their_file(tmp_path: Path) -> None:
    listed = {"@odata.context": f"{samples.GRAPH}('{ONE}')/settings", "value": samples.policy()["settings"]}
    done = imported(put(tmp_path / "exports", {"below/Our macros.json": listed}))
    assert only(done)["display_name"] == "Our macros"
    assert meaning(only(done)) == samples.MACROS
    assert done.files[0].policy.format == "settings"
    assert "the export tells no name" in done.warnings[0]


def test_settings_may_be_called_details(tmp_path: Path) -> None:
    files = {
        "a.json": {"settingsDetails": samples.policy()["settings"]},
        "b.json": {"name": "Ours", "platforms": "windows10", "settingsDetails": samples.policy()["settings"]},
    }
    done = imported(put(tmp_path / "exports", files))
    assert [definition["display_name"] for definition in definitions(done)] == ["a", "Ours"]
    assert all(meaning(definition) == samples.MACROS for definition in definitions(done))
    assert {made.policy.format for made in done.files} == {"request_body"}


@pytest.mark.parametrize("wrapped", [lambda document: [document], lambda document: {"value": [document, document]}])
def test_lists_hold_policies(tmp_path: Path, wrapped: t.Any) -> None:
    text = json.dumps(wrapped(samples.policy()))
    done = imported(put(tmp_path / "exports", {"a.json": text}))
    assert [str(made.policy.place) for made in done.files] == ["a.json item 1"]


def test_a_template_may_hold_the_policy_itself_and_names_one_that_has_no_name(tmp_path: Path) -> None:
    raw = {key: value for key, value in samples.policy().items() if key in ("settings", "platforms", "technologies")}
    files = {
        "a.json": {"Displayname": "Ours", "RAWJson": raw},
        "b.json": {"displayName": "Two", "rawJson": json.dumps(raw)},
    }
    done = imported(put(tmp_path / "exports", files))
    assert [(made.policy.name, made.policy.format) for made in done.files] == [("Ours", "cipp"), ("Two", "cipp")]


@pytest.mark.parametrize(
    ("form", "description", "told"),
    [
        ("cipp", "For %tenantname%, %TenantId% and %our_own%", "%TenantId%, %our_own%, %tenantname%"),
        ("cipp", "Below %UserProfile% and %windir%, 50 % of 100%", ""),
        ("portal", "For %tenantname%", ""),
    ],
)
def test_variables_that_a_tool_fills_are_told(tmp_path: Path, form: str, description: str, told: str) -> None:
    name, write = FORMS[form]
    done = imported(put(tmp_path / "exports", {name: write(samples.policy(description=description))}))
    assert only(done)["description"] == description
    assert [f"it holds {told}, in whose place CIPP" in warning for warning in done.warnings] == [True] * bool(told)


def test_text_in_text_has_an_end(tmp_path: Path) -> None:
    text = json.dumps(samples.policy())
    for _level in range(6):
        text = json.dumps({"RAWJson": text})
    done = imported(put(tmp_path / "exports", {"a.json": text}))
    assert [each.reason.value for each in done.left] == ["broken_file"]


def test_members_count_whatever_their_case_and_one_member_is_a_list(tmp_path: Path) -> None:
    document = samples.policy()
    document = {
        "Name": "By case",
        "Settings": document["settings"][0],
        "RoleScopeTagIds": "7",
        "Platforms": "windows10",
    }
    definition = only(imported(put(tmp_path / "exports", {"a.json": document})))
    assert definition["display_name"] == "By case"
    assert definition["scope_tags"] == ["7"]
    assert meaning(definition) == samples.MACROS


def test_a_policy_with_other_settings_is_imported_whole(tmp_path: Path) -> None:
    other = {
        "@odata.type": f"{samples.TYPE}ChoiceSettingInstance",
        "settingDefinitionId": "device_vendor_msft_policy_config_onedrivengscv2~policy~onedrivengsc_kfmblockoptin",
        "choiceSettingValue": {
            "value": "device_vendor_msft_policy_config_onedrivengscv2~policy~onedrivengsc_kfmblockoptin_1",
            "children": [],
        },
    }
    document = samples.policy()
    document["settings"].append({"id": "1", "settingInstance": other})
    document["settingCount"] = 2
    done = imported(put(tmp_path / "exports", {"a.json": document}))
    assert len(meaning(only(done))) == 2
    assert done.files[0].policy.raw == 1


def test_assignments_are_carried_with_their_filters(tmp_path: Path) -> None:
    done = with_assignments(
        tmp_path,
        assignment("groups", "include", groupId=ONE.upper()),
        assignment("groups", groupId=TWO),
        assignment("exclude_groups", groupId=FILTER),
        assignment("all_devices", "exclude"),
        assignment("groups", source="policySets", groupId="3f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"),
        group_names={TWO: "Pilots", ONE: ""},
    )
    definition = only(done)
    assert definition["groups"] == [
        {"id": ONE, "filter": FILTER, "filter_mode": "include"},
        {"id": TWO, "display_name": "Pilots"},
    ]
    assert definition["exclude_groups"] == [{"id": FILTER}]
    assert definition["all_devices"] == {"filter": FILTER, "filter_mode": "exclude"}
    assert definition["all_users"] is False
    assert done.warnings == ()


def test_names_in_the_place_of_ids_are_carried(tmp_path: Path) -> None:
    target = {
        "@odata.type": "#microsoft.graph.groupAssignmentTarget",
        "groupName": "Contoso - All Staff",
        "groupType": "StaticMembership",
        "deviceAndAppManagementAssignmentFilterId": "Company Devices",
        "deviceAndAppManagementAssignmentFilterType": "include",
    }
    everybody = {"@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget"}
    document = samples.policy(assignments=[{"source": "direct", "target": each} for each in (target, everybody)])
    files = {
        "a.json": samples.intunecd(document),
        "b.yaml": samples.intunecd({**document, "name": "Another"}, "yaml"),
    }
    for definition in definitions(imported(put(tmp_path / "exports", files))):
        wanted = {"display_name": "Contoso - All Staff", "filter": "Company Devices", "filter_mode": "include"}
        assert definition["groups"] == [wanted]
        assert definition["all_users"] is True
        assert definition["scope_tags"] == ["Default"]


def test_an_assignment_that_no_option_says_is_told_and_takes_nothing_away(tmp_path: Path) -> None:
    done = with_assignments(
        tmp_path,
        assignment("groups", groupId=ONE),
        assignment("groups"),
        assignment("collection", collectionId="x"),
    )
    assert only(done)["groups"] == {"add": [{"id": ONE}]}
    assert len(done.warnings) == 2
    assert "configurationManagerCollectionAssignmentTarget" in done.warnings[1]


def test_the_map_replaces_groups_and_keeps_their_filters(tmp_path: Path) -> None:
    done = with_assignments(
        tmp_path,
        assignment("groups", "include", groupId=ONE),
        assignment("exclude_groups", groupId=TWO),
        group_map={ONE.upper(): "Pilots here", TWO: FILTER},
    )
    assert only(done)["groups"] == [{"display_name": "Pilots here", "filter": FILTER, "filter_mode": "include"}]
    assert only(done)["exclude_groups"] == [FILTER]


def test_names_of_groups_come_from_what_is_beside_the_policies(tmp_path: Path) -> None:
    document = samples.policy(assignments=[assignment("groups", groupId=ONE), assignment("groups", groupId=TWO)])
    files: dict[str, t.Any] = {
        "SettingsCatalog/a.json": document,
        "MigrationTable.json": {"TenantId": FILTER, "Objects": [{"Id": ONE, "DisplayName": "One", "Type": "Group"}]},
        "Groups/two.json": {"id": TWO, "displayName": "Two", "groupTypes": []},
    }
    done = imported(put(tmp_path / "exports", files))
    assert [group["display_name"] for group in only(done)["groups"]] == ["One", "Two"]
    assert samples.reasons(done) == [("Groups/two.json", "not_a_policy"), ("MigrationTable.json", "not_a_policy")]


def test_groups_that_the_tenant_tells_no_name_of_are_named_with_their_policies(tmp_path: Path) -> None:
    both = [assignment("groups", groupId=ONE), assignment("exclude_groups", groupId=TWO)]
    put(tmp_path / "exports", {"a.json": samples.policy(assignments=both)})
    put(tmp_path / "exports", {"b.json": samples.policy(name="B", assignments=both[1:])})
    folder = tmp_path / "exports"
    [warning] = imported(folder, groups_asked=True, group_names={ONE: "One"}).warnings
    assert f"have their IDs alone: {TWO} of 'B', 'Contoso - Macros'. A rollout needs" in warning
    assert ONE not in warning
    assert imported(folder, groups_asked=True, group_names={ONE: "One", TWO: "Two"}).warnings == ()
    # Who does not ask has only what the exports tell.
    assert imported(folder).warnings == ()


def test_json_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    put(tmp_path / "exports", {"a.json": samples.policy()})
    done = imported(tmp_path / "exports", form=Form("json"))
    assert done.files[0].file == "contoso-macros.json"
    assert meaning(only(done)) == samples.MACROS
