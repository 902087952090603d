# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be planned by itself is left as it is, so that all others go on. Pure."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._policy.desired import DesiredPolicy, State
from .match import Match
from .priorities import taken_numbers

# How many problems of one kind an error tells.
_MOST_TOLD = 10

# Why policies are left, by their places.
Left = t.Mapping[int, UserError]


def left_alone(found: Match) -> Match:
    """Return a match that asks for nothing: a live policy stays as it is, one that is not there is not created."""
    item = found.desired
    if found.live is not None:
        return Match(DesiredPolicy(item.label, id=found.live.id), found.live)
    return Match(DesiredPolicy(item.label, State.ABSENT, display_name=item.display_name), None)


def without(matches: t.Sequence[Match], left: Left) -> tuple[Match, ...]:
    """Return matches in which nothing is asked of those that are left."""
    return tuple(left_alone(found) if place in left else found for place, found in enumerate(matches))


def all_at_once(errors: t.Sequence[UserError]) -> UserError:
    """Return one error that says what several do: each sentence once, the first ones whole and the others counted."""
    sentences = list(dict.fromkeys(map(str, errors)))
    if not sentences[1:]:
        return errors[0]
    more = len(sentences) - _MOST_TOLD
    told = sentences[:_MOST_TOLD] + (
        [f"{more} more {'problem' if more == 1 else 'problems'} like these."] if more > 0 else []
    )
    return errors[0].saying(" ".join(told))


def leave_taken(matches: t.Sequence[Match], live: t.Sequence[t.Any], left: Left) -> Left:
    """Return what is left, and beside it the policies whose number another one keeps.

    One that is left keeps its own number, which may be the one that a further policy needs.
    """
    found = dict(left)
    while True:
        asked = [left_alone(match) if place in found else match for place, match in enumerate(matches)]
        taken = taken_numbers(asked, live)
        if not taken:
            return found
        found.update(taken)
