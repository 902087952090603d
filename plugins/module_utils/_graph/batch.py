# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many calls in one request (Graph page "JSON batching"): each inner answer stands and is retried by itself."""

from __future__ import annotations

import base64
import binascii
import typing as t
import uuid

from .._errors import FactsError, Failure, MissingLibraryError
from .approvals import is_filed
from .errors import GraphError, InDoubtError, NotGraphError, UnforeseenError
from .messages import Answer, Call, refusal_of
from .retry import RetryPolicy, Transient

BATCH_SIZE = 20

_UNAUTHORIZED = 401
_FAILED_DEPENDENCY = 424
# The outer answer's way to say that there is no $batch here; the inner calls are then sent alone.
_REFUSALS = (400, 403, 404, 405, 501)

Results = dict[int, t.Union[Answer, GraphError]]


class Sender(t.Protocol):
    """What sends a batch: ``post_batch`` once, of calls that count as calls with these methods; ``renew`` gets another
    token where that is of use, ``throttled`` hears that Graph asks for fewer calls, and for how many seconds for none,
    if it says.
    """

    def post_batch(
        self, version: str | None, requests: t.Sequence[t.Mapping[str, t.Any]], methods: t.Sequence[str]
    ) -> Answer: ...

    def renew(self) -> bool: ...

    def throttled(self, seconds: float | None = None) -> None: ...


class BatchRefusedError(FactsError, Exception):
    """The tenant does not take $batch. ``settled`` are calls that must not be sent again, ``maybe_done`` those of which
    an earlier try may have been done, both by place.
    """

    settled: Results
    maybe_done: t.Collection[int]

    def __init__(self, settled: Results, maybe_done: t.Collection[int]) -> None:
        super().__init__(settled=settled, maybe_done=maybe_done)


def send_batch(calls: t.Sequence[Call], sender: Sender, retry: RetryPolicy) -> list[Answer | GraphError]:
    """Send up to 20 calls of one version that do not depend on each other; return an answer or an error for each.

    Inner throttling waits for the longest inner Retry-After and sends only what is left. Raises BatchRefusedError.
    """
    run = _BatchRun(calls, sender)
    try:
        retry.run(run.attempt)
    except (BatchRefusedError, MissingLibraryError):
        raise
    except Exception as unforeseen:  # noqa: BLE001 - what was answered before must not get lost
        error = unforeseen if isinstance(unforeseen, GraphError) else UnforeseenError(unforeseen)
        run.give_up(error)
    return run.answers()


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
        self._last_errors: dict[int, GraphError] = {}
        self._maybe_done: set[int] = set()

    def give_up(self, error: GraphError) -> None:
        """Settle what is pending, each call with its last error; ``error`` tells of the one that ended the tries."""
        failure = error.__cause__
        ended = failure.error if isinstance(failure, Transient) else error
        for place in self.pending:
            last = self._last_errors.get(place, ended)
            self.results[place] = error if last is ended else last

    def answers(self) -> list[Answer | GraphError]:
        """Return what became of each call, with the errors saying where an earlier try may have been done."""
        return [
            result.with_facts(maybe_done=True)
            if isinstance(result, GraphError) and place in self._maybe_done
            else result
            for place, result in sorted(self.results.items())
        ]

    def attempt(self) -> None:
        """Send what is pending; with a new token, once, what this one is refused for. Raises Transient while something
        is left.
        """
        self._last_errors.clear()
        left = self._send(self.pending)
        refused = [place for place, result in self.results.items() if _is_unauthorized(result)]
        if refused and not self._renewed:
            self._renewed = True
            if self._sender.renew():
                self._reopen(refused)
                left += self._send(refused)
        if left:
            raise self._standing_for(left)

    def _send(self, places: t.Iterable[int]) -> list[Transient]:
        """Send these calls once; return the failures that leave some of them pending."""
        requests = {place: _request(place, self._calls[place]) for place in sorted(places)}
        methods = [self._calls[place].counts_as for place in requests]
        try:
            answer = self._sender.post_batch(self._calls[0].version, list(requests.values()), methods)
        except Transient as failure:
            ends = [self._ends(place, failure) for place in requests]
            return [] if all(ends) else [failure]
        except GraphError as error:
            if error.status in _REFUSALS and not self._answered_once:
                raise BatchRefusedError(self.results, self._maybe_done) from error
            raise
        self._answered_once = True
        left = self._sort(answer, requests)
        waits = [failure.retry_after or 0.0 for failure in left if failure.error.throttled]
        if waits:
            self._sender.throttled(max(waits))
        return left

    def _sort(self, outer: Answer, sent: t.Mapping[int, t.Mapping[str, t.Any]]) -> list[Transient]:
        """Settle what was answered; return the failures of what is left."""
        inner = _inner_answers(outer)
        root = outer.path.removesuffix("/$batch")
        left: list[Transient] = []
        for place in sent:
            # Answers and errors name the whole path, as those of single calls do.
            path = root + self._calls[place].path
            try:
                self._settle(place, _answer(self._calls[place], path, sent[place], inner.get(str(place))))
            except Transient as failure:
                if not self._ends(place, failure):
                    left.append(failure)
            except GraphError as error:
                self._settle(place, error)
        return left

    def _ends(self, place: int, failure: Transient) -> bool:
        """Note that a call failed; tell whether that is its end, since it must not be done twice."""
        self._last_errors[place] = failure.error
        if not failure.maybe_done:
            return False
        self._maybe_done.add(place)
        if self._calls[place].repeatable:
            return False
        self._settle(place, InDoubtError(failure.error.failure, failure.retry_after))
        return True

    def _settle(self, place: int, result: Answer | GraphError) -> None:
        self.results[place] = result
        self.pending.remove(place)

    def _reopen(self, places: t.Iterable[int]) -> None:
        for place in places:
            del self.results[place]
            self.pending.append(place)

    def _standing_for(self, left: t.Sequence[Transient]) -> Transient:
        """Return the failure to wait for. What may have been done is noted here for each call, not for all."""
        waits = [failure.retry_after for failure in left if failure.retry_after is not None]
        tries = None if any(failure.tries is None for failure in left) else max(failure.tries or 0 for failure in left)
        return Transient(left[0].error, max(waits, default=None), maybe_done=False, tries=tries)


