# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What someone who approves a plan looks at first: deletions, then what reaches more people, then the rest. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._policy.writes import AWAITING

from .findings import LEVELS
from .targets import ALL_OPTIONS, GROUP_LISTS

Dict = dict[str, t.Any]

_CHANGED = ("created", "updated")
# The order of statuses on a page. "" is the place of what reaches more people, and of statuses that nobody knows.
_ORDER = ("failed", "deleted", "", AWAITING, "created", "updated", "not_attempted", "unchanged")
_WIDER = _ORDER.index("")
_VERBS = {"created": "create", "updated": "change", "deleted": "delete"}


def reaches_more(policy: t.Mapping[str, t.Any]) -> bool:
    """Tell whether a change gives a policy that is there to more people, or a new one to everybody.

    ``policy`` has ``status``, ``before`` and ``after``. More people: another group, one with another filter, all users
    or devices, or a group that is excluded no more.
    """
    if policy.get("status") not in _CHANGED:
        return False
    before, after = policy.get("before") or {}, policy.get("after") or {}
    everybody = any(after.get(option) and after[option] != before.get(option) for option in ALL_OPTIONS)
    if policy["status"] == "created":
        return everybody
    included, excluded = GROUP_LISTS
    return everybody or bool(_more(before, after, included) or _more(after, before, excluded))


def by_risk(policies: t.Iterable[Dict]) -> list[Dict]:
    """Return policies in the order of a page; those of equal risk stay in theirs."""
    return sorted(policies, key=_rank)


def heading_of(counts: t.Mapping[str, int], changed: bool) -> str:
    """Return what a plan would do, for its heading: "would change 2 policies and delete 1"."""
    found = [(verb, counts[status]) for status, verb in _VERBS.items() if counts.get(status)]
    waits = counts.get(AWAITING, 0)
    behind = f", waits for the approval of {waits} {'policy' if waits == 1 else 'policies'}" if waits else ""
    if not found and waits:
        return behind.removeprefix(", ")
    if not found:
        return "would change the order of other policies" if changed else "would change nothing"
    (verb, number), *others = found
    parts = [f"{verb} {number} {'policy' if number == 1 else 'policies'}", *(f"{verb} {n}" for verb, n in others)]
    return "would " + " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) + behind


def findings_by_kind(findings: t.Iterable[Dict]) -> list[Dict]:
    """Return findings by ``level`` and ``rule``, the worst level first: a dict of these two and ``findings`` each."""
    kinds: dict[tuple[str, str], list[Dict]] = {}
    for finding in findings:
        key = str(finding.get("level") or "note"), str(finding.get("rule") or "")
        kinds.setdefault(key, []).append(finding)
    ranks = {level: place for place, level in enumerate(LEVELS)}
    ordered = sorted(kinds, key=lambda kind: ranks.get(kind[0], len(ranks)))
    return [{"level": kind[0], "rule": kind[1], "findings": kinds[kind]} for kind in ordered]


def _rank(policy: t.Mapping[str, t.Any]) -> int:
    status = policy.get("status")
    if status in _CHANGED and policy.get("wider"):
        return _WIDER
    return _ORDER.index(str(status)) if status in _ORDER else _WIDER


def _more(before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any], option: str) -> bool:
    """Tell whether one side names groups that the other does not."""
    known = before.get(option) or []
    return any(group not in known for group in after.get(option) or [])
