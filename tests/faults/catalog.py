# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenarios on the settings catalog: its policies, what is asked of them, and how the judge sees them."""

from __future__ import annotations

import json
import typing as t

from .tenants import GROUP_IDS, Policy, made_id

SURFACE = "settings_catalog"
_GRAPH = "#microsoft.graph."
_EXCEL = (
    "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_exceloptions~l_security~l_trustcenter"
)
_MACROS = f"{_EXCEL}_l_vbawarningspolicy"
_ELSEWHERE = {
    "@odata.type": f"{_GRAPH}deviceManagementConfigurationSimpleSettingInstance",
    "settingDefinitionId": "device_vendor_msft_policy_config_defender_scanparameter",
    "simpleSettingValue": {"@odata.type": f"{_GRAPH}deviceManagementConfigurationIntegerSettingValue", "value": 1},
}
FILTER = {"id": made_id("filter"), "displayName": "Corporate", "rule": '(device.deviceOwnership -eq "Corporate")'}


def macros(value: int) -> dict[str, t.Any]:
    """Return an entry of the settings language."""
    return {"setting": "excel16/L_VBAWarningsPolicy", "value": value}


def _instance(value: int) -> dict[str, t.Any]:
    """Return the same as Graph has it."""
    child = {
        "@odata.type": f"{_GRAPH}deviceManagementConfigurationChoiceSettingInstance",
        "settingDefinitionId": f"{_MACROS}_l_empty4",
        "choiceSettingValue": {"value": f"{_MACROS}_l_empty4_{value}", "children": []},
    }
    return {
        "@odata.type": f"{_GRAPH}deviceManagementConfigurationChoiceSettingInstance",
        "settingDefinitionId": _MACROS,
        "choiceSettingValue": {"value": f"{_MACROS}_1", "children": [child]},
    }


def _held(instance: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"settingInstance": instance}


def policy(name: str, value: int = 4, **given: t.Any) -> Policy:
    """Return a policy in the emulator's form. ``description``, ``platforms`` and ``groups`` (names) may be given."""
    groups = given.pop("groups", ())
    targets = [{"@odata.type": f"{_GRAPH}groupAssignmentTarget", "groupId": GROUP_IDS[group]} for group in groups]
    return {
        "id": made_id(f"catalog policy {name}"),
        "name": name,
        "description": f"{name} as it was",
        "lastModifiedDateTime": "2026-01-02T03:04:05Z",
        "platforms": "windows10",
        "technologies": "mdm",
        "roleScopeTagIds": ["0"],
        "settings": [_held(_instance(value))],
        "assignments": [{"target": target} for target in targets],
        **given,
    }


# What is there before, and must be there in the same way afterwards.
BYSTANDERS = [
    policy("Bystander", 2, groups=["Finance", "Legal"]),
    policy("Of macOS", platforms="macOS"),
    policy("Bare bystander", 3, description=""),
    # Pruning by this name leaves it alone, since it holds a setting that is not one of Office.
    policy("Managed with Windows", settings=[*map(_held, (_instance(1), _ELSEWHERE))], groups=["Everyone"]),
]


def seen(policies: t.Iterable[Policy]) -> list[Policy]:
    """Return policies in the form in which the judge knows them: what a user asks of them, by the names it has."""
    return [_seen(found) for found in policies]


def _seen(found: Policy) -> Policy:
    return {
        "id": found["id"],
        "displayName": found["name"],
        "description": found.get("description") or "",
        "settings": sorted(_text(setting["settingInstance"]) for setting in found["settings"]),
        "scopeTags": sorted(found["roleScopeTagIds"]),
        "platforms": found["platforms"],
        "assignments": [{"id": entry["id"], "groupId": _target(entry["target"])} for entry in found["assignments"]],
        "lastModifiedDateTime": found.get("lastModifiedDateTime"),
    }


