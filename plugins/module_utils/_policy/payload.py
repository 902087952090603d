# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Payloads as values: the JSON that options and live bytes hold, and bytes that are not JSON."""

from __future__ import annotations

import base64
import binascii
import itertools
import json
import math
import re
import typing as t
from dataclasses import dataclass
from functools import partial

from .._json import DEEPEST, finite, is_too_deep, may_be_deep, may_have_half_characters
from .unset import UNSET, Unset

# Values of one JSON text: far more than 5,000 policies with all their settings.
MOST_VALUES = 5_000_000
_TOO_DEEP = f"it is nested too deeply (more than {DEEPEST} levels)"
_LONG_NUMBER = "a number in it has more than 4300 digits"
_BOM = b"\xef\xbb\xbf"
_TEXT_OR_MEMBER = re.compile(r'"(?:[^"\\]|\\.)*"|[,\[{]', re.DOTALL)
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
# What may stand before a JSON text: editors and some shells begin files with a byte order mark.
BEFORE_TEXT = "\ufeff \t\r\n"

# Made once, as IN_ORDER of _json.
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
# The types of what JSON holds in objects and arrays.
_SCALARS = {str, int, float, bool, type(None)}
_TEXT = {str}

# A parsed JSON object or array. What is empty ({}, [], no bytes) means "no settings" and is kept as {}.
Json = t.Union[dict[str, t.Any], list[t.Any]]


@dataclass(frozen=True)
class Opaque:
    """Bytes that are not a JSON object or array. They are the same as the same bytes, and nothing else."""

    data: bytes

    def text(self) -> str:
        """Return the bytes as text, whatever they are."""
        return self.data.decode("utf-8", "replace")


Payload = t.Union[Json, Opaque]


class PayloadError(ValueError):
    """A given payload that is not a JSON object or array; the text says why."""


def parse_given(value: t.Any) -> Json:
    """Return the JSON value of a payload option: a dict, a list, or JSON text of one; "" means no settings.

    Raises PayloadError for anything else, for numbers that JSON does not know (NaN), and for duplicate keys in a text.
    """
    if isinstance(value, str):
        value = parse_text(value) if value.strip(BEFORE_TEXT).strip() else {}
    if not isinstance(value, (dict, list)):
        raise PayloadError(
            f"it must be a JSON object or array, not {'null' if value is None else type(value).__name__}"
        )
    _check_json(value)
    return value


