# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module definition_files does, on the controller."""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.module_utils._graph.errors import UserError, plain
from ansible_collections.m365.apps.plugins.plugin_utils._export import ENDINGS, Export, export, is_ours
from ansible_collections.m365.apps.plugins.plugin_utils._fast_path import plain_arguments
from ansible_collections.m365.apps.plugins.plugin_utils._filters import SCHEMA
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError

SPEC: dict[str, t.Any] = {
    "path": {"type": "path", "required": True},
    "configs": {"type": "list", "elements": "dict", "required": True},
    "group_names": {"type": "dict", "default": {}},
    "format": {"type": "str", "choices": list(ENDINGS), "default": "yaml"},
    "ids": {"type": "str", "choices": ["ambiguous", "always"], "default": "ambiguous"},
    "schema": {"type": "str"},
    "purge": {"type": "bool", "default": True},
}


class ActionModule(ActionBase):
    """Writes policies to a folder as definition files."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return which files were or would be written and removed, or why none were."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _unused, options = self.validate_argument_spec(argument_spec=SPEC)
        try:
            folder = _folder(options["path"])
            schema = options["schema"] or os.path.relpath(SCHEMA, folder)
            given = plain_arguments({"configs": options["configs"], "group_names": options["group_names"]})
            made = export(given["configs"], given["group_names"], options["format"], schema, options["ids"] == "always")
            changes = planned(folder, made, options["purge"])
            if not self._task.check_mode:
                apply(folder, changes)
        except UserError as error:
            cause = str(error)
        except OSError as error:
            where, why = plain(str(error.filename or options["path"]), 600), error.strerror or type(error).__name__
            cause = f"{where}: cannot export to it: {why}. Check the path and its permissions."
        else:
            result.update(_result(folder, made, changes, self._task.diff))
            return result
        result.update(failed=True, msg=cause)
        return result


def _folder(path: str) -> Path:
    """Return the folder to write to. Raises UserError."""
    try:
        return Path(absolute_path(path))
    except PoliciesError as error:
        raise UserError(plain(path, 600), "export to it", str(error), "Give another path") from None


# File name -> its bytes before and after; None where there is none.
Changes = dict[str, tuple[bytes | None, bytes | None]]


def planned(folder: Path, made: Export, purge: bool) -> Changes:
    """Return the files that differ. Raises UserError where a file of another hand is in the way, and OSError."""
    ours = {path.name: path.read_bytes() for path in _files(folder)}
    changes: Changes = {}
    for file in made.files:
        before = ours.get(file.name)
        if before is not None and not is_ours(before):
            cause = "a file of this name is there that this module did not write"
            raise UserError(f"{folder / file.name}", "write it", cause, "Move that file, or choose another folder")
        if before != file.data:
            changes[file.name] = (before, file.data)
    kept = {file.name for file in made.files}
    gone = {name: data for name, data in ours.items() if name not in kept and is_ours(data)} if purge else {}
    return {**changes, **{name: (data, None) for name, data in gone.items()}}


def apply(folder: Path, changes: Changes) -> None:
    """Bring the folder to what was planned, each file at once. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (_before, after) in sorted(changes.items()):
        if after is None:
            (folder / name).unlink()
        else:
            _write(folder / name, after)


def _files(folder: Path) -> list[Path]:
    if not folder.exists():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in ENDINGS.values() and path.is_file())


def _write(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever reads half of it."""
    number, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(data)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _result(folder: Path, made: Export, changes: Changes, diff: bool) -> dict[str, t.Any]:
    files = [
        {"file": file.name, "display_name": file.display_name, "id": file.id, "status": _status(changes.get(file.name))}
        for file in made.files
    ]
    removed = sorted(name for name, (_before, after) in changes.items() if after is None)
    result: dict[str, t.Any] = {"changed": bool(changes), "path": str(folder), "files": files, "removed": removed}
    if made.warnings:
        result["warnings"] = list(made.warnings)
    if diff:
        result["diff"] = [
            {
                "before_header": str(folder / name),
                "after_header": str(folder / name),
                "before": (before or b"").decode("utf-8", "replace"),
                "after": (after or b"").decode(),
            }
            for name, (before, after) in sorted(changes.items())
        ]
    return result


def _status(change: tuple[bytes | None, bytes | None] | None) -> str:
    return "unchanged" if change is None else "created" if change[0] is None else "updated"
