# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies that a login does not see, where that does not mean that they are not there. Pure."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._policy.desired import State
from .._policy.surface import View
from .leave import Left
from .match import Match

_MOST_NAMED = 10
_STEP = (
    "Let an app or an Intune Administrator sign in, who see all policies, or set assume_full_view: true where you know "
    "that there is no such policy"
)


def unseen(matches: t.Sequence[Match], view: View | None) -> Left:
    """Return for each item without a policy why it can be neither created nor called absent, by its place."""
    if view is None or view.is_full:
        return {}
    return {place: _error([found], view) for place, found in enumerate(matches) if found.live is None}


def unseen_error(matches: t.Sequence[Match], view: View | None) -> UserError | None:
    """Return one error for all items without a policy, where the login may not see it; None where there are none."""
    places = unseen(matches, view)
    return _error([matches[place] for place in places], view) if places and view is not None else None


def _error(found: t.Sequence[Match], view: View) -> UserError:
    """Return the error for items that mean policies which the login does not see."""
    first = found[0].desired
    kinds = [
        verb
        for verb, absent in (("create", False), ("delete", True))
        if any((each.desired.state is State.ABSENT) is absent for each in found)
    ]
    if len(found) == 1:
        cause = f"this login does not see it, and that does not mean that it is not there: {view.reason}"
        return UserError(first.named(), f"{kinds[0]} it", cause, _STEP)
    names = [each.desired.named() for each in found[:_MOST_NAMED]]
    more = [f"{len(found) - _MOST_NAMED} more"] if len(found) > _MOST_NAMED else []
    cause = (
        f"this login does not see {', '.join([*names, *more])}, and that does not mean that they are not there: "
        f"{view.reason}"
    )
    return UserError(f"{len(found)} policies", f"{' or '.join(kinds)} them", cause, _STEP)
