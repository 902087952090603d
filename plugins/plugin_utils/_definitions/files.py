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

from ansible_collections.m365.apps.plugins.module_utils._errors import system_reason
from ansible_collections.m365.apps.plugins.plugin_utils._reading import read_bytes

from .errors import DefinitionsError, problem, together

ENDINGS = (".yml", ".yaml", ".json")

_SPECIAL = (
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True)
class Found:
    """Definition files in the order of their paths, and other files that are passed over."""

    files: tuple[Path, ...]
    others: tuple[Path, ...]


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
    search = _Search()
    for place in places:
        search.below(place)
    if search.problems:
        raise together(search.problems)
    return Found(tuple(search.files), tuple(search.others))


def read_definition(path: Path) -> bytes:
    """Return the bytes of a definition file. Raises DefinitionsError."""
    try:
        return read_bytes(path)
    except OSError as error:
        raise _unreadable(path, error) from None


@dataclass
class _Search:
    """What was found so far, and what is wrong. ``seen`` are the real paths: each is there once."""

    files: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    problems: list[DefinitionsError] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def below(self, place: Path) -> None:
        """Look at a file, or at what is below a folder, which must hold a definition file."""
        before = len(self.problems)
        try:
            files = self._visit(place, chain=())
        except RecursionError:
            files = 0
            self.problems.append(problem(str(place), "its folders are nested too deeply", "Make them flatter"))
        if not files and len(self.problems) == before:
            cause = f"it holds no definition file ({', '.join(ENDINGS)})"
            self.problems.append(problem(str(place), cause, "Check the path"))

    def _visit(self, path: Path, chain: tuple[str, ...]) -> int:
        """Return how many definition files a path stands for; ``chain`` are the real paths of the folders above."""
        try:
            mode = path.stat().st_mode
            real = os.path.realpath(path)
            if stat.S_ISREG(mode):
                return self._visit_file(path, real, bool(chain))
            if not stat.S_ISDIR(mode):
                raise _special(path, mode)
            if chain and is_definition(path.name):
                raise problem(str(path), "it is a folder with the ending of a file", "Rename the folder")
            if real in chain:
                raise problem(str(path), f"it leads back to {real}, which it is in", "Remove the link")
            if real in self.seen:
                return 1
            self.seen.add(real)
            return sum(self._visit(each, (*chain, real)) for each in _members(path))
        except OSError as error:
            self.problems.append(_unreadable(path, error))
        except DefinitionsError as error:
            self.problems.append(error)
        return 0

    def _visit_file(self, path: Path, real: str, in_folder: bool) -> int:
        # A file that is named by itself is a definition whatever its ending.
        if in_folder and not is_definition(path.name):
            self.others.append(path)
            return 0
        if real not in self.seen:
            self.seen.add(real)
            self.files.append(path)
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
    cause = system_reason(error)
    step = "Split it into several files" if error.errno == errno.EFBIG else "Check the path and its permissions"
    return problem(str(path), cause, step)
