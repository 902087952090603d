# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of device management: status rows by policy, device and setting."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from graph_emulator import small_catalog as small
from graph_emulator.nodes import StateError

from .catalog import CatalogTenant
from .status_reports import (
    BASE,
    DEVICE,
    DEVICES,
    OF_POLICY,
    OTHER,
    POLICY,
    READ_ONLY,
    REPORTS,
    STATE,
    USER,
    rows,
    table,
    text_of,
)


@pytest.fixture
def graph() -> CatalogTenant:
    """A tenant with three status rows."""
    return CatalogTenant(STATE)


def test_a_report_is_a_table_in_bytes(graph: CatalogTenant) -> None:
    content = table(graph.call("POST", DEVICES, {"filter": OF_POLICY}))
    assert list(content) == ["TotalRowCount", "Schema", "Values", "SessionId"]
    assert content["TotalRowCount"] == 2
    types = {column["Column"]: column["PropertyType"] for column in content["Schema"]}
    assert set(types) >= {
        *("DeviceName", "IntuneDeviceId", "UPN", "UserId", "PolicyStatus", "PolicyStatus_loc", "ReportStatus"),
        *("PspdpuLastModifiedTimeUtc", "AssignmentFilterIds", "UnifiedPolicyType", "UnifiedPolicyPlatformType"),
    }
    assert (types["PolicyStatus"], types["PolicyStatus_loc"]) == ("Int32", "String")
    assert all(len(values) == len(types) for values in content["Values"])
    assert content["SessionId"]


def test_a_row_has_numbers_and_their_words(graph: CatalogTenant) -> None:
    first, second = rows(graph.call("POST", DEVICES, {"filter": OF_POLICY}))
    assert (first["PolicyStatus"], first["PolicyStatus_loc"], first["ReportStatus"]) == (2, "Succeeded", "Succeeded")
    assert (second["PolicyStatus"], second["PolicyStatus_loc"]) == (5, "Error")
    assert (first["DeviceName"], first["UPN"], first["UserId"]) == ("PC-0", "ann@contoso.example", USER)


def test_columns_may_come_in_another_order_behind_one_that_nobody_knows(graph: CatalogTenant) -> None:
    body = {"filter": OF_POLICY}
    before = table(graph.call("POST", DEVICES, body))
    plain = rows(graph.call("POST", DEVICES, body))
    graph.put("settings", {"catalog_extra_fields": True})
    after = table(graph.call("POST", DEVICES, body))
    names = [column["Column"] for column in before["Schema"]]
    assert [column["Column"] for column in after["Schema"]] == ["DeploymentRing", *reversed(names)]
    assert rows(graph.call("POST", DEVICES, body)) == [{**row, "DeploymentRing": "staged"} for row in plain]


def test_rows_of_a_policys_devices_do_not_name_the_policy(graph: CatalogTenant) -> None:
    assert "PolicyId" not in rows(graph.call("POST", DEVICES, {"filter": OF_POLICY}))[0]
    assert "Column 'PolicyId' is not valid" in text_of(graph.call("POST", DEVICES, {"select": ["PolicyId"]}))


def test_an_empty_object_asks_for_everything_and_no_body_is_refused(graph: CatalogTenant) -> None:
    assert table(graph.call("POST", DEVICES, {}))["TotalRowCount"] == 3
    assert "Empty Payload" in text_of(graph.call("POST", DEVICES))


FILTERS = {
    f"{BASE} and (PolicyId eq '{OTHER}')": [DEVICE[2]],
    "((PolicyBaseTypeName eq 'Microsoft.Management.Services.Api.DeviceConfiguration') or "
    f"(PolicyBaseTypeName eq 'DeviceManagementConfigurationPolicy')) and (PolicyId eq '{POLICY}')": DEVICE[:2],
    f"(PolicyBaseTypeName eq 'DeviceConfigurationAdmxPolicy') and (PolicyId eq '{POLICY}')": [],
    f"(PolicyId eq '{POLICY.upper()}') and (PolicyStatus eq 5)": [DEVICE[1]],
    f"IntuneDeviceId eq '{DEVICE[0]}'": [DEVICE[0]],
}


