# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a conversion: as JSON values for a workflow, and as lines for people. Every item is in it."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.m365.apps.plugins.module_utils._errors import plain

from .convert import CONVERTED, ENFORCED, NEEDS_ADMX, NOT_HERE, OPEN, Converted, Row
from .written import Made, named_item, names_of, number_of

STATUSES = (CONVERTED, OPEN, NEEDS_ADMX, NOT_HERE)
_LONGEST = 900


def report(made: Made) -> dict[str, t.Any]:
    """Return what became of each policy and each item, the numbers of it, and which ADMX files would be needed."""
    names = names_of(made)
    items = [_item(source.name, policy, row) for source, policies in made for policy in policies for row in policy.rows]
    counts = Counter(item["status"] for item in items)
    needs = Counter(
        row.outcome.needs
        for _source, policies in made
        for policy in policies
        for row in policy.rows
        if row.outcome.needs
    )
    return {
        "policies": [
            _policy(source.name, names[source.name, number], policy)
            for source, policies in made
            for number, policy in enumerate(policies)
        ],
        "payload_items": items,
        "counts": {"items": len(items), **{status: counts[status] for status in STATUSES}},
        "needs": [{"file": name, "items": count} for name, count in sorted(needs.items())],
        "complete": all(policy.complete for _source, policies in made for policy in policies),
    }


def _policy(source: str, file: str, policy: Converted) -> dict[str, t.Any]:
    return {
        "source": source,
        "display_name": policy.display_name,
        "file": file if policy.definition is not None else None,
        "complete": policy.complete,
        "counts": {status: policy.count(status) for status in STATUSES},
        "not_carried": [{"option": option, "reason": cause} for option, cause in policy.not_carried],
    }


def _item(source: str, policy: Converted, row: Row) -> dict[str, t.Any]:
    item, outcome = row.item, row.outcome
    return {
        "source": source,
        "policy": policy.display_name,
        "payload": row.payload,
        "number": item.number,
        "setting": item.setting,
        "value_name": item.name,
        "type": item.type,
        "value": item.value,
        "status": outcome.status,
        "reason": outcome.reason,
        "readings": list(outcome.readings),
        "entry": outcome.entry.entry if outcome.entry else None,
        "notes": list(outcome.notes),
    }


def lines(made: Made) -> list[str]:
    """Return the same for people: a line for each policy, below it one for each setting that was not converted."""
    told = []
    for source, policies in made:
        for policy in policies:
            asked = [row for row in policy.rows if row.payload == ENFORCED]
            done = sum(row.outcome.status == CONVERTED for row in asked)
            told.append(
                f"{source.name}: {policy.display_name!r}: {done} of {number_of(len(asked), 'setting')} converted"
            )
            told += [f"  {row.outcome.status}: {_told(row)}" for row in asked if row.outcome.status != CONVERTED]
            preferences = [row.item.setting for row in policy.rows if row.payload != ENFORCED]
            if preferences:
                count = number_of(len(preferences), "user preference")
                told.append(f"  {NOT_HERE}: {count}: {', '.join(preferences)}")
            told += [f"  {option}: {cause}" for option, cause in policy.not_carried]
            told += dict.fromkeys(f"  note: {row.item.setting}: {note}" for row in asked for note in row.outcome.notes)
    found = report(made)
    needs = [f"{each['file']} ({number_of(each['items'], 'item')})" for each in found["needs"]]
    if needs:
        told.append(f"ADMX files that are needed: {', '.join(needs)}")
    counts = found["counts"]
    told.append(
        f"{number_of(counts['items'], 'item')}: " + ", ".join(f"{counts[status]} {status}" for status in STATUSES)
    )
    return [plain(line, _LONGEST) for line in told]


def _told(row: Row) -> str:
    readings = f" (what fits: {'; '.join(row.outcome.readings)})" if row.outcome.readings else ""
    return f"{named_item(row)}: {row.outcome.reason}{readings}"
