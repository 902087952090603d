# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies and assignments from and to Graph's JSON."""

from __future__ import annotations

import base64
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._ids import is_guid
from ansible_collections.m365.apps.plugins.module_utils._office.codec import (
    WIRE_NAMES,
    assignment_from_graph,
    assignment_to_graph,
    fields_to_graph,
    policy_from_graph,
    policy_to_graph,
)
from ansible_collections.m365.apps.plugins.module_utils._office.fields import CONTENT, KINDS
from ansible_collections.m365.apps.plugins.module_utils._policy.fields import Field
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import Opaque
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.tests.unit.office_values import office_policy

GROUP = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
GROUP_TARGET = "#microsoft.graph.officeConfigurationGroupAssignmentTarget"
READ_ONLY = {"id", "userCheckinSummary", "checkinStatuses", "lastModifiedDateTime", "assignments"}


def read(**document: t.Any) -> Policy:
    return policy_from_graph({"id": "p1", "displayName": "A", **document})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mark", ["", "#"])
def test_the_type_tells_the_kind_with_and_without_the_mark(kind: str, mark: str) -> None:
    policy = policy_from_graph({"id": "p1", "@odata.type": mark + KINDS[kind].name})
    assert (policy.kind, policy.type) == (kind, KINDS[kind])


def test_a_missing_type_means_the_collections_declared_type() -> None:
    assert read().kind == "office"


def test_an_unknown_type_has_no_kind_and_is_kept() -> None:
    policy = policy_from_graph({"id": "p1", "@odata.type": "#microsoft.graph.macOfficeClientConfiguration"})
    assert policy.kind is None
    assert policy.type.name == "microsoft.graph.macOfficeClientConfiguration"


def test_all_properties_are_read() -> None:
    policy = read(
        description="D",
        priority=7,
        lastModifiedDateTime="2026-11-23T08:15:00Z",
        userCheckinSummary={"succeededUserCount": 1},
        checkinStatuses=[{"userId": "u"}],
    )
    assert policy == office_policy(
        "p1",
        KINDS["office"],
        "A",
        "D",
        7,
        last_modified="2026-11-23T08:15:00Z",
        reports={"user_checkin_summary": {"succeededUserCount": 1}, "checkin_statuses": [{"userId": "u"}]},
    )


def test_nulls_are_nothing() -> None:
    nulls = dict.fromkeys(("displayName", "description", "priority", "@odata.type", "lastModifiedDateTime"))
    assert policy_from_graph({"id": "p1", **nulls}) == office_policy("p1", KINDS["office"], "")


def test_unknown_properties_are_passed_over() -> None:
    assert read(new={"a": 1}, **{"@odata.etag": "x"}) == read()


@pytest.mark.parametrize("priority", [0, 2**31 - 1])
def test_priorities_at_the_ends_are_kept(priority: int) -> None:
    assert read(priority=priority).value("priority") == priority


@pytest.mark.parametrize("document", [{}, {"id": None}, {"id": ""}, {"displayName": "A"}])
def test_a_policy_without_an_id_is_refused(document: dict[str, t.Any]) -> None:
    with pytest.raises(ValueError, match="without an id"):
        policy_from_graph(document)


@pytest.mark.parametrize("field", CONTENT)
def test_a_payload_that_is_not_there_was_not_read(field: Field) -> None:
    assert field.of(read()) is UNSET


@pytest.mark.parametrize("field", CONTENT)
def test_a_null_payload_says_nothing_where_payloads_are_streams(field: Field) -> None:
    assert field.of(read(**{WIRE_NAMES[field.name]: None})) is UNSET


@pytest.mark.parametrize("field", CONTENT)
def test_a_null_payload_means_none_where_payloads_are_inline(field: Field) -> None:
    policy = policy_from_graph({"id": "p1", WIRE_NAMES[field.name]: None}, inline_payloads=True)
    assert field.of(policy) == {}


@pytest.mark.parametrize("field", CONTENT)
@pytest.mark.parametrize(
    ("text", "payload"),
    [
        (base64.b64encode(b'{"a":1}').decode(), {"a": 1}),
        ("", {}),
        (base64.b64encode(b"text").decode(), Opaque(b"text")),
    ],
)
def test_an_inline_payload_is_read(field: Field, text: str, payload: t.Any) -> None:
    assert field.of(read(**{WIRE_NAMES[field.name]: text})) == payload


@pytest.mark.parametrize("kind", KINDS)
def test_a_create_carries_the_concrete_type_with_the_mark_and_no_server_field(kind: str) -> None:
    draft = office_policy(
        "p1",
        KINDS[kind],
        "A",
        "D",
        0,
        assignments=(Assignment(GROUP),),
        last_modified="2026",
        reports={"user_checkin_summary": {}, "checkin_statuses": []},
    )
    body = policy_to_graph(draft)
    assert body == {"@odata.type": f"#{KINDS[kind].name}", "displayName": "A", "description": "D", "priority": 0}
    assert not READ_ONLY & set(body)


