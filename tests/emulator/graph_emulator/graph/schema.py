# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of this surface as tables: last beta metadata, with the documentation pages where they add something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ABSTRACT_POLICY = "microsoft.graph.officeClientConfiguration"
WINDOWS_POLICY = "microsoft.graph.windowsOfficeClientConfiguration"
POLICY_TYPES = (WINDOWS_POLICY, "microsoft.graph.windowsOfficeClientSecurityConfiguration")
ASSIGNMENT = "microsoft.graph.officeClientConfigurationAssignment"
ABSTRACT_TARGET = "microsoft.graph.officeConfigurationAssignmentTarget"
GROUP_TARGET = "microsoft.graph.officeConfigurationGroupAssignmentTarget"

INT32_MAX = 2**31 - 1

CHECKIN_STATUS: dict[str, Any] = {
    "userId": "",
    "userPrincipalName": None,
    "deviceName": None,
    "devicePlatform": None,
    "devicePlatformVersion": None,
    "wasSuccessful": True,
    "checkinDateTime": "0001-01-01T00:00:00Z",
    "errorMessage": None,
    "appliedPolicies": [],
}

# JSON name of a writable policy property -> (attribute of tenants.Policy, Edm type)
WRITABLE: dict[str, tuple[str, str]] = {
    "displayName": ("display_name", "Edm.String"),
    "description": ("description", "Edm.String"),
    "priority": ("priority", "Edm.Int32"),
}
STREAMS = ("policyPayload", "userPreferencePayload")
READ_ONLY = ("id", "lastModifiedDateTime", "userCheckinSummary", "checkinStatuses")
POLICY_PROPERTIES = (*READ_ONLY, *WRITABLE, *STREAMS, "assignments")
ASSIGNMENT_PROPERTIES = ("id", "target")
SINGLETON_PROPERTIES = ("tenantCheckinStatuses", "tenantUserCheckinSummary")

GROUP_DEFAULTS: dict[str, Any] = {
    "id": None,
    "deletedDateTime": None,
    "createdDateTime": None,
    "description": None,
    "displayName": None,
    "groupTypes": [],
    "mail": None,
    "mailEnabled": False,
    "mailNickname": None,
    "membershipRule": None,
    "securityEnabled": True,
    "visibility": None,
}


def bare_type(name: str) -> str:
    """A type name without the leading ``#``; Graph accepts both spellings (Microsoft Graph: OData type cast)."""
    return name.removeprefix("#")


def _json_type(value: object) -> str:
    names = {bool: "Boolean", int: "Int", float: "Double", str: "String", list: "Array", dict: "Object"}
    return "Null" if value is None else names.get(type(value), type(value).__name__)


def _string(value: object) -> bool:
    return value is None or isinstance(value, str)


def _int32(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value <= INT32_MAX


EDM: dict[str, Callable[[object], bool]] = {"Edm.String": _string, "Edm.Int32": _int32}


def type_fault(name: str, value: object, edm: str) -> str | None:
    """Why ``value`` does not fit the Edm type, or None if it does."""
    if EDM[edm](value):
        return None
    return f"Cannot convert the {_json_type(value)} value of property '{name}' to the expected type '{edm}'."


def unknown_property(name: str, type_name: str, known: tuple[str, ...]) -> str:
    """The complaint about a property that the type does not have, with a hint where only the case differs."""
    hint = next((item for item in known if item.lower() == name.lower()), None)
    text = f"The property '{name}' does not exist on type '{type_name}'."
    return text if hint is None else f"{text} Property names are case-sensitive: did you mean '{hint}'?"
