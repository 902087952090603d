# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_client_checkin_info on the settings catalog, and the status reports that Graph answers it with."""

from __future__ import annotations

import base64
import json
import typing as t
from datetime import UTC, datetime

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.learn import Teacher
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.groups import GroupDirectory
from ansible_collections.m365.apps.plugins.module_utils._module.checkin_info import checkin_info
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Reply, Request
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant
from ansible_collections.m365.apps.tests.unit.batches import inner
from ansible_collections.m365.apps.tests.unit.catalog_wire import row
from ansible_collections.m365.apps.tests.unit.modules import (
    OFFICE_CLIENT_CHECKIN_INFO,
    OFFICE_CLIENT_CONFIG_INFO,
)
from ansible_collections.m365.apps.tests.unit.test_catalog_statuses import Dict, device, table
from ansible_collections.m365.apps.tests.unit.wire import GRAPH

NOW = datetime(2026, 8, 1, tzinfo=UTC)
SPECS = {**OFFICE_CLIENT_CONFIG_INFO.spec, **OFFICE_CLIENT_CHECKIN_INFO.spec}
DEFAULTS = {name: option.get("default") for name, option in SPECS.items()}
REPORTS = f"{GRAPH}/beta/deviceManagement/reports"
DEVICES = f"{REPORTS}/getConfigurationPolicyDevicesReport"
SETTINGS = f"{REPORTS}/getConfigurationPolicySettingsDeviceSummaryReport"
ONE, TWO = (row(f"p{n}", name, roleScopeTagIds=["0"]) for n, name in ((1, "One"), (2, "Two")))
ONLY_POLICIES = {"gather": ["policies"]}


def opened(client: GraphClient) -> Tenant:
    """Return the tenant that a client reaches."""
    return Tenant(CatalogSurface(client, built_in()), GroupDirectory(client), Teacher(client), client)


def ask(tenant: Tenant, **options: t.Any) -> Reply:
    request = Request({"surface": "settings_catalog", **DEFAULTS, **options}, options)
    return checkin_info(request, lambda: tenant, lambda: NOW)


def refused(tenant: Tenant, **options: t.Any) -> str:
    with pytest.raises(UserError) as caught:
        ask(tenant, **options)
    assert not caught.value.in_doubt
    return str(caught.value)


def rows_table(*rows: Dict, total: int | None = None) -> Dict:
    """Return a report on devices of these rows."""
    return table(list(device()), *(list(each.values()) for each in rows), total=total)


def settings_table(*rows: tuple[str, int, int], name: str = "Its name") -> Dict:
    names = ("SettingId", "SettingName", "NumberOfCompliantDevices", "NumberOfErrorDevices", "NumberOfConflictDevices")
    return table(names, *((setting, name, 0, errors, conflicts) for setting, errors, conflicts in rows))


def as_bytes(document: Dict) -> Dict:
    """Return the arguments of Wire.expect for a report: bytes that hold JSON."""
    return {"body": json.dumps(document), "content_type": "application/octet-stream"}


def batched(place: int, document: Dict) -> Dict:
    """Return a report as an inner answer: bytes travel as base64."""
    return inner(place, 200, base64.b64encode(json.dumps(document).encode()).decode())


def listed(*policies: Dict, **more: t.Any) -> Dict:
    return {"json": {"value": list(policies), **more}}


def many(count: int, first: int = 0) -> list[Dict]:
    return [device(f"d{place}", UserId=f"u{place}") for place in range(first, first + count)]
