# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file beside a catalog that keeps what a run has read so far, for the next one to go on with."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import threading
import time
import typing as t
from pathlib import Path

from .._catalog.fetch import DefinitionPage
from .._catalog.fetched import Fetched, fetched_from, head_line, page_line, restart_line
from .._errors import UserError, plain, system_reason
from .._files import make_folder

ENDING = ".part"


class Progress:
    """What was read, in memory alone, as check mode has it. Several threads may read, each one part at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.fetched = Fetched()
        # How many pages an earlier run read.
        self.resumed = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_error: object) -> None:
        """Let go of what is kept."""

    def add(self, part: str, page: DefinitionPage) -> None:
        """Keep the next page of a part. Raises UserError."""
        line = page_line(part, page)
        with self._lock:
            self.fetched.add(part, page)
            self._keep(line)

    def restart(self, part: str) -> None:
        """Forget what was read of a part. Raises UserError."""
        with self._lock:
            self.fetched.restart(part)
            self._keep(restart_line(part))

    def discard(self) -> None:
        """Forget all that was read."""

    def _keep(self, line: str) -> None:
        """Keep a line."""


class PartFile(Progress):
    """The same in a file of the owner alone, which one run at a time works on."""

    def __init__(self, catalog: Path, key: str, clock: t.Callable[[], float] = time.time) -> None:
        super().__init__()
        self._path = catalog.with_name(catalog.name + ENDING)
        self._key = key
        self._clock = clock
        self._file = -1

    def __enter__(self) -> PartFile:
        with self._told("use it"):
            make_folder(self._path.parent)
            self._file = self._opened()
            try:
                self._read()
            except BaseException:
                os.close(self._file)
                raise
        return self

    def __exit__(self, *_error: object) -> None:
        os.close(self._file)

    def discard(self) -> None:
        with contextlib.suppress(OSError):  # it counts for nothing once it is a day old
            self._path.unlink()

    def _opened(self) -> int:
        """Return the file, locked. Raises UserError where another run works on it, and OSError."""
        while True:
            opened = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
            try:
                if not stat.S_ISREG(os.fstat(opened).st_mode):
                    raise self._unusable("use it", "it is not a file", "Move it away")
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # A run that ended since has removed it.
                if self._path.exists() and os.path.samestat(os.fstat(opened), self._path.stat()):
                    return opened
            except BlockingIOError:
                os.close(opened)
                cause, step = "another run reads the definitions for the same catalog", "Wait until it ends"
                raise self._unusable("use it", cause, step) from None
            except BaseException:
                os.close(opened)
                raise
            os.close(opened)

    def _read(self) -> None:
        """Take what an earlier run read, and cut off what does not count."""
        with os.fdopen(os.dup(self._file), "rb") as stream:
            data = stream.read()
        now = self._clock()
        self.fetched, size = fetched_from(data, self._key, now)
        self.resumed = self.fetched.count
        os.ftruncate(self._file, size)
        os.lseek(self._file, 0, os.SEEK_END)
        if not size:
            self._write(head_line(self._key, now))

    def _keep(self, line: str) -> None:
        with self._told("write it"):
            self._write(line)

    def _write(self, line: str) -> None:
        data = memoryview(f"{line}\n".encode())
        while data:
            data = data[os.write(self._file, data) :]

    @contextlib.contextmanager
    def _told(self, action: str) -> t.Iterator[None]:
        """Turn an OSError inside the block into a UserError."""
        try:
            yield
        except OSError as error:
            step = "Check the path, its permissions and the space there, then run it again"
            raise self._unusable(action, system_reason(error), step) from error

    def _unusable(self, action: str, cause: str, step: str) -> UserError:
        return UserError(plain(str(self._path), 250), action, cause, step)
