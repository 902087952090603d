# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what became of each tenant to the report on all of them. Pure."""

from __future__ import annotations

import typing as t

from .model import PoliciesError

Dict = dict[str, t.Any]

# From the one that asks for most attention.
_LEVELS = {
    "failed": "failed",
    "waiting": "waiting for approval",
    "warning": "need a look",
    "changed": "changed",
    "ok": "in order",
}
_LOST = {
    "level": "failed",
    "text": "There is no result: the host failed before the role, was unreachable, or its turn has not come.",
}


def tenants_report(outcomes: t.Any, hosts: t.Sequence[str], check_mode: bool = False, **more: t.Any) -> Dict:
    """Return the dict that the report templates render, on all tenants of a play.

    ``outcomes`` are dicts of host, tenant, verdict and counts; ``hosts`` are all hosts in the order to show, and those
    without an outcome count as failed. ``more`` (title, generated_at) is taken over where it is not None. Raises
    PoliciesError.
    """
    if isinstance(outcomes, (str, t.Mapping)) or not isinstance(outcomes, t.Iterable):
        raise PoliciesError("the tenants: cannot use them: they are not a list. Give a list of outcomes")
    by_host = {outcome["host"]: dict(outcome) for outcome in outcomes if outcome}
    tenants = [by_host.get(host) or {"host": host, "tenant": "", "verdict": _LOST, "counts": {}} for host in hosts]
    levels = [str(tenant["verdict"].get("level")) for tenant in tenants]
    parts = [f"{levels.count(level)} {word}" for level, word in _LEVELS.items() if level in levels]
    report = {
        "format": 1,
        "mode": "plan" if check_mode else "rollout",
        "check_mode": check_mode,
        "verdict": {
            "level": next((level for level in _LEVELS if level in levels), "ok"),
            "text": f"{len(tenants)} {'tenant' if len(tenants) == 1 else 'tenants'}: {', '.join(parts) or 'none'}.",
        },
        "counts": _sums(tenant.get("counts") or {} for tenant in tenants),
        "tenants": tenants,
    }
    return {**report, **{name: value for name, value in more.items() if value is not None}}


def _sums(counts: t.Iterable[t.Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in counts:
        for name, number in one.items():
            sums[name] = sums.get(name, 0) + number
    return sums
