# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What processes are at while they compute. With this folder on PYTHONPATH, each Python process loads this first.

A process adds a line for each sample, the name of a part, to the file that the variable M365_SAMPLES names. A sample is
taken of the main thread after so much time of the processor, which costs little and favours no part, as counting each
call would.
"""

from __future__ import annotations

import atexit
import os
import signal
from types import FrameType

FILE = "M365_SAMPLES"
COMPILING = ("compiling a module", "<frozen zipimport>")
# All that these call is theirs, too. By the end of a file's name; the outermost frame counts.
WHOLE: dict[str, tuple[str, ...]] = {
    "imports": ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"),
    "packing a module": ("/ansible/executor/module_common.py",),
}
# What a module takes for being one.
MODULE_PARTS = ("packing a module", COMPILING[0])
# The others, by what is in the names of their files; the innermost frame counts that belongs to one.
PARTS: dict[str, tuple[str, ...]] = {
    "HTTP": ("/requests/", "/urllib3/", "/http/", "/urllib/"),
    "JSON": ("/json/",),
    "YAML and Jinja2": ("/yaml/", "/jinja2/"),
    "login": ("/msal/", "/_graph/auth.py"),
    "Graph client": ("/module_utils/_graph/",),
    "surface": ("/module_utils/_office/", "/module_utils/_catalog/"),
    "engine": ("/module_utils/_converge/", "/module_utils/_policy/"),
    "options and results": ("/module_utils/_module/",),
    "plugins of the collection": ("/m365/apps/plugins/",),
    "bare script": ("/bare.py",),
    "Ansible": ("/ansible/", "/ansible_collections/"),
}
REST = "the rest"
_EVERY = 0.001


def part_of(frame: FrameType | None) -> str:
    """Return the part that a stack works for."""
    paths = []
    while frame is not None:
        paths.append(frame.f_code.co_filename)
        frame = frame.f_back
    part, file = COMPILING
    if file in paths:
        return part
    for path in reversed(paths):
        for part, ends in WHOLE.items():
            if path.endswith(ends):
                return part
    return next((part for path in paths for part, marks in PARTS.items() if any(mark in path for mark in marks)), REST)


def begin(file: str) -> None:
    """Take samples from now on, in this process and those that it forks."""
    output = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def sample(_number: int, frame: FrameType | None) -> None:
        os.write(output, f"{part_of(frame)}\n".encode())

    def start() -> None:
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)

    signal.signal(signal.SIGPROF, sample)
    os.register_at_fork(after_in_child=start)
    # An interpreter that ends gives the signal back its usual effect, which kills.
    atexit.register(signal.setitimer, signal.ITIMER_PROF, 0)
    start()


if FILE in os.environ:
    begin(os.environ[FILE])
