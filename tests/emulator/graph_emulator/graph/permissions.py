# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which application roles open what, and how a refusal reads."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

from ..errors import Refused

READ_ROLE = "DeviceManagementConfiguration.Read.All"
WRITE_ROLE = "DeviceManagementConfiguration.ReadWrite.All"
GROUP_ROLE = "GroupMember.Read.All"


def intune_forbidden(roles: tuple[str, ...]) -> Refused:
    """403 as Intune's services word it, with JSON text as the message (seen in public issue threads)."""
    text = (
        "Application is not authorized to perform this operation. Application must have one of the following scopes: "
        + ", ".join(roles)
    )
    return Refused(403, "Forbidden", text, nested=True)


def directory_forbidden(roles: tuple[str, ...]) -> Refused:
    """403 as the directory words it."""
    text = f"Insufficient privileges to complete the operation. One of these is needed: {', '.join(roles)}."
    return Refused(403, "Authorization_RequestDenied", text)


@dataclass(frozen=True, slots=True)
class Area:
    """The roles (least first) for reads and writes below one first segment."""

    read: tuple[str, ...]
    write: tuple[str, ...]
    refuse: Callable[[tuple[str, ...]], Refused]


DIRECTORY_ROLES = (GROUP_ROLE, "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
AREAS = {
    "officeConfiguration": Area((READ_ROLE, WRITE_ROLE), (WRITE_ROLE,), intune_forbidden),
    "groups": Area(DIRECTORY_ROLES, (), directory_forbidden),
}


def check_roles(segment: str, roles: Set[str], *, is_write: bool) -> None:
    """Refuse a caller that has none of the roles with 403."""
    area = AREAS[segment]
    needed = area.write if is_write else area.read
    if not roles & set(needed):
        raise area.refuse(needed)
