# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies whose names are the same or hard to tell apart: mistyped, or created by two runs at once. Pure."""

from __future__ import annotations

import typing as t
from collections import defaultdict

from .._errors import plain
from .._ids import id_key
from .._policy.policy import Policy
from .._policy.texts import look_of, with_escapes
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


def namesake_warnings(created: t.Sequence[Policy], listed: t.Sequence[Policy]) -> list[str]:
    """Return a warning for each policy that a run created and whose name another policy in the list has, too.

    The list before the run held none of that name, so somebody else created it meanwhile.
    """
    ids_of: dict[str, list[str]] = defaultdict(list)
    for policy in listed:
        ids_of[policy.display_name].append(str(policy.id))
    warnings = []
    for policy in created:
        others = sorted(other for other in ids_of[policy.display_name] if id_key(other) != id_key(policy.id))
        if others:
            warnings.append(_namesake(policy, others))
    return warnings


def _namesake(policy: Policy, others: t.Sequence[str]) -> str:
    ids = f"id {others[0]}" if len(others) == 1 else f"ids {', '.join(others)}"
    cause = f"another policy has the same name ({ids}), since somebody else created it at the same time"
    item = f"{{id: {others[0]}, state: absent}}"
    step = f"Keep one of them, and delete the other by its id: a task office_client_configs with policies: [{item}]."
    return plain(f"{policy.named()}: {cause}. {step}", _LONGEST)


def _is_new(before: Policy | None, after: Policy) -> bool:
    return before is None or before.display_name != after.display_name


def _warning(policy: Policy, other: Policy) -> str:
    cause = "its name differs only in case, blanks or Unicode form"
    step = "Give that name exactly if that policy is meant, else choose one that nobody takes for it."
    return plain(f"{_quoted(policy)}: {cause} from that of {_quoted(other)}. {step}", _LONGEST)


def _quoted(policy: Policy) -> str:
    who = f" (id {policy.id})" if policy.id else ""
    return f"policy '{with_escapes(policy.display_name)}'{who}"
