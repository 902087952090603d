# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waves of a rollout before they run: those that are to come, and the groups that must be there for them. Pure."""

from __future__ import annotations

import typing as t

from .group_map import mapped_groups
from .groups import word_for
from .model import PoliciesError

Dict = dict[str, t.Any]


def planned_waves(waves: t.Any, group_map: t.Any = None, states: t.Sequence[Dict] = ()) -> list[Dict]:
    """Return the waves that are to come, each with its name and its groups of this tenant.

    ``states`` are the waves as far as they got. Those that passed are left out, and the first one that is to come
    brings their groups along; the last one always comes. Raises PoliciesError.
    """
    named = _named(waves, group_map)
    passed = [wave.get("status") == "passed" for wave in states]
    first = min(passed.index(False) if False in passed else len(passed), max(len(named) - 1, 0))
    brought = [group for wave in named[:first] for group in wave["groups"]]
    return [
        {**wave, "groups": [*brought, *wave["groups"]]} if place == first else wave
        for place, wave in enumerate(named)
        if place >= first
    ]


def groups_to_check(waves: t.Any, group_map: t.Any = None) -> dict[str, list[t.Any]]:
    """Return the groups that waves and a map name, by the words for the place. Raises PoliciesError."""
    named = {f"wave '{wave['name']}'": wave["groups"] for wave in _named(waves, group_map)}
    return {**named, **{f"the group map ('{name}')": [group] for name, group in (group_map or {}).items()}}


def planned_writes(result: Dict) -> int:
    """Return how many writes a plan is: those of all its waves, which write a policy more than once, or its actions."""
    waves = result.get("waves") or ()
    return sum(wave.get("writes") or 0 for wave in waves) if waves else len(result["actions"])


def _named(waves: t.Any, group_map: t.Any) -> list[Dict]:
    found = []
    for wave in mapped_groups(waves, group_map):
        if not isinstance(wave.get("groups"), (list, tuple)) or not str(wave.get("name") or "").strip():
            raise PoliciesError(
                f"the waves: cannot use them: {word_for(wave.get('groups'))} as groups, or no name. Give each wave a"
                " name and a list of groups."
            )
        found.append({"name": str(wave["name"]), "groups": list(wave["groups"])})
    return found
