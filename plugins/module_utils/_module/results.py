# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the outcome of a run, and from the plans of its waves, to what a module returns."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import replace

from .._catalog.approvers import WHO_APPROVES
from .._converge.apply import Outcome, predict
from .._converge.confirm import reads_of_plan
from .._converge.diff import NameOf, diff_of, legible, named_groups
from .._converge.plan import WavePlan
from .._converge.stages import PlannedItem
from .._errors import printable, printable_value
from .._policy.assignments import group_ids
from .._policy.policy import Policy, priority_of
from .._policy.surface import Surface
from .._policy.writes import AWAITING, ApprovalState, Awaited, UpdatePriorities, Write
from .policy_results import view_result

# How many policies a warning names.
_MOST_TOLD = 10
_HALF_DONE = "Only some of its writes were sent, since another one of the task failed. Run it again."
_STATUSES = ("created", "updated", "deleted", "unchanged")
# Only where a request for approval is kept.
_ON_APPROVAL = (AWAITING, "failed")


def action_result(action: Write, items: t.Sequence[PlannedItem]) -> dict[str, t.Any]:
    """Return one write: what it does and to which policy; payloads and secrets are not in it."""
    if isinstance(action, UpdatePriorities):
        return {"action": action.name, **action.details()}
    item = items[action.item]
    shown = item.after or item.before
    who = {"display_name": shown.display_name, "id": shown.id} if shown else {}
    return {"action": action.name, **who, **action.details()}


def item_result(place: int, outcome: Outcome, name_of: NameOf | None = None) -> dict[str, t.Any]:
    """Return what became of one item of a list, with its differences where ``name_of`` names groups."""
    item = outcome.items[place]
    shown = item.after or item.before
    pruned = place >= outcome.plan.listed
    result: dict[str, t.Any] = {
        "index": None if pruned else place,
        "display_name": shown.display_name if shown else item.desired.display_name,
        "id": shown.id if shown else item.desired.id,
        "status": outcome.statuses[place],
        "pruned": pruned,
        "pending": list(item.pending),
        "actions": [action_result(action, outcome.items) for action in outcome.actions_by_item[place]],
    }
    if place in outcome.approvals:
        result["approval"] = approval_result(outcome.approvals[place]) | _waiting_result(place, outcome, name_of)
    elif place in outcome.requests:
        result["approval"] = approval_result(outcome.requests[place])
    if outcome.statuses[place] == "failed":
        error = outcome.errors.get(place)
        result["msg"] = str(error) if error else _HALF_DONE
        result["error"] = error.details.as_dict() if error and error.details else {}
        result["in_doubt"] = error is not None and error.in_doubt
    return result | sides_of(item, name_of)


def approval_result(awaited: Awaited) -> dict[str, t.Any]:
    """Return the request for approval that an item depends on."""
    replaces = {} if awaited.replaces is None else {"replaces": awaited.replaces}
    return {"code": awaited.code, "state": awaited.state.value, **replaces}


def _waiting_result(place: int, outcome: Outcome, name_of: NameOf | None) -> dict[str, t.Any]:
    """Return which writes of an item wait, and what they change; nothing of one that failed."""
    if outcome.statuses[place] != AWAITING:
        return {}
    waiting = outcome.waiting(place)
    return {"actions": [action.name for action in waiting.actions], **sides_of(waiting.item, name_of)}


def awaiting_result(outcome: Outcome) -> list[str]:
    """Return the names of the policies that wait for approval."""
    return [str(_shown_name(outcome.items[place])) for place in outcome.awaiting]


def awaiting_warnings(outcome: Outcome) -> list[str]:
    """Return a warning of what waits for approval, and one of what cannot even be asked for now."""
    usable = [place for place in outcome.awaiting if _is_usable(outcome.approvals[place])]
    blocked = [place for place in outcome.awaiting if place not in set(usable)]
    warnings = {
        f"Changes wait for a second administrator's approval and are not done yet: {{}}. {WHO_APPROVES} Run it again "
        "with the same approval_codes after that.": usable,
        "These policies have an open request for approval that this task cannot use, so their changes are not done: "
        "{}. Run it again when that request is done, is cancelled or has expired.": blocked,
    }
    return [text.format(_requests_told(outcome, places)) for text, places in warnings.items() if places]


