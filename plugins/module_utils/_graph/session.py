# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP sessions: TLS, proxy, time-outs, and what went wrong when no answer came."""

from __future__ import annotations

import platform
import traceback
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .._version import VERSION
from .errors import Failure, NoAnswerError
from .retry import FEW_TRIES, Transient

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
    ``proxy`` None means the environment's proxies; ``timeout`` (one call) and ``retry_timeout`` (all tries of one call)
    are seconds.
    """

    graph_url: str
    login_url: str
    api_version: str = "beta"
    validate_certs: bool = True
    ca_path: str | None = None
    proxy: str | None = field(default=None, repr=False)  # it may hold a password
    timeout: float = 30.0
    retry_timeout: float = 300.0


def user_agent() -> str:
    """Return the product, its version and the Python version, as the User-Agent of every call."""
    return f"m365.apps/{VERSION} (Ansible collection; Python {platform.python_version()})"


def open_session(connection: Connection, url: str) -> requests.Session:
    """Return a session for the host of ``url``.

    The environment's CA variables would override ``verify`` in requests, so the environment is not trusted; only its
    proxies (with no_proxy) are used, and only where none was asked for.
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = (connection.ca_path or True) if connection.validate_certs else False
    if not connection.validate_certs:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    if connection.proxy:
        session.proxies = {"https": connection.proxy, "http": connection.proxy}
    else:
        session.proxies = dict(requests.utils.get_environ_proxies(url))
    # requests reads the place that a redirect leads to even where it is not followed, and stumbles over what is no URL.
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign] # noqa: ARG005
    session.headers["User-Agent"] = user_agent()
    return session


def send(session: requests.Session, method: str, url: str, timeout: float, **arguments: t.Any) -> requests.Response:
    """Send one request and return its answer with the body read, whatever its status.

    Redirects are not followed: the token goes to the configured host only. Raises Transient where another try makes
    sense, NoAnswerError where it does not.
    """
    try:
        return session.request(method, url, timeout=timeout, allow_redirects=False, **arguments)
    except requests.exceptions.RequestException as error:
        raise _no_answer(error, method, url, timeout) from error
    except OSError as error:
        # requests lets a missing ca_path through as a plain OSError.
        failure = Failure(f"{_host(url)} was not called ({error})", None, None, None, None, method, _path(url))
        raise NoAnswerError(failure, "Check ca_path") from error


def _no_answer(error: requests.exceptions.RequestException, method: str, url: str, timeout: float) -> Exception:
    """Return Transient or NoAnswerError for a request that got no answer."""
    host = _host(url)

    def failed(message: str, next_step: str) -> NoAnswerError:
        return NoAnswerError(Failure(message, method=method, path=_path(url)), next_step)

    if isinstance(error, requests.exceptions.SSLError):
        return failed(
            f"the TLS certificate of {host} is not trusted ({_innermost(error)})",
            "Give the issuing CA in ca_path, or check the host; validate_certs: false is for tests only",
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return Transient(
            failed(f"the proxy did not connect to {host} ({_innermost(error)})", "Check proxy"),
            maybe_done=False,
            tries=FEW_TRIES,
        )
    if _unreached(error):
        return Transient(
            failed(f"{host} cannot be reached ({_innermost(error)})", "Check the URL, the name service and the proxy"),
            maybe_done=False,
            tries=FEW_TRIES,
        )
    if isinstance(error, requests.exceptions.Timeout):
        message, step = f"{host} did not answer within {timeout:g} s", "Raise timeout, or run it again later"
        return Transient(failed(message, step))
    broken = (
        requests.exceptions.ConnectionError,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
    )
    if isinstance(error, broken):
        message = f"the connection to {host} broke before the answer was complete"
        return Transient(failed(message, "Run it again; what was already applied is found and left alone"))
    # What is left was wrong before anything was sent: an URL, a header.
    return failed(f"the request to {host} could not be made ({type(error).__name__})", "Check graph_url and login_url")


def _unreached(error: requests.exceptions.RequestException) -> bool:
    """Tell whether no connection was made, so that the server cannot have done anything."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def _innermost(error: BaseException) -> str:
    """Return the text of the deepest cause: the outer ones repeat URLs and object addresses."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = error.__cause__ or error.__context__
        if inner is None:
            break
        error = inner
    return " ".join(str(error).split())[:200] or type(error).__name__


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
