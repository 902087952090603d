# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""App-only logins through MSAL: client secret, certificate, federated token."""

from __future__ import annotations

import re
import time
import typing as t
from functools import partial
from pathlib import Path

from .._errors import Failure, UserError
from .auth import LOGIN
from .errors import LoginError
from .login_errors import refused
from .login_http import LoginHttp, import_msal
from .retry import RetryPolicy, Transient
from .session import Connection, open_session

if t.TYPE_CHECKING:
    from .certificates import Certificate

_ASSERTION_SECONDS = 600

_NOT_FOUND = 404

# Makes a signed assertion (a JWT) for the token endpoint that it is given. Raises LoginError.
Assertion = t.Callable[[str], str]


class MsalApplication:
    """The client credentials flow with a secret's text, or with assertions that are made when they are needed."""

    is_app = True

    def __init__(
        self,
        connection: Connection,
        retry: RetryPolicy,
        tenant_id: str,
        client_id: str,
        credential: str | Assertion,
    ) -> None:
        self._connection = connection
        self._retry = retry
        self._authority = f"{connection.login_url}/{tenant_id}"
        self._client_id = client_id
        self._credential = credential
        self._application: t.Any = None
        self._http: LoginHttp | None = None

    def token(self) -> str:
        """Return a token, from MSAL's cache while it is valid."""
        return self._retry.run(self._acquire)

    def forget(self) -> bool:
        if self._application is not None:
            self._application.remove_tokens_for_client()
        return True

    def _acquire(self) -> str:
        msal = import_msal()
        if self._http is None:
            session = open_session(self._connection, self._connection.login_url, login=True)
            self._http = LoginHttp(session, self._connection.timeout)
        http = self._http
        try:
            if self._application is None:
                self._application = self._make_application(http)
            answer = self._application.acquire_token_for_client([f"{self._connection.graph_url}/.default"])
        except (ValueError, LookupError, AttributeError, RuntimeError, TypeError, ArithmeticError) as error:
            # MSAL's word, or its stumbling, for an authority it cannot use. What the server said is clearer.
            own = error.__class__ is ValueError
            word = str(error) if own else "its answer is not what MSAL can use"
            said = http.refusal() or {"error": "invalid_authority", "error_description": word}
            raise refused(said, self._authority, http) from error
        except msal.exceptions.MsalServiceError as error:
            failure = Failure(f"{self._authority} answered with a server error", code=getattr(error, "error", None))
            raise Transient(LoginError(failure, "Run it again later"), maybe_done=False) from error
        if not answer or "access_token" not in answer:
            raise refused(answer or {}, self._authority, http)
        return str(answer["access_token"])

    def _make_application(self, http: LoginHttp) -> t.Any:
        make = partial(
            import_msal().ConfidentialClientApplication,
            self._client_id,
            client_credential=self._client_credential(),
            # Only the configured host is asked, never Microsoft's list of known hosts.
            instance_discovery=False,
            http_client=http,
            app_name="m365.apps",
        )
        try:
            return make(authority=self._authority)
        except ValueError:
            if http.status != _NOT_FOUND:
                raise
            # Another provider than Entra has its document right below the issuer (OpenID Connect Discovery, section 4).
            return make(oidc_authority=self._authority)

    def _client_credential(self) -> t.Any:
        make = self._credential
        if isinstance(make, str):
            return make
        # The audience is the endpoint that the discovery names, known once the application is made.
        return {"client_assertion": lambda: make(self._application.authority.token_endpoint)}


def client_secret_login(
    connection: Connection, retry: RetryPolicy, tenant_id: str, client_id: str, client_secret: str
) -> MsalApplication:
    """Return the login by client secret. Raises UserError for an empty secret, which MSAL would accept silently."""
    if not client_secret.strip():
        raise UserError(LOGIN, "use client_secret", "it is empty", "Give the secret's value")
    return MsalApplication(connection, retry, tenant_id, client_id, client_secret)


def certificate_login(
    connection: Connection,
    retry: RetryPolicy,
    tenant_id: str,
    client_id: str,
    certificate: Certificate,
    send_chain: bool = False,
) -> MsalApplication:
    """Return the login by certificate; ``send_chain`` puts the certificate and its chain into each assertion.

    The assertion is what the Microsoft identity platform page "certificate credentials" asks for: PS256, the SHA-256
    thumbprint, x5c for a login by subject name and issuer. MSAL's own credential form would send x5c always and of the
    chain the first certificate only.
    """

    def make(audience: str) -> str:
        headers = {"x5c": certificate.chain()} if send_chain else {}
        signer = import_msal().oauth2cli.JwtAssertionCreator(
            certificate.key, "PS256", sha256_thumbprint=certificate.thumbprint(), headers=headers
        )
        now = int(time.time())
        times = {"issued_at": now, "not_before": now, "expires_at": now + _ASSERTION_SECONDS}
        assertion = signer.create_normal_assertion(audience, client_id, **times)
        return assertion.decode() if isinstance(assertion, bytes) else str(assertion)

    return MsalApplication(connection, retry, tenant_id, client_id, make)


def federated_login(
    connection: Connection, retry: RetryPolicy, tenant_id: str, client_id: str, path: str
) -> MsalApplication:
    """Return the login by the token in a file, which is read each time a token is asked for: others renew it."""
    return MsalApplication(connection, retry, tenant_id, client_id, lambda _audience: read_assertion(path))


def read_assertion(path: str) -> str:
    """Return the token (a JWT) that a file holds. Raises LoginError that never shows what it holds."""
    try:
        text = Path(path).read_text(encoding="ascii").strip()
    except OSError as error:
        cause, step = f"cannot be read ({error.strerror})", "Check the path and who may read it"
    except ValueError:
        cause, step = "holds something else than a token", "Give the file that the identity provider writes"
    else:
        if re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", text):
            return text
        cause = "holds something else than a token" if text else "is empty"
        step = "Give the file that the identity provider writes, and check that it does"
    raise LoginError(Failure(f"federated_token_file {path} {cause}"), step)
