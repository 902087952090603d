# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trace of the emulator checks clean against it, and not against one that answers otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trace_check.__main__ import main, report
from trace_check.compare import differences
from trace_check.reading import TraceError, read_trace
from trace_check.replay import Result, check, settings_of
from trace_check.statuses import DEVICES, SETTINGS

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import ApprovalError, GraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Call as Request
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import RetryPolicy
from ansible_collections.m365.apps.plugins.module_utils._graph.session import Connection
from ansible_collections.m365.apps.plugins.module_utils._module.trace_tables import TABLES
from ansible_collections.m365.apps.plugins.module_utils._trace.tracer import Tracer
from graph_emulator.testing import Client, Emulator

CATALOG = "/deviceManagement/configurationPolicies"
OFFICE = "/officeConfiguration/clientConfigurations"
WINDOWS = "#microsoft.graph.windowsOfficeClientConfiguration"
GROUP = "11111111-0000-4000-8000-000000000001"
POLICY = "22222222-0000-4000-8000-000000000001"
UPDATES = (
    "device_vendor_msft_policy_config_office16v2~policy~l_microsoftofficemachine~l_updates_l_enableautomaticupdates"
)
CHOICE = "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance"
SETTING = {
    "settingInstance": {
        "@odata.type": CHOICE,
        "settingDefinitionId": UPDATES,
        "choiceSettingValue": {"value": f"{UPDATES}_1", "children": []},
    }
}
STATE: dict[str, Any] = {
    "groups": [{"id": GROUP, "displayName": "Payroll"}],
    "policies": [
        {"displayName": "Strong", "priority": 1, "policyPayload": [{"settingId": "a"}], "assignments": [GROUP]},
        {"displayName": "Weak", "priority": 2},
    ],
    "catalog_policies": [
        {
            "id": f"{POLICY[:-2]}{place + 10}",
            "name": f"Policy {place:02}",
            "settings": [SETTING] * (place % 3),
            "assignments": [GROUP] * (place % 2),
        }
        for place in range(30)
    ],
    "assignment_filters": [{"displayName": "Corporate", "rule": "(x)"}],
    "scope_tags": ["Finance"],
    "device_statuses": [
        {"PolicyId": f"{POLICY[:-2]}10", "DeviceName": f"PC-{status}", "UPN": "ada@contoso.com", "PolicyStatus": status}
        | ({"settings": [{"SettingId": UPDATES, "SettingStatus": status}]} if status == 5 else {})
        for status in (2, 5, 6)
    ],
}


