# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The value of what was not given or not read, so that None, "" and [] keep their own meaning."""

from __future__ import annotations

import enum
import typing as t


class Unset(enum.Enum):
    """The type of UNSET; an enum so that type checkers can tell it from every value."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: t.Final = Unset.UNSET
