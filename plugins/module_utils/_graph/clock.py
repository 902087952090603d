# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far the clock of this machine is off, as far as an answer tells. Pure."""

from __future__ import annotations

import email.utils


def ahead_of(date: str | None, now: float) -> float | None:
    """Return how many seconds this machine is ahead of a ``Date`` header, negative where it is behind.

    ``now`` is the wall clock in seconds since the epoch. None where there is no header that can be read.
    """
    if not date:
        return None
    try:
        return now - email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
