# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether all groups that a run names are there, told at once and with the places that name them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import UserError, plain
from .._policy.desired import is_id
from .._policy.surface import Directory

# How many unknown groups are told, and how many places that name one of them.
_MOST_GROUPS, _MOST_PLACES = 10, 3
_PLACE_LIMIT = 120


@dataclass(frozen=True)
class NamedGroups:
    """Groups, by name or GUID, and how messages call the place that names them."""

    place: str
    groups: tuple[str, ...]


def refuse_unknown(named: t.Iterable[NamedGroups], directory: Directory) -> None:
    """Raise UserError for all groups that are unknown or ambiguous; what else goes wrong is raised as it is.

    The groups were looked up before, so that nothing is sent here.
    """
    # A display name may look like an id, so each group has its kind beside it.
    places: dict[tuple[bool, str], dict[str, None]] = {}
    for entry in named:
        for group in entry.groups:
            by_id = is_id(group)
            places.setdefault((by_id, group.lower() if by_id else group), {})[entry.place] = None
    problems = {group: error for group in places if (error := _problem(*group, directory)) is not None}
    if not problems:
        return
    told = [f"{problems[group]} It is named by {_places(places[group])}." for group in list(problems)[:_MOST_GROUPS]]
    left = len(problems) - len(told)
    if left:
        told.append(f"{left} more {'group has' if left == 1 else 'groups have'} problems like these.")
    raise next(iter(problems.values())).saying(" ".join(told))


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
