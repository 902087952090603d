# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schemathesis holds every operation against the OpenAPI document: no 500, no undocumented status, no other schema.

Each call meets the same small tenant, so that every finding can be repeated: it is put in order after each call that
was not refused, and what an operation's last refusals have changed is a finding. FUZZ_EXAMPLES=500 tries that many
random calls of each operation, other ones each time; without it there are few, always the same.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode

# They are made when they are asked for.
from schemathesis.checks import (  # pylint: disable=no-name-in-module
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig

from graph_emulator.graph.catalog.baseline import BASELINE
from graph_emulator.openapi.document import document
from graph_emulator.small_catalog import MACROS, MACROS_CHILD, TOGGLE
from graph_emulator.testing import Client, Emulator

from .catalog import choice

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
SECRET = "emulator-only-secret"
TENANT, APP, SPARE = (f"0f0e0d0c-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
POLICIES = ["0f0e0d0c-0000-4000-8000-0000000000a1", "0f0e0d0c-0000-4000-8000-0000000000a2"]
GROUPS = ["0f0e0d0c-0000-4000-8000-0000000000b1", "0f0e0d0c-0000-4000-8000-0000000000b2"]
ASSIGNMENTS = ["0f0e0d0c-0000-4000-8000-0000000000c1"]
CATALOG = ["0f0e0d0c-0000-4000-8000-0000000000d1", "0f0e0d0c-0000-4000-8000-0000000000d2"]
FILTERS = ["0f0e0d0c-0000-4000-8000-0000000000e1"]
REQUESTS = ["0f0e0d0c-0000-4000-8000-0000000000f1", "0f0e0d0c-0000-4000-8000-0000000000f2"]
ROLES = ["DeviceManagementConfiguration.ReadWrite.All", "GroupMember.Read.All", "DeviceManagementRBAC.Read.All"]
ONE = f"/beta/deviceManagement/configurationPolicies/{CATALOG[1]}"


# A setting that cannot be without its child.
MACRO_SETTING = choice(MACROS, "1", [choice(MACROS_CHILD, "3")])
STATE = {
    "policies": [
        {
            "id": POLICIES[0],
            "displayName": "A",
            "policyPayload": [{"settingId": "x", "value": "1"}],
            "assignments": [{"id": ASSIGNMENTS[0], "groupId": GROUPS[0]}],
            "checkinStatuses": [{"userId": "u", "wasSuccessful": True, "checkinDateTime": "2026-01-01T00:00:00Z"}],
        },
        {"id": POLICIES[1], "displayName": "B"},
    ],
    "catalog_policies": [
        {"id": CATALOG[0], "name": "A", "assignments": [GROUPS[0]], "settings": [MACRO_SETTING]},
        {"id": CATALOG[1], "name": "B", "settings": [choice(TOGGLE)], "priorityMetaData": {"priority": 1}},
    ],
    "assignment_filters": [{"id": FILTERS[0], "displayName": "F"}],
    "scope_tags": [{"id": "1", "displayName": "T"}],
    "device_statuses": [{"PolicyId": CATALOG[0], "DeviceName": "PC-1", "PolicyStatus": 5}],
    "approval_requests": [
        {"id": REQUESTS[0], "method": "DELETE", "url": ONE, "status": "approved"},
        {"id": REQUESTS[1], "method": "DELETE", "url": ONE, "status": "rejected"},
    ],
    "groups": [{"id": key, "displayName": f"G{n}"} for n, key in enumerate(GROUPS)],
    "apps": [{"client_id": APP, "secrets": [SECRET], "roles": ROLES, "managed_identity": True, "identity_header": "h"}],
}
# The tenant that calls are made to, with what the document cannot know of it.
KNOWN: dict[str, list[str]] = {
    "policy": POLICIES,
    "assignment": [*ASSIGNMENTS, f"{CATALOG[0]}_{GROUPS[0]}"],
    "group": GROUPS,
    "catalogPolicy": CATALOG,
    "setting": ["0"],
    "assignmentFilter": FILTERS,
    "roleScopeTag": ["0", "1"],
    "settingDefinition": [TOGGLE],
    "category": ["c0000000-0000-4000-8000-000000000000"],
    "template": [BASELINE],
    "approvalRequest": REQUESTS,
    "x-msft-approval-justification": ["Q2hhbmdlIDQ3MTE="],
    "x-msft-approval-code": REQUESTS,
    "scope": ["*"],
    "tenant": [TENANT],
    "resource": ["https://graph.microsoft.com", "DeviceConfigurations"],
}


def furnished() -> dict[str, Any]:
    """The document, with ids that exist to choose from beside any others."""
    content = copy.deepcopy(document("https://localhost"))
    for item in content["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in KNOWN:
                    parameter["schema"] = {"anyOf": [{"enum": KNOWN[parameter["name"]]}, parameter["schema"]]}
    schemas = content["components"]["schemas"]
    schemas["Target"]["properties"]["groupId"] = {"enum": [*GROUPS, SPARE]}
    if not EXAMPLES:
        leave_out_twins(schemas)
    # Settings that the tenant's definitions know, beside any others.
    known = {"enum": [choice(TOGGLE), MACRO_SETTING]}
    schemas["SettingInstance"] = {"anyOf": [known, schemas["SettingInstance"]]}
    for name, value in (
        ("client_id", APP),
        ("client_secret", SECRET),
        ("scope", "https://graph.microsoft.com/.default"),
    ):
        schemas["TokenRequest"]["properties"][name] = {"anyOf": [{"const": value}, {"type": "string", "minLength": 1}]}
    return content


def leave_out_twins(schemas: dict[str, Any]) -> None:
    """Of what settings and faults have, a state tries a part: it checks them as their own calls do, which try all."""
    few = {"Settings": ("page_size", "approval_required"), "Fault": ("kind", "count")}
    settings, fault = (
        {**schemas[name], "properties": {key: schemas[name]["properties"][key] for key in keys}}
        for name, keys in few.items()
    )
    schemas["State"]["properties"].update(settings=settings, faults={"type": "array", "items": fault})
    tenant = schemas["Tenants"]["additionalProperties"]["properties"]
    tenant["settings"] = {"anyOf": [settings, {"type": "null"}]}


def configuration() -> schemathesis.Config:
    generation = GenerationConfig(
        modes=list(GenerationMode), max_examples=EXAMPLES or 6, deterministic=not EXAMPLES, database="none"
    )
    return schemathesis.Config(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))


# After these the tenant is as it was.
READING = ("GET", "HEAD", "OPTIONS")
# Writes of policies, each once.
GATED = r"configurationPolicies(/\{catalogPolicy\}(/assign)?)?$"
# Actions by their qualified names, which are made plain before anything else: test_a_tenant_may_take_only_one_spelling
# has each of them.
QUALIFIED = r"/microsoft\.[a-z.]+\.\w+$"
SCHEMA = schemathesis.openapi.from_dict(furnished(), config=configuration())
GRAPH = SCHEMA.include(tag="graph")


@dataclass(frozen=True, slots=True)
class Start:
    """What each call meets: tenant, settings and faults, as the emulator shows them."""

    emulator: Emulator
    tenants: dict[str, Any]
    settings: dict[str, Any]

    def put(self) -> None:
        """Put all in order."""
        self.emulator.admin("PUT", "state", {"tenants": self.tenants, "settings": self.settings, "faults": []})

    def check(self) -> None:
        """Nothing is out of order."""
        assert self.emulator.admin("GET", "state")["tenants"][TENANT] == self.tenants[TENANT]
        assert self.emulator.admin("GET", "settings") == self.settings
        assert self.emulator.admin("GET", "faults") == []


@pytest.fixture(scope="module")
def start(shared_emulator: tuple[Emulator, dict[str, Any]]) -> Iterator[Start]:
    """The emulator is left as it was."""
    emulator, settings = shared_emulator
    # Times and ids that it makes up are the same from here on.
    shown = emulator.admin("PUT", "state", {"tenants": {TENANT: STATE}})
    begun = Start(emulator, shown["tenants"], settings)
    yield begun
    begun.put()


@pytest.fixture(scope="module")
def approving(start: Start) -> Start:
    """The same where a second administrator approves writes of policies."""
    return replace(start, settings={**start.settings, "approval_required": True})


@pytest.fixture(autouse=True)
def _in_order(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each operation begins in order, and leaves nothing out of order."""
    start: Start = request.getfixturevalue("approving" if "approving" in request.fixturenames else "start")
    start.put()
    yield
    start.check()


@pytest.fixture(scope="module")
def client(start: Start) -> Client:
    """A client of the tenant that may do everything."""
    return start.emulator.client(TENANT, APP, SECRET)


def hold(
    case: schemathesis.Case[Any], client: Client, start: Start, *excluded: Any, files: bool = False, **headers: str
) -> None:
    """Make one call and check its answer, then put in order what it may have changed; a refusal may file a request.

    What fits the schema may break another rule: that is no finding.
    """
    unchanged = case.method in READING
    try:
        answer = case.call_and_validate(
            base_url=client.url,
            session=client.session,
            verify=client.session.verify,
            headers=headers,
            excluded_checks=[positive_data_acceptance, *excluded],
        )
        unchanged |= answer.status_code >= 400 and not files
    finally:
        if not unchanged:
            start.put()


@(GRAPH if EXAMPLES else GRAPH.exclude(path_regex=QUALIFIED)).parametrize()
def test_graph(case: schemathesis.Case[Any], client: Client, start: Start) -> None:
    # For what the service has no route, the settings catalogue answers 400, not 405.
    excluded = [unsupported_method] if "configurationPolicies" in case.path else []
    # The parameter of a function may be any text, and in a path whatever is no text is one.
    excluded += [negative_data_rejection] if "(" in case.path else []
    hold(case, client, start, *excluded, Authorization=f"Bearer {client.token}")


@SCHEMA.include(tag="catalog", path_regex=GATED, method=["POST", "PUT", "PATCH", "DELETE"]).parametrize()
def test_graph_with_approval(case: schemathesis.Case[Any], client: Client, approving: Start) -> None:
    hold(case, client, approving, unsupported_method, files=True, Authorization=f"Bearer {client.token}")


@SCHEMA.include(tag="login").parametrize()
def test_login(case: schemathesis.Case[Any], client: Client, start: Start) -> None:
    hold(case, client, start)


@SCHEMA.include(tag="admin").parametrize()
def test_admin(case: schemathesis.Case[Any], client: Client, start: Start) -> None:
    hold(case, client, start)
