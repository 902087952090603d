# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of the settings catalogue, one by one: what public records say of create, replace, change and delete."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph_emulator.small_catalog import (
    MACROS,
    MACROS_CHILD,
    REPAIR,
    STORAGE_CHILD,
)

from .catalog import GROUPS, NOWHERE, CatalogTenant, Json, choice, message, new, simple, target

ROOT = "deviceManagement/configurationPolicies"
DEFAULT = [
    "createdDateTime",
    "creationSource",
    "description",
    "lastModifiedDateTime",
    "name",
    "platforms",
    "priorityMetaData",
    "roleScopeTagIds",
    "settingCount",
    "technologies",
    "id",
    "templateReference",
]
PLAIN = {"templateId": "", "templateFamily": "none", "templateDisplayName": None, "templateDisplayVersion": None}


@pytest.fixture
def graph() -> CatalogTenant:
    """A tenant without policies."""
    return CatalogTenant()


def members(entity: Json) -> list[str]:
    """Names of properties without control information."""
    return [name for name in entity if "@" not in name]


def test_a_create_answers_201_with_the_policy_and_without_its_settings(graph: CatalogTenant) -> None:
    answer = graph.call("POST", ROOT, new("A", description="d"))
    made = answer.content
    assert answer.status == 201
    assert members(made) == DEFAULT
    assert made["@odata.context"].endswith("/$metadata#deviceManagement/configurationPolicies/$entity")
    assert (made["settingCount"], made["roleScopeTagIds"], made["templateReference"]) == (1, ["0"], PLAIN)
    assert (made["creationSource"], made["priorityMetaData"]) == (None, None)
    assert answer.headers["Location"].endswith(f"{ROOT}('{made['id']}')")


@pytest.mark.parametrize("spelled", ["{root}/{id}", "{root}('{id}')", "{root}/{upper}"])
def test_both_key_styles(graph: CatalogTenant, spelled: str) -> None:
    key = graph.create("A")["id"]
    assert graph.get(spelled.format(root=ROOT, id=key, upper=key.upper()))["id"] == key


def test_a_policy_shows_its_default_properties_and_says_that_there_are_more(graph: CatalogTenant) -> None:
    key = graph.create("A")["id"]
    shown = graph.get(f"{ROOT}/{key}")
    assert members(shown) == DEFAULT
    assert "$select" in shown["@microsoft.graph.tips"]
    more = graph.get(f"{ROOT}/{key}?$select=isAssigned,disableEntraGroupPolicyAssignment,name")
    assert members(more) == ["isAssigned", "disableEntraGroupPolicyAssignment", "name"]
    assert "@microsoft.graph.tips" not in more
    assert more["@odata.context"].endswith("(isAssigned,disableEntraGroupPolicyAssignment,name)/$entity")


def test_dates_have_fractions_of_a_second(graph: CatalogTenant) -> None:
    assert len(graph.create("A")["createdDateTime"].partition(".")[2]) == len("1234567Z")


