# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module definition_files does, on the controller."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.plugin_utils._backup import digest
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import ENDINGS, Form
from ansible_collections.m365.apps.plugins.plugin_utils._export import Export, export
from ansible_collections.m365.apps.plugins.plugin_utils._export_folder import Changes, apply, kept_warning, planned
from ansible_collections.m365.apps.plugins.plugin_utils._own_options import own_options
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._written_files import shown_diff

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain, printable, system_reason
from ansible_collections.m365.apps.plugins.module_utils._files import make_folder
from ansible_collections.m365.apps.plugins.module_utils._module.catalog_files import catalog_of
from ansible_collections.m365.apps.plugins.module_utils._module.masking import masked_places

SPEC: dict[str, t.Any] = {
    "path": {"type": "path", "required": True},
    "configs": {"type": "list", "elements": "dict", "required": True},
    "group_names": {"type": "dict", "default": {}},
    "format": {"type": "str", "choices": list(ENDINGS), "default": "yaml"},
    "ids": {"type": "str", "choices": ["ambiguous", "always"], "default": "ambiguous"},
    "schema": {"type": "str"},
    "catalog_file": {"type": "path"},
    "source": {"type": "str"},
    "purge": {"type": "bool", "default": True},
}


# So many places of masks are named.
_SHOWN = 5


class ActionModule(ActionBase):
    """Writes policies to a folder as definition files."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return which files were or would be written and removed, or why none were."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        where = str(self._task.args.get("path"))
        try:
            options = own_options(self._task.args, SPEC)
            folder = Path(_absolute(options["path"]))
            form = Form(options["format"], options["schema"] or "", _texts(options["catalog_file"]))
            _refuse_masks(options["configs"], options["group_names"])
            source = options["source"] or ""
            all_ids = options["ids"] == "always"
            made = export(options["configs"], options["group_names"], form, all_ids, source)
            changes = planned(folder, made, options["purge"], source)
            if not self._task.check_mode:
                apply(folder, changes)
                # Also the folder of a tenant without policies.
                make_folder(folder)
        except UserError as error:
            cause = str(error)
        except OSError as error:
            where, why = plain(str(error.filename or where), 600), system_reason(error)
            cause = f"{where}: cannot export to it: {why}. Check the path and its permissions."
        else:
            result.update(_result(folder, made, changes, self._task.diff))
            return result
        result.update(failed=True, msg=cause)
        return result


def _texts(path: str | None) -> Catalog | None:
    """Return the catalog whose display names become comments; None without a file. Raises UserError."""
    return catalog_of(_absolute(path)) if path else None


def _refuse_masks(configs: t.Sequence[t.Any], group_names: t.Mapping[str, t.Any]) -> None:
    """Refuse policies in which a mask stands for a secret: such files could not be brought back. Raises UserError."""
    masked = masked_places([*configs, {"group_names": group_names}])
    if masked:
        places = ", ".join(masked[:_SHOWN]) + (f" and {len(masked) - _SHOWN} more" if len(masked) > _SHOWN else "")
        cause = f"a secret of the run that read them is a part of {places}, and a mask is in its place"
        step = "Use another secret (the password of a proxy is one), or change the text, and read them again"
        raise UserError("the policies", "export them", cause, step)


def _absolute(path: str) -> str:
    """Return a path as an absolute one. Raises UserError."""
    try:
        return absolute_path(path)
    except PoliciesError as error:
        raise UserError(plain(path, 600), "use it", str(error), "Give another path") from None


def _result(folder: Path, made: Export, changes: Changes, diff: bool) -> dict[str, t.Any]:
    result: dict[str, t.Any] = {
        "changed": bool(changes.files),
        "path": str(folder),
        "files": [
            {
                "file": file.name,
                "display_name": file.display_name,
                "id": file.id,
                "status": changes.status(file.name),
                "sha256": digest(file.data),
            }
            for file in made.files
        ],
        "removed": changes.removed,
        "kept": [{"file": name, "reason": found.value} for name, found in sorted(changes.kept.items())],
    }
    kept = kept_warning(folder, changes)
    warnings = [*made.warnings, *([kept] if kept else [])]
    if warnings:
        result["warnings"] = [printable(warning) for warning in warnings]
    if diff:
        result["diff"] = [
            shown_diff(folder / name, before, after) for name, (before, after) in sorted(changes.files.items())
        ]
    return result
