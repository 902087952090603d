# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The targets below targets/, each as the one role of a play."""

from __future__ import annotations

from pathlib import Path

from . import tenant
from .emulator import Emulator
from .processes import TARGETS, Ansible, Run

_PLAY = TARGETS.parent / "plays" / "target.yml"


def _names() -> list[str]:
    """Return the targets, the one with most cases first, so that no long one is left over at the end."""
    sizes = {
        folder.name: sum(path.stat().st_size for path in (folder / "vars").iterdir())
        for folder in TARGETS.iterdir()
        if (folder / "vars").is_dir()
    }
    return sorted(sizes, key=lambda name: (-sizes[name], name))


NAMES = _names()


def run_target(name: str, emulator: Emulator, folder: Path, **more: str) -> Run:
    """Run one of NAMES in the emulator's tenant; ``more`` is added to the environment."""
    variables = {**tenant.login_variables(emulator.ready), "rollout_recheck_after": 0, "target": name}
    return Ansible(folder, {}, variables).playbook(_PLAY, "-vvvv", **more)
