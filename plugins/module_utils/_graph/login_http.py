# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client that MSAL is given: our session, our time-out, no redirects, our errors."""

from __future__ import annotations

import json
import time
import traceback
import typing as t
from urllib.parse import urlsplit

from .._errors import Failure, MissingLibraryError
from .._json import bounded_json
from . import login_answers
from .errors import LoginError, NoAnswerError
from .exchange import Exchange
from .retry import FEW_TRIES, Transient, parse_retry_after
from .session import replace_body, send

if t.TYPE_CHECKING:
    import requests

_BUSY = (429, 502, 503, 504)
_OK = 200
_ADVICE = "Run it again later; check login_url, and whether a proxy answers in its place"
_DISCOVERY = "/.well-known/openid-configuration"


class LoginHttp:
    """Sends what MSAL wants sent and remembers the last exchange.

    ``timeout`` is seconds, ``busy`` are statuses that are retried, ``advice`` is what to do about an odd answer.
    """

    def __init__(
        self, session: requests.Session, timeout: float, busy: t.Collection[int] = _BUSY, advice: str = _ADVICE
    ) -> None:
        self._advice = advice
        self._session = session
        self._timeout = timeout
        self._busy = busy
        self._body = b""
        self.status: int | None = None
        self.method: str | None = None
        self.path: str | None = None

    def refusal(self) -> dict[str, t.Any] | None:
        """Return the last answer where it is an OAuth error, else None."""
        try:
            document = bounded_json(self._body)
        except (ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) and "error" in document else None

    def get(self, url: str, **arguments: t.Any) -> t.Any:
        return self._send("GET", url, arguments)

    def post(self, url: str, **arguments: t.Any) -> t.Any:
        return self._send("POST", url, arguments)

    def close(self) -> None:
        self._session.close()

    def _send(self, method: str, url: str, arguments: dict[str, t.Any]) -> t.Any:
        chosen = {key: arguments[key] for key in ("params", "data", "headers") if key in arguments}
        self.status, self.method, self.path, self._body = None, method, urlsplit(url).path, b""
        response = send(self._session, method, url, Exchange(self._timeout), **chosen)
        if response.status_code in self._busy:
            failure = Failure(f"{url} answered {response.status_code}", status=response.status_code, method=method)
            retry_after = parse_retry_after(response.headers.get("Retry-After"), time.time())
            raise Transient(NoAnswerError(failure, "Run it again later"), retry_after, maybe_done=False)
        self.status, self._body = response.status_code, response.content
        # A discovery document that is not there has an error page of any form; MSAL says so.
        if self.status < (500 if method == "POST" else 300):
            self._body = json.dumps(self._needed(method, url)).encode()
            replace_body(response, self._body)
        return response

    def _needed(self, method: str, url: str) -> dict[str, t.Any]:
        """Return what is needed of the last answer. Raises LoginError, or Transient, where it is something else."""
        try:
            document = login_answers.read_object(self.status or 0, self._body)
            if _DISCOVERY in url:
                return login_answers.discovery(document)
            return login_answers.token(document) if self.status == _OK else login_answers.refusal(document)
        except login_answers.OddAnswerError as error:
            failure = Failure(f"{url} answered {self.status} with {error}", self.status, method=method, path=self.path)
            odd = LoginError(failure, self._advice)
            if isinstance(error, login_answers.UnreadableAnswerError):
                raise Transient(odd, maybe_done=False, tries=FEW_TRIES) from error
            raise odd from error


def import_msal() -> t.Any:
    """Import MSAL only where a token must be acquired: a ready token works without it. Raises MissingLibraryError."""
    try:
        import msal  # noqa: PLC0415
        import msal.exceptions  # noqa: PLC0415
        import msal.oauth2cli  # noqa: PLC0415
    except ImportError as error:
        raise MissingLibraryError("msal", traceback.format_exc()) from error
    return msal
