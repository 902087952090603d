# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What parts of policies say of the groups that they are not for, and what guards parts. Pure."""

from __future__ import annotations

import glob
import hashlib
import json
import typing as t
from collections import Counter

from ansible_collections.m365.apps.plugins.module_utils._policy.part_names import name_of_part

Keys = frozenset[str]
Dict = dict[str, t.Any]

# Of the groups in a name, and of the digest that tells apart what that cuts.
_LONGEST, _DIGEST = 80, 8


def groups_in_names(labels: t.Mapping[Keys, tuple[str, ...]]) -> dict[Keys, str]:
    """Return what the names of the parts of a policy say of the groups that they exclude, none of them the same.

    ``labels`` are what the groups are called, by their keys.
    """
    texts = {keys: _short(called, keys) for keys, called in labels.items()}
    counts = Counter(texts.values())
    return {keys: f"{text}, {_digest(keys)}" if counts[text] > 1 else text for keys, text in texts.items()}


def leftovers(policy: str) -> str:
    """Return the pattern of the name of a policy whose parts of earlier runs are to go: that name to the letter."""
    return glob.escape(policy)


def with_parts(patterns: t.Iterable[str]) -> list[str]:
    """Return patterns of names, and those of the parts of what they match."""
    given = list(patterns)
    return [*given, *(name_of_part(pattern, "*") for pattern in given if not pattern.endswith("*"))]


def layer_guards(made: Dict, prune: bool, scope: Dict, protect: list[str]) -> Dict:
    """Return the guards of a rollout of layers: parts of earlier runs go, and what holds for a policy holds for its
    parts. ``made`` is what layers_of_rollout returns, the others are as they were given.

    A part that a described policy has no more goes also where the policy is protected: it would meet the others. What
    only has the name of one, and not its description, stays.
    """
    names = scope.get("display_name") or []
    given = [name.strip() for name in names.split(",")] if isinstance(names, str) else names
    gone = made["leftovers"]
    parts = {name_of_part(pattern, "*") for pattern in gone}
    return {
        "prune": bool(gone) or prune,
        # Pruning without names is refused, and by names that are not the user's it would be none of that.
        "prune_scope": ({**scope, "parts_of": [*given, *gone]} if given else scope) if prune else {"parts_of": gone},
        "protect": [name for name in with_parts(protect) if name in protect or name not in parts],
    }


def _short(labels: tuple[str, ...], keys: Keys) -> str:
    """Return groups in a row; of many, the first ones, and what tells these from others."""
    text = ", ".join(labels)
    if len(text) <= _LONGEST:
        return text
    shown, length = 0, 0
    while shown < len(labels) and length + len(labels[shown]) <= _LONGEST:
        length += len(labels[shown]) + 2
        shown += 1
    first = ", ".join(labels[:shown]) or labels[0][:_LONGEST]
    more = len(labels) - max(shown, 1)
    return f"{first}{f' and {more} more' if more else ''}, {_digest(keys)}"


def _digest(keys: Keys) -> str:
    return hashlib.sha256(json.dumps(sorted(keys)).encode()).hexdigest()[:_DIGEST]
