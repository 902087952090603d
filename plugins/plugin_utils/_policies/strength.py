# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of office_configuration: the strongest policy wins, setting by setting.

A setting that any policy enforces wins over user preferences, whatever their priority: our reading, since Microsoft's
pages do not say how the two payloads meet.
"""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._policy.compare import same_payload
from ansible_collections.m365.apps.plugins.module_utils._policy.meeting import Target

from .payloads import SETTING_KEY, read_payload
from .rules import Applying, Entry, Rules
from .targets import label_of

if t.TYPE_CHECKING:
    from .model import Policies, Policy

# Fields of a policy that hold a payload, and whether its settings are enforced. What is enforced goes first.
PAYLOADS = {"policy_payload": True, "user_preference_payload": False}

# What is said of the policy that loses.
_LOSES = {
    "conflict": "'{winner}' wins with another value for {groups}. Make them agree, or check that it is meant to win",
    "shadowed": "it never wins, since '{winner}' sets another value for {groups}. Drop one of them",
    "redundant": "it never matters, since '{winner}' sets the same value for {groups}. It may be dropped",
}


@functools.cache
def by_strength(setting_key: str = SETTING_KEY) -> Rules:
    """Return the rules, where settings are known by this key of their objects."""

    def read(document: t.Mapping[str, t.Any]) -> tuple[t.Any, ...]:
        return tuple(
            read_payload(document.get(name), name, enforced, setting_key) for name, enforced in PAYLOADS.items()
        )

    return Rules(
        content=tuple(PAYLOADS),
        nobody="it has no groups, so it reaches nobody. Assign groups",
        read=read,
        outcome=_outcome,
        conflicts=_conflicts,
        label=lambda setting: setting,
        shown=lambda value: value,
        about=lambda _label: {},
        words=lambda _value: "",
        notes=_notes,
    )


class Lost(t.NamedTuple):
    """An entry that loses to another one in some groups.

    ``kind``: "shadowed" and "redundant" can never win, since in each group of their policy something stronger has the
    setting, with another value or always with the same one. A "conflict" loses here and may win in another group.
    """

    setting: str
    kind: str
    winner: Entry
    loser: Entry
    targets: frozenset[Target]

    @property
    def rule(self) -> str:
        """The rule of lint that it breaks."""
        return self.kind

    @property
    def certain(self) -> bool:
        """Tell whether it is known who wins: enforced over preferred, or by two priorities that differ."""
        if self.winner.payload.enforced is not self.loser.payload.enforced:
            return True
        priorities = (self.winner.policy.priority, self.loser.policy.priority)
        return None not in priorities and priorities[0] != priorities[1]

    @property
    def titles(self) -> tuple[str, ...]:
        """The policies that it is about, the winner first; one where a policy loses to itself."""
        return tuple(dict.fromkeys([self.winner.policy.title, self.loser.policy.title]))

    def as_dict(self, read: Policies) -> dict[str, t.Any]:
        """Return it in the form that users see."""
        winner, loser = _side(self.winner), _side(self.loser)
        return {
            "setting": self.setting,
            "kind": self.kind,
            "winner": winner,
            "loser": loser,
            "policies": [winner, loser],
            "groups": labels(self.targets, read),
            "certain": self.certain,
        }

    def sentence(self, read: Policies) -> str:
        """Return what lint says of it."""
        named = named_groups(labels(self.targets, read))
        says = _LOSES[self.kind].format(winner=self.winner.policy.title, groups=named)
        doubt = "" if self.certain else " Who wins is a guess, since a priority is missing or used twice."
        return f"policy '{self.loser.policy.title}': {self.setting} in {self.loser.payload.name}: {says}.{doubt}"


def labels(targets: t.Iterable[Target], read: Policies) -> list[str]:
    """Return what targets are called, sorted."""
    return sorted(label_of(target, read.directory) for target in targets)


def named_groups(groups: t.Sequence[str]) -> str:
    """Return groups for a sentence: the first one, and how many more there are."""
    return f"group '{groups[0]}'" + (f" and {len(groups) - 1} more" if len(groups) > 1 else "")


def _side(entry: Entry) -> dict[str, t.Any]:
    return {
        "policy": entry.policy.title,
        "id": entry.policy.id,
        "priority": entry.policy.priority,
        "enforced": entry.payload.enforced,
        "value": entry.value,
    }


def _outcome(applying: list[Applying]) -> dict[str, t.Any]:
    """Return what somebody gets of one setting: the value of the strongest, and what loses to it."""
    winner, *lost = (each.entry for each in applying)
    return {
        "outcome": "applied",
        "value": winner.value,
        "policy": winner.policy.title,
        "priority": winner.policy.priority,
        "enforced": winner.payload.enforced,
        "lost": [
            {
                "policy": entry.policy.title,
                "priority": entry.policy.priority,
                "enforced": entry.payload.enforced,
                "value": entry.value,
                "same": same_payload(winner.value, entry.value),
            }
            for entry in lost
        ],
    }


def _conflicts(_read: Policies, setting: str, entries: list[Entry]) -> t.Iterator[Lost]:
    """Yield what loses over one setting; ``entries`` come strongest first.

    For each group one entry wins and every other one of the group loses to it, so the work grows with the number of
    entries times their groups, and not with the pairs of policies.
    """
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
            yield Lost(setting, kind, entries[winner], entry, frozenset(beaten_in[winner]))


def _kind(entry: Entry, beaten_in: t.Mapping[int, list[str]], differs: bool) -> str:
    """Return what losing in these groups means. A policy with more groups than it names may win in one of them."""
    never_wins = entry.policy.exact and sum(map(len, beaten_in.values())) == len(entry.policy.groups)
    if not never_wins or not beaten_in:
        return "conflict"
    return "shadowed" if differs else "redundant"


def _notes(policy: Policy, subject: str) -> t.Iterator[tuple[str, str, str | None]]:
    """Yield what is doubtful about a policy's payloads."""
    given = [payload for payload in policy.payloads if payload.given]
    if given and all(payload.is_empty for payload in given):
        yield "empty_payload", f"{subject}: it sets nothing. Give it settings, or delete it.", None
    for payload in policy.payloads:
        for reason in payload.skipped:
            yield "skipped_payload", f"{subject}: {payload.name} was not looked into: {reason}.", None
        for said in payload.misspelled:
            yield "misspelled_key", f"{subject}: {payload.name} {said}", None
        for setting in payload.twice:
            said = f"{subject}: {payload.name} has {setting} more than once. Keep one of them."
            yield "duplicate_setting", said, setting