TYPE = "microsoft.management.services.api.deviceManagementConfigurationPolicy"
REFUSED: list[tuple[Json, str, str]] = [
    ({"settings": None}, "BadRequest", "dCV2Policy.Settings : The Settings field is required."),
    ({"settings": []}, "BadRequest", "dCV2Policy.Settings : Count is not >= 1 and <= 5000"),
    (
        {"settings": [{"settingInstance": choice(f"x{n}")} for n in range(5001)]},
        "BadRequest",
        "dCV2Policy.Settings : Count is not >= 1 and <= 5000",
    ),
    (
        {"description": "d" * 1001},
        "BadRequest",
        "dCV2Policy.Description : The field Description must be a string with a maximum length of 1000",
    ),
    ({"name": ""}, "BadRequest", "dCV2Policy.Name : The Name field is required."),
    ({"colour": 1}, "ModelValidationFailure", f"The property 'colour' does not exist on type '{TYPE}'"),
    ({"displayName": "x"}, "ModelValidationFailure", "The property 'displayName' does not exist"),
    ({"name": 5}, "ModelValidationFailure", "expected type 'Edm.String'"),
    ({"platforms": "windows11"}, "ModelValidationFailure", "deviceManagementConfigurationPlatforms"),
    ({"technologies": "mdm,wifi"}, "ModelValidationFailure", "deviceManagementConfigurationTechnologies"),
    ({"roleScopeTagIds": "0"}, "ModelValidationFailure", "Collection(Edm.String)"),
    ({"@odata.type": "#microsoft.graph.deviceConfiguration"}, "ModelValidationFailure", "could not be resolved by the"),
    ({"roleScopeTagIds": ["0", "99"]}, "BadRequest", "Scope Tags validation failed : Scope Tags 99"),
    (
        {"settings": [{"settingInstance": choice(MACROS)}]},
        "BadRequest",
        f"Required dependent settings are {MACROS_CHILD}",
    ),
    (
        {"settings": [{"settingInstance": simple(STORAGE_CHILD, 1)}]},
        "BadRequest",
        "Setting contains parent setting that are not present in the policy",
    ),
]


@pytest.mark.parametrize(("changes", "code", "said"), REFUSED)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_bodies_that_are_refused(graph: CatalogTenant, method: str, changes: Json, code: str, said: str) -> None:
    key = graph.create("A")["id"]
    before = graph.get(f"{ROOT}/{key}?$expand=settings")
    path = ROOT if method == "POST" else f"{ROOT}/{key}"
    body = {**new("B", roleScopeTagIds=["0"]), **changes}
    answer = graph.call(method, path, {name: value for name, value in body.items() if value is not None})
    assert (answer.status, answer.content["error"]["code"]) == (400, code), answer.content
    assert said in message(answer)
    assert graph.get(f"{ROOT}/{key}?$expand=settings") == before
    assert len(graph.get(ROOT)["value"]) == 1


def test_what_the_service_makes_is_skipped_in_a_body_and_annotations_too(graph: CatalogTenant) -> None:
    first = graph.create("A")
    whole = {**graph.get(f"{ROOT}('{first['id']}')?$expand=settings,assignments"), "isAssigned": True}
    answer = graph.call("POST", ROOT, {**whole, "#microsoft.graph.assign": {}})
    assert answer.status == 201
    assert answer.content["id"] != first["id"]


def test_names_are_not_unique(graph: CatalogTenant) -> None:
    graph.create("A")
    graph.create("A")
    assert [policy["name"] for policy in graph.get(ROOT)["value"]] == ["A", "A"]


def test_a_replace_answers_204_without_a_body_and_leaves_assignments_alone(graph: CatalogTenant) -> None:
    key = graph.create("A", description="old")["id"]
    graph.call("POST", f"{ROOT}/{key}/assign", {"assignments": [target("group", groupId=GROUPS[0])]})
    before = graph.get(f"{ROOT}/{key}/assignments")
    body = new("B", choice(REPAIR, "0"), choice(), description="new", roleScopeTagIds=["1"])
    body["settings"] = [{"id": "9", **item} for item in body["settings"]]
    answer = graph.call("PUT", f"{ROOT}('{key}')", body)
    assert (answer.status, answer.body()) == (204, b"")
    shown = graph.get(f"{ROOT}/{key}?$expand=settings")
    assert (shown["name"], shown["description"], shown["roleScopeTagIds"]) == ("B", "new", ["1"])
    assert (shown["settingCount"], [item["id"] for item in shown["settings"]]) == (2, ["0", "1"])
    assert graph.get(f"{ROOT}/{key}/assignments") == before
    assert shown["lastModifiedDateTime"] > shown["createdDateTime"]


def test_six_members_are_enough_for_a_replace(graph: CatalogTenant) -> None:
    key = graph.create("A")["id"]
    body = new("B", description="", roleScopeTagIds=["0"])
    assert sorted(body) == ["description", "name", "platforms", "roleScopeTagIds", "settings", "technologies"]
    assert graph.call("PUT", f"{ROOT}/{key}", body).status == 204