def _is_unauthorized(result: Answer | GraphError) -> bool:
    return isinstance(result, GraphError) and result.status == _UNAUTHORIZED


def _request(place: int, call: Call) -> dict[str, t.Any]:
    headers = {**call.headers, "client-request-id": str(uuid.uuid4())}
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


def _is_status(value: t.Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 200 <= value <= 599


def _answer(call: Call, path: str, sent: t.Mapping[str, t.Any], inner: t.Mapping[str, t.Any] | None) -> Answer:
    """Return the inner answer. Raises Transient or GraphError for one that is missing or not 2xx."""
    if inner is None or not _is_status(inner.get("status")):
        raise Transient(NotGraphError(Failure("$batch gave no answer to this call", method=call.method, path=path)))
    told = inner.get("headers")
    headers = _IgnoringCase({key.lower(): str(value) for key, value in told.items()} if isinstance(told, dict) else {})
    body = inner.get("body")
    data = _data(body) if body is None or isinstance(body, str) else None
    answer = Answer(inner["status"], data, headers.get("content-type", ""), call.method, path, body)
    if 200 <= answer.status < 300 and not (call.method != "GET" and is_filed(headers, sent["headers"])):
        answer.check(call.json_answer)
        return answer
    refusal = refusal_of(answer, headers, sent["headers"])
    if isinstance(refusal, GraphError) and answer.status == _FAILED_DEPENDENCY:
        raise Transient(refusal, maybe_done=False)
    raise refusal


class _IgnoringCase(dict[str, str]):
    """Headers found by a name in any case; the keys are in lower case."""

    def get(self, name: str, default: t.Any = None) -> t.Any:
        return super().get(name.lower(), default)


def _data(body: str | None) -> bytes:
    """Return the bytes of an inner body that is not JSON: they are base64 or base64url text."""
    if body is None:
        return b""
    compact = "".join(body.split()).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return body.encode()
