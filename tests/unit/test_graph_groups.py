# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups: by name to the letter, by id where it can be checked."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.groups import GroupDirectory
from ansible_collections.m365.apps.plugins.module_utils._ids import NamedId
from ansible_collections.m365.apps.tests.unit.batches import asked, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Clock, Wire, refusal

ONE = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
TWO = "1f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
CHECK = f"{GRAPH}/v1.0/groups/{ONE}?$select=id,displayName"
ALL_STAFF = "All%20Staff"


@pytest.fixture
def directory(client: GraphClient) -> GroupDirectory:
    return GroupDirectory(client)


def by_name(encoded: str) -> str:
    """Return the URL of a look-up; the name is given as it stands on the wire."""
    return f"{GRAPH}/v1.0/groups?$filter=displayName%20eq%20%27{encoded}%27&$select=id,displayName"


def hits(*groups: tuple[str, str]) -> dict[str, t.Any]:
    return {"value": [{"id": group_id, "displayName": name} for group_id, name in groups]}


def test_a_name_becomes_a_lower_case_id(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", by_name(ALL_STAFF), json=hits((ONE.upper(), "All Staff")))
    assert directory.id_of("All Staff") == ONE


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("O'Brien's", "O%27%27Brien%27%27s"),
        ("R&D + QA #1", "R%26D%20%2B%20QA%20%231"),
        ("50% / ?=", "50%25%20%2F%20%3F%3D"),
        ("Zürich", "Z%C3%BCrich"),
        ("' or 1 eq 1 or displayName eq '", "%27%27%20or%201%20eq%201%20or%20displayName%20eq%20%27%27"),
    ],
)
def test_a_name_is_quoted_and_encoded(wire: Wire, directory: GroupDirectory, name: str, encoded: str) -> None:
    wire.expect("GET", by_name(encoded), json=hits((ONE, name)))
    assert directory.id_of(name) == ONE


def test_a_group_on_two_pages_is_one(wire: Wire, directory: GroupDirectory) -> None:
    link = f"{by_name(ALL_STAFF)}&$skiptoken=x"
    wire.expect("GET", by_name(ALL_STAFF), json={**hits((ONE, "All Staff")), "@odata.nextLink": link})
    wire.expect("GET", link, json=hits((ONE.upper(), "All Staff")))
    assert directory.id_of("All Staff") == ONE


def test_the_id_of_a_group_is_one_segment_of_the_path(wire: Wire, directory: GroupDirectory) -> None:
    url = f"{GRAPH}/v1.0/groups/a%2F..%3Fb?$select=id,displayName"
    wire.expect("GET", url, json={"displayName": "Odd"})
    assert directory.names(["a/..?b"]) == {"a/..?b": "Odd"}
    with pytest.raises(UserError, match="the id of a group must not be"):
        directory.names([".."])


@pytest.mark.usefixtures("wire")
@pytest.mark.parametrize("odd", ["..", ".", " "])
def test_an_id_that_leads_to_another_path_is_not_looked_up(odd: str, directory: GroupDirectory) -> None:
    """The wire fails for any call."""
    directory.look_up([], [odd])
    for asked_for in (directory.check, directory.is_gone, lambda group_id: directory.names([group_id])):
        with pytest.raises(UserError, match="the id of a group must not be"):
            asked_for(odd)


