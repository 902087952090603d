# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What fuzzing found: input that made the emulator fail, or that it took and could not show again."""

from __future__ import annotations

import uuid
from typing import Any

import jwt
import pytest

from graph_emulator.testing import Client, Emulator

from .conftest import POLICIES, SECRET, WINDOWS


def put(emulator: Emulator, name: str, text: str) -> tuple[int, str]:
    """PUT a text as it is to an admin endpoint: the status and what is said."""
    answer = emulator.session.put(f"{emulator.url}/_emulator/{name}", data=text.encode(), timeout=30)
    return answer.status_code, answer.json().get("error", "") if answer.status_code >= 400 else ""


@pytest.mark.parametrize("value", ["\u0084", "1\r\nX: y", "€"])
def test_a_retry_after_that_no_header_can_hold_is_refused(emulator: Emulator, value: str) -> None:
    answer = emulator.session.put(
        f"{emulator.url}/_emulator/faults", json=[{"kind": "throttle", "retry_after": value}], timeout=30
    )
    assert (answer.status_code, "faults[0].retry_after" in answer.text) == (400, True)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", '"\\ud800"', "[" * 100_000])
@pytest.mark.parametrize("name", ["settings", "faults", "state"])
def test_what_is_no_json_is_refused(emulator: Emulator, name: str, number: str) -> None:
    texts = {
        "settings": f'{{"intune_limits": {{"writes": {number}}}}}',
        "faults": f'[{{"kind": "slow", "seconds": {number}}}]',
        "state": f'{{"tenants": {{"t": {{"policies": [{{"policyPayload": {number}}}]}}}}}}',
    }
    status, said = put(emulator, name, texts[name])
    assert (status, "not JSON" in said) == (400, True)


def test_half_a_surrogate_pair_is_refused(graph: Client) -> None:
    body = f'{{"@odata.type": "{WINDOWS}", "priority": 1, "displayName": "\\ud800"}}'
    answer = graph.call("POST", POLICIES, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


@pytest.mark.parametrize("key", ["%0A", "a%0D%0Ab", "%00"])
def test_a_line_break_in_a_path_is_still_graphs(emulator: Emulator, graph: Client, key: str) -> None:
    answer = graph.call("GET", f"{POLICIES}/{key}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ResourceNotFound")
    assert [entry["path"] for entry in emulator.admin("GET", "journal")] == [f"{POLICIES}/{key}"]


@pytest.mark.parametrize(("top", "status"), [("9" * 5000, 200), ("0" * 5000, 400), ("0" * 30 + "1", 200), ("1_0", 400)])
def test_top_of_any_length(graph: Client, top: str, status: int) -> None:
    assert graph.call("GET", f"{POLICIES}?$top={top}").status_code == status


def test_keys_of_an_unknown_tenant_are_refused(emulator: Emulator, tenant: str) -> None:
    url = f"{emulator.url}/{{}}/discovery/v2.0/keys"
    assert emulator.session.get(url.format(tenant), timeout=30).status_code == 200
    refused = emulator.session.get(url.format(uuid.uuid4()), timeout=30)
    assert (refused.status_code, refused.json()["error_codes"]) == (400, [90002])


def test_an_assertion_with_an_empty_chain_is_refused(emulator: Emulator, tenant: str, seed: dict[str, Any]) -> None:
    app = seed["apps"][0]["client_id"]
    assertion = jwt.encode({"iss": app, "sub": app}, "x" * 64, "HS256", headers={"x5c": []})
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    answer = emulator.login(tenant, client_id=app, client_assertion=assertion, client_assertion_type=kind)
    assert (answer.status_code, answer.json()["error_codes"]) == (401, [700027])


def test_a_tenant_without_an_id_gets_one(emulator: Emulator, seed: dict[str, Any]) -> None:
    (made,) = emulator.admin("PUT", "state", {"tenants": {"": seed}})["tenants"]
    client = emulator.client(made, seed["apps"][0]["client_id"], SECRET)
    assert client.call("GET", POLICIES).status_code == 200


def test_a_policy_with_any_id_can_be_assigned(
    emulator: Emulator, tenant: str, seed: dict[str, Any], groups: list[str]
) -> None:
    key = "größe €"
    emulator.admin("PUT", "state", {"tenants": {tenant: {**seed, "policies": [{"id": key}]}}})
    client = emulator.client(tenant, seed["apps"][0]["client_id"], SECRET)
    target = {"@odata.type": "#microsoft.graph.officeConfigurationGroupAssignmentTarget", "groupId": groups[0]}
    made = client.call("POST", f"{POLICIES}/{key}/assignments", json={"target": target})
    assert made.status_code == 201
    there = client.session.get(
        made.headers["Location"], headers={"Authorization": f"Bearer {client.token}"}, timeout=30
    )
    assert there.json()["target"]["groupId"] == groups[0]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"policies": [{"checkinStatuses": [{"wasSuccessful": "yes"}]}]}, "wasSuccessful: must be of type bool"),
        ({"policies": [{"checkinStatuses": [{"appliedPolicies": [1]}]}]}, "appliedPolicies[0]: must be a string"),
        ({"policies": [{"userCheckinSummary": {"failedUserCount": -1}}]}, "failedUserCount: must be from 0"),
        ({"groups": [{"displayName": "G", "groupTypes": "Unified"}]}, "groups[0].groupTypes: must be of type list"),
        ({"apps": [{"federated": [{"issuer": "i", "subject": "s", "key": "k", "audience": 1}]}]}, "federated[0]."),
        ({"apps": [{"federated": [{"issuer": "i", "subject": "s", "key": "k"}]}]}, "federated[0].key"),
    ],
)
def test_a_state_that_could_not_be_shown_is_refused(emulator: Emulator, content: dict[str, Any], named: str) -> None:
    answer = emulator.session.put(f"{emulator.url}/_emulator/state", json={"tenants": {"t": content}}, timeout=30)
    assert (answer.status_code, named in answer.json()["error"]) == (400, True), answer.text


def test_null_in_a_state_is_as_good_as_left_out(emulator: Emulator, seed: dict[str, Any]) -> None:
    status = {"userId": "u", "wasSuccessful": None, "appliedPolicies": None}
    group = {"displayName": "G", "groupTypes": None}
    tenant = {**seed, "groups": [group], "policies": [{"checkinStatuses": [status]}]}
    (made,) = emulator.admin("PUT", "state", {"tenants": {str(uuid.uuid4()): tenant}})["tenants"]
    client = emulator.client(made, seed["apps"][0]["client_id"], SECRET)
    shown = client.call("GET", POLICIES).json()["value"][0]["checkinStatuses"][0]
    assert (shown["wasSuccessful"], shown["appliedPolicies"]) == (True, [])
    assert client.call("GET", "/v1.0/groups").json()["value"][0]["groupTypes"] == []


def test_an_echo_of_what_no_header_can_hold(emulator: Emulator, tenant: str) -> None:
    emulator.admin("PUT", "faults", [{"kind": "echo", "match": {"on": "login"}}])
    answer = emulator.login(tenant, client_id="x", client_secret="€\n")
    assert (answer.status_code, answer.headers["request-id"]) == (400, "%E2%82%AC%0A")


def test_another_method_of_an_admin_endpoint(emulator: Emulator) -> None:
    answer = emulator.session.post(f"{emulator.url}/_emulator/faults", timeout=30)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, PUT")
