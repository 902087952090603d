# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, in two forms: the facts of a failed call, and the sentence that a user is told."""

from __future__ import annotations

import re
import traceback
import typing as t
from dataclasses import asdict, dataclass

from .strict_json import bounded_json

# A token or an assertion (a JWT: its parts begin with the base64 of an open brace) that an answer repeats, as it is or
# in base64, alone or with the word Bearer in front.
_JWT = re.compile(r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))(?:eyJ|ZXlK|QmVhcmVyIGV5)[\w-]{6,}(?:[.+/=%]+[\w-]*)*")
_INNER_ERROR_KEYS = ("innererror", "inner_error")
_MESSAGE_LIMIT = 600
_FACT_LIMIT = 200
# The parts of a sentence: object, action, cause, next step. Together they stay well below 2,000 characters.
_PART_LIMITS = (300, 250, 900, 300)
# Controls, half characters, line ends, marks that turn the writing direction, and what is invisible: a name may hold
# them, but on a terminal they would hide or forge parts of what is shown. Joiners stay: scripts and emoji need them.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)

_BUSY = "Run it again later, or raise retry_timeout; what was already applied is found and left alone"
_ADVICE = {
    401: "Check that the token is for this Graph host and tenant and has not expired",
    429: _BUSY,
    503: _BUSY,
    504: _BUSY,
}


def printable(text: str, keep: str = "") -> str:
    """Return a text for a terminal: what cannot be printed there, and is not one of ``keep``, as an escape."""
    return _UNPRINTABLE.sub(
        lambda found: found[0] if found[0] in keep else found[0].encode("unicode_escape").decode("ascii"), text
    )


def printable_value(value: t.Any) -> t.Any:
    """Return a JSON value whose texts and keys are all for a terminal."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        shown: dict[t.Any, t.Any] = {}
        for key, member in value.items():
            name = printable_value(key)
            # Of two keys that look alike none gets lost.
            while name in shown:
                name = f"{name} (another)"
            shown[name] = printable_value(member)
        return shown
    if isinstance(value, (list, tuple)):
        return [printable_value(member) for member in value]
    return value


def plain(text: str, limit: int) -> str:
    """Return a text for a message: what cannot be printed as an escape, the middle left out where it is too long."""
    text = printable(text)
    tail = limit // 4
    return text if len(text) <= limit else f"{text[: limit - tail]} ... {text[-tail:]}"


@dataclass(frozen=True)
class Failure:
    """The facts of one failed call; never a header, a body or a token.

    ``status`` is the HTTP status (None when no answer came), ``path`` the path and query below the host.
    """

    message: str
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    client_request_id: str | None = None
    method: str | None = None
    path: str | None = None

    def __post_init__(self) -> None:
        # What was acquired or read from a file is masked here, whoever repeats it and wherever.
        for name, value in asdict(self).items():
            if isinstance(value, str):
                object.__setattr__(self, name, _without_tokens(value))

    def as_dict(self) -> dict[str, t.Any]:
        """Return the facts as a dict of JSON values, every key present."""
        return asdict(self)


class UserError(Exception):
    """One clear sentence for the user: object, action, cause, next step; ``details`` are the facts of a failed call."""

    def __init__(self, subject: str, action: str, cause: str, next_step: str, details: Failure | None = None) -> None:
        parts = (subject, action, cause.rstrip(". "), next_step.rstrip(". "))
        subject, action, cause, next_step = (plain(*part) for part in zip(parts, _PART_LIMITS, strict=True))
        super().__init__(f"{subject}: cannot {action}: {cause}. {next_step}.")
        self.details = details

    @property
    def in_doubt(self) -> bool:
        """Whether the call that failed may have been done all the same."""
        return isinstance(self.__cause__, GraphError) and self.__cause__.in_doubt

    def with_others(self, count: int) -> UserError:
        """Return this error with a word on how many others there were."""
        return self.saying(f"{self} ({count} more {'policy' if count == 1 else 'policies'} failed: see results.)")

    def saying(self, text: str) -> UserError:
        """Return an error with the facts of this one and a text of its own."""
        error = UserError("", "", "", "", self.details)
        error.args = (text,)
        return error


class GraphError(Exception):
    """A call that Graph (or something before it) refused or did not answer; ``failure`` holds the facts.

    ``maybe_done`` tells that a try of the call, not always the last one, may have done its work.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.maybe_done = False

    def __copy__(self) -> GraphError:
        """Return the same error for another call: copying by the arguments would lose the facts."""
        error = type(self).__new__(type(self), *self.args)
        error.__dict__.update(self.__dict__)
        return error

    @property
    def status(self) -> int | None:
        """The HTTP status, None when no answer came."""
        return self.failure.status

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
        return _ADVICE.get(self.status or 0)


class NoAnswerError(GraphError):
    """The host could not be reached, or the connection broke; ``next_step`` is what the user can do."""

    def __init__(self, failure: Failure, next_step: str) -> None:
        super().__init__(failure)
        self.next_step = next_step

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


class UnwantedError(GraphError):
    """A call that was not sent, since whoever started the run is gone."""

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

    ``retry_after`` is the server's wish in seconds before another try.
    """

    def __init__(self, failure: Failure, retry_after: float | None = None) -> None:
        super().__init__(failure)
        self.maybe_done = True
        self.retry_after = retry_after

    def cause(self) -> str:
        return f"{super().cause().rstrip('. ')}, and nobody knows whether it was done"

    def advice(self) -> str | None:
        return "Run it again; what was already applied is found and left alone"


class UnforeseenError(GraphError):
    """An error nobody foresaw, while a call was made or its answer was read: it may have been done."""

    def __init__(self, error: Exception) -> None:
        cause, self.next_step = unforeseen(error)
        super().__init__(Failure(cause))
        self.maybe_done = True

    def advice(self) -> str | None:
        return self.next_step


def unforeseen(error: Exception) -> tuple[str, str]:
    """Return the cause and the next step for an error nobody foresaw: its type and place, not its text, which may hold
    user data.
    """
    if isinstance(error, MemoryError):
        return "the memory of this machine is used up", "Give it more memory, or do less in one task"
    places = traceback.extract_tb(error.__traceback__)
    where = f" in {places[-1].filename.rsplit('/', 1)[-1]} line {places[-1].lineno}" if places else ""
    step = "This is a defect of the collection: please report it with this sentence"
    return f"an unexpected {type(error).__name__}{where}", step


class LoginError(GraphError):
    """No token could be had; ``next_step`` says what to check."""

    def __init__(self, failure: Failure, next_step: str) -> None:
        super().__init__(failure)
        self.next_step = next_step

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


def cut(text: str, limit: int) -> str:
    """Return a text of another's with single blanks, without tokens, and cut to so many characters.

    It is cut at a blank: half a secret would not be known for one.
    """
    text = _without_tokens(" ".join(text.split()))
    return text if len(text) <= limit else f"{text[: limit + 1].rpartition(' ')[0]} ...".lstrip()


def _without_tokens(text: str) -> str:
    return _JWT.sub("********", text)


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
        message=_message_text(error.get("message")) or "no message",
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


def _message_text(message: t.Any) -> str:
    """Return the readable text of a Graph message, unwrapping Intune's nested JSON."""
    text = str(message or "").strip()
    if text.startswith("{"):
        try:
            nested = bounded_json(text.encode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError):
            return cut(text, _MESSAGE_LIMIT)
        if isinstance(nested, dict):
            text = str(_get_ignoring_case(nested, ("message",)) or text)
    return cut(text, _MESSAGE_LIMIT)


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
