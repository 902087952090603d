# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules on surface settings_catalog, against the emulator in this process: what they send, predict and return."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils import _backup, _export
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import CLIENT, GROUPS, SECRET, TENANT, FuzzTenant, run

FINANCE, STAFF = GROUPS["Finance"], GROUPS["All Staff"]
FILTER = "50000000-0000-4000-8000-000000000001"
MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
REPAIR = {"setting": "outlk16/L_CheckForgottenAttachments", "state": "disabled"}
SURFACE = {"surface": "settings_catalog"}
POLICIES = "/beta/deviceManagement/configurationPolicies"

Dict = dict[str, t.Any]


def tenant(**catalog: t.Any) -> FuzzTenant:
    """Return a tenant with groups, a filter and a scope tag, and no policies but those that are given."""
    found = FuzzTenant()
    roles = ["DeviceManagementConfiguration.ReadWrite.All", "DeviceManagementRBAC.Read.All", "GroupMember.Read.All"]
    state = {
        "groups": [{"id": key, "displayName": name} for name, key in GROUPS.items()],
        "apps": [{"client_id": CLIENT, "secrets": [SECRET], "roles": roles}],
        "assignment_filters": [{"id": FILTER, "displayName": "Corporate", "rule": '(device.deviceOwnership -eq "C")'}],
        "scope_tags": ["Pilot"],
        **catalog,
    }
    found.world.load({"tenants": {TENANT: state}, "settings": {"intune_limits": False}})
    held = found.world.tenants[TENANT]
    found.token = found.world.keys.issue(held, held.apps[CLIENT], "https://graph.test", 3600, "1")
    return found


def task(found: FuzzTenant, definition: modules.ModuleDefinition, check: bool = False, **options: t.Any) -> Dict:
    return run(found, definition, {**SURFACE, **options, "_ansible_check_mode": check, "_ansible_diff": True})


def step(found: FuzzTenant, definition: modules.ModuleDefinition, **options: t.Any) -> Dict:
    """Run a task in check mode, then for real, then again; the prediction must hold and the last run be quiet."""
    before = len(found.writes)
    predicted = task(found, definition, check=True, **options)
    assert len(found.writes) == before, predicted
    done = task(found, definition, **options)
    assert not done.get("failed"), done.get("msg")
    assert comparable(predicted) == comparable(done)
    written = len(found.writes)
    again = task(found, definition, **options)
    assert not again.get("failed"), again.get("msg")
    assert (again["changed"], len(found.writes)) == (False, written), again
    return {**done, "sent": found.writes[before:written]}


def comparable(result: Dict) -> t.Any:
    """Return a result without what only the server makes, and without how the run went about it."""
    made = ("id", "last_modified_date_time", "invocation", "plan", "warnings", "before_header", "after_header")

    def plain(value: t.Any) -> t.Any:
        if isinstance(value, dict):
            return {key: plain(member) for key, member in value.items() if key not in made}
        return [plain(member) for member in value] if isinstance(value, list) else value

    return plain(result)


def test_a_policy_from_its_creation_to_its_end() -> None:
    found = tenant()
    created = step(found, modules.OFFICE_CLIENT_CONFIG, display_name="Macros", settings=[MACROS, REPAIR])
    assert created["config"]["settings"] == [MACROS, REPAIR] or len(created["config"]["settings"]) == 2
    assert created["config"]["scope_tags"] == ["0"]
    assert "kind" not in created["config"]
    changed = step(
        found, modules.OFFICE_CLIENT_CONFIG, display_name="Macros", settings={"add": [{**MACROS, "value": 4}]}
    )
    assert [line.split()[0] for line in changed["sent"]] == ["PUT"]
    renamed = step(found, modules.OFFICE_CLIENT_CONFIG, id=changed["config"]["id"], display_name="Macros of Excel")
    assert [line.split()[0] for line in renamed["sent"]] == ["PATCH"]
    assert len(renamed["config"]["settings"]) == 2
    tagged = step(found, modules.OFFICE_CLIENT_CONFIG, display_name="Macros of Excel", scope_tags=["Pilot"])
    assert [line.split()[0] for line in tagged["sent"]] == ["PUT"]
    gone = step(found, modules.OFFICE_CLIENT_CONFIG, display_name="Macros of Excel", state="absent")
    assert [line.split()[0] for line in gone["sent"]] == ["DELETE"]


def test_assignments_of_every_kind() -> None:
    found = tenant()
    step(found, modules.OFFICE_CLIENT_CONFIG, display_name="Macros", settings=[MACROS])
    done = step(
        found,
        modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT,
        display_name="Macros",
        groups=[{"display_name": "All Staff", "filter": "Corporate", "filter_mode": "exclude"}],
        exclude_groups=["Finance"],
        all_devices=True,
    )
    config = done["config"]
    assert config["groups"] == [{"id": STAFF, "filter": FILTER, "filter_mode": "exclude"}]
    assert (config["exclude_groups"], config["all_users"], config["all_devices"]) == ([FINANCE], False, True)
    step(found, modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, display_name="Macros", all_devices={"filter": "Corporate"})
    step(found, modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, display_name="Macros", exclude_groups={"remove": ["Finance"]})
    last = step(found, modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, display_name="Macros", groups=[], all_devices=False)
    assert last["assignments"] == []


