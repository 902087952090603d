# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What login services answer, checked before MSAL sees it: it takes types on trust, and logs what it cannot read."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from .._json import bounded_json
from .auth import TOKEN

Document = dict[str, t.Any]

_NAMES = {dict: "object", list: "list", str: "text", bool: "truth value", type(None): "null"}
# Seconds for which no token is valid: some ten years, and the moment that far from the beginning of Unix time.
_LONGEST = 10 * 366 * 24 * 3600
_LATEST = 2**33
NO_REASON = "no reason given"
_REDIRECTS = range(300, 400)


class OddAnswerError(ValueError):
    """An answer is not what login services say; the text tells what it is instead, and nothing that is in it."""


class UnreadableAnswerError(OddAnswerError):
    """It cannot be read at all: it was cut off on its way, or something in between answered. It may be better again."""


def read_object(status: int, body: bytes) -> Document:
    """Return the JSON object of an answer. Raises OddAnswerError, UnreadableAnswerError where it is not JSON."""
    if status in _REDIRECTS:
        raise UnreadableAnswerError("a redirect, which was not followed")
    if not body.strip():
        raise UnreadableAnswerError("an empty body")
    try:
        document = bounded_json(body)
    except (ValueError, RecursionError):
        raise UnreadableAnswerError("a body that is not complete JSON") from None
    if not isinstance(document, dict):
        raise OddAnswerError(f"a JSON {_NAMES.get(type(document), 'number')} in place of an object")
    return document


def discovery(document: Document) -> Document:
    """Return what a discovery document says that is needed. Raises OddAnswerError."""
    said = {name: document.get(name) for name in ("token_endpoint", "authorization_endpoint", "issuer")}
    for name in ("token_endpoint", "authorization_endpoint"):
        if not _is_https(said[name]):
            raise OddAnswerError(f"a discovery document whose {name} is not an https:// URL")
    if said["issuer"] is None:
        del said["issuer"]
    elif not _is_text(said["issuer"]):
        raise OddAnswerError("a discovery document whose issuer is not text")
    return said


def token(document: Document) -> Document:
    """Return what the answer to a request for a token says that is needed: a token, or an error.

    Raises OddAnswerError.
    """
    if "error" in document:
        return refusal(document)
    if not _is_text(document.get("access_token")) or not TOKEN.fullmatch(document["access_token"]):
        raise OddAnswerError("an access_token that is missing or not a token's text")
    said: Document = {"access_token": document["access_token"], "token_type": "Bearer"}
    for name, most in (("expires_in", _LONGEST), ("expires_on", _LATEST)):
        if document.get(name) is not None:
            said[name] = _seconds(document[name], name, most)
    if _is_text(document.get("resource")):
        said["resource"] = document["resource"]
    return said


def refusal(document: Document) -> Document:
    """Return the texts of an OAuth error; another service may answer with Graph's form of one."""
    said = document.get("error")
    if isinstance(said, dict):
        said = said.get("message") or said.get("code")
    texts = {
        name: document[name]
        for name in ("error_description", "trace_id", "correlation_id", "suberror")
        if _is_text(document.get(name))
    }
    return {"error": said if _is_text(said) and said else NO_REASON, **texts}


def _seconds(value: t.Any, name: str, most: int) -> int:
    """Return a number of seconds, given as such or as text. Raises OddAnswerError."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(most)):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise OddAnswerError(f"a token whose {name} is not a number of seconds")
    return value


def _is_text(value: t.Any) -> bool:
    return isinstance(value, str) and not any(0xD800 <= ord(character) <= 0xDFFF for character in value)


def _is_https(value: t.Any) -> bool:
    if not _is_text(value) or not value.isascii() or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        plain = parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False
    return plain and parts.scheme == "https" and bool(parts.hostname)
