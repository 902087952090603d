# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant of the settings catalogue within this process: calls go to the gate, no network between."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from graph_emulator.admin import Admin
from graph_emulator.graph.catalog.definitions import Definitions
from graph_emulator.graph.gate import Gate
from graph_emulator.login.endpoints import LoginService
from graph_emulator.login.tokens import TokenKeys
from graph_emulator.small_catalog import CATEGORY_DOCUMENTS, DOCUMENTS, GRAPH, TOGGLE
from graph_emulator.wire import Answer, Call
from graph_emulator.world import World

SECRET = "s"
ORIGIN = "https://graph.test"
TENANT, APP = "0f0e0d0c-0000-4000-8000-000000000001", "0f0e0d0c-0000-4000-8000-000000000002"
GROUPS = [f"0f0e0d0c-0000-4000-8000-0000000000b{n}" for n in range(1, 5)]
FILTER = "0f0e0d0c-0000-4000-8000-0000000000f1"
NOWHERE = "0f0e0d0c-0000-4000-8000-00000000dead"
ROLES = ("DeviceManagementConfiguration.ReadWrite.All", "GroupMember.Read.All")
POLICIES = "/beta/deviceManagement/configurationPolicies"
JSON = "application/json"

Json = dict[str, Any]


@cache
def _keys() -> TokenKeys:
    """The signing key of all tenants here: making one takes a moment."""
    return TokenKeys()


@dataclass
class CatalogTenant:
    """One tenant and its caller; ``put`` changes settings or faults, ``call`` asks Graph."""

    state: Json = field(default_factory=dict)
    roles: tuple[str, ...] = ROLES

    def __post_init__(self) -> None:
        self.world = World((ORIGIN,), keys=_keys(), definitions=Definitions.of((*DOCUMENTS, *CATEGORY_DOCUMENTS)))
        groups = [{"id": key, "displayName": f"G{n}"} for n, key in enumerate(GROUPS)]
        filters = [{"id": FILTER, "displayName": "Corporate", "rule": '(device.deviceOwnership -eq "Corporate")'}]
        app = {"client_id": APP, "secrets": [SECRET], "roles": list(self.roles)}
        tenant = {"groups": groups, "assignment_filters": filters, "scope_tags": ["Pilot"], "apps": [app], **self.state}
        self.world.load({"tenants": {TENANT: tenant}})
        self.tenant = self.world.tenants[TENANT]
        self.sign_in("app")

    def sign_in(self, signed_in: str) -> None:
        """Make calls as the app, or as a user of it."""
        self.token = self.world.keys.issue(self.tenant, self.tenant.apps[APP], ORIGIN, 3600, "1", signed_in)

    def log_in(self) -> Json:
        """What the token endpoint grants the app."""
        scope = "https://graph.microsoft.com/.default"
        form = {"grant_type": "client_credentials", "client_id": APP, "client_secret": SECRET, "scope": scope}
        kind = {"content-type": "application/x-www-form-urlencoded"}
        call = Call("POST", f"/{TENANT}/oauth2/v2.0/token", kind, urlencode(form).encode(), ORIGIN)
        answer = LoginService(self.world).token(call, TENANT)
        assert answer.status == 200, answer.content
        granted: Json = answer.content
        return granted

    def put(self, name: str, body: object) -> None:
        """Change the settings, faults or state."""
        answer = self.admin("PUT", name, body)
        assert answer.status == 200, answer.content

    def admin(self, method: str, name: str, body: object = None) -> Answer:
        """The answer of an admin endpoint."""
        data = b"" if body is None else json.dumps(body).encode()
        return Admin(self.world).handle(Call(method, f"/_emulator/{name}", {}, data, ORIGIN))

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """The answer to one call; ``path`` is below the version, or a URL of ours."""
        target = path.removeprefix(ORIGIN) if path.startswith(ORIGIN) else f"/beta/{path.removeprefix('/')}"
        sent: Mapping[str, str] = {"authorization": f"Bearer {self.token}", "content-type": JSON, **headers}
        data = b"" if body is None else json.dumps(body).encode()
        return Gate(self.world).handle(Call(method, target, sent, data, ORIGIN))

    def get(self, path: str) -> Any:
        """The JSON of a read that has to succeed."""
        answer = self.call("GET", path)
        assert answer.status == 200, answer.content
        return answer.content

    def create(self, name: str = "P", **members: Any) -> Json:
        """A new policy."""
        answer = self.call("POST", "deviceManagement/configurationPolicies", new(name, **members))
        assert answer.status == 201, answer.content
        made: Json = answer.content
        return made


def choice(definition: str = TOGGLE, option: str = "1", children: list[Json] | None = None) -> Json:
    """A setting instance of a choice."""
    return {
        "@odata.type": f"{GRAPH}ChoiceSettingInstance",
        "settingDefinitionId": definition,
        "choiceSettingValue": {"value": f"{definition}_{option}", "children": children or []},
    }


def simple(definition: str, value: object) -> Json:
    """A setting instance of a simple value."""
    kind = "String" if isinstance(value, str) else "Integer"
    return {
        "@odata.type": f"{GRAPH}SimpleSettingInstance",
        "settingDefinitionId": definition,
        "simpleSettingValue": {"@odata.type": f"{GRAPH}{kind}SettingValue", "value": value},
    }


def new(name: str, *instances: Json, **members: Any) -> Json:
    """The body of a new policy."""
    settings = [{"settingInstance": instance} for instance in instances or (choice(),)]
    return {"name": name, "platforms": "windows10", "technologies": "mdm", "settings": settings, **members}


def message(answer: Answer) -> str:
    """The text of a refusal, out of the JSON text that it comes in."""
    text = answer.content["error"]["message"]
    try:
        return str(json.loads(text)["Message"])
    except ValueError:
        return str(text)


def target(kind: str, **members: Any) -> Json:
    """An entry of assign."""
    return {"target": {"@odata.type": f"#microsoft.graph.{kind}AssignmentTarget", **members}}
