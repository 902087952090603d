# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine on a tenant of the settings catalog: the emulator inside this process, on a clock that only waits move."""

from __future__ import annotations

import contextlib
import json
import typing as t
from unittest import mock

import jwt
import requests

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.learn import Teacher
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.confirm import Wait
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge
from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.exchange import Phase, current
from ansible_collections.m365.apps.plugins.module_utils._graph.groups import GroupDirectory
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Reply, Request
from ansible_collections.m365.apps.plugins.module_utils._module.policy_info import policy_info
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import (
    CLIENT,
    GROUPS,
    ORIGIN,
    SECRET,
    TENANT,
    FuzzTenant,
    token_with,
)
from ansible_collections.m365.apps.tests.unit.wire import connection
from graph_emulator import tenants
from graph_emulator.admin import Admin
from graph_emulator.wire import Call, ConnectionReset

ROLES = ("DeviceManagementConfiguration.ReadWrite.All", "DeviceManagementRBAC.Read.All", "GroupMember.Read.All")
FILTER = "50000000-0000-4000-8000-000000000001"
POLICIES = "/beta/deviceManagement/configurationPolicies"


class CatalogTenant(FuzzTenant):
    """A tenant with groups, a filter and a scope tag, and policies as they are given."""

    def __init__(self, *policies: t.Any, **more: t.Any) -> None:
        super().__init__()
        state = {
            "groups": [{"id": key, "displayName": name} for name, key in GROUPS.items()],
            "apps": [{"client_id": CLIENT, "secrets": [SECRET], "roles": list(ROLES)}],
            "assignment_filters": [{"id": FILTER, "displayName": "Corporate", "rule": '(device.model -eq "C")'}],
            "scope_tags": ["Pilot"],
            "catalog_policies": list(policies),
            **more,
        }
        self.world.load({"tenants": {TENANT: state}})
        self.token = token_with(tuple(self.world.tenants[TENANT].apps[CLIENT].roles))

    def sign_in(self, **claims: t.Any) -> None:
        """Use a token with these claims beside those that it has; None takes one away."""
        said = {**jwt.decode(self.token, options={"verify_signature": False}), **claims}
        said = {name: value for name, value in said.items() if value is not None}
        self.token = jwt.encode(said, self.world.keys._key, "RS256", headers=jwt.get_unverified_header(self.token))

    def put(self, name: str, body: t.Any) -> None:
        """Change settings or faults."""
        answer = Admin(self.world).handle(Call("PUT", f"/_emulator/{name}", {}, json.dumps(body).encode(), ORIGIN))
        assert answer.status == 200, answer.content

    def faults(self, *faults: dict[str, t.Any]) -> None:
        """Make these faults happen."""
        self.put("faults", list(faults))

    @property
    def state(self) -> dict[str, t.Any]:
        """The tenant as it is now, in the form of a state of the emulator."""
        answer = Admin(self.world).handle(Call("GET", "/_emulator/state", {}, b"", ORIGIN))
        found: dict[str, t.Any] = json.loads(answer.body())["tenants"][TENANT]
        return found

    @property
    def policies(self) -> list[dict[str, t.Any]]:
        """All policies as they are now."""
        found: list[dict[str, t.Any]] = self.state["catalog_policies"]
        return found

    @property
    def lines(self) -> list[str]:
        """Method and path of each request, with those inside of batches behind it."""
        return [
            " ".join(
                [
                    f"{entry['method']} {entry['path']}",
                    *(f"[{call['method']} {call['path']}]" for call in entry["batch"]),
                ]
            )
            for entry in self.world.journal.entries
        ]

    def send(self, adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **more: t.Any) -> t.Any:
        try:
            return super().send(adapter, request, **more)
        except ConnectionReset as reset:
            current().phase = Phase.AWAIT
            raise requests.exceptions.ConnectionError("Connection aborted.") from reset

    @contextlib.contextmanager
    def serving(self) -> t.Iterator[None]:
        """Answer all requests of this process; the emulator's clock is that of the client."""

        def send(adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **more: t.Any) -> t.Any:
            return self.send(adapter, request, **more)

        with (
            mock.patch.object(requests.adapters.HTTPAdapter, "send", send),
            mock.patch.object(tenants, "time", mock.Mock(monotonic=self.clock)),
        ):
            yield

    def client(self, batching: bool = True, budget: float = 300.0) -> GraphClient:
        """Return a client of this tenant."""
        return GraphClient(connection(graph_url=ORIGIN), ReadyToken(self.token), self.clock.policy(budget), batching)

    def run(
        self,
        *desired: DesiredPolicy,
        batching: bool = True,
        budget: float = 300.0,
        catalog: Catalog | None = None,
        overwrite_unknown: bool = False,
        **options: t.Any,
    ) -> Outcome:
        """Bring the tenant to a desired state and read back what was written."""
        with self.serving():
            client = self.client(batching, budget)
            surface = CatalogSurface(client, catalog or built_in(), overwrite_unknown)
            wait = Wait(60, self.clock, self.clock.sleep)
            return converge(desired, surface, GroupDirectory(client), RunOptions(**{"wait": wait, **options}))

    def info(self, **params: t.Any) -> list[dict[str, t.Any]]:
        """Return what office_client_config_info shows."""
        configs: list[dict[str, t.Any]] = self.told(**params).result["configs"]
        return configs

    def told(self, **params: t.Any) -> Reply:
        """Return all that office_client_config_info answers."""
        defaults: dict[str, t.Any] = {"id": None, "display_name": None, "kind": None, "group": None, "gather": []}
        with self.serving():
            client = self.client()
            tenant = Tenant(CatalogSurface(client, built_in()), GroupDirectory(client), Teacher(client), client)
            return policy_info(Request({"surface": "settings_catalog", **defaults, **params}, params), lambda: tenant)
