# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the unit tests."""

from __future__ import annotations

import os
import sys
import typing as t
from pathlib import Path

import pytest
import responses
from hypothesis import HealthCheck, settings

from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.tests.unit.wire import Clock, Script, Wire

# ansible-test reads no pyproject.toml, which tells pytest else where the emulator is.
sys.path.append(str(Path(__file__).resolve().parents[1] / "emulator"))

# No test may fail because the machine is busy (deadline, health check), nor by chance (derandomize). make test-all
# takes the profile many; --hypothesis-profile=thorough looks for new examples in each run.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", UNTIMED, max_examples=40, derandomize=True)
settings.register_profile("many", UNTIMED, max_examples=1000, derandomize=True)
settings.register_profile("thorough", UNTIMED, max_examples=2500)
settings.load_profile("ci")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's login, proxy and CA settings out of the tests."""
    for name in list(os.environ):
        if name.startswith(("AZURE_", "M365_")) or name.lower().endswith(("_proxy", "_ca_bundle")):
            monkeypatch.delenv(name)


@pytest.fixture
def wire() -> t.Iterator[Wire]:
    """The scripted wire; a listed request that was not sent fails the test."""
    with responses.RequestsMock(assert_all_requests_are_fired=True, registry=Script) as mock:
        yield Wire(mock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> GraphClient:
    return clock.client()


@pytest.fixture
def surface(client: GraphClient) -> OfficeSurface:
    return OfficeSurface(client)