def parse_text(text: str) -> t.Any:
    """Return the value of a JSON text, with or without a byte order mark.

    Raises PayloadError for one that is not JSON, a number that JSON does not know (NaN), a key that one object has
    twice, and, before any value is built, for more than MOST_VALUES values.
    """
    if has_too_many_values(text):
        raise PayloadError(f"it holds more than {MOST_VALUES} values")
    # Settings share most of their texts: one of each is enough, where thousands of policies are held.
    read = partial(_unique_keys, {})
    try:
        text = text.lstrip(BEFORE_TEXT)
        return json.loads(text, object_pairs_hook=read, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError as error:
        raise PayloadError(_TOO_DEEP) from error
    except PayloadError:
        raise
    except ValueError as error:
        raise PayloadError(f"it is not JSON ({reason_of(error)})") from error


def reason_of(error: Exception) -> str:
    """Return in one line why a text cannot be read; Python's own advice on long numbers is for programmers."""
    return _LONG_NUMBER if "set_int_max_str_digits" in str(error) else " ".join(str(error).split())


def has_too_many_values(text: str, most: int | None = None) -> bool:
    """Tell whether a JSON text has more values than ``most``, by its commas and brackets outside of texts."""
    most = MOST_VALUES if most is None else most
    if sum(map(text.count, ",[{")) <= most:
        return False
    members = (found for found in _TEXT_OR_MEMBER.finditer(text) if found[0][0] != '"')
    return next(itertools.islice(members, most, None), None) is not None


def encode(value: Payload) -> bytes:
    """Return the bytes to write: compact JSON in UTF-8, keys in the given order; what is not JSON as it is."""
    if isinstance(value, Opaque):
        return value.data
    return _COMPACT.encode(value).encode()


def decode(data: bytes) -> Payload:
    """Return what live bytes mean: a JSON object or array, {} for none, or Opaque."""
    text = data.removeprefix(_BOM).strip()
    if not text:
        return {}
    shown = text.decode("utf-8", "replace")
    if has_too_many_values(shown):
        return Opaque(data)
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
        if may_be_deep(text) and is_too_deep(value):
            return Opaque(data)
        # What else was read from a JSON text can be written as one.
        if not text.isascii() or b"\0" in text or may_have_half_characters(shown):
            encode(value)
    except (ValueError, RecursionError):
        return Opaque(data)
    return value if isinstance(value, (dict, list)) else Opaque(data)


def decode_as(asked: Payload | Unset, data: bytes) -> Payload:
    """Return what live bytes mean: ``asked`` itself where it is written with the same bytes, as in most second runs.

    Then only one of the two is parsed and kept in memory, and nothing has to be compared again.
    """
    return asked if asked is not UNSET and encode(asked) == data else decode(data)


def decode_base64(text: str) -> Payload:
    """Return what bytes in base64 mean. Raises PayloadError for what is not base64."""
    try:
        return decode(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError) as error:
        raise PayloadError(f"it is not base64 ({error})") from error


def _unique_keys(texts: dict[str, str], pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    """Return the object of these members, whose texts are the same objects as those in ``texts``."""
    result = {key: texts.setdefault(value, value) if isinstance(value, str) else value for key, value in pairs}
    if len(result) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise PayloadError(f"the key '{twice}' is there twice in one object")
    return result


def _finite(text: str) -> float:
    try:
        return finite(text)
    except ValueError as error:
        raise PayloadError(str(error)) from error


def _no_constant(name: str) -> t.Any:
    raise PayloadError(f"JSON has no number {name}")


def _check_json(value: t.Any) -> None:
    """Raise PayloadError for a value that JSON text cannot carry unchanged, and for one that is nested too deeply."""
    try:
        data = encode(value)
    except (ValueError, TypeError, RecursionError):
        data = None
    if (data is None or may_be_deep(data)) and is_too_deep(value):
        raise PayloadError(_TOO_DEEP)
    if data is None or not _all_keys_are_text(value):
        raise PayloadError(_misfit(value))


def _all_keys_are_text(value: t.Any) -> bool:
    """Tell whether all keys are text and all containers are those of JSON: json.dumps takes others too."""
    containers = [value]
    for item in containers:
        is_object = isinstance(item, dict)
        if isinstance(item, tuple) or (is_object and not _are_text(item)):
            return False
        members = item.values() if is_object else item
        # Most objects hold no other ones, which is quick to see.
        if not _SCALARS.issuperset(map(type, members)):
            containers.extend(member for member in members if isinstance(member, (dict, list, tuple)))
    return True


def _are_text(keys: t.Iterable[t.Any]) -> bool:
    """Tell whether all of these are text. Most are of that very type, which is quicker to see."""
    return _TEXT.issuperset(map(type, keys)) or all(isinstance(key, str) for key in keys)


def _misfit(value: t.Any) -> str:
    """Return what in a value does not fit into JSON text."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            wrong = [key for key in item if not isinstance(key, str)]
            if wrong:
                return f"the key {wrong[0]!r} is not text; quote it"
            pending.extend(item.keys())
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, str) and HALF_CHARACTER.search(item):
            return "a text in it holds an unpaired surrogate, which UTF-8 cannot carry"
        elif isinstance(item, float) and not math.isfinite(item):
            return f"JSON has no number {item}"
        elif item is not None and not isinstance(item, (str, int, float, bool)):
            return f"a value of type {type(item).__name__} is not JSON; quote it to make it text"
    return _TOO_DEEP
