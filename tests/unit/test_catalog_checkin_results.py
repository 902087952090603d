# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What office_client_checkin_info and office_client_config_info tell of status reports on the settings catalog."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Reply, Request
from ansible_collections.m365.apps.plugins.module_utils._module.policy_info import policy_info
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant
from ansible_collections.m365.apps.tests.unit.catalog_checkins import (
    DEFAULTS,
    DEVICES,
    ONE,
    ONLY_POLICIES,
    SETTINGS,
    TWO,
    as_bytes,
    ask,
    listed,
    opened,
    rows_table,
    settings_table,
)
from ansible_collections.m365.apps.tests.unit.catalog_wire import LIST, row
from ansible_collections.m365.apps.tests.unit.office_checkins import NO_DEVICES, NOBODY
from ansible_collections.m365.apps.tests.unit.test_catalog_statuses import MACROS, device
from ansible_collections.m365.apps.tests.unit.wire import Clock, Wire, connection, token_with


@pytest.fixture
def tenant(clock: Clock) -> Tenant:
    return opened(clock.client())


# What Graph reports: a conflict and a device of nobody; and of the other policy a row that names nobody and no device.
OF_NOBODY = device("d2", UserId="", UPN="", PspdpuLastModifiedTimeUtc="2026-05-01T00:00:00Z")
ROWS = {
    "One": [device(ReportStatus="Conflict"), OF_NOBODY],
    "Two": [
        device(),
        device("d3", ReportStatus="Pending"),
        {**OF_NOBODY, "UPN": None, "DeviceName": "", "IntuneDeviceId": ""},
    ],
}
LEFT_OUT = [
    "the tenant's check-ins: 1 check-in without a user or a readable time is left out",
    "policy 'Two' (id p2): 1 check-in without a user or a readable time is left out",
]
# What that comes to, but for the statuses of the policy.
TOLD_ONE = {
    "id": "p1",
    "display_name": "One",
    "priority": None,
    "summary": NOBODY,
    "users": 2,
    "failed_users": 1,
    "rate": 0.5,
    "devices": {**NO_DEVICES, "total": 2, "conflict": 1, "succeeded": 1},
    "failed_settings": [
        {
            "setting": "excel16/L_VBAWarningsPolicy",
            "name": "Its name",
            "error_devices": 0,
            "conflict_devices": 1,
        }
    ],
    "last_checkin_date_time": "2026-07-20T10:00:00Z",
    "skipped": 0,
}
TOLD_CONFLICT: dict[str, t.Any] = {
    "user_id": "u1",
    "user_principal_name": "ann@contoso.example",
    "device_id": "d1",
    "device_name": "PC-d1",
    "device_platform": "Windows 10 and later",
    "device_platform_version": None,
    "policy_id": "p1",
    "status": "conflict",
    "was_successful": False,
    "checkin_date_time": "2026-07-20T10:00:00Z",
    "error_message": "Conflict",
    "applied_policies": [],
}


def test_everything_is_told(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE, TWO))
    for rows in ROWS.values():
        wire.expect("POST", DEVICES, **as_bytes(rows_table(*rows)))
    wire.expect("POST", SETTINGS, **as_bytes(settings_table((MACROS, 0, 1), ("fine", 0, 0))))
    reply = ask(tenant)
    assert reply.warnings == LEFT_OUT
    one, two = reply.result["policies"]
    statuses = one.pop("statuses")
    assert (one, statuses[0]) == (TOLD_ONE, TOLD_CONFLICT)
    assert (two["users"], two["failed_users"], two["devices"]["pending"], two["failed_settings"]) == (1, 0, 1, [])
    whole = reply.result["tenant"]
    # Ann's device is worst where she has a conflict, and she is one user; the device of nobody counts as one.
    assert whole["users"] == {"checked_in": 2, "failed": 1, "rate": 0.5}
    assert whole["devices"] == {**NO_DEVICES, "total": 3, "conflict": 1, "pending": 1, "succeeded": 1}
    assert (whole["summary"], whole["skipped"], len(whole["statuses"])) == (NOBODY, 1, 4)
    [stale] = reply.result["stale_devices"]
    assert (stale["device_name"], stale["days"], reply.result["data"]) == ("PC-d2", 92, True)


def test_since_counts_what_was_reported_since(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(device())))
    result = ask(tenant, since="2026-07-21").result
    assert (result["policies"][0]["users"], result["data"]) == (0, False)


def test_what_is_pending_is_no_data(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(device(ReportStatus="Pending"))))
    result = ask(tenant).result
    assert (result["data"], result["tenant"]["users"]["rate"]) == (False, None)


@pytest.mark.parametrize(("policies", "found"), [(None, True), (["One"], True), (["Gone"], False)])
def test_a_login_from_which_policies_may_be_hidden_is_told(
    wire: Wire, clock: Clock, policies: list[str] | None, found: bool
) -> None:
    """A scope tag that all policies share is a sign of a partial view; a name that is not found may be hidden."""
    client = GraphClient(connection(), ReadyToken(token_with({"scp": "x"})), clock.policy())
    tenant = opened(client)
    tagged = [row(f"p{place}", name, roleScopeTagIds=["7"]) for place, name in enumerate(("One", "Two"))]
    wire.expect("GET", LIST, **listed(*tagged))
    for _policy in range(0 if not found else 2 if policies is None else 1):
        wire.expect("POST", DEVICES, **as_bytes(rows_table(device())))
    warnings = ask(tenant, policies=policies, **ONLY_POLICIES).warnings
    said = (
        "No policy was found, which does not mean" if policies else "The tenant may have more policies than this login"
    )
    assert [text.startswith(said) for text in warnings] == ([True] if policies is None or not found else [])


# office_client_config_info


def config_info(tenant: Tenant, **options: t.Any) -> Reply:
    return policy_info(Request({"surface": "settings_catalog", **DEFAULTS, **options}, options), lambda: tenant)


def test_policies_are_read_with_their_status(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(TWO, ONE))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(device())))
    wire.expect(
        "POST",
        DEVICES,
        **as_bytes(rows_table(device("d1", ReportStatus="Staged", PolicyStatus_loc="", PolicyStatus=99))),
    )
    reply = config_info(tenant, gather=["status"])
    one, two = reply.result["configs"]
    assert one["status"] == {
        "users": 1,
        "failed_users": 0,
        "rate": 1.0,
        "devices": {**NO_DEVICES, "total": 1, "succeeded": 1},
        "failed_settings": [],
        "last_checkin_date_time": "2026-07-20T10:00:00Z",
    }
    assert (two["display_name"], two["status"]["devices"]["unknown"]) == ("Two", 1)
    assert [warning for warning in reply.warnings if "'Staged'" in warning]


def test_status_is_not_read_unasked(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    assert "status" not in config_info(tenant, gather=[]).result["configs"][0]
