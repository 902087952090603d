# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misbehaviour on demand: a table of fault kinds, and the queue that decides which call is hit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .echo import FORMS, echo, echo_nextlink, echo_page, echo_redirect
from .errors import Refused, to_answer, too_many_requests, unknown_segment
from .wire import Answer, Call, ConnectionReset, Proceed, relinked

PROXY_PAGE = b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class FaultError(ValueError):
    """A fault is described wrongly; the text names the key."""


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
    return _refuse(too_many_requests(fault.retry_after), call)


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
        slow,
        hang,
        html_error,
        server_error,
        conflict,
        redirect,
        cut_json,
        empty_body,
        other_json,
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


@dataclass(slots=True)
class Faults:
    """The faults that wait for calls; the first that matches is consumed once and acts."""

    waiting: list[Fault] = field(default_factory=list)

    @classmethod
    def from_json(cls, value: object) -> Faults:
        """Faults out of a JSON list.

        :raises FaultError: what is wrong, with the key.
        """
        if not isinstance(value, list):
            raise FaultError("faults: a list is needed")
        return cls([_read(item, f"faults[{place}]") for place, item in enumerate(value)])

    def to_json(self) -> list[dict[str, Any]]:
        """What is left."""
        return [fault.to_json() for fault in self.waiting]

    def apply(self, on: str, call: Call, tenant: str, proceed: Proceed) -> Answer:
        """The answer to a call, by the fault that hits it if there is one."""
        fault = self._take(on, call, tenant)
        return proceed() if fault is None else KINDS[fault.kind](fault, call, proceed)

    def _take(self, on: str, call: Call, tenant: str) -> Fault | None:
        for fault in self.waiting:
            if not fault.matches(on, call, tenant):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.count is not None:
                fault.count -= 1
                if not fault.count:
                    self.waiting.remove(fault)
            return fault
        return None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "kind": (lambda value: isinstance(value, str) and value in KINDS, "one of " + ", ".join(KINDS)),
    "match": (lambda value: isinstance(value, dict), "an object of method, path, tenant and on"),
    "count": (lambda value: value is None or (_whole(value) and value > 0), "a whole number above 0, or null for ever"),
    "skip": (_whole, "a whole number"),
    "retry_after": (lambda value: value is None or _number(value) or isinstance(value, str), "a number or a string"),
    "seconds": (_number, "a number"),
    "committed": (lambda value: isinstance(value, bool), "true or false"),
    "url": (lambda value: value is None or isinstance(value, str), "a string"),
    "form": (lambda value: isinstance(value, str) and value in FORMS, "one of " + ", ".join(FORMS)),
}


def _methods(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _pattern(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except re.error:
        return False


MATCH: dict[str, tuple[Callable[[Any], bool], str]] = {
    "method": (_methods, "a method or a list of methods"),
    "path": (_pattern, "a regular expression"),
    "tenant": (lambda value: isinstance(value, str), "a tenant id"),
    "on": (lambda value: value in ("graph", "login"), "graph or login"),
}


def _checked(value: object, place: str, table: Mapping[str, tuple[Callable[[Any], bool], str]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FaultError(f"{place}: a JSON object is needed")
    for name, content in value.items():
        if name not in table:
            raise FaultError(f"{place}.{name}: unknown key; known are {', '.join(table)}")
        accepts, text = table[name]
        if not accepts(content):
            raise FaultError(f"{place}.{name}: must be {text}")
    return value


def _read(value: object, place: str) -> Fault:
    content = dict(_checked(value, place, FIELDS))
    if "kind" not in content:
        raise FaultError(f"{place}.kind: is required; must be {FIELDS['kind'][1]}")
    match = dict(_checked(content.pop("match", {}), f"{place}.match", MATCH))
    method = match.pop("method", [])
    methods = tuple(item.upper() for item in ([method] if isinstance(method, str) else method))
    return Fault(methods=methods, **match, **content)
