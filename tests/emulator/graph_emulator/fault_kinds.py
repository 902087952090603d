# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of faults: what each one does to a call."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .echo import echo, echo_nextlink, echo_page, echo_redirect
from .errors import Refused, to_answer, too_many_requests, unknown_segment
from .wire import Answer, Call, ConnectionReset, Proceed, relinked

PROXY_PAGE = b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """One fault: ``count`` None is for ever, ``skip`` matching calls pass first."""

    kind: str
    methods: tuple[str, ...] = ()
    path: str | None = None
    tenant: str | None = None
    on: str = "graph"
    count: int | None = 1
    skip: int = 0
    retry_after: float | str | None = None
    seconds: float = 0
    committed: bool = False
    url: str | None = None
    form: str = "plain"

    def matches(self, on: str, call: Call, tenant: str) -> bool:
        """Whether a call is one that this fault is about."""
        return (
            self.on == on
            and (not self.methods or call.method in self.methods)
            and (self.path is None or re.search(self.path, call.target) is not None)
            and (self.tenant is None or self.tenant == tenant)
        )

    def to_json(self) -> dict[str, Any]:
        """The fault as PUT takes it, with what is left of count and skip."""
        match = {"method": list(self.methods) or None, "path": self.path, "tenant": self.tenant, "on": self.on}
        return {
            "kind": self.kind,
            "match": {name: value for name, value in match.items() if value is not None},
            "count": self.count,
            "skip": self.skip,
            "retry_after": self.retry_after,
            "seconds": self.seconds,
            "committed": self.committed,
            "url": self.url,
            "form": self.form,
        }


def _refuse(refused: Refused, call: Call) -> Answer:
    return to_answer(refused, call)


def throttle(fault: Fault, call: Call, _proceed: Proceed) -> Answer:
    """429 with Retry-After as given."""
    return _refuse(too_many_requests(fault.retry_after, call), call)


def unavailable(fault: Fault, call: Call, _proceed: Proceed) -> Answer:
    """503, with Retry-After if given."""
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return _refuse(Refused(503, "ServiceUnavailable", "The service is temporarily unavailable.", headers), call)


def gateway_timeout(fault: Fault, call: Call, proceed: Proceed) -> Answer:
    """504; with ``committed`` the work is done all the same."""
    if fault.committed:
        proceed()
    return _refuse(Refused(504, "GatewayTimeout", "The service did not answer in time."), call)


def reset_before(_fault: Fault, _call: Call, _proceed: Proceed) -> Answer:
    """The connection is reset, nothing is done."""
    raise ConnectionReset


def reset_after(_fault: Fault, _call: Call, proceed: Proceed) -> Answer:
    """The work is committed, then the connection is reset without an answer."""
    proceed()
    raise ConnectionReset


def slow(fault: Fault, _call: Call, proceed: Proceed) -> Answer:
    """The work is done at once, the answer comes ``seconds`` later."""
    answer = proceed()
    return replace(answer, delay=answer.delay + fault.seconds)


def query_broker(_fault: Fault, call: Call, _proceed: Proceed) -> Answer:
    """500 with the words by which reports are throttled; nothing is done."""
    text = "Rate limit reached because of too many requests to query broker. Please retry after sometime."
    return _refuse(Refused(500, "InternalServerError", text, nested=True), call)


def hang(fault: Fault, call: Call, _proceed: Proceed) -> Answer:
    """Nothing is done; 504 comes ``seconds`` later."""
    return replace(gateway_timeout(replace(fault, committed=False), call, _proceed), delay=fault.seconds)


def html_error(_fault: Fault, _call: Call, _proceed: Proceed) -> Answer:
    """502 from something in between, in HTML."""
    return Answer(502, PROXY_PAGE, {"Content-Type": "text/html; charset=utf-8"})


def server_error(_fault: Fault, call: Call, _proceed: Proceed) -> Answer:
    """500, nothing is done."""
    return _refuse(Refused(500, "InternalServerError", "An internal server error has occurred."), call)


def conflict(_fault: Fault, call: Call, _proceed: Proceed) -> Answer:
    """409, nothing is done."""
    return _refuse(Refused(409, "Conflict", "The request conflicts with another one."), call)


