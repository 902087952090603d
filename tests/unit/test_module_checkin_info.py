# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_client_checkin_info on the wire: which calls it makes, and what it refuses."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant
from ansible_collections.m365.apps.tests.unit.batches import BATCH, asked, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.office_checkins import (
    ONLY_POLICIES,
    ONLY_TENANT,
    SINGLETON,
    STRONG,
    WEAK,
    WHOLE,
    ask,
    expect_both,
    opened,
    refused,
)
from ansible_collections.m365.apps.tests.unit.wire import POLICIES, WITHDRAWN, Clock, Wire, refusal


@pytest.fixture
def tenant(clock: Clock) -> Tenant:
    return opened(clock.client(batching=True))


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
        "policy 'Strong' (id p1): cannot understand its check-ins: a check-in does not say whether it was successful."
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
