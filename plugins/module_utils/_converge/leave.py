# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be planned by itself is left as it is, so that all others go on. Pure."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._policy.desired import DesiredPolicy, State
from .match import Match
from .priorities import taken_numbers

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
