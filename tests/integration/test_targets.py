# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every target below targets/ at the highest verbosity, with a trace that shows nothing of its tenant.

`make targets` runs them by modules, too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT
from ansible_collections.m365.apps.tests.integration.support.targets import NAMES, run_target
from ansible_collections.m365.apps.tests.integration.support.traced import (
    assert_private,
    shown_in,
    texts_of_target,
    trace_in,
)

# Targets that send nothing.
WITHOUT_GRAPH = ("definition_files", "run_info")


@pytest.mark.long
# What the target faults tries is a part of the fault matrix, of which make test has a slice.
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.full] if name == "faults" else []) for name in NAMES]
)
def test_target(name: str, emulator: Emulator, tmp_path: Path) -> None:
    trace = trace_in(tmp_path)
    run = run_target(name, emulator, tmp_path, M365_TRACE=str(trace)).ok()
    recap = re.search(r"localhost\s*: ok=(\d+) .* ignored=(\d+)", run.stdout)
    assert recap, run.output[-2000:]
    passed, ignored = map(int, recap.groups())
    assert passed > 5
    assert ignored == 0
    assert trace.exists() == (name not in WITHOUT_GRAPH)
    if trace.exists():
        assert_private(trace, name, emulator)


def test_a_trace_that_shows_something_is_told_of() -> None:
    """What the check of the traces rests on: in the variables of a target it finds what they name."""
    texts = texts_of_target("office_client_configs")
    found = "\n".join(shown_in(json.dumps(sorted(texts)), texts))
    assert all(text in found for text in ("Strong", "All Staff", "22222222-0000-4000-8000-000000000003"))
    assert shown_in(json.dumps({"x": "Stronger", "y": "text-Strong"}), texts) == []


def test_each_module_and_the_role_has_a_target() -> None:
    # Those that begin with private_ are the role's own: its target runs them.
    names = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    modules = {name for name in names if not name.startswith("private_")}
    assert modules
    assert modules | {"rollout_role", "filters"} <= set(NAMES)
