# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files below a folder are definitions, and their bytes. Nothing is passed over without a word.

A file that is missed is a policy that ``prune`` deletes. So links are followed, endings are compared whatever their
case, and what cannot be looked into is an error. What is neither a file nor a folder is never opened: a FIFO would
hang.
"""

from __future__ import annotations

import errno
import os
import stat
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.m365.apps.plugins.plugin_utils._reading import read_bytes

from .errors import DefinitionsError, problem, together

ENDINGS = (".yml", ".yaml", ".json")

_SPECIAL = (
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass
class Found:
    """Definition files in the order of their paths, other files that are passed over, and what is wrong."""

    files: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    problems: list[DefinitionsError] = field(default_factory=list)


def is_definition(name: str) -> bool:
    """Tell whether a file name has the ending of a definition, whatever its case."""
    return name.casefold().endswith(ENDINGS)


def is_json(name: str) -> bool:
    """Tell whether a file name has the ending of JSON, whatever its case."""
    return name.casefold().endswith(".json")


def definition_files(places: t.Sequence[Path]) -> Found:
    """Return the definition files at or below some paths; a file that is reached in two ways is there once.

    Raises DefinitionsError with all that cannot be looked into, and for a folder without definition files.
    """
    found = Found()
    seen: set[str] = set()
    for place in places:
        before = len(found.problems)
        try:
            files = _visit(place, found, seen, chain=())
        except RecursionError:
            files = 0
            found.problems.append(problem(str(place), "its folders are nested too deeply", "Make them flatter"))
        if not files and len(found.problems) == before:
            cause = f"it holds no definition file ({', '.join(ENDINGS)})"
            found.problems.append(problem(str(place), cause, "Check the path"))
    if found.problems:
        raise together(found.problems)
    return found


def read_definition(path: Path) -> bytes:
    """Return the bytes of a definition file. Raises DefinitionsError."""
    try:
        return read_bytes(path)
    except OSError as error:
        raise _unreadable(path, error) from None


def _visit(path: Path, found: Found, seen: set[str], chain: tuple[str, ...]) -> int:
    """Add a file, or what is below a folder, to what was found; return how many definition files there are.

    ``chain`` are the real paths of the folders above.
    """
    try:
        mode = path.stat().st_mode
        real = os.path.realpath(path)
        if stat.S_ISREG(mode):
            return _visit_file(path, real, found, seen, bool(chain))
        if not stat.S_ISDIR(mode):
            raise _special(path, mode)
        if chain and is_definition(path.name):
            raise problem(str(path), "it is a folder with the ending of a file", "Rename the folder")
        if real in chain:
            raise problem(str(path), f"it leads back to {real}, which it is in", "Remove the link")
        if real in seen:
            return 1
        seen.add(real)
        return sum(_visit(each, found, seen, (*chain, real)) for each in _members(path))
    except OSError as error:
        found.problems.append(_unreadable(path, error))
    except DefinitionsError as error:
        found.problems.append(error)
    return 0


def _visit_file(path: Path, real: str, found: Found, seen: set[str], in_folder: bool) -> int:
    # A file that is named by itself is a definition whatever its ending.
    if in_folder and not is_definition(path.name):
        found.others.append(path)
        return 0
    if real not in seen:
        seen.add(real)
        found.files.append(path)
    return 1


def _members(folder: Path) -> list[Path]:
    """Return what is in a folder but for hidden names, sorted. Raises OSError."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith(".")]
    return [folder / name for name in sorted(names)]


def _special(path: Path, mode: int) -> DefinitionsError:
    what = next((word for is_it, word in _SPECIAL if is_it(mode)), "not a regular file")
    return problem(str(path), f"it is {what}, not a file", "Remove it from the folder")


def _unreadable(path: Path, error: OSError) -> DefinitionsError:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return problem(str(path), "it is a link that leads nowhere", "Correct the link, or remove it")
    cause = error.strerror or error.__class__.__name__
    step = "Split it into several files" if error.errno == errno.EFBIG else "Check the path and its permissions"
    return problem(str(path), cause, step)
