# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of device management: status rows by policy, device and setting; exports and cached reports."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from typing import Any

import pytest

from graph_emulator import small_catalog as small
from graph_emulator.graph.catalog.exports import DOWNLOADS, download
from graph_emulator.nodes import StateError
from graph_emulator.small_catalog import chosen, settings
from graph_emulator.testing import Emulator
from graph_emulator.wire import Answer, Call

from .catalog import TENANT, CatalogTenant

REPORTS = "deviceManagement/reports"
DEVICES = f"{REPORTS}/getConfigurationPolicyDevicesReport"
JOBS = f"{REPORTS}/exportJobs"
CACHED = f"{REPORTS}/cachedReportConfigurations"
POLICY, OTHER = (f"0f0e0d0c-0000-4000-8000-0000000000d{n}" for n in (1, 2))
DEVICE = [f"0f0e0d0c-0000-4000-8000-00000000de0{n}" for n in range(3)]
USER = "0f0e0d0c-0000-4000-8000-0000000000ee"
BASE = "(PolicyBaseTypeName eq 'DeviceManagementConfigurationPolicy')"
OF_POLICY = f"{BASE} and (PolicyId eq '{POLICY}')"
READ_ONLY = ("DeviceManagementConfiguration.Read.All",)
STATUSES: list[dict[str, Any]] = [
    {
        "PolicyId": POLICY,
        "IntuneDeviceId": DEVICE[0],
        "DeviceName": "PC-0",
        "UPN": "ann@contoso.example",
        "UserId": USER,
    },
    {
        "PolicyId": POLICY,
        "IntuneDeviceId": DEVICE[1],
        "DeviceName": "PC-1",
        "PolicyStatus": 5,
        "PspdpuLastModifiedTimeUtc": "2026-02-01T00:00:00Z",
        "settings": [{"SettingId": small.TOGGLE, "SettingStatus": 5, "ErrorCode": 65000}],
    },
    {"PolicyId": OTHER, "IntuneDeviceId": DEVICE[2], "DeviceName": 'PC "two", new', "PolicyStatus": 6},
]
STATE: dict[str, Any] = {
    "catalog_policies": [
        {"id": POLICY, "name": "Office", "settings": settings(chosen(small.TOGGLE, 1), chosen(small.MACROS, 0))},
        {"id": OTHER, "name": "Other", "settings": settings(chosen(small.TOGGLE, 1))},
    ],
    "device_statuses": STATUSES,
}


@pytest.fixture
def graph() -> CatalogTenant:
    """A tenant with three status rows."""
    return CatalogTenant(STATE)


def table(answer: Answer) -> dict[str, Any]:
    """The content of a report."""
    assert answer.status == 200, answer.content
    assert answer.media_type == "application/octet-stream"
    content: dict[str, Any] = json.loads(answer.body())
    return content


def rows(answer: Answer) -> list[dict[str, Any]]:
    """The rows of a report by column."""
    content = table(answer)
    names = [column["Column"] for column in content["Schema"]]
    return [dict(zip(names, values, strict=True)) for values in content["Values"]]


def text_of(answer: Answer) -> str:
    """The message of a refusal."""
    assert answer.status == 400, answer.content
    return str(answer.content["error"]["message"])


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


def exported(graph: CatalogTenant, **body: Any) -> bytes:
    """The file of an export."""
    made = graph.call("POST", JOBS, {"reportName": "DeviceStatusesByConfigurationProfile", **body})
    assert (made.status, made.content["status"], made.content["url"]) == (201, "notStarted", None)
    path = f"{JOBS}('{made.content['id']}')"
    assert graph.get(path)["status"] == "inProgress"
    done = graph.get(path)
    assert done["status"] == "completed"
    return fetched(graph, done["url"])


