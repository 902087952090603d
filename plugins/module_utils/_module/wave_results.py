# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the plans of waves to what a module returns of them."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import replace

from .._converge.apply import Outcome, predict
from .._converge.diff import NameOf
from .._converge.plan import WavePlan
from .._converge.stages import PlannedItem
from .._policy.policy import Policy
from .._policy.surface import Surface
from .._policy.writes import AWAITING
from .results import item_result, sides_of

_STATUSES = ("created", "updated", "deleted", "unchanged")
# Only where a request for approval is kept.
_ON_APPROVAL = (AWAITING, "failed")


def wave_results(
    waves: t.Sequence[WavePlan], name_of: NameOf | None = None, surface: Surface | None = None
) -> list[dict[str, t.Any]]:
    """Return what each wave would do: its counts, and each policy that it changes or that waits for a later one.

    Their differences come along where ``name_of`` names groups. A ``surface`` is asked which writes wait for approval.
    """
    return [_wave_result(wave, predict(wave.plan, surface), name_of) for wave in waves]


def _wave_result(wave: WavePlan, outcome: Outcome, name_of: NameOf | None) -> dict[str, t.Any]:
    counts = Counter(outcome.statuses)
    told = [
        place
        for place, item in enumerate(outcome.items)
        if item.status != "unchanged" or item.pending or place in outcome.approvals
    ]
    return {
        "name": wave.name,
        **{status: counts[status] for status in _STATUSES},
        **{status: counts[status] for status in _ON_APPROVAL if counts[status]},
        "pending": sum(1 for item in outcome.items if item.pending),
        "writes": len(outcome.actions),
        "results": [_item(place, outcome, wave.made, name_of) for place in told],
    }


def _item(place: int, outcome: Outcome, made: t.Mapping[str, str], name_of: NameOf | None) -> dict[str, t.Any]:
    """Return what becomes of a policy in a wave; one that was made by a wave before has no id yet."""
    result = item_result(place, outcome)
    actions = [_without_id(action, made) for action in result["actions"]]
    result = {**_without_id(result, made), "actions": actions}
    return result | sides_of(_plain_item(outcome.items[place], made), name_of)


def _without_id(entry: dict[str, t.Any], made: t.Mapping[str, str]) -> dict[str, t.Any]:
    """Return a result without ids that only stand for those of policies to be made."""
    shown = {**entry, "id": None} if entry.get("id") in made else dict(entry)
    if "priorities" in entry:
        shown["priorities"] = {made.get(key, key): number for key, number in entry["priorities"].items()}
    return shown


def _plain_item(item: PlannedItem, made: t.Mapping[str, str]) -> PlannedItem:
    return replace(item, before=_plain(item.before, made), after=_plain(item.after, made))


def _plain(policy: Policy | None, made: t.Mapping[str, str]) -> Policy | None:
    return replace(policy, id=None) if policy is not None and policy.id in made else policy
