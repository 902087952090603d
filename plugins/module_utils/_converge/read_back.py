# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Begin to read back what was written while other writes still go on, with no more requests than after them."""

from __future__ import annotations

import contextlib
import typing as t
from collections import deque
from dataclasses import replace

from .._policy.fields import Field
from .._policy.policy import Policy
from .._policy.reads import Part
from .._policy.surface import Surface
from .._policy.writes import Create, PolicyWrite, Result

# How many writes are answered after one before it is read: reads may lag behind writes, and what does not show yet is
# read twice. Intune takes so many writes in 20 seconds.
WRITES_BETWEEN = 100


class ReadBack:
    """Hears of the writes of a run, and has the surface begin to read the parts that those before them have written.

    What is not begun when the last write was answered is read by confirm(), as is all that it finds not as written.
    """

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._fields = [field for field in surface.capabilities.fields if not field.listed]
        self._waiting: deque[list[Part]] = deque()

    def heard(self, write: PolicyWrite, result: Result) -> None:
        """Note what a write has written; begin to read what was written long enough before."""
        done = result.error is None and result.approval is None
        self._waiting.append(_parts(write, result, self._fields) if done else [])
        if len(self._waiting) > WRITES_BETWEEN:
            # The writes are done, whatever is wrong here; it is told when confirm() asks for the same.
            with contextlib.suppress(Exception):
                self._surface.begin(self._waiting.popleft())


def _parts(write: PolicyWrite, result: Result, fields: t.Sequence[Field]) -> list[Part]:
    """Return what has to be read to see what a write has written, but for what the list shows."""
    left = write.expected_fields() or {}
    return [Part(_policy(write, result), field) for field in fields if field.name in left]


def _policy(write: PolicyWrite, result: Result) -> Policy:
    return replace(write.draft, id=result.written.policy_id) if isinstance(write, Create) else write.policy
