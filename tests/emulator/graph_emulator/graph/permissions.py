# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which application roles open what, and how a refusal reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from ..errors import Refused

READ_ROLE = "DeviceManagementConfiguration.Read.All"
WRITE_ROLE = "DeviceManagementConfiguration.ReadWrite.All"
GROUP_ROLE = "GroupMember.Read.All"
RBAC_ROLES = ("DeviceManagementRBAC.Read.All", "DeviceManagementRBAC.ReadWrite.All")


def intune_forbidden(roles: tuple[str, ...]) -> Refused:
    """403 as Intune's services word it, with JSON text as the message (seen in public issue threads)."""
    text = (
        "Application is not authorized to perform this operation. Application must have one of the following scopes: "
        + ", ".join(roles)
    )
    return Refused(403, "Forbidden", text, nested=True)


def user_forbidden() -> Refused:
    """403 as the service words it for a caller whose role lacks an action (seen in a public issue thread)."""
    return Refused(403, "Forbidden", "User is not authorized to perform this operation", nested=True)


def no_licence() -> Refused:
    """403 of a tenant without an Intune licence: the message is JSON text within JSON text, and says nothing."""
    return Refused(403, "Forbidden", "An error has occurred", nested=True, wrapped=True)


def directory_forbidden(roles: tuple[str, ...]) -> Refused:
    """403 as the directory words it."""
    text = f"Insufficient privileges to complete the operation. One of these is needed: {', '.join(roles)}."
    return Refused(403, "Authorization_RequestDenied", text)


@dataclass(frozen=True, slots=True)
class Area:
    """The roles (least first) for reads and writes in one part of Graph."""

    read: tuple[str, ...]
    write: tuple[str, ...]
    refuse: Callable[[tuple[str, ...]], Refused]


DIRECTORY_ROLES = (GROUP_ROLE, "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
CONFIGURATION = Area((READ_ROLE, WRITE_ROLE), (WRITE_ROLE,), intune_forbidden)
RBAC = Area(RBAC_ROLES, (), intune_forbidden)
TAGS = Area((*RBAC_ROLES, READ_ROLE, WRITE_ROLE), (), intune_forbidden)
DIRECTORY = Area(DIRECTORY_ROLES, (), directory_forbidden)
# First segment, or the first two where the second has roles of its own -> area.
AREAS = {
    "officeConfiguration": CONFIGURATION,
    "deviceManagement": CONFIGURATION,
    "deviceManagement/roleScopeTags": TAGS,
    "deviceManagement/getRoleScopeTagsByResource": TAGS,
    "deviceManagement/operationApprovalPolicies": RBAC,
    "deviceManagement/operationApprovalRequests": RBAC,
    "deviceManagement/getEffectivePermissions": RBAC,
    "deviceManagement/resourceOperations": RBAC,
    "groups": DIRECTORY,
    "directoryObjects": DIRECTORY,
}


def check_roles(segments: Sequence[str], roles: Set[str], *, is_write: bool) -> None:
    """Refuse a caller that has none of the roles with 403."""
    area = AREAS.get("/".join(segments[:2])) or AREAS[segments[0]]
    needed = area.write if is_write else area.read
    if not roles & set(needed):
        raise area.refuse(needed)
