# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_client_checkin_info on the settings catalog: which calls it makes, and what it refuses."""

from __future__ import annotations

import pytest
import requests

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.learn import Teacher
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._graph.groups import GroupDirectory
from ansible_collections.m365.apps.plugins.module_utils._graph.progress import Event, WritesAnswered
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant
from ansible_collections.m365.apps.tests.unit.batches import BATCH, asked, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.catalog_checkins import (
    DEVICES,
    ONE,
    ONLY_POLICIES,
    SETTINGS,
    TWO,
    as_bytes,
    ask,
    batched,
    listed,
    many,
    opened,
    refused,
    rows_table,
    settings_table,
)
from ansible_collections.m365.apps.tests.unit.catalog_wire import LIST, POLICIES, row
from ansible_collections.m365.apps.tests.unit.test_catalog_statuses import MACROS, Dict, device, table
from ansible_collections.m365.apps.tests.unit.wire import LOST, Clock, Wire, refusal


@pytest.fixture(params=[False])
def tenant(clock: Clock, request: pytest.FixtureRequest) -> Tenant:
    return opened(clock.client(batching=request.param))


in_batches = pytest.mark.parametrize("tenant", [True], indirect=True)


# Calls


def test_one_report_is_asked_for_with_the_filter_of_its_policy(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(device())))
    ask(tenant)
    assert wire.json() == {
        "select": [],
        "skip": 0,
        "top": 50,
        "orderBy": [],
        "search": "",
        "filter": "(PolicyBaseTypeName eq 'DeviceManagementConfigurationPolicy') and (PolicyId eq 'p1')",
    }


@in_batches
def test_reports_travel_together_in_two_rounds_and_a_third_of_settings(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE, TWO))
    first = rows_table(*many(50), total=120)
    wire.expect("POST", BATCH, **outer(batched(0, first), batched(1, rows_table(device(ReportStatus="Error")))))
    second, third = rows_table(*many(50, 50), total=120), rows_table(*many(20, 100), total=120)
    wire.expect("POST", BATCH, **outer(batched(0, second), batched(1, third)))
    wire.expect("POST", SETTINGS, **as_bytes(settings_table((MACROS, 1, 0))))
    result = ask(tenant).result
    assert [[call["body"]["skip"] for call in asked(wire, place)] for place in (1, 2)] == [[0, 0], [50, 100]]
    assert [call["url"] for call in asked(wire, 2)] == [
        "/deviceManagement/reports/getConfigurationPolicyDevicesReport"
    ] * 2
    assert [policy["users"] for policy in result["policies"]] == [120, 1]
    assert [policy["failed_settings"] for policy in result["policies"]] == [
        [],
        [
            {
                "setting": "excel16/L_VBAWarningsPolicy",
                "name": "Its name",
                "error_devices": 1,
                "conflict_devices": 0,
            }
        ],
    ]


@in_batches
@pytest.mark.parametrize(("policies", "pages"), [(0, 1), (1, 1), (20, 1), (21, 1), (45, 1), (3, 4), (30, 2)])
def test_the_number_of_requests_is_the_one_of_the_formula(
    wire: Wire, tenant: Tenant, policies: int, pages: int
) -> None:
    rows = pages * 50
    wire.expect("GET", LIST, **listed(*(row(f"p{place}", f"P{place}") for place in range(policies))))
    rounds = [[(place, 0) for place in range(policies)]]
    rounds.append([(place, skip) for place in range(policies) for skip in range(50, rows, 50)])
    for calls in rounds:
        for start in range(0, len(calls), 20):
            chunk = calls[start : start + 20]
            tables = [rows_table(*many(50, skip), total=rows) for _place, skip in chunk]
            if len(chunk) == 1:
                wire.expect("POST", DEVICES, **as_bytes(tables[0]))
            else:
                wire.expect("POST", BATCH, **outer(*(batched(place, each) for place, each in enumerate(tables))))
    assert [policy["users"] for policy in ask(tenant).result["policies"]] == [rows] * policies
    assert len(wire.sent) == 1 + -(-policies // 20) + -(-policies * (pages - 1) // 20)


def test_only_the_policies_that_are_asked_for_are_read(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE, TWO, row("p3", "Three")))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(device())))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(device("d2", UserId="u2"))))
    result = ask(tenant, policies=["Two", "P3"]).result
    assert ["p2" in wire.json(1)["filter"], "p3" in wire.json(2)["filter"]] == [True, True]
    # The tenant is what was asked for: Graph has no report on all of it.
    assert (result["tenant"]["users"]["checked_in"], result["tenant"]["devices"]["total"]) == (2, 2)


