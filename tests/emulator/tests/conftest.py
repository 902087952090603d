# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator for the whole run; a tenant of its own and default settings for each test."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from graph_emulator.testing import Client, Emulator, running

SECRET = "emulator-only-secret"
ROLES = ["DeviceManagementConfiguration.ReadWrite.All", "GroupMember.Read.All"]
GROUP_NAMES = ["Finance", "Sales", "O'Brien's Team"]
POLICIES = "/beta/officeConfiguration/clientConfigurations"
WINDOWS = "#microsoft.graph.windowsOfficeClientConfiguration"


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[tuple[Emulator, dict[str, Any]]]:
    """The running emulator and its default settings."""
    with running() as emulator:
        yield emulator, emulator.admin("GET", "settings")


@pytest.fixture
def emulator(shared_emulator: tuple[Emulator, dict[str, Any]]) -> Emulator:
    """The emulator without faults, journal and changed settings of the tests before."""
    emulator, settings = shared_emulator
    emulator.admin("PUT", "settings", settings)
    emulator.admin("PUT", "faults", [])
    emulator.admin("DELETE", "journal")
    emulator.admin("DELETE", "logins")
    return emulator


@pytest.fixture
def groups() -> list[str]:
    """Ids of the tenant's groups, in the order of GROUP_NAMES."""
    return [str(uuid.uuid4()) for _unused in GROUP_NAMES]


@pytest.fixture
def seed(groups: list[str]) -> dict[str, Any]:
    """State of the test's tenant without policies."""
    app = {"client_id": str(uuid.uuid4()), "secrets": [SECRET], "roles": ROLES}
    named = [{"id": key, "displayName": name} for key, name in zip(groups, GROUP_NAMES, strict=True)]
    return {"policies": [], "groups": named, "apps": [app]}


@pytest.fixture
def tenant(emulator: Emulator, seed: dict[str, Any]) -> str:
    """Id of the test's tenant."""
    key = str(uuid.uuid4())
    emulator.admin("PUT", "state", {"tenants": {key: seed}})
    return key


@pytest.fixture
def graph(emulator: Emulator, tenant: str, seed: dict[str, Any]) -> Client:
    """A client of the test's tenant that may do everything."""
    return emulator.client(tenant, seed["apps"][0]["client_id"], SECRET)


@pytest.fixture
def create(graph: Client) -> Callable[..., dict[str, Any]]:
    """Create a policy: ``create(priority, **properties)`` gives the new entity."""

    def run(priority: int, **properties: Any) -> dict[str, Any]:
        body = {"@odata.type": WINDOWS, "displayName": f"P{priority}", "priority": priority, **properties}
        answer = graph.call("POST", POLICIES, json=body)
        assert answer.status_code == 201, answer.text
        entity: dict[str, Any] = answer.json()
        return entity

    return run
