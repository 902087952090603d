# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README names everything that the collection has."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTENT = [
    path
    for folder in ("plugins/modules", "plugins/filter", "plugins/lookup", "playbooks", "docs/docsite/rst")
    for path in sorted((ROOT / folder).iterdir())
    if path.suffix in (".py", ".yml", ".rst") and not path.name.startswith("__")
]


@pytest.mark.parametrize("path", CONTENT, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_is_in_the_readme(path: Path) -> None:
    name = str(path.relative_to(ROOT)) if path.suffix == ".rst" else f"`m365.apps.{path.stem}`"
    assert name in README
