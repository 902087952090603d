# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a policy reaches, and who gets two of them, as far as assignments tell: who is in a group, nobody can tell here.

A group counts as one of users. Everybody who gets a policy gets it on a device, so all devices are wider than all users
and than any group. An excluded group counts against every target. Pure.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field, replace

from .policy import Assignment, AssignmentFilter
from .policy import Target as To


class Everyone(enum.Enum):
    """Targets that are not groups."""

    USERS = "all_users"
    DEVICES = "all_devices"


class Unknown(t.NamedTuple):
    """A target of a type that is not known, by the id of its policy and what makes it that target."""

    owner: str
    key: str


# A group by its key, or one of the others.
Target = t.Union[str, Everyone, Unknown]
# Targets that are as wide as one that is no group, itself among them.
_WIDER: t.Mapping[Target, tuple[Target, ...]] = {
    Everyone.USERS: (Everyone.USERS, Everyone.DEVICES),
    Everyone.DEVICES: (Everyone.DEVICES,),
}
_EVERYONE = {To.ALL_USERS: Everyone.USERS, To.ALL_DEVICES: Everyone.DEVICES}


class Reach(enum.Enum):
    """Whether somebody gets a policy; MAYBE where an assignment filter decides."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True)
class Meeting:
    """Whom two policies both reach: certainly somebody through these targets, or maybe somebody who is in several."""

    certain: bool
    targets: frozenset[Target]


@dataclass(frozen=True)
class Targets:
    """Whom a policy reaches: targets with the filter of each, and the groups that it excludes.

    ``exact``: it has these targets and no others, as far as it says.
    """

    included: t.Mapping[Target, AssignmentFilter | None] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()
    exact: bool = False

    @property
    def groups(self) -> frozenset[str]:
        """The groups among them."""
        return frozenset(each for each in self.included if isinstance(each, str))

    def reach(self, groups: t.Collection[str]) -> Reach:
        """Tell whether somebody who is in just these groups gets the policy."""
        if not self.excluded.isdisjoint(groups):
            return Reach.NO
        found = [wanted for target, wanted in self.included.items() if isinstance(target, Everyone) or target in groups]
        if not found:
            return Reach.NO
        return Reach.YES if None in found else Reach.MAYBE

    def meeting(self, other: Targets) -> Meeting | None:
        """Return whom this policy and another both reach, None for nobody whatever groups people are in.

        It is certain where everybody whom one of them reaches through a target gets the other one, too: then there is
        somebody, or that target is there for nobody.
        """
        sure = self._within(other) | other._within(self)
        if sure:
            return Meeting(True, frozenset(sure))
        out = self.excluded | other.excluded
        pairs = [
            (one, another)
            for one in self._open(out)
            for another in other._open(out)
            if not _opposite(self.included[one], other.included[another])
        ]
        return Meeting(False, frozenset(target for pair in pairs for target in pair)) if pairs else None

    def _open(self, out: t.Collection[str]) -> list[Target]:
        """Return the targets that somebody can be in who is in none of these groups."""
        return [target for target in self.included if target not in out]

    def _within(self, other: Targets) -> set[Target]:
        """Return the targets of this policy through which all get the other one, too."""
        if not other.excluded <= self.excluded:
            return set()
        return {target for target in self._open(self.excluded) if other._covers(target, self.included[target])}

    def _covers(self, target: Target, wanted: AssignmentFilter | None) -> bool:
        if isinstance(target, Unknown):
            wider: tuple[Target, ...] = (target,)
        else:
            wider = _WIDER.get(target, (target, *_WIDER[Everyone.USERS]))
        return any(each in self.included and self.included[each] in (None, wanted) for each in wider)


def _opposite(one: AssignmentFilter | None, other: AssignmentFilter | None) -> bool:
    """Tell whether no device passes both filters, since they are one filter, once to include and once to exclude."""
    return one is not None and other is not None and one.id == other.id and one.mode != other.mode


def targets_of(assignments: t.Iterable[Assignment], owner: str) -> Targets:
    """Return whom live assignments reach, those of policy sets included. ``owner`` is the id of their policy.

    Where one target has several filters, who passes any of them is not known.
    """
    filters: dict[Target, set[AssignmentFilter | None]] = {}
    excluded = set()
    for each in assignments:
        if each.to is To.EXCLUDED_GROUP:
            excluded.add(str(each.group_id))
        else:
            filters.setdefault(_target_of(each, owner), set()).add(each.filter)
    return Targets({target: _one_filter(found) for target, found in filters.items()}, frozenset(excluded), exact=True)


def live_meeting(one: Targets, other: Targets) -> Meeting | None:
    """Return whom two live policies both reach, None for nobody.

    Intune does not look from a group of users at their devices. So whether a policy for all devices spares a group that
    it excludes is not known here, where that may be a group of users.
    """
    found = one.meeting(other)
    if found is not None:
        return found
    maybe = _as_wide_as_may_be(one).meeting(_as_wide_as_may_be(other))
    return None if maybe is None else Meeting(False, maybe.targets)


def _as_wide_as_may_be(targets: Targets) -> Targets:
    return replace(targets, excluded=frozenset()) if Everyone.DEVICES in targets.included else targets


def _target_of(assignment: Assignment, owner: str) -> Target:
    if assignment.to in _EVERYONE:
        return _EVERYONE[assignment.to]
    return str(assignment.group_id) if assignment.to is To.GROUP else Unknown(owner, assignment.key)


def _one_filter(found: set[AssignmentFilter | None]) -> AssignmentFilter | None:
    """Return what all of these filters on one target let through; without one, that is everybody."""
    if None in found:
        return None
    named = sorted(f"{each.id} {each.mode}" for each in found if each is not None)
    return next(iter(found)) if len(named) == 1 else AssignmentFilter(" or ".join(named))
