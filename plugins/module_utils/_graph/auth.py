# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins. Each is a small class behind one protocol: it hands out a bearer token."""

from __future__ import annotations

import json
import re
import time
import traceback
import typing as t
from dataclasses import dataclass, field

from .errors import Failure, LoginError, NoAnswerError, UserError
from .retry import RetryPolicy, Transient, parse_retry_after
from .session import Connection, open_session, send

_LOGIN = "the login"

# AADSTS codes and what to do (Microsoft Entra page "authentication and authorization error codes").
_ADVICE = {
    "AADSTS7000215": "Check client_secret: it must be the secret's value, not its id",
    "AADSTS7000222": "The client secret has expired: make a new one in the app registration",
    "AADSTS700016": "Check client_id and tenant_id: the app is not registered in this tenant",
    "AADSTS90002": "Check tenant_id and login_url: the tenant is not known there",
    "AADSTS900023": "Check tenant_id: it must be a tenant's GUID or domain name",
    "AADSTS500011": "Check graph_url and cloud: the tenant does not know this Graph host",
    "AADSTS7000112": "The app is disabled in this tenant: enable it",
}
# An unprintable character would be reported by the HTTP library together with the token.
_TOKEN = re.compile(r"[\x21-\x7e]+")
_DEFAULT_ADVICE = "Check tenant_id, client_id and the credential"


class Authenticator(t.Protocol):
    """Hands out a token for Microsoft Graph."""

    def token(self) -> str:
        """Return a bearer token that is valid now. Raises LoginError, NoAnswerError or Transient's error."""


@dataclass(frozen=True)
class ReadyToken:
    """A token that somebody else acquired."""

    access_token: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.access_token):
            raise UserError(
                _LOGIN, "use access_token", "it is empty or holds blanks or line breaks", "Give the bare token text"
            )

    def token(self) -> str:
        return self.access_token


class MsalApplication:
    """An app-only login through MSAL: the client credentials flow with any credential form that MSAL takes.

    ``credential`` is what MSAL calls client_credential: a secret's text or one of its dicts.
    """

    def __init__(
        self, connection: Connection, retry: RetryPolicy, tenant_id: str, client_id: str, credential: t.Any
    ) -> None:
        self._connection = connection
        self._retry = retry
        self._tenant_id = tenant_id
        self._client_id = client_id
        self._credential = credential
        self._application: t.Any = None
        self._http: _LoginHttp | None = None

    def token(self) -> str:
        """Return a token, from MSAL's cache while it is valid."""
        return self._retry.run(self._acquire)

    def _acquire(self) -> str:
        msal = _import_msal()
        http = self._http = self._http or _LoginHttp(self._connection)
        authority = f"{self._connection.login_url}/{self._tenant_id}"
        try:
            if self._application is None:
                self._application = msal.ConfidentialClientApplication(
                    self._client_id,
                    client_credential=self._credential,
                    authority=authority,
                    # Only the configured host is asked, never Microsoft's list of known hosts.
                    instance_discovery=False,
                    http_client=http,
                    app_name="m365.apps",
                )
            answer = self._application.acquire_token_for_client([f"{self._connection.graph_url}/.default"])
        except (ValueError, LookupError, AttributeError, RuntimeError, TypeError, ArithmeticError) as error:
            # MSAL's word, or its stumbling, for an authority it cannot use. What the server said is clearer.
            word = str(error) if isinstance(error, ValueError) else f"its answer has a value of a wrong type ({error})"
            said = http.refusal() or {"error": "invalid_authority", "error_description": word}
            raise _refused(said, authority, http.status) from error
        except msal.exceptions.MsalServiceError as error:
            failure = Failure(f"{authority} answered with a server error", code=getattr(error, "error", None))
            raise Transient(LoginError(failure, "Run it again later"), maybe_done=False) from error
        if not answer or "access_token" not in answer:
            raise _refused(answer or {}, authority, http.status)
        if not isinstance(answer["access_token"], str) or not _TOKEN.fullmatch(answer["access_token"]):
            said = {"error": "invalid_token", "error_description": "the token in its answer is not a token's text"}
            raise _refused(said, authority, http.status)
        return answer["access_token"]


def client_secret_login(
    connection: Connection, retry: RetryPolicy, tenant_id: str, client_id: str, client_secret: str
) -> MsalApplication:
    """Return the login by client secret. Raises UserError for an empty secret, which MSAL would accept silently."""
    if not client_secret.strip():
        raise UserError(_LOGIN, "use client_secret", "it is empty", "Give the secret's value")
    return MsalApplication(connection, retry, tenant_id, client_id, client_secret)


def _import_msal() -> t.Any:
    """Import MSAL only where a token must be acquired: a ready token works without the library."""
    try:
        import msal  # noqa: PLC0415
        import msal.exceptions  # noqa: PLC0415
    except ImportError as error:
        raise MissingLibraryError("msal", traceback.format_exc()) from error
    return msal


class MissingLibraryError(Exception):
    """A Python library is not installed; ``library`` names it, ``import_error`` is the import's own story."""

    def __init__(self, library: str, import_error: str) -> None:
        super().__init__(library)
        self.library = library
        self.import_error = import_error


def _refused(answer: t.Mapping[str, t.Any], authority: str, status: int | None) -> LoginError:
    """Return the error for an OAuth refusal, with Entra's AADSTS sentence and without its trace."""
    description = str(answer.get("error_description") or answer.get("error") or "no reason given")
    text = " ".join(re.split(r"\s*Trace ID:", description)[0].split())[:400]
    found = re.search(r"AADSTS\d+", description)
    code = found.group(0) if found else str(answer.get("error") or "") or None
    failure = Failure(
        message=f"{authority} refused the login: {text}",
        status=status,
        code=code,
        request_id=answer.get("trace_id"),
        client_request_id=answer.get("correlation_id"),
        method="POST",
        path="/oauth2/v2.0/token",
    )
    return LoginError(failure, _ADVICE.get(code or "", _DEFAULT_ADVICE))


class _LoginHttp:
    """The HTTP client MSAL is given: our session, our time-out, no redirects, our errors."""

    def __init__(self, connection: Connection) -> None:
        self._session = open_session(connection, connection.login_url)
        self._timeout = connection.timeout
        self.status: int | None = None
        self._body = b""

    def refusal(self) -> dict[str, t.Any] | None:
        """Return the last answer where it is an OAuth error, else None."""
        try:
            document = json.loads(self._body)
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
        response = send(self._session, method, url, self._timeout, **chosen)
        if response.status_code in (429, 503, 504):
            failure = Failure(f"{url} answered {response.status_code}", status=response.status_code, method=method)
            retry_after = parse_retry_after(response.headers.get("Retry-After"), time.time())
            raise Transient(NoAnswerError(failure, "Run it again later"), retry_after, maybe_done=False)
        self.status, self._body = response.status_code, response.content
        return response
