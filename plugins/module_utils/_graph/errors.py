# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How calls to Graph fail, and what the body of a refusal says."""

from __future__ import annotations

import re
import typing as t

from .._errors import Approval, ApprovalKind, FactsError, Failure, cut, plain, unforeseen
from .._json import bounded_json

# Seen up to twice in public threads.
_MOST_LAYERS = 4
# What follows the words of a service: ids for Microsoft's support, and a URL of its own proxy.
_IDS = re.compile(
    r"\s*-\s*Operation ID(?: \(for customer support\))?:\s*(?P<operation>[\w-]+)"
    r"(?:\s*-?\s*Activity ID:\s*(?P<activity>[\w-]+))?.*",
    re.DOTALL,
)
_INNER_ERROR_KEYS = ("innererror", "inner_error")
_MESSAGE_LIMIT = 600
_FACT_LIMIT = 200
THROTTLED = 429
# What Intune's reports say, with 500, where other services answer 429.
_TOO_MANY = "rate limit reached because of too many requests to query broker"
_BUSY = "Run it again later, or raise retry_timeout; what was already applied is found and left alone"
_ADVICE = {
    500: "Run it again later; where it stays so, Microsoft's support asks for the request id in error",
    401: "Check that the token is for this Graph host and tenant and has not expired",
    503: _BUSY,
    504: _BUSY,
}
_OTHER_ADMINS = (
    "Give approval_reason and approval_codes so that the run files a request, or let an administrator exclude this app "
    "from the tenant's access policy (multi-admin approval)"
)
_APPROVAL_CAUSES = {
    ApprovalKind.WANTED: "this tenant wants each change approved by a second administrator, and none was asked for",
    ApprovalKind.FILED: "the change waits for a second administrator, and is not done yet",
    ApprovalKind.OPEN: "a request to change this policy is waiting for a second administrator",
    ApprovalKind.REFUSED: "Graph does not take the approval for this change",
}
_APPROVAL_STEPS = {
    ApprovalKind.WANTED: _OTHER_ADMINS,
    ApprovalKind.FILED: "Let a second administrator decide it, then run it again",
    ApprovalKind.OPEN: "Run it again when that request is done, is cancelled or has expired",
    ApprovalKind.REFUSED: "Look at the request in the Intune admin center",
}


# Exception stands beside its subclass here and in other rooms, since ansible-test's pylint does not follow the import.
class GraphError(FactsError, Exception):
    """A call that Graph (or something before it) refused or did not answer; ``failure`` holds the facts.

    ``maybe_done`` tells that a try of the call, not always the last one, may have done its work.
    """

    failure: Failure
    maybe_done: bool

    def __init__(self, failure: Failure, maybe_done: bool = False, **facts: t.Any) -> None:
        super().__init__(failure.message, failure=failure, maybe_done=maybe_done, **facts)

    @property
    def status(self) -> int | None:
        """The HTTP status, None when no answer came."""
        return self.failure.status

    @property
    def throttled(self) -> bool:
        """Whether the call was one too many. Nobody promises that one refused with 500 was not done all the same."""
        return self.status == THROTTLED or (self.status == 500 and _TOO_MANY in self.failure.message.lower())

    @property
    def in_doubt(self) -> bool:
        """Whether the call may have been done: nobody answered, the server failed, or a success cannot be read."""
        status = self.status or 0
        return self.maybe_done or 200 <= status < 300 or status >= 500

    def cause(self) -> str:
        """Return what happened as the cause part of a sentence."""
        if self.status is None:
            return self.failure.message
        code = f" {self.failure.code}" if self.failure.code else ""
        return f"Graph answered {self.status}{code}: {self.failure.message}"

    def advice(self) -> str | None:
        """Return the next step for this kind of failure, None when the caller knows better."""
        return _BUSY if self.throttled else _ADVICE.get(self.status or 0)


class NoAnswerError(GraphError):
    """The host could not be reached, or the connection broke; ``next_step`` is what the user can do."""

    next_step: str

    def __init__(self, failure: Failure, next_step: str, maybe_done: bool = False) -> None:
        super().__init__(failure, maybe_done, next_step=next_step)

    def advice(self) -> str | None:
        return self.next_step


class NotGraphError(GraphError):
    """Something answered that is not Graph: HTML, a redirect, cut JSON, a page link to elsewhere."""

    def cause(self) -> str:
        if (self.status or 0) >= 400:
            return f"the answer (status {self.status}) was {self.failure.message}"
        return self.failure.message

    def advice(self) -> str | None:
        return "Check graph_url and api_version, and whether a proxy or captive portal answers instead of Graph"


class ApprovalError(GraphError):
    """A write that Graph did not do, since a second administrator must approve it; ``approval`` says how far that is.

    Another try brings nothing, and the answer says nothing of whether the object is there.
    """

    approval: Approval

    def __init__(self, failure: Failure, approval: Approval) -> None:
        super().__init__(failure, approval=approval)

    @property
    def in_doubt(self) -> bool:
        """What waits is not done. But an earlier try may have used up the code, or filed the request that is open."""
        kind = self.approval.kind
        return self.maybe_done and (kind is ApprovalKind.REFUSED or (kind is ApprovalKind.OPEN and self.approval.asked))

    def cause(self) -> str:
        return f"{_APPROVAL_CAUSES[self.approval.kind]} ({super().cause().rstrip('. ')})"

    def advice(self) -> str | None:
        return _APPROVAL_STEPS[self.approval.kind]


