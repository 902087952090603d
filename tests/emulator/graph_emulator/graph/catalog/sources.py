# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where definitions come from: files of Graph's documents or of the collection's facts, one a line, gzip or not."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from . import facts
from .definitions import Definitions

Json = dict[str, Any]
GZIP_MAGIC = b"\x1f\x8b"
# The catalogue that the collection brings: a module with the text of a catalogue file.
BUILTIN = Path(__file__).parents[5] / "plugins" / "module_utils" / "_catalog" / "built_in_lines.py"


class CatalogError(ValueError):
    """A catalogue file cannot be read; the text names it."""


@cache
def builtin() -> Definitions:
    """The catalogue that is served where no file is given; it is read when it is first needed."""
    # Its lines are the last text between three quotes, as its tool writes it.
    return Definitions(lambda: _documents("built in", BUILTIN.read_text(encoding="utf-8").split('"""')[-2]))


def from_files(*paths: str) -> Definitions:
    """The catalogue of these files together; where two have the same id, the later one counts.

    :raises CatalogError: a file cannot be read, or a line of it is not what it has to be.
    """
    return Definitions.of(document for path in paths for document in _documents(path, _text(path)))


def _text(path: str) -> str:
    try:
        data = Path(path).read_bytes()
        return (gzip.decompress(data) if data.startswith(GZIP_MAGIC) else data).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: {error}") from None


def _documents(name: str, text: str) -> Iterable[Json]:
    """The documents of a file: the lines themselves, or made of the facts where its first line is their header."""
    lines = [(f"{name}, line {n}", line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if not lines:
        return []
    first = _object(*lines[0])
    if not facts.is_header(first):
        return [_with_id(place, _object(place, line)) for place, line in lines]
    try:
        return list(facts.documents(_with_id(place, _object(place, line)) for place, line in lines[1:]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CatalogError(f"{name}: a line is not as the format has it ({error!r})") from None


def _object(place: str, line: str) -> Json:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{place}: {error}") from None
    if not isinstance(value, dict):
        raise CatalogError(f"{place}: a JSON object is needed")
    return value


def _with_id(place: str, value: Json) -> Json:
    if not isinstance(value.get("id"), str):
        raise CatalogError(f"{place}: an object with an id is needed")
    return value
