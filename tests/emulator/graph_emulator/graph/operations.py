# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row of the table of paths is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..wire import Answer

# Stands for a key in a path.
KEY = "{key}"


@dataclass(frozen=True, slots=True)
class Operation:
    """A handler ``(exchange, *keys) -> Answer`` and the query options it takes; ``reads``: a POST that only reads."""

    run: Callable[..., Answer]
    options: frozenset[str] = frozenset()
    reads: bool = False


def read(run: Callable[..., Answer], *options: str) -> Operation:
    """An operation with these query options."""
    return Operation(run, frozenset(options))
