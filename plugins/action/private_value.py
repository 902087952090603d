# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module private_value does, on the controller.

Where a lookup or a filter in the arguments of a task fails, ansible-core puts words of its own before the sentence, and
tells it again for each variable that it came through. Here the template is resolved by the action, which fails with the
sentence alone.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.module_utils._errors import printable


class ActionModule(ActionBase):
    """Resolves a variable of the role."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the value of the variable, or why it cannot be resolved."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        name = str(self._task.args["name"])
        try:
            # With -v the console shows results, and this may be a whole backup.
            result["_ansible_verbose_override"] = True
            result.update(changed=False, value=self._templar.template((task_vars or {})[name]))
        except AnsibleError as error:
            sentence = printable(sentence_of(error))
        else:
            return result
        result.update(failed=True, msg=sentence)
        return result


def sentence_of(error: BaseException) -> str:
    """Return what the plugin said that failed first, without what ansible-core said of the places on the way."""
    while isinstance(error.__cause__, AnsibleError):
        error = error.__cause__
    return str(error)