@pytest.fixture
def seed(seed: dict[str, Any]) -> dict[str, Any]:
    """The state of the test's tenant."""
    return {**seed, **STATE}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the trace is."""
    tmp_path.chmod(0o700)
    return tmp_path / "trace.jsonl"


@pytest.fixture
def traced(emulator: Emulator, graph: Client, path: Path) -> GraphClient:
    """The collection's own client of the test's tenant, with a trace."""
    url, ca_path = emulator.url, emulator.ready["ca_path"]
    connection = Connection(url, url, ca_path=ca_path, watcher=Tracer(str(path), TABLES))
    return GraphClient(connection, ReadyToken(graph.token), RetryPolicy(0), batching=True)


def ids_of(client: GraphClient, path: str) -> list[str]:
    """The ids of the entities of a collection, to its end."""
    return [item["id"] for item in client.pages(path)]


def office(client: GraphClient) -> None:
    """Read and write policies of officeConfiguration, as the modules do."""
    policies = ids_of(client, OFFICE)
    reads = [Request("GET", f"{OFFICE}/{key}/policyPayload", json_answer=False) for key in policies]
    reads += [Request("GET", f"{OFFICE}/{key}/assignments") for key in policies]
    list(client.many(reads))
    name = {"$filter": "displayName eq 'Payroll'", "$select": "id,displayName"}
    client.call("GET", "/groups", version="v1.0", params=name)
    body = {"@odata.type": WINDOWS, "displayName": "New", "priority": 3}
    made = client.call("POST", OFFICE, json_body=body).json()["id"]
    data = json.dumps([{"settingId": "excel16;L_VBAWarningsPolicy", "value": "3"}]).encode()
    target = {"@odata.type": "#microsoft.graph.officeConfigurationGroupAssignmentTarget", "groupId": GROUP}
    kind = "#microsoft.graph.officeClientConfigurationAssignment"
    assign = {"officeConfigurationAssignments": [{"@odata.type": kind, "target": target}]}
    writes = [
        Request("PUT", f"{OFFICE}/{made}/policyPayload", data=data, content_type="application/octet-stream"),
        Request("POST", f"{OFFICE}/{made}/assign", json_body=assign),
        Request("PATCH", f"{OFFICE}/{policies[0]}", json_body={"@odata.type": WINDOWS, "description": "Told"}),
    ]
    list(client.many(writes))
    list(client.many([Request("GET", f"{OFFICE}/{made}"), Request("GET", f"{OFFICE}/{made}/policyPayload")]))
    list(client.many([Request("DELETE", f"{OFFICE}/{policies[1]}"), Request("GET", f"{OFFICE}/{policies[1]}")]))
    ids_of(client, OFFICE)


def catalog(client: GraphClient) -> None:
    """Read and write policies of the settings catalogue, as the modules do."""
    policies = ids_of(client, CATALOG)
    client.call("GET", f"{CATALOG}?$top=7")
    some = policies[:4]
    list(client.many([Request("GET", f"{CATALOG}/{key}?$expand=settings") for key in some]))
    list(client.many([Request("GET", f"{CATALOG}/{key}/assignments") for key in some]))
    client.call("GET", "/deviceManagement/assignmentFilters?$select=id,displayName,platform")
    client.call("GET", "/deviceManagement/roleScopeTags?$select=id,displayName")
    client.call("GET", f"/deviceManagement/configurationSettings/{UPDATES}")
    body = {
        "name": "New",
        "description": "",
        "platforms": "windows10",
        "technologies": "mdm",
        "roleScopeTagIds": ["0"],
        "settings": [SETTING],
        "templateReference": {"templateId": "", "templateFamily": "none"},
    }
    made = client.call("POST", CATALOG, json_body=body).json()["id"]
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": GROUP}
    writes = [
        Request("POST", f"{CATALOG}/{made}/assign", json_body={"assignments": [{"target": target}]}),
        Request("PUT", f"{CATALOG}/{some[0]}", json_body={**body, "name": "Other"}, json_answer=False),
        Request("PATCH", f"{CATALOG}/{some[1]}", json_body={"description": "Told"}),
    ]
    list(client.many(writes))
    reads = [f"{CATALOG}/{made}?$expand=settings", f"{CATALOG}/{made}/assignments", f"{CATALOG}/{some[0]}"]
    list(client.many([Request("GET", each) for each in reads]))
    for refused in (
        Request("DELETE", f"{CATALOG}/{GROUP}"),
        Request("POST", CATALOG, json_body={**body, "settings": []}),
    ):
        assert isinstance(client.ask(refused), GraphError)


def reports(client: GraphClient) -> None:
    """Read how policies went on devices, alone and in a batch, and the settings that failed."""
    policies = ids_of(client, CATALOG)
    asked = {"select": [], "skip": 0, "top": 50, "orderBy": [], "search": ""}
    devices, settings = (f"/deviceManagement/reports/{name}" for name in (DEVICES, SETTINGS))
    base = "(PolicyBaseTypeName eq 'DeviceManagementConfigurationPolicy') and "
    told = [{**asked, "filter": f"{base}(PolicyId eq '{key}')"} for key in policies[:3]]
    client.call("POST", devices, json_body=told[0])
    client.call("POST", settings, json_body={**asked, "filter": f"(PolicyId eq '{policies[0]}')"})
    list(client.many([Request("POST", devices, json_body=each) for each in told]))


SURFACES = {"officeConfiguration": office, "the settings catalogue": catalog, "reports": reports}
Surface = Callable[[GraphClient], None]


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_our_own_trace_checks_clean(emulator: Emulator, traced: GraphClient, path: Path, surface: Surface) -> None:
    surface(traced)
    calls = read_trace(path)
    result = check(calls, emulator, {})
    assert report(result)[:-1] == []
    assert (result.sent, result.left_out, result.settings) == (len(calls), {}, {})
    assert result.sent > 4


# What a changed emulator does otherwise, and how that is told.
CHANGES: dict[str, tuple[Surface, dict[str, Any], str]] = {
    "a new member": (
        catalog,
        {"catalog_extra_fields": True},
        "value[].deploymentMode is not there, the emulator has it",
    ),
    "a status": (catalog, {"assign_status": 200}, "status 204, the emulator answers 200"),
    "a refusal": (catalog, {"catalog_put_refused": True}, "status 204, the emulator answers 400 (No method match"),
    "pages": (catalog, {"catalog_page_size": 10}, "value has 25 entries, the emulator's has 10"),
    "no page": (catalog, {"catalog_page_size": 90}, "@odata.nextLink is there, the emulator has no such member"),
    "no batch": (catalog, {"batch_enabled": False}, "POST /$batch: status 200, the emulator answers 400"),
    "a member less": (office, {"last_modified": False}, "lastModifiedDateTime is there, the emulator has no such"),
    "a shape": (office, {"wrap_get": True}, "GET /officeConfiguration/clientConfigurations/{id}: id is there"),
    "a body": (office, {"patch_status": 204}, "status 200, the emulator answers 204"),
    "an empty payload": (office, {"empty_payload": "not_found"}, "status 204, the emulator answers 404"),
    "text of an error": (office, {"nested_errors": True}, "error.message is"),
    "a withdrawn segment": (office, {"segment_withdrawn": True}, "Resource not found for the segment"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_emulator_does_not(emulator: Emulator, traced: GraphClient, path: Path, name: str) -> None:
    surface, settings, told = CHANGES[name]
    surface(traced)
    result = check(read_trace(path), emulator, settings)
    lines = report(result)
    assert any(told in line for line in lines[:-2]), "\n".join(lines)


def told_of(one: Any, other: Any) -> list[str]:
    """The sentences on two JSON values."""
    return list(differences(one, other, {}))


@pytest.mark.parametrize(
    ("told", "emulated", "sentence"),
    [
        ({"a": None}, {"a": "text-abcdefghijkl"}, "a is null, the emulator has text"),
        ({"a": 1}, {"a": "1"}, "a is a whole number, the emulator has '1'"),
        ({"a": 1}, {"a": 1.5}, "a is a whole number, the emulator has a number"),
        ({"a": True}, {"a": 1}, "a is true or false, the emulator has a whole number"),
        ({"a": []}, {"a": {}}, "a is a list, the emulator has an object"),
        ({"a": ""}, {"a": "text-abcdefghijkl"}, "a is '', the emulator has '<text>'"),
        ({"a": "none"}, {"a": "baseline"}, "a is 'none', the emulator has 'baseline'"),
        ({"@odata.count": 3}, {"@odata.count": 4}, "@odata.count is 3, the emulator has 4"),
        (
            {"a": "2001-01-01T00:00:00.12Z"},
            {"a": "2001-01-01T00:00:00Z"},
            "a is '<day>T<time>.<2 digits>Z', the emulator",
        ),
        ({"settings": [SETTING]}, {"settings": []}, "settings has 1 entries, the emulator's has 0"),
    ],
)
def test_what_counts_as_a_difference(told: Any, emulated: Any, sentence: str) -> None:
    assert any(sentence in each for each in told_of(told, emulated))


@pytest.mark.parametrize(
    ("told", "emulated"),
    [
        ({"a": "text-abcdefghijkl"}, {"a": "text-ponmlkjihgfe"}),
        ({"a": f"{GROUP}_{GROUP}"}, {"a": f"{GROUP[:-1]}2_{GROUP[:-1]}3"}),
        ({"a": "2001-01-01T00:00:00.12Z"}, {"a": "2002-02-02T11:11:11.34Z"}),
        ({"text-abcdefghijkl": 1, "b": 2}, {"text-ponmlkjihgfe": 3, "b": 4}),
        ({"a": 7, "b": True}, {"b": False, "a": 9}),
        (
            {"value": [{"id": "1", "x": 1}, {"id": "0", "x": None}]},
            {"value": [{"id": "0", "x": None}, {"id": "1", "x": 2}]},
        ),
    ],
)
def test_what_does_not(told: Any, emulated: Any) -> None:
    assert told_of(told, emulated) == []


def test_the_order_of_settings_is_told() -> None:
    other = json.loads(json.dumps(SETTING).replace(UPDATES, f"{UPDATES}2"))
    assert told_of([SETTING, other], [other, SETTING]) == ["the body is in another order"]


def test_what_a_moment_made_is_left_out(emulator: Emulator, traced: GraphClient, path: Path) -> None:
    emulator.admin("PUT", "faults", [{"kind": "throttle", "count": 1, "match": {"path": "configurationPolicies"}}])
    assert isinstance(traced.ask(Request("GET", CATALOG)), GraphError)
    traced.call("GET", CATALOG)
    traced.call("GET", "/deviceManagement/configurationSettings?$filter=contains(id,'vba')")
    result = check(read_trace(path), emulator, {})
    assert (result.sent, sorted(result.left_out.values()), result.differences) == (1, [1, 1], [])


def test_a_tenant_that_wants_approval_is_one(emulator: Emulator, traced: GraphClient, path: Path) -> None:
    emulator.admin("PUT", "settings", {"approval_required": True})
    first, *_others = ids_of(traced, CATALOG)
    asking = {"x-msft-approval-justification": "Zm9yIFBheXJvbGw="}
    change = Request("PATCH", f"{CATALOG}/{first}", json_body={"description": "Told"}, headers=asking)
    filed = traced.ask(change)
    assert isinstance(filed, ApprovalError)
    code = str(filed.approval.code)
    emulator.admin("POST", "approvals", {"id": code, "status": "approved"})
    done = Request("PATCH", change.path, json_body=change.json_body, headers={"x-msft-approval-code": code})
    assert not isinstance(traced.ask(done), GraphError)
    calls = read_trace(path)
    assert settings_of(calls) == {"approval_required": True, "approval_status": 403}
    assert report(check(calls, emulator, {}))[:-2] == []


@pytest.fixture
def short_trace(traced: GraphClient, path: Path) -> Path:
    """A trace with one read."""
    traced.call("GET", CATALOG)
    return path


def test_the_program_tells_by_its_exit_code(short_trace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(short_trace)]) == 0
    assert "1 requests sent, the emulator answers as the tenant did" in capsys.readouterr().out
    assert main([str(short_trace), "--settings", '{"catalog_extra_fields": true}']) == 1
    assert "deploymentMode" in capsys.readouterr().out
    assert main([str(short_trace), "--settings", '{"no such": 1}']) == 2
    assert "unknown setting" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("not JSON", "line 1"),
        ("[]", "JSON object"),
        ('{"format": "another"}', "not a trace"),
        ('{"format": "m365.apps/trace", "version": 9}', "version 1"),
        ('{"format": "m365.apps/trace", "version": 1}', "no request"),
        ('{"kind": "graph"}', "not as a trace has it"),
    ],
)
def test_a_file_that_is_no_trace_is_told(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "t").write_text(text)
    with pytest.raises(TraceError, match=word):
        read_trace(tmp_path / "t")


def test_the_same_difference_is_one_line() -> None:
    result = Result()
    assert report(result) == ["0 requests sent, the emulator answers as the tenant did"]
