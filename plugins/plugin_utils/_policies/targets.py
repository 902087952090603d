# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a policy reaches, as far as that is known without a tenant: who is in a group, nobody can tell here.

A group counts as one of users. Everybody who gets a policy gets it on a device, so all devices are wider than all users
and than any group. An excluded group counts against every target.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field

from ansible_collections.m365.apps.plugins.module_utils._ids import id_key, is_guid
from ansible_collections.m365.apps.plugins.module_utils._policy.group_forms import FILTER_KEYS, GroupsError, filter_of
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import AssignmentFilter

from .groups import Directory, Given, from_text, given_groups


class Everyone(enum.Enum):
    """Targets that are not groups."""

    USERS = "all_users"
    DEVICES = "all_devices"


Target = t.Union[str, Everyone]
# What a target is, from who it is wider than to itself. All else is a group.
_WIDER: t.Mapping[Target, tuple[Target, ...]] = {
    Everyone.USERS: (Everyone.USERS, Everyone.DEVICES),
    Everyone.DEVICES: (Everyone.DEVICES,),
}
# Texts that Ansible takes for true: the contract of these files is to know nothing of Ansible.
ON = frozenset({"y", "yes", "on", "1", "true", "t", "1.0"})
_LABELS = {Everyone.USERS: "all users", Everyone.DEVICES: "all devices"}
ALL_OPTIONS = tuple(each.value for each in Everyone)
GROUP_LISTS = ("groups", "exclude_groups")


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
        wider = _WIDER.get(target, (target, *_WIDER[Everyone.USERS]))
        return any(each in self.included and self.included[each] in (None, wanted) for each in wider)


def _opposite(one: AssignmentFilter | None, other: AssignmentFilter | None) -> bool:
    """Tell whether no device passes both filters, since they are one filter, once to include and once to exclude."""
    return one is not None and other is not None and one.id == other.id and one.mode != other.mode


def label_of(target: Target, directory: Directory) -> str:
    """Return what to call a target."""
    return _LABELS[target] if isinstance(target, Everyone) else directory.label(target)


class GivenTargets(t.NamedTuple):
    """What a document says of its targets, before each group has one key."""

    groups: Given = Given()
    excluded: Given = Given()
    every: tuple[tuple[Everyone, AssignmentFilter | None], ...] = ()
    told: bool = False

    def with_keys(self, directory: Directory) -> Targets:
        """Return the targets with a key for each group."""
        included: dict[Target, AssignmentFilter | None] = {
            directory.key(group): _filter_key(group.filter) for group in self.groups.members
        }
        included.update((target, _filter_key(wanted)) for target, wanted in self.every)
        return Targets(included, frozenset(map(directory.key, self.excluded.members)), self.told)


def given_targets(document: t.Mapping[str, t.Any]) -> tuple[GivenTargets, tuple[str, ...]]:
    """Return what a policy says of whom it reaches, and what of that cannot be used."""
    problems: list[str] = []
    lists: list[Given] = []
    for name in GROUP_LISTS:
        try:
            lists.append(given_groups(document.get(name), name))
        except GroupsError as error:
            problems.append(f"its {name} cannot be used: {error}")
            lists.append(Given())
    every: dict[Everyone, AssignmentFilter | None] = {}
    for target in Everyone:
        try:
            every |= _every(target, document.get(target.value))
        except GroupsError as error:
            problems.append(f"its {target.value} cannot be used: {error}")
    # A new policy has no target that it does not name; what add and remove leave is not known.
    open_ended = any(
        document.get(name) is not None and not given.exact for name, given in zip(GROUP_LISTS, lists, strict=True)
    )
    told = not open_ended and any(document.get(name) is not None for name in (GROUP_LISTS[0], *ALL_OPTIONS))
    return GivenTargets(lists[0], lists[1], tuple(every.items()), told), tuple(problems)


def _every(target: Everyone, value: t.Any) -> dict[Everyone, AssignmentFilter | None]:
    """Return a target that is not a group with its filter, nothing where it is off. Raises GroupsError."""
    value = from_text(value)
    if isinstance(value, t.Mapping):
        found = filter_of({key: each for key, each in value.items() if key in FILTER_KEYS})
        return {target: found if isinstance(found, AssignmentFilter) else None}
    return {target: None} if str(value).strip().lower() in ON else {}


def _filter_key(wanted: AssignmentFilter | None) -> AssignmentFilter | None:
    """Return a filter so that two spellings of one id are the same."""
    return AssignmentFilter(id_key(wanted.id), wanted.mode) if wanted and is_guid(wanted.id) else wanted
