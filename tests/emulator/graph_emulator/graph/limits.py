# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Intune's usual limits: per app and tenant 100 writes and 1,000 requests in 20 s (Microsoft Graph: throttling)."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, field

DEFAULTS: dict[str, float] = {"writes": 100, "requests": 1000, "seconds": 20}


@dataclass(slots=True)
class RateLimits:
    """Sliding windows of accepted calls by caller and kind."""

    _windows: dict[tuple[str, str, str], deque[float]] = field(default_factory=dict)

    def wait(self, tenant: str, client: str, *, is_write: bool, setting: bool | dict[str, float]) -> int | None:
        """Count one call; seconds to wait if it is one too many (it then does not count), else None."""
        if setting is False:
            return None
        limits = {**DEFAULTS, **(setting if isinstance(setting, dict) else {})}
        now = time.monotonic()
        kinds = ("requests", "writes") if is_write else ("requests",)
        windows = [(self._windows.setdefault((tenant, client, kind), deque()), limits[kind]) for kind in kinds]
        for window, limit in windows:
            while window and window[0] <= now - limits["seconds"]:
                window.popleft()
            if len(window) >= limit:
                return max(1, math.ceil(window[0] + limits["seconds"] - now))
        for window, _unused in windows:
            window.append(now)
        return None
