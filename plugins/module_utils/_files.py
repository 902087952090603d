# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that are written at once, so that nobody ever reads half of one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def make_folder(folder: Path, mode: int | None = None) -> None:
    """Make a folder and those above it where they are missing. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    # Another host's task may be faster.
    folder.mkdir(exist_ok=True)
    if mode is not None:
        folder.chmod(mode)


def write_bytes(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file. One that is there keeps its permissions and owner. Raises OSError."""
    number, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(data)
        if path.exists():
            was = path.stat()
            with contextlib.suppress(OSError):  # only root gives files away
                os.chown(name, was.st_uid, was.st_gid)
            Path(name).chmod(stat.S_IMODE(was.st_mode))
        else:
            Path(name).chmod(_usual_mode() if mode is None else mode)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _usual_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
