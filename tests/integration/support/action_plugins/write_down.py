# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes text to a file that its user alone reads, also in check mode: the way that results leave a test's play.

ansible.builtin.copy would start two modules for it, which takes a fifth of what such a play takes.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Takes content and dest; changes nothing that the play is about."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Write the file."""
        result = t.cast(dict[str, t.Any], super().run(tmp, task_vars))
        path = Path(self._task.args["dest"])
        path.touch(mode=0o600)
        content = self._task.args["content"]
        # ansible-core before 2.19 may read the JSON text that a template returns.
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return result