@pytest.mark.parametrize("text", FILTERS)
def test_filters(graph: CatalogTenant, text: str) -> None:
    assert [row["IntuneDeviceId"] for row in rows(graph.call("POST", DEVICES, {"filter": text}))] == FILTERS[text]


def test_a_page_has_50_rows_whatever_top_says() -> None:
    many = [{"PolicyId": POLICY, "DeviceName": f"PC-{n:03}"} for n in range(120)]
    graph = CatalogTenant({"device_statuses": many})
    for top, expected in ((500, 50), (None, 50), (0, 50), (7, 7)):
        content = table(graph.call("POST", DEVICES, {"top": top, "skip": 0}))
        assert (content["TotalRowCount"], len(content["Values"])) == (120, expected)
    pages = [rows(graph.call("POST", DEVICES, {"top": 50, "skip": skip})) for skip in (0, 50, 100, 150)]
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    assert [row["DeviceName"] for page in pages for row in page] == [item["DeviceName"] for item in many]


def test_order_search_and_select(graph: CatalogTenant) -> None:
    body = {"orderBy": ["PspdpuLastModifiedTimeUtc desc", "DeviceName"], "select": ["DeviceName"]}
    assert rows(graph.call("POST", DEVICES, body))[0] == {"DeviceName": "PC-1"}
    assert [row["DeviceName"] for row in rows(graph.call("POST", DEVICES, {"search": "ANN@"}))] == ["PC-0"]
    (found, *_rest) = rows(graph.call("POST", DEVICES, {"select": ["PolicyStatus", "DeviceName"]}))
    assert list(found) == ["PolicyStatus", "PolicyStatus_loc", "DeviceName"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"select": ["PolicyStatus_loc"]}, "Column 'PolicyStatus_loc' is not valid for select"),
        ({"select": ["nosuch"]}, "Column 'nosuch' is not valid"),
        ({"filter": "nosuch eq 1"}, "Could not find a property named 'nosuch'"),
        ({"filter": "PolicyId eq"}, "Invalid filter clause"),
        ({"orderBy": ["nosuch"]}, "there is no property 'nosuch' to sort by"),
        ({"skip": -1}, "Cannot convert the value of parameter 'skip'"),
        ({"top": "50"}, "Cannot convert the value of parameter 'top'"),
        ({"select": "DeviceName"}, "Cannot convert the value of parameter 'select'"),
        ({"$filter": OF_POLICY}, "The parameter '$filter' in the request payload is not a valid parameter"),
    ],
)
def test_what_a_report_does_not_take(graph: CatalogTenant, body: dict[str, Any], text: str) -> None:
    assert text in text_of(graph.call("POST", DEVICES, body))


def test_reports_of_one_device(graph: CatalogTenant) -> None:
    body = {"filter": f"IntuneDeviceId eq '{DEVICE[1]}'"}
    (row,) = rows(graph.call("POST", f"{REPORTS}/getConfigurationPoliciesReportForDevice", body))
    assert (row["PolicyName"], row["PolicyId"], row["PolicyStatus"]) == ("Office", POLICY, 5)


def test_details_of_settings(graph: CatalogTenant) -> None:
    report = f"{REPORTS}/getConfigurationSettingDetailsReport"
    stated = rows(graph.call("POST", report, {"filter": f"(PolicyId eq '{POLICY}') and (DeviceId eq '{DEVICE[1]}')"}))
    assert [(row["SettingId"], row["SettingStatus_loc"], row["ErrorCode"]) for row in stated] == [
        (small.TOGGLE, "Error", 65000)
    ]
    derived = rows(graph.call("POST", report, {"filter": f"(PolicyId eq '{POLICY}') and (DeviceId eq '{DEVICE[0]}')"}))
    assert [(row["SettingId"], row["SettingStatus"]) for row in derived] == [(small.TOGGLE, 2), (small.MACROS, 2)]
    assert derived[0]["SettingName"] == "Our words for L_EnableAutomaticUpdates"


def test_summary_of_settings(graph: CatalogTenant) -> None:
    body = {"filter": OF_POLICY}
    found = rows(graph.call("POST", f"{REPORTS}/getConfigurationPolicySettingsDeviceSummaryReport", body))
    counts = {row["SettingId"]: (row["NumberOfCompliantDevices"], row["NumberOfErrorDevices"]) for row in found}
    assert counts == {small.TOGGLE: (1, 1), small.MACROS: (1, 0)}


