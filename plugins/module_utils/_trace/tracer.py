# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What watches the connections of a client and writes what it sees into a trace."""

from __future__ import annotations

import secrets
import threading
import time

from .._errors import UserError
from .._graph.seen import Seen
from .._graph.trace_words import TraceWords
from .documents import Disguise
from .files import TraceFile
from .records import record_of
from .stand_ins import StandIns


class Tracer:
    """Writes one line for each exchange. What it cannot write ends the trace, never the run: it is told once.

    Lines of one process have the same ``run``; ``at`` is the second of the run at which a request was sent.
    """

    def __init__(self, path: str, tables: TraceWords) -> None:
        """Begin a trace, or go on with one. Raises UserError where it cannot be kept from others, or not be written."""
        self._file = TraceFile(path)
        self._disguise = Disguise(StandIns(self._file.begin()), tables)
        self._lock = threading.Lock()
        self._run = secrets.token_hex(3)
        self._start = time.monotonic()
        self._ended = False
        self._notices: list[str] = []

    def __call__(self, seen: Seen) -> None:
        """Write the line of an exchange."""
        with self._lock:
            if self._ended:
                return
            try:
                when = {"at": round(seen.began - self._start, 3), "seconds": round(seen.seconds, 3)}
                self._file.add({"run": self._run, **when, **record_of(seen, self._disguise)})
            except UserError as error:
                self._end(str(error))
            except OSError as error:
                self._end(f"the trace {self._file.path} (M365_TRACE) cannot be written: {error.strerror}.")
            except Exception as error:  # noqa: BLE001 - a trace is not worth a run, and half a line may hold anything
                self._end(f"the trace {self._file.path} (M365_TRACE) cannot be written: {type(error).__name__}.")

    def notices(self) -> list[str]:
        """Return what is to be told to the user, once."""
        with self._lock:
            told, self._notices = self._notices, []
        return told

    def _end(self, sentence: str) -> None:
        self._ended = True
        self._notices.append(f"{sentence} The trace ends here; the run continues without it.")