def test_a_create_carries_payloads_that_are_set() -> None:
    body = policy_to_graph(
        office_policy(None, KINDS["windows"], "A", policy_payload={"a": 1}, user_preference_payload={})
    )
    assert base64.b64decode(body["policyPayload"]) == b'{"a":1}'
    assert base64.b64decode(body["userPreferencePayload"]) == b"{}"


def test_a_change_carries_the_concrete_type_and_the_changed_fields_only() -> None:
    assert fields_to_graph(KINDS["windows"].name, {"display_name": "B", "policy_payload": []}) == {
        "@odata.type": "#microsoft.graph.windowsOfficeClientConfiguration",
        "displayName": "B",
        "policyPayload": "W10=",
    }


@pytest.mark.parametrize("field", ["id", "assignments", "last_modified", "reports", "type"])
def test_no_server_field_can_be_sent(field: str) -> None:
    with pytest.raises(KeyError):
        fields_to_graph(KINDS["windows"].name, {field: "x"})


def test_messages_name_a_policy_with_its_id() -> None:
    assert read().named() == "policy 'A' (id p1)"
    assert office_policy(None, KINDS["windows"], "A").named() == "policy 'A'"


def test_the_names_of_payloads() -> None:
    assert [WIRE_NAMES[field.name] for field in CONTENT] == ["policyPayload", "userPreferencePayload"]


@pytest.mark.parametrize(
    ("text", "guid"),
    [
        (GROUP, True),
        (GROUP.upper(), True),
        (GROUP[:-1], False),
        (GROUP + "0", False),
        (GROUP.replace("-", ""), False),
        (f"{{{GROUP}}}", False),
        (f"{GROUP}\n", False),
        ("", False),
        ("All Staff", False),
    ],
)
def test_guids(text: str, guid: bool) -> None:
    assert is_guid(text) is guid


# Assignments


def target(odata_type: str | None, **properties: t.Any) -> dict[str, t.Any]:
    return properties if odata_type is None else {"@odata.type": odata_type, **properties}


@pytest.mark.parametrize("odata_type", [GROUP_TARGET, GROUP_TARGET[1:], None])
def test_a_group_target_is_read_with_and_without_mark_or_type(odata_type: str | None) -> None:
    assignment = assignment_from_graph({"id": "a1", "target": target(odata_type, groupId=GROUP.upper())})
    assert (assignment.group_id, assignment.id) == (GROUP, "a1")


def test_a_group_is_sent_with_both_concrete_types_and_no_id() -> None:
    assert assignment_to_graph(Assignment(GROUP, "a1")) == {
        "@odata.type": "#microsoft.graph.officeClientConfigurationAssignment",
        "target": {"@odata.type": GROUP_TARGET, "groupId": GROUP},
    }


UNKNOWN_TARGETS = [
    target("#microsoft.graph.allDevicesAssignmentTarget"),
    target("#microsoft.graph.exclusionGroupAssignmentTarget", groupId=GROUP),
    target("#microsoft.graph.someTarget", filter={"id": "f", "type": "include"}),
    target("#microsoft.graph.officeConfigurationAssignmentTarget"),
]


@pytest.mark.parametrize("unknown", UNKNOWN_TARGETS)
def test_an_unknown_target_is_no_group(unknown: dict[str, t.Any]) -> None:
    assert assignment_from_graph({"id": "a1", "target": unknown}).group_id is None


@pytest.mark.parametrize("unknown", UNKNOWN_TARGETS)
def test_an_unknown_target_is_sent_back_unchanged(unknown: dict[str, t.Any]) -> None:
    assert assignment_to_graph(assignment_from_graph({"id": "a1", "target": unknown}))["target"] == unknown


def test_unknown_targets_are_told_apart_by_all_they_hold() -> None:
    keys = {assignment_from_graph({"target": unknown}).key for unknown in UNKNOWN_TARGETS}
    assert len(keys) == len(UNKNOWN_TARGETS)


def test_the_key_does_not_depend_on_the_order_of_properties() -> None:
    one, other = {"a": 1, "@odata.type": "#x"}, {"@odata.type": "#x", "a": 1}
    assert assignment_from_graph({"target": one}).key == assignment_from_graph({"target": other}).key


@pytest.mark.parametrize("document", [{}, {"target": None}, {"target": {}}])
def test_an_assignment_without_a_target_is_no_group(document: dict[str, t.Any]) -> None:
    assert assignment_from_graph(document).group_id is None
