# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls and answers as values, and which error an answer is."""

from __future__ import annotations

import json
import time
import typing as t
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urlsplit

from .._errors import Failure
from .._json import strict_json
from .approvals import approval_in
from .errors import THROTTLED, ApprovalError, GraphError, NotGraphError, is_graph_error, parse_error_body
from .retry import FEW_TRIES, Transient, parse_retry_after

# Statuses worth another try (Graph pages "throttling" and "error responses"). 429 was surely not done; the others may
# come from a gateway, and so may be.
_NO_CONTENT = 204
# As much of a refusal's body as is searched for words.
_MOST_OF_BODY = 64 * 1024
_RETRIED = (THROTTLED, 502, 503, 504)
# Redirects that say that the call was not done here. Others may point at what it brought.
_NOT_DONE_HERE = (307, 308)


@dataclass(frozen=True)
class Call:
    """One call: ``path`` is relative to the version's root. Not ``repeatable`` is what must not be done twice. Where
    ``json_answer`` is set, an answer that is not JSON is a broken one. ``headers`` are sent beside the usual ones.
    ``only_reads`` is for a POST that changes nothing.
    """

    method: str
    path: str
    version: str | None = None
    json_body: t.Any = None
    data: bytes | None = None
    content_type: str | None = None
    repeatable: bool = True
    json_answer: bool = True
    headers: t.Mapping[str, str] = field(default_factory=dict)
    only_reads: bool = False

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing, whatever becomes of it."""
        return self.only_reads or self.method == "GET"

    @property
    def counts_as(self) -> str:
        """The method by which it is counted: a POST that only reads is no write.

        That Graph's limits count it so, too, is our reading: they name methods and do not mention such a POST.
        """
        return "GET" if self.is_read else self.method


@dataclass(frozen=True)
class Answer:
    """The answer to a call, of any status.

    ``data`` is its raw body; None where it came as a value, ``document``, within a body that was parsed already.
    """

    status: int
    data: bytes | None
    content_type: str
    method: str
    path: str
    document: t.Any = field(default=None, repr=False)

    @cached_property
    def body(self) -> bytes:
        """The raw body; the JSON text of what came as a value."""
        return json.dumps(self.document, ensure_ascii=False).encode() if self.data is None else self.data

    @property
    def is_empty(self) -> bool:
        """Whether it has no body."""
        return self.data == b""

    def json(self) -> t.Any:
        """Return the parsed body. Raises NotGraphError when it is not JSON (HTML, cut off), or not text throughout."""
        if isinstance(self._parsed, NotGraphError):
            raise self._parsed
        return self._parsed

    @cached_property
    def _parsed(self) -> t.Any:
        if self.data is None:
            return self.document
        try:
            return strict_json(self.body)
        except (ValueError, RecursionError):
            what = "an HTML page" if self._is_html else "a body that is not complete JSON"
            message = f"the answer to {self.method} {self.path} was {what} (status {self.status})"
            return NotGraphError(failure_of(self, message))

    @property
    def _is_html(self) -> bool:
        return "html" in self.content_type.lower() or self.body.lstrip()[:1] == b"<"

    def check(self, json_answer: bool) -> None:
        """Raise Transient for a body that Graph did not send like this: a page, or JSON that is cut off.

        An empty body passes, whatever its type: what needs one misses it when it reads it. Only who reads a payload's
        bytes could not tell an empty page from none.
        """
        if self.is_empty and (json_answer or self.method != "GET" or self.status == _NO_CONTENT):
            return
        if json_answer or "html" in self.content_type.lower():
            try:
                self.json()
            except NotGraphError as error:
                raise Transient(error, tries=FEW_TRIES) from error


def host_of(url: str) -> str | None:
    """Return the host (and port) that a server's link names, "" for a relative one, None for what is not a URL."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return None


def failure_of(answer: Answer, message: str) -> Failure:
    return Failure(message, status=answer.status, method=answer.method, path=answer.path)


def refusal_of(answer: Answer, headers: t.Mapping[str, str], sent: t.Mapping[str, str]) -> Exception:
    """Return the error for an answer that is not 2xx, or that only files a request: Transient where another try makes
    sense.

    ``headers`` are those of the answer, ``sent`` those of the call.
    """
    if 300 <= answer.status < 400:
        target = host_of(headers.get("Location", "")) or "an unnamed place"
        redirect = failure_of(answer, f"a redirect to {target} (status {answer.status}) was not followed")
        return NotGraphError(redirect, maybe_done=answer.status not in _NOT_DONE_HERE)
    failure = parse_error_body(answer.status, answer.body, answer.content_type, headers)
    failure = replace(
        failure,
        method=answer.method,
        path=answer.path,
        client_request_id=failure.client_request_id or sent.get("client-request-id"),
    )
    if answer.method != "GET":
        texts = (failure.message, answer.body[:_MOST_OF_BODY].decode("utf-8", "replace"))
        approval = approval_in(answer.status, failure.code, texts, headers, sent)
        if approval is not None:
            return ApprovalError(failure, approval)
    error = GraphError(failure) if is_graph_error(answer.body) else NotGraphError(failure)
    if answer.status in _RETRIED or error.throttled:
        retry_after = parse_retry_after(headers.get("Retry-After"), time.time())
        return Transient(error, retry_after, maybe_done=answer.status != THROTTLED)
    return error
