# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What writes leave of each policy, whatever calls carry them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._policy.policy import PRIORITY, Policy
from .._policy.writes import UpdatePriorities, Values, Write
from .stages import PlannedItem


@dataclass(frozen=True)
class Expected:
    """What the writes of a run left of a policy, in the fields that they are about; None: it is gone."""

    policy: Policy
    fields: Values | None


def expectations(
    actions: t.Iterable[Write], items: t.Sequence[PlannedItem], live: t.Iterable[Policy]
) -> list[Expected]:
    """Return what is expected of each policy that these writes change, in the order of their first one."""
    policies = {str(policy.id): policy for policy in live}
    fields: dict[str, Values | None] = {}
    for action in actions:
        if isinstance(action, UpdatePriorities):
            for policy_id in action.changed:
                fields[policy_id] = {**(fields.get(policy_id) or {}), PRIORITY: action.numbers[policy_id]}
            continue
        item = items[action.item]
        policy = t.cast(Policy, item.after or item.before)
        # One that is yet to be created has no id.
        key = str(policy.id) if policy.id else f"new {action.item}"
        policies[key] = policy
        left = action.expected_fields()
        fields[key] = None if left is None else {**(fields.get(key) or {}), **left}
    return [Expected(policies[key], left) for key, left in fields.items()]
