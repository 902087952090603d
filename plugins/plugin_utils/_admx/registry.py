# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry values: where they are, and what they hold."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

DWORD, QWORD = "REG_DWORD", "REG_QWORD"
TEXT, EXPANDABLE, TEXTS = "REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ"
NUMBERS = {DWORD: 2**32 - 1, QWORD: 2**64 - 1}


@dataclass(frozen=True)
class Place:
    """Where a registry value is, in lower case as the registry compares it. ``spelled`` is its name as it was given."""

    key: str
    name: str
    spelled: str = field(default="", compare=False)

    @classmethod
    def of(cls, key: str, name: str) -> Place:
        """Return the place of a value by key and name, in any case."""
        return cls(key.strip("\\").lower(), name.lower(), name)


@dataclass(frozen=True)
class Data:
    """What a registry value holds: a number, a text, or several texts."""

    type: str
    value: int | str | tuple[str, ...]

    def __str__(self) -> str:
        if self == DELETED:
            return self.type
        return f"{self.type} {list(self.value) if isinstance(self.value, tuple) else repr(self.value)}"


# A value that is removed. A backup of Group Policy says so; elsewhere it is not there.
DELETED = Data("removed", "")

Registry = t.Mapping[Place, Data]
