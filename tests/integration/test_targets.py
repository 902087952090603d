# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every target below targets/ as a role of one play, at the highest verbosity; two of them at a time."""

from __future__ import annotations

import contextlib
import queue
import re
import typing as t
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator, running_emulator
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, TARGETS, Ansible, Run

PLAY = Path(__file__).parent / "plays" / "target.yml"
AT_ONCE = 2


def _names() -> list[str]:
    """Return the targets, the one with most cases first, so that no long one is left over at the end."""
    folders = [path for path in TARGETS.iterdir() if (path / "vars" / "main.yml").exists()]
    return [path.name for path in sorted(folders, key=lambda path: -(path / "vars" / "main.yml").stat().st_size)]


NAMES = _names()


@pytest.fixture(scope="session")
def target_runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> t.Iterator[dict[str, Future[Run]]]:
    """The runs of all selected targets, each in the hands of one of the emulators."""
    selected = {item.name for item in request.session.items}
    free: queue.Queue[Emulator] = queue.Queue()

    def run(name: str) -> Run:
        emulator = free.get()
        try:
            emulator.reset(tenant.state())
            variables = tenant.login_variables(emulator.ready)
            return Ansible(tmp_path_factory.mktemp(name), {}, variables).playbook(PLAY, "-e", f"target={name}", "-vvvv")
        finally:
            free.put(emulator)

    with contextlib.ExitStack() as stack:
        for _unused in range(AT_ONCE):
            free.put(stack.enter_context(running_emulator(tmp_path_factory.mktemp("emulator"))))
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE))
        yield {name: pool.submit(run, name) for name in NAMES if f"test_target[{name}]" in selected}


@pytest.mark.parametrize("name", NAMES)
def test_target(name: str, target_runs: dict[str, Future[Run]]) -> None:
    run = target_runs[name].result().ok()
    recap = re.search(r"localhost\s*: ok=(\d+) .* ignored=(\d+)", run.stdout)
    assert recap, run.output[-2000:]
    passed, ignored = map(int, recap.groups())
    assert passed > 5
    assert ignored == 0


def test_each_module_and_the_role_has_a_target() -> None:
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    assert modules
    assert modules | {"rollout"} <= set(NAMES)
