# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record in an exported file: by it export knows what it wrote itself, and that nobody touched it since. Pure.

The record is a digest of the file's name and its text, so a file that was edited, renamed or copied has none that fits.
Line ends do not count, since git may convert them.
"""

from __future__ import annotations

import enum
import hashlib
import re

from ansible_collections.m365.apps.plugins.plugin_utils._places import file_name

_MARK = "Written by m365.apps.definition_files"
_LENGTH = 16
_BLANK = "0" * _LENGTH
_RECORD = re.compile(
    rf"{re.escape(_MARK)}(?: for (?P<source>[^\s,]+))?, sha256 (?P<digest>[0-9a-f]{{{_LENGTH}}})".encode()
)
# Where in a file the record is.
_FIRST_LINES = 3


class Origin(enum.Enum):
    """What a file tells of where it is from; the value is the reason to keep it, empty where export may replace it."""

    UNTOUCHED = ""
    OTHER_SOURCE = "it is from another tenant, surface or source"
    TOUCHED = "it was edited, renamed or copied since it was written"
    UNRECORDED = "an earlier version wrote it, which recorded nothing to tell by whether it was edited"
    FOREIGN = "export did not write it"


def blank_record(source: str) -> str:
    """Return the record to render into a file, before its digest is known."""
    return f"{_MARK}{f' for {file_name(source)}' if source else ''}, sha256 {_BLANK}"


def recorded(name: str, data: bytes) -> bytes:
    """Return a rendered file with its digest in place of the blank one."""
    return _with_digest(data, _digest(name, data))


def origin(name: str, data: bytes, source: str) -> Origin:
    """Return what a file called ``name`` tells of itself to an export of ``source``."""
    text = _normal(data)
    found = _found(text)
    if found is None:
        # Comments that were put on top move the record down.
        moved = _RECORD.search(text) is not None
        marked = _MARK.encode() in _head(text)
        return Origin.TOUCHED if moved else Origin.UNRECORDED if marked else Origin.FOREIGN
    if found["digest"].decode() != _digest(name, _with_digest(text, _BLANK)):
        return Origin.TOUCHED
    here = file_name(source).encode() if source else None
    return Origin.UNTOUCHED if found["source"] == here else Origin.OTHER_SOURCE


def has_source(data: bytes) -> bool:
    """Tell whether a file with a record tells from which tenant or source it came."""
    found = _found(_normal(data))
    return found is not None and found["source"] is not None


def is_for(data: bytes, source: str) -> bool:
    """Tell whether a file has a record of this source, wherever it is and whether or not it fits."""
    found = _RECORD.search(_normal(data))
    return found is not None and found["source"] == file_name(source).encode()


def says_the_same(one: bytes, other: bytes) -> bool:
    """Tell whether two files differ in nothing but their records and line ends."""
    return _body(one) == _body(other)


def is_as_written(one: bytes, other: bytes) -> bool:
    """Tell whether two files differ in nothing but their line ends."""
    return _normal(one) == _normal(other)


def _body(data: bytes) -> bytes:
    text = _normal(data)
    head = _head(text)
    bare = _RECORD.sub(_MARK.encode(), head, count=1)
    return bare + text[len(head) :]


def _found(text: bytes) -> re.Match[bytes] | None:
    return _RECORD.search(_head(text))


def _head(text: bytes) -> bytes:
    return b"".join(text.splitlines(keepends=True)[:_FIRST_LINES])


def _with_digest(data: bytes, digest: str) -> bytes:
    found = _found(data)
    if found is None:
        raise ValueError("there is no record to put the digest into")
    return data[: found.start("digest")] + digest.encode() + data[found.end("digest") :]


def _digest(name: str, data: bytes) -> str:
    return hashlib.sha256(name.encode() + b"\0" + data).hexdigest()[:_LENGTH]


def _normal(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")
