# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The surface on the wire: the exact requests, bodies and readings of every operation."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._office.checkins import Listing
from ansible_collections.m365.apps.plugins.module_utils._office.codec import WIRE_NAMES
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, CONTENT, KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.fields import Field
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import Opaque
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, PolicyType
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Part
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    Create,
    Delete,
    PolicyWrite,
    Update,
    WritePart,
    Written,
)
from ansible_collections.m365.apps.tests.unit.office_values import office_policy
from ansible_collections.m365.apps.tests.unit.wire import LOST, POLICIES, Clock, Wire, refusal, written

PAYLOAD = CONTENT[0]

ID = "13a5ac73-ac73-13a5-73ac-a51373aca513"
URL = f"{POLICIES}/{ID}"
GROUP = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
LIVE = office_policy(ID, KINDS["windows"], "Zürich", "D", 7)
DRAFT = office_policy(None, KINDS["windows_security"], "Zürich", "", 7)
DOCUMENT = {
    "id": ID,
    "@odata.type": f"#{KINDS['windows'].name}",
    "displayName": "Zürich",
    "description": "D",
    "priority": 7,
}
ASSIGNMENT = {
    "id": "a1",
    "@odata.type": "#microsoft.graph.officeClientConfigurationAssignment",
    "target": {
        "@odata.type": "#microsoft.graph.officeConfigurationGroupAssignmentTarget",
        "groupId": GROUP.upper(),
    },
}


# List and get


def test_list_keeps_the_servers_order_through_all_pages(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("GET", POLICIES, json={"value": [{"id": "b"}], "@odata.nextLink": f"{POLICIES}?$skiptoken=x"})
    wire.expect("GET", f"{POLICIES}?$skiptoken=x", json={"value": [{"id": "a"}]})
    assert [policy.id for policy in surface.list_policies()] == ["b", "a"]


@pytest.mark.parametrize("item", [None, "text", 5, [], {}, {"id": ""}, {"id": "x", "priority": "high"}])
def test_a_list_with_an_unreadable_policy_is_an_error(wire: Wire, surface: OfficeSurface, item: t.Any) -> None:
    wire.expect("GET", POLICIES, json={"value": [DOCUMENT, item]})
    with pytest.raises(UserError, match="the list of Office policies: cannot read it: "):
        surface.list_policies()


def test_a_policy_on_two_pages_is_one_as_the_later_shows_it(wire: Wire, surface: OfficeSurface) -> None:
    link = f"{POLICIES}?$skiptoken=x"
    old, new = {**DOCUMENT, "displayName": "Old"}, {**DOCUMENT, "id": ID.upper()}
    wire.expect("GET", POLICIES, json={"value": [old, {"id": "b"}], "@odata.nextLink": link})
    wire.expect("GET", link, json={"value": [new]})
    assert [(policy.id, policy.display_name) for policy in surface.list_policies()] == [
        (ID.upper(), "Zürich"),
        ("b", ""),
    ]


def test_an_assignment_on_two_pages_is_one(wire: Wire, surface: OfficeSurface) -> None:
    link = f"{URL}/assignments?$skiptoken=x"
    wire.expect("GET", f"{URL}/assignments", json={"value": [ASSIGNMENT], "@odata.nextLink": link})
    wire.expect("GET", link, json={"value": [{**ASSIGNMENT, "id": "A1"}]})
    [assignments] = surface.read([Part(LIVE, ASSIGNMENTS)])
    assert [assignment.group_id for assignment in assignments] == [GROUP]


@pytest.mark.parametrize("odd", [".", "..", " ..", "   "])
def test_an_id_that_leads_to_another_path_is_refused(wire: Wire, surface: OfficeSurface, odd: str) -> None:
    wire.expect("GET", POLICIES, json={"value": [DOCUMENT, {**DOCUMENT, "id": odd}]})
    with pytest.raises(UserError, match="its id must not be"):
        surface.list_policies()
    for use in (surface.get_policy, lambda policy_id: surface.read([Listing(policy_id)])):
        with pytest.raises(UserError, match="cannot use its id: an id must not be"):
            use(odd)
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("odd", "quoted"),
    [
        ("a/b", "a%2Fb"),
        ("../x", "..%2Fx"),
        ("a?b#c", "a%3Fb%23c"),
        ("%2e%2e", "%252e%252e"),
        ("a\\b", "a%5Cb"),
        ("a\r\n b", "a%0D%0A%20b"),
        ("$batch", "%24batch"),
    ],
)
def test_an_id_is_one_segment_of_the_path(wire: Wire, surface: OfficeSurface, odd: str, quoted: str) -> None:
    wire.expect("GET", f"{POLICIES}/{quoted}", json={**DOCUMENT, "id": odd})
    wire.expect("GET", f"{POLICIES}/{quoted}/assignments", json={"value": []})
    policy = surface.get_policy(odd)
    assert policy is not None
    assert surface.read([Part(policy, ASSIGNMENTS)]) == [()]


