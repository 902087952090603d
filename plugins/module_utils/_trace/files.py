# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a trace, and the key beside it that its stand-ins are made with.

Several processes may write to one file (forks, tasks, hosts of one machine), each line as a whole: who has the lock of
the file writes. Who finds it empty makes the key, so that all of them have the same one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import secrets
import stat
import typing as t
from pathlib import Path

from .._errors import UserError, system_reason
from .records import header

KEY_SUFFIX = ".key"
_KEY_BYTES = 32
_PRIVATE = 0o600
_READ_BY_ALL = stat.S_IROTH | stat.S_IWOTH
_OWN_FOLDER = "Give a file in a folder of your own, such as one made by mkdir -m 700"
_OTHER_FILE = "Give the path of a new file"


class TraceFile:
    """A file to which lines are added. Nothing of it is open in between."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._place = Path(path).expanduser()

    def begin(self) -> bytes:
        """Make the file and its key where they are missing, write its first line, and return the key.

        Raises UserError for a file that others may read or have made, and for one that cannot be written.
        """
        try:
            if not self._place.is_absolute():
                raise self._unfit("it is not an absolute path", _OTHER_FILE)
            with self._folder() as folder, self._locked(folder, os.O_CREAT) as opened:
                return self._key(folder, opened)
        except (OSError, ValueError) as error:
            raise self._unfit(_reason(error), "Check the path, its permissions, and the free space") from error

    def add(self, line: t.Mapping[str, t.Any]) -> None:
        """Add a line. Raises OSError and UserError."""
        data = _line(line)
        with self._folder() as folder, self._locked(folder) as opened:
            _write(opened, data)

    @contextlib.contextmanager
    def _folder(self) -> t.Iterator[int]:
        """Open the folder. Raises UserError where others may read or change what is in it."""
        folder = os.open(self._place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if os.fstat(folder).st_mode & _READ_BY_ALL:
                raise self._unfit(f"everybody on this machine can access {self._place.parent}", _OWN_FOLDER)
            yield folder
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def _locked(self, folder: int, flags: int = 0) -> t.Iterator[int]:
        """Open the file and wait until it is ours alone."""
        opened = self._open(folder, self._place.name, os.O_RDWR | os.O_APPEND | flags)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield opened
        finally:
            os.close(opened)

    def _open(self, folder: int, name: str, flags: int) -> int:
        """Open a file of this user's that nobody else may read. Raises UserError for any other."""
        opened = os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, _PRIVATE, dir_fd=folder)
        told = os.fstat(opened)
        fine = stat.S_ISREG(told.st_mode) and told.st_uid == os.geteuid() and told.st_nlink == 1
        if fine and not stat.S_IMODE(told.st_mode) & ~_PRIVATE:
            return opened
        os.close(opened)
        raise self._unfit(f"{name} exists, and is not a file that only its owner can read and write", _OTHER_FILE)

    def _key(self, folder: int, opened: int) -> bytes:
        """Return the key of an open trace; a new one gets its key and its first line."""
        name = self._place.name + KEY_SUFFIX
        if os.fstat(opened).st_size:
            with contextlib.suppress(FileNotFoundError):
                return self._read_key(folder, name)
            raise self._unfit(
                f"its key {name} is not in the same folder, so nothing can be added to this trace", _OTHER_FILE
            )
        key = secrets.token_bytes(_KEY_BYTES)
        made = self._open(folder, name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            _write(made, key.hex().encode())
        finally:
            os.close(made)
        _write(opened, _line(header()))
        return key

    def _read_key(self, folder: int, name: str) -> bytes:
        made = self._open(folder, name, os.O_RDONLY)
        try:
            key = bytes.fromhex(os.read(made, 4 * _KEY_BYTES).decode("ascii"))
        finally:
            os.close(made)
        if len(key) != _KEY_BYTES:
            raise self._unfit(f"its key {name} was changed", _OTHER_FILE)
        return key

    def _unfit(self, cause: str, step: str) -> UserError:
        return UserError(f"the trace {self.path} (M365_TRACE)", "write it", cause, step)


def _line(value: t.Mapping[str, t.Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _write(opened: int, data: bytes) -> None:
    """Write all of the data, or nothing: what did not fit is taken back. Raises OSError."""
    before = os.fstat(opened).st_size
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(opened, left) :]
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(opened, before)
        raise


def _reason(error: Exception) -> str:
    """Return why a file cannot be opened or written, without its path, which the sentence has."""
    if isinstance(error, OSError):
        links = "it is a symbolic link" if error.errno == errno.ELOOP else ""
        return links or system_reason(error)
    return "its key, or its path, is not as it must be"
