# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each wave of a rollout does, told before the first one: a plan for each, made of what the one before it leaves.
Pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import UserError
from .._policy.policy import PRIORITY, Policy
from .._policy.writes import UpdatePriorities
from .guards import Guards
from .limit_to_groups import Limit
from .match import Match
from .order import Order
from .plan import Plan, WavePlan, make_plan


def plans_by_wave(
    waves: t.Mapping[str, Limit | None],
    matches: t.Sequence[Match],
    whole: Plan,
    order: Order | None,
    guards: Guards,
) -> tuple[WavePlan, ...]:
    """Return the plan of each wave, by its name and limit, first one first; None is no limit.

    ``matches`` are those that ``whole``, the plan of all waves together, was made of. Raises UserError that names the
    wave.
    """
    live: tuple[Policy, ...] = whole.live
    made: dict[str, str] = {}
    plans: list[WavePlan] = []
    for number, (name, limit) in enumerate(waves.items()):
        try:
            plan = make_plan(matches, live, whole.capabilities, order, guards, limit, whole.listed)
        except UserError as error:
            raise error.saying(f"wave '{name}': {error}") from error
        after = [_with_id(item.after, f"wave-{number}-item-{place}") for place, item in enumerate(plan.items)]
        made |= _made(plan, after)
        live = _live_after(plan, after)
        matches = [Match(found.desired, policy) for found, policy in zip(matches, after, strict=True)]
        plans.append(WavePlan(name, plan, dict(made)))
    return tuple(plans)


def _made(plan: Plan, after: t.Sequence[Policy | None]) -> dict[str, str]:
    """Return the names of the policies that a plan makes, by the ids to tell them apart."""
    return {
        str(policy.id): policy.display_name
        for item, policy in zip(plan.items, after, strict=True)
        if policy is not None and policy is not item.after
    }


def _with_id(policy: Policy | None, made_id: str) -> Policy | None:
    """Return a policy with an id to be told apart by, since only the server makes real ones."""
    if policy is None or policy.id is not None:
        return policy
    return replace(policy, id=made_id)


def _live_after(plan: Plan, after: t.Sequence[Policy | None]) -> tuple[Policy, ...]:
    """Return all policies of the tenant when the writes of a plan are done."""
    numbers = {
        policy_id: number
        for action in plan.actions
        if isinstance(action, UpdatePriorities)
        for policy_id, number in action.numbers.items()
    }
    items = {item.before.id for item in plan.items if item.before}
    others = [
        policy.with_values({PRIORITY: numbers[str(policy.id)]}) if str(policy.id) in numbers else policy
        for policy in plan.live
        if policy.id not in items
    ]
    return (*others, *(policy for policy in after if policy is not None))
