# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors that real tenants were seen to answer with, as sentences that a user can act on."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.explain import NAMED_BY_ID, RULES, WRITE_PERMISSION
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.explain import explained
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Wire

PATH = "/deviceManagement/configurationPolicies"
IDS = " - Operation ID (for customer support): 0000 - Activity ID: a-1 - Url: https://proxy.test/DCV2GraphService/x?a=1"


def nested(text: str, layers: int = 1) -> str:
    message = json.dumps({"_version": 3, "Message": text + IDS, "CustomApiErrorPhrase": "", "HttpHeaders": "{}"})
    for _layer in range(layers - 1):
        message = json.dumps({"ErrorCode": "Forbidden", "Message": message, "Target": None})
    return message


def error_of(
    wire: Wire,
    client: GraphClient,
    text: str,
    status: int = 400,
    code: str = "BadRequest",
    layers: int = 1,
    **more: t.Any,
) -> UserError:
    """Return what the user is told of an answer with this message."""
    method = more.get("method", "POST")
    body = {"error": {"code": code, "message": nested(text, layers)}}
    wire.expect(method, f"{GRAPH}/beta{PATH}", status=status, json=body)
    with pytest.raises(UserError) as caught, explained("policy 'Mine'", "create it", WRITE_PERMISSION, rules=RULES):
        client.call(method, PATH)
    return caught.value


@pytest.mark.parametrize(
    ("text", "cause", "step"),
    [
        (
            "Added a tag which is not allowed by the current role: 0",
            "the role of this login does not allow the scope tag 0, and a new policy without scope_tags gets 0",
            "Give scope_tags that the role allows.",
        ),
        (
            "Scope Tags validation failed : Filters 0f9d5f0e-8f6b , Validated filters  ",
            "this tenant has no assignment filter 0f9d5f0e-8f6b, or this login cannot see it",
            "Check the filter of each group, all_users and all_devices.",
        ),
        (
            "Invalid GroupId : a_b provided, a valid AADGroupId is expected.",
            "Graph does not take a_b for the id of a group",
            "Check groups and exclude_groups.",
        ),
        (
            "dCV2Policy.Settings : The Settings field is required.",
            "a policy needs 1 to 5,000 settings",
            "Give at least one entry in settings, or delete the policy with state: absent.",
        ),
        ("dCV2Policy.Settings : Count is not >= 1 and <= 5000", "a policy needs 1 to 5,000 settings", "Give at least"),
        (
            "dCV2Policy.Description : The field Description must be a string with a maximum length of 1000.",
            "its description is longer than 1000 characters",
            "Shorten description.",
        ),
        (
            (
                "user_a: Selected option user_a_1 with dependent settings doesnt contain required dependent settings. "
                "Required dependent settings are user_a_b"
            ),
            "the option user_a_1 needs the settings user_a_b as well",
            "Correct settings; catalog_file takes the definitions that this tenant has now.",
        ),
        (
            "Selected Option user_a_9 does not match with the list of expected options: user_a_1, user_a_2",
            "this tenant does not know the option user_a_9; it allows user_a_1, user_a_2",
            "Correct settings",
        ),
        (
            "Setting contains parent setting that are not present in the policy",
            "one of its settings is a part of another setting, which the policy does not have",
            "Give it as a value of the setting that it belongs to.",
        ),
        (
            "Setting with technology applicability EdgeMAM does not match with the policy's technology applicability",
            "one of its settings is for EdgeMAM, not for devices that are managed with MDM",
            "Remove that setting.",
        ),
        (
            "Simple Setting has unexpected value. Expected value type Secret does not match actual value type String",
            "a value of one of its settings is of type String, not Secret",
            "Correct settings",
        ),
        (
            "settings[0].GroupSettingCollectionValue : Count is not >= 0 and <= 200",
            "a list in one of its settings has more than 200 members, which is the most that this tenant takes",
            "Shorten the list.",
        ),
        (
            "Invalid Reference id found in Policy created from Template 9031_1",
            "the policy was made from a template",
            "Change such a policy in the Intune admin center.",
        ),
        (
            "A type named 'microsoft.graph.other' could not be resolved by the model.",
            "this Graph does not know the type microsoft.graph.other",
            "Check raw entries of settings, and api_version.",
        ),
        (
            "Platform, PolicyType, and CreationSource cannot be changed once created.",
            "the platform, the type and the origin of a policy cannot change",
            "Create a new policy and delete this one.",
        ),
        (
            "No OData route exists that match template ~/singleton/navigation/key with http verb PUT for request /x",
            "this Graph does not take this kind of call any more",
            "Look for a newer version of the collection",
        ),
        (
            "Header 'x-msft-approval-justification' is required to request approval",
            "this tenant wants each change approved by a second administrator, and none was asked for",
            "Give approval_reason and approval_codes so that the run files a request, or let an administrator exclude",
        ),
        (
            "An active Approval Request already exists for this entity",
            "a request to change this policy is waiting for a second administrator",
            "Run it again when that request is done, is cancelled or has expired.",
        ),
        (
            (
                "Approval Required. Request Approval using the request ID returned as part of the x-msft-approval-code "
                "response header. x-msft-approval-code: 1-2"
            ),
            "the change waits for a second administrator, and is not done yet",
            "Let a second administrator decide it, then run it again.",
        ),
    ],
)
@pytest.mark.parametrize("status", [400, 403])
def test_a_known_text_is_a_cause_and_a_next_step(
    wire: Wire, client: GraphClient, text: str, cause: str, step: str, status: int
) -> None:
    error = error_of(wire, client, text, status)
    told, _mark, rest = str(error).partition(" (Graph answered ")
    assert told.startswith(f"policy 'Mine': cannot create it: {cause}")
    assert f"{status} BadRequest: {text.split('.', maxsplit=1)[0].strip()}" in rest
    assert "(operation id 0000, activity id a-1)" in rest
    assert ". " + step in rest


