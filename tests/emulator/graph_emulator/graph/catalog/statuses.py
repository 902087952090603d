# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How policies went on devices: the rows of a tenant's state, and the words for their numbers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...nodes import Node, StateError, guid

if TYPE_CHECKING:
    from ...tenants import Tenant

# PolicyStatus and SettingStatus -> words. Only 2 is recorded; the rest goes by the order of Graph's compliance status.
WORDS = {
    0: "Pending",
    1: "Not applicable",
    2: "Succeeded",
    3: "Remediated",
    4: "Noncompliant",
    5: "Error",
    6: "Conflict",
    7: "Not assigned",
}
SUCCEEDED = 2
TYPE_WORDS = {"GroupPolicyConfiguration": "Administrative templates", "Catalog": "Settings catalog"}
PLATFORM_WORDS = {"Windows10": "Windows 10 and later"}
NOBODY = "00000000-0000-0000-0000-000000000000"
# Texts of a row in the state, with what they are when left out. On live rows the type was this one.
TEXTS = {
    "DeviceName": "",
    "UPN": "",
    "Manufacturer": "",
    "Model": "",
    "AssignmentFilterIds": "",
    "PspdpuLastModifiedTimeUtc": "2026-01-01T00:00:00Z",
    "UnifiedPolicyType": "GroupPolicyConfiguration",
    "UnifiedPolicyPlatformType": "Windows10",
    "PolicyBaseTypeName": "DeviceManagementConfigurationPolicy",
    "TemplateVersion": "",
}
IDS = ("PolicyId", "IntuneDeviceId", "UserId")
KEYS = (*IDS, *TEXTS, "PolicyStatus", "settings")
SETTING_KEYS = ("SettingId", "SettingStatus", "ErrorCode")

Row = dict[str, Any]


def load_status(place: str, value: object) -> Row:
    """One row of the state: a policy on a device for a user.

    :raises StateError: what is wrong, with the key.
    """
    node = Node(value, place, KEYS)
    if not node.get("PolicyId", str):
        raise StateError(f"{place}.PolicyId: must be a string that is not empty")
    device = str(uuid.uuid5(uuid.NAMESPACE_DNS, node.get("DeviceName", str, "")))
    defaults = {"IntuneDeviceId": device, "UserId": NOBODY}
    ids = {name: guid(f"{place}.{name}", node.get(name, str, defaults.get(name))) for name in IDS}
    texts = {name: node.get(name, str, default) for name, default in TEXTS.items()}
    settings = [_load_setting(where, item) for where, item in node.items("settings")]
    return {**ids, **texts, "PolicyStatus": _number(node, "PolicyStatus"), "settings": settings}


def _load_setting(place: str, value: object) -> Row:
    node = Node(value, place, SETTING_KEYS)
    if not node.get("SettingId", str):
        raise StateError(f"{place}.SettingId: must be a string that is not empty")
    number = _number(node, "SettingStatus")
    return {"SettingId": node.value["SettingId"], "SettingStatus": number, "ErrorCode": node.get("ErrorCode", int, 0)}


def _number(node: Node, key: str) -> int:
    number: int = node.get(key, int, SUCCEEDED)
    if number not in WORDS:
        raise StateError(f"{node.place}.{key}: must be from {min(WORDS)} to {max(WORDS)}")
    return number


def policy_rows(tenant: Tenant) -> Iterator[Row]:
    """A row for each policy on each device and for each user, with all that reports have of it."""
    names = {policy.id: policy.name for _ordinal, policy in tenant.catalog.items()}
    for status in tenant.device_statuses:
        yield {
            **{name: value for name, value in status.items() if name != "settings"},
            "DeviceId": status["IntuneDeviceId"],
            "PolicyName": names.get(status["PolicyId"], ""),
            "PolicyTypeName": status["UnifiedPolicyType"],
            "ReportStatus": WORDS[status["PolicyStatus"]],
        }


def setting_rows(tenant: Tenant) -> Iterator[Row]:
    """A row for each setting of these: those that the state has, else each of the policy with the policy's status."""
    for status, row in zip(tenant.device_statuses, policy_rows(tenant), strict=True):
        for setting in status["settings"] or _settings_of(tenant, status):
            definition = tenant.definitions.get(setting["SettingId"]) or {}
            yield {**row, "SettingName": definition.get("displayName", setting["SettingId"]), **setting}


def _settings_of(tenant: Tenant, status: Mapping[str, Any]) -> Iterator[Row]:
    policy = tenant.catalog.get(status["PolicyId"])
    for setting in policy.settings if policy else ():
        key = setting["settingInstance"]["settingDefinitionId"]
        yield {"SettingId": key, "SettingStatus": status["PolicyStatus"], "ErrorCode": 0}


COUNTS = {
    "NumberOfCompliantDevices": (2, 3),
    "NumberOfNonCompliantDevices": (4,),
    "NumberOfErrorDevices": (5,),
    "NumberOfConflictDevices": (6,),
}


def summary_rows(tenant: Tenant) -> Iterator[Row]:
    """A row for each setting of each policy with the number of devices by status."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in setting_rows(tenant):
        groups.setdefault((row["PolicyId"], row["SettingId"]), []).append(row)
    for rows in groups.values():
        counted = {
            name: len({row["IntuneDeviceId"] for row in rows if row["SettingStatus"] in numbers})
            for name, numbers in COUNTS.items()
        }
        kept = ("PolicyId", "PolicyName", "PolicyBaseTypeName", "SettingId", "SettingName")
        yield {**{name: rows[0][name] for name in kept}, **counted}
