# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Payloads compared by meaning, and what differs between two of them, setting by setting, as people read it.

A payload is flattened to its values, each under the path that leads to it. A list whose members are all objects with
distinct ``settingId`` is a set: its members' paths carry that id instead of a position, so their order means nothing.
Any other list is ordered.
"""

from __future__ import annotations

import json
import typing as t
from operator import itemgetter

from .._json import IN_ORDER
from .payload import Opaque, Payload
from .unset import UNSET, Unset

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


def payload_changes(before: Payload | Unset, after: Payload | Unset) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Return what is only or otherwise in each of two payloads, as path to value."""
    old, new = _flat(before), _flat(after)
    removed = {path: value for path, value in old.items() if path not in new or not same_value(value, new[path])}
    added = {path: value for path, value in new.items() if path not in old or not same_value(value, old[path])}
    return _texts(removed, new), _texts(added, old)


def payload_values(payload: Payload | Unset) -> dict[str, t.Any]:
    """Return all that a payload holds, as path to value."""
    return _texts(_flat(payload), {})


def _flat(payload: Payload | Unset) -> dict[Path, t.Any]:
    return {} if payload is UNSET else flatten(payload)


def _texts(values: t.Mapping[Path, t.Any], other: t.Mapping[Path, t.Any]) -> dict[str, t.Any]:
    """Return values by readable path. A setting that the other side has nothing of takes one line for all its keys."""
    shared = {_setting_of(path) for path in other}
    texts: dict[str, t.Any] = {}
    for path, value in values.items():
        setting = _setting_of(path)
        if setting is None or setting in shared:
            texts[path_text(path) or "(not JSON)"] = value.text() if isinstance(value, Opaque) else value
        elif path[len(setting) :] != (SETTING_KEY,):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            name = path_text(setting)
            texts[name] = ", ".join(filter(None, [texts.get(name), f"{path_text(path[len(setting) :])}={text}"]))
        else:
            texts.setdefault(path_text(setting), "")
    return texts


def _setting_of(path: Path) -> Path | None:
    """Return the path of the setting (member of a keyed list) that a value belongs to, None when it is in none."""
    place = next((place for place, step in enumerate(path) if isinstance(step, Setting)), None)
    return None if place is None else path[: place + 1]
