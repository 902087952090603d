# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies whose names are hard to tell apart: a name that was mistyped makes a second policy. Pure."""

from __future__ import annotations

import typing as t
from collections import defaultdict

from .._graph.errors import plain
from .._office.policy import Policy
from .._office.texts import look_of, with_escapes
from .stages import PlannedItem

_LONGEST = 1000


def twin_warnings(items: t.Sequence[PlannedItem], live: t.Sequence[Policy]) -> list[str]:
    """Return a warning for each name that a run gives and that looks like the one of another policy after the run."""
    given = [item.after for item in items if item.after and _is_new(item.before, item.after)]
    if not given:
        return []
    managed = {item.before.id for item in items if item.before}
    staying = [policy for policy in live if policy.id not in managed]
    staying += [item.after for item in items if item.after and not _is_new(item.before, item.after)]
    alike: dict[str, list[Policy]] = defaultdict(list)
    for policy in staying:
        alike[look_of(policy.display_name)].append(policy)
    warnings = []
    for policy in given:
        others = alike[look_of(policy.display_name)]
        warnings += [_warning(policy, other) for other in others if other.display_name != policy.display_name]
        others.append(policy)
    return warnings


def _is_new(before: Policy | None, after: Policy) -> bool:
    return before is None or before.display_name != after.display_name


def _warning(policy: Policy, other: Policy) -> str:
    cause = "its name differs only in case, blanks or Unicode form"
    step = "Give that name exactly if that policy is meant, else choose one that nobody takes for it."
    return plain(f"{_quoted(policy)}: {cause} from that of {_quoted(other)}. {step}", _LONGEST)


def _quoted(policy: Policy) -> str:
    who = f" (id {policy.id})" if policy.id else ""
    return f"policy '{with_escapes(policy.display_name)}'{who}"
