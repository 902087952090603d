# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many calls in one request (Graph page "JSON batching"): each inner answer stands and is retried by itself."""

from __future__ import annotations

import base64
import binascii
import json
import typing as t
import uuid
from dataclasses import replace

from .errors import Failure, GraphError, InDoubtError, NotGraphError
from .messages import THROTTLED, Answer, Call, refusal_of
from .retry import RetryPolicy, Transient

BATCH_SIZE = 20

_UNAUTHORIZED = 401
_FAILED_DEPENDENCY = 424
# Inner refusals that are tried again, after that many seconds (None: as after any failure).
_TRIED_AGAIN = {_UNAUTHORIZED: 0.0, _FAILED_DEPENDENCY: None}
# The outer answer's way to say that there is no $batch here; the inner calls are then sent alone.
_REFUSALS = (400, 403, 404, 405, 501)

Results = dict[int, t.Union[Answer, GraphError]]


class Sender(t.Protocol):
    """What sends a batch: ``post_batch`` once, ``renew`` gets another token where that is of use, ``throttled`` hears
    that Graph asks for fewer calls.
    """

    def post_batch(self, version: str | None, requests: t.Sequence[t.Mapping[str, t.Any]]) -> Answer: ...

    def renew(self) -> bool: ...

    def throttled(self) -> None: ...


class BatchRefusedError(Exception):
    """The tenant does not take $batch. ``settled`` are calls of which an earlier try may have been done, by place;
    nothing else was.
    """

    def __init__(self, settled: Results) -> None:
        super().__init__()
        self.settled = settled


def send_batch(calls: t.Sequence[Call], sender: Sender, retry: RetryPolicy) -> list[Answer | GraphError]:
    """Send up to 20 calls of one version that do not depend on each other; return an answer or an error for each.

    Inner throttling waits for the longest inner Retry-After and sends only what is left. Raises BatchRefusedError.
    """
    run = _BatchRun(calls, sender)
    try:
        retry.run(run.attempt)
    except GraphError as error:
        for place in run.pending:
            run.results[place] = run.last_errors.get(place, error)
    run.mark()
    return [run.results[place] for place in range(len(calls))]


class _BatchRun:
    """One batch until each of its calls has an answer or an error."""

    def __init__(self, calls: t.Sequence[Call], sender: Sender) -> None:
        self._calls = calls
        self._sender = sender
        self._answered_once = False
        # Whether a token that inner calls were refused with was replaced: once in a batch is enough.
        self._renewed = False
        self.pending = list(range(len(calls)))
        self.results: Results = {}
        self.last_errors: dict[int, GraphError] = {}
        self._maybe_done: set[int] = set()

    def mark(self) -> None:
        """Mark the errors of calls of which an earlier try may have been done."""
        for place in self._maybe_done:
            result = self.results.get(place)
            if isinstance(result, GraphError):
                result.maybe_done = True

    def attempt(self) -> None:
        """Send what is pending. Raises Transient while something is left."""
        self.last_errors.clear()
        requests = {place: _request(place, self._calls[place]) for place in self.pending}
        try:
            answer = self._sender.post_batch(self._calls[0].version, list(requests.values()))
        except Transient as failure:
            if failure.maybe_done:
                self._maybe_done.update(self.pending)
                self._doubt(failure)
            if self.pending:
                raise
            return
        except GraphError as error:
            if error.status in _REFUSALS and not self._answered_once:
                raise BatchRefusedError(self.results) from error
            raise
        self._answered_once = True
        left = self._sort(answer, requests)
        if left:
            raise left

    def _doubt(self, failure: Transient) -> None:
        """Settle what must not be sent again."""
        for place in [place for place in self.pending if not self._calls[place].repeatable]:
            self._settle(place, InDoubtError(failure.error.failure, failure.retry_after))

    def _settle(self, place: int, result: Answer | GraphError) -> None:
        self.results[place] = result
        self.pending.remove(place)

    def _sort(self, outer: Answer, sent: t.Mapping[int, t.Mapping[str, t.Any]]) -> Transient | None:
        """Settle what was answered; return the failure to wait for when something is left."""
        inner = _inner_answers(outer)
        root = outer.path.removesuffix("/$batch")
        left: list[Transient] = []
        for place in list(self.pending):
            # Answers and errors name the whole path, as those of single calls do.
            call = replace(self._calls[place], path=root + self._calls[place].path)
            try:
                self._settle(place, _answer(call, sent[place], inner.get(str(place))))
            except Transient as failure:
                if failure.maybe_done:
                    self._maybe_done.add(place)
                if failure.maybe_done and not call.repeatable:
                    self._settle(place, InDoubtError(failure.error.failure, failure.retry_after))
                    continue
                self.last_errors[place] = failure.error
                left.append(failure)
            except GraphError as error:
                self._settle(place, error)
        return self._wait_for(left)

    def _wait_for(self, left: t.Sequence[Transient]) -> Transient | None:
        """Return the failure that stands for what is left; throttling and a refused token are dealt with once."""
        statuses = {failure.error.status for failure in left}
        if THROTTLED in statuses:
            self._sender.throttled()
        if _UNAUTHORIZED in statuses and (self._renewed or not self._sender.renew()):
            for place in [place for place in self.pending if self.last_errors[place].status == _UNAUTHORIZED]:
                self._settle(place, self.last_errors[place])
            left = [failure for failure in left if failure.error.status != _UNAUTHORIZED]
        self._renewed = self._renewed or _UNAUTHORIZED in statuses
        if not left:
            return None
        waits = [failure.retry_after for failure in left if failure.retry_after is not None]
        tries = None if any(failure.tries is None for failure in left) else max(failure.tries or 0 for failure in left)
        return Transient(left[0].error, max(waits, default=None), tries=tries)


