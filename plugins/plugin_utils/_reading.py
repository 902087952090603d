# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes of a file that a user names: bounded, and never a wait for somebody who writes into a FIFO."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

# Bytes of one file. A policy with all settings there are takes less than a hundredth of it.
MOST_BYTES = 64 * 1024 * 1024


def read_bytes(path: str | Path, most: int | None = None) -> bytes:
    """Return the bytes of a regular file, at most MOST_BYTES.

    Raises OSError, whose strerror tells why, also for what is not a regular file and for one that is too large.
    """
    most = MOST_BYTES if most is None else most
    with open(path, "rb", opener=_without_waiting) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        data = stream.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most // 1024 // 1024} MiB", str(path))
    return data


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
