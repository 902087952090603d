# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes of a tenant in which a second administrator approves each: filed, waited for, and sent when approved."""

from __future__ import annotations

import contextlib
import datetime
import typing as t
from dataclasses import dataclass, replace

from .._errors import Approval, ApprovalKind, UserError
from .._graph.approvals import approved, asking
from .._graph.client import GraphClient
from .._graph.messages import Call
from .._graph.operations import Operation
from .._policy.writes import ApprovalState, Awaited, Result, Written
from .approvals import (
    PERMISSION,
    ApprovalOptions,
    Keeper,
    KeptRequest,
    LiveRequest,
    Place,
    has_id,
    live_request,
    not_taken,
    refused,
    served,
    state_of,
    text_of,
)
from .explain import RULES

REQUESTS = "/deviceManagement/operationApprovalRequests"
_FORBIDDEN = 403


@dataclass(frozen=True)
class Prepared:
    """A write as it is to be sent; with a ``result`` it is not sent.

    ``request`` is the one that it refers to, whose state is known or not; ``done`` is one that has served, ``replaced``
    one that nobody can approve any more; ``state`` is that of the latter two, where it is known.
    """

    operation: Operation
    result: Result | None = None
    request: KeptRequest | None = None
    is_known: bool = False
    done: KeptRequest | None = None
    replaced: KeptRequest | None = None
    state: ApprovalState | None = None


