# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of ADMX files that a user has: Microsoft's download, or the PolicyDefinitions of a domain."""

from __future__ import annotations

import hashlib
import os
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain, system_reason
from ansible_collections.m365.apps.plugins.plugin_utils._reading import read_bytes

from .model import AdmxError
from .policies import Admx, admx_of

ENDING = ".admx"
# Bytes of one file: Office's largest has one million characters, two bytes each.
MOST_BYTES = 32 * 1024 * 1024
# A domain with all products there are has some hundreds.
MOST_FILES = 5000
_DEEPEST = 12


class AdmxFolder:
    """ADMX files by name, as Cloud Policy has it, or by the prefix that the settings catalog has. Read when needed."""

    def __init__(self, paths: t.Mapping[str, t.Sequence[Path]]) -> None:
        self._paths = paths
        self._read: dict[Path, Admx | str] = {}
        self._digests: dict[Path, bytes] = {}

    @classmethod
    def below(cls, folder: Path) -> AdmxFolder:
        """Return the ADMX files of a folder and of those in it. Raises UserError."""
        found: dict[str, list[Path]] = {}
        for count, path in enumerate(_files_below(folder), 1):
            if count > MOST_FILES:
                raise _unusable(
                    folder, f"it holds more than {MOST_FILES} ADMX files", "Give a folder of Office's alone"
                )
            found.setdefault(path.stem.lower(), []).append(path)
        if not found:
            step = "Give the folder of Microsoft's Administrative Template files for Office, once they are extracted"
            raise _unusable(folder, f"it holds no file that ends in {ENDING}", step)
        return cls(found)

    def get(self, name: str) -> Admx | None:
        """Return the ADMX file of a name or a prefix, None where the folder has none.

        Raises AdmxError for one that cannot be used, and for several that differ.
        """
        named = self._paths.get(name.lower())
        if named:
            return self._one_of(named)
        # teams16.admx is teams in the settings catalog: its prefix, not its name.
        found = [
            paths for paths in self._paths.values() if any(_prefix(self._file(path)) == name.lower() for path in paths)
        ]
        return self._one_of([path for paths in found for path in paths]) if found else None

    def _one_of(self, paths: t.Sequence[Path]) -> Admx:
        files = [self._file(path) for path in paths]
        if len({self._digests.get(path) for path in paths}) > 1:
            raise AdmxError(f"there is more than one, and they differ: {', '.join(str(path) for path in paths)}")
        if isinstance(files[0], str):
            raise AdmxError(f"{paths[0]}: {files[0]}")
        return files[0]

    def _file(self, path: Path) -> Admx | str:
        """Return a file, or why it cannot be used."""
        if path not in self._read:
            try:
                data = read_bytes(path, MOST_BYTES)
                self._digests[path] = hashlib.sha256(data).digest()
                self._read[path] = admx_of(data)
            except AdmxError as error:
                self._read[path] = str(error)
            except OSError as error:
                self._read[path] = system_reason(error)
        return self._read[path]


def _prefix(file: Admx | str) -> str:
    return "" if isinstance(file, str) else file.prefix


def _files_below(folder: Path) -> t.Iterator[Path]:
    """Yield the ADMX files of a folder, sorted. Raises UserError."""

    def refuse(error: OSError) -> t.NoReturn:
        step = "Check the path and its permissions"
        raise _unusable(Path(str(error.filename or folder)), system_reason(error), step) from None

    depth = len(folder.parts)
    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(folders) if len(Path(place).parts) - depth < _DEEPEST else []
        for name in sorted(names):
            if name.lower().endswith(ENDING):
                yield Path(place) / name


def _unusable(path: Path, cause: str, step: str) -> UserError:
    return UserError(f"convert_admx {plain(str(path), 200)}", "use it", cause, step)
