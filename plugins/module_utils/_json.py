# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON that others sent, read within bounds: how many values, how deep, and only what JSON knows."""

from __future__ import annotations

import json
import math
import re
import typing as t

# Levels of lists and objects in one JSON value, our own bound: few settings take more than ten, and recursive code
# (json, copy, AnsibleModule) gives up at about 300.
DEEPEST = 120
# Values in one JSON text: a list of 5,000 policies has some 50,000.
MOST_VALUES = 2_000_000
# Writes values that are compared or digested. json.dumps would make an encoder for each of them, which takes longer
# than to write most.
IN_ORDER = json.JSONEncoder(sort_keys=True)
# How JSON escapes one half of a character; most of them have their other half beside them.
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")


def bounded_json(body: bytes, **options: t.Any) -> t.Any:
    """Return the value of a JSON text. Raises ValueError, also for too many values or levels; RecursionError.

    Each value takes many times its bytes, so what parts values is counted before any is made.
    """
    if count_values(body) > MOST_VALUES:
        raise ValueError("it has too many values")
    document = json.loads(body, **options)
    if may_be_deep(body) and is_too_deep(document):
        raise ValueError("it is nested too deeply")
    return document


def strict_json(body: bytes) -> t.Any:
    """Return the same, and raise ValueError also for numbers and unpaired surrogates that json lets through."""
    text = body.decode(json.detect_encoding(body))
    document = bounded_json(body, parse_constant=_no_constant, parse_float=finite)
    if may_have_half_characters(text):
        json.dumps(document, ensure_ascii=False).encode()
    return document


def count_values(body: bytes) -> int:
    """Return the most values that a JSON text can have, by what parts them."""
    return sum(body.count(mark) for mark in (b",", b"[", b"{"))


def _no_constant(name: str) -> t.Any:
    raise ValueError(f"JSON has no number {name}")


def finite(text: str) -> float:
    """Return a number of a JSON text. Raises ValueError for one that is too large, which json would make infinite."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"JSON has no number {number} ({text[:20]})")
    return number


def may_be_deep(body: bytes) -> bool:
    """Tell whether a JSON text has as many brackets as a value that is nested too deeply; to look is cheap."""
    return body.count(b"[") + body.count(b"{") > DEEPEST


def may_have_half_characters(text: str) -> bool:
    """Tell whether a JSON text has an escape that may be one half of a character alone; to look is cheap."""
    return _HALF_CHARACTER.search(text) is not None


def is_too_deep(value: t.Any, deepest: int = DEEPEST) -> bool:
    """Tell whether a JSON value is nested deeper than anything is meant to be, and than what walks it could take."""
    level = [value]
    for _depth in range(deepest):
        containers = [
            item.values() if isinstance(item, dict) else item for item in level if isinstance(item, (dict, list))
        ]
        level = [member for members in containers for member in members]
        if not level:
            return False
    return True
