# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where definitions come from: files of Graph's documents, one a line, gzip or not."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ... import small_catalog
from .definitions import Definitions

Json = dict[str, Any]
GZIP_MAGIC = b"\x1f\x8b"


class CatalogError(ValueError):
    """A catalogue file cannot be read; the text names it."""


def builtin() -> Definitions:
    """The catalogue that is served where no file is given."""
    return Definitions(lambda: [*small_catalog.DOCUMENTS, *small_catalog.CATEGORY_DOCUMENTS])


def from_files(*paths: str) -> Definitions:
    """The catalogue of these files together; where two have the same id, the later one counts.

    :raises CatalogError: a file cannot be read, or a line of it is not a JSON object with an id.
    """
    return Definitions.of(document for path in paths for document in _lines(path))


def _lines(path: str) -> Iterator[Json]:
    try:
        data = Path(path).read_bytes()
        text = (gzip.decompress(data) if data.startswith(GZIP_MAGIC) else data).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: {error}") from None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield _document(f"{path}, line {number}", line)


def _document(place: str, line: str) -> Json:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise CatalogError(f"{place}: {error}") from None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise CatalogError(f"{place}: a JSON object with an id is needed")
    return value
