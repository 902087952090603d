# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server-driven paging with an opaque $skiptoken."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from ..errors import Refused
from .exchange import Exchange

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """Page sizes: without $top, and the most that $top may ask for."""

    default: int
    maximum: int


def top_of(exchange: Exchange) -> int | None:
    """The value of $top.

    :raises Refused: 400 if it is no whole number above 0.
    """
    text = exchange.options.get("$top")
    if text is None:
        return None
    digits = text.lstrip("0")
    if not digits or not digits.isascii() or not digits.isdigit():
        raise Refused(400, "BadRequest", f"Invalid value '{text}' for $top query option found. Use a number above 0.")
    # Python reads no number of more than 4,300 digits; this many are above any page size.
    return int(digits[:9])


def page(exchange: Exchange, items: Iterable[tuple[int, T]], limits: Limits) -> tuple[list[T], dict[str, Any]]:
    """One page of ``items`` (ordinal, item; ordinals rise) and ``{"@odata.nextLink": url}`` if there is more.

    :raises Refused: 400 for a $skiptoken that we did not make for this collection and tenant.
    """
    size = min(top_of(exchange) or limits.default, limits.maximum)
    token = exchange.options.get("$skiptoken")
    after = _after(exchange, token) if token is not None else -1
    if token is None and exchange.settings.empty_first_page:
        return [], {"@odata.nextLink": _next_link(exchange, -1)}
    window = list(islice((pair for pair in items if pair[0] > after), size + 1))
    link = {"@odata.nextLink": _next_link(exchange, window[size - 1][0])} if len(window) > size else {}
    return [item for _unused, item in window[:size]], link


def _key(exchange: Exchange, after: int) -> list[Any]:
    return [exchange.call.path, exchange.tenant.id, after]


def _next_link(exchange: Exchange, after: int) -> str:
    text = json.dumps(_key(exchange, after), separators=(",", ":"))
    token = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    kept = {name: value for name, value in exchange.options.items() if name != "$skiptoken"}
    query = urlencode({**kept, "$skiptoken": token}, quote_via=quote, safe="$,'()")
    return f"{exchange.call.origin}{exchange.call.path}?{query}"


def _after(exchange: Exchange, token: str) -> int:
    try:
        value = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        after = value[2]
        if isinstance(after, int) and value == _key(exchange, after):
            return after
    except (ValueError, TypeError, LookupError):
        pass
    raise Refused(400, "BadRequest", "The $skiptoken is invalid. Follow @odata.nextLink exactly as it was given.")
