# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every target below targets/ at the highest verbosity; `make targets` runs them by modules, too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT
from ansible_collections.m365.apps.tests.integration.support.targets import NAMES, run_target


@pytest.mark.long
# What the target faults tries is a part of the fault matrix, of which make test has a slice.
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.full] if name == "faults" else []) for name in NAMES]
)
def test_target(name: str, emulator: Emulator, tmp_path: Path) -> None:
    run = run_target(name, emulator, tmp_path).ok()
    recap = re.search(r"localhost\s*: ok=(\d+) .* ignored=(\d+)", run.stdout)
    assert recap, run.output[-2000:]
    passed, ignored = map(int, recap.groups())
    assert passed > 5
    assert ignored == 0


def test_each_module_and_the_role_has_a_target() -> None:
    # Those that begin with private_ are the role's own: its target runs them.
    names = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    modules = {name for name in names if not name.startswith("private_")}
    assert modules
    assert modules | {"rollout_role", "filters"} <= set(NAMES)