def _text(value: t.Any) -> str:
    """Return JSON without what the server adds to it."""

    def kept(one: t.Any) -> t.Any:
        if isinstance(one, dict):
            return {
                name: kept(inner) for name, inner in one.items() if inner not in (None, []) and name != "@odata.type"
            }
        return [kept(inner) for inner in one] if isinstance(one, list) else one

    return json.dumps(kept(value), sort_keys=True)


def _target(target: t.Mapping[str, t.Any]) -> str:
    """Return who a target is for, as one text: a group is its id."""
    kind = target["@odata.type"].removeprefix(_GRAPH).removesuffix("AssignmentTarget")
    mode = target.get("deviceAndAppManagementAssignmentFilterType") or "none"
    words = ["" if kind == "group" else kind, target.get("groupId") or "", "" if mode == "none" else mode]
    return " ".join(filter(None, words))


MINE = policy("Mine", groups=["Finance", "Everyone"])
NEW = {"settings": [macros(3)]}
WANTED = {"settings": [_text(_instance(3))]}
OLD_WANTED = {"settings": [_text(_instance(4))]}

_CREATE = {"display_name": "Mine", "description": "told", "groups": ["Sales"], **NEW}
_CREATE_WANTED: dict[str, t.Any] = {"description": "told", "groups": ["Sales"], "scopeTags": ["0"], **WANTED}


# What becomes of a policy that is there: what is asked, and what it is afterwards.
_CHANGES: tuple[tuple[str, dict[str, t.Any], dict[str, t.Any]], ...] = (
    ("describe", {"description": "told"}, {"description": "told", **OLD_WANTED}),
    ("settings", NEW, WANTED),
    ("assign", {"groups": ["Everyone", "Pilot"]}, {"groups": ["Everyone", "Pilot"], **OLD_WANTED}),
    (
        "everything",
        {"description": "told", "groups": {"add": ["Pilot"]}, **NEW},
        {"description": "told", "groups": ["Legal", "Pilot"], **WANTED},
    ),
    ("leave", {"settings": [macros(4)]}, {"groups": ["Legal"], **OLD_WANTED}),
)


def _bulk() -> tuple[list[dict[str, t.Any]], list[Policy], dict[str, t.Any]]:
    """Return a list of policies of all sorts, those of them that are there before, and what they are afterwards."""
    asked: list[dict[str, t.Any]] = []
    live: list[Policy] = [policy("Managed pruned", 1)]
    wanted: dict[str, t.Any] = {"Managed pruned": None}
    for place in range(4):
        name, groups = f"Managed {place:02} create", ["Sales"] if place % 2 else []
        asked.append({"display_name": name, "groups": groups, **NEW})
        wanted[name] = {"groups": groups, **WANTED}
    for place, (what, change, after) in enumerate(_CHANGES * 2, 4):
        name = f"Managed {place:02} {what}"
        asked.append({"display_name": name, **change})
        live.append(policy(name, groups=["Legal"]))
        wanted[name] = after
    for place in range(14, 16):
        name = f"Managed {place:02} delete"
        asked.append({"display_name": name, "state": "absent"})
        live.append(policy(name, groups=["Finance"]))
        wanted[name] = None
    return asked, live, wanted


_BULK_ASKED, _BULK_LIVE, _BULK_WANTED = _bulk()

_ONE = "office_client_config"
_ROLE = [f"Microsoft.Intune_DeviceConfigurations_{action}" for action in ("Read", "Create", "Update", "Assign")]

