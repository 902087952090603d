# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that an entry point of the role reads on the controller: what is wrong with them, before anything else runs.

The tasks that read them would say the same, but ansible-core puts its own words before what a lookup says.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain
from ansible_collections.m365.apps.plugins.module_utils._module.catalog_files import catalog_of
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError

DEFINITIONS, CATALOG = "rollout_definitions", "rollout_catalog_file"
# Entry points that read the catalog file with a lookup. Elsewhere modules read it, maybe on another host.
_WITH_CATALOG = frozenset({"lint"})
_LONGEST = 600


def file_problems(entry_point: str, values: t.Mapping[str, t.Any]) -> list[str]:
    """Return a sentence for each file or folder that cannot be used; ``values`` are the given variables.

    Another value than a path is left to those who check variables.
    """
    found = [_of_definitions(path) for path in _paths(values, DEFINITIONS)]
    if entry_point in _WITH_CATALOG:
        found += [_of_catalog(path) for path in _paths(values, CATALOG)]
    return [problem for problem in found if problem]


def _paths(values: t.Mapping[str, t.Any], name: str) -> list[str]:
    """Return the absolute path that a variable gives, none where it gives none."""
    value = values.get(name)
    try:
        return [absolute_path(value)] if isinstance(value, str) and value else []
    except PoliciesError:
        return []


def _of_definitions(path: str) -> str:
    if os.path.lexists(path):
        return ""
    return f"{DEFINITIONS}: there is no folder or file {plain(path, _LONGEST)}. Check the path."


def _of_catalog(path: str) -> str:
    try:
        catalog_of(path)
    except UserError as error:
        return plain(str(error), 2 * _LONGEST)
    return ""