def test_what_info_returns_is_what_the_bulk_module_asks_for() -> None:
    found = tenant()
    item = {
        "display_name": "Macros",
        "description": "D",
        "settings": [MACROS, REPAIR],
        "groups": [{"display_name": "All Staff", "filter": "Corporate"}],
        "exclude_groups": ["Finance"],
        "all_users": False,
        "scope_tags": ["Pilot"],
    }
    done = step(found, modules.OFFICE_CLIENT_CONFIGS, policies=[item])
    assert [line.split()[0] for line in done["sent"]] == ["POST", "POST"]
    told = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, gather=["settings", "assignments", "group_names"])
    [config] = told["configs"]
    assert sorted(entry["target"] for entry in config["assignments"]) == ["excluded_group", "group"]
    assert sorted(str(entry["group_name"]) for entry in config["assignments"]) == ["All Staff", "Finance"]
    again = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=told["configs"])
    assert not again.get("failed"), again.get("msg")
    assert not again["changed"]
    assert [one["display_name"] for one in task(found, modules.OFFICE_CLIENT_CONFIG_INFO, group=STAFF)["configs"]] == [
        "Macros"
    ]
    assert task(found, modules.OFFICE_CLIENT_CONFIG_INFO, group=FINANCE)["configs"] == []
    by_id = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, id=config["id"])["configs"]
    assert [one["display_name"] for one in by_id] == ["Macros"]
    assert task(found, modules.OFFICE_CLIENT_CONFIG_INFO, id="50000000-0000-4000-8000-000000000009")["configs"] == []


