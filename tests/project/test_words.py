# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain words: what users and contributors read has none of those that a native reader would not use."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = (
    "README.md",
    "CONTRIBUTING.md",
    "plugins",
    "roles",
    "playbooks",
    "docs/docsite",
    "changelogs/fragments",
    "extensions",
)
ENDINGS = {".py", ".yml", ".md", ".rst", ".j2", ".html", ".txt"}
# Each with what to write in its place. A word may be split over two lines.
FORBIDDEN = {
    r"OfficeStore|\bstore\.py": "OfficeSurface, surface.py",
    "the way of a payload": "how a payload travels",
    r"(the|its|two) leaves|leaves(\(\)| of a payload)": "values, expected_fields",
    r"terms of (a|the) (run|gate)s?|rollout__terms|terms\.py": "options, settings",
    r"jobs\.py|(a|one|the) module's job": "handlers.py, the handler",
    r"wish(es|ed)?": "desired state, or what the options ask for",
    r"mend(s|ed|ing)?": "fix",
    "anew": "again",
    "shall": "must, or is to",
    "(feels?|felt)": "affect, get",
    r"((option|use|the|a|every) reach|reach\.py|options\.reach)": "limit_to_groups, the limit",
    "hardly": "unlikely, or almost not",
    "whoever": "anyone who",
    "stands? twice": "is listed twice",
    "half (a )?characters?": "an unpaired surrogate",
    r"(?<!\bthere )is no (list|dict|number|map|path|policy|error)": "is not a ...",
    "(?<!there )are no (list|names|reads|items)": "are not ...",
    r"(results\[\]|plan|item|wave)\.waiting": "pending",
    "the tenant has moved": "the tenant has changed since the plan was made",
    "(is|are) not as the definitions say": "does not match the definitions",
}


def texts() -> list[Path]:
    paths = [path for name in READ for path in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))]
    return [path for path in paths if path.suffix in ENDINGS and "__pycache__" not in path.parts]


@functools.cache
def flowing(path: Path) -> str:
    """Return the text of a file without breaks of lines, comments included."""
    return re.sub(r"\s*\n[\s#]*", " ", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_word_that_nobody_uses_is_not_there(word: str) -> None:
    pattern = re.compile(rf"\b{word}\b", re.IGNORECASE)
    found = {f"{path.relative_to(ROOT)}: {match[0]}" for path in texts() for match in pattern.finditer(flowing(path))}
    assert found == set(), f"write instead: {FORBIDDEN[word]}"


def test_there_are_texts() -> None:
    assert len(texts()) > 150
