# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules return of conflicts between the policies of a tenant."""

from __future__ import annotations

import typing as t

from .._policy.live_conflicts import Conflict, Conflicts, Side
from .._policy.meeting import Everyone, Target
from .._policy.surface import Directory

# What targets are called that are not groups.
_LABELS = {Everyone.USERS: "all users", Everyone.DEVICES: "all devices"}
_UNKNOWN = "a target of a type that is not known"
# How many policies the warning names.
_MOST_TOLD = 5


def conflicts_result(conflicts: Conflicts | None, directory: Directory) -> dict[str, t.Any]:
    """Return ``conflicts`` and ``unread_policies``, nothing where nobody asked for them.

    The groups that conflicts are about are looked up by their ids; one that has no name, or may not be read, is called
    by its id.
    """
    if conflicts is None:
        return {}
    directory.look_up(
        [], sorted({each for found in conflicts.found for each in found.targets if isinstance(each, str)})
    )
    return {
        "conflicts": [_conflict(found, directory) for found in conflicts.found],
        "unread_policies": [
            {"policy": policy.display_name, "id": policy.id, "msg": str(error)} for policy, error in conflicts.unread
        ],
    }


def conflict_warnings(conflicts: Conflicts | None) -> list[str]:
    """Return a warning where policies could not be read: it is not known what they set."""
    unread = conflicts.unread if conflicts is not None else ()
    if not unread:
        return []
    which, verb = ("1 policy", "conflicts") if len(unread) == 1 else (f"{len(unread)} policies", "conflict")
    shown = " ".join(str(error) for _policy, error in unread[:_MOST_TOLD])
    more = f" And {len(unread) - _MOST_TOLD} more." if len(unread) > _MOST_TOLD else ""
    return [f"It is not known whether {which} of the tenant {verb} with those of the task: {shown}{more}"]


def _conflict(found: Conflict, directory: Directory) -> dict[str, t.Any]:
    return {
        "setting": found.setting,
        "certain": found.certain,
        "policies": [each for side in found.sides for each in _side(side)],
        "groups": sorted(_label(target, directory) for target in found.targets),
    }


def _side(side: Side) -> list[dict[str, t.Any]]:
    holders = sorted(side.policies, key=lambda each: (each.policy.display_name, each.policy.id or ""))
    return [
        {
            "policy": each.policy.display_name,
            "id": each.policy.id,
            "value": side.value,
            "described": each.described,
            "template": each.template or None,
        }
        for each in holders
    ]


def _label(target: Target, directory: Directory) -> str:
    if isinstance(target, Everyone):
        return _LABELS[target]
    if not isinstance(target, str):
        return _UNKNOWN
    name = directory.name_of(target)
    return target if name is None else f"{name} ({target})"
