# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module run_info does, on the controller."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

# Strategies in which each host goes on by itself. Names of collections' own ones end alike (mitogen_free).
_APART = ("free", "host_pinned")


class ActionModule(ActionBase):
    """Tells how tasks run at this place of a play."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return check mode, diff mode and strategy as they are for the task itself, keywords included."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        self.validate_argument_spec(argument_spec={})
        strategy = str(self._task.get_play().strategy)
        result.update(
            changed=False,
            check_mode=bool(self._task.check_mode),
            diff_mode=bool(self._task.diff),
            strategy=strategy,
            hosts_together=keeps_hosts_together(strategy),
        )
        return result


def keeps_hosts_together(strategy: str) -> bool:
    """Tell whether a strategy starts a task only when all hosts are done with the one before it."""
    name = strategy.rpartition(".")[2]
    return not any(name == apart or name.endswith(f"_{apart}") for apart in _APART)
