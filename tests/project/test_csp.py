# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of the report lets its own style and script in: their hashes are those of the files."""

from __future__ import annotations

from ansible_collections.m365.apps.tests.tools.csp import PAGE, current


def test_the_hashes_are_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("'sha256-") == 2
    assert current(page) == page, "run make format"
