# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user asks for, one value per policy. UNSET means: leave alone."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from .._ids import is_guid
from .payload import Payload
from .unset import UNSET, Unset


class State(enum.Enum):
    """What must be true of the policy itself."""

    PRESENT = "present"  # created when missing
    EXISTING = "existing"  # an error when missing
    ABSENT = "absent"  # deleted when there


class GroupName(str):
    """The display name of a group, which is not an id even where it looks like one."""

    __slots__ = ()


def is_id(group: str) -> bool:
    """Tell whether a group is named by its id: a GUID that is not said to be a display name."""
    return is_guid(group) and not isinstance(group, GroupName)


@dataclass(frozen=True)
class GroupChange:
    """What is asked of a policy's groups: exactly ``exact``, or the live ones with ``add`` and without ``remove``.

    Members are group names or GUIDs as the user wrote them, until they are resolved to ids. ``gone`` are then those
    that the policy would keep although the directory has no such group any more.
    """

    exact: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    gone: frozenset[str] = frozenset()

    @property
    def wanted(self) -> tuple[str, ...]:
        """The groups that will be assigned because of this change."""
        return (self.exact or ()) + self.add


@dataclass(frozen=True)
class DesiredPolicy:
    """One policy as asked for. ``label`` is how messages name the place where it was asked for."""

    label: str
    state: State = State.PRESENT
    id: str | None = None
    display_name: str | None = None
    kind: str | None = None
    description: str | Unset = UNSET
    priority: int | Unset = UNSET
    policy_payload: Payload | Unset = UNSET
    user_preference_payload: Payload | Unset = UNSET
    groups: GroupChange | Unset = UNSET

    def named(self) -> str:
        """Return the policy as messages name it."""
        is_nameless = self.display_name is None or (not self.display_name and self.id is not None)
        who = f"policy with id {self.id}" if is_nameless else f"policy '{self.display_name}'"
        return f"{self.label} {who}".strip()
