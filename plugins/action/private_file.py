# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module private_file does, on the controller."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase
from ansible.plugins.filter.core import to_nice_json

from ansible_collections.m365.apps.plugins.plugin_utils._written_files import (
    FOR_ALL,
    FOR_THE_OWNER,
    refuse_another_hand,
    shown_diff,
    write_text,
)

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError


class ActionModule(ActionBase):
    """Writes a file of the rollout role: a copy task takes two processes, and a rollout in waves writes many files."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return whether the file was or would be changed, or why it cannot be written."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        # Not by own_options: texts of a tenant, in data, may hold what a module's arguments may not.
        given = self._task.args
        path = Path(given["path"])
        text = f"{to_nice_json(given['data'], sort_keys=True)}\n" if "data" in given else str(given["content"])
        modes = FOR_THE_OWNER if given.get("owner_only") else FOR_ALL
        try:
            if given.get("result_of"):
                refuse_another_hand(path, given["result_of"])
            before, after = write_text(path, text, modes, only_plan=bool(self._task.check_mode))
        except UserError as error:
            cause = str(error)
        else:
            result.update(changed=before != after, path=str(path))
            if self._task.diff and before != after:
                result["diff"] = shown_diff(path, before, after)
            return result
        result.update(failed=True, msg=cause)
        return result
