# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps the bytecode of what plugins import from this collection.

ansible-core's own loader of collections keeps none: each ansible process would compile some two hundred files again,
which takes longer than all else that a short task does. It also would not do to keep it beside the sources, as Python
does: ``ansible-galaxy collection verify`` reports each folder there that was not installed.
"""

from __future__ import annotations

import os
import sys
import typing as t
from functools import cache
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import CodeType

# What this collection brings for plugins and modules, by the names of packages.
_OURS = tuple(f"ansible_collections.m365.apps.plugins.{room}." for room in ("module_utils", "plugin_utils"))
# None where Ansible does not run, as in extensions/lint.py: to import it would take longer than that program's work.
_CONSTANTS = sys.modules.get("ansible.constants")
# As the rest of what ansible keeps for a user.
_KEPT = os.path.join(vars(_CONSTANTS)["ANSIBLE_HOME"], "m365_apps_bytecode") if _CONSTANTS else None


class _Loader(SourceFileLoader):
    """Python's own loader, which takes bytecode as long as its source has the same time and size."""

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code of a module, compiled here or earlier. PYTHONPYCACHEPREFIX and the like count as ever."""
        chosen = sys.pycache_prefix
        sys.pycache_prefix = chosen or _KEPT
        try:
            return super().get_code(fullname)
        finally:
            sys.pycache_prefix = chosen


@cache
def _in(folder: str) -> FileFinder:
    """Return Python's own finder of what is in a folder, which lists it again only when it has changed."""
    return FileFinder(folder, (_Loader, SOURCE_SUFFIXES))


class Finder:
    """Finds the modules of this collection's packages before ansible's finder does."""

    @staticmethod
    def find_spec(fullname: str, path: t.Sequence[str] | None, target: object = None) -> ModuleSpec | None:  # noqa: ARG004
        """Return where a module is; None for what is not below one of these packages."""
        if not fullname.startswith(_OURS):
            return None
        found = (_in(folder).find_spec(fullname) for folder in path or ())
        return next((spec for spec in found if spec is not None and spec.loader is not None), None)


# Before that of ansible, and after any that wants to be the first.
_ANSIBLES = next((finder for finder in sys.meta_path if type(finder).__name__ == "_AnsibleCollectionFinder"), None)
if _CONSTANTS and _ANSIBLES and Finder not in sys.meta_path:
    sys.meta_path.insert(sys.meta_path.index(_ANSIBLES), Finder)
