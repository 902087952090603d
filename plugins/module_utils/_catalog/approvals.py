# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests for a second administrator's approval: what is kept of one, and what its state means for a write. Pure."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from functools import cached_property

from .._errors import UserError, cut
from .._graph.messages import Call
from .._graph.operations import Operation
from .._policy.writes import ApprovalState, Awaited, Result

PERMISSION = "DeviceManagementRBAC.Read.All"

_ASK_AGAIN = "remove the request from {} to ask again"
_MOST_OF_COMMENT = 200
# Of the path of a policy, /deviceManagement/configurationPolicies/ID: what stands before the first slash, and the rest.
_PARTS_TO_ID = 4


@dataclass(frozen=True)
class Place:
    """Where a request was filed: the root URL of Graph, and the id of the tenant, empty where no token tells it."""

    graph_url: str
    tenant: str


@dataclass(frozen=True)
class KeptRequest:
    """A request that a run filed, with the write that it is for: an approved one must be sent as it was then.

    ``policy`` and ``action`` are what messages call the write, ``filed`` is when that was.
    """

    code: str
    place: Place
    method: str
    path: str
    body: t.Any
    policy: str
    action: str
    filed: str

    def is_for(self, call: Call, body: str) -> bool:
        """Tell whether a call with this body as text is the same write."""
        return (self.method, self.path) == (call.method, call.path) and self.body_text == body

    def is_about(self, operation: Operation) -> bool:
        """Tell whether a write is about the same object."""
        return _object_of(self.path, self.policy) == _object_of(operation.call.path, operation.subject)

    @cached_property
    def body_text(self) -> str:
        """The body as a text by which two compare."""
        return text_of(self.body)

    def supersedes(self, other: KeptRequest) -> bool:
        """Tell whether another request is of no use any more, since this one came later about the same object."""
        return (self.place, self.method, self.path, self.policy) == (
            other.place,
            other.method,
            other.path,
            other.policy,
        )


class Keeper(t.Protocol):
    """Keeps requests from one run to the next; ``place`` is what users call it. Writing raises UserError."""

    @property
    def place(self) -> str: ...

    def kept(self) -> t.Sequence[KeptRequest]: ...

    def keep(self, request: KeptRequest) -> None: ...

    def drop(self, request: KeptRequest) -> None: ...


@dataclass(frozen=True)
class ApprovalOptions:
    """How a run goes about approval: with a ``reason`` it files requests, with a ``keeper`` it uses those of before."""

    reason: str | None = None
    keeper: Keeper | None = None


NO_APPROVAL = ApprovalOptions()


@dataclass(frozen=True)
class LiveRequest:
    """A request as the tenant shows it; ``by`` and ``comment`` are of who decided, empty where that is not told."""

    status: str
    by: str = ""
    comment: str = ""


def live_request(document: t.Mapping[str, t.Any]) -> LiveRequest:
    """Read a request of an answer; what is missing or of another type is empty."""
    approver = document.get("approver")
    user = approver.get("user") if isinstance(approver, dict) else None
    names = (user.get(key) for key in ("displayName", "userPrincipalName", "id")) if isinstance(user, dict) else ()
    by = next((name for name in names if isinstance(name, str) and name), "")
    return LiveRequest(_told(document.get("status")), _told(by), _told(document.get("approvalJustification")))


def state_of(live: LiveRequest | None) -> ApprovalState | None:
    """Return how far a request is; None for one whose write is done."""
    status = live.status.lower() if live is not None else ""
    if status == "completed":
        return None
    states = {
        "needsapproval": ApprovalState.WAITING,
        "approved": ApprovalState.APPROVED,
        "rejected": ApprovalState.REJECTED,
        "cancelled": ApprovalState.CANCELLED,
        "canceled": ApprovalState.CANCELLED,
        "expired": ApprovalState.EXPIRED,
    }
    return states.get(status, ApprovalState.UNKNOWN)


def refused(
    operation: Operation, request: KeptRequest, state: ApprovalState, live: LiveRequest | None, keeper: Keeper
) -> Result:
    """Return the result of a write whose request nobody will approve any more."""
    causes = {
        ApprovalState.REJECTED: f"its request for approval {request.code} was rejected{_by(live)}",
        ApprovalState.CANCELLED: f"its request for approval {request.code} was cancelled{_by(live)}",
        ApprovalState.EXPIRED: f"its request for approval {request.code} has expired, and approval_reason is missing",
        ApprovalState.UNKNOWN: (
            f"the tenant does not know its request for approval {request.code} any more, and approval_reason is missing"
        ),
    }
    was_answered = state in (ApprovalState.REJECTED, ApprovalState.CANCELLED)
    again = _ASK_AGAIN.format(keeper.place)
    step = f"Change the policy, or {again}" if was_answered else "Give approval_reason to file a new request"
    error = UserError(operation.subject, operation.action, causes[state], step)
    return Result(error=error, approval=Awaited(state, request.code))


def not_taken(operation: Operation, request: KeptRequest, error: UserError, is_known: bool, keeper: Keeper) -> Result:
    """Return the result of a write that Graph does not take with its request; ``is_known``: that one is approved."""
    if is_known:
        cause = f"its request for approval {request.code} is approved, but Graph does not accept it for this change"
        step = f"Run it with the login that filed the request, or {_ASK_AGAIN.format(keeper.place)}"
    else:
        cause = f"Graph does not accept its request for approval {request.code}, and the login may not read its state"
        step = f"Grant the app the permission {PERMISSION}, which reads the state, or run it again when it is approved"
    if error.details is not None:
        cause += f" (Graph answered {error.details.status}: {error.details.message.rstrip('. ')})"
    if error.in_doubt:
        cause += "; an earlier attempt without an answer may have been done"
    told = UserError(operation.subject, operation.action, cause, step, error.details, error.in_doubt)
    state = ApprovalState.APPROVED if is_known else ApprovalState.UNKNOWN
    return Result(error=told.with_facts(approval=error.approval), approval=Awaited(state, request.code))


def served(operation: Operation, request: KeptRequest) -> UserError:
    """Return the error of a write whose request was good until another run made the change."""
    cause = f"its request for approval {request.code} was used meanwhile, most likely by another run"
    return UserError(
        operation.subject, operation.action, cause, "Run it again; it finds what was done and leaves it alone"
    )


def _by(live: LiveRequest | None) -> str:
    by = f" by {live.by}" if live is not None and live.by else ""
    return by + (f" ('{live.comment}')" if live is not None and live.comment else "")


def _told(value: t.Any) -> str:
    return cut(value, _MOST_OF_COMMENT) if isinstance(value, str) else ""


def text_of(body: t.Any) -> str:
    """Return a body as a text by which two compare."""
    return json.dumps(body, sort_keys=True)


def has_id(operation: Operation) -> bool:
    """Tell whether a write is of a policy that is there: its path has an id."""
    return len(operation.call.path.split("/")) >= _PARTS_TO_ID


def _object_of(path: str, policy: str) -> tuple[str, ...]:
    """Return what tells objects of writes apart: the id in the path. All creates have one path, so there the name."""
    parts = path.split("/")
    return tuple(parts[:_PARTS_TO_ID]) if len(parts) >= _PARTS_TO_ID else (path, policy)
