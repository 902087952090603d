# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A scripted wire: the requests a test expects, in order, and nothing else; and a clock that only sleeps move."""

from __future__ import annotations

import base64
import json
import re
import ssl
import typing as t
from dataclasses import dataclass, field

import pytest
import requests
import responses
import urllib3
from requests import PreparedRequest
from responses.registries import OrderedRegistry

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.exchange import Phase, current
from ansible_collections.m365.apps.plugins.module_utils._graph.progress import Observer, ignore_progress
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import RetryPolicy
from ansible_collections.m365.apps.plugins.module_utils._graph.session import Connection
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import PolicyWrite, Written

GRAPH = "https://graph.test"
LOGIN = "https://login.test"
POLICIES = f"{GRAPH}/beta/officeConfiguration/clientConfigurations"
TOKEN = "canary-token-0123456789"

WITHDRAWN: dict[str, t.Any] = {
    "status": 400,
    "json": {"error": {"code": "BadRequest", "message": "Resource not found for the segment 'officeConfiguration'."}},
}
LOST = requests.exceptions.ConnectionError("Connection aborted.")
UNREACHED = requests.exceptions.ConnectionError(
    urllib3.exceptions.MaxRetryError(
        t.cast(urllib3.connectionpool.ConnectionPool, None),
        "/",
        urllib3.exceptions.NewConnectionError(t.cast(urllib3.connection.HTTPConnection, None), "refused"),
    )
)
PROXY_DOWN = requests.exceptions.ProxyError("down")
UNTRUSTED = requests.exceptions.SSLError(ssl.SSLCertVerificationError(1, "certificate verify failed"))
# When a failure of the wire happens, if not while the answer is waited for.
PHASES = {id(UNREACHED): Phase.CONNECT, id(PROXY_DOWN): Phase.PROXY, id(UNTRUSTED): Phase.HANDSHAKE}


def refusal(status: int, message: str = "no", code: str = "Code", **headers: str) -> dict[str, t.Any]:
    """Return the arguments of Wire.expect for one of Graph's error answers."""
    return {"status": status, "json": {"error": {"code": code, "message": message}}, "headers": headers}


def token_with(claims: t.Any) -> str:
    """Return a token in the form of a JWT that nobody signed, with these claims."""
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims, {}))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def connection(**changes: t.Any) -> Connection:
    """Return a connection to the scripted hosts."""
    return Connection(**{"graph_url": GRAPH, "login_url": LOGIN, **changes})


@dataclass
class Clock:
    """Monotonic seconds that pass only while somebody sleeps (or a test says so)."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def policy(self, budget: float = 300.0, jitter: float = 1.0, observer: Observer = ignore_progress) -> RetryPolicy:
        """Return a retry policy on this clock; jitter 1 gives the longest waits: 0.5, 1, 2 s and so on."""
        return RetryPolicy(budget, self, self.sleep, lambda: jitter, observer)

    def client(self, budget: float = 300.0, batching: bool = False, **changes: t.Any) -> GraphClient:
        """Return a client with a ready token on this clock."""
        return GraphClient(connection(**changes), ReadyToken(TOKEN), self.policy(budget), batching)


def written(surface: OfficeSurface, write: PolicyWrite, known_ids: t.Collection[str] = ()) -> Written:
    """Send one write and return what it brought. Raises its error."""
    (result,) = surface.write([write], known_ids)
    if result.error is not None:
        raise result.error
    return result.written


class Script(OrderedRegistry):
    """Stops the test at an unlisted call: any Exception would be taken for a broken wire, or for a defect."""

    def find(self, request: PreparedRequest) -> tuple[responses.BaseResponse | None, list[str]]:
        found, reasons = super().find(request)
        if found is None:
            pytest.fail(f"unlisted call {request.method} {request.url}: {' '.join(reasons)}")
        # As far as a real connection would have got.
        current().phase = PHASES.get(id(getattr(found, "body", None)), Phase.AWAIT)
        return found, reasons


class Wire:
    """The expected requests of one test. Method and whole URL (as sent, encoded) must fit; all must be sent."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._mock = mock

    def expect(self, method: str, url: str, status: int = 200, **answer: t.Any) -> None:
        """Expect one request. ``answer`` are body or json, headers and content_type; a body may be an exception."""

        def whole_url(request: PreparedRequest) -> tuple[bool, str]:
            return request.url == url, f"{request.url} is not {url}"

        self._mock.add(method, re.compile(".*"), status=status, match=[whole_url], **answer)

    @property
    def sent(self) -> list[PreparedRequest]:
        """The requests sent so far, in order."""
        return [call.request for call in self._mock.calls]

    @property
    def lines(self) -> list[str]:
        """Method and path of each request sent so far."""
        return [f"{request.method} {request.path_url}" for request in self.sent]

    def body(self, place: int = -1) -> bytes:
        """The bytes of one request's body."""
        body = self.sent[place].body
        assert isinstance(body, bytes)
        return body

    def json(self, place: int = -1) -> t.Any:
        """The parsed JSON body of one request."""
        return json.loads(self.body(place))