def _is_usable(awaited: Awaited) -> bool:
    """Tell whether the next run can use a request: it is that of the very change, and its code is known."""
    return awaited.state is not ApprovalState.OTHER and awaited.code is not None


def _requests_told(outcome: Outcome, places: t.Sequence[int]) -> str:
    shown = places[:_MOST_TOLD]
    told = [f"'{_shown_name(outcome.items[place])}' ({_request_told(outcome.approvals[place])})" for place in shown]
    more = len(places) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def _request_told(awaited: Awaited) -> str:
    replaced = f" in place of {awaited.replaces}, which has expired or is gone" if awaited.replaces else ""
    return f"request {awaited.code}{replaced}" if awaited.code else "request of unknown code"


def _shown_name(item: PlannedItem) -> str | None:
    shown = item.after or item.before
    return shown.display_name if shown else item.desired.display_name or item.desired.id


def sides_of(item: PlannedItem, name_of: NameOf | None) -> dict[str, t.Any]:
    """Return ``before``, ``after`` and, where any are known, ``names`` of an item that changes, as its diff has them;
    nothing without ``name_of``.
    """
    diff = diff_of(item, name_of) if name_of else None
    return {side: printable_value(diff[side]) for side in ("before", "after", "names") if side in diff} if diff else {}


def group_names_result(outcome: Outcome, name_of: NameOf) -> dict[str, t.Any]:
    """Return ``group_names``: the names of groups that policies have after the run, those that are known."""
    after = (item.after for item in outcome.items if item.after)
    names = named_groups((each for policy in after for each in group_ids(policy.assignments)), name_of)
    return t.cast("dict[str, t.Any]", printable_value(names))


def bare_result(outcome: Outcome) -> dict[str, t.Any]:
    """Return what was written and how far each item got, and nothing that takes much to make."""
    return {
        "changed": outcome.changed,
        "actions": [{"action": action.name} for action in outcome.actions],
        "results": [
            {"index": place if place < outcome.plan.listed else None, "status": status, **_identity(item)}
            for place, (status, item) in enumerate(zip(outcome.statuses, outcome.items, strict=True))
        ],
    }


def _identity(item: PlannedItem) -> dict[str, t.Any]:
    shown = item.after or item.before
    return {"id": shown.id, "display_name": shown.display_name} if shown else {"id": item.desired.id}


def plan_result(outcome: Outcome, waits: bool) -> dict[str, t.Any]:
    """Return the plan's fingerprint, its counts and the smallest number of requests that can carry its calls.

    The details of the fingerprint are long, and nobody binds a run to one that failed.
    """
    plan, size = outcome.plan, outcome.plan.capabilities.batch_size
    counts = Counter(item.status for item in plan.items)
    confirming = reads_of_plan(plan) if waits else None
    return {
        "fingerprint": plan.fingerprint,
        **{status: counts[status] for status in ("created", "updated", "deleted", "unchanged")},
        "pending": sum(1 for item in plan.items if item.pending),
        "writes": len(plan.actions),
        "read_requests": plan.read_requests(size),
        "write_requests": plan.write_requests(size),
        "wait_requests": confirming.requests(size) if confirming else 0,
        "wait_listings": int(confirming.lists) if confirming else 0,
        "warnings": [printable(warning) for warning in plan.warnings],
        **view_result(plan.capabilities),
        **({} if outcome.error else {"details": plan.details}),
    }


def order_result(outcome: Outcome) -> list[dict[str, t.Any]]:
    """Return all live policies with the numbers they have after the run, strongest first."""
    numbers = _new_numbers(outcome)
    order = [
        {
            "id": policy.id,
            "display_name": policy.display_name,
            "priority": numbers.get(str(policy.id), priority_of(policy)),
        }
        for policy in outcome.plan.live
    ]
    return sorted(order, key=lambda entry: (entry["priority"] is None, entry["priority"]))


