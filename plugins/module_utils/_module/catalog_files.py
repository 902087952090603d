# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option ``catalog_file``: definitions of settings beside those that the collection brings."""

from __future__ import annotations

import gzip
import typing as t
import zlib
from pathlib import Path

from .._catalog.catalog import Catalog, built_in, load_catalogue
from .._catalog.definitions import DefinitionError
from .._errors import UserError

_GZIP = b"\x1f\x8b"


def catalog_of(path: str | None) -> Catalog:
    """Return the catalog of a file over the one that the collection brings, or that one alone. Raises UserError."""
    if path is None:
        return built_in()
    try:
        return load_catalogue(lines_of(Path(path)), path, below=built_in())
    except DefinitionError as error:
        raise _unusable(str(error), "Make the file again, or leave catalog_file out") from error
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise _unusable(f"{path} cannot be read ({error})", "Check the path and the file") from error


def lines_of(path: Path) -> t.Iterator[bytes]:
    """Yield the lines of a file, packed or not. Raises OSError, EOFError, zlib.error."""
    with path.open("rb") as opened:
        packed = opened.read(len(_GZIP)) == _GZIP
    with gzip.open(path) if packed else path.open("rb") as lines:
        yield from lines


def _unusable(cause: str, step: str) -> UserError:
    return UserError("the option catalog_file", "use it", cause, step)