def test_one_policy_by_its_id_is_not_looked_for_in_the_list(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", f"{POLICIES}/p1", json=ONE)
    wire.expect("POST", DEVICES, **as_bytes(rows_table()))
    assert ask(tenant, id="p1", gather=["tenant"]).result["tenant"]["users"]["rate"] is None


def test_no_policy_is_no_report(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    assert ask(tenant, policies=[]).result["policies"] == []
    wire.expect("GET", f"{POLICIES}/gone", **refusal(400, "An error has occurred", "ResourceNotFound"))
    assert ask(tenant, id="gone", **ONLY_POLICIES).result == {
        "changed": False,
        "data": False,
        "policies": [],
        "stale_devices": [],
    }


def test_a_list_in_pages_is_looked_at_twice(wire: Wire, tenant: Tenant) -> None:
    link = f"{LIST}&$skiptoken=x"
    for pages in ((ONE,), (ONE, TWO)):
        wire.expect("GET", LIST, **listed(*pages, **{"@odata.nextLink": link}))
        wire.expect("GET", link, **listed())
    wire.expect("POST", DEVICES, **as_bytes(rows_table()))
    wire.expect("POST", DEVICES, **as_bytes(rows_table()))
    assert [policy["id"] for policy in ask(tenant).result["policies"]] == ["p1", "p2"]


def test_another_spelling_is_found_once(wire: Wire, tenant: Tenant) -> None:
    unknown = refusal(400, "Resource not found for the segment 'getConfigurationPolicyDevicesReport'.", "BadRequest")
    qualified = DEVICES.replace("/get", "/microsoft.graph.get")
    wire.expect("GET", LIST, **listed(ONE, TWO))
    wire.expect("POST", DEVICES, **unknown)
    wire.expect("POST", DEVICES, **unknown)
    for _policy in range(2):
        wire.expect("POST", qualified, **as_bytes(rows_table(device(ReportStatus="Error"))))
    for _policy in range(2):
        wire.expect("POST", SETTINGS.replace("/get", "/microsoft.graph.get"), **as_bytes(settings_table()))
    assert [policy["failed_users"] for policy in ask(tenant).result["policies"]] == [1, 1]


# Tries


THROTTLED = refusal(
    500, "Rate limit reached because of too many requests to query broker. Please retry after sometime."
)


@pytest.mark.parametrize("failure", [THROTTLED, refusal(503), refusal(429), {"body": LOST}, {"body": "{"}])
def test_a_report_is_asked_for_again_as_any_read_is(wire: Wire, tenant: Tenant, clock: Clock, failure: Dict) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    wire.expect("POST", DEVICES, **failure)
    wire.expect("POST", DEVICES, **as_bytes(rows_table(device())))
    assert ask(tenant).result["policies"][0]["users"] == 1
    assert len(clock.slept) == 1
    assert not tenant.written()


@in_batches
def test_one_report_of_a_batch_is_asked_for_again_alone(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE, TWO))
    text = THROTTLED["json"]["error"]["message"]
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 500, text), batched(1, rows_table(device()))))
    wire.expect("POST", BATCH, **outer(batched(0, rows_table(device()))))
    assert [policy["users"] for policy in ask(tenant).result["policies"]] == [1, 1]
    assert [call["id"] for call in asked(wire)] == ["0"]


def test_reports_are_no_writes(wire: Wire, clock: Clock) -> None:
    heard: list[Event] = []
    policy = clock.policy(observer=heard.append)
    client = clock.client()
    client._retry = policy
    tenant = Tenant(
        CatalogSurface(client, built_in()),
        GroupDirectory(client),
        Teacher(client),
        client,
        (),
        lambda: client.writes > 0,
    )
    wire.expect("GET", LIST, **listed(ONE))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(device())))
    ask(tenant)
    assert not tenant.written()
    assert not [event for event in heard if isinstance(event, WritesAnswered)]


