# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes to a tenant that wants each of them approved, and what it answers."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.approvals import ApprovalOptions, KeptRequest, Place
from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import OWN_TYPE
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    PolicyWrite,
    Result,
    Update,
)
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, refusal

POLICIES = f"{GRAPH}/beta/deviceManagement/configurationPolicies"
LIST = f"{POLICIES}?$top=100"
REQUESTS = f"{GRAPH}/beta/deviceManagement/operationApprovalRequests"
ID = "13a5ac73-ac73-13a5-73ac-a51373aca513"
URL = f"{POLICIES}/{ID}"
CODE = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
HEADER = "x-msft-approval-code"
BASE64 = "Q2hhbmdlIDQ3MTE="
VALUES = {
    "display_name": "A",
    "description": "",
    "scope_tags": ("0",),
    "settings": compile_settings([{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}], built_in()),
}
DRAFT = Policy(None, OWN_TYPE, VALUES)
LIVE = Policy(ID, OWN_TYPE, VALUES)
UPDATE = Update(LIVE, {"description": "D"})
FILED = refusal(403, "Approval Required", "ApprovalRequired", **{HEADER: CODE})
OPEN = refusal(409, "An active Approval Request already exists for this entity")
ROW = {
    "id": ID,
    "name": "A",
    "description": "",
    "platforms": "windows10",
    "technologies": "mdm",
    "roleScopeTagIds": ["0"],
    "templateReference": {"templateFamily": "none"},
    "settingCount": 1,
}


class Memory:
    """Keeps requests in memory; ``full`` makes keeping fail."""

    def __init__(self, *requests: KeptRequest, full: bool = False) -> None:
        self.requests = list(requests)
        self.full = full
        self.place = "memory"

    def kept(self) -> t.Sequence[KeptRequest]:
        return tuple(self.requests)

    def keep(self, request: KeptRequest) -> None:
        if self.full:
            raise UserError("the file", "use it", "it cannot be written", "Make room")
        self.requests.append(request)

    def drop(self, request: KeptRequest) -> None:
        if self.full:
            raise UserError("the file", "use it", "it cannot be written", "Make room")
        self.requests.remove(request)


KEPT = KeptRequest(
    CODE,
    Place(GRAPH, ""),
    "PATCH",
    f"/deviceManagement/configurationPolicies/{ID}",
    {"description": "D"},
    f"policy 'A' (id {ID})",
    "update description",
    "2026-11-29T10:00:00+00:00",
)


def surface_of(client: GraphClient, keeper: Memory | None, reason: str | None = "Change 4711") -> CatalogSurface:
    return CatalogSurface(client, built_in(), approval=ApprovalOptions(reason, keeper))


def sent(surface: CatalogSurface, write: PolicyWrite = UPDATE) -> Result:
    [result] = surface.write([write], ())
    return result


def states(*documents: t.Any, **more: t.Any) -> dict[str, t.Any]:
    return {"json": {"value": [{"id": CODE.upper(), **document} for document in documents], **more}}
