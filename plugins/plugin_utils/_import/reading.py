# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that a folder of exports holds: the policies, names of groups, and what is neither."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.m365.apps.plugins.plugin_utils._reading import read_bytes

from .files import cause_of, export_files
from .formats import Export, exports_in, names_in
from .found import Left, LeftError, Place, Reason
from .texts import text_of, values_in


@dataclass
class Read:
    """What was read: policies in the order of their files, and what is left."""

    exports: list[Export] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    group_names: dict[str, str] = field(default_factory=dict)


def read_exports(source: Path, target: Path) -> Read:
    """Return what is at or below a path, but for the folder ``target``. Raises UserError where nothing is there."""
    found = export_files(source, target)
    read = Read(left=list(found.left))
    for place, path in found.files:
        try:
            _add(read_bytes(path), place, read)
        except OSError as error:
            read.left.append(Left(place, Reason.BROKEN, cause_of(error)))
        except LeftError as error:
            read.left.append(Left(place, error.reason, str(error)))
    return read


def _add(data: bytes, place: Place, read: Read) -> None:
    for where, value in values_in(text_of(data), place):
        if isinstance(value, LeftError):
            read.left.append(Left(where, value.reason, str(value)))
            continue
        for each in exports_in(value, where):
            if isinstance(each, Export):
                read.exports.append(each)
                continue
            names = names_in(each.document)
            read.group_names |= names
            message = "it is not a policy, and gives names of groups" if names else str(each.error)
            read.left.append(Left(each.place, each.error.reason, message, _name_in(each.document)))


def _name_in(document: t.Any) -> str | None:
    """Return what something calls itself that is not a policy."""
    names = [document.get(key) for key in ("name", "displayName")] if isinstance(document, dict) else []
    return next((name for name in names if isinstance(name, str) and name.strip()), None)
