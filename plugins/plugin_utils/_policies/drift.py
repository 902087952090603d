# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""In which policies a tenant differs from its definitions now; a plan says what would be done instead. Pure."""

from __future__ import annotations

import typing as t

from .model import PoliciesError

Dict = t.Mapping[str, t.Any]

# Shown in a sentence; the rest is counted. Places are of one policy.
_MOST_POLICIES = 10
_MOST_PLACES = 3
# Shown on the console.
_MOST_LINES = 50
# What a plan would do, as it stands now: a word for a list, and a phrase.
_NOW = {
    "created": ("missing", "is missing"),
    "updated": ("differs", "differs"),
    "deleted": ("not wanted", "is there and must not be"),
}


def drift_sentence(policies: t.Sequence[Dict]) -> str:
    """Return which policies differ, and in what; ``policies`` are those of a report, and something differs."""
    parts = [_phrase(policy) for policy in policies if policy.get("status") in _NOW]
    if not parts:
        return "The order of other policies differs."
    more = len(parts) - _MOST_POLICIES
    shown = "; ".join([*parts[:_MOST_POLICIES], *([f"and {more} more"] if more > 0 else [])])
    return f"{'1 policy differs' if len(parts) == 1 else f'{len(parts)} policies differ'}: {shown}."


def drift_lines(report: t.Any) -> list[str]:
    """Return the lines that a console shows of a report on drift. Raises PoliciesError for something else."""
    if not isinstance(report, t.Mapping) or report.get("mode") != "drift":
        raise PoliciesError(
            "the report: cannot use it: it is not one of drift. Give the result of the entry point drift"
        )
    policies: t.Sequence[Dict] = report["policies"]
    unmanaged: t.Sequence[Dict] = report["unmanaged"] or ()
    found = [policy for policy in policies if policy.get("status") in _NOW]
    lines = [_line(_NOW[policy["status"]][0], policy, _what(policy)) for policy in found]
    lines += [_line("unmanaged", policy, "no definition describes it") for policy in unmanaged]
    more = len(lines) - _MOST_LINES
    head = f"Drift: {len(found)} of {len(policies)} described policies differ"
    return [
        f"{head}; {len(unmanaged)} {'is' if len(unmanaged) == 1 else 'are'} unmanaged",
        *lines[:_MOST_LINES],
        *([f"and {more} more"] if more > 0 else []),
    ]


def _what(policy: Dict) -> str:
    """Return where a policy differs, and what its change waits for."""
    return "; ".join(filter(None, [", ".join(_places(policy)), str(policy.get("request") or "")]))


def _line(word: str, policy: Dict, what: str) -> str:
    return f"{word:<11} {policy.get('display_name') or policy.get('id')}{f': {what}' if what else ''}"


def _phrase(policy: Dict) -> str:
    places = _places(policy)
    where = f" in {', '.join(places)}" if places else ""
    return f"'{policy.get('display_name') or policy.get('id')}' {_NOW[policy['status']][1]}{where}"


def _places(policy: Dict) -> list[str]:
    """Return the places in which a policy differs, the first of them; none of one that is missing or not wanted."""
    if policy["status"] != "updated":
        return []
    before, after = policy.get("before") or {}, policy.get("after") or {}
    places = [place for name in {**before, **after} for place in _of_field(name, before.get(name), after.get(name))]
    more = len(places) - _MOST_PLACES
    return [*places[:_MOST_PLACES], *([f"and {more} more"] if more > 0 else [])]


def _of_field(name: str, before: t.Any, after: t.Any) -> list[str]:
    """Return the places in a field: of settings and payloads each that differs, else the field."""
    sides = [side for side in (before, after) if isinstance(side, t.Mapping)]
    keys = dict.fromkeys(key for side in sides for key in side)
    differing = [key for key in keys if len(sides) == 1 or sides[0].get(key) != sides[1].get(key)]
    return [f"{name} {key}" for key in differing] if differing else [name]
