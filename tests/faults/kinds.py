# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong, and how long: two tables. Another kind or mode is another row."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

_PATIENT = 30.0
_IMPATIENT = 0.4


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    ``fault`` is what the emulator takes beside match, count and skip. ``doubt`` tells that a write which it hits may
    have been done for all that the client can know. ``places`` are where it can strike: at any call, at lists (which
    have page links), or at Graph's calls only. ``timeout`` is the module's option, in seconds. ``modes`` are the names
    of those that are worth their time: what is not tried again is told after the first time. ``passes`` tells that
    another try gets through, so that a run may go on to another fault.
    """

    name: str
    fault: t.Mapping[str, t.Any]
    doubt: bool = True
    passes: bool = False
    places: t.Literal["any", "lists", "graph"] = "any"
    timeout: float = _PATIENT
    modes: tuple[str, ...] = ("once", "repeated", "outage")


@dataclass(frozen=True)
class Mode:
    """How often a fault strikes: ``count`` None is for ever; ``anywhere`` hits every call from the position on.

    ``retry_timeout`` is the module's option, in seconds.
    """

    name: str
    count: int | None
    retry_timeout: float
    anywhere: bool = False
    inner: bool = True


KINDS = {
    kind.name: kind
    for kind in (
        Kind("throttle", {"kind": "throttle", "retry_after": 0.1}, doubt=False, passes=True),
        Kind("unavailable", {"kind": "unavailable", "retry_after": 0.1}, passes=True),
        Kind("gateway_timeout", {"kind": "gateway_timeout"}, passes=True),
        Kind("gateway_timeout, committed", {"kind": "gateway_timeout", "committed": True}, passes=True),
        Kind("reset_before", {"kind": "reset_before"}, passes=True),
        Kind("reset_after", {"kind": "reset_after"}, passes=True),
        Kind("slow", {"kind": "slow", "seconds": 3}, timeout=_IMPATIENT, passes=True),
        Kind("drip", {"kind": "drip", "seconds": 0.05}, timeout=_IMPATIENT, passes=True),
        Kind("broken_header", {"kind": "broken_header"}),
        Kind("bad_length", {"kind": "bad_length"}, passes=True),
        Kind("broken_tls", {"kind": "broken_tls"}, passes=True),
        Kind("oversized", {"kind": "oversized"}, modes=("once",)),
        Kind("html_error", {"kind": "html_error"}),
        Kind("cut_json", {"kind": "cut_json"}),
        Kind("token_expired", {"kind": "token_expired"}, doubt=False),
        Kind("forbidden", {"kind": "forbidden"}, doubt=False),
        Kind("segment_withdrawn", {"kind": "segment_withdrawn"}, doubt=False, places="graph"),
        Kind("server_error", {"kind": "server_error"}, modes=("once",)),
        Kind("query_broker", {"kind": "query_broker"}, passes=True, places="graph", modes=("once",)),
        Kind("conflict", {"kind": "conflict"}, doubt=False, modes=("once",)),
        Kind("redirect", {"kind": "redirect"}, modes=("once",)),
        Kind("empty_body", {"kind": "empty_body"}, modes=("once",)),
        Kind("other_json", {"kind": "other_json"}, modes=("once",)),
        Kind("nextlink_loop", {"kind": "nextlink_loop"}, places="lists"),
        Kind("nextlink_foreign", {"kind": "nextlink_foreign"}, places="lists"),
    )
}

MODES = {
    mode.name: mode
    for mode in (
        Mode("once", count=1, retry_timeout=1.5),
        Mode("repeated", count=None, retry_timeout=0.6),
        # Everything fails from there on. Within a batch that is the same as at the next request.
        Mode("outage", count=None, retry_timeout=0.6, anywhere=True, inner=False),
    )
}
