# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test whether a message is one sentence with certain words."""

from __future__ import annotations

import typing as t


def says(message: str, words: list[str]) -> bool:
    """Tell whether a message has no line break and no traceback, and holds all the words."""
    return "\n" not in message and "Traceback" not in message and all(word in message for word in words)


class TestModule:
    """The test, by the name that the targets use."""

    def tests(self) -> dict[str, t.Callable[..., bool]]:
        """Return the test."""
        return {"says": says}
