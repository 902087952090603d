# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a policy reaches, as a definition or a config says it."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._ids import id_key, is_guid
from ansible_collections.m365.apps.plugins.module_utils._policy.group_forms import FILTER_KEYS, GroupsError, filter_of
from ansible_collections.m365.apps.plugins.module_utils._policy.meeting import Everyone, Target, Targets
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import AssignmentFilter

from .groups import Directory, Given, from_text, given_groups

# Texts that Ansible takes for true: the contract of these files is to know nothing of Ansible.
ON = frozenset({"y", "yes", "on", "1", "true", "t", "1.0"})
_LABELS = {Everyone.USERS: "all users", Everyone.DEVICES: "all devices"}
ALL_OPTIONS = tuple(each.value for each in Everyone)
GROUP_LISTS = ("groups", "exclude_groups")


def label_of(target: Target, directory: Directory) -> str:
    """Return what to call a target."""
    return _LABELS[target] if isinstance(target, Everyone) else directory.label(str(target))


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
