# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of an export: what is written and removed there, and what is kept since somebody else may need it."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain, system_reason
from ansible_collections.m365.apps.plugins.module_utils._files import make_folder, write_bytes
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.files import is_definition
from ansible_collections.m365.apps.plugins.plugin_utils._export import Export, File
from ansible_collections.m365.apps.plugins.plugin_utils._reading import read_bytes
from ansible_collections.m365.apps.plugins.plugin_utils._records import (
    Origin,
    has_source,
    is_as_written,
    origin,
    says_the_same,
)
from ansible_collections.m365.apps.plugins.plugin_utils._written_files import FOR_THE_OWNER

# The bytes of a file before and after; None where there is none.
Change = tuple[bytes | None, bytes | None]
# Tells by a file's name and bytes whether it is one to remove or to name, where nothing leads to it any more.
Counts = t.Callable[[str, bytes], bool]


@dataclass(frozen=True)
class Changes:
    """What an export does to its folder."""

    files: dict[str, Change] = field(default_factory=dict)
    # File name -> why it is left as it is.
    kept: dict[str, Origin] = field(default_factory=dict)
    # Names of new files that only their owner may read.
    private: frozenset[str] = frozenset()

    def status(self, name: str) -> str:
        """Return what becomes of the file of a policy."""
        if name in self.kept:
            return "kept"
        if name not in self.files:
            return "unchanged"
        return "created" if self.files[name][0] is None else "updated"

    @property
    def removed(self) -> list[str]:
        """Names of the files that go."""
        return sorted(name for name, (_before, after) in self.files.items() if after is None)


def every_file(_name: str, _data: bytes) -> bool:
    """Tell that a file counts, whatever it is."""
    return True


def planned(folder: Path, made: Export, purge: bool, source: str = "", counts: Counts = every_file) -> Changes:
    """Return what is written, removed and kept. Raises UserError where files of others are in the way, and OSError."""
    _check_the_way(folder, made)
    planned_files = {file.name: _planned_file(folder, file, source) for file in made.files}
    if purge:
        others = {name: read_bytes(folder / name) for name in _others(folder, made)}
        planned_files |= {
            name: _planned_removal(name, data, source) for name, data in others.items() if counts(name, data)
        }
    return Changes(
        files={name: change for name, change in planned_files.items() if isinstance(change, tuple)},
        kept={name: found for name, found in planned_files.items() if isinstance(found, Origin)},
    )


def apply(folder: Path, changes: Changes, action: str = "export to it") -> None:
    """Bring the folder to what was planned, each file at once, removals last. Raises UserError."""
    order = sorted(changes.files, key=lambda name: (changes.files[name][1] is None, name))
    for count, name in enumerate(order):
        after = changes.files[name][1]
        try:
            if after is None:
                (folder / name).unlink()
            else:
                make_folder(folder)
                write_bytes(folder / name, after, FOR_THE_OWNER.file if name in changes.private else None)
        except OSError as error:
            cause = system_reason(error)
            done = f"{count} of {len(order)} files were written or removed before" if count else "nothing was written"
            step = "Check the path, its permissions and the space there, then run it again"
            raise UserError(plain(str(folder / name), 600), action, f"{cause}; {done}", step) from error


def kept_warning(folder: Path, changes: Changes) -> str | None:
    """Return the sentence that names the files of earlier exports that are kept; None where there are none."""
    ours = {name: found.value for name, found in changes.kept.items() if found is not Origin.FOREIGN}
    step = "Delete or move each that you do not need, and export again"
    return warning_of(folder, ours, "the tenant may differ", step)


def warning_of(folder: Path, kept: t.Mapping[str, str], although: str, step: str) -> str | None:
    """Return the sentence that names kept files with their reasons; None where there are none."""
    if not kept:
        return None
    named = ", ".join(f"{plain(name, 200)} ({reason})" for name, reason in sorted(kept.items()))
    return f"{plain(str(folder), 600)}: kept as they are, though {although}: {named}. {step}."


def _check_the_way(folder: Path, made: Export) -> None:
    """Refuse what is where a policy has its file, all at once. Raises UserError and OSError."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise UserError(plain(str(folder), 600), "write to it", "it is not a folder", "Choose another path")
    taken = [
        f"{plain(str(folder / file.name), 600)} ({reason})"
        for file in made.files
        if (reason := _in_the_way(folder / file.name)) is not None
    ]
    if taken:
        cause = "this is there that this module did not write: " + ", ".join(taken)
        raise UserError("the definition files", "write them", cause, "Move it, or choose another folder")


def _in_the_way(path: Path) -> str | None:
    """Return what is at a path that an export may not touch, None where there is none."""
    if not os.path.lexists(path):
        return None
    if path.is_symlink():
        return "a link"
    if not path.is_file():
        return "no regular file"
    return "a file of another hand" if origin(path.name, read_bytes(path), "") is Origin.FOREIGN else None


def _planned_file(folder: Path, file: File, source: str) -> Change | Origin | None:
    """Return how a file is written, why it is left as it is, or None where it holds what it is meant to hold."""
    path = folder / file.name
    if not os.path.lexists(path):
        return None, file.data
    before = read_bytes(path)
    if is_as_written(before, file.data):
        return None
    found = origin(file.name, before, source)
    if says_the_same(before, file.data):
        # Nothing is lost by writing the record. Of two tenants with one definition, the first one keeps its file: else
        # each would take it from the other, and remove it in the end.
        return None if found is Origin.OTHER_SOURCE and has_source(before) else (before, file.data)
    return (before, file.data) if found is Origin.UNTOUCHED else found


def _planned_removal(name: str, data: bytes, source: str) -> Change | Origin:
    found = origin(name, data, source)
    return (data, None) if found is Origin.UNTOUCHED else found


def _others(folder: Path, made: Export) -> list[str]:
    """Return the names of the other definition files in the folder; links are those of their makers."""
    if not folder.exists():
        return []
    names = {file.name for file in made.files}
    return sorted(
        path.name
        for path in folder.iterdir()
        if is_definition(path.name) and path.name not in names and path.is_file() and not path.is_symlink()
    )
