# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the programs and collections are that `make runners` keeps apart from those of the other tests."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.tests.integration.support.processes import BIN, ROOT, Run, environment, finished

RUNNERS = ROOT / ".ansible" / "runners"
PROGRAMS = RUNNERS / "bin"
AWX_COLLECTIONS = RUNNERS / "collections"
EXTENSIONS = ROOT / "extensions"


def run(folder: Path, command: t.Sequence[object], cwd: Path | str | None = None, **more: str) -> Run:
    """Run a program in a clean environment, to which ``more`` is added, and look through what it printed.

    The programs of `make runners` come last in PATH: ansible is that of the other tests, with the libraries it needs.
    """
    given = environment(folder)
    given["PATH"] = os.pathsep.join([str(BIN), str(PROGRAMS), os.environ.get("PATH", os.defpath)])
    return finished([str(word) for word in command], cwd or folder, {**given, **more})
