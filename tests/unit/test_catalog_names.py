# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignment filters and scope tags by name or id: which one is meant, and what is refused."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.names import Names
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Clock, Wire, refusal

FILTERS = (
    f"{GRAPH}/beta/deviceManagement/assignmentFilters?$select=id,displayName,platform,assignmentFilterManagementType"
)
TAGS = f"{GRAPH}/beta/deviceManagement/roleScopeTags?$select=id,displayName"
ONE, TWO, MAC = (f"0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e1{digit}" for digit in "123")
FILTER_ROWS = [
    {
        "id": ONE,
        "displayName": "Corporate",
        "platform": "windows10AndLater",
        "assignmentFilterManagementType": "devices",
    },
    {"id": TWO, "displayName": "Pilot ring", "platform": "windows10AndLater"},
    {"id": MAC, "displayName": "Macs", "platform": "macOS"},
]
TAG_ROWS = [{"id": "0", "displayName": "Default"}, {"id": "7", "displayName": "Berlin"}]


@pytest.fixture
def names(client: GraphClient) -> Names:
    return Names(client)


def expect_filters(wire: Wire, *rows: dict[str, t.Any]) -> None:
    wire.expect("GET", FILTERS, json={"value": [*FILTER_ROWS, *rows]})


def error_of(result: str | UserError) -> str:
    assert isinstance(result, UserError)
    return str(result)


@pytest.mark.parametrize("text", ["Corporate", ONE, ONE.upper()])
def test_a_filter_is_found_by_its_name_and_by_its_id(wire: Wire, names: Names, text: str) -> None:
    expect_filters(wire)
    assert names.filter_id(text) == ONE
    assert names.filter_id("Pilot ring") == TWO


@pytest.mark.parametrize("text", ["Berlin", "7"])
def test_a_tag_is_found_by_its_name_and_by_its_id(wire: Wire, names: Names, text: str) -> None:
    wire.expect("GET", TAGS, json={"value": TAG_ROWS})
    assert names.tag_id(text) == "7"
    assert names.tag_id("Default") == "0"
    assert not names.tags_refused


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        (MAC.replace("13", "99"), "Pilot ring", TWO),
        # An id that is there is the one, whatever it is called, also where another one has the name now.
        (ONE.upper(), "Pilot ring", ONE),
        (ONE, "Nobody's", ONE),
        ("Corporate", None, ONE),
    ],
)
def test_a_filter_is_found_by_its_id_then_by_the_name_that_it_had(
    wire: Wire, names: Names, text: str, name: str | None, found: str
) -> None:
    expect_filters(wire)
    assert names.filter_id(text, name) == found


@pytest.mark.parametrize(
    ("text", "name", "found"), [("9", "Berlin", "7"), ("7", "Berlin", "7"), ("7", "Its old name", "7")]
)
def test_a_tag_is_found_by_its_number_then_by_the_name_that_it_had(
    wire: Wire, names: Names, text: str, name: str, found: str
) -> None:
    wire.expect("GET", TAGS, json={"value": TAG_ROWS})
    assert names.tag_id(text, name) == found


def test_a_number_that_is_another_tag_here_is_refused(wire: Wire, names: Names) -> None:
    wire.expect("GET", TAGS, json={"value": [*TAG_ROWS, {"id": "9", "displayName": "Lyon"}]})
    assert error_of(names.tag_id("9", "Berlin")) == (
        "scope tag 'Berlin' (id 9): cannot tell which one is meant: here the number 9 is 'Lyon', and 'Berlin' is 7. "
        "Correct its number or its name."
    )


def test_one_that_is_gone_is_told_by_its_name(wire: Wire, names: Names) -> None:
    expect_filters(wire)
    assert error_of(names.filter_id("f-9", "Kiosks")) == (
        "assignment filter 'Kiosks' (id f-9): cannot find it: this tenant has no assignment filter with this name or "
        "id, or this login cannot see it. Make one with this name, or name another one in its place."
    )


def test_names_are_known_where_the_list_was_read(wire: Wire, names: Names) -> None:
    assert names.filter_names([ONE]) == {}
    expect_filters(
        wire,
        {"id": "f-4", "displayName": "Corporate"},
        {"id": "f-5", "displayName": " "},
        {"id": "f-6", "displayName": 6},
    )
    assert names.look_at(True, False) == []
    assert names.filter_names([TWO.upper(), "f-5", "f-6", "f-7"]) == {TWO: "Pilot ring"}
    # A name that several have does not tell which one is meant.
    assert names.filter_names(["f-4"]) == {ONE: "Corporate", "f-4": "Corporate"}


def test_a_list_that_is_only_shown_may_be_forbidden_and_nothing_else(wire: Wire, names: Names) -> None:
    wire.expect("GET", FILTERS, **refusal(403, "no", "Forbidden"))
    wire.expect("GET", TAGS, **refusal(400, "no", "BadRequest"))
    [warning] = names.look_at(True, False)
    assert warning.startswith("the names of assignment filters are left out")
    assert names.filter_names([ONE]) == {}
    with pytest.raises(UserError, match="the list of scope tags: cannot read it"):
        names.look_at(False, True)