def test_rows_that_move_between_pages_are_read_again(wire: Wire, tenant: Tenant) -> None:
    moved = [rows_table(*many(50), total=51), rows_table(*many(1, 49), total=51)]
    steady = [rows_table(*many(50), total=51), rows_table(*many(1, 50), total=51)]
    wire.expect("GET", LIST, **listed(ONE))
    for each in (*moved, *steady):
        wire.expect("POST", DEVICES, **as_bytes(each))
    assert ask(tenant).result["policies"][0]["users"] == 51


def test_a_row_that_is_there_twice_in_two_reads_does_not_move(wire: Wire, tenant: Tenant) -> None:
    twice = [rows_table(*many(50), total=51), rows_table(*many(1, 49), total=51)]
    wire.expect("GET", LIST, **listed(ONE))
    for each in (*twice, *twice):
        wire.expect("POST", DEVICES, **as_bytes(each))
    assert ask(tenant).result["policies"][0]["users"] == 50


def test_rows_that_never_rest_are_an_error(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    for total in range(51, 54):
        wire.expect("POST", DEVICES, **as_bytes(rows_table(*many(50), total=total)))
        wire.expect("POST", DEVICES, **as_bytes(rows_table(*many(total - 50, 50), total=total - 1)))
    assert refused(tenant) == (
        "policy 'One' (id p1): cannot read how it went on devices: its rows changed while they were read, 3 times. "
        "Run it again."
    )


def test_a_connection_that_stays_lost_is_no_doubt(wire: Wire, clock: Clock) -> None:
    client = clock.client(budget=0)
    tenant = opened(client)
    wire.expect("GET", LIST, **listed(ONE))
    wire.expect("POST", DEVICES, body=requests.exceptions.ConnectionError("Connection aborted."))
    assert "cannot read how it went on devices" in refused(tenant)


# Refusals


def test_a_part_of_a_report_is_no_report(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(*many(50), total=120)))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(total=120)))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(*many(20, 100), total=120)))
    assert "the report counts 120 rows and holds none from row 51 on" in refused(tenant)


@in_batches
def test_one_that_fails_in_a_batch_fails_the_task(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE, TWO))
    wire.expect(
        "POST", BATCH, **outer(inner_refusal(0, 500, "An error has occurred"), batched(1, rows_table(device())))
    )
    assert refused(tenant).startswith("policy 'One' (id p1): cannot read how it went on devices: Graph answered 500")


def test_a_403_names_the_permission_and_the_right_of_a_role(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    wire.expect("POST", DEVICES, **refusal(403, "no"))
    message = refused(tenant)
    assert "Grant the app the permission DeviceManagementConfiguration.Read.All with admin consent" in message
    assert message.endswith("the role and scope tags of a user, and whether it has DeviceConfigurations/ViewReports.")
    # It reads, so nobody has to approve it.
    assert "approve" not in message


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (table(["DeviceName", "PolicyStatus"], ["PC", 2]), "the report has no column PspdpuLastModifiedTimeUtc"),
        (
            table(["PspdpuLastModifiedTimeUtc", "DeviceName"]),
            "no column PolicyStatus or PolicyStatus_loc or ReportStatus",
        ),
        (table(["PspdpuLastModifiedTimeUtc", "PolicyStatus"]), "no column DeviceName or IntuneDeviceId"),
        ({"value": []}, "the report has no schema that names its columns"),
    ],
)
def test_a_report_of_another_form_is_an_error(wire: Wire, tenant: Tenant, document: Dict, says: str) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    wire.expect("POST", DEVICES, **as_bytes(document))
    assert says in refused(tenant)


def test_settings_that_cannot_be_read_are_not_known_and_a_warning_says_why(wire: Wire, tenant: Tenant) -> None:
    wire.expect("GET", LIST, **listed(ONE))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(device(ReportStatus="Conflict"))))
    wire.expect("POST", SETTINGS, **refusal(400, "Invalid report", "BadRequest"))
    reply = ask(tenant)
    assert reply.result["policies"][0]["failed_settings"] is None
    [warning] = reply.warnings
    assert warning.startswith("policy 'One' (id p1): cannot read which settings failed: Graph answered 400")


def test_what_the_first_surface_has_alone_is_refused_without_a_call(wire: Wire, tenant: Tenant) -> None:
    assert "use kind" in refused(tenant, kind="windows")
    assert wire.sent == []
