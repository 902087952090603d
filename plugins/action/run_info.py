# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module run_info does, on the controller."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.plugin_utils._run_info import run_info


class ActionModule(ActionBase):
    """Tells how tasks run at this place of a play."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return check mode, diff mode and strategy as they are for the task itself, keywords included."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        self.validate_argument_spec(argument_spec={})
        result.update(changed=False, **run_info(self._task))
        return result
