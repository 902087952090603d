# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user asks for, one value per policy. UNSET means: leave alone."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field, replace
from functools import cached_property

from .._ids import is_guid
from .policy import AssignmentFilter, Target
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

    Members are group names or GUIDs as the user wrote them, until they are resolved to ids. ``filters`` are those of
    members that name one, by the member; None takes the filter away. A member of ``exact`` that names none has none,
    one of ``add`` keeps what it has.
    """

    exact: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    filters: t.Mapping[str, AssignmentFilter | None] = field(default_factory=dict)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The groups that will be assigned because of this change."""
        return (self.exact or ()) + self.add


@dataclass(frozen=True)
class AllTarget:
    """Whether a policy is for all users, or for all devices, and with which filter; without one there is none."""

    assigned: bool
    filter: AssignmentFilter | None = None


@dataclass(frozen=True)
class AssignmentChange:
    """What is asked of a policy's assignments, option by option; UNSET leaves those alone.

    ``gone`` are, when the groups are resolved, those that the policy would keep although the directory has no such
    group any more.
    """

    groups: GroupChange | Unset = UNSET
    exclude_groups: GroupChange | Unset = UNSET
    all_users: AllTarget | Unset = UNSET
    all_devices: AllTarget | Unset = UNSET
    gone: frozenset[str] = frozenset()

    @cached_property
    def group_changes(self) -> dict[Target, GroupChange]:
        """What is asked of groups, by what they are to the policy."""
        pairs = ((Target.GROUP, self.groups), (Target.EXCLUDED_GROUP, self.exclude_groups))
        return {to: change for to, change in pairs if change is not UNSET}

    @cached_property
    def all_targets(self) -> dict[Target, AllTarget]:
        """What is asked of all users and all devices."""
        pairs = ((Target.ALL_USERS, self.all_users), (Target.ALL_DEVICES, self.all_devices))
        return {to: asked for to, asked in pairs if asked is not UNSET}

    def with_groups(self, changes: t.Mapping[Target, GroupChange]) -> AssignmentChange:
        """Return it with other changes of groups, by what they are to the policy."""
        values: dict[str, t.Any] = {GROUP_OPTIONS[to]: change for to, change in changes.items()}
        return replace(self, **values)


# The options that name groups, by what these are to the policy.
GROUP_OPTIONS = {Target.GROUP: "groups", Target.EXCLUDED_GROUP: "exclude_groups"}


@dataclass(frozen=True)
class DesiredPolicy:
    """One policy as asked for. ``label`` is how messages name the place where it was asked for.

    ``values`` are what is asked of its fields, by their names, but for the name; what is not among them is left alone.
    What is asked of ``assignments`` is an AssignmentChange. ``names`` are what ids among them are called where they
    come from, by the key of results that tells it, and by the ids in lower case: nothing is asked by them.
    """

    label: str
    state: State = State.PRESENT
    id: str | None = None
    display_name: str | None = None
    kind: str | None = None
    values: t.Mapping[str, t.Any] = field(default_factory=dict)
    names: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if UNSET in self.values.values():
            asked = {name: value for name, value in self.values.items() if value is not UNSET}
            object.__setattr__(self, "values", asked)

    def value(self, name: str) -> t.Any:
        """Return what is asked of a field, UNSET for nothing."""
        if name == "display_name":
            return UNSET if self.display_name is None else self.display_name
        return self.values.get(name, UNSET)

    def with_values(self, values: t.Mapping[str, t.Any]) -> DesiredPolicy:
        """Return the item with something else asked of some fields; UNSET for nothing."""
        return replace(self, values={**self.values, **values})

    @property
    def assignments(self) -> AssignmentChange | Unset:
        """What is asked of its assignments."""
        return t.cast("AssignmentChange | Unset", self.value("assignments"))

    def named(self) -> str:
        """Return the policy as messages name it."""
        is_nameless = self.display_name is None or (not self.display_name and self.id is not None)
        who = f"policy with id {self.id}" if is_nameless else f"policy '{self.display_name}'"
        return f"{self.label} {who}".strip()
