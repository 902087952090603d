# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module private_convert does, on the controller."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.plugin_utils._admx.files import AdmxFolder
from ansible_collections.m365.apps.plugins.plugin_utils._backup import digest
from ansible_collections.m365.apps.plugins.plugin_utils._convert.convert import Converter
from ansible_collections.m365.apps.plugins.plugin_utils._convert.folder import outcome_of
from ansible_collections.m365.apps.plugins.plugin_utils._convert.report import lines, report
from ansible_collections.m365.apps.plugins.plugin_utils._convert.sources import sources_of
from ansible_collections.m365.apps.plugins.plugin_utils._convert.written import RECORDED_AS, refuse_the_same, written
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._export_folder import apply
from ansible_collections.m365.apps.plugins.plugin_utils._own_options import own_options
from ansible_collections.m365.apps.plugins.plugin_utils._written_files import refuse_another_hand, shown_diff

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain, system_reason
from ansible_collections.m365.apps.plugins.module_utils._module.catalog_files import catalog_of

SPEC: dict[str, t.Any] = {
    "definitions": {"type": "path", "required": True},
    "path": {"type": "path", "required": True},
    "admx": {"type": "path"},
    "catalog_file": {"type": "path"},
    "result_file": {"type": "path"},
}


class ActionModule(ActionBase):
    """Converts definition files of Cloud Policy to those of the settings catalog."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return what became of each item, and which files were or would be written."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        try:
            options = own_options(self._task.args, SPEC)
            result.update(self._converted(options))
        except (UserError, DefinitionsError) as error:
            result.update(failed=True, msg=str(error))
        except OSError as error:
            where = plain(str(error.filename or self._task.args.get("path")), 600)
            why = system_reason(error)
            result.update(failed=True, msg=f"{where}: cannot convert to it: {why}. Check the path and its permissions.")
        return result

    def _converted(self, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        folder, place = Path(options["path"]), Path(options["definitions"])
        sources = sources_of(place)
        refuse_the_same(place, folder)
        if options["result_file"]:
            refuse_another_hand(Path(options["result_file"]), RECORDED_AS)
        admx = AdmxFolder.below(Path(options["admx"])) if options["admx"] else None
        converter = Converter(admx, catalog_of(options["catalog_file"]))
        made = [(source, converter.converted(source)) for source in sources]
        files = written(made, converter.catalog)
        outcome = outcome_of(folder, made, files, place.is_dir())
        changes = outcome.changes
        if not self._task.check_mode:
            apply(folder, changes, "convert to it")
        result: dict[str, t.Any] = {
            "format": 1,
            "mode": RECORDED_AS,
            "changed": bool(changes.files),
            "path": str(folder),
            "files": [
                {"file": file.name, "status": changes.status(file.name), "sha256": digest(file.data)}
                for file in files.files
            ],
            "removed": changes.removed,
            "kept": [{"file": name, "reason": reason} for name, reason in sorted(outcome.kept.items())],
            "summary": [*lines(made), *outcome.lines],
            **report(made),
        }
        if outcome.warning:
            result["warnings"] = [outcome.warning]
        if self._task.diff:
            result["diff"] = [
                shown_diff(folder / name, before, after) for name, (before, after) in sorted(changes.files.items())
            ]
        return result
