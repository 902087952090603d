# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings over which policies meet.

For each group one entry of a setting wins; every other entry of the group loses to it. So the work grows with the
number of entries times their groups, and not with the pairs of policies.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._policy.compare import same_payload

from .effective import Entry, asked_groups, entries_by_setting
from .model import Policies, read_policies, readable
from .payloads import SETTING_KEY


class Conflict(t.NamedTuple):
    """An entry that loses to another one in some groups (their keys).

    ``kind``: "shadowed" and "redundant" can never win, since in each group of their policy something stronger has the
    setting, with another value or always with the same one. A "conflict" loses here and may win in another group.
    """

    setting: str
    kind: str
    winner: Entry
    loser: Entry
    groups: frozenset[str]

    @property
    def certain(self) -> bool:
        """Tell whether it is known who wins: enforced over preferred, or by two priorities that differ."""
        if self.winner.payload.enforced is not self.loser.payload.enforced:
            return True
        priorities = (self.winner.policy.priority, self.loser.policy.priority)
        return None not in priorities and priorities[0] != priorities[1]


def find_conflicts(policies: Policies) -> list[Conflict]:
    """Return all conflicts, sorted by setting, then strongest first."""
    by_setting = entries_by_setting(policies.present)
    return [conflict for setting in sorted(by_setting) for conflict in _of_setting(setting, by_setting[setting])]


def policy_conflicts(
    policies: t.Any,
    groups: t.Any = None,
    setting_key: str = SETTING_KEY,
    group_names: t.Mapping[str, str] | None = None,
) -> list[dict[str, t.Any]]:
    """Return the conflicts as dicts; with ``groups`` only those in these groups. Raises PoliciesError."""
    asked = () if groups is None else asked_groups(groups)
    read = readable(read_policies(policies, setting_key, group_names, asked))
    wanted = None if groups is None else {read.directory.key(group) for group in asked}
    return [
        conflict_dict(conflict, read)
        for conflict in find_conflicts(read)
        if wanted is None or not wanted.isdisjoint(conflict.groups)
    ]


def conflict_dict(conflict: Conflict, read: Policies) -> dict[str, t.Any]:
    """Return one conflict in the form that users see."""
    return {
        "setting": conflict.setting,
        "kind": conflict.kind,
        "winner": _side(conflict.winner),
        "loser": _side(conflict.loser),
        "groups": group_labels(conflict, read),
        "certain": conflict.certain,
    }


def group_labels(conflict: Conflict, read: Policies) -> list[str]:
    """Return the names of a conflict's groups."""
    return sorted(map(read.directory.label, conflict.groups))


def _side(entry: Entry) -> dict[str, t.Any]:
    return {
        "policy": entry.policy.title,
        "id": entry.policy.id,
        "priority": entry.policy.priority,
        "enforced": entry.payload.enforced,
        "value": entry.value,
    }


def _of_setting(setting: str, entries: list[Entry]) -> t.Iterator[Conflict]:
    """Yield the conflicts over one setting; ``entries`` come strongest first."""
    winner_in: dict[str, int] = {}
    for place, entry in enumerate(entries):
        beaten_in: dict[int, list[str]] = {}
        for group in entry.policy.groups:
            winner = winner_in.setdefault(group, place)
            if winner != place:
                beaten_in.setdefault(winner, []).append(group)
        differs = {winner for winner in beaten_in if not same_payload(entries[winner].value, entry.value)}
        kind = _kind(entry, beaten_in, bool(differs))
        for winner in sorted(beaten_in) if kind == "redundant" else sorted(differs):
            yield Conflict(setting, kind, entries[winner], entry, frozenset(beaten_in[winner]))


def _kind(entry: Entry, beaten_in: t.Mapping[int, list[str]], differs: bool) -> str:
    """Return what losing in these groups means. A policy with more groups than it names may win in one of them."""
    never_wins = entry.policy.exact and sum(map(len, beaten_in.values())) == len(entry.policy.groups)
    if not never_wins or not beaten_in:
        return "conflict"
    return "shadowed" if differs else "redundant"