def test_both_lists_are_read_to_their_end_and_once(wire: Wire, names: Names) -> None:
    expect_filters(wire)
    wire.expect("GET", TAGS, json={"value": [], "@odata.nextLink": f"{TAGS}&$skiptoken=x"})
    wire.expect("GET", f"{TAGS}&$skiptoken=x", json={"value": TAG_ROWS})
    names.look_up(True, True)
    assert (names.filter_id("Corporate"), names.tag_id("Berlin")) == (ONE, "7")
    names.look_up(True, True)


def test_both_lists_travel_in_one_batch(wire: Wire, clock: Clock) -> None:
    rows = [FILTER_ROWS, TAG_ROWS]
    responses = [{"id": str(place), "status": 200, "body": {"value": row}} for place, row in enumerate(rows)]
    wire.expect("POST", f"{GRAPH}/beta/$batch", json={"responses": responses})
    names = Names(clock.client(batching=True))
    names.look_up(True, True)
    assert (names.filter_id("Corporate"), names.tag_id("Berlin")) == (ONE, "7")


def test_nothing_is_read_where_nothing_is_named(wire: Wire, names: Names) -> None:
    names.look_up(False, False)
    assert wire.sent == []


@pytest.mark.parametrize("text", ["Nobody's", "99", "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e99"])
def test_an_unknown_name_is_told(wire: Wire, names: Names, text: str) -> None:
    expect_filters(wire)
    assert error_of(names.filter_id(text)) == (
        f"assignment filter '{text}': cannot find it: this tenant has no assignment filter with this name or id, or "
        "this login cannot see it. Check the spelling, or give the id of the assignment filter."
    )


def test_another_case_is_not_the_name_but_is_told(wire: Wire, names: Names) -> None:
    wire.expect("GET", TAGS, json={"value": TAG_ROWS})
    assert "no scope tag has exactly this name, but 'Berlin' differs in case only" in error_of(names.tag_id("berlin"))


def test_an_ambiguous_name_is_refused_with_both_ids(wire: Wire, names: Names) -> None:
    expect_filters(wire, {"id": MAC.replace("13", "99"), "displayName": "Corporate", "platform": "windows10AndLater"})
    error = error_of(names.filter_id("Corporate"))
    assert "2 assignment filters have this name" in error
    assert ONE in error
    assert MAC.replace("13", "99") in error


def test_one_that_two_pages_show_is_one(wire: Wire, names: Names) -> None:
    expect_filters(wire, {**FILTER_ROWS[0], "id": ONE.upper()})
    assert names.filter_id("Corporate") == ONE


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"platform": "macOS"}, "it is for the platform macOS, and these policies are for windows10AndLater"),
        (
            {"platform": "windows10AndLater", "assignmentFilterManagementType": "apps"},
            "it is for managed apps, and these policies are for managed devices",
        ),
    ],
)
def test_a_filter_that_does_not_fit_is_refused(wire: Wire, names: Names, row: dict[str, t.Any], why: str) -> None:
    expect_filters(wire, {"id": "f-4", "displayName": "Other", **row})
    assert (
        error_of(names.filter_id("Other")) == f"assignment filter 'Other': cannot use it: {why}. Choose another filter."
    )


def test_where_tags_may_not_be_listed_ids_are_taken_and_names_are_refused(wire: Wire, names: Names) -> None:
    wire.expect("GET", TAGS, **refusal(403, "User is not authorized to perform this operation", "Forbidden"))
    assert names.tag_id("7") == "7"
    assert names.tags_refused
    assert names.tag_id(ONE.upper()) == ONE
    assert isinstance(names.tag_id("\N{ARABIC-INDIC DIGIT SEVEN}"), UserError)
    assert error_of(names.tag_id("Berlin")) == (
        "scope tag 'Berlin': cannot resolve the name: this login may not list scope tags (User is not authorized to "
        "perform this operation). Give the id of the tag, or grant the app DeviceManagementRBAC.Read.All (a user needs "
        "a role with Roles/Read)."
    )


@pytest.mark.parametrize(
    "answer", [refusal(403, "no", "Forbidden"), {"json": {"value": [{"displayName": "Corporate"}]}}]
)
def test_a_list_that_cannot_be_read_is_an_error(wire: Wire, names: Names, answer: dict[str, t.Any]) -> None:
    wire.expect("GET", FILTERS, **answer)
    with pytest.raises(UserError, match="the list of assignment filters: cannot read it"):
        names.filter_id("Corporate")


def test_a_broken_list_of_tags_is_not_a_missing_permission(wire: Wire, names: Names) -> None:
    wire.expect("GET", TAGS, body=json.dumps({"value": [5]}))
    with pytest.raises(UserError, match="a scope tag in the answer has no id"):
        names.tag_id("7")
