# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP sessions: TLS, proxy, time-outs, and what went wrong when no answer came."""

from __future__ import annotations

import platform
import sys
import time
import traceback
import typing as t
from dataclasses import dataclass, field
from functools import partial

from .._version import VERSION
from .body import read_body
from .exchange import Exchange
from .no_answer import FAILURES, no_answer
from .seen import NOBODY, Seen, Watcher, show
from .transport import Adapter

REQUESTS_IMPORT_ERROR: str | None
try:
    import requests
    import urllib3
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None


@dataclass(frozen=True)
class Connection:
    """Where and how to connect.

    URLs are roots without version and trailing slash; ``ca_path`` is a PEM file or a folder of hashed certificates;
    ``proxy`` None means the environment's proxies; ``timeout`` (one call with its whole answer) and ``retry_timeout``
    (all tries of one call) are seconds. ``connections`` is how many requests to Graph may be on their way at once.
    ``watcher`` hears of every exchange.
    """

    graph_url: str
    login_url: str
    api_version: str = "beta"
    validate_certs: bool = True
    ca_path: str | None = None
    proxy: str | None = field(default=None, repr=False)  # it may hold a password
    timeout: float = 30.0
    retry_timeout: float = 300.0
    connections: int = 1
    watcher: Watcher = field(default=NOBODY, repr=False, compare=False)


def user_agent() -> str:
    """Return the product, its version and the Python version, as the User-Agent of every call."""
    return f"m365.apps/{VERSION} (Ansible collection; Python {platform.python_version()})"


def open_session(connection: Connection, url: str, login: bool = False) -> requests.Session:
    """Return a session for the host of ``url``; ``login`` tells that it is for logging in.

    The environment's CA variables would override ``verify`` in requests, so the environment is not trusted; only its
    proxies (with no_proxy) are used, and only where none was asked for.
    """
    session = requests.Session()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, Adapter())
    session.verify = (connection.ca_path or True) if connection.validate_certs else False
    if not connection.validate_certs:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    if connection.proxy:
        session.proxies = {"https": connection.proxy, "http": connection.proxy}
    else:
        session.proxies = environment_proxies(url)
    # requests reads the target of a redirect even where it is not followed, and fails where that is not a URL.
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign] # noqa: ARG005
    session.headers.update({"User-Agent": user_agent(), "Accept-Encoding": "gzip"})
    # What send() shows of each exchange goes there.
    session.show_seen = partial(_show, connection.watcher, login)  # type: ignore[attr-defined]
    return session


def environment_proxies(url: str) -> dict[str, str]:
    """Return the proxies of the environment for a URL by their scheme, none where no_proxy names its host."""
    return dict(requests.utils.get_environ_proxies(url)) if REQUESTS_IMPORT_ERROR is None else {}


def replace_body(response: requests.Response, body: bytes) -> None:
    """Let an answer have this body, which is text in UTF-8 whatever its header says."""
    response._content = body
    response.encoding = "utf-8"


def send(session: requests.Session, method: str, url: str, exchange: Exchange, **arguments: t.Any) -> requests.Response:
    """Send one request and return its answer with the body read, whatever its status.

    All of it, connecting and reading included, may take the seconds of the exchange. Redirects are not followed: the
    token goes to the configured host only. Raises Transient where another try makes sense, NoAnswerError where it does
    not.
    """
    before = sys.exc_info()[1]
    began = time.monotonic()
    response: requests.Response | None = None
    failure: Exception | None = None
    with exchange.entered():
        try:
            response = session.request(
                method, url, timeout=exchange.seconds, allow_redirects=False, stream=True, **arguments
            )
            # requests would read it without a bound.
            response._content = read_body(response, exchange)
        except FAILURES as error:
            failure = no_answer(error, exchange, method, url, before)
            raise failure from error
        finally:
            if response is not None:
                response.close()
            asked = _Asked(method, url, arguments, began, exchange)
            getattr(session, "show_seen", _forget)(asked, response, failure)
    return response


class _Asked(t.NamedTuple):
    """What send() was asked to send, when, and how far it has got."""

    method: str
    url: str
    arguments: t.Mapping[str, t.Any]
    began: float
    exchange: Exchange


def _forget(*_exchange: t.Any) -> None:
    """Show an exchange to nobody."""


def _show(
    watcher: Watcher, login: bool, asked: _Asked, response: requests.Response | None, failure: Exception | None
) -> None:
    show(watcher, lambda: _seen(login, asked, response, failure))


def _seen(login: bool, asked: _Asked, response: requests.Response | None, failure: Exception | None) -> Seen:
    """Return what there is to be seen of an exchange; one without an answer is prepared once more to know its URL."""
    sent: t.Any = response.request if response is not None else _prepared(asked)
    body = sent.body or b""
    return Seen(
        method=asked.method,
        url=str(sent.url or asked.url),
        login=login,
        sent=dict(sent.headers or {}),
        body=body if isinstance(body, bytes) else str(body).encode(),
        status=response.status_code if response is not None else None,
        headers=dict(response.headers) if response is not None else {},
        # What was not read to its end is no answer.
        answer=(response._content or b"") if response is not None and failure is None else b"",
        failure=type(failure).__name__ if failure is not None else "",
        phase=asked.exchange.phase.name if failure is not None else "",
        began=asked.began,
        seconds=time.monotonic() - asked.began,
    )


def _prepared(asked: _Asked) -> requests.PreparedRequest:
    chosen = {key: asked.arguments[key] for key in ("params", "data", "headers") if key in asked.arguments}
    return requests.Request(asked.method, asked.url, **chosen).prepare()
