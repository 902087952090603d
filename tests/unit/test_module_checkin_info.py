# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_client_checkin_info on the wire: which calls it makes, what it returns, and what it refuses."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.learn import Teacher
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.groups import GroupDirectory
from ansible_collections.m365.apps.plugins.module_utils._module.checkin_info import checkin_info
from ansible_collections.m365.apps.plugins.module_utils._module.handlers import Reply, Request
from ansible_collections.m365.apps.plugins.module_utils._module.modules import OFFICE_CLIENT_CHECKIN_INFO
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant
from ansible_collections.m365.apps.plugins.module_utils._office.kinds import KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.tests.unit.batches import BATCH, asked, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, POLICIES, WITHDRAWN, Clock, Wire, refusal

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


@pytest.fixture
def tenant(clock: Clock) -> Tenant:
    client = clock.client(batching=True)
    return Tenant(OfficeSurface(client), GroupDirectory(client), Teacher(client), client)


def ask(tenant: Tenant, **options: t.Any) -> Reply:
    return checkin_info(
        Request({"surface": "office_configuration", **DEFAULTS, **options}, options), tenant, lambda: NOW
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


# Calls


def test_both_parts_are_read_in_one_request(wire: Wire, tenant: Tenant) -> None:
    expect_both(wire, WEAK, STRONG)
    ask(tenant)
    assert [(call["method"], call["url"]) for call in asked(wire)] == [
        ("GET", "/officeConfiguration"),
        ("GET", "/officeConfiguration/clientConfigurations"),
    ]


def test_one_policy_and_the_tenant_are_read_in_one_request(wire: Wire, tenant: Tenant) -> None:
    wire.expect("POST", BATCH, **outer(inner(0, body=WHOLE), inner(1, body={"value": STRONG})))
    assert [policy["id"] for policy in ask(tenant, id="p1").result["policies"]] == ["p1"]
    assert [call["url"] for call in asked(wire)] == [
        "/officeConfiguration",
        "/officeConfiguration/clientConfigurations/p1",
    ]


def test_where_batches_are_refused_the_calls_go_alone(wire: Wire, tenant: Tenant) -> None:
    wire.expect("POST", BATCH, **refusal(403))
    wire.expect("GET", SINGLETON, json=WHOLE)
    wire.expect("GET", POLICIES, json={"value": [STRONG]})
    assert ask(tenant).result["data"]


@pytest.mark.parametrize("whole", [WHOLE, {"value": WHOLE}])
def test_the_tenant_alone_is_one_call(wire: Wire, tenant: Tenant, whole: t.Any) -> None:
    wire.expect("GET", SINGLETON, json=whole)
    result = ask(tenant, **ONLY_TENANT).result
    assert result["tenant"]["users"]["checked_in"] == 3
    assert "policies" not in result


def test_policies_alone_are_read_through_all_pages(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", POLICIES, json={"value": [WEAK], "@odata.nextLink": f"{POLICIES}?$skiptoken=x"})
    wire.expect("GET", f"{POLICIES}?$skiptoken=x", json={"value": [STRONG]})
    result = ask(tenant, **ONLY_POLICIES).result
    assert [policy["id"] for policy in result["policies"]] == ["p1", "p2"]
    assert "tenant" not in result


def test_pages_after_a_batch_are_followed(wire: Wire, tenant: Tenant) -> None:
    first = {"value": [], "@odata.nextLink": f"{POLICIES}?$skiptoken=x"}
    wire.expect("POST", BATCH, **outer(inner(0, body=WHOLE), inner(1, body=first)))
    wire.expect("GET", f"{POLICIES}?$skiptoken=x", json={"value": [STRONG]})
    assert [policy["id"] for policy in ask(tenant).result["policies"]] == ["p1"]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, ["p1", "p2"]),
        ({"display_name": "Weak"}, ["p2"]),
        ({"display_name": "weak"}, []),
        ({"kind": "windows_security"}, ["p1"]),
        ({"kind": "windows_security", "display_name": "Weak"}, []),
    ],
)
def test_filters_choose_policies(wire: Wire, tenant: Tenant, options: dict[str, t.Any], ids: list[str]) -> None:
    wire.expect("GET", POLICIES, json={"value": [WEAK, STRONG]})
    assert [policy["id"] for policy in ask(tenant, **ONLY_POLICIES, **options).result["policies"]] == ids


