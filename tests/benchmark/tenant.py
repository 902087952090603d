# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is rolled out: policies of ten settings each, for one or two of twenty groups. The same for the same number."""

from __future__ import annotations

import typing as t
import uuid

TENANT_ID = "5f0c2b1e-6a3d-4e8f-9b70-1c2d3e4f5a60"
CLIENT_ID = "a81d4e70-92b3-4c5f-8d6e-0f1a2b3c4d5e"
CLIENT_SECRET = "benchmark-only"

_GROUPS = 20
_SETTINGS = 10
_APPS = ("word16", "excel16", "ppt16", "outlk16", "access16")
_KINDS = ("windows", "windows_security")
_TYPES = {
    "windows": "#microsoft.graph.windowsOfficeClientConfiguration",
    "windows_security": "#microsoft.graph.windowsOfficeClientSecurityConfiguration",
}
_GRAPH = "#microsoft.graph."
_MACROS = (
    "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_exceloptions~l_security~l_trustcenter"
    "_l_vbawarningspolicy"
)
_ROLES = (
    "DeviceManagementConfiguration.Read.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementRBAC.Read.All",
    "GroupMember.Read.All",
)


def group_name(number: int) -> str:
    """Return the display name of a group."""
    return f"Contoso Ring {number:02}"


def _group_id(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, group_name(number)))


def _settings(number: int) -> list[dict[str, str]]:
    return [
        {
            "settingId": f"{_APPS[place % len(_APPS)]};L_Setting{place:02}Policy",
            "app": _APPS[place % len(_APPS)],
            "platform": "Windows",
            "type": "REG_DWORD",
            "value": str((number + place) % 5),
            "valueName": f"setting{place:02}",
        }
        for place in range(_SETTINGS)
    ]


def policies(count: int) -> list[dict[str, t.Any]]:
    """Return that many policies as items of office_client_configs."""
    return [
        {
            "display_name": f"Contoso - Policy {number:05}",
            "kind": _KINDS[number % 2],
            "description": f"Office settings of department {number}",
            "priority": number,
            "policy_payload": _settings(number),
            "groups": [group_name(member % _GROUPS) for member in range(number, number + 1 + number % 2)],
        }
        for number in range(count)
    ]


def catalog_policies(count: int) -> list[dict[str, t.Any]]:
    """Return that many policies of the settings catalog as items of office_client_configs."""
    return [
        {
            "display_name": f"Contoso - Policy {number:05}",
            "description": f"Office settings of department {number}",
            "settings": [{"raw": instance} for instance in _instances(number)],
            "groups": [group_name(member % _GROUPS) for member in range(number, number + 1 + number % 2)],
        }
        for number in range(count)
    ]


def _instances(number: int) -> list[dict[str, t.Any]]:
    """Return how Graph has it that macros are off in some way in Excel, and how Defender scans."""
    child = {
        "@odata.type": f"{_GRAPH}deviceManagementConfigurationChoiceSettingInstance",
        "settingDefinitionId": f"{_MACROS}_l_empty4",
        "choiceSettingValue": {"value": f"{_MACROS}_l_empty4_{1 + number % 4}", "children": []},
    }
    macros = {
        "@odata.type": f"{_GRAPH}deviceManagementConfigurationChoiceSettingInstance",
        "settingDefinitionId": _MACROS,
        "choiceSettingValue": {"value": f"{_MACROS}_1", "children": [child]},
    }
    scan = {
        "@odata.type": f"{_GRAPH}deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": "device_vendor_msft_policy_config_defender_scanparameter",
        "simpleSettingValue": {
            "@odata.type": f"{_GRAPH}deviceManagementConfigurationIntegerSettingValue",
            "value": 1 + number % 2,
        },
    }
    return [macros, scan]


def catalog_state(live: int) -> dict[str, t.Any]:
    """Return the emulator's state: the same tenant with so many policies of the settings catalog."""
    whole = state(0)
    held = whole["tenants"][TENANT_ID]
    target = f"{_GRAPH}groupAssignmentTarget"
    held["catalog_policies"] = [
        {
            "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, policy["display_name"])),
            "name": policy["display_name"],
            "description": policy["description"],
            "settings": [{"settingInstance": entry["raw"]} for entry in policy["settings"]],
            "assignments": [
                {"target": {"@odata.type": target, "groupId": _group_id(int(name[-2:]))}} for name in policy["groups"]
            ],
        }
        for policy in catalog_policies(live)
    ]
    return whole


def state(live: int) -> dict[str, t.Any]:
    """Return the emulator's state: a tenant in which the first ``live`` policies are already there."""
    ids = {group_name(number): _group_id(number) for number in range(_GROUPS)}
    tenant = {
        "groups": [{"id": group_id, "displayName": name} for name, group_id in ids.items()],
        "apps": [{"client_id": CLIENT_ID, "secrets": [CLIENT_SECRET], "roles": list(_ROLES)}],
        "policies": [
            {
                "@odata.type": _TYPES[policy["kind"]],
                "displayName": policy["display_name"],
                "description": policy["description"],
                "priority": policy["priority"],
                "policyPayload": policy["policy_payload"],
                "assignments": [{"groupId": ids[name]} for name in policy["groups"]],
            }
            for policy in policies(live)
        ],
    }
    return {"tenants": {TENANT_ID: tenant}}
