# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports and cached reports of device management."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from graph_emulator import small_catalog as small
from graph_emulator.graph.catalog.exports import DOWNLOADS, download
from graph_emulator.testing import Emulator
from graph_emulator.wire import Call

from .catalog import TENANT, CatalogTenant
from .status_reports import (
    CACHED,
    JOBS,
    OTHER,
    POLICY,
    READ_ONLY,
    REPORTS,
    STATE,
    rows,
    text_of,
)


@pytest.fixture
def graph() -> CatalogTenant:
    """A tenant with three status rows."""
    return CatalogTenant(STATE)


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
