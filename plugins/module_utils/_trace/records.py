# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an exchange on the wire to its line of a trace."""

from __future__ import annotations

import platform
import re
import typing as t
from urllib.parse import urlsplit

from .._graph.seen import Seen
from .._graph.token_claims import Claims, claims_of
from .._graph.trace_words import words
from .._json import bounded_json
from .._version import VERSION
from .documents import Disguise

FORMAT, FORMAT_VERSION = "m365.apps/trace", 1
# Permissions of Graph are Microsoft's words; an app's own roles cannot be in a token for Graph.
_PERMISSION = re.compile(r"[A-Z][A-Za-z]{1,60}(?:\.[A-Za-z]{1,60}){1,4}")
# Members of the answers of login services (RFC 6749, OpenID Connect Discovery, RFC 7519 metadata).
_LOGIN_MEMBERS = words(
    "access_token token_type expires_in ext_expires_in expires_on not_before resource error error_description "
    "error_codes timestamp trace_id correlation_id error_uri suberror claims issuer authorization_endpoint "
    "token_endpoint jwks_uri keys client_id"
)
# RFC 6749, section 5.2, and what Entra has beside it.
_LOGIN_ERRORS = words(
    "invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope "
    "interaction_required temporarily_unavailable server_error invalid_resource identity_not_found"
)
_HTML = re.compile(rb"\s*<", re.DOTALL)


def header() -> dict[str, t.Any]:
    """Return the first line of a trace."""
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "collection": VERSION,
        "python": platform.python_version(),
    }


def record_of(seen: Seen, disguise: Disguise) -> dict[str, t.Any]:
    """Return the line of an exchange, all but when it was."""
    line: dict[str, t.Any] = {
        "kind": "login" if seen.login else "graph",
        "method": seen.method if seen.method.isalpha() else "?",
        "url": disguise.urls.of(seen.url),
    }
    if seen.login:
        return {**line, "answer": _login_answer(seen)}
    asked: dict[str, t.Any] = {"headers": disguise.headers(seen.sent)}
    if seen.body:
        asked["body"] = _body(seen.url, seen.body, disguise, asked=True)
    if signed := _signed_in(seen.sent):
        asked["signed_in"] = signed
    return {**line, "request": asked, "answer": _answer(seen, disguise)}


def _answer(seen: Seen, disguise: Disguise) -> dict[str, t.Any]:
    if seen.status is None:
        return {"status": None, "failure": seen.failure, "phase": seen.phase}
    told: dict[str, t.Any] = {"status": seen.status, "headers": disguise.headers(seen.headers)}
    if seen.answer:
        told["body"] = _body(seen.url, seen.answer, disguise, asked=False)
    if seen.failure:
        told |= {"failure": seen.failure, "phase": seen.phase}
    return told


def _body(url: str, data: bytes, disguise: Disguise, asked: bool) -> dict[str, t.Any]:
    """Return the bytes of a body: as JSON where they are that, else how many there are."""
    try:
        value = bounded_json(data)
    except (ValueError, RecursionError):
        return {"bytes": len(data), "html": _HTML.match(data) is not None}
    if disguise.is_payload(urlsplit(url).path):
        return {"payload": disguise.payload(value)}
    return {"json": disguise.document(value, asked)}


def _signed_in(sent: t.Mapping[str, str]) -> dict[str, t.Any]:
    """Return what the token of a request allows: permissions alone decide what Graph answers."""
    token = next((value for name, value in sent.items() if name.lower() == "authorization"), "")
    claims: Claims = claims_of(token.removeprefix("Bearer "))
    if not claims.readable:
        return {}
    permissions = sorted(name for name in claims.permissions if _PERMISSION.fullmatch(name))
    return {"as": "app" if claims.is_app else "user" if claims.is_user else "unknown", "permissions": permissions}


def _login_answer(seen: Seen) -> dict[str, t.Any]:
    """Return the answer of a login service: its status, which members it has, and the kind of a refusal."""
    if seen.status is None:
        return {"status": None, "failure": seen.failure, "phase": seen.phase}
    told: dict[str, t.Any] = {"status": seen.status}
    try:
        value = bounded_json(seen.answer)
    except (ValueError, RecursionError):
        return {**told, "bytes": len(seen.answer)}
    if not isinstance(value, dict):
        return told
    told["members"] = sorted(name for name in value if name in _LOGIN_MEMBERS)
    error = value.get("error")
    if isinstance(error, str) and error in _LOGIN_ERRORS:
        told["error"] = error
    codes = value.get("error_codes")
    if isinstance(codes, list):
        told["error_codes"] = [code for code in codes[:9] if isinstance(code, int) and 0 <= code < 10**9]
    return told
