# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Large values that a copy of the arguments shares with the original instead of copying them leaf by leaf."""

from __future__ import annotations

import typing as t


class HeldDict(dict[str, t.Any]):
    """A dict that is its own deep copy. Nobody changes payloads, and AnsibleModule copies all its arguments twice."""

    def __deepcopy__(self, _memo: t.Any) -> HeldDict:
        return self


class HeldList(list[t.Any]):
    """A list that is its own deep copy."""

    def __deepcopy__(self, _memo: t.Any) -> HeldList:
        return self


def held(item: t.Any) -> t.Any:
    """Return an item of a list with the dicts and lists in it held; what is no dict comes back as it is."""
    if not isinstance(item, dict):
        return item
    return {key: _hold(value) for key, value in item.items()}


def _hold(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return HeldDict(value)
    return HeldList(value) if isinstance(value, list) else value
