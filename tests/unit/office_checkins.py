# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_client_checkin_info on officeConfiguration, and the check-ins that Graph answers it with."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.learn import Teacher
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.groups import GroupDirectory
from ansible_collections.m365.apps.plugins.module_utils._module.checkin_info import checkin_info
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Reply, Request
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant
from ansible_collections.m365.apps.plugins.module_utils._office.fields import KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.tests.unit.batches import BATCH, inner, outer
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_CLIENT_CHECKIN_INFO
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Wire

SINGLETON = f"{GRAPH}/beta/officeConfiguration"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEFAULTS = {name: option.get("default") for name, option in OFFICE_CLIENT_CHECKIN_INFO.spec.items()}
ONLY_TENANT, ONLY_POLICIES = {"gather": ["tenant"]}, {"gather": ["policies"]}
NO_DEVICES = dict.fromkeys(("total", "error", "conflict", "unknown", "pending", "succeeded", "not_applicable"), 0)
NOBODY = {"succeeded_user_count": None, "failed_user_count": None, "rate": None}


def status(user: str, ok: bool, at: str, **more: t.Any) -> dict[str, t.Any]:
    return {"userId": user, "wasSuccessful": ok, "checkinDateTime": at, **more}


OLD = status("u1", True, "2026-01-01T12:00:00.5Z", deviceName="OLD", userPrincipalName="ann@contoso.example")
FAILED = status("u2", False, "2026-02-20T00:00:00+00:00", errorMessage="no", devicePlatform="Windows")
FINE = status("u3", True, "2026-02-28T01:00:00+01:00", appliedPolicies=["Strong"])
WHOLE = {
    "tenantUserCheckinSummary": {"succeededUserCount": 3, "failedUserCount": 1},
    "tenantCheckinStatuses": [OLD, FAILED, FINE],
}
STRONG = {
    "id": "p1",
    "@odata.type": f"#{KINDS['windows_security'].name}",
    "displayName": "Strong",
    "priority": 1,
    "userCheckinSummary": {"succeededUserCount": 0, "failedUserCount": 0},
    "checkinStatuses": [FAILED, FINE],
}
WEAK = {"id": "p2", "@odata.type": f"#{KINDS['windows'].name}", "displayName": "Weak", "priority": 2}


def opened(client: GraphClient) -> Tenant:
    """Return the tenant that a client reaches."""
    return Tenant(OfficeSurface(client), GroupDirectory(client), Teacher(client), client)


def ask(tenant: Tenant, **options: t.Any) -> Reply:
    return checkin_info(
        Request({"surface": "office_configuration", **DEFAULTS, **options}, options), lambda: tenant, lambda: NOW
    )


def refused(tenant: Tenant, **options: t.Any) -> str:
    with pytest.raises(UserError) as caught:
        ask(tenant, **options)
    return str(caught.value)


def expect_both(wire: Wire, *policies: t.Any, whole: t.Any = None) -> None:
    wire.expect(
        "POST",
        BATCH,
        **outer(inner(0, body=WHOLE if whole is None else whole), inner(1, body={"value": list(policies)})),
    )
