# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes over the wire: one call in, one answer out, free of any web framework."""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn
from urllib.parse import unquote

JSON_TYPE = "application/json"
# What a header's value may hold here (RFC 9110 allows more, but none of it is of use).
HEADER_TEXT = re.compile(r"[ -~]*")
ODATA_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too big for a number")
    return number


def read_json(text: str, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """The value of a JSON text, of which JSON can be written again; ``pairs`` makes an object of its members.

    Python's parser alone would take NaN, Infinity, numbers that become Infinity, and halves of surrogate pairs.

    :raises ValueError: the text is not JSON, or too deep.
    """
    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is too deep") from None
    return value


class ConnectionReset(Exception):
    """The TCP connection has to be reset without an answer (faults ``reset_before`` and ``reset_after``)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request.

    ``target`` is path and query exactly as sent, ``headers`` has lower-case names, ``origin`` is the scheme and
    authority the client used (answers with links are built from it).
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    origin: str
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def path(self) -> str:
        """The path as sent, without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query as sent, without its question mark."""
        return self.target.partition("?")[2]

    @property
    def segments(self) -> list[str]:
        """Decoded path segments; a trailing slash counts for nothing."""
        return [unquote(part) for part in self.path.strip("/").split("/")]

    @property
    def client_request_id(self) -> str:
        """The client's own id, or ours where it sent none (Microsoft Graph: best practices)."""
        return self.headers.get("client-request-id", self.request_id)

    @property
    def is_write(self) -> bool:
        """Whether the method may change something."""
        return self.method not in ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response: ``content`` is bytes, a JSON value, or None for no body; ``delay`` is in seconds.

    ``manner`` is how it is sent, if not as servers send (see manners); ``pause`` are seconds between its bytes.
    """

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    manner: str = ""
    pause: float = 0.0

    @property
    def media_type(self) -> str | None:
        """The content type: the one set, or by kind of content and status."""
        if self.content is None:
            return None
        default = ODATA_TYPE if self.status < 400 else JSON_TYPE
        return self.headers.get("Content-Type", "application/octet-stream" if self.is_binary else default)

    @property
    def is_binary(self) -> bool:
        """Whether the content is raw bytes."""
        return isinstance(self.content, bytes)

    def body(self) -> bytes:
        """The bytes to send."""
        if self.content is None:
            return b""
        if isinstance(self.content, bytes):
            return self.content
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode()

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        """A copy with more headers."""
        return replace(self, headers={**self.headers, **headers})


# Does the work of a call; a fault may do without it, or change its answer.
Proceed = Callable[[], Answer]


def relinked(answer: Answer, url: str) -> Answer:
    """A page with another nextLink; what is no page stays as it is."""
    if answer.status != 200 or not isinstance(answer.content, dict) or "value" not in answer.content:
        return answer
    return replace(answer, content={**answer.content, "@odata.nextLink": url})
