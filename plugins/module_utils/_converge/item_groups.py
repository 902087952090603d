# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The groups of items: which must be looked up, who names them, and the items with ids in their place."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._ids import is_guid
from .._policy.assignments import group_ids, refuse_named_twice
from .._policy.desired import AssignmentChange, GroupChange, State
from .._policy.policy import Assignment
from .._policy.surface import Capabilities, Directory
from .._policy.unset import UNSET
from .groups import newly_named, resolve, to_look_up
from .known_groups import NamedGroups
from .leave import Left
from .match import Match
from .plan import target_of


def groups_to_look_up(
    matches: t.Sequence[Match], more: t.Sequence[str] = (), of_deletions: bool = False
) -> tuple[list[str], list[str]]:
    """Return the names and the ids of all groups that must be looked up, each once.

    ``more`` are some beside those that the items name; ``of_deletions`` adds those of policies to be deleted.
    """
    first_names, first_ids = to_look_up(AssignmentChange(GroupChange(add=tuple(more))), ())
    names: dict[str, None] = dict.fromkeys(first_names)
    ids: dict[str, None] = dict.fromkeys(first_ids)
    for found in matches:
        change = change_of(found)
        if change is not None:
            more_names, more_ids = to_look_up(change, assigned_to(found))
            names.update(dict.fromkeys(more_names))
            ids.update(dict.fromkeys(more_ids))
        elif of_deletions and found.desired.state is State.ABSENT:
            ids.update((group_id, None) for group_id in group_ids(assigned_to(found)) if is_guid(group_id))
    return list(names), list(ids)


def named_by(matches: t.Sequence[Match]) -> t.Iterator[NamedGroups]:
    """Return the groups that each item names, but for those that its policy has already."""
    for found in matches:
        change = change_of(found)
        if change is not None:
            yield NamedGroups(found.desired.named(), newly_named(change, assigned_to(found)))


def change_of(found: Match) -> AssignmentChange | None:
    change = found.desired.assignments
    return None if change is UNSET or found.desired.state is State.ABSENT else change


def assigned_to(found: Match) -> tuple[Assignment, ...]:
    return () if found.live is None or found.live.assignments is UNSET else found.live.assignments


def resolve_all(
    matches: t.Sequence[Match], directory: Directory, capabilities: Capabilities
) -> tuple[tuple[Match, ...], Left]:
    """Return the matches with their groups as ids, and why some cannot be as desired, by place."""
    resolved_matches: list[Match] = []
    left: dict[int, UserError] = {}
    for place, found in enumerate(matches):
        meant = found
        try:
            meant = resolve_one(found, directory, capabilities)
        except UserError as error:
            # An error that names the group alone may be why several policies are left.
            who = found.desired.named()
            left[place] = error if str(error).startswith(who) else error.saying(f"{who}: {error}")
        resolved_matches.append(meant)
    return tuple(resolved_matches), left


def resolve_one(found: Match, directory: Directory, capabilities: Capabilities) -> Match:
    """Return a match with its groups as ids, and with what it leads to. Raises UserError where that cannot be had."""
    change = change_of(found)
    if change is not None:
        refuse_named_twice(found.desired, change)
        change = resolve(change, assigned_to(found), directory)
        found = Match(found.desired.with_values({"assignments": change}), found.live)
    return Match(found.desired, found.live, target_of(found, capabilities))
