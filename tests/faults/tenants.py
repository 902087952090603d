# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant: its groups, policies that are nobody's business, and how policies are written down."""

from __future__ import annotations

import typing as t
import uuid

from ansible_collections.m365.apps.tests.integration.support import tenant

Policy = dict[str, t.Any]

_TYPES = {
    "windows": "#microsoft.graph.windowsOfficeClientConfiguration",
    "windows_security": "#microsoft.graph.windowsOfficeClientSecurityConfiguration",
}
_GROUP_NAMES = ("Finance", "Sales", "Legal", "Pilot", "Everyone")


def made_id(name: str) -> str:
    """Return the id that goes with a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


GROUPS = [{"id": made_id(f"group {name}"), "displayName": name} for name in _GROUP_NAMES]
GROUP_IDS = {group["displayName"]: group["id"] for group in GROUPS}


def setting(name: str, value: str) -> list[dict[str, str]]:
    """Return a payload of one setting."""
    return [{"settingId": f"word16;L_{name}", "app": "word16", "type": "REG_DWORD", "value": value, "valueName": name}]


def policy(name: str, priority: int, **given: t.Any) -> Policy:
    """Return a policy in the emulator's form, complete.

    ``kind``, ``description``, ``policyPayload``, ``userPreferencePayload`` and ``groups`` (names) may be given.
    """
    return {
        "id": made_id(f"policy {name}"),
        "@odata.type": _TYPES[given.get("kind", "windows")],
        "displayName": name,
        "description": given.get("description", f"{name} as it was"),
        "priority": priority,
        "policyPayload": given.get("policyPayload"),
        "userPreferencePayload": given.get("userPreferencePayload"),
        "assignments": [
            {"id": made_id(f"{name} for {group}"), "groupId": GROUP_IDS[group]} for group in given.get("groups", ())
        ],
        "lastModifiedDateTime": "2026-01-02T03:04:05Z",
    }


# What is there before, and must be there in the same way afterwards.
BYSTANDERS = [
    policy("Bystander", 0, policyPayload=setting("A", "1"), groups=["Finance", "Legal"]),
    policy("Secure bystander", 40, kind="windows_security", userPreferencePayload=setting("B", "2"), groups=["Pilot"]),
    policy("Bare bystander", 90, description=None),
    policy("Created bystander", 91, policyPayload=setting("C", "3"), groups=["Everyone"]),
]


def state(
    policies: t.Sequence[Policy], settings: t.Mapping[str, t.Any], more: t.Mapping[str, t.Any] | None = None
) -> dict[str, t.Any]:
    """Return the state document of a tenant with these policies; ``more`` is what else the tenant has."""
    document = tenant.state(policies, GROUPS)
    document["tenants"][tenant.TENANT] |= more or {}
    return {**document, "settings": dict(settings)}