def _request(place: int, call: Call) -> dict[str, t.Any]:
    headers = {"client-request-id": str(uuid.uuid4())}
    request: dict[str, t.Any] = {"id": str(place), "method": call.method, "url": call.path, "headers": headers}
    if call.json_body is not None:
        headers["Content-Type"] = "application/json"
        request["body"] = call.json_body
    elif call.data is not None:
        headers["Content-Type"] = call.content_type or "application/octet-stream"
        request["body"] = base64.urlsafe_b64encode(call.data).decode("ascii")
    return request


def _inner_answers(outer: Answer) -> dict[str, dict[str, t.Any]]:
    document = outer.json()
    responses = document.get("responses") if isinstance(document, dict) else None
    if not isinstance(responses, list):
        failure = Failure("the answer to $batch has no list 'responses'", outer.status, method="POST", path=outer.path)
        raise NotGraphError(failure)
    return {str(inner.get("id")): inner for inner in responses if isinstance(inner, dict)}


def _answer(call: Call, sent: t.Mapping[str, t.Any], inner: t.Mapping[str, t.Any] | None) -> Answer:
    """Return the inner answer. Raises Transient or GraphError for one that is missing or not 2xx."""
    if inner is None or type(inner.get("status")) is not int or not 100 <= inner["status"] <= 599:
        raise Transient(
            NotGraphError(Failure("$batch gave no answer to this call", method=call.method, path=call.path))
        )
    told = inner.get("headers")
    headers = {key.lower(): str(value) for key, value in told.items()} if isinstance(told, dict) else {}
    answer = Answer(inner["status"], _body(inner.get("body")), headers.get("content-type", ""), call.method, call.path)
    if 200 <= answer.status < 300:
        answer.check(call.json_answer)
        return answer
    refusal = refusal_of(answer, _IgnoringCase(headers), sent["headers"]["client-request-id"])
    if isinstance(refusal, GraphError) and answer.status in _TRIED_AGAIN:
        raise Transient(refusal, _TRIED_AGAIN[answer.status], maybe_done=False)
    raise refusal


class _IgnoringCase(dict[str, str]):
    """Headers found by a name in any case; the keys are in lower case."""

    def get(self, name: str, default: t.Any = None) -> t.Any:
        return super().get(name.lower(), default)


def _body(body: t.Any) -> bytes:
    """Return the bytes of an inner body: JSON as it is, bytes as base64 or base64url text."""
    if body is None:
        return b""
    if not isinstance(body, str):
        return json.dumps(body, ensure_ascii=False).encode()
    compact = "".join(body.split()).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return body.encode()
