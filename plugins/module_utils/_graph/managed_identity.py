# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login as the managed identity of the machine or service that this runs on."""

from __future__ import annotations

import os
import typing as t
from dataclasses import replace

from .._errors import Failure
from .errors import LoginError, NoAnswerError
from .login_errors import refused
from .login_http import LoginHttp, import_msal
from .retry import RetryPolicy
from .session import Connection, open_session

_WHO = "the managed identity endpoint"
# Microsoft Entra page "use managed identities on a VM to acquire an access token", section on error handling: 410 is an
# endpoint that is being updated. Its 404 and 500 are left out: other clouds and wrong resources answer so, too.
_BUSY = (410, 429, 502, 503, 504)
# The endpoint is on this machine or beside it; elsewhere its address leads nowhere and connections hang.
_LONGEST_WAIT = 10.0
# Where these are set, the endpoint is that of Service Fabric, which wants another way to check its certificate.
_SERVICE_FABRIC = {"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"}
_ADVICE = "Check that the identity is assigned to this machine, and client_id where it is a user-assigned one"
_NONE_HERE = (
    "Run this on an Azure machine or service that has a managed identity, or choose another login than managed_identity"
)


class ManagedIdentityLogin:
    """Asks the endpoint that MSAL finds (App Service, machine metadata and so on); None means the system's identity."""

    is_app = True

    def __init__(self, connection: Connection, retry: RetryPolicy, client_id: str | None = None) -> None:
        self._connection = connection
        self._retry = retry
        self._client_id = client_id
        self._client: t.Any = None
        self._http: LoginHttp | None = None

    def token(self) -> str:
        """Return a token, from MSAL's cache while it is valid for five minutes or more."""
        try:
            return self._retry.run(self._acquire)
        except NoAnswerError as error:
            failure = replace(error.failure, message=f"no managed identity was found here: {error.failure.message}")
            raise LoginError(failure, _NONE_HERE) from error

    def forget(self) -> bool:
        """Drop the token. The endpoint has a cache of its own and may answer with the same one."""
        self._client = None
        return True

    def _acquire(self) -> str:
        msal = import_msal()
        if os.environ.keys() >= _SERVICE_FABRIC:
            failure = Failure("this is Service Fabric, whose managed identities are not supported")
            raise LoginError(failure, "Choose another login than managed_identity")
        if self._http is None:
            session = open_session(self._connection, self._connection.graph_url, login=True)
            # The endpoint is near: a proxy would hand out its own machine's identity, or none.
            session.proxies = {}
            self._http = LoginHttp(session, min(self._connection.timeout, _LONGEST_WAIT), _BUSY, _NONE_HERE)
        http = self._http
        try:
            if self._client is None:
                self._client = msal.ManagedIdentityClient(self._identity(msal), http_client=http)
            answer = self._client.acquire_token_for_client(resource=self._connection.graph_url)
        except (ValueError, LookupError, AttributeError, TypeError, RuntimeError, ArithmeticError) as error:
            # MSAL found something that is not a managed identity endpoint, or one that it cannot use in this way.
            said = http.refusal() or {"error": "no_managed_identity", "error_description": _story(error)}
            raise refused(said, _WHO, http, _NONE_HERE) from error
        if not answer or "access_token" not in answer:
            raise refused(http.refusal() or answer or {}, _WHO, http, _ADVICE)
        return str(answer["access_token"])

    def _identity(self, msal: t.Any) -> t.Any:
        if self._client_id is None:
            return msal.SystemAssignedManagedIdentity()
        return msal.UserAssignedManagedIdentity(client_id=self._client_id)


def _story(error: Exception) -> str:
    """Return MSAL's own words where it has some; else a parser's words would be shown, with the answer in them."""
    if type(error).__module__.startswith("msal"):
        return str(error)
    return "what answers there is not a managed identity endpoint"
