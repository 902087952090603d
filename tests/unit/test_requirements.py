# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-test reads lists of its own; they name what the collection and the emulator need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLLECTION, EMULATOR = "meta/ee-requirements.txt", "tests/emulator/requirements.in"


def lower_bounds(path: str) -> dict[str, str]:
    """Return the packages of a list and from which version on; "" where any will do."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    found = (re.fullmatch(r"([\w-]+(?:\[\w+\])?)(?:>=([\d.]+))?", line) for line in lines)
    return {match[1]: match[2] or "" for match in found if match}


@pytest.mark.parametrize(
    ("read", "needed"),
    [
        ("tests/integration/requirements.txt", COLLECTION),
        ("tests/unit/requirements.txt", COLLECTION),
        ("tests/unit/requirements.txt", EMULATOR),
    ],
)
def test_what_is_needed_is_listed(read: str, needed: str) -> None:
    needs, listed = lower_bounds(needed), lower_bounds(read)
    assert needs

    def parts(version: str) -> list[int]:
        return [int(part) for part in version.split(".") if part]

    missing = [name for name, least in needs.items() if name not in listed or parts(listed[name]) < parts(least)]
    assert missing == []