def fetched(graph: CatalogTenant, url: str, **headers: str) -> bytes:
    """What a download answers."""
    target = url[url.index(DOWNLOADS) :]
    answer = download(graph.world.tenants.values(), Call("GET", target, headers, b"", url.partition(DOWNLOADS)[0]))
    assert answer.status == 200, answer.content
    (name,) = zipfile.ZipFile(io.BytesIO(answer.body())).namelist()
    return zipfile.ZipFile(io.BytesIO(answer.body())).read(name)


def test_an_export_of_all_policies_is_a_zip_of_one_csv(graph: CatalogTenant) -> None:
    data = exported(graph)
    assert data.startswith(b"\xef\xbb\xbf")
    found = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["PolicyId"] for row in found] == [POLICY, POLICY, OTHER]
    assert set(found[0]) == {
        *("AssignmentFilterIds", "DeviceName", "IntuneDeviceId", "Manufacturer", "Model", "PolicyId", "PolicyName"),
        *("PolicyStatus", "PolicyStatus_loc", "PspdpuLastModifiedTimeUtc", "ReportStatus", "TemplateVersion", "UPN"),
        *("UnifiedPolicyPlatformType", "UnifiedPolicyPlatformType_loc", "UnifiedPolicyType", "UnifiedPolicyType_loc"),
    }
    assert (found[0]["PolicyStatus"], found[0]["ReportStatus"]) == ("2", "Succeeded")
    assert found[0]["UnifiedPolicyType"] == "GroupPolicyConfiguration"
    assert found[2]["DeviceName"] == 'PC "two", new'


def test_quotes_within_a_field_stand_bare() -> None:
    graph = CatalogTenant({"device_statuses": [{"PolicyId": POLICY, "DeviceName": 'a "b" c'}]})
    assert b'\r\na "b" c\r\n' in exported(graph, select=["DeviceName"])


def test_an_export_of_one_policy_with_words_alone_and_as_json(graph: CatalogTenant) -> None:
    body = {"filter": f"PolicyId eq '{OTHER}'", "select": ["DeviceName", "PolicyStatus"], "format": "json"}
    found = json.loads(exported(graph, **body, localizationType="ReplaceLocalizableValues"))
    assert found["values"] == [{"DeviceName": 'PC "two", new', "PolicyStatus": "Conflict"}]


@pytest.mark.parametrize("variant", ["V3", "WithPF", "WithPFV3", "ForASR", "ForEDR", "ForAppControl"])
def test_siblings_of_the_export_have_the_same_columns(graph: CatalogTenant, variant: str) -> None:
    assert exported(graph, reportName=f"DeviceStatusesByConfigurationProfile{variant}") == exported(graph)


def test_the_export_per_setting(graph: CatalogTenant) -> None:
    data = exported(graph, reportName="PerSettingDeviceSummaryByConfigurationPolicy", filter=f"PolicyId eq '{POLICY}'")
    found = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [(row["SettingId"], row["NumberOfErrorDevices"]) for row in found] == [
        (small.TOGGLE, "1"),
        (small.MACROS, "0"),
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"reportName": "nosuch"}, "Report name 'nosuch' is not valid"),
        ({}, "Report name '' is not valid"),
        ({"reportName": "DeviceStatusesByConfigurationProfile", "select": ["PolicyStatus_loc"]}, "'PolicyStatus_loc'"),
        # The export does not have it, the reports do.
        ({"reportName": "DeviceStatusesByConfigurationProfile", "select": ["UserId"]}, "'UserId'"),
        ({"reportName": "DeviceStatusesByConfigurationProfile", "filter": "UserId eq 'a'"}, "'UserId'"),
        ({"reportName": "DeviceStatusesByConfigurationProfile", "format": "xml"}, "'xml' was not found"),
        ({"reportName": "DeviceStatusesByConfigurationProfile", "top": 5}, "The parameter 'top'"),
    ],
)
def test_what_an_export_does_not_take(graph: CatalogTenant, body: dict[str, Any], text: str) -> None:
    assert text in text_of(graph.call("POST", JOBS, body))


