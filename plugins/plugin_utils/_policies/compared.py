# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conflicts with what is live in a tenant, as modules return them, in a report and on a console. Pure."""

from __future__ import annotations

import typing as t

from .sections import worded

if t.TYPE_CHECKING:
    from .rules import Rules

Dict = dict[str, t.Any]

# Conflicts, and policies of each, that a console names.
_MOST_LINES = 10
_MOST_NAMED = 5


def compared_section(result: Dict, compared: t.Any, items: t.Sequence[Dict], rules: Rules) -> Dict:
    """Return ``conflicts`` and the ``conflict_note`` of a report, and ``notes`` on policies that could not be read.

    ``result`` counts where it tells conflicts itself: of a plan those that are left when it is done. Else ``compared``
    does, what office_client_config_info returns of all policies; of these, conflicts that no policy of ``items`` has
    are none of this report's. Where neither tells anything, nothing is returned.
    """
    if "conflicts" in result:
        told, conflicts = result, list(result["conflicts"])
    elif isinstance(compared, dict) and "conflicts" in compared:
        told, conflicts = compared, _of_items(compared["conflicts"], items)
    else:
        return {}
    unread = told.get("unread_policies") or []
    return {
        "conflicts": [
            {**conflict, "policies": [worded(side, rules) for side in conflict["policies"]]} for conflict in conflicts
        ],
        "conflict_note": conflict_note(conflicts, unread),
        "notes": [_unread(each) for each in unread],
    }


def conflict_note(conflicts: t.Sequence[Dict], unread: t.Sequence[Dict] = ()) -> str:
    """Return in a few sentences how many conflicts there are."""
    certain = sum(bool(each["certain"]) for each in conflicts)
    maybe = len(conflicts) - certain
    parts = []
    if certain:
        which = "1 setting has" if certain == 1 else f"{certain} settings have"
        parts.append(f"{which} different values in live policies for the same people, so none of them applies.")
    if maybe:
        which = "1 setting has" if maybe == 1 else f"{maybe} settings have"
        parts.append(f"{which} different values in live policies, and whether anybody gets two of them is not known.")
    if unread:
        which, whose = ("1 live policy", "its") if len(unread) == 1 else (f"{len(unread)} live policies", "their")
        parts.append(f"{which} could not be read, so {whose} conflicts are not known.")
    return " ".join(parts) or "No live policy sets any of these settings to another value for the same people."


def conflict_lines(result: t.Any) -> list[str]:
    """Return what a console shows of the conflicts of a result, nothing where it tells none."""
    if not isinstance(result, dict) or "conflicts" not in result:
        return []
    conflicts, unread = result["conflicts"], result.get("unread_policies") or []
    more = len(conflicts) - _MOST_LINES
    return [
        f"Conflicts: {conflict_note(conflicts, unread)}",
        *(_line(each) for each in conflicts[:_MOST_LINES]),
        *([f"and {more} more"] if more > 0 else []),
    ]


def _line(conflict: Dict) -> str:
    sides = conflict["policies"]
    names = [f"'{side['policy']}'{_origin(side)}" for side in sides[:_MOST_NAMED]]
    more = [f"{len(sides) - _MOST_NAMED} more"] if len(sides) > _MOST_NAMED else []
    groups = conflict["groups"]
    beside = f" and {len(groups) - 1} more" if len(groups) > 1 else ""
    word = "conflict" if conflict["certain"] else "possible"
    return f"{word:<13} {conflict['setting']}: {', '.join([*names, *more])} for {groups[0]}{beside}"


def _origin(side: Dict) -> str:
    """Return what tells a policy from those that are described."""
    if side["template"]:
        return f" (template {side['template']})"
    return "" if side["described"] else " (not described)"


def _of_items(conflicts: t.Iterable[Dict], items: t.Iterable[Dict]) -> list[Dict]:
    """Return the conflicts of policies that a result is about, which then are those that are described."""
    ids = {item.get("id") for item in items if item.get("status") != "deleted" and item.get("id")}
    found = [
        {**each, "policies": [{**side, "described": side["id"] in ids} for side in each["policies"]]}
        for each in conflicts
    ]
    return [each for each in found if any(side["described"] for side in each["policies"])]


def _unread(policy: Dict) -> Dict:
    return {
        "level": "warning",
        "rule": "unread_policy",
        "message": f"It is not known whether this policy conflicts with others: {policy['msg']}",
        "policies": [policy["policy"]],
        "groups": [],
        "setting": None,
    }
