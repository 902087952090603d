# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a request without an answer means: it depends on when it failed, and only then on what was raised."""

from __future__ import annotations

import http.client
import ssl
import typing as t
from urllib.parse import urlsplit

from .._errors import Failure, cut
from .body import EncodingError
from .errors import NoAnswerError
from .exchange import MOST_BYTES, Exchange, Phase, TooLargeError, TooLateError
from .retry import FEW_TRIES, Transient

try:
    import requests
    import urllib3
    import urllib3.util.ssl_match_hostname
except ImportError:  # session.py tells of it
    FAILURES: tuple[type[Exception], ...] = ()
    _LATE: tuple[type[Exception], ...] = (TooLateError,)
    _UNTRUSTED: tuple[type[Exception], ...] = ()
    _ODD: tuple[type[Exception], ...] = ()
else:
    FAILURES = (
        requests.exceptions.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        OSError,
        ValueError,
        EncodingError,
        TooLargeError,
        TooLateError,
    )
    _LATE = (TooLateError, requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    # Older releases of urllib3 compare host names themselves.
    _UNTRUSTED = (ssl.SSLCertVerificationError, urllib3.util.ssl_match_hostname.CertificateError)
    # An answer came, but it is not as HTTP has it.
    _ODD = (
        EncodingError,
        ValueError,
        http.client.HTTPException,
        urllib3.exceptions.DecodeError,
        urllib3.exceptions.InvalidHeader,
        requests.exceptions.ContentDecodingError,
        requests.exceptions.InvalidHeader,
    )

# What requests says where PySocks is missing.
_NO_SOCKS = "Missing dependencies for SOCKS"

# The other side, or the way to it, went away.
_BROKEN = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, http.client.IncompleteRead)

RUN_AGAIN = "Run it again; what was already applied is found and left alone"


def no_answer(
    error: Exception, exchange: Exchange, method: str, url: str, before: BaseException | None = None
) -> Exception:
    """Return Transient or NoAnswerError for a request that got no answer.

    Whether the request may have been done, ``maybe_done``, is told by the phase of the exchange alone. ``before`` is
    what was being handled when the request was made, and so no cause of ``error``.
    """
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    causes = list(_causes(error, before))
    kind = _unanswered if exchange.maybe_sent else _UNSENT[exchange.phase]
    message, next_step, tries = kind(parts.netloc, causes, exchange)
    made = NoAnswerError(Failure(message, method=method, path=path), next_step, exchange.maybe_sent)
    return made if tries == 1 else Transient(made, maybe_done=exchange.maybe_sent, tries=tries or None)


# What is said, the next step, and how many tries it is worth: 1 means no other, 0 as many as there is time for.
_Verdict = tuple[str, str, int]


def _unprepared(host: str, causes: t.Sequence[BaseException], _exchange: Exchange) -> _Verdict:
    if isinstance(causes[0], OSError) and not _is_library(causes[0]):
        # requests lets a missing ca_path through as a plain OSError.
        return f"{host} was not called ({causes[0]})", "Check ca_path", 1
    if _NO_SOCKS in str(causes[0]):
        cause = f"{host} was not called: the proxy speaks SOCKS, which the library PySocks is needed for"
        return cause, "Install it where the module runs (pip install pysocks), or give an HTTP proxy (http://)", 1
    name = type(causes[0]).__name__
    step = "Check graph_url, login_url and proxy; a proxy has a scheme, such as http://"
    return f"the request to {host} could not be made ({name})", step, 1


def _unreached(host: str, causes: t.Sequence[BaseException], _exchange: Exchange) -> _Verdict:
    step = "Check the URL, the name service and the proxy"
    return f"{host} cannot be reached ({_reason(causes)})", step, FEW_TRIES


def _by_proxy(host: str, causes: t.Sequence[BaseException], _exchange: Exchange) -> _Verdict:
    return f"the proxy did not connect to {host} ({_reason(causes)})", "Check proxy", FEW_TRIES


def _without_trust(host: str, causes: t.Sequence[BaseException], _exchange: Exchange) -> _Verdict:
    return f"{host} was not called: the CA certificates cannot be used ({_reason(causes)})", "Check ca_path", 1


def _in_handshake(host: str, causes: t.Sequence[BaseException], exchange: Exchange) -> _Verdict:
    reason = _reason(causes)
    if any(isinstance(cause, _UNTRUSTED) for cause in causes):
        step = "Give the issuing CA in ca_path, or check the host; validate_certs: false is for tests only"
        return f"the TLS certificate of {host} is not trusted ({reason})", step, 1
    if any(isinstance(cause, _LATE) for cause in causes):
        message = f"{host} did not finish the TLS handshake within {exchange.seconds:g} s"
        return message, "Raise timeout, or run it again later", 0
    if any(isinstance(cause, _BROKEN) for cause in causes):
        return f"the connection to {host} broke in the TLS handshake ({reason})", "Run it again later", 0
    step = "Check the URL and the proxy; the host may ask for another version of TLS or for a client certificate"
    return f"no TLS connection to {host} could be made ({reason})", step, FEW_TRIES


_UNSENT: dict[Phase, t.Callable[[str, t.Sequence[BaseException], Exchange], _Verdict]] = {
    Phase.PREPARE: _unprepared,
    Phase.CONNECT: _unreached,
    Phase.PROXY: _by_proxy,
    Phase.TRUST: _without_trust,
    Phase.HANDSHAKE: _in_handshake,
}


def _unanswered(host: str, causes: t.Sequence[BaseException], exchange: Exchange) -> _Verdict:
    """Say what became of a request that was sent, at least in part."""
    if any(isinstance(cause, TooLargeError) for cause in causes):
        message = f"{host} answered with more than the {MOST_BYTES // (1024 * 1024)} MiB that an answer may have"
        return message, "Check the URL, and whether a proxy answers instead of the service", 1
    if any(isinstance(cause, _LATE) for cause in causes):
        return f"{host} did not answer within {exchange.seconds:g} s", "Raise timeout, or run it again later", 0
    broke = f"the connection to {host} broke before the answer was complete"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"{broke} ({_reason(causes)})", RUN_AGAIN, 0
    if any(isinstance(cause, _BROKEN) for cause in causes):
        return broke, RUN_AGAIN, 0
    odd = [cause for cause in causes if isinstance(cause, _ODD)]
    if odd:
        # Not the library's words: they may hold a part of the answer.
        said = str(odd[-1]) if isinstance(odd[-1], EncodingError) else type(odd[-1]).__name__
        return f"the answer of {host} is not HTTP as it is meant to be ({said})", RUN_AGAIN, FEW_TRIES
    return broke, RUN_AGAIN, 0


def _causes(error: BaseException, before: BaseException | None) -> t.Iterator[BaseException]:
    """Yield an error and all that it was made of: some libraries chain them, others keep them among the arguments."""
    waiting, seen = [error], {id(before)}
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting += [found for found in inner if isinstance(found, BaseException)]


def _is_library(error: BaseException) -> bool:
    return isinstance(error, (requests.exceptions.RequestException, urllib3.exceptions.HTTPError))


def _reason(causes: t.Sequence[BaseException]) -> str:
    """Return the text of the deepest cause: the outer ones repeat URLs and object addresses."""
    return cut(str(causes[-1]), 200) or type(causes[-1]).__name__