def test_polls_of_an_export_by_setting(graph: CatalogTenant) -> None:
    graph.put("settings", {"export_job_missing_polls": 1, "export_job_polls": 2, "export_job_empty_urls": 2})
    made = graph.call("POST", JOBS, {"reportName": "DeviceStatusesByConfigurationProfile"}).content
    path = f"{JOBS}/{made['id']}"
    assert graph.call("GET", path).status == 404
    seen = [graph.get(path) for _unused in range(5)]
    assert [job["status"] for job in seen] == ["inProgress"] * 2 + ["completed"] * 3
    assert [job["url"] for job in seen[:-1]] == [None, None, "", ""]
    assert seen[-1]["url"].startswith("https://")


def test_creating_an_export_needs_the_write_permission() -> None:
    graph = CatalogTenant(STATE, roles=READ_ONLY)
    assert graph.call("POST", JOBS, {"reportName": "DeviceStatusesByConfigurationProfile"}).status == 403
    assert graph.call("GET", f"{JOBS}('nosuch')").status == 404


def test_a_file_lies_on_another_host_and_takes_no_token(emulator: Emulator, tenant: str, seed: dict[str, Any]) -> None:
    caller = emulator.client(tenant, seed["apps"][0]["client_id"], seed["apps"][0]["secrets"][0])
    made = caller.call("POST", f"/beta/{JOBS}", json={"reportName": "DeviceStatusesByConfigurationProfile"}).json()
    done = [caller.call("GET", f"/beta/{JOBS}('{made['id']}')").json() for _unused in range(2)][-1]
    url = done["url"]
    assert url.startswith(emulator.url.replace("localhost", "127.0.0.1"))
    answer = emulator.session.get(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert len(zipfile.ZipFile(io.BytesIO(answer.content)).namelist()) == 1
    assert emulator.session.get(url, headers={"Authorization": f"Bearer {caller.token}"}).status_code == 400
    assert emulator.session.get(url[:-1]).status_code == 403
    assert emulator.session.get(f"{emulator.url}{DOWNLOADS}nosuch.zip").status_code == 403
    assert emulator.session.post(url).status_code == 405


def test_a_cached_report(graph: CatalogTenant) -> None:
    key = f"DeviceStatusesByConfigurationProfile_{TENANT}"
    body = {"id": key, "filter": f"PolicyId eq '{POLICY}'", "orderBy": ["DeviceName desc"], "select": ["DeviceName"]}
    made = graph.call("POST", CACHED, body)
    assert (made.status, made.content["id"], made.content["status"]) == (201, key, "inProgress")
    assert "not completed" in text_of(graph.call("POST", f"{REPORTS}/getCachedReport", {"id": key}))
    assert [graph.get(f"{CACHED}('{key}')")["status"] for _unused in range(2)] == ["inProgress", "completed"]
    found = rows(graph.call("POST", f"{REPORTS}/getCachedReport", {"id": key, "skip": 0, "top": 500}))
    assert found == [{"DeviceName": "PC-1"}, {"DeviceName": "PC-0"}]
    found = rows(graph.call("POST", f"{REPORTS}/getCachedReport", {"id": key, "orderBy": ["DeviceName"], "top": 1}))
    assert found == [{"DeviceName": "PC-0"}]


@pytest.mark.parametrize(
    "key", ["nosuch_1", "DeviceStatusesByConfigurationProfile", "DeviceStatusesByConfigurationProfile_a b", ""]
)
def test_wrong_ids_of_a_cached_report(graph: CatalogTenant, key: str) -> None:
    assert f"Id '{key}' is not valid" in text_of(graph.call("POST", CACHED, {"id": key}))


def test_an_unknown_cached_report(graph: CatalogTenant) -> None:
    assert graph.call("POST", f"{REPORTS}/getCachedReport", {"id": "nosuch"}).status == 404
    assert "is required" in text_of(graph.call("POST", f"{REPORTS}/getCachedReport", {}))
