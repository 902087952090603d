# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of everything that was looked at: where it is, and why it was left."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Reason(enum.Enum):
    """Why something is not imported; the value is its word in results."""

    BROKEN = "broken_file"
    LINK = "link"
    OTHER_FILE = "other_file"
    NOT_A_POLICY = "not_a_policy"
    PLATFORM = "other_platform"
    TEMPLATE = "template"
    NOT_OFFICE = "not_office"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown_definition"
    INVALID = "invalid"
    DUPLICATE = "duplicate"
    EXISTS = "exists"


@dataclass(frozen=True)
class Place:
    """Where a policy is: the file as seen from the folder of exports, and what of it, such as "line 3"."""

    file: str
    item: str = ""

    def __str__(self) -> str:
        return f"{self.file} {self.item}".rstrip()

    def within(self, item: str) -> Place:
        """Return a place in this one."""
        return Place(self.file, f"{self.item} {item}".lstrip())


@dataclass(frozen=True)
class Left:
    """Something that is not imported, and why. ``name`` is that of the policy where it has one."""

    place: Place
    reason: Reason
    message: str
    name: str | None = None


class LeftError(ValueError):
    """Something that cannot be imported; the text is the cause."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