@pytest.mark.parametrize(
    "name",
    [
        "getConfigurationPolicyDevicesReport",
        "getConfigurationPoliciesReportForDevice",
        "getConfigurationSettingDetailsReport",
        "getConfigurationPolicySettingsDeviceSummaryReport",
    ],
)
def test_a_report_only_reads_and_is_in_the_journal(name: str) -> None:
    graph = CatalogTenant(STATE, roles=READ_ONLY)
    graph.put("settings", {"refuse_writes": True})
    assert graph.call("POST", f"{REPORTS}/{name}", {}).status == 200
    (entry,) = graph.world.journal.entries
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", f"/beta/{REPORTS}/{name}", 200)
    assert CatalogTenant(STATE, roles=("GroupMember.Read.All",)).call("POST", f"{REPORTS}/{name}", {}).status == 403


@pytest.mark.parametrize("prefix", ["microsoft.graph.", "microsoft.management.services.api."])
def test_a_report_may_be_spelled_with_its_namespace(graph: CatalogTenant, prefix: str) -> None:
    assert table(graph.call("POST", DEVICES.replace("/get", f"/{prefix}get"), {}))["TotalRowCount"] == 3


def test_a_report_counts_as_a_read_for_the_limits(graph: CatalogTenant) -> None:
    graph.put("settings", {"intune_limits": {"writes": 1, "requests": 4}})
    assert [graph.call("POST", DEVICES, {}).status for _unused in range(5)] == [200] * 4 + [429]


def test_a_report_in_a_batch_is_bytes(graph: CatalogTenant) -> None:
    inner = {"id": "1", "method": "POST", "url": DEVICES, "body": {}, "headers": {"Content-Type": "application/json"}}
    (answer,) = graph.call("POST", "$batch", {"requests": [inner]}).content["responses"]
    text = answer["body"] + "=" * (-len(answer["body"]) % 4)
    assert json.loads(base64.urlsafe_b64decode(text))["TotalRowCount"] == 3


def test_the_broker_throttles_with_500(graph: CatalogTenant) -> None:
    graph.put("faults", [{"kind": "query_broker", "match": {"path": "/reports/"}}])
    answer = graph.call("POST", DEVICES, {})
    assert answer.status == 500
    text = "Rate limit reached because of too many requests to query broker. Please retry after sometime."
    assert text in json.loads(answer.content["error"]["message"])["Message"]
    assert "Retry-After" not in answer.headers
    assert graph.call("POST", DEVICES, {}).status == 200


def test_statuses_go_through_the_state(graph: CatalogTenant) -> None:
    again = CatalogTenant({"device_statuses": graph.tenant.device_statuses})
    assert again.tenant.device_statuses == graph.tenant.device_statuses
    assert graph.tenant.device_statuses[0]["PolicyStatus"] == 2


def test_a_device_without_an_id_gets_one_by_its_name() -> None:
    named = [{"PolicyId": POLICY, "DeviceName": name} for name in ("PC-1", "PC-2", "PC-1")]
    ids = [row["IntuneDeviceId"] for row in CatalogTenant({"device_statuses": named}).tenant.device_statuses]
    assert ids[0] == ids[2] != ids[1]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({}, "device_statuses\\[0\\].PolicyId: must be a string"),
        ({"PolicyId": "x"}, "device_statuses\\[0\\].PolicyId: 'x' is not a GUID"),
        ({"PolicyId": POLICY, "PolicyStatus": 8}, "device_statuses\\[0\\].PolicyStatus: must be from 0 to 7"),
        ({"PolicyId": POLICY, "status": 2}, "device_statuses\\[0\\].status: unknown key"),
        ({"PolicyId": POLICY, "settings": [{}]}, "settings\\[0\\].SettingId: must be a string"),
    ],
)
def test_wrong_statuses_are_told(row: dict[str, Any], text: str) -> None:
    with pytest.raises(StateError, match=text):
        CatalogTenant({"device_statuses": [row]})
