# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definition files that are converted."""

from __future__ import annotations

from pathlib import Path

from ansible.parsing.vault import is_encrypted

from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError, problem, together
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.files import definition_files, read_definition
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions

from .convert import Source


def sources_of(place: Path) -> list[Source]:
    """Return the definition files at or below a path. Raises DefinitionsError with what is wrong with any of them."""
    sources: list[Source] = []
    problems: list[DefinitionsError] = []
    for path in definition_files([place]).files:
        try:
            data = read_definition(path)
            if is_encrypted(data):
                step = "Decrypt it first: what is converted is written as plain text"
                raise problem(str(path), "it is encrypted", step)
            name = path.name if path == place else str(path.relative_to(place))
            sources.append(Source(name, tuple(read_definitions(str(path), data))))
        except DefinitionsError as error:
            problems.append(error)
    if problems:
        raise together(problems)
    return sources
