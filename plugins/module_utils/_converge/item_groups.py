# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The groups of items: which must be looked up, who names them, and the items with ids in their place.

Groups that are not there are told at once, with the places that name them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import UserError, plain
from .._ids import is_guid
from .._policy.assignments import group_ids, refuse_named_twice
from .._policy.desired import AssignmentChange, GroupChange, State, is_id
from .._policy.policy import Assignment
from .._policy.surface import Capabilities, Directory
from .._policy.unset import UNSET
from .groups import newly_named, resolve, to_look_up
from .leave import Left
from .match import Match
from .plan import target_of

# How many places are told that name one group.
_MOST_PLACES = 3
_PLACE_LIMIT = 200


@dataclass(frozen=True)
class NamedGroups:
    """Groups, by name or GUID, and how messages call the place that names them."""

    place: str
    groups: tuple[str, ...]


def unknown_groups(named: t.Iterable[NamedGroups], directory: Directory) -> list[UserError]:
    """Return the errors for all groups that are unknown or ambiguous, each with the places that name it.

    The groups were looked up before, so that nothing is sent here. Raises UserError where one could not be looked up.
    """
    # A display name may look like an id, so each group has its kind beside it.
    places: dict[tuple[bool, str], dict[str, None]] = {}
    for entry in named:
        for group in entry.groups:
            by_id = is_id(group)
            places.setdefault((by_id, group.lower() if by_id else group), {})[entry.place] = None
    problems = {group: error for group in places if (error := _problem(*group, directory)) is not None}
    return [error.saying(f"{error} It is named by {_places(places[group])}.") for group, error in problems.items()]


def _problem(by_id: bool, group: str, directory: Directory) -> UserError | None:
    """Return why a group cannot be used, None when it can. Raises UserError where it could not be looked up."""
    try:
        if by_id:
            directory.check(group)
        else:
            directory.id_of(group)
    except UserError as error:
        if error.details is not None and not error.absent:
            raise
        return error
    return None


def _places(places: t.Iterable[str]) -> str:
    shown = [plain(place, _PLACE_LIMIT) for place in places]
    more = f" and {len(shown) - _MOST_PLACES} more" if len(shown) > _MOST_PLACES else ""
    return ", ".join(shown[:_MOST_PLACES]) + more


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
