# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of each policy of a report, so that one finds those that stay, too, and what they are called. Pure."""

from __future__ import annotations

import typing as t

from .identity import PolicyIndex
from .rules import Rules
from .shown import shown_value

Dict = dict[str, t.Any]


def with_content(policies: t.Sequence[Dict], sources: t.Sequence[Dict], rules: Rules) -> list[Dict]:
    """Return policies of a report with ``content``: their settings, from the first of ``sources`` that tells them.

    A policy that is deleted, or new in a diff, has all of them in its sides.
    """
    index = PolicyIndex([source for source in sources if not source.keys().isdisjoint(rules.content)])
    return [{**policy, **_content(policy, index, rules)} for policy in policies]


def about_settings(report: Dict, rules: Rules) -> dict[str, dict[str, str]]:
    """Return ``title`` and ``category`` of all settings in a report, those that are known."""
    labels = dict.fromkeys(_labels(report, rules))
    return {label: about for label in labels if (about := rules.about(label))}


def _content(policy: Dict, index: PolicyIndex, rules: Rules) -> Dict:
    if policy["status"] == "deleted" or (not policy["after"].keys().isdisjoint(rules.content) and not policy["before"]):
        return {}
    # Of a definition that names no id, and of a policy that is not there yet, the name decides.
    found = index.with_id(policy["id"]) if policy["id"] else []
    source = next(iter(found or index.named(policy["display_name"])), None)
    if source is None:
        return {}
    rows = [
        _row(rules.label(setting), rules.shown(value), payload.enforced, rules)
        for payload in rules.read(source)
        for setting, value in payload.settings.items()
    ]
    return {"content": rows} if rows else {}


def _row(label: str, shown: t.Any, enforced: bool, rules: Rules) -> Dict:
    words = rules.words(shown)
    return {
        "setting": label,
        **shown_value(shown),
        **({"words": words} if words else {}),
        **({} if enforced else {"enforced": False}),
    }


def _labels(report: Dict, rules: Rules) -> t.Iterator[str]:
    for policy in report["policies"]:
        for side in ("before", "after"):
            for field in rules.content:
                yield from policy[side].get(field) or ()
        yield from (row["setting"] for row in policy.get("content") or ())
    for one in report.get("effective") or ():
        yield from (row["setting"] for row in one["settings"])
    yield from (conflict["setting"] for conflict in report.get("conflicts") or ())
    for layer in report.get("layers") or ():
        for part in (*layer["policies"], *layer["left_out"]):
            yield from part["settings"]
