# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What office_client_checkin_info tells of check-ins on officeConfiguration."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant
from ansible_collections.m365.apps.tests.unit.office_checkins import (
    FINE,
    NO_DEVICES,
    NOBODY,
    ONLY_POLICIES,
    ONLY_TENANT,
    SINGLETON,
    STRONG,
    WEAK,
    WHOLE,
    ask,
    expect_both,
    opened,
    status,
)
from ansible_collections.m365.apps.tests.unit.wire import POLICIES, Clock, Wire


@pytest.fixture
def tenant(clock: Clock) -> Tenant:
    return opened(clock.client(batching=True))


TOLD_FINE: dict[str, t.Any] = {
    "user_id": "u3",
    "user_principal_name": None,
    "device_id": None,
    "device_name": None,
    "device_platform": None,
    "device_platform_version": None,
    "policy_id": None,
    "status": "succeeded",
    "was_successful": True,
    "checkin_date_time": "2026-02-28T00:00:00Z",
    "error_message": None,
    "applied_policies": ["Strong"],
}
TOLD_FAILED = {
    **TOLD_FINE,
    "user_id": "u2",
    "device_platform": "Windows",
    "status": "error",
    "was_successful": False,
    "checkin_date_time": "2026-02-20T00:00:00Z",
    "error_message": "no",
    "applied_policies": [],
}
TOLD_OLD = {
    **TOLD_FINE,
    "user_id": "u1",
    "user_principal_name": "ann@contoso.example",
    "device_name": "OLD",
    "checkin_date_time": "2026-01-01T12:00:00.500000Z",
    "applied_policies": [],
}

# What the check-ins of both policies and of the tenant come to.
TOLD_TENANT = {
    "summary": {"succeeded_user_count": 3, "failed_user_count": 1, "rate": 0.75},
    "users": {"checked_in": 3, "failed": 1, "rate": pytest.approx(2 / 3)},
    "devices": {**NO_DEVICES, "total": 3, "succeeded": 2, "error": 1},
    "last_checkin_date_time": "2026-02-28T00:00:00Z",
    "statuses": [TOLD_FINE, TOLD_FAILED, TOLD_OLD],
    "skipped": 0,
}
BOTH = [
    {
        "id": "p1",
        "display_name": "Strong",
        "priority": 1,
        "summary": {"succeeded_user_count": 0, "failed_user_count": 0, "rate": None},
        "users": 2,
        "failed_users": 1,
        "rate": 0.5,
        "devices": {**NO_DEVICES, "total": 2, "succeeded": 1, "error": 1},
        "failed_settings": None,
        "last_checkin_date_time": "2026-02-28T00:00:00Z",
        "statuses": [TOLD_FINE, TOLD_FAILED],
        "skipped": 0,
    },
    {
        "id": "p2",
        "display_name": "Weak",
        "priority": 2,
        "summary": NOBODY,
        "users": 0,
        "failed_users": 0,
        "rate": None,
        "devices": NO_DEVICES,
        "failed_settings": None,
        "last_checkin_date_time": None,
        "statuses": [],
        "skipped": 0,
    },
]
STALE = [
    {
        "user_principal_name": "ann@contoso.example",
        "device_name": "OLD",
        "last_checkin_date_time": "2026-01-01T12:00:00.500000Z",
        "days": 58,
    }
]


def test_everything_is_told(wire: Wire, tenant: Tenant) -> None:
    expect_both(wire, STRONG, WEAK)
    reply = ask(tenant)
    assert reply.warnings == []
    assert reply.result == {
        "changed": False,
        "data": True,
        "tenant": TOLD_TENANT,
        "policies": BOTH,
        "stale_devices": STALE,
    }


@pytest.mark.parametrize(
    ("since", "users"),
    [
        (None, 2),
        ("2026-02-20", 2),
        ("2026-02-20T00:00:00Z", 2),
        ("2026-02-20T00:00:01Z", 1),
        ("2026-02-28T02:00:00+02:00", 1),
        ("2026-02-28T00:00:00.000001Z", 0),
    ],
)
def test_since_leaves_out_what_was_before(wire: Wire, tenant: Tenant, since: str | None, users: int) -> None:
    wire.expect("GET", POLICIES, json={"value": [STRONG]})
    result = ask(tenant, **ONLY_POLICIES, since=since).result
    [policy] = result["policies"]
    assert (policy["users"], len(policy["statuses"]), result["data"]) == (users, users, users > 0)
    assert (policy["rate"] is None) == (users == 0)


def test_since_does_not_make_devices_stale_or_fresh(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", SINGLETON, json=WHOLE)
    result = ask(tenant, **ONLY_TENANT, since="2026-02-28").result
    assert [device["device_name"] for device in result["stale_devices"]] == ["OLD"]
    assert result["tenant"]["summary"]["succeeded_user_count"] == 3


@pytest.mark.parametrize(("stale_after", "stale"), [(0, 3), (8, 2), (9, 2), (10, 1), (59, 0)])
def test_stale_after_is_in_days(wire: Wire, tenant: Tenant, stale_after: int, stale: int) -> None:
    wire.expect("GET", SINGLETON, json=WHOLE)
    assert len(ask(tenant, **ONLY_TENANT, stale_after=stale_after).result["stale_devices"]) == stale


@pytest.mark.parametrize(("summary", "data"), [({"succeededUserCount": 1}, True), ({"failedUserCount": 0}, False)])
def test_a_summary_alone_is_data(wire: Wire, tenant: Tenant, summary: t.Any, data: bool) -> None:
    wire.expect("GET", SINGLETON, json={"tenantUserCheckinSummary": summary})
    result = ask(tenant, **ONLY_TENANT).result
    assert (result["data"], result["tenant"]["users"]["rate"]) == (data, None)


def test_a_tenant_without_any_data_is_no_success(wire: Wire, tenant: Tenant) -> None:
    expect_both(wire, whole={})
    result = ask(tenant).result
    assert result["data"] is False
    assert (result["tenant"]["summary"], result["tenant"]["users"]["rate"]) == (NOBODY, None)
    assert result["policies"] == result["stale_devices"] == []


def test_the_order_of_gather_is_all_the_same(wire: Wire, tenant: Tenant) -> None:
    expect_both(wire, STRONG)
    result = ask(tenant, gather=["policies", "tenant", "policies"]).result
    assert result["tenant"]["users"]["checked_in"] == 3


def test_check_ins_that_are_left_out_are_told(wire: Wire, tenant: Tenant) -> None:
    nobodys = {**FINE, "userId": ""}
    expect_both(
        wire,
        {**STRONG, "checkinStatuses": [status("u", False, "soon"), nobodys, FINE]},
        whole={"tenantCheckinStatuses": [status("u", True, "0001-01-01T00:00:00Z")]},
    )
    reply = ask(tenant)
    assert reply.warnings == [
        "the tenant's check-ins: 1 check-in without a user or a readable time is left out",
        "policy 'Strong' (id p1): 2 check-ins without a user or a readable time are left out",
    ]
    assert (reply.result["tenant"]["skipped"], reply.result["policies"][0]["skipped"]) == (1, 2)
    assert reply.result["policies"][0]["rate"] == 1.0
