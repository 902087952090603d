# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions of other modules of the collection, run as parts of one task: as tasks of their own they would cost more."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

Dict = dict[str, t.Any]


def run_part(action: ActionBase, task_vars: Dict, module: str, arguments: Dict) -> Dict:
    """Return what a module's action returns for these arguments; in all else it runs as the task of ``action``."""
    task, name = action._task.copy(), f"m365.apps.{module}"
    task.action, task.args = name, arguments
    part = action._shared_loader_obj.action_loader.get(
        name,
        task=task,
        connection=action._connection,
        play_context=action._play_context,
        loader=action._loader,
        templar=action._templar,
        shared_loader_obj=action._shared_loader_obj,
    )
    return t.cast("Dict", part.run(task_vars=task_vars))
