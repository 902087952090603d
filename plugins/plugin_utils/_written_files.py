# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that the collection writes on the controller: each at once, so that nobody ever reads half of one."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain, printable, system_reason
from ansible_collections.m365.apps.plugins.module_utils._files import make_folder, write_bytes

_LONGEST_PATH = 600


@dataclass(frozen=True)
class Modes:
    """Permissions of a new file, and of each new folder above it. None: what the process gives new files."""

    file: int | None
    folder: int | None


FOR_ALL = Modes(0o644, 0o755)
FOR_THE_OWNER = Modes(0o600, 0o700)


def write_text(path: Path, text: str, modes: Modes, only_plan: bool) -> tuple[bytes | None, bytes | None]:
    """Write a text to a file that does not hold it yet. Return its bytes before and after. Raises UserError.

    A file or folder that is there keeps its permissions. A link is replaced by a file. ``only_plan`` writes nothing.
    """
    after = text.encode("utf-8", "replace")
    try:
        before = path.read_bytes() if path.is_file() else None
        if not only_plan and (before != after or path.is_symlink()):
            make_folder(path.parent, modes.folder)
            write_bytes(path, after, modes.file)
    except OSError as error:
        cause = system_reason(error)
        step = "Check the path, its permissions and the space there, then run it again"
        raise UserError(plain(str(path), _LONGEST_PATH), "write it", cause, step) from error
    return before, after


def refuse_another_hand(path: Path, mode: str) -> None:
    """Refuse to write a result over a file that is not an earlier one of the same entry point.

    Results are JSON objects that name their ``mode``. An empty file, as tempfile makes, holds nothing to lose. Raises
    UserError.
    """
    where = plain(str(path), _LONGEST_PATH)
    try:
        data = path.read_bytes() if path.is_file() else b""
    except OSError as error:
        step = "Check the path and its permissions"
        raise UserError(where, "write it", system_reason(error), step) from error
    if data.strip() and _mode_of(data) != mode:
        cause = f"a file is there that is not a result of {mode}"
        raise UserError(where, "write it", cause, "Move that file, or choose another path")


def _mode_of(data: bytes) -> t.Any:
    """Return the mode that a result names, None for what is not a result."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document.get("mode") if isinstance(document, dict) else None


def shown_diff(path: Path, before: bytes | None, after: bytes | None) -> dict[str, t.Any]:
    """Return what --diff shows of a file: its lines, but for them nothing that a terminal obeys."""
    return {
        "before_header": printable(str(path)),
        "after_header": printable(str(path)),
        "before": printable((before or b"").decode("utf-8", "replace"), keep="\n"),
        "after": printable((after or b"").decode("utf-8", "replace"), keep="\n"),
    }