def redirect(_fault: Fault, _call: Call, _proceed: Proceed) -> Answer:
    """302 to another host, as a captive portal answers; nothing is done."""
    return Answer(302, None, {"Location": "https://portal.example/sign-in"})


def empty_body(_fault: Fault, _call: Call, proceed: Proceed) -> Answer:
    """The answer without its body."""
    return replace(proceed(), content=None)


def other_json(_fault: Fault, _call: Call, proceed: Proceed) -> Answer:
    """The answer with another JSON value in place of its body, an empty array."""
    answer = proceed()
    return answer if answer.content is None else replace(answer, content=[])


def cut_json(_fault: Fault, _call: Call, proceed: Proceed) -> Answer:
    """The answer's JSON stops in the middle, with a Content-Length that fits."""
    answer = proceed()
    body = answer.body()
    if not body:
        return answer
    return replace(answer, content=body[: len(body) // 2]).with_headers({"Content-Type": answer.media_type or ""})


def drip(fault: Fault, _call: Call, proceed: Proceed) -> Answer:
    """The work is done, the answer comes byte by byte, ``seconds`` apart."""
    return replace(proceed(), manner="drip", pause=fault.seconds)


def broken_header(_fault: Fault, _call: Call, proceed: Proceed) -> Answer:
    """The work is done, a header of the answer is longer than any client takes."""
    return replace(proceed(), manner="broken_header")


def bad_length(_fault: Fault, _call: Call, proceed: Proceed) -> Answer:
    """The work is done, the answer is shorter than its Content-Length says."""
    return replace(proceed(), manner="bad_length")


def broken_tls(_fault: Fault, _call: Call, proceed: Proceed) -> Answer:
    """The work is done, in the middle of the answer comes what is no TLS."""
    return replace(proceed(), manner="broken_tls")


def oversized(_fault: Fault, _call: Call, proceed: Proceed) -> Answer:
    """The work is done, the answer is packed and unpacks to 64 MiB."""
    return replace(proceed(), manner="oversized")


def token_expired(_fault: Fault, call: Call, _proceed: Proceed) -> Answer:
    """401 as for a token past its time."""
    text = "Lifetime validation failed, the token is expired."
    return _refuse(Refused(401, "InvalidAuthenticationToken", text, {"WWW-Authenticate": 'Bearer realm=""'}), call)


def forbidden(_fault: Fault, call: Call, _proceed: Proceed) -> Answer:
    """403 as for a missing permission, with JSON text as the message."""
    text = "Application is not authorized to perform this operation."
    return _refuse(Refused(403, "Forbidden", text, nested=True), call)


def segment_withdrawn(_fault: Fault, call: Call, _proceed: Proceed) -> Answer:
    """400 as where Graph no longer serves the segment."""
    segments = call.segments
    return _refuse(unknown_segment(segments[1] if len(segments) > 1 else ""), call)


def nextlink_loop(_fault: Fault, call: Call, proceed: Proceed) -> Answer:
    """A page whose nextLink is the page's own URL."""
    return relinked(proceed(), f"{call.origin}{call.target}")


def nextlink_foreign(fault: Fault, call: Call, proceed: Proceed) -> Answer:
    """A page whose nextLink has another origin: ``url``, else our own port under our other name."""
    names = ("//localhost", "//127.0.0.1")
    here, there = names if names[0] in call.origin else names[::-1]
    other = f"{call.origin.replace(here, there)}{call.target}"
    return relinked(proceed(), fault.url or other)


KINDS: dict[str, Callable[[Fault, Call, Proceed], Answer]] = {
    function.__name__: function
    for function in (
        throttle,
        unavailable,
        gateway_timeout,
        reset_before,
        reset_after,
        query_broker,
        slow,
        hang,
        html_error,
        server_error,
        conflict,
        redirect,
        cut_json,
        empty_body,
        other_json,
        drip,
        broken_header,
        bad_length,
        broken_tls,
        oversized,
        token_expired,
        forbidden,
        segment_withdrawn,
        nextlink_loop,
        nextlink_foreign,
        echo,
        echo_redirect,
        echo_page,
        echo_nextlink,
    )
}