def _new_numbers(outcome: Outcome) -> dict[str, int]:
    """Return the number of each policy that gets another one in the common call, by id."""
    return {
        policy_id: action.numbers[policy_id]
        for action in outcome.actions
        if isinstance(action, UpdatePriorities)
        for policy_id in action.changed
    }


def _order_diff(outcome: Outcome) -> dict[str, t.Any] | None:
    """Return the diff of priorities of policies that are not items of the task."""
    items = {item.before.id for item in outcome.items if item.before}
    numbers = _new_numbers(outcome)
    moved = [policy for policy in outcome.plan.live if str(policy.id) in numbers and policy.id not in items]
    if not moved:
        return None
    return {
        "before_header": "priorities",
        "after_header": "priorities",
        "before": {policy.named(): priority_of(policy) for policy in moved},
        "after": {policy.named(): numbers[str(policy.id)] for policy in moved},
    }


def outcome_result(outcome: Outcome, with_diff: bool, name_of: NameOf = lambda _group_id: None) -> dict[str, t.Any]:
    """Return what all writers return: changed, actions and, where asked for, the diffs of what changed, in which
    ``name_of`` names groups.
    """
    result: dict[str, t.Any] = {
        "changed": outcome.changed,
        "actions": [action_result(action, outcome.items) for action in outcome.actions],
    }
    if with_diff:
        diffs = [*(diff_of(item, name_of) for item in outcome.items), _order_diff(outcome)]
        # A terminal shows it line by line, where a name or a payload's text must not forge one.
        result["diff"] = [legible(printable_value(diff)) for diff in diffs if diff is not None]
    return result


def wave_results(
    waves: t.Sequence[WavePlan], name_of: NameOf | None = None, surface: Surface | None = None
) -> list[dict[str, t.Any]]:
    """Return what each wave would do: its counts, and each policy that it changes or that waits for a later one.

    Their differences come along where ``name_of`` names groups. A ``surface`` is asked which writes wait for approval.
    """
    return [_wave_result(wave, predict(wave.plan, surface), name_of) for wave in waves]


def _wave_result(wave: WavePlan, outcome: Outcome, name_of: NameOf | None) -> dict[str, t.Any]:
    counts = Counter(outcome.statuses)
    told = [
        place
        for place, item in enumerate(outcome.items)
        if item.status != "unchanged" or item.pending or place in outcome.approvals
    ]
    return {
        "name": wave.name,
        **{status: counts[status] for status in _STATUSES},
        **{status: counts[status] for status in _ON_APPROVAL if counts[status]},
        "pending": sum(1 for item in outcome.items if item.pending),
        "writes": len(outcome.actions),
        "results": [_item(place, outcome, wave.made, name_of) for place in told],
    }


def _item(place: int, outcome: Outcome, made: t.Mapping[str, str], name_of: NameOf | None) -> dict[str, t.Any]:
    """Return what becomes of a policy in a wave; one that was made by a wave before has no id yet."""
    result = item_result(place, outcome)
    actions = [_without_id(action, made) for action in result["actions"]]
    result = {**_without_id(result, made), "actions": actions}
    return result | sides_of(_plain_item(outcome.items[place], made), name_of)


def _without_id(entry: dict[str, t.Any], made: t.Mapping[str, str]) -> dict[str, t.Any]:
    """Return a result without ids that only stand for those of policies to be made."""
    shown = {**entry, "id": None} if entry.get("id") in made else dict(entry)
    if "priorities" in entry:
        shown["priorities"] = {made.get(key, key): number for key, number in entry["priorities"].items()}
    return shown


def _plain_item(item: PlannedItem, made: t.Mapping[str, str]) -> PlannedItem:
    return replace(item, before=_plain(item.before, made), after=_plain(item.after, made))


def _plain(policy: Policy | None, made: t.Mapping[str, str]) -> Policy | None:
    return replace(policy, id=None) if policy is not None and policy.id in made else policy
