# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module private_backup does, on the controller: it reads a tenant and writes what it read.

As tasks of their own, these hand all policies from process to process, and ansible-core looks into each value on its
way.
"""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ansible.plugins.action import ActionBase

# The parts are loaded here before worker processes are forked, once for all.
from ansible_collections.m365.apps.plugins.action import (  # noqa: F401  # pylint: disable=unused-import
    definition_files,
    office_client_config_info,
    private_file,
)
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import SURFACE
from ansible_collections.m365.apps.plugins.plugin_utils._backup import FOLDER, MANIFEST, manifest
from ansible_collections.m365.apps.plugins.plugin_utils._own_options import own_options
from ansible_collections.m365.apps.plugins.plugin_utils._parts import Dict, run_part
from ansible_collections.m365.apps.plugins.plugin_utils._policies.office import policies_to_back_up
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted

_LONGEST_PATH = 600

# Beside the options of login and connection, which are those of the module that reads.
SPEC: Dict = {
    "folder": {"type": "path", "required": True},
    "planned": {"type": "list", "elements": "dict", "required": True},
    "tenant": {"type": "str", "required": True},
}


class ActionModule(ActionBase):
    """Backs a tenant up."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: Dict | None = None) -> Dict:
        """Return what the action of definition_files returns, or why there is no whole backup."""
        result: Dict = super().run(tmp, task_vars)
        spec = {**SPEC, "surface": SURFACE["surface"]}
        try:
            own = own_options(decrypted({name: value for name, value in self._task.args.items() if name in spec}), spec)
        except UserError as error:
            return {**result, "failed": True, "msg": str(error)}
        folder = Path(own["folder"])
        if (folder / MANIFEST).is_file():
            cause = f"{plain(str(folder), _LONGEST_PATH)} holds one already, and none is ever written over"
            problem = UserError("The backup", "be made", cause, "Give it a folder of its own")
            return {**result, "failed": True, "msg": str(problem)}
        run = partial(run_part, self, task_vars or {})
        login = {name: value for name, value in self._task.args.items() if name not in SPEC}
        read = run("office_client_config_info", {**login, "gather": ["content", "group_names"]})
        if read.get("failed"):
            return {**result, **read}
        written = _written(run, folder, read["configs"], own)
        return {**result, **_as_one(read, *written)}


def _written(run: t.Callable[[str, Dict], Dict], folder: Path, live: list[Dict], own: Dict) -> list[Dict]:
    """Write a backup of what is live; return the result for the definitions, and then that for the manifest."""
    wanted = policies_to_back_up(live, own["planned"])
    # With the ids, a policy that is renamed later is found again.
    definitions = run("definition_files", {"path": str(folder / FOLDER), "configs": wanted, "ids": "always"})
    if definitions.get("failed"):
        return [definitions]
    made_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    data = manifest(definitions["files"], live, own["planned"], own["tenant"], made_at, own["surface"])
    # Written last: a backup without it is not whole.
    return [definitions, run("private_file", {"path": str(folder / MANIFEST), "data": data})]


def _as_one(read: Dict, definitions: Dict, *manifests: Dict) -> Dict:
    """Return the result for the definitions with what the other parts tell."""
    parts = [read, definitions, *manifests]
    listed = {name: [each for part in parts for each in _list(part.get(name))] for name in ("warnings", "diff")}
    told: Dict = {name: each for name, each in listed.items() if each}
    told |= {name: parts[-1][name] for name in ("failed", "msg") if name in parts[-1]}
    return {**definitions, **told, "changed": any(part.get("changed") for part in parts)}


def _list(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
