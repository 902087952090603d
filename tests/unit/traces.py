# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests of traces share."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._module.trace_tables import TABLES
from ansible_collections.m365.apps.plugins.module_utils._trace.documents import Disguise
from ansible_collections.m365.apps.plugins.module_utils._trace.stand_ins import StandIns

KEY = b"k" * 32
GUID = "0a0a0a0a-1b1b-4c1c-8d1d-0e0e0e0e0e01"
OTHER_GUID = "0a0a0a0a-1b1b-4c1c-8d1d-0e0e0e0e0e02"


def disguise(key: bytes = KEY) -> Disguise:
    """Return a disguise with the tables of all surfaces."""
    return Disguise(StandIns(key), TABLES)


def lines_of(path: Path) -> list[dict[str, t.Any]]:
    """Return the lines of a trace."""
    return [json.loads(line) for line in path.read_text().splitlines()]