class UnwantedError(GraphError):
    """A call that was not sent, since the program that started the run is gone."""

    def __init__(self, method: str, path: str) -> None:
        super().__init__(
            Failure(
                "the process that started this run has ended, so nothing more is sent",
                None,
                None,
                None,
                None,
                method,
                path,
            )
        )

    def advice(self) -> str | None:
        return "Run it again; what was already applied is found and left alone"


class InDoubtError(GraphError):
    """A call that must not be done twice, of which nobody knows whether it was done.

    ``retry_after`` is how many seconds the server asks for before another try.
    """

    retry_after: float | None

    def __init__(self, failure: Failure, retry_after: float | None = None) -> None:
        super().__init__(failure, maybe_done=True, retry_after=retry_after)

    def cause(self) -> str:
        return f"{super().cause().rstrip('. ')}, and nobody knows whether it was done"

    def advice(self) -> str | None:
        return "Run it again; what was already applied is found and left alone"


class UnforeseenError(GraphError):
    """An error nobody foresaw, while a call was made or its answer was read: it may have been done."""

    next_step: str

    def __init__(self, error: Exception) -> None:
        cause, next_step = unforeseen(error)
        super().__init__(Failure(cause), maybe_done=True, next_step=next_step)

    def advice(self) -> str | None:
        return self.next_step


class LoginError(GraphError):
    """No token could be had; ``next_step`` says what to check."""

    next_step: str

    def __init__(self, failure: Failure, next_step: str) -> None:
        super().__init__(failure, next_step=next_step)

    @property
    def in_doubt(self) -> bool:
        """Nothing is sent without a token; an earlier try may have had one."""
        return self.maybe_done

    @property
    def status(self) -> int | None:
        """None: a login's 404 must not be taken for that of the object which the token is for."""
        return None

    def cause(self) -> str:
        return self.failure.message

    def advice(self) -> str | None:
        return self.next_step


def parse_error_body(status: int, body: bytes, content_type: str, headers: t.Mapping[str, str]) -> Failure:
    """Read Graph's error body as tolerantly as it is written.

    Takes the status, the raw body, its content type and the response headers (case-insensitive mapping). Returns a
    Failure without method and path. ``innerError`` is spelled in several ways, ``code`` may be empty, and Intune
    nests a JSON text in ``message`` (Microsoft Graph "error responses" page; our reading for Intune).
    """
    request_id = _fact(headers.get("request-id"))
    client_request_id = _fact(headers.get("client-request-id"))
    error = _error_object(body)
    if error is None:
        return Failure(
            message=_not_json_message(body, content_type),
            status=status,
            request_id=request_id,
            client_request_id=client_request_id,
        )
    inner = _get_ignoring_case(error, _INNER_ERROR_KEYS)
    inner = inner if isinstance(inner, dict) else {}
    inner_id = _get_ignoring_case(inner, ("request-id", "requestid"))
    inner_client_id = _get_ignoring_case(inner, ("client-request-id", "clientrequestid"))
    return Failure(
        message=cut(sentence_of(error.get("message")), _MESSAGE_LIMIT) or "no message",
        status=status,
        code=_fact(error.get("code")),
        request_id=_fact(request_id or inner_id),
        client_request_id=_fact(client_request_id or inner_client_id),
    )


def is_graph_error(body: bytes) -> bool:
    """Tell whether an error's body can be Graph's: an error object, or nothing at all."""
    return not body or _error_object(body) is not None


def _error_object(body: bytes) -> dict[str, t.Any] | None:
    try:
        document = bounded_json(body)
    except (ValueError, RecursionError):
        return None
    error = _get_ignoring_case(document, ("error",)) if isinstance(document, dict) else None
    return error if isinstance(error, dict) else None


def _get_ignoring_case(mapping: t.Mapping[str, t.Any], names: tuple[str, ...]) -> t.Any:
    return next((value for key, value in mapping.items() if key.lower() in names), None)


def _fact(value: t.Any) -> str | None:
    """Return a code or an id of an answer as a short text, None where it is empty or no text."""
    return plain(value, _FACT_LIMIT) if isinstance(value, str) and value else None


def _not_json_message(body: bytes, content_type: str) -> str:
    """Say what came instead of Graph's error body, with an HTML page's title where there is one."""
    if not body:
        return "an answer without a body"
    text = body[:4096].decode("utf-8", "replace")
    if "html" in content_type.lower() or text.lstrip()[:1] == "<":
        title = re.search(r"<title>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        named = f" titled '{cut(title.group(1), 80)}'" if title else ""
        return f"an HTML page{named}, not a Graph answer"
    return f"a body that is not a Graph error ({content_type[:80] or 'no content type'}, {len(body)} bytes)"


def sentence_of(message: t.Any) -> str:
    """Return the readable text of a message: what a service says, and its ids behind it."""
    text = str(message or "").strip()
    for _layer in range(_MOST_LAYERS):
        inner = _inner(text)
        if inner is None:
            break
        text = inner
    return _IDS.sub(_told, text, count=1)


def _inner(text: str) -> str | None:
    """Return the message inside of a JSON text, None where it is not one that has any."""
    if not text.startswith("{"):
        return None
    try:
        nested = bounded_json(text.encode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(nested, dict):
        return None
    message = next((value for key, value in nested.items() if key.lower() == "message"), None)
    return str(message).strip() if message else None


def _told(found: re.Match[str]) -> str:
    ids = [f"{name} id {found[name]}" for name in ("operation", "activity") if found[name]]
    return f" ({', '.join(ids)})"
