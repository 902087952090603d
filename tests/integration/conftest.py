# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: one emulator for each worker of xdist, a fresh tenant and a folder of its own for each test."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator, running_emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, Way
from ansible_collections.m365.apps.tests.integration.support.secret_place import Place, make_place


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes longest: nothing of it should be left over for one worker at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


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
def ansible(request: pytest.FixtureRequest, emulator: Emulator, tmp_path: Path) -> Ansible:
    """Starts ansible programs that can log in to the tenant; both_ways gives it as often as there are ways."""
    way = getattr(request, "param", Way.IN_PROCESS)
    # Only tests of it wait to see whether somebody else writes.
    variables = {**tenant.login_variables(emulator.ready), "rollout_recheck_after": 0}
    return Ansible(tmp_path, tenant.login_environment(emulator.ready), variables, way)


@pytest.fixture
def place(ansible: Ansible, emulator: Emulator) -> Place:
    """The tenant with credentials of every kind."""
    return make_place(ansible, emulator)