REFUSED: dict[str, tuple[modules.ModuleDefinition, Dict, str]] = {
    "options of the other surface": (
        modules.OFFICE_CLIENT_CONFIG,
        {"display_name": "A", "priority": 1, "kind": "windows", "policy_payload": []},
        (
            "policy 'A': cannot use kind, policy_payload, priority: surface settings_catalog has none of these "
            "options. "
            "Leave them out, and give settings."
        ),
    ),
    "an order": (
        modules.OFFICE_CLIENT_CONFIGS,
        {"policies": [], "order": ["A"]},
        "the task: cannot use order: surface settings_catalog has no such option. Leave it out.",
    ),
    "the module of the order": (
        modules.OFFICE_CLIENT_CONFIG_ORDER,
        {"order": ["A"]},
        (
            "the order: cannot apply it: policies have no priorities on surface settings_catalog. Leave this "
            "task out, "
            "or give it surface: office_configuration."
        ),
    ),
    "check-ins": (
        modules.OFFICE_CLIENT_CHECKIN_INFO,
        {"kind": "office"},
        "the task: cannot use kind: surface settings_catalog has no such option. Leave it out.",
    ),
    "payloads to gather": (
        modules.OFFICE_CLIENT_CONFIG_INFO,
        {"gather": ["payloads", "checkins"], "kind": "office"},
        (
            "the task: cannot use kind, payloads in gather, checkins in gather: surface settings_catalog has none "
            "of these "
            "options. Leave them out."
        ),
    ),
    "a prune of any name": (
        modules.OFFICE_CLIENT_CONFIGS,
        {"policies": [{"display_name": "A", "settings": [MACROS]}], "prune": True},
        (
            "the task: cannot prune: on this surface other teams keep policies, too, and "
            "prune_scope.display_name is missing, or is '*'. "
            "Give prune_scope.display_name patterns that only names of yours match."
        ),
    ),
    "a filter on an excluded group": (
        modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT,
        {"display_name": "A", "exclude_groups": [{"display_name": "B", "filter": "F"}]},
        (
            "policy 'A': cannot use exclude_groups: a filter is for groups that are assigned. Leave filter and "
            "filter_mode "
            "out there."
        ),
    ),
    "a mode without a filter": (
        modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT,
        {"display_name": "A", "all_users": {"filter_mode": "include"}},
        (
            "policy 'A': cannot use all_users: filter is missing beside filter_mode. Give the name or the id of an "
            "assignment filter."
        ),
    ),
    "a description that is too long": (
        modules.OFFICE_CLIENT_CONFIGS,
        {
            "policies": [
                {"display_name": "A", "settings": [MACROS]},
                {"display_name": "B", "settings": [MACROS], "description": "x" * 1001},
            ]
        },
        ("policies[1] policy 'B': cannot use its description: it has 1001 characters, more than 1000. Shorten it."),
    ),
    "nothing to assign": (
        modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT,
        {"display_name": "A"},
        (
            "policy 'A': cannot assign it: one of these is required: groups, exclude_groups, all_users, all_devices. "
            "Give one of them."
        ),
    ),
    "null": (
        modules.OFFICE_CLIENT_CONFIG,
        {"display_name": "A", "settings": None},
        "policy 'A': cannot use settings: it is null. Leave settings out to leave it alone, or give it a value.",
    ),
    "a new policy without settings": (
        modules.OFFICE_CLIENT_CONFIG,
        {"display_name": "A"},
        (
            "policy 'A': cannot create it: no settings are given, and Graph wants one at least. Give settings, "
            "or correct "
            "the name of the policy that you mean."
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused_in_one_sentence(name: str) -> None:
    definition, options, sentence = REFUSED[name]
    found = tenant()
    result = task(found, definition, **options)
    assert result["msg"] == sentence
    assert found.writes == []


OFFICE_REFUSED: dict[str, tuple[modules.ModuleDefinition, Dict, str]] = {
    "options of a policy": (
        modules.OFFICE_CLIENT_CONFIGS,
        {"policies": [{"display_name": "A", "settings": [MACROS], "all_users": True, "scope_tags": []}]},
        (
            "policies[0] policy 'A': cannot use all_users, scope_tags, settings: surface office_configuration "
            "has none of these options. Leave them out, or set surface: settings_catalog."
        ),
    ),
    "options of the task": (
        modules.OFFICE_CLIENT_CONFIG,
        {"display_name": "A", "overwrite_unknown": True, "catalog_file": "/x"},
        (
            "the task: cannot use catalog_file, overwrite_unknown: surface office_configuration has none of "
            "these options. "
            "Leave them out, or set surface: settings_catalog."
        ),
    ),
    "approval": (
        modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT,
        {"display_name": "One", "groups": [], "approval_reason": "why", "approval_codes": "/x"},
        (
            "the task: cannot use approval_reason, approval_codes: surface office_configuration has none of these "
            "options. Leave them out, or set surface: settings_catalog."
        ),
    ),
    "a filter": (
        modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT,
        {"display_name": "One", "groups": [{"id": STAFF, "filter": "F"}]},
        (
            "policy 'One': cannot use groups: surface office_configuration has no assignment filters. Leave "
            "filter and "
            "filter_mode out, or set surface: settings_catalog."
        ),
    ),
    "nothing to assign": (
        modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT,
        {"display_name": "One"},
        "policy 'One': cannot assign it: missing required arguments: groups. Give groups.",
    ),
    "settings to gather": (
        modules.OFFICE_CLIENT_CONFIG_INFO,
        {"gather": ["settings"]},
        (
            "the task: cannot use settings in gather: surface office_configuration has no such option. Leave it "
            "out, or set "
            "surface: settings_catalog."
        ),
    ),
}


@pytest.mark.parametrize("name", OFFICE_REFUSED)
def test_the_first_surface_has_none_of_it(name: str) -> None:
    definition, options, sentence = OFFICE_REFUSED[name]
    found = FuzzTenant()
    assert run(found, definition, options)["msg"] == sentence
    assert found.writes == []


def test_a_definition_and_a_backup_hold_all_of_a_policy() -> None:
    found = tenant()
    item = {
        "display_name": "Macros",
        "settings": [MACROS, REPAIR],
        "groups": [{"display_name": "All Staff", "filter": "Corporate"}],
        "exclude_groups": ["Finance"],
        "all_devices": True,
        "scope_tags": ["Pilot"],
    }
    task(found, modules.OFFICE_CLIENT_CONFIGS, policies=[item])
    read: Dict = {"gather": ["content", "group_names"]}
    [config] = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, **read)["configs"]
    policy, lost = _export.definition(config, {}, False)
    assert lost == ()
    assert policy["groups"] == [{"id": STAFF, "display_name": "All Staff", "filter": FILTER, "filter_mode": "include"}]
    assert policy["exclude_groups"] == [{"id": FINANCE, "display_name": "Finance"}]
    assert _backup.differing(policy, config) == []
    change = {"display_name": "Macros", "settings": [MACROS], "exclude_groups": [], "all_devices": False}
    task(found, modules.OFFICE_CLIENT_CONFIGS, policies=[{**change, "groups": ["All Staff"], "scope_tags": []}])
    [now] = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, **read)["configs"]
    fields = ["groups", "settings", "scope_tags", "exclude_groups", "all_devices"]
    assert _backup.differing(policy, now) == fields
    steps = _backup.steps([policy], [], [now])
    back = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=steps.policies)
    assert not back.get("failed"), back.get("msg")
    [last] = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, **read)["configs"]
    assert _backup.differing(policy, last) == []
    task(found, modules.OFFICE_CLIENT_CONFIG, display_name="Macros", state="absent")
    again = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=_backup.steps([policy], [], []).policies)
    assert [entry["status"] for entry in again["results"]] == ["created"]