UNCHANGEABLE = "Platform, PolicyType, and CreationSource cannot be changed once created."


@pytest.mark.parametrize(
    "changes",
    [
        {"platforms": "macOS"},
        {"platforms": None},
        {"technologies": "mdm,microsoftSense"},
        {"creationSource": "Portal"},
        {"templateReference": {"templateId": "x_1", "templateFamily": "baseline"}},
        {"templateReference": {"templateId": "", "templateFamily": "baseline"}},
    ],
)
def test_a_replace_cannot_change_what_a_policy_is_for(graph: CatalogTenant, changes: Json) -> None:
    key = graph.create("A")["id"]
    body = {**new("B", roleScopeTagIds=["0"]), **changes}
    answer = graph.call("PUT", f"{ROOT}/{key}", {name: value for name, value in body.items() if value is not None})
    assert (answer.status, answer.content["error"]["code"]) == (400, "BadRequest")
    assert message(answer).startswith(UNCHANGEABLE)
    assert graph.get(f"{ROOT}/{key}")["name"] == "A"


def test_a_replace_with_the_same_source_and_plain_template_is_taken(graph: CatalogTenant) -> None:
    key = graph.create("A")["id"]
    whole = {**graph.get(f"{ROOT}/{key}?$expand=settings"), "templateReference": {"templateId": None}}
    assert graph.call("PUT", f"{ROOT}/{key}", whole).status == 204


def test_tags_null_are_refused_by_a_replace_and_left_out_they_are_reset(graph: CatalogTenant) -> None:
    key = graph.create("A", roleScopeTagIds=["1"])["id"]
    assert graph.call("PUT", f"{ROOT}/{key}", new("B", roleScopeTagIds=None)).status == 400
    assert graph.get(f"{ROOT}/{key}")["roleScopeTagIds"] == ["1"]
    assert graph.call("PUT", f"{ROOT}/{key}", new("B")).status == 204
    assert graph.get(f"{ROOT}/{key}")["roleScopeTagIds"] == ["0"]


def test_a_change_of_metadata_answers_200_with_the_policy(graph: CatalogTenant) -> None:
    key = graph.create("A", description="d")["id"]
    body = {"@odata.context": "x", "name": "B", "description": "", "unknown": 1}
    answer = graph.call("PATCH", f"{ROOT}/{key}", body)
    assert (answer.status, answer.content["name"], answer.content["description"]) == (200, "B", "")
    assert graph.get(f"{ROOT}/{key}")["settingCount"] == 1
    graph.put("settings", {"patch_status": 204})
    assert graph.call("PATCH", f"{ROOT}/{key}", {"roleScopeTagIds": ["1"]}).status == 204
    assert graph.get(f"{ROOT}/{key}")["roleScopeTagIds"] == ["1"]


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (
            {"settings": []},
            "ModelValidationFailure",
            f"Cannot apply PATCH to navigation property 'settings' on entity type '{TYPE}'.",
        ),
        ({"roleScopeTagIds": None}, "BadRequest", "RoleScopeTagIds field is required"),
        ({"description": "d" * 1001}, "BadRequest", "maximum length of 1000"),
        ({"platforms": "macOS"}, "BadRequest", UNCHANGEABLE),
        ({"name": None}, "BadRequest", "Name field is required"),
    ],
)
def test_changes_that_are_refused(graph: CatalogTenant, body: Json, code: str, said: str) -> None:
    key = graph.create("A")["id"]
    answer = graph.call("PATCH", f"{ROOT}/{key}", body)
    assert (answer.status, answer.content["error"]["code"]) == (400, code)
    assert said in message(answer)


def test_a_delete_answers_204_and_then_400(graph: CatalogTenant) -> None:
    key = graph.create("A")["id"]
    assert graph.call("DELETE", f"{ROOT}/{key}").status == 204
    again = graph.call("DELETE", f"{ROOT}/{key}")
    assert (again.status, again.content["error"]["code"]) == (400, "ResourceNotFound")