class ApprovedWrites:
    """Sends writes as the options for approval say. The state of requests is read once, if a write has one at all."""

    def __init__(self, client: GraphClient, options: ApprovalOptions) -> None:
        self._client = client
        self._reason = options.reason
        self._keeper = options.keeper
        self._live: dict[str, LiveRequest] | UserError | None = None

    def prepared(self, operation: Operation) -> Prepared:
        """Return a write as it is to be sent, or its result where it is not to be sent."""
        body = text_of(operation.call.json_body)
        request = self._request(lambda kept: kept.is_for(operation.call, body))
        if request is None:
            return Prepared(self._asking(operation))
        live = self._states()
        if isinstance(live, UserError):
            if live.details is not None and live.details.status == _FORBIDDEN:
                return Prepared(_approved(operation, request), request=request)
            return Prepared(operation, Result(error=live.saying(f"{operation.subject}: {live}")))
        return self._decided(operation, request, live.get(request.code))

    @property
    def has_kept(self) -> bool:
        """Whether any request is kept: without one, nothing is known of a write before it is sent."""
        return self._keeper is not None and bool(self._keeper.kept())

    def foreseen(self, operations: t.Iterable[Operation], blocked: bool = False) -> list[Result | None]:
        """Return what is known of writes before they are sent, None where nothing is.

        Without an error, a request that is approved or has expired does not hold a write. With ``blocked`` also those
        are told that another open request about the same policy keeps from being filed.
        """
        asked = list(operations)
        writes = [self.prepared(operation) for operation in asked]
        results = [write.result or _known(write) for write in writes]
        if not blocked or self._reason is None:
            return results
        used = {write.request.code for write in writes if write.request is not None}
        return [result or self._blocked(each, used) for each, result in zip(asked, results, strict=True)]

    def _blocked(self, operation: Operation, used: t.Collection[str]) -> Result | None:
        """Return the result of a write of a policy about which a request is open that this run does not use."""
        other = self._other(operation) if has_id(operation) else None
        return None if other is None or other.code is None or other.code in used else Result(approval=other)

    def sent(self, operations: t.Iterable[Operation], again: bool = False) -> t.Iterator[Result]:
        """Send writes that do not depend on each other, as their results are taken; return these. A request is kept as
        soon as its code has come.
        """
        writes = [self.prepared(operation) for operation in operations]
        for write in writes:
            self._drop(write.done)
        answers = self._client.many([write.operation.call for write in writes if write.result is None], again)
        return (write.result or self.heard(write, write.operation.understood(next(answers))) for write in writes)

    def heard(self, write: Prepared, brought: t.Any) -> Result:
        """Return the result of a write from what its answer brought, or from its error."""
        if not isinstance(brought, UserError):
            self._drop(write.request)
            return Result(brought)
        approval = brought.approval
        if approval is None or self._keeper is None:
            return Result(error=brought)
        if approval.kind is ApprovalKind.FILED:
            return self._filed(write, approval)
        if approval.kind is ApprovalKind.OPEN:
            # An earlier try of this call may have filed it; its answer, which had the code, is lost.
            is_own = brought.in_doubt
            return Result(approval=Awaited(ApprovalState.FILED) if is_own else self._other(write.operation))
        if approval.kind is ApprovalKind.REFUSED and write.request is not None:
            return self._not_taken(write, write.request, brought)
        return Result(error=brought)

    def _other(self, operation: Operation) -> Awaited:
        """Return the request that is in the way, with its code where it is known for one that is open."""
        request = self._request(lambda kept: kept.is_about(operation))
        live = self._states() if request is not None else {}
        found = live.get(request.code) if request is not None and not isinstance(live, UserError) else None
        is_open = found is not None and state_of(found) in (ApprovalState.WAITING, ApprovalState.APPROVED)
        return Awaited(ApprovalState.OTHER, request.code if request is not None and is_open else None)

    def _not_taken(self, write: Prepared, request: KeptRequest, error: UserError) -> Result:
        """Return the result of a write that Graph does not take with its request: that one may have served."""
        self._live = None
        live = self._states()
        if not isinstance(live, UserError) and request.code in live and state_of(live[request.code]) is None:
            if error.in_doubt:
                return self.heard(write, Written())
            self._drop(request)
            return Result(error=served(write.operation, request))
        return not_taken(write.operation, request, error, write.is_known, t.cast(Keeper, self._keeper))

    def _decided(self, operation: Operation, request: KeptRequest, live: LiveRequest | None) -> Prepared:
        """Return a write as the state of its request allows."""
        state = state_of(live)
        if state is None:
            return Prepared(self._asking(operation), done=request)
        if state is ApprovalState.APPROVED:
            return Prepared(_approved(operation, request), request=request, is_known=True, state=state)
        if state is ApprovalState.WAITING:
            return Prepared(operation, Result(approval=Awaited(state, request.code)))
        if state in (ApprovalState.EXPIRED, ApprovalState.UNKNOWN) and self._reason is not None:
            return Prepared(self._asking(operation), replaced=request, state=state)
        return Prepared(operation, refused(operation, request, state, live, t.cast(Keeper, self._keeper)))

    def _filed(self, write: Prepared, approval: Approval) -> Result:
        operation = write.operation
        filed = Awaited(ApprovalState.FILED, approval.code, write.replaced.code if write.replaced else None)
        if approval.code is None or self._keeper is None:
            return Result(approval=filed)
        call, now = operation.call, datetime.datetime.now(datetime.UTC)
        request = KeptRequest(
            approval.code,
            self._place(),
            call.method,
            call.path,
            call.json_body,
            operation.subject,
            operation.action,
            now.isoformat(timespec="seconds"),
        )
        try:
            self._keeper.keep(request)
        except UserError as error:
            told = f"{operation.subject}: the request for approval {approval.code} was filed, but not kept: {error}"
            return Result(error=error.saying(told), approval=filed)
        return Result(approval=filed)

    def _request(self, fits: t.Callable[[KeptRequest], bool]) -> KeptRequest | None:
        """Return the latest request of this tenant that fits, if there is one."""
        kept = self._keeper.kept() if self._keeper is not None else ()
        place = self._place() if kept else None
        return next((one for one in reversed(kept) if one.place == place and fits(one)), None)

    def _place(self) -> Place:
        return Place(self._client.graph_url, self._client.claims.tenant)

    def _states(self) -> dict[str, LiveRequest] | UserError:
        """Return the requests of the tenant by their codes, or why they cannot be read."""
        if self._live is None:
            call = Call("GET", REQUESTS, version="beta")
            subject = "the requests for approval (multi-admin approval)"
            read = Operation(
                call,
                subject,
                "read them",
                PERMISSION,
                lambda answer: _by_code(self._client.all_items(answer)),
                rules=RULES,
            )
            [answer] = self._client.many([call])
            self._live = read.understood(answer)
        return t.cast("dict[str, LiveRequest] | UserError", self._live)

    def _asking(self, operation: Operation) -> Operation:
        return operation if self._reason is None else _with_headers(operation, asking(self._reason))

    def _drop(self, request: KeptRequest | None) -> None:
        """Forget a request that has served. What stays in the file does no harm: the tenant calls it completed."""
        if request is not None and self._keeper is not None:
            with contextlib.suppress(UserError):
                self._keeper.drop(request)


def _known(write: Prepared) -> Result | None:
    """Return how far the request of a write is that would be sent, None where it has none or that is not known."""
    request = write.request or write.replaced
    return None if request is None or write.state is None else Result(approval=Awaited(write.state, request.code))


def _approved(operation: Operation, request: KeptRequest) -> Operation:
    """Return a write with its approval, just as it was when that was asked for."""
    call = replace(operation.call, path=request.path, json_body=request.body)
    return _with_headers(replace(operation, call=call), approved(request.code))


def _with_headers(operation: Operation, headers: t.Mapping[str, str]) -> Operation:
    return replace(operation, call=replace(operation.call, headers=headers))


def _by_code(documents: t.Iterable[t.Any]) -> dict[str, LiveRequest]:
    return {
        document["id"].lower(): live_request(document)
        for document in documents
        if isinstance(document, dict) and isinstance(document.get("id"), str)
    }