@pytest.mark.parametrize("code", ["ResourceNotFound", "resourceNotFound"])
def test_400_resource_not_found_is_absence(wire: Wire, client: GraphClient, code: str) -> None:
    error = error_of(wire, client, "An error has occurred", 400, code)
    assert error.absent
    assert "Intune has no such object, or this login cannot see it" in str(error)


def test_404_is_absence(wire: Wire, client: GraphClient) -> None:
    assert error_of(wire, client, "no", 404, "NotFound").absent


@pytest.mark.parametrize("segment", ["deviceManagement", "configurationPolicies"])
@pytest.mark.parametrize("status", [400, 404])
def test_a_missing_segment_is_not_absence(wire: Wire, client: GraphClient, segment: str, status: int) -> None:
    error = error_of(wire, client, f"Resource not found for the segment '{segment}'.", status)
    assert not error.absent
    assert "this Graph does not serve the settings catalog" in str(error)


def test_a_proxys_404_is_not_absence(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", f"{GRAPH}/beta{PATH}", status=404, body="<html></html>", content_type="text/html")
    with pytest.raises(UserError) as caught, explained("it", "read it", "P", rules=RULES):
        client.call("GET", PATH)
    assert not caught.value.absent


def test_an_unknown_text_is_told_as_it_is(wire: Wire, client: GraphClient) -> None:
    error = error_of(wire, client, "Something else")
    assert "Graph answered 400 BadRequest: Something else (operation id 0000, activity id a-1). Check the" in str(error)


@pytest.mark.parametrize(
    ("text", "word", "key"),
    [
        ("Added a tag which is not allowed by the current role: 7", "scope tag", "7"),
        (
            "Scope Tags validation failed : Filters 0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11 , Validated filters  ",
            "assignment filter",
            "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11",
        ),
    ],
)
def test_what_graph_names_by_its_id_is_found_in_the_sentence(
    wire: Wire, client: GraphClient, text: str, word: str, key: str
) -> None:
    """Its name is put there, where the run knows it."""
    found = NAMED_BY_ID.search(str(error_of(wire, client, text)))
    assert found is not None
    assert (found["word"], found["id"]) == (word, key)
