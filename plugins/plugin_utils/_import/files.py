# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files below a folder may be exports. They are other people's, so no link in it is followed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain, system_reason

from .found import Left, Place, Reason

# The portal names its files .json, and people who publish them .txt.
ENDINGS = (".json", ".jsonl", ".ndjson", ".txt", ".yml", ".yaml")
_LONGEST_PATH = 600


@dataclass
class Found:
    """Files that may be exports, in the order of their paths, and what is left of the rest."""

    files: list[tuple[Place, Path]] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def export_files(source: Path, target: Path) -> Found:
    """Return the files at or below a path. Names that begin with a dot are passed over, as is the folder ``target``.

    A file that is named by itself is read whatever its ending. Raises UserError where there is nothing to look at.
    """
    subject = plain(str(source), _LONGEST_PATH)
    try:
        mode = source.stat().st_mode
    except OSError as error:
        cause = system_reason(error)
        raise UserError(subject, "import from it", cause, "Check the path and its permissions") from error
    if stat.S_ISREG(mode):
        return Found([(Place(_shown(source.name)), source)])
    if not stat.S_ISDIR(mode):
        raise UserError(subject, "import from it", "it is neither a folder nor a file", "Check the path")
    if os.path.realpath(source) == os.path.realpath(target):
        step = "Choose a folder of its own for the definitions, or they are read together with the exports"
        raise UserError(subject, "import from it", "it is also the folder to write to", step)
    found = Found()
    folders = [source]
    while folders:
        folders += _look_into(folders.pop(), source, os.path.realpath(target), found)
    if not found.files and not any(each.reason is not Reason.OTHER_FILE for each in found.left):
        raise UserError(
            subject, "import from it", f"it holds no file that ends in {', '.join(ENDINGS)}", "Check the path"
        )
    found.files.sort(key=lambda each: each[0].file)
    found.left.sort(key=lambda each: each.place.file)
    return found


def _look_into(folder: Path, source: Path, target: str, found: Found) -> list[Path]:
    """Take note of what is in a folder; return the folders in it."""
    try:
        with os.scandir(folder) as entries:
            members = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        found.left.append(Left(_place(folder, source), Reason.BROKEN, cause_of(error)))
        return []
    below: list[Path] = []
    for entry in members:
        path = folder / entry.name
        place = _place(path, source)
        if entry.is_symlink():
            found.left.append(
                Left(place, Reason.LINK, "it is a link, and those in a folder of exports are not followed")
            )
        elif entry.is_dir(follow_symlinks=False):
            below += [path] if os.path.realpath(path) != target else []
        elif not entry.name.casefold().endswith(ENDINGS):
            found.left.append(Left(place, Reason.OTHER_FILE, f"it does not end in {', '.join(ENDINGS)}"))
        elif entry.is_file(follow_symlinks=False):
            found.files.append((place, path))
        else:
            found.left.append(Left(place, Reason.BROKEN, "it is not a regular file"))
    return below


def _place(path: Path, source: Path) -> Place:
    return Place(_shown(os.path.relpath(path, source)))


def _shown(name: str) -> str:
    """Return a file name as text: its bytes may be none."""
    return os.fsencode(name).decode("utf-8", "replace")


def cause_of(error: OSError) -> str:
    """Return why a file or a folder cannot be read."""
    return f"it cannot be read: {system_reason(error)}"
