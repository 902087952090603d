# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which groups a setting of a weaker policy must not reach, since a stronger policy sets it otherwise for them.

Where groups that are excluded cannot say that, it is told why. Pure.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, field

from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import listed
from ansible_collections.m365.apps.plugins.module_utils._policy.meeting import Everyone

from .agreement import alike_entries
from .model import Policies, Policy
from .rules import Entry, entries_by_setting
from .targets import label_of

# So many settings, and groups, of one problem are named.
_MOST_NAMED = 5
_DROP = "Take the setting out of '{weaker}', give '{weaker}' the stronger priority, or give both one value"


@dataclass(frozen=True)
class Problem:
    """Why policies cannot be layered: a sentence, and the policies that it is about."""

    titles: tuple[str, ...]
    message: str


@dataclass
class Exclusions:
    """For each policy, by its identity as an object, and setting: the policies that it gives way to.

    ``problems`` tell where that cannot be said.
    """

    above: dict[tuple[int, str], list[Policy]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def groups(self, policy: Policy, setting: str) -> frozenset[str]:
        """Return the groups, by their keys, that a setting of a policy must not reach beside those that it excludes."""
        stronger = self.above.get((id(policy), setting), [])
        return frozenset().union(*(each.groups for each in stronger)) - policy.targets.excluded


def exclusions_of(read: Policies, policies: t.Sequence[Policy]) -> Exclusions:
    """Return which policies each setting gives way to; ``policies`` are those to compare, strongest first.

    Two policies meet over a setting that they set to different values, unless nobody can get both, whatever groups
    people are in.
    """
    found = Exclusions()
    for (stronger, weaker), settings in _disagreements(policies):
        # That two share a priority is told of all who do.
        if _shares_priority(stronger, weaker) or not _may_meet(stronger, weaker):
            continue
        why_not = _why_not(stronger, weaker, read)
        if why_not:
            found.problems.append(_problem(stronger, weaker, [read.rules.label(each) for each in settings], why_not))
            continue
        for setting in settings:
            found.above.setdefault((id(weaker), setting), []).append(stronger)
    return found


def _disagreements(policies: t.Sequence[Policy]) -> t.Iterator[tuple[tuple[Policy, Policy], list[str]]]:
    """Yield the pairs of policies that disagree, the stronger one first, with the settings over which they do."""
    by_id = {id(policy): policy for policy in policies}
    settings: dict[tuple[int, int], list[str]] = {}
    for setting, entries in entries_by_setting(policies).items():
        for one, other in _disagreeing(entries):
            settings.setdefault((id(one), id(other)), []).append(setting)
    place = {policy: number for number, policy in enumerate(by_id)}
    for pair in sorted(settings, key=lambda pair: (place[pair[0]], place[pair[1]])):
        yield (by_id[pair[0]], by_id[pair[1]]), settings[pair]


def _disagreeing(entries: list[Entry]) -> t.Iterator[tuple[Policy, Policy]]:
    """Yield the pairs of policies with different values, the stronger one first."""
    sides = alike_entries(entries)
    if len(sides) > 1:
        side_of = {id(entry.policy): place for place, side in enumerate(sides) for entry in side}
        for one, other in itertools.combinations([entry.policy for entry in entries], 2):
            if side_of[id(one)] != side_of[id(other)]:
                yield one, other


def _shares_priority(one: Policy, other: Policy) -> bool:
    return one.priority is not None and one.priority == other.priority


def _may_meet(one: Policy, other: Policy) -> bool:
    """Tell whether somebody may get both. Targets that a policy does not tell may be any."""
    return not (one.exact and other.exact) or one.targets.meeting(other.targets) is not None


def _why_not(stronger: Policy, weaker: Policy, read: Policies) -> tuple[str, str] | None:
    """Return why the weaker policy cannot give way by excluding groups, and what to do; None where it can."""
    if stronger.priority is None or weaker.priority is None:
        names = " and ".join(f"'{each.title}'" for each in (stronger, weaker) if each.priority is None)
        has = "have" if stronger.priority is weaker.priority else "has"
        return f"{names} {has} no priority", "Give each of them a priority, or both one value"
    reasons = (
        (
            Everyone.USERS in stronger.targets.included,
            "'{stronger}' goes to all users, whom no policy can exclude",
            _DROP,
        ),
        (
            Everyone.DEVICES in stronger.targets.included,
            "'{stronger}' goes to all devices, which no policy can exclude",
            _DROP,
        ),
        (
            Everyone.DEVICES in weaker.targets.included,
            "'{weaker}' goes to all devices, from which no groups of users can be excluded",
            "Assign '{weaker}' to all users or to groups, or give both one value",
        ),
        (
            any(stronger.targets.included[group] is not None for group in stronger.groups),
            "'{stronger}' has an assignment filter, and groups are excluded with all their devices",
            "Take the filter out of '{stronger}', or give both one value",
        ),
        (
            not stronger.targets.excluded <= weaker.targets.excluded,
            "'{stronger}' excludes {groups} and '{weaker}' does not, so that its members would get neither value",
            "Exclude the same from '{weaker}', take that out of '{stronger}', or give both one value",
        ),
    )
    left = sorted(label_of(group, read.directory) for group in stronger.targets.excluded - weaker.targets.excluded)
    named = {
        "stronger": stronger.title,
        "weaker": weaker.title,
        "groups": listed((f"group '{group}'" for group in left), _MOST_NAMED),
    }
    return next(
        ((cause.format_map(named), step.format_map(named)) for holds, cause, step in reasons if holds),
        None,
    )


def _problem(stronger: Policy, weaker: Policy, labels: list[str], why_not: tuple[str, str]) -> Problem:
    cause, step = why_not
    over = listed(sorted(labels), _MOST_NAMED)
    message = f"policy '{weaker.title}': cannot layer it below '{stronger.title}' over {over}: {cause}. {step}."
    return Problem((weaker.title, stronger.title), message)
