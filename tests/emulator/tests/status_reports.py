# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant with three status rows, and what reports on them answer."""

from __future__ import annotations

import json
from typing import Any

from graph_emulator import small_catalog as small
from graph_emulator.small_catalog import chosen, settings
from graph_emulator.wire import Answer

REPORTS = "deviceManagement/reports"
DEVICES = f"{REPORTS}/getConfigurationPolicyDevicesReport"
JOBS = f"{REPORTS}/exportJobs"
CACHED = f"{REPORTS}/cachedReportConfigurations"
POLICY, OTHER = (f"0f0e0d0c-0000-4000-8000-0000000000d{n}" for n in (1, 2))
DEVICE = [f"0f0e0d0c-0000-4000-8000-00000000de0{n}" for n in range(3)]
USER = "0f0e0d0c-0000-4000-8000-0000000000ee"
BASE = "(PolicyBaseTypeName eq 'DeviceManagementConfigurationPolicy')"
OF_POLICY = f"{BASE} and (PolicyId eq '{POLICY}')"
READ_ONLY = ("DeviceManagementConfiguration.Read.All",)
STATUSES: list[dict[str, Any]] = [
    {
        "PolicyId": POLICY,
        "IntuneDeviceId": DEVICE[0],
        "DeviceName": "PC-0",
        "UPN": "ann@contoso.example",
        "UserId": USER,
    },
    {
        "PolicyId": POLICY,
        "IntuneDeviceId": DEVICE[1],
        "DeviceName": "PC-1",
        "PolicyStatus": 5,
        "PspdpuLastModifiedTimeUtc": "2026-02-01T00:00:00Z",
        "settings": [{"SettingId": small.TOGGLE, "SettingStatus": 5, "ErrorCode": 65000}],
    },
    {"PolicyId": OTHER, "IntuneDeviceId": DEVICE[2], "DeviceName": 'PC "two", new', "PolicyStatus": 6},
]
STATE: dict[str, Any] = {
    "catalog_policies": [
        {"id": POLICY, "name": "Office", "settings": settings(chosen(small.TOGGLE, 1), chosen(small.MACROS, 0))},
        {"id": OTHER, "name": "Other", "settings": settings(chosen(small.TOGGLE, 1))},
    ],
    "device_statuses": STATUSES,
}


def table(answer: Answer) -> dict[str, Any]:
    """The content of a report."""
    assert answer.status == 200, answer.content
    assert answer.media_type == "application/octet-stream"
    content: dict[str, Any] = json.loads(answer.body())
    return content


def rows(answer: Answer) -> list[dict[str, Any]]:
    """The rows of a report by column."""
    content = table(answer)
    names = [column["Column"] for column in content["Schema"]]
    return [dict(zip(names, values, strict=True)) for values in content["Values"]]


def text_of(answer: Answer) -> str:
    """The message of a refusal."""
    assert answer.status == 400, answer.content
    return str(answer.content["error"]["message"])
