# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes over the wire: one call in, one answer out, free of any web framework."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

JSON_TYPE = "application/json"
ODATA_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


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
    """One HTTP response: ``content`` is bytes, a JSON value, or None for no body; ``delay`` is in seconds."""

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0

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