@pytest.mark.parametrize("document", [DOCUMENT, {"value": DOCUMENT}])
def test_get_reads_a_plain_and_a_wrapped_policy(wire: Wire, surface: OfficeSurface, document: t.Any) -> None:
    wire.expect("GET", URL, json=document)
    assert surface.get_policy(ID) == LIVE


def test_get_of_an_unknown_id_is_none(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("GET", URL, **refusal(404))
    assert surface.get_policy(ID) is None


@pytest.mark.parametrize("document", [[], "text", {}, {"value": [DOCUMENT]}])
def test_get_of_something_else_is_an_error(wire: Wire, surface: OfficeSurface, document: t.Any) -> None:
    wire.expect("GET", URL, json=document)
    with pytest.raises(UserError):
        surface.get_policy(ID)


def test_an_id_is_encoded_in_the_path(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("GET", f"{POLICIES}/a%2Fb%3Fc%20d%23", **refusal(404))
    assert surface.get_policy("a/b?c d#") is None


def test_null_payloads_of_an_inline_surface_are_none(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json={**DOCUMENT, "policyPayload": None})
    policy = OfficeSurface(client, inline_payloads=True).get_policy(ID)
    assert policy is not None
    assert policy.value("policy_payload") == {}


# Payloads


@pytest.mark.parametrize("field", CONTENT)
def test_a_payload_is_read_from_its_own_url(wire: Wire, surface: OfficeSurface, field: Field) -> None:
    wire.expect(
        "GET", f"{URL}/{WIRE_NAMES[field.name]}", body=b'\xef\xbb\xbf{"a": 1}', content_type="application/octet-stream"
    )
    assert surface.read([Part(LIVE, field)]) == [{"a": 1}]


@pytest.mark.parametrize("answer", [{"status": 204}, {"status": 200}, refusal(404), {"body": b"\xef\xbb\xbf"}])
def test_a_policy_without_a_payload(wire: Wire, surface: OfficeSurface, answer: dict[str, t.Any]) -> None:
    wire.expect("GET", f"{URL}/policyPayload", **answer)
    assert surface.read([Part(LIVE, PAYLOAD)]) == [{}]


def test_a_payload_that_is_not_json_twice_is_kept(wire: Wire, surface: OfficeSurface) -> None:
    for _unused in range(2):
        wire.expect("GET", f"{URL}/policyPayload", body=b"\x00\x01", content_type="application/octet-stream")
    assert surface.read([Part(LIVE, PAYLOAD)]) == [Opaque(b"\x00\x01")]


def test_a_payload_that_was_cut_off_is_read_again(wire: Wire, surface: OfficeSurface) -> None:
    other = f"{URL}/userPreferencePayload"
    wire.expect("GET", f"{URL}/policyPayload", body=b'{"a": [1', content_type="application/octet-stream")
    wire.expect("GET", other, body=b'{"b": 2}', content_type="application/octet-stream")
    wire.expect("GET", f"{URL}/policyPayload", body=b'{"a": [1]}', content_type="application/octet-stream")
    assert surface.read([Part(LIVE, field) for field in CONTENT]) == [{"a": [1]}, {"b": 2}]


def test_an_html_page_is_not_a_payload(wire: Wire, surface: OfficeSurface) -> None:
    for _unused in range(3):
        wire.expect("GET", f"{URL}/policyPayload", body="<html>", content_type="text/html; charset=utf-8")
    with pytest.raises(UserError, match=r"cannot read its policyPayload: .* an HTML page .*\(tried 3 times in 2 s\)"):
        surface.read([Part(LIVE, PAYLOAD)])


def test_an_empty_html_page_is_not_an_empty_payload(wire: Wire, surface: OfficeSurface) -> None:
    for _unused in range(3):
        wire.expect("GET", f"{URL}/policyPayload", content_type="text/html")
    with pytest.raises(UserError, match="an HTML page"):
        surface.read([Part(LIVE, PAYLOAD)])


def test_a_payload_behind_a_page_is_read_with_the_next_try(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("GET", f"{URL}/policyPayload", body="<html>", content_type="text/html")
    wire.expect("GET", f"{URL}/policyPayload", body='{"a": 1}', content_type="application/octet-stream")
    assert surface.read([Part(LIVE, PAYLOAD)]) == [{"a": 1}]


@pytest.mark.parametrize("field", CONTENT)
def test_a_payload_is_put_as_raw_bytes(wire: Wire, surface: OfficeSurface, field: Field) -> None:
    wire.expect("PUT", f"{URL}/{WIRE_NAMES[field.name]}", status=204)
    written(surface, WritePart(LIVE, field, {"b": "Zürich", "a": [1]}))
    assert wire.body() == '{"b":"Zürich","a":[1]}'.encode()
    assert wire.sent[0].headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(("value", "data"), [({}, b"{}"), ([], b"[]")])
def test_an_empty_payload_is_put_as_its_json(wire: Wire, surface: OfficeSurface, value: t.Any, data: bytes) -> None:
    wire.expect("PUT", f"{URL}/policyPayload", status=200)
    written(surface, WritePart(LIVE, PAYLOAD, value))
    assert wire.body() == data


# Create, update, delete


def test_create_posts_the_draft_once(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("POST", POLICIES, status=201, json={**DOCUMENT, "id": "new"})
    assert written(surface, Create(DRAFT)).policy_id == "new"
    assert (
        wire.body()
        == (
            '{"@odata.type": "#microsoft.graph.windowsOfficeClientSecurityConfiguration", '
            '"displayName": "Zürich", "description": "", "priority": 7}'
        ).encode()
    )


def test_update_patches_the_given_fields(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("PATCH", URL, status=204)
    written(surface, Update(LIVE, {"display_name": "B", "description": ""}))
    assert wire.body() == (
        b'{"@odata.type": "#microsoft.graph.windowsOfficeClientConfiguration", "displayName": "B", "description": ""}'
    )


def test_update_of_an_unknown_type_sends_that_type(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("PATCH", URL, json=DOCUMENT)
    mac = office_policy(ID, PolicyType("microsoft.graph.macOfficeClientConfiguration"), "A")
    written(surface, Update(mac, {"priority": 1}))
    assert wire.json() == {"@odata.type": "#microsoft.graph.macOfficeClientConfiguration", "priority": 1}


@pytest.mark.parametrize("write", [Update(LIVE, {"priority": 1}), WritePart(LIVE, PAYLOAD, {}), Delete(LIVE)])
@pytest.mark.parametrize("answer", [{"body": "no JSON"}, {"body": "{"}, {"content_type": "text/html"}])
def test_an_answer_that_nobody_needs_may_be_anything_but_a_page(
    wire: Wire, surface: OfficeSurface, write: PolicyWrite, answer: dict[str, t.Any]
) -> None:
    method, path = {
        Update: ("PATCH", ""),
        WritePart: ("PUT", "/policyPayload"),
        Delete: ("DELETE", ""),
    }[type(write)]
    wire.expect(method, f"{URL}{path}", **answer)
    assert written(surface, write) == Written()


def test_a_write_that_a_page_answers_is_sent_three_times_and_in_doubt(
    wire: Wire, surface: OfficeSurface, clock: Clock
) -> None:
    for _unused in range(3):
        wire.expect("PATCH", URL, body="<html>", content_type="text/html")
    with pytest.raises(UserError, match=r"cannot update priority: .* an HTML page") as caught:
        written(surface, Update(LIVE, {"priority": 1}))
    assert (caught.value.in_doubt, clock.slept) == (True, [0.5, 1.0])


@pytest.mark.parametrize("answer", [{"status": 204}, {"status": 200}, {"status": 202}, refusal(404)])
def test_delete_ends_with_the_policy_gone(wire: Wire, surface: OfficeSurface, answer: dict[str, t.Any]) -> None:
    wire.expect("DELETE", URL, **answer)
    assert written(surface, Delete(LIVE)) == Written()


def test_a_delete_whose_answer_was_lost_may_find_it_gone(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("DELETE", URL, body=LOST)
    wire.expect("DELETE", URL, **refusal(404))
    assert written(surface, Delete(LIVE)) == Written()


# Assignments


def test_assignments_are_read_to_the_last_page(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("GET", f"{URL}/assignments", json={"value": [], "@odata.nextLink": f"{URL}/assignments?p=2"})
    wire.expect("GET", f"{URL}/assignments?p=2", json={"value": [ASSIGNMENT]})
    assert [(found.id, found.group_id) for found in surface.read([Part(LIVE, ASSIGNMENTS)])[0]] == [("a1", GROUP)]


@pytest.mark.parametrize("item", [None, "text", {"id": "a1", "target": "text"}, {"id": "a1", "target": [1]}])
def test_an_unreadable_assignment_is_an_error(wire: Wire, surface: OfficeSurface, item: t.Any) -> None:
    wire.expect("GET", f"{URL}/assignments", json={"value": [item]})
    with pytest.raises(UserError, match="cannot read its assignments"):
        surface.read([Part(LIVE, ASSIGNMENTS)])


def test_assign_replaces_the_whole_collection(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("POST", f"{URL}/assign", json={"value": [ASSIGNMENT]})
    unknown = Assignment(None, "a2", {"@odata.type": "#microsoft.graph.someTarget", "x": [1]})
    told = written(surface, WritePart(LIVE, ASSIGNMENTS, (Assignment(GROUP), unknown))).assignments
    assert [(found.id, found.group_id) for found in told or ()] == [("a1", GROUP)]
    assert wire.body() == (
        b'{"officeConfigurationAssignments": ['
        b'{"@odata.type": "#microsoft.graph.officeClientConfigurationAssignment", "target": '
        b'{"@odata.type": "#microsoft.graph.officeConfigurationGroupAssignmentTarget", '
        b'"groupId": "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"}}, '
        b'{"@odata.type": "#microsoft.graph.officeClientConfigurationAssignment", "target": '
        b'{"@odata.type": "#microsoft.graph.someTarget", "x": [1]}}]}'
    )


def test_assigning_nothing_clears(wire: Wire, surface: OfficeSurface) -> None:
    wire.expect("POST", f"{URL}/assign", json={"value": []})
    assert written(surface, WritePart(LIVE, ASSIGNMENTS, ())).assignments == ()
    assert wire.json() == {"officeConfigurationAssignments": []}


@pytest.mark.parametrize("answer", [{"status": 204}, {"json": {}}, {"json": {"value": None}}])
def test_an_assign_that_tells_nothing_is_taken_as_done(wire: Wire, surface: OfficeSurface, answer: t.Any) -> None:
    wire.expect("POST", f"{URL}/assign", **answer)
    assert written(surface, WritePart(LIVE, ASSIGNMENTS, (Assignment(GROUP),))).assignments == (Assignment(GROUP),)
