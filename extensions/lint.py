# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint definition files of Office policies, for git hooks and pipelines: no login, no network, no start of Ansible.

    python PATH/ansible_collections/m365/apps/extensions/lint.py definitions

It needs the Python that ansible-core is installed for. What it can do: --help.
"""

from __future__ import annotations

import importlib
import io
import signal
import sys
import types
from pathlib import Path

APPS = Path(__file__).resolve().parents[1]


def begin() -> None:
    """Let the collection be imported from here, wherever it is: no other one of its name may get in between."""
    for name, folder in (
        ("ansible_collections", ""),
        ("ansible_collections.m365", ""),
        ("ansible_collections.m365.apps", str(APPS)),
    ):
        module = types.ModuleType(name)
        module.__path__ = [folder] if folder else []
        sys.modules[name] = module


if __name__ == "__main__":
    # Where nobody reads on, as behind "| head", it ends as other programs do.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # A terminal may lack a letter of a policy's name.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    begin()
    try:
        COMMAND = importlib.import_module("ansible_collections.m365.apps.plugins.plugin_utils._lint_command")
    except ModuleNotFoundError as missing:
        HINT = "Use the one that ansible-core is installed for: 'ansible --version' names it."
        print(f"lint: the Python {sys.executable} has no {missing.name}. {HINT}")
        sys.exit(2)
    sys.exit(COMMAND.main())
