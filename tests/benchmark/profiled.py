# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a process spends its processor: ``python profiled.py "one task" POLICIES.json OUTPUT.json``.

Runs one task of office_client_configs as its module does, or the bare script, and writes processor seconds by part. A
sample is taken of the main thread about each millisecond that it computes, which costs little and favours no part, as
counting each call would. The task has one connection, so that this thread does all of it.
"""

from __future__ import annotations

import json
import runpy
import signal
import sys
import time
import typing as t
from collections import Counter
from pathlib import Path
from types import FrameType

_IMPORTING = "<frozen importlib"
# The parts, each by what is in the paths of its files.
PARTS: dict[str, tuple[str, ...]] = {
    "HTTP": ("/requests/", "/urllib3/", "/http/"),
    "JSON": ("/json/",),
    "Ansible": ("/ansible/module_utils/",),
    "login": ("/msal/", "/msal_", "/_graph/auth.py", "/_graph/tokens.py"),
    "Graph client": ("/module_utils/_graph/",),
    "surface": ("/module_utils/_office/",),
    "engine": ("/module_utils/_converge/", "/module_utils/_policy/"),
    "options and results": ("/module_utils/_module/",),
    "bare script": ("/bare.py",),
}
IMPORTS, REST = "imports", "the rest"
_EVERY = 0.001


class Samples:
    """Counts what the main thread is at while it computes, for the block."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._seconds = 0.0

    def __enter__(self) -> None:
        self._seconds = -time.process_time()
        signal.signal(signal.SIGPROF, lambda _number, frame: self._counts.update([part_of(frame)]))
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)

    def __exit__(self, *_error: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._seconds += time.process_time()

    def seconds(self) -> dict[str, float]:
        """Return the processor seconds of each part."""
        return {part: count / self._counts.total() * self._seconds for part, count in self._counts.items()}


def part_of(frame: FrameType | None) -> str:
    """Return the part that the innermost frame works for which belongs to one; all below an import is the import's."""
    paths = []
    while frame is not None:
        paths.append(frame.f_code.co_filename)
        frame = frame.f_back
    if any(path.startswith(_IMPORTING) for path in paths):
        return IMPORTS
    return next((part for path in paths for part, marks in PARTS.items() if any(mark in path for mark in marks)), REST)


def task(policies: Path) -> None:
    """Run the module on the policies of a file."""
    from ansible.module_utils import basic  # noqa: PLC0415 - its import is a part of what is measured

    given = {"policies": policies.read_text(encoding="utf-8"), "wait": False, "connections": 1}
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode()
    basic._ANSIBLE_PROFILE = "legacy"
    from ansible_collections.m365.apps.plugins.modules import office_client_configs  # noqa: PLC0415 - as above

    office_client_configs.main()


def bare(policies: Path) -> None:
    """Run the bare script on the policies of a file."""
    sys.argv = ["bare.py", str(policies)]
    runpy.run_path(str(Path(__file__).with_name("bare.py")), run_name="__main__")


RUNS: dict[str, t.Callable[[Path], None]] = {"one task": task, "bare script": bare}


def main() -> None:
    """Run and write."""
    name, policies, output = sys.argv[1:]
    samples = Samples()
    try:
        with samples:
            RUNS[name](Path(policies))
    except SystemExit as end:
        # So does a module end; where it failed there is nothing to compare.
        if end.code:
            raise
    Path(output).write_text(json.dumps(samples.seconds()), encoding="utf-8")


if __name__ == "__main__":
    main()
