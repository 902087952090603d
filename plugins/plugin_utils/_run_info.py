# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a task runs at its place of a play."""

from __future__ import annotations

import typing as t

from ansible.playbook.task_include import TaskInclude

# Strategies in which each host goes on by itself. Names of collections' own ones end alike (mitogen_free).
_APART = ("free", "host_pinned")


def run_info(task: t.Any) -> dict[str, t.Any]:
    """Return check mode, diff mode and strategy as they are for a task itself, keywords included."""
    strategy = str(task.get_play().strategy)
    return {
        "check_mode": bool(task.check_mode),
        "diff_mode": bool(task.diff),
        "strategy": strategy,
        "hosts_together": keeps_hosts_together(strategy),
    }


def call_site(task: t.Any) -> str:
    """Return what tells from which place of a playbook a task was called, the same on all hosts of a play.

    That is the first include on the way to it: those within it are loaded again for each of its runs, as are tasks.
    """
    site = task
    above = task._parent
    while above is not None:
        site = above if isinstance(above, TaskInclude) else site
        above = above._parent
    return str(site._uuid)


def keeps_hosts_together(strategy: str) -> bool:
    """Tell whether a strategy starts a task only when all hosts are done with the one before it."""
    name = strategy.rpartition(".")[2]
    return not any(name == apart or name.endswith(f"_{apart}") for apart in _APART)
