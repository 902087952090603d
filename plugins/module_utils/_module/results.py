# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From policies and outcomes to what a module returns."""

from __future__ import annotations

import typing as t

from .._converge.actions import Action, UpdatePriorities
from .._converge.apply import Outcome, concerns
from .._converge.diff import diff_of
from .._converge.plan import PlannedItem
from .._office.payload import Opaque
from .._office.policy import PAYLOAD_FIELDS, Assignment, Policy
from .._office.unset import UNSET, Unset


def config_result(policy: Policy) -> dict[str, t.Any]:
    """Return a policy by the names of its options; what was not read is left out."""
    result: dict[str, t.Any] = {"id": policy.id, "display_name": policy.display_name}
    if policy.kind is not None:
        result["kind"] = policy.kind
    result["description"] = policy.description
    if policy.priority is not None:
        result["priority"] = policy.priority
    for field in PAYLOAD_FIELDS.values():
        payload = getattr(policy, field)
        if payload is not UNSET:
            result[field] = payload.text() if isinstance(payload, Opaque) else payload
    if policy.assignments is not UNSET:
        result["groups"] = sorted(assignment.group_id for assignment in policy.assignments if assignment.group_id)
    if policy.last_modified is not None:
        result["last_modified_date_time"] = policy.last_modified
    return result


def assignment_results(assignments: tuple[Assignment, ...] | Unset) -> list[dict[str, t.Any]]:
    """Return assignments as a list of dicts, sorted by group."""
    known = () if assignments is UNSET else assignments
    return [
        {"id": assignment.id, "group_id": assignment.group_id}
        for assignment in sorted(known, key=lambda assignment: assignment.key)
    ]


def opaque_warnings(policies: t.Iterable[Policy | None]) -> list[str]:
    """Return a warning for each live payload that is not JSON and so is shown as text."""
    return [
        f"{policy.named()}: its {field} is not a JSON object or array"
        for policy in policies
        if policy is not None
        for field in PAYLOAD_FIELDS.values()
        if isinstance(getattr(policy, field), Opaque)
    ]


def action_result(action: Action, items: t.Sequence[PlannedItem]) -> dict[str, t.Any]:
    """Return one write: what it does and to which policy; payloads and secrets are not in it."""
    if isinstance(action, UpdatePriorities):
        return {"action": action.name, **action.details()}
    item = items[action.item]
    shown = item.after or item.before
    who = {"display_name": shown.display_name, "id": shown.id} if shown else {}
    return {"action": action.name, **who, **action.details()}


def item_result(place: int, outcome: Outcome) -> dict[str, t.Any]:
    """Return what became of one item of a list."""
    item = outcome.items[place]
    shown = item.after or item.before
    return {
        "index": place,
        "display_name": shown.display_name if shown else item.desired.display_name,
        "id": shown.id if shown else item.desired.id,
        "status": outcome.statuses[place],
        "actions": [
            action_result(action, outcome.items) for action in outcome.actions if concerns(action, place, item)
        ],
    }


def outcome_result(outcome: Outcome, with_diff: bool) -> dict[str, t.Any]:
    """Return what all writers return: changed, actions and, where asked for, the diffs of what changed."""
    result: dict[str, t.Any] = {
        "changed": outcome.changed,
        "actions": [action_result(action, outcome.items) for action in outcome.actions],
    }
    if with_diff:
        result["diff"] = [diff for item in outcome.items if (diff := diff_of(item)) is not None]
    return result
