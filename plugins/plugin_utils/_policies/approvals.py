# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What waits for a second administrator, by policy and request, and what is said of it. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.approvers import WHO_APPROVES
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import AWAITING, ApprovalState

Dict = dict[str, t.Any]

# What is kept of a request beside the result that it is of; what it changes is not.
_OF_REQUEST = ("code", "state", "actions", "replaces")
# Named in a sentence; the rest is counted.
_MOST_TOLD = 10
# States of requests as results have them.
_OTHER = ApprovalState.OTHER.value
_OPEN = frozenset(state.value for state in ApprovalState if state.is_open)


def awaited(results: t.Iterable[Dict]) -> list[Dict]:
    """Return the policies that wait, of the results of a task, with what is known of the request of each."""
    return [
        {"display_name": item.get("display_name"), "id": item.get("id"), **bare_request(item.get("approval") or {})}
        for item in results
        if item.get("status") == AWAITING
    ]


def bare_request(approval: t.Mapping[str, t.Any]) -> Dict:
    """Return what is kept of a request: its code, its state and the names of the writes that wait, no setting."""
    return {name: approval[name] for name in _OF_REQUEST if name in approval}


def request_told(approval: t.Mapping[str, t.Any]) -> str:
    """Return how a request is named: by its code where that is known."""
    code, replaces = approval.get("code"), approval.get("replaces")
    replaced = f" in place of {replaces}, which has expired or is gone" if replaces else ""
    return f"request {code}{replaced}" if code else "request of unknown code"


def waits_for(item: Dict) -> str:
    """Return what a result waits for, for a line behind its name; nothing for one that depends on no request."""
    approval = _approval_of(item)
    if approval is None:
        return ""
    if item.get("status") != AWAITING and approval.get("state") not in _OPEN:
        return f"{request_told(approval)} {_said_of(approval)}"
    # A request is for one write: those behind it are asked for when it is done.
    first, *later = (str(name).replace("_", " ") for name in approval.get("actions") or ["it"])
    behind = f", {' and '.join(later)} {'comes' if len(later) == 1 else 'come'} after it" if later else ""
    if approval.get("state") == _OTHER:
        return f"{first} waits until another request about it is done ({request_told(approval)}){behind}"
    return f"{first} waits for the approval of {request_told(approval)}{behind}"


# What is said of requests that are not open.
_SAID = {
    ApprovalState.APPROVED.value: "is approved",
    ApprovalState.REJECTED.value: "was rejected",
    ApprovalState.CANCELLED.value: "was cancelled",
    ApprovalState.EXPIRED.value: "has expired",
    # The tenant does not know it any more, or the login may not read it.
    ApprovalState.UNKNOWN.value: "has no known state",
}


def _said_of(approval: t.Mapping[str, t.Any]) -> str:
    return _SAID.get(str(approval.get("state")), "is of no use")


def approvals_section(items: t.Sequence[Dict], waves: t.Sequence[Dict] = ()) -> list[Dict]:
    """Return a row for each policy whose change depends on a request, of the results of a task and of planned waves.

    A request that the plan of a wave tells of is told once, as that of the wave.
    """
    of_waves = [
        {**item, "wave": wave.get("name")} for wave in waves for item in wave.get("results") or [] if _request_of(item)
    ]
    told = {_request_of(item) for item in of_waves}
    own = [item for item in items if _request_of(item) and _request_of(item) not in told]
    return [_row(item) for item in (*own, *of_waves)]


def _request_of(item: Dict) -> tuple[t.Any, ...] | None:
    approval = _approval_of(item)
    return None if approval is None else (item.get("display_name"), approval.get("code"))


def _approval_of(item: Dict) -> Dict | None:
    approval = item.get("approval")
    return approval if isinstance(approval, dict) else {} if item.get("status") == AWAITING else None


def _row(item: Dict) -> Dict:
    approval = _approval_of(item) or {}
    is_open = item.get("status") == AWAITING or approval.get("state") in _OPEN
    problem = "" if is_open else str(item.get("msg") or approval.get("msg") or "")
    return {
        "display_name": item.get("display_name"),
        "id": item.get("id"),
        **bare_request(approval),
        "waits": is_open,
        "refused": bool(problem),
        "step": problem or _step(approval),
        **({"wave": item["wave"]} if "wave" in item else {}),
    }


def _step(approval: Dict) -> str:
    state = approval.get("state")
    if state == _OTHER:
        return "Run it again when the other request about this policy is done, cancelled or expired."
    if state == ApprovalState.APPROVED.value:
        return "Run the rollout to make the change."
    if state in (ApprovalState.EXPIRED.value, ApprovalState.UNKNOWN.value):
        return "Run the rollout to file a new request."
    if not approval.get("code"):
        return "Its code is lost. Have the request cancelled, then run it again."
    return "Have it approved, then run it again."


def waiting_sentence(rows: t.Sequence[Dict]) -> str:
    """Return which policies wait, for which requests, and who approves them; ``rows`` are those of a report."""
    waiting = [row for row in rows if row["waits"]]
    if not waiting:
        return ""
    named = [f"'{row['display_name'] or row['id']}' ({request_told(row)})" for row in waiting[:_MOST_TOLD]]
    more = len(waiting) - len(named)
    names = ", ".join(named) + (f" and {more} more" if more > 0 else "")
    which = "the change of 1 policy waits" if len(waiting) == 1 else f"the changes of {len(waiting)} policies wait"
    return f"{which} for a second administrator's approval: {names}. {WHO_APPROVES}"


def who_approves(results: t.Iterable[Dict]) -> str:
    """Return who approves what waits of the results of a task, and where; "" where nothing waits."""
    return WHO_APPROVES if awaited(results) else ""


def waiting_text(results: t.Sequence[Dict]) -> str:
    """Return which policies of the results of a task wait, for which requests, and who approves them; "" for none."""
    return waiting_sentence(approvals_section(results))


def refused_sentence(rows: t.Sequence[Dict]) -> str:
    """Return which requests nobody will approve any more, "" where there is none; ``rows`` are those of a report."""
    refused = [row for row in rows if row["refused"]]
    named = [
        f"'{row['display_name'] or row['id']}' ({request_told(row)} {_said_of(row)})" for row in refused[:_MOST_TOLD]
    ]
    more = len(refused) - len(named)
    return f"Refused: {', '.join(named)}{f' and {more} more' if more > 0 else ''}." if named else ""


def with_approvals(result: Dict, looked: t.Sequence[Dict]) -> Dict:
    """Return the result of a task with the requests that another one found for the same policies.

    ``looked`` are the results of that one. What differs stays as it is: a change that waits is not done.
    """
    found = {_key(item): item for item in looked if isinstance(item.get("approval"), dict)}
    items = [
        {**item, "approval": {**bare_request(found[_key(item)]["approval"]), "msg": found[_key(item)].get("msg")}}
        if _key(item) in found
        else item
        for item in result.get("results") or []
    ]
    return {**result, "results": items}


def _key(item: Dict) -> tuple[str, t.Any]:
    return ("place", item["index"]) if item.get("index") is not None else ("id", item.get("id"))
