# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits that users give: so many, or a share of all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .._errors import UserError


@dataclass(frozen=True)
class Limit:
    """A number of policies or settings, or with ``percent`` a share of all that there are."""

    number: int
    percent: bool = False

    def allows(self, count: int, total: int) -> bool:
        """Tell whether ``count`` of ``total`` are within the limit."""
        return count * 100 <= self.number * total if self.percent else count <= self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)


def limit_of(name: str, text: str | None) -> Limit | None:
    """Return the limit that an option names, a number or a share; None where it is left out. Raises UserError."""
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,9})(\.0)?\s*(%?)", text.strip())
    if found is None:
        raise UserError(
            "the task", f"use {name}", f"'{text}' is not a number", "Give a number, such as 5, or a share, such as 10%"
        )
    return Limit(int(found[1]), percent=bool(found[3]))
