# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trace that the environment asks for."""

from __future__ import annotations

import os
import typing as t

from .._graph.seen import NOBODY, Watcher

if t.TYPE_CHECKING:
    from .._graph.trace_words import TraceWords
    from .._trace.tracer import Tracer

# The variable of the environment that names the file. It is read where the module runs: in the worker process on the
# fast path, else in the module's own.
VARIABLE = "M365_TRACE"


def watcher() -> Watcher:
    """Return what writes a trace where one is asked for. Raises UserError where it cannot be written, or be private."""
    path = os.environ.get(VARIABLE)
    if not path:
        return NOBODY
    tracer, tables = _parts()
    return tracer(path, tables)


def load() -> None:
    """Load what a trace is made with where one is asked for: in a process that others are forked from, once for all."""
    if os.environ.get(VARIABLE):
        _tracer, tables = _parts()
        # The catalog, of which any longer text is asked.
        tables.is_fact("any text that may be an id")


def _parts() -> tuple[type[Tracer], TraceWords]:
    # Few runs need it.
    from .._trace.tracer import Tracer  # noqa: PLC0415
    from .trace_tables import TABLES  # noqa: PLC0415

    return Tracer, TABLES
