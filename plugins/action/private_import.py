# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module private_import does, on the controller."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import ENDINGS, Form
from ansible_collections.m365.apps.plugins.plugin_utils._export_folder import Changes, apply
from ansible_collections.m365.apps.plugins.plugin_utils._import.run import Request, planned, result_of
from ansible_collections.m365.apps.plugins.plugin_utils._own_options import own_options
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._written_files import shown_diff

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain, printable, system_reason
from ansible_collections.m365.apps.plugins.module_utils._module.catalog_files import catalog_of

LEAVE = "leave"
RAW = "raw"
SPEC: dict[str, t.Any] = {
    "source": {"type": "path", "required": True},
    "path": {"type": "path", "required": True},
    "format": {"type": "str", "choices": list(ENDINGS), "default": "yaml"},
    "schema": {"type": "str"},
    "catalog_file": {"type": "path"},
    "group_map": {"type": "dict", "default": {}},
    "group_names": {"type": "dict", "default": {}},
    "groups_asked": {"type": "bool", "default": False},
    "unknown": {"type": "str", "choices": [LEAVE, RAW], "default": LEAVE},
}


class ActionModule(ActionBase):
    """Writes exports of policies to a folder as definition files."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return what was or would be written, what is left and why, or why nothing could be read or written."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        where = "the import"
        try:
            request = _request(own_options(self._task.args, SPEC))
            where = str(request.folder)
            done = planned(request)
            changes = Changes(
                {name: (None, data) for name, data in done.created.items()}, private=frozenset(done.private)
            )
            if not self._task.check_mode:
                apply(request.folder, changes, "import to it")
        except (UserError, PoliciesError) as error:
            cause = str(error)
        except OSError as error:
            where, why = plain(str(error.filename or where), 600), system_reason(error)
            cause = f"{where}: cannot import to it: {why}. Check the path and its permissions."
        else:
            result.update(result_of(done, request.folder))
            if done.warnings:
                result["warnings"] = [printable(warning) for warning in done.warnings]
            if self._task.diff:
                shown = sorted({**done.created, **done.private}.items())
                result["diff"] = [shown_diff(request.folder / name, None, text) for name, text in shown]
            return result
        result.update(failed=True, msg=printable(cause))
        return result


def _request(options: t.Mapping[str, t.Any]) -> Request:
    """Return what the options ask for. Raises UserError."""
    source, folder = _path(options["source"]), _path(options["path"])
    catalog_file = str(_path(options["catalog_file"])) if options["catalog_file"] else None
    catalog = catalog_of(catalog_file)
    return Request(
        source=source,
        folder=folder,
        # Without a file there are no display names to look for.
        form=Form(options["format"], options["schema"] or "", catalog if catalog_file else None),
        catalog=catalog,
        group_map=options["group_map"],
        group_names={str(key): str(name) for key, name in options["group_names"].items() if name},
        groups_asked=options["groups_asked"],
        unknown_as_raw=options["unknown"] == RAW,
    )


def _path(path: str) -> Path:
    """Return a path of the user as an absolute one. Raises UserError."""
    try:
        found = absolute_path(path)
    except PoliciesError as error:
        raise UserError(plain(path, 600), "import", str(error), "Give another path") from None
    if not found:
        raise UserError("the import", "start", "a path is empty", "Give the folder of exports and the one to write to")
    return Path(found)
