# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a state with their places in it, so that every complaint names the key."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any


class StateError(ValueError):
    """The state does not make sense; the text names the key."""


class Node:
    """A JSON object with its place in the document, so that every complaint names the key."""

    def __init__(self, value: object, place: str, known: tuple[str, ...] | None = None) -> None:
        self.place = place
        if not isinstance(value, dict):
            raise StateError(f"{place}: a JSON object is needed")
        self.value = value
        unknown = set(value) - set(known) if known is not None else set()
        if unknown:
            raise StateError(f"{place}.{sorted(unknown)[0]}: unknown key; known are {', '.join(known or ())}")

    def get(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """The value of ``key`` checked against ``kind``; null and missing give ``default``."""
        value = self.value.get(key)
        if value is None:
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            names = kind.__name__ if isinstance(kind, type) else " or ".join(item.__name__ for item in kind)
            raise StateError(f"{self.place}.{key}: must be of type {names}")
        return value

    def items(self, key: str) -> list[tuple[str, Any]]:
        """The members of a list with the place of each."""
        return [(f"{self.place}.{key}[{n}]", item) for n, item in enumerate(self.get(key, list, []))]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        for place, item in self.items(key):
            if not isinstance(item, str) or not item:
                raise StateError(f"{place}: must be a string that is not empty")
        return tuple(self.get(key, list, []))


def guid(place: str, text: str) -> str:
    """A GUID in lower case.

    :raises StateError: the text is none.
    """
    try:
        # Python reads other spellings too, such as without hyphens.
        return str(uuid.UUID(text if len(text) == 36 else ""))
    except ValueError:
        raise StateError(f"{place}: '{text}' is not a GUID") from None


def unique(items: list[Any], key: Callable[[Any], str], place: str) -> dict[str, Any]:
    """Items by key.

    :raises StateError: two have the same.
    """
    result: dict[str, Any] = {}
    for item in items:
        if key(item) in result:
            raise StateError(f"{place}: '{key(item)}' is there twice")
        result[key(item)] = item
    return result
