# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a trace may show: what is Graph's own, and what is Microsoft's on each surface."""

from __future__ import annotations

from .._catalog.trace_words import CATALOG_WORDS
from .._graph.trace_words import GRAPH_WORDS, TraceWords
from .._office.trace_words import OFFICE_WORDS

TABLES: TraceWords = GRAPH_WORDS | OFFICE_WORDS | CATALOG_WORDS