def test_no_policy_with_the_id_is_an_empty_list(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", f"{POLICIES}/gone", **refusal(404))
    result = ask(tenant, **ONLY_POLICIES, id="gone").result
    assert (result["policies"], result["data"]) == ([], False)


# Results


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
        "the tenant's check-ins: 1 check-in is left out, having no user or no readable time",
        "policy 'Strong' (id p1): 2 check-ins are left out, having no user or no readable time",
    ]
    assert (reply.result["tenant"]["skipped"], reply.result["policies"][0]["skipped"]) == (1, 2)
    assert reply.result["policies"][0]["rate"] == 1.0


# Refusals


@pytest.mark.parametrize("answer", [403, 404])
def test_a_tenant_part_that_is_refused_is_an_error_where_it_was_asked_for(
    wire: Wire, tenant: Tenant, answer: int
) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, answer, "not for apps"), inner(1, body={"value": []})))
    assert refused(tenant) == (
        f"the tenant's check-ins: cannot read them: Graph answered {answer} Code: not for apps. Microsoft never "
        "documented that apps may read this part: grant the app DeviceManagementConfiguration.Read.All with admin "
        "consent, or leave tenant out of gather."
    )


def test_policies_that_are_refused_are_an_error(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", POLICIES, **refusal(403))
    message = refused(tenant, **ONLY_POLICIES)
    assert message.startswith("the list of Office policies: cannot read it: Graph answered 403")
    assert "Grant the app the permission DeviceManagementConfiguration.Read.All" in message


@pytest.mark.parametrize("options", [ONLY_TENANT, ONLY_POLICIES, {**ONLY_POLICIES, "id": "p1"}])
def test_a_withdrawn_api_is_told(wire: Wire, tenant: Tenant, options: dict[str, t.Any]) -> None:
    url = POLICIES if options is ONLY_POLICIES else f"{POLICIES}/p1" if "id" in options else SINGLETON
    wire.expect("GET", url, **WITHDRAWN)
    assert "this tenant's Graph does not serve officeConfiguration" in refused(tenant, **options)


def test_a_withdrawn_api_that_answers_404_is_told(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", SINGLETON, **{**WITHDRAWN, "status": 404})
    assert "this tenant's Graph does not serve officeConfiguration" in refused(tenant, **ONLY_TENANT)


def test_a_proxys_404_is_not_the_tenants(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", SINGLETON, status=404, body="<html>x</html>", content_type="text/html")
    message = refused(tenant, **ONLY_TENANT)
    assert "an HTML page" in message
    assert "gather" not in message


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "the tenant's check-ins: cannot read them: the answer is list, not an object."),
        ({"tenantCheckinStatuses": {}}, "the tenant's check-ins: cannot understand them: the check-ins are dict"),
        (
            {"tenantUserCheckinSummary": 5},
            "the tenant's check-ins: cannot understand them: the summary of check-ins is",
        ),
    ],
)
def test_a_tenant_part_of_another_form_is_an_error(wire: Wire, tenant: Tenant, document: t.Any, says: str) -> None:
    wire.expect("GET", SINGLETON, json=document)
    assert refused(tenant, **ONLY_TENANT).startswith(says)


def test_a_policys_check_ins_of_another_form_are_an_error(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", POLICIES, json={"value": [{**STRONG, "checkinStatuses": [{"wasSuccessful": 1}]}]})
    assert refused(tenant, **ONLY_POLICIES).startswith(
        "policy 'Strong' (id p1): cannot understand its check-ins: a check-in does not tell whether it was successful."
    )


def test_other_policies_check_ins_do_not_matter(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", POLICIES, json={"value": [{**STRONG, "checkinStatuses": 5}, WEAK]})
    assert len(ask(tenant, **ONLY_POLICIES, display_name="Weak").result["policies"]) == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"gather": []}, "the task: cannot use gather: it is empty, so nothing would be read."),
        ({"stale_after": -1}, "the task: cannot use stale_after: -1 is not a number of days."),
        ({"id": " "}, "the task: cannot use id: it is empty."),
        ({"since": ""}, "the task: cannot use since: '' is not a time such as 2026-01-31T08:00:00Z."),
        ({"since": "yesterday"}, "the task: cannot use since: 'yesterday' is not a time such as"),
        ({"since": "2026-01-31T08:00:00"}, "the task: cannot use since: '2026-01-31T08:00:00' is not a time such as"),
        ({"since": "2026-02-30"}, "the task: cannot use since: '2026-02-30T00:00:00Z' is not a time that exists."),
    ],
)
def test_options_that_cannot_be_meant_are_refused_without_a_call(
    wire: Wire, tenant: Tenant, options: dict[str, t.Any], says: str
) -> None:
    assert refused(tenant, **options).startswith(says)
    assert wire.sent == []
