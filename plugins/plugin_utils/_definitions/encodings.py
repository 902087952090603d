# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What definition files are saved as, where it is not UTF-8: editors and shells of Windows may save something else."""

from __future__ import annotations

_STEP = "Save it as UTF-8"
_LONGEST = 80
# Byte order marks, the longer ones first: that of UTF-32 begins like that of UTF-16.
_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def not_utf8(text: bytes) -> tuple[str, str] | None:
    """Return the cause and the next step for a text that is not UTF-8, None for one that is."""
    name = _marked(text) or _without_mark(text)
    if name:
        return f"it is saved as {name}", f"{_STEP}; PowerShell does with Out-File -Encoding utf8"
    try:
        text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = text[: error.start]
        start = before.rfind(b"\n") + 1
        end = text.find(b"\n", start)
        line = text[start : end if end >= 0 else None].decode("utf-8", "backslashreplace").strip()[:_LONGEST]
        column = len(text[start : error.start].decode("utf-8", "replace")) + 1
        place = f"line {before.count(10) + 1}, column {column}"
        cause = f"{place}: the byte {text[error.start]:#04x} is not UTF-8, as in a file of Windows-1252 ({line})"
        return cause, _STEP
    return None


def has_mark(text: bytes) -> bool:
    """Tell whether a text begins with the mark of UTF-16, by which a reader of YAML knows it."""
    return _marked(text) == "UTF-16"


def _marked(text: bytes) -> str:
    return next((name for mark, name in _MARKS if text.startswith(mark)), "")


def _without_mark(text: bytes) -> str:
    """Return the encoding of a text in which each second byte is null, as Latin letters are in UTF-16; else ""."""
    begins = text[:2]
    return "UTF-16 without a byte order mark" if len(begins) == 2 and begins.count(0) == 1 else ""
