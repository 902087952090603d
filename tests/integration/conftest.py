# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: one emulator for the session, a fresh tenant and a folder of its own for each test."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator, running_emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Emulator]:
    """The emulator's process."""
    with running_emulator(tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """The emulator with an empty tenant, default settings, no faults and an empty journal."""
    running.reset(tenant.state())
    return running


@pytest.fixture
def ansible(emulator: Emulator, tmp_path: Path) -> Ansible:
    """Starts ansible programs that can log in to the tenant."""
    return Ansible(tmp_path, tenant.login_environment(emulator.ready), tenant.login_variables(emulator.ready))
