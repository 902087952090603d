# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies and assignments as frozen values."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field

from .._ids import id_key
from .unset import UNSET, Unset

MAX_PRIORITY = 2**31 - 1
# The field that holds the number of a policy on surfaces that have priorities.
PRIORITY = "priority"


@dataclass(frozen=True)
class PolicyType:
    """A type of policy: its ``name`` in Graph, and the ``kind`` as users name it; None for one that is not known."""

    name: str
    kind: str | None = None


class Target(enum.Enum):
    """Who an assignment is for."""

    GROUP = "group"
    EXCLUDED_GROUP = "excluded_group"
    ALL_USERS = "all_users"
    ALL_DEVICES = "all_devices"
    # One of a type that this collection does not know: kept, and sent back unchanged.
    UNKNOWN = "unknown"


# Where an assignment comes from that belongs to the policy itself.
DIRECT = "direct"
# How the devices count that match an assignment filter.
FILTER_MODES = ("include", "exclude")


@dataclass(frozen=True)
class AssignmentFilter:
    """An assignment filter on a target, and its mode (one of FILTER_MODES).

    ``id`` is what users named it by, until the surface resolves it to its id in lower case.
    """

    id: str
    mode: str = FILTER_MODES[0]


@dataclass(frozen=True)
class Assignment:
    """One assignment: who it is for, and the server's id for it.

    ``group_id`` is the Entra group's GUID in lower case, None for a target that is not a group; without a group and
    without another ``to`` the target is unknown. ``target`` is the target as the server sent it, kept so that an
    unknown one can be sent back unchanged. An assignment whose ``source`` is not DIRECT belongs to something else: it
    is shown, and neither changed nor sent.
    """

    group_id: str | None
    id: str | None = None
    target: t.Mapping[str, t.Any] | None = None
    to: Target = Target.GROUP
    filter: AssignmentFilter | None = None
    source: str = DIRECT

    def __post_init__(self) -> None:
        if self.group_id is None and self.to is Target.GROUP:
            object.__setattr__(self, "to", Target.UNKNOWN)

    @property
    def is_direct(self) -> bool:
        """Whether it belongs to the policy itself."""
        return self.source == DIRECT

    @property
    def key(self) -> str:
        """What makes two assignments ones of the same target: the group, or the whole unknown target."""
        is_known = self.to is not Target.UNKNOWN
        place = self.group_id or "" if is_known else repr(sorted((self.target or {}).items()))
        if self.to in (Target.GROUP, Target.UNKNOWN) and self.is_direct:
            return place
        return " ".join(filter(None, ["" if self.is_direct else self.source, self.to.value, place]))

    @property
    def meaning(self) -> str:
        """What makes two assignments the same: the target and its filter."""
        return self.key if self.filter is None else f"{self.key} filter {self.filter.mode} {self.filter.id}"


@dataclass(frozen=True)
class Policy:
    """An Office client policy.

    ``values`` are those of its fields by their names; what was not read is not among them. ``reports``, what the
    surface knows of its devices, and ``last_modified`` are the server's and never sent.
    """

    id: str | None
    type: PolicyType
    values: t.Mapping[str, t.Any] = field(default_factory=dict)
    last_modified: str | None = None
    reports: t.Mapping[str, t.Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if UNSET in self.values.values():
            known = {name: value for name, value in self.values.items() if value is not UNSET}
            object.__setattr__(self, "values", known)

    def value(self, name: str) -> t.Any:
        """Return the value of a field, UNSET where it was not read."""
        return self.values.get(name, UNSET)

    def with_values(self, values: t.Mapping[str, t.Any]) -> Policy:
        """Return the policy with other values of some fields; UNSET for those that are not known any more."""
        return Policy(self.id, self.type, {**self.values, **values}, self.last_modified, self.reports)

    @property
    def display_name(self) -> str:
        """Its name."""
        return str(self.values.get("display_name", ""))

    @property
    def description(self) -> str:
        """Its description."""
        return str(self.values.get("description", ""))

    @property
    def assignments(self) -> tuple[Assignment, ...] | Unset:
        """Its assignments, UNSET where they were not read."""
        return t.cast("tuple[Assignment, ...] | Unset", self.value("assignments"))

    @property
    def kind(self) -> str | None:
        """The kind by the name users give it, None for a type this collection does not know."""
        return self.type.kind

    def named(self) -> str:
        """Return the policy as messages name it."""
        return f"policy '{self.display_name}'" + (f" (id {self.id})" if self.id else "")


def priority_of(policy: Policy) -> int | None:
    """Return the number of a policy on a surface that has priorities, None where the server sent none."""
    return t.cast("int | None", policy.values.get(PRIORITY))


def distinct(policies: t.Iterable[Policy]) -> tuple[Policy, ...]:
    """Return policies with each id (compared without case) once: pages overlap where policies move in between.

    It is in the place of the first and as the last shows it, which was read later.
    """
    found: dict[str, Policy] = {}
    for policy in policies:
        found[id_key(policy.id)] = policy
    return tuple(found.values())


def distinct_assignments(assignments: t.Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Return assignments with each of them once, the same way; those without an id are the same by their target."""
    return tuple({id_key(assignment.id or assignment.key): assignment for assignment in assignments}.values())