EVERYWHERE: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PUT", "", new("P")),
    ("PATCH", "", {"name": "B"}),
    ("DELETE", "", None),
    ("GET", "/settings", None),
    ("GET", "/settings/0", None),
    ("GET", "/assignments", None),
    ("POST", "/assign", {"assignments": []}),
    ("POST", "/createCopy", {"displayName": "B"}),
    ("POST", "/reorder", {"priority": 1}),
]


@pytest.mark.parametrize(("method", "part", "body"), EVERYWHERE)
def test_an_unknown_policy_is_400_with_json_text_as_the_message(
    graph: CatalogTenant, method: str, part: str, body: Any
) -> None:
    answer = graph.call(method, f"{ROOT}/{NOWHERE}{part}", body)
    assert (answer.status, answer.content["error"]["code"]) == (400, "ResourceNotFound")
    nested = json.loads(answer.content["error"]["message"])
    assert list(nested) == [
        "_version",
        "Message",
        "CustomApiErrorPhrase",
        "RetryAfter",
        "ErrorSourceService",
        "HttpHeaders",
    ]
    assert (nested["_version"], nested["RetryAfter"], nested["HttpHeaders"]) == (3, None, "{}")
    activity = answer.headers["client-request-id"]
    assert nested["Message"].startswith(
        "An error has occurred - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000 "
        f"- Activity ID: {activity} - Url: https://proxy."
    )
    assert ".manage.microsoft.com/DeviceConfigV2/DCV2GraphService/" in nested["Message"]
    assert f"/deviceManagement/configurationPolicies('{NOWHERE}')" in nested["Message"]
    assert nested["Message"].endswith("?api-version=5026-05-26")


@pytest.mark.parametrize(
    ("method", "part", "template"),
    [
        ("PATCH", "/settings/1", "~/singleton/navigation/key/navigation/key"),
        ("DELETE", "/settings('1')", "~/singleton/navigation/key/navigation/key"),
        ("POST", "/settings", "~/singleton/navigation/key/navigation"),
        ("POST", "/assignments", "~/singleton/navigation/key/navigation"),
        ("GET", "/assign", "~/singleton/navigation/key/action"),
    ],
)
def test_what_the_service_has_no_route_for(graph: CatalogTenant, method: str, part: str, template: str) -> None:
    key = graph.create("A")["id"]
    answer = graph.call(method, f"{ROOT}/{key}{part}", {"id": "1"})
    assert (answer.status, answer.content["error"]["code"]) == (400, "No method match route template")
    text = answer.content["error"]["message"]
    assert text.startswith(
        f"No OData route exists that match template {template} with http verb {method} for request "
        "/DeviceConfigV2/DCV2GraphService/"
    )
    assert f"/deviceManagement/configurationPolicies('{key}')" in text


@pytest.mark.parametrize("action", ["createCopy", "microsoft.graph.createCopy"])
def test_a_copy_has_settings_and_tags_and_no_assignments(graph: CatalogTenant, action: str) -> None:
    key = graph.create("A", roleScopeTagIds=["1"])["id"]
    graph.call("POST", f"{ROOT}/{key}/assign", {"assignments": [target("allDevices")]})
    answer = graph.call("POST", f"{ROOT}/{key}/{action}", {"displayName": "B", "description": "copy"})
    assert (answer.status, answer.content["name"], answer.content["description"]) == (200, "B", "copy")
    copied = answer.content["id"]
    assert answer.content["roleScopeTagIds"] == ["1"]
    assert graph.get(f"{ROOT}/{copied}/settings")["value"] == graph.get(f"{ROOT}/{key}/settings")["value"]
    assert graph.get(f"{ROOT}/{copied}/assignments")["value"] == []


def test_only_a_policy_with_a_priority_is_reordered(graph: CatalogTenant) -> None:
    key = graph.create("A")["id"]
    assert graph.call("POST", f"{ROOT}/{key}/reorder", {"priority": 1}).status == 400
