# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A catalog file that is kept up to date: what it holds, and how it is written."""

from __future__ import annotations

import gzip
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from .._catalog.catalog import Catalog, load_catalogue
from .._catalog.definitions import DefinitionError
from .._catalog.lines import read_header
from .._errors import UserError, plain, system_reason
from .._files import make_folder, write_bytes
from .catalog_files import lines_of

# A file of this ending is packed.
PACKED = ".gz"
_STEP = "Give another path, or move the file away"


@dataclass(frozen=True)
class CatalogTarget:
    """The file at a path: its definitions and its bytes, unpacked; None where there is no file."""

    path: Path
    catalog: Catalog | None = None
    data: bytes | None = None

    def write(self, data: bytes) -> None:
        """Bring the file to these bytes, at once, packed where its name says so. Raises UserError."""
        # Without the time, so that the same catalog is the same bytes.
        packed = gzip.compress(data, mtime=0) if self.path.name.endswith(PACKED) else data
        try:
            make_folder(self.path.parent)
            write_bytes(self.path, packed)
        except OSError as error:
            step = "Check the path, its permissions and the space there, then run it again"
            raise UserError(_named(self.path), "write it", system_reason(error), step) from error


def catalog_target(path: str) -> CatalogTarget:
    """Return the catalog file at a path, which need not be there. A link stays one, and leads to the file.

    Raises UserError for what is there and is not a catalog file of this collection, and for what cannot be read.
    """
    if not path.strip() or "\0" in path:
        raise UserError("the task", "use path", "it is empty, or holds a NUL", "Give the path of a file")
    real = Path(os.path.realpath(path))
    try:
        if not os.path.lexists(real):
            return CatalogTarget(real)
        if not real.is_file():
            raise UserError(_named(real), "use it", "it is not a file", _STEP)
        data = b"".join(lines_of(real))
        return CatalogTarget(real, _catalog(data, path), data)
    except DefinitionError as error:
        raise UserError(_named(real), "use it", str(error), _STEP) from error
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise UserError(_named(real), "use it", f"it cannot be read ({error})", _STEP) from error


def _catalog(data: bytes, name: str) -> Catalog:
    lines = data.splitlines()
    # A file of Graph's documents would be read, but not written again as what it was.
    read_header(lines[0].decode("utf-8-sig") if lines else "")
    return load_catalogue(lines, name)


def _named(path: Path) -> str:
    return plain(str(path), 250)
