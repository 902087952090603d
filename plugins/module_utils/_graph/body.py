# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bytes of an answer, read and unpacked within bounds."""

from __future__ import annotations

import http.client
import typing as t
import zlib

from .exchange import Exchange, Phase, too_large

if t.TYPE_CHECKING:
    import requests

_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
# What a server may call an answer that is as it is, or packed as it was asked for.
_PLAIN = ("", "identity")
_PACKED = ("gzip", "x-gzip")
_FIRST_FINAL = 200
# One answer is one gzip member; some servers write a few.
_MOST_MEMBERS = 16


class EncodingError(Exception):
    """The answer is not encoded as it says, or not as it was asked for, or it is none."""


def read_body(response: requests.Response, exchange: Exchange) -> bytes:
    """Return the body of an answer that was not read yet, unpacked.

    Raises TooLateError, TooLargeError, EncodingError, and what urllib3 does.
    """
    exchange.phase = Phase.READ
    if response.status_code < _FIRST_FINAL:
        raise EncodingError(f"its status is {response.status_code}")
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    body = _received(response, exchange)
    if not body or encoding in _PLAIN:
        return body
    if encoding not in _PACKED:
        raise EncodingError(f"its encoding is {encoding[:40]!r}, and gzip was asked for")
    return unpacked(body, exchange.most_bytes)


def _received(response: requests.Response, exchange: Exchange) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := response.raw.read(_PIECE, decode_content=False):
        exchange.left()
        size += len(piece)
        if size > exchange.most_bytes:
            raise too_large(exchange.most_bytes)
        pieces.append(piece)
    # Not every release of urllib3 minds an answer that is shorter than it says.
    promised = response.headers.get("Content-Length", "")
    if promised.isascii() and promised.isdigit() and size < int(promised[:19]) and pieces:
        raise http.client.IncompleteRead(b"", int(promised[:19]) - size)
    return b"".join(pieces)


def unpacked(body: bytes, most_bytes: int) -> bytes:
    """Return what gzip packed. Raises TooLargeError before it takes more memory than that, and EncodingError."""
    pieces: list[bytes] = []
    left = most_bytes
    for _member in range(_MOST_MEMBERS):
        worker = zlib.decompressobj(_GZIP)
        try:
            # One more than fits tells that it is too much; 0 would mean no bound.
            piece = worker.decompress(body, left + 1)
        except zlib.error as error:
            raise EncodingError("it is not the gzip that it says it is") from error
        left -= len(piece)
        if left < 0:
            raise too_large(most_bytes)
        if not worker.eof:
            raise EncodingError("its gzip is cut off")
        pieces.append(piece)
        body = worker.unused_data
        if not body:
            return b"".join(pieces)
    raise EncodingError("its gzip has too many members")
