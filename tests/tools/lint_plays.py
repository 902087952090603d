# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-lint, whose syntax checks start from a warm process: there is one for each playbook.

In make test-all they start by themselves.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import typing as t
from types import SimpleNamespace
from unittest.mock import patch

from ansiblelint import __main__, runner

from ansible_collections.m365.apps.tests.integration.support import warm

_SECONDS = 600

# Ansible's own finder of collections, which ansible-lint sets up, wants none to be imported before.
for _name in [name for name in sys.modules if name.startswith("ansible_collections")]:
    del sys.modules[_name]


def start(
    command: t.Sequence[str], *, env: t.Mapping[str, str], check: bool, **by_itself: t.Any
) -> subprocess.CompletedProcess[str]:
    """Run what ansible-lint runs, which is ``ansible-playbook --syntax-check``, and as it would."""
    if not warm.can_run(command):
        return subprocess.run(command, env=env, check=check, **by_itself)
    program = shutil.which(command[0], path=env["PATH"]) or command[0]
    return warm.run([program, *command[1:]], os.getcwd(), env, _SECONDS)


if __name__ == "__main__":
    with patch.object(runner, "subprocess", SimpleNamespace(PIPE=subprocess.PIPE, run=start)):
        __main__._run_cli_entrypoint()
