# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module is packed with, and what its process loads of that; on the fast path all is loaded once."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._module import boundary

OURS = "ansible_collections.m365.apps.plugins."
UTILS = f"{OURS}module_utils."
ROOM = Path(boundary.__file__).parent
PLUGINS = ROOM.parents[1]
# A trace, and a login with a certificate.
SELDOM = {"module_utils._graph.certificates", "module_utils._trace.tracer", "module_utils._module.trace_tables"}
# Public modules, and where what they alone do stands.
MODULES: dict[str, set[str]] = {
    "office_client_config": {"policy_modules"},
    "office_client_config_assignment": {"policy_modules"},
    "office_client_config_order": {"policy_modules"},
    "office_client_configs": {"policy_modules"},
    "office_client_config_info": {"policy_info"},
    # Check-ins are those of policies that are found as that module finds them.
    "office_client_checkin_info": {"checkin_info", "policy_info"},
    "office_preflight_info": {"preflight"},
    "office_setting_catalog": {"setting_catalog"},
    "office_setting_info": {"setting_info"},
}
HANDLERS = {"group_names"}.union(*MODULES.values())
OF_OTHERS = HANDLERS - MODULES["office_client_config"]
# The bytecode of what is imported after one of these is kept.
_KEEPERS = (f"{OURS}plugin_utils.", f"{OURS}action")

_START = f"import json, sys; sys.path[:0] = {[entry for entry in sys.path if entry]!r}\n"
_END = f"\nprint(json.dumps([name for name in sys.modules if name.startswith({OURS!r})]))"
# As the process of office_client_config does.
_MODULE = f"""
from {UTILS}_graph.auth import ReadyToken
from {UTILS}_graph.client import GraphClient
from {UTILS}_graph.session import Connection
from {UTILS}_module.boundary import run_module
from {UTILS}_module.policy_modules import OFFICE_CLIENT_CONFIG
from {UTILS}_module.tenant import tenant_of

client = GraphClient(Connection(graph_url="https://graph.test", login_url="https://login.test"), ReadyToken("t"))
tenant_of(client, {{"surface": SURFACE, "payload_transport": "stream", "catalog_file": None}})
"""


def loaded(script: str, **more: str) -> set[str]:
    """Return which modules of the collection a new process has after a script; ``more`` is added to its environment."""
    done = subprocess.run(
        [sys.executable, "-c", _START + script + _END],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **more},
    )
    return {name.removeprefix(OURS) for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    ("surface", "own", "other"),
    [("office_configuration", "_office", "_catalog"), ("settings_catalog", "_catalog", "_office")],
)
def test_a_module_loads_neither_the_other_surface_nor_other_modules(surface: str, own: str, other: str) -> None:
    found = loaded(_MODULE.replace("SURFACE", repr(surface)))
    assert f"module_utils.{own}.surface" in found
    assert f"module_utils.{other}.surface" not in found
    assert f"module_utils.{other}.operations" not in found
    assert not found & {f"module_utils._module.{name}" for name in OF_OTHERS}


def packed(module: str) -> set[str]:
    """Return what ansible packs with a module of this collection: all that any of it imports, at whatever place."""
    found: set[str] = set()
    waiting = [f"modules.{module}"]
    while waiting:
        name = waiting.pop()
        path = PLUGINS.joinpath(*name.split(".")).with_suffix(".py")
        if name in found or not path.exists():
            continue
        found.add(name)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                room = ".".join(name.split(".")[: -node.level]) if node.level else ""
                source = f"{room}.{node.module}" if node.level and node.module else node.module or room
                source = source.removeprefix(OURS)
                waiting += [source, *(f"{source}.{each.name}" for each in node.names)]
    return found


@pytest.mark.parametrize(("module", "own"), MODULES.items())
def test_a_module_is_packed_with_what_it_needs_alone(module: str, own: set[str]) -> None:
    found = packed(module)
    assert {"module_utils._module.boundary", "module_utils._catalog.surface", "module_utils._office.surface"} < found
    assert {name for name in HANDLERS if f"module_utils._module.{name}" in found} == own
    # What compares, plans and writes.
    assert ("module_utils._converge.apply" in found) is (own == {"policy_modules"})


def test_every_public_module_is_looked_at() -> None:
    assert set(MODULES) == {path.stem for path in (PLUGINS / "modules").glob("office_*.py")}


def late_imports() -> t.Iterator[str]:
    """Yield what is imported inside functions of the room of modules."""
    for path in ROOM.glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for node in function.body:
                    if isinstance(node, ast.ImportFrom):
                        yield f"module_utils.{'_module.' if node.level == 1 else ''}{node.module}"


def test_all_of_it_is_loaded_before_workers_are_forked() -> None:
    late = set(late_imports()) - SELDOM
    assert late
    assert late - loaded(f"import {OURS}plugin_utils._fast_path") == set()


@pytest.mark.parametrize(
    "path",
    [path for kind in ("action", "filter", "lookup") for path in sorted((PLUGINS / kind).glob("*.py"))],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_plugin_loads_all_that_modules_share_where_bytecode_is_kept(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
    keepers = [place for place, name in enumerate(imported) if name.startswith(_KEEPERS)]
    late = [place for place, name in enumerate(imported) if name.startswith(UTILS)]
    # One that needs nothing of a controller but the form of errors has no reason to load more.
    assert not late or (keepers and keepers[0] < late[0]) or imported[late[0] :] == [f"{UTILS}_errors"]


def test_a_trace_is_loaded_before_as_well_where_one_is_asked_for(tmp_path: Path) -> None:
    tracer, tables = "module_utils._trace.tracer", "module_utils._module.trace_tables"
    script = f"import {OURS}plugin_utils._fast_path"
    assert not {tracer, tables} & loaded(script)
    assert {tracer, tables} <= loaded(script, M365_TRACE=str(tmp_path / "trace.jsonl"))
    assert not list(tmp_path.iterdir())


def test_what_is_loaded_is_not_looked_through_for_garbage_when_ansible_ends() -> None:
    # Functions that are registered first are called last.
    script = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count()))\n"
    script += f"import {OURS}plugin_utils._fast_path"
    done = subprocess.run([sys.executable, "-c", _START + script], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 10_000
