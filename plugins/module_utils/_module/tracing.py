# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trace that the environment asks for."""

from __future__ import annotations

import os

from .._graph.seen import NOBODY, Watcher

# The variable of the environment that names the file. It is read where the module runs: in the worker process on the
# fast path, else in the module's own.
VARIABLE = "M365_TRACE"


def watcher() -> Watcher:
    """Return what writes a trace where one is asked for. Raises UserError where it cannot be written, or be private."""
    path = os.environ.get(VARIABLE)
    if not path:
        return NOBODY
    # Few runs need it.
    from .._trace.tracer import Tracer  # noqa: PLC0415
    from .trace_tables import TABLES  # noqa: PLC0415

    return Tracer(path, TABLES)
