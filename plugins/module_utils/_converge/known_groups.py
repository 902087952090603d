# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether all groups that a run names are there, told at once and with the places that name them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import UserError, plain
from .._policy.desired import is_id
from .._policy.surface import Directory

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