def test_a_hit_in_other_case_is_passed_over(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", by_name(ALL_STAFF), json=hits((TWO, "ALL STAFF"), (ONE, "All Staff")))
    assert directory.id_of("All Staff") == ONE


def test_hits_are_read_to_the_last_page(wire: Wire, directory: GroupDirectory) -> None:
    link = f"{GRAPH}/v1.0/groups?$skiptoken=x"
    wire.expect("GET", by_name(ALL_STAFF), json={"value": [], "@odata.nextLink": link})
    wire.expect("GET", link, json=hits((ONE, "All Staff")))
    assert directory.id_of("All Staff") == ONE


def test_a_name_is_asked_for_once(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", by_name(ALL_STAFF), json=hits((ONE, "All Staff")))
    assert [directory.id_of("All Staff"), directory.id_of("All Staff")] == [ONE, ONE]


def test_an_id_found_by_name_needs_no_check(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", by_name(ALL_STAFF), json=hits((ONE, "All Staff")))
    directory.check(directory.id_of("All Staff"))
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (hits(), "no group has it. Check the spelling"),
        (hits((ONE, "ALL STAFF")), "no group has exactly this name, but 'ALL STAFF' differs in case only"),
        (hits((TWO, "All Staff"), (ONE, "All Staff")), f"2 groups have it (ids {ONE}, {TWO}). Give the id"),
    ],
)
def test_a_name_of_no_or_several_groups_is_an_error(
    wire: Wire, directory: GroupDirectory, found: dict[str, t.Any], said: str
) -> None:
    wire.expect("GET", by_name(ALL_STAFF), json=found)
    with pytest.raises(UserError) as caught:
        directory.id_of("All Staff")
    assert f"group 'All Staff': cannot resolve the name: {said}" in str(caught.value)


def test_a_failed_look_up_is_not_an_unknown_name(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", by_name(ALL_STAFF), **refusal(403))
    with pytest.raises(UserError, match=r": no\. Grant the app the permission GroupMember\.Read\.All with [a-z ]+\.$"):
        directory.id_of("All Staff")


@pytest.mark.parametrize("item", [None, "text", {}, {"displayName": "All Staff"}])
def test_an_unreadable_hit_is_an_error_of_the_look_up(wire: Wire, directory: GroupDirectory, item: t.Any) -> None:
    wire.expect("GET", by_name(ALL_STAFF), json={"value": [item]})
    with pytest.raises(UserError, match="group 'All Staff': cannot "):
        directory.id_of("All Staff")


def test_an_id_is_checked_once(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", CHECK, json={"id": ONE, "displayName": "All Staff"})
    directory.check(ONE)
    directory.check(ONE)
    assert directory.warnings == []


def test_an_unknown_id_is_an_error_each_time_and_asked_for_once(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", CHECK, **refusal(404))
    for _unused in range(2):
        with pytest.raises(
            UserError, match=f"group {ONE}: cannot assign it: the directory holds no group with this id"
        ):
            directory.check(ONE)


def test_an_unknown_id_is_told_with_the_name_that_was_given_beside_it(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", CHECK, **refusal(404))
    with pytest.raises(UserError, match=rf"^group 'Legal - Counsel' \(id {ONE}\): cannot assign it: "):
        directory.check(NamedId(ONE, "Legal - Counsel"))


def test_an_id_that_may_not_be_read_is_taken_with_one_warning(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", CHECK, **refusal(403))
    directory.check(ONE)
    directory.check(ONE)
    assert len(directory.warnings) == 1
    assert ONE in directory.warnings[0]
    assert "GroupMember.Read.All" in directory.warnings[0]


@pytest.mark.parametrize("status", [400, 401, 500])
def test_any_other_failure_of_a_check_is_an_error(wire: Wire, directory: GroupDirectory, status: int) -> None:
    wire.expect("GET", CHECK, **refusal(status))
    with pytest.raises(UserError, match=f"group {ONE}: cannot look it up: Graph answered {status}"):
        directory.check(ONE)


@pytest.mark.parametrize("status", [403, 404])
def test_a_proxys_page_says_nothing_about_a_group(wire: Wire, directory: GroupDirectory, status: int) -> None:
    wire.expect("GET", CHECK, status=status, body="<html>Blocked</html>", content_type="text/html")
    with pytest.raises(UserError, match="an HTML page, not a Graph answer"):
        directory.check(ONE)


# Names, where they are known


def test_the_name_of_a_group_that_was_looked_up_is_known(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", CHECK, json={"id": ONE, "displayName": "All Staff"})
    assert directory.name_of(ONE) is None
    directory.look_up([], [ONE])
    assert directory.name_of(ONE) == "All Staff"


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_name_that_cannot_be_read_is_not_known_and_nothing_hangs_on_it(
    wire: Wire, directory: GroupDirectory, status: int
) -> None:
    wire.expect("GET", CHECK, **refusal(status))
    directory.look_up([], [ONE])
    assert directory.name_of(ONE) is None
    assert directory.warnings == []


# Many at once


def test_names_and_ids_are_asked_for_in_one_batch_and_once(wire: Wire, clock: Clock) -> None:
    directory = GroupDirectory(clock.client(batching=True))
    answers = outer(inner(1, body={"id": TWO}), inner(0, body=hits((ONE, "O'Brien's"))))
    wire.expect("POST", f"{GRAPH}/v1.0/$batch", **answers)
    directory.look_up(["O'Brien's", "O'Brien's"], [TWO, TWO])
    directory.look_up(["O'Brien's"], [TWO, ONE])
    directory.check(TWO)
    assert directory.id_of("O'Brien's") == ONE
    assert [request["url"] for request in asked(wire)] == [
        "/groups?$filter=displayName%20eq%20%27O%27%27Brien%27%27s%27&$select=id,displayName",
        f"/groups/{TWO}?$select=id,displayName",
    ]


def test_a_look_up_raises_nothing_and_tells_each_error_where_it_matters(wire: Wire, clock: Clock) -> None:
    directory = GroupDirectory(clock.client(batching=True))
    answers = outer(inner(0, body=hits()), inner_refusal(1, 403), inner_refusal(2, 404), inner_refusal(3, 403))
    wire.expect("POST", f"{GRAPH}/v1.0/$batch", **answers)
    directory.look_up(["All Staff", "Pilot"], [ONE, TWO])
    with pytest.raises(UserError, match="group 'All Staff': cannot resolve the name: no group has it"):
        directory.id_of("All Staff")
    with pytest.raises(UserError, match=r"group 'Pilot': cannot look it up: .*GroupMember\.Read\.All"):
        directory.id_of("Pilot")
    with pytest.raises(UserError, match=f"group {ONE}: cannot assign it"):
        directory.check(ONE)
    directory.check(TWO)
    assert [TWO in warning for warning in directory.warnings] == [True]


def test_pages_of_a_look_up_in_a_batch_are_read_to_the_end(wire: Wire, clock: Clock) -> None:
    directory = GroupDirectory(clock.client(batching=True))
    link = f"{GRAPH}/v1.0/groups?$skiptoken=x"
    first = {"value": [], "@odata.nextLink": link}
    wire.expect("POST", f"{GRAPH}/v1.0/$batch", **outer(inner(0, body=first), inner(1, body=hits((TWO, "Pilot")))))
    wire.expect("GET", link, json=hits((ONE, "All Staff")))
    directory.look_up(["All Staff", "Pilot"])
    assert [directory.id_of("All Staff"), directory.id_of("Pilot")] == [ONE, TWO]


def test_asking_for_nothing_sends_nothing(wire: Wire, directory: GroupDirectory) -> None:
    directory.look_up([])
    assert wire.sent == []


def test_the_name_of_an_id_is_read(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", CHECK, json={"id": ONE, "displayName": "All Staff"})
    assert directory.names([ONE, ONE]) == {ONE: "All Staff"}


def test_a_group_that_is_gone_has_no_name(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", CHECK, **refusal(404))
    assert directory.names([ONE]) == {ONE: None}


def test_names_that_may_not_be_read_are_left_out_with_a_warning(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", CHECK, **refusal(403))
    assert directory.names([ONE]) == {ONE: None}
    permission = "GroupMember.Read.All"
    assert directory.warnings == [f"the names of 1 group are left out, since the app lacks the permission {permission}"]


@pytest.mark.parametrize("status", [400, 401, 410])
def test_a_name_that_cannot_be_read_is_an_error(wire: Wire, directory: GroupDirectory, status: int) -> None:
    wire.expect("GET", CHECK, **refusal(status))
    with pytest.raises(UserError, match="look it up"):
        directory.names([ONE])


def test_an_answer_without_a_name_is_an_error(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", CHECK, json=[])
    with pytest.raises(UserError, match="no group with a displayName"):
        directory.names([ONE])


def test_groups_that_may_not_be_read_are_one_warning(wire: Wire, directory: GroupDirectory) -> None:
    ids = [f"{place}f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11" for place in range(7)]
    for group_id in ids:
        wire.expect("GET", f"{GRAPH}/v1.0/groups/{group_id}?$select=id,displayName", **refusal(403))
        assert not directory.is_gone(group_id)
    [warning] = directory.warnings
    assert warning.startswith(f"groups {', '.join(ids[:5])} and 2 more were not looked up before use, since the app")


def test_a_group_that_is_gone_is_told_from_one_that_cannot_be_read(wire: Wire, directory: GroupDirectory) -> None:
    wire.expect("GET", CHECK, **refusal(404))
    assert directory.is_gone(ONE)
    wire.expect("GET", f"{GRAPH}/v1.0/groups/{TWO}?$select=id,displayName", **refusal(500))
    with pytest.raises(UserError, match="cannot look it up"):
        directory.is_gone(TWO)
    assert directory.warnings == []
