# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The targets below targets/, each as the one role of a play, in every way; some of them at a time."""

from __future__ import annotations

import contextlib
import queue
import typing as t
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from . import tenant
from .emulator import Emulator, running_emulator
from .processes import TARGETS, WAYS, Ansible, Run

_PLAY = TARGETS.parent / "plays" / "target.yml"
_AT_ONCE = 2


def _names() -> list[str]:
    """Return the targets, the one with most cases first, so that no long one is left over at the end."""
    sizes = {
        folder.name: sum(path.stat().st_size for path in (folder / "vars").iterdir())
        for folder in TARGETS.iterdir()
        if (folder / "vars").is_dir()
    }
    return sorted(sizes, key=lambda name: -sizes[name])


NAMES = _names()
# By modules it takes longer, so that comes first.
RUNS = [f"{name}-{way}" for way in reversed(WAYS) for name in NAMES]


@contextlib.contextmanager
def target_runs(names: t.Sequence[str], make_folder: t.Callable[[str], Path]) -> t.Iterator[dict[str, Future[Run]]]:
    """Start those of RUNS that are named, each in the hands of one of the emulators; they end with the block."""
    free: queue.Queue[Emulator] = queue.Queue()

    def run(name: str) -> Run:
        target, _unused, way = name.partition("-")
        emulator = free.get()
        try:
            emulator.reset(tenant.state())
            variables = {**tenant.login_variables(emulator.ready), "target": target, "m365_fast_path": WAYS[way].value}
            return Ansible(make_folder(name), {}, variables).playbook(_PLAY, "-vvvv")
        finally:
            free.put(emulator)

    with contextlib.ExitStack() as stack:
        for _unused in range(min(_AT_ONCE, len(names))):
            free.put(stack.enter_context(running_emulator(make_folder("emulator"))))
        pool = stack.enter_context(ThreadPoolExecutor(_AT_ONCE))
        stack.callback(pool.shutdown, cancel_futures=True)
        yield {name: pool.submit(run, name) for name in names}
