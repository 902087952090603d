# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of many definition files: what is wrong with any of them is told at once."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleError

from ansible_collections.m365.apps.plugins.module_utils._errors import plain

from .errors import DefinitionsError, problem, together
from .files import ENDINGS, read_definition
from .policies import read_definitions

# Returns the text of a file, which may be encrypted. Raises AnsibleError where no secret fits.
Decrypt = t.Callable[[bytes], bytes]

# Names that a warning shows; the rest is counted.
_MOST_SHOWN = 20


def read_all(files: t.Sequence[Path], decrypt: Decrypt) -> list[tuple[Path, dict[str, t.Any]]]:
    """Return the policies of files, each with its file. Raises DefinitionsError with what is wrong with any of them."""
    policies: list[tuple[Path, dict[str, t.Any]]] = []
    problems: list[DefinitionsError] = []
    for path in files:
        try:
            text = _whole_text(path, decrypt)
            policies += [(path, policy) for policy in read_definitions(str(path), text)]
        except DefinitionsError as error:
            problems.append(error)
    if problems:
        raise together(problems)
    return policies


def passed_over(others: t.Sequence[Path]) -> str:
    """Return the warning on files that are not definitions."""
    names = ", ".join(plain(str(path), 200) for path in others[:_MOST_SHOWN])
    more = f" and {len(others) - _MOST_SHOWN} more" if len(others) > _MOST_SHOWN else ""
    return f"definitions: files that do not end in {', '.join(ENDINGS)} are passed over: {names}{more}."


def _whole_text(path: Path, decrypt: Decrypt) -> bytes:
    text = read_definition(path)
    try:
        return decrypt(text)
    except AnsibleError as error:
        reason = " ".join(str(error).split())
    cause = f"it is encrypted, and no vault secret of this run fits ({reason})"
    raise problem(str(path), cause, "Give the vault secret that it was encrypted with")
