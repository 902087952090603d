# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are sent in a way that no server sends them: what the bytes on the wire are, and when they come."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus

from .wire import Answer

# What an oversized answer unpacks to, beside its own body; blanks, which JSON takes at its end.
OVERSIZE = 64 * 1024 * 1024
# Longer than clients take a header.
_LONG_HEADER = 128 * 1024
# It looks like a record of a TLS connection, and cannot be decrypted.
_GARBAGE = b"\x17\x03\x03\x00\x30" + b"\x00" * 48
_PADDING: list[bytes] = []


def raw(answer: Answer, **headers: str) -> bytes:
    """The bytes of an answer on the wire; ``headers`` (with _ for -) replace its own."""
    body = answer.body()
    known = {status.value: status.phrase for status in HTTPStatus}
    told = {"Connection": "close", "Content-Length": str(len(body)), "Content-Type": answer.media_type or "text/plain"}
    told.update(answer.headers)
    told.update({name.replace("_", "-"): value for name, value in headers.items()})
    lines = [
        f"HTTP/1.1 {answer.status} {known.get(answer.status, '')}",
        *(f"{name}: {value}" for name, value in told.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def _drip(answer: Answer, transport: asyncio.Transport) -> None:
    """Send one byte at a time."""
    for byte in raw(answer):
        if transport.is_closing():
            return
        transport.write(bytes([byte]))
        await asyncio.sleep(answer.pause)


async def _broken_header(answer: Answer, transport: asyncio.Transport) -> None:
    """Send a header that is longer than any."""
    transport.write(raw(answer, X_Long="x" * _LONG_HEADER))


async def _bad_length(answer: Answer, transport: asyncio.Transport) -> None:
    """Promise more bytes than there are."""
    transport.write(raw(answer, Content_Length=str(len(answer.body()) + 10)))


async def _broken_tls(answer: Answer, transport: asyncio.Transport) -> None:
    """Send a part, and then what is no TLS."""
    data = raw(answer)
    transport.write(data[: len(data) // 2])
    os.write(transport.get_extra_info("socket").fileno(), _GARBAGE)
    # A goodbye in TLS makes no sense any more, and asyncio would close another connection, too.
    transport.abort()


SENDERS: dict[str, Callable[[Answer, asyncio.Transport], Awaitable[None]]] = {
    "drip": _drip,
    "broken_header": _broken_header,
    "bad_length": _bad_length,
    "broken_tls": _broken_tls,
}


def oversized(answer: Answer) -> Answer:
    """The answer, packed, with blanks behind it that unpack to OVERSIZE bytes."""
    if not _PADDING:  # made once: it takes a moment
        _PADDING.append(gzip.compress(b" " * OVERSIZE))
    body = gzip.compress(answer.body()) + _PADDING[0]
    headers = {"Content-Type": answer.media_type or "application/json", "Content-Encoding": "gzip"}
    status = 200 if answer.status == HTTPStatus.NO_CONTENT else answer.status
    return replace(answer, status=status, content=body).with_headers(headers)
