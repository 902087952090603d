# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two payloads, setting by setting, as people read it."""

from __future__ import annotations

import json
import typing as t

from .compare import SETTING_KEY, Path, Setting, flatten, path_text, same_value
from .payload import Opaque, Payload
from .unset import UNSET, Unset


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
