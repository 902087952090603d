# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of a conversion: its files are written, and its own that nothing converts to any more are removed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._errors import plain
from ansible_collections.m365.apps.plugins.plugin_utils._export import Export
from ansible_collections.m365.apps.plugins.plugin_utils._export_folder import Changes, planned, warning_of
from ansible_collections.m365.apps.plugins.plugin_utils._reading import read_bytes
from ansible_collections.m365.apps.plugins.plugin_utils._records import is_for

from .convert import NEEDS_ADMX
from .written import RECORDED_AS, Made, is_converted_from, names_of

_UNDECIDED = "what it would hold is not known without the ADMX files that are needed"


@dataclass(frozen=True)
class Outcome:
    """What a conversion does to its folder: its changes, and each file that is kept as it is with the reason."""

    folder: Path
    changes: Changes
    kept: dict[str, str]

    @property
    def warning(self) -> str | None:
        """The sentence that names the kept files; None where there are none."""
        step = "Delete or move each that you do not need, and convert again"
        return warning_of(self.folder, self.kept, "the conversion does not write what they hold", step)

    @property
    def lines(self) -> list[str]:
        """What is told of the files that go, in check mode, too."""
        return [f"{plain(name, 200)}: nothing converts to this file any more: removed" for name in self.changes.removed]


def outcome_of(folder: Path, made: Made, files: Export, whole: bool) -> Outcome:
    """Return what becomes of the folder. ``whole``: a folder was converted, so files of all sources may go.

    Of one file alone, only what was converted from it may. What waits for its ADMX files stays: nobody knows that it
    converts to nothing. Raises UserError where files of others are in the way, and OSError.
    """
    undecided = _undecided(made)
    sources = [source.name for source, _policies in made]

    def counts(name: str, data: bytes) -> bool:
        own = is_for(data, RECORDED_AS) and (whole or any(is_converted_from(data, source) for source in sources))
        return own and name not in undecided

    changes = planned(folder, files, True, RECORDED_AS, counts)
    waiting = [name for name in undecided if _is_own(folder / name)]
    kept = {name: found.value for name, found in changes.kept.items()}
    return Outcome(folder, changes, kept | dict.fromkeys(waiting, _UNDECIDED))


def _undecided(made: Made) -> set[str]:
    """Return the names of the files of policies that have no new definition for want of ADMX files."""
    names = names_of(made)
    return {
        names[source.name, number]
        for source, policies in made
        for number, policy in enumerate(policies)
        if policy.definition is None and policy.count(NEEDS_ADMX)
    }


def _is_own(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and is_for(read_bytes(path), RECORDED_AS)
