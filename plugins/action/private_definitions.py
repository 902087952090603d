# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module private_definitions does, on the controller.

A lookup in the arguments of a task would read the same. But what a lookup says, ansible-core puts behind words of its
own, and tells it again for each place that it came through.
"""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.plugin_utils._definitions.files import definition_files
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.folder import passed_over, read_all
from ansible_collections.m365.apps.plugins.plugin_utils._own_options import own_options
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path, shown_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.group_map import mapped_groups
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted, decrypted_file

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, printable

SPEC: dict[str, t.Any] = {
    "path": {"type": "path"},
    "policies": {"type": "list", "elements": "dict", "required": True},
    "group_map": {"type": "dict"},
}

Dict = dict[str, t.Any]


class ActionModule(ActionBase):
    """Reads what a rollout is of."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the policies, or all that is wrong with the files that describe them."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        # With -v the console shows results. Policies are much, and may hold a secret in clear text.
        result.update({"changed": False, "_ansible_verbose_override": True})
        try:
            options = own_options(decrypted(self._task.args), SPEC)
            described = self._described(options["path"], result) if options["path"] else []
            result["policies"] = mapped_groups([*described, *options["policies"]], options["group_map"] or {})
        except (PoliciesError, UserError) as error:
            result.update(failed=True, msg=printable(str(error)))
        return result

    def _described(self, path: t.Any, result: Dict) -> list[Dict]:
        """Return the policies of a file or folder, each with its file. Raises PoliciesError."""
        found = definition_files([Path(absolute_path(path))])
        if found.others:
            result["warnings"] = [passed_over(found.others)]
        read = read_all(found.files, functools.partial(decrypted_file, self._loader))
        return [{**policy, "file": shown_path(str(file))} for file, policy in read]
