# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Payloads compared by meaning.

A payload is flattened to its values, each under the path that leads to it. A list whose members are all objects with
distinct ``settingId`` is a set: its members' paths carry that id instead of a position, so their order means nothing.
Any other list is ordered.
"""

from __future__ import annotations

import typing as t
from operator import itemgetter

from .._json import IN_ORDER
from .payload import Opaque, Payload

SETTING_KEY = "settingId"


class Setting(t.NamedTuple):
    """A step of a path: the member of a keyed list with this settingId."""

    id: str


Step = t.Union[str, int, Setting]
Path = tuple[Step, ...]


def flatten(payload: Payload) -> dict[Path, t.Any]:
    """Return the values of a payload by path. {} and [] below the top are values, too; at the top they mean nothing at
    all.
    """
    if isinstance(payload, Opaque):
        return {(): payload}
    values: dict[Path, t.Any] = {}
    pending: list[tuple[Path, t.Any]] = [((), payload)]
    while pending:
        path, value = pending.pop()
        members = _members(value)
        if members:
            pending.extend(((*path, step), member) for step, member in reversed(members))
        elif path:
            values[path] = value
    return values


def same_payload(one: Payload, other: Payload) -> bool:
    """Tell whether two payloads mean the same."""
    # To look at all of it is several times cheaper than value by value.
    if one is other or repr(one) == repr(other):
        return True
    if not one or not other:
        return not one and not other
    left, right = flatten(one), flatten(other)
    return left.keys() == right.keys() and all(same_value(value, right[path]) for path, value in left.items())


def same_value(one: t.Any, other: t.Any) -> bool:
    """Tell whether two values of a payload are the same in JSON: 1 is 1.0 but neither is true, and {} is not []."""
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other)


def path_text(path: Path) -> str:
    """Return a path as people read it: ``settings[L_Id].value``, ``rules[2].name``."""
    text = ""
    for step in path:
        if isinstance(step, str):
            text += f".{step}" if text else step
        else:
            text += f"[{step.id if isinstance(step, Setting) else step}]"
    return text


def is_keyed(value: t.Any) -> bool:
    """Tell whether a value is a list whose members are all objects with distinct ``settingId``."""
    if not isinstance(value, list):
        return False
    ids = [item.get(SETTING_KEY) if isinstance(item, dict) else None for item in value]
    return all(isinstance(setting_id, str) for setting_id in ids) and len(set(ids)) == len(ids)


def _members(value: t.Any) -> list[tuple[Step, t.Any]]:
    if isinstance(value, dict):
        return list(value.items())
    if is_keyed(value):
        return [(Setting(str(item[SETTING_KEY])), item) for item in value]
    return list(enumerate(value)) if isinstance(value, list) else []


def meaning(payload: t.Any) -> t.Any:
    """Return a value that is the same for payloads of the same meaning."""
    if isinstance(payload, Opaque) or not payload:
        return repr(payload) if payload else ""
    ordered = sorted(payload, key=itemgetter(SETTING_KEY)) if is_keyed(payload) else payload
    try:
        text = IN_ORDER.encode(ordered)
    except RecursionError:
        text = "[["
    # A list further in may be keyed too, and 1.0 is 1, so that the text is not the only one with this meaning: go value
    # by value.
    if "[" in text[1:] or "." in text:
        return sorted((repr(path), repr(_whole_number(value))) for path, value in flatten(payload).items())
    return text


def _whole_number(value: t.Any) -> t.Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
