# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the refusal of a login service to an error with Entra's code, its sentence and what to do."""

from __future__ import annotations

import re
import typing as t

from .._errors import Failure, cut
from .errors import LoginError
from .login_answers import NO_REASON, refusal

_FEDERATED = "The app has no federated credential that fits the token in federated_token_file: compare the"
_CERTIFICATE = "Check that this very certificate is registered with the app and has not expired"

# AADSTS codes and what to do (Microsoft Entra page "authentication and authorization error codes"; those on workload
# identity federation for 70021 and 7002xx).
ADVICE = {
    "AADSTS50013": "Check the token in federated_token_file: who issued it, for whom, and whether it has expired",
    "AADSTS50027": "Check that federated_token_file holds a token (a JWT) and nothing else",
    "AADSTS53003": "A Conditional Access policy blocks this app: ask who maintains it",
    "AADSTS70021": f"{_FEDERATED} issuer, subject and audience",
    "AADSTS90002": "Check tenant_id and login_url: the tenant is not known there",
    "AADSTS500011": "Check graph_url and cloud: the tenant does not know this Graph host",
    "AADSTS700016": "Check client_id and tenant_id: the app is not registered in this tenant",
    "AADSTS700021": "Check client_id: the assertion is for another app",
    "AADSTS700023": "Check login_url and tenant_id: the assertion is meant for another login service",
    "AADSTS700024": "Renew the token in federated_token_file, or set the clock of this machine",
    "AADSTS700027": _CERTIFICATE,
    "AADSTS700030": "Register the certificate's subject name and issuer with the app",
    "AADSTS700211": f"{_FEDERATED} issuer",
    "AADSTS700212": f"{_FEDERATED} audience",
    "AADSTS700213": f"{_FEDERATED} subject",
    "AADSTS900023": "Check tenant_id: it must be a tenant's GUID or domain name",
    "AADSTS7000112": "The app is disabled in this tenant: enable it",
    "AADSTS7000214": "The certificate has been revoked: make a new one and register it with the app",
    "AADSTS7000215": "Check client_secret: it must be the secret's value, not its id",
    "AADSTS7000222": "The client secret has expired: make a new one in the app registration",
    "AADSTS7000229": "The app has no service principal in this tenant: grant it admin consent there",
}
_DEFAULT_ADVICE = "Check tenant_id, client_id and the credential"


class Exchange(t.Protocol):
    """The last request to a login service; None where there was none."""

    status: int | None
    method: str | None
    path: str | None


def refused(answer: t.Mapping[str, t.Any], who: str, exchange: Exchange, advice: str = _DEFAULT_ADVICE) -> LoginError:
    """Return the error for an OAuth error ``answer`` of ``who``, with Entra's sentence and without its trace.

    ``advice`` is the next step for a code that is not in ADVICE.
    """
    answer = refusal(dict(answer))
    said = answer["error"]
    description = str(answer.get("error_description") or said)
    text = cut(re.split(r"\s*Trace ID:", description)[0], 400)
    found = re.search(r"AADSTS\d+", description)
    code = found.group(0) if found else None if said == NO_REASON else said
    failure = Failure(
        message=f"{who} refused the login: {text}",
        status=exchange.status,
        code=code,
        request_id=answer.get("trace_id"),
        client_request_id=answer.get("correlation_id"),
        method=exchange.method,
        path=exchange.path,
    )
    return LoginError(failure, ADVICE.get(code or "", advice))
