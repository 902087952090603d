# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Desired policies with what only this surface can tell: settings in canonical form, filters and scope tags as ids."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import UserError, all_at_once
from .._policy.desired import AllTarget, AssignmentChange, DesiredPolicy, GroupChange, State
from .._policy.policy import AssignmentFilter
from .._policy.unset import UNSET
from .codec import DEFAULT_TAG, sorted_tags
from .fields import ASSIGNMENTS, FILTER_NAMES, SCOPE_TAGS, SETTINGS, TAG_NAMES, refused_settings, too_long
from .known import KnownDefinitions
from .merge import SettingsChange
from .names import Names
from .problems import SettingsError

Problems = list[UserError]


def resolved(
    desired: t.Sequence[DesiredPolicy], known: KnownDefinitions, names: Names
) -> list[DesiredPolicy | UserError]:
    """Return each desired policy as its fields compare it, or one error with all problems that it has.

    This takes one request where filters or scope tags are named (their lists travel together), and none for settings as
    long as the catalog in hand is right.
    """
    kept = [item for item in desired if item.state is not State.ABSENT]
    names.look_up(any(_filters_of(item) for item in kept), any(_is_given(item.value("scope_tags")) for item in kept))
    given = [item for item in kept if item.value(SETTINGS) is not UNSET]
    changes = dict(zip(map(id, given), known.changes([item.value(SETTINGS) for item in given]), strict=True))
    return [item if item.state is State.ABSENT else _resolved(item, changes.get(id(item)), names) for item in desired]


def _resolved(
    item: DesiredPolicy, change: SettingsChange | SettingsError | None, names: Names
) -> DesiredPolicy | UserError:
    values: dict[str, t.Any] = {}
    description = too_long(item)
    problems: Problems = [description] if description else []
    if isinstance(change, SettingsError):
        problems.append(refused_settings(item, change))
    elif change is not None:
        values[SETTINGS] = change
    tags = item.value(SCOPE_TAGS.name)
    if tags is not UNSET:
        values[SCOPE_TAGS.name] = _tags(item, tags, names, problems)
    assignments = item.assignments
    if assignments is not UNSET:
        values[ASSIGNMENTS.name] = _assignments(item, assignments, names, problems)
    return all_at_once(problems) if problems else item.with_values(values)


def _is_given(tags: t.Any) -> bool:
    return tags is not UNSET and bool(tags)


def _tags(item: DesiredPolicy, tags: t.Sequence[str], names: Names, problems: Problems) -> tuple[str, ...]:
    """Return the ids of scope tags; none are the default, which Intune gives to what has no other."""
    called = item.names.get(TAG_NAMES, {})
    found = [_id_of(item, names.tag_id(text, called.get(text.lower())), problems) for text in tags]
    return sorted_tags(found or [DEFAULT_TAG])


def _filters_of(item: DesiredPolicy) -> list[AssignmentFilter]:
    """Return the filters that an item names."""
    change = item.assignments
    if change is UNSET:
        return []
    groups = [each for asked in change.group_changes.values() for each in asked.filters.values()]
    return [each for each in [*groups, *(asked.filter for asked in change.all_targets.values())] if each is not None]


def _assignments(item: DesiredPolicy, change: AssignmentChange, names: Names, problems: Problems) -> AssignmentChange:
    """Return what is asked of assignments with filters as ids."""
    called = item.names.get(FILTER_NAMES, {})

    def known(wanted: AssignmentFilter | None) -> AssignmentFilter | None:
        if wanted is None:
            return None
        found = names.filter_id(wanted.id, called.get(wanted.id.lower()))
        return replace(wanted, id=_id_of(item, found, problems))

    def of_groups(asked: GroupChange) -> GroupChange:
        return replace(asked, filters={member: known(each) for member, each in asked.filters.items()})

    def of_all(asked: AllTarget) -> AllTarget:
        return replace(asked, filter=known(asked.filter))

    changed = change.with_groups({to: of_groups(asked) for to, asked in change.group_changes.items()})
    every: dict[str, t.Any] = {to.value: of_all(asked) for to, asked in change.all_targets.items()}
    return replace(changed, **every)


def _id_of(item: DesiredPolicy, found: str | UserError, problems: Problems) -> str:
    if isinstance(found, UserError):
        problems.append(found.saying(f"{item.named()}: {found}"))
        return ""
    return found