# Name, module, options, live policies, wanted properties and settings of the emulator, as in a scenario.
ROWS: tuple[tuple[str, str, dict[str, t.Any], tuple[Policy, ...], dict[str, t.Any], dict[str, t.Any]], ...] = (
    ("catalog create", "office_client_configs", {"policies": [_CREATE]}, (), {"Mine": _CREATE_WANTED}, {}),
    # An answer is lost, and lists do not show at once what was made.
    (
        "catalog create, lists lag",
        _ONE,
        {"display_name": "Mine", **NEW},
        (),
        {"Mine": WANTED},
        {"catalog_list_lag_seconds": 0.2},
    ),
    # Right after a create the policy is "not found" for a moment.
    (
        "catalog create, reads lag",
        "office_client_configs",
        {"policies": [_CREATE]},
        (),
        {"Mine": _CREATE_WANTED},
        {"stale_seconds": 0.2},
    ),
    # Pages are empty and overlap, and the list must be read once more; of another policy nothing can be read.
    (
        "catalog create, odd pages",
        "office_client_configs",
        {"policies": [_CREATE]},
        (),
        {"Mine": _CREATE_WANTED},
        {"catalog_empty_pages": 1, "catalog_overlapping_pages": True, "catalog_unreadable": ["Bystander"]},
    ),
    (
        "catalog update",
        _ONE,
        {"id": MINE["id"], "display_name": "Renamed", "description": "told", "scope_tags": ["1"], **NEW},
        (MINE,),
        {
            "Mine": None,
            "Renamed": {"id": MINE["id"], "description": "told", "scopeTags": ["1"], "groups": ["Finance", "Everyone"]}
            | WANTED,
        },
        {},
    ),
    (
        "catalog metadata",
        _ONE,
        {"display_name": "Mine", "description": "told"},
        (MINE,),
        {"Mine": {"description": "told", "groups": ["Finance", "Everyone"], **OLD_WANTED}},
        {},
    ),
    (
        "catalog assign",
        "office_client_config_assignment",
        {
            "display_name": "Mine",
            "groups": {"add": ["Sales"], "remove": ["Finance"]},
            "exclude_groups": ["Legal"],
            "all_devices": {"filter": "Corporate", "filter_mode": "include"},
        },
        (MINE,),
        {
            "Mine": {
                "assignments": [
                    {"groupId": GROUP_IDS["Everyone"]},
                    {"groupId": GROUP_IDS["Sales"]},
                    {"groupId": f"exclusionGroup {GROUP_IDS['Legal']}"},
                    {"groupId": "allDevices include"},
                ],
                **OLD_WANTED,
            }
        },
        {},
    ),
    ("catalog delete", _ONE, {"display_name": "Mine", "state": "absent"}, (MINE,), {"Mine": None}, {}),
    (
        "catalog bulk",
        "office_client_configs",
        {"policies": _BULK_ASKED, "prune": True, "prune_scope": {"display_name": ["Managed *"]}},
        (*_BULK_LIVE, policy("Managed on macOS", platforms="macOS")),
        {**_BULK_WANTED, "Managed on macOS": {"platforms": "macOS"}},
        {"catalog_page_size": 20},
    ),
    # A user signed in from whom scope tags hide the bystanders, and whose role is asked before the first write.
    (
        "catalog, a partial view",
        "office_client_configs",
        {
            "policies": [
                {"display_name": "New", "description": "told", "scope_tags": ["1"], "groups": ["Sales"], **NEW},
                {"display_name": "Mine", **NEW},
            ],
            "assume_full_view": True,
        },
        (policy("Mine", groups=["Finance", "Everyone"], roleScopeTagIds=["1"]),),
        {
            "New": {"description": "told", "groups": ["Sales"], "scopeTags": ["1"], **WANTED},
            "Mine": {"groups": ["Finance", "Everyone"], "scopeTags": ["1"], **WANTED},
        },
        {"signed_in": "user", "visible_scope_tags": ["1"], "role_actions": _ROLE},
    ),
    # A second administrator approved each write before: what an earlier run asked for is made, once.
    (
        "catalog approved",
        "office_client_configs",
        {
            "policies": [
                {"display_name": "New", "description": "told", **NEW},
                {"display_name": "Mine", **NEW},
                {"display_name": "Gone", "state": "absent"},
            ],
            "approval_reason": "Change 4711",
        },
        (MINE, policy("Gone")),
        {
            "New": {"description": "told", "groups": [], **WANTED},
            "Mine": {"groups": ["Finance", "Everyone"], **WANTED},
            "Gone": None,
        },
        {"approval_required": True},
    ),
)
