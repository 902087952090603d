# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A declared order becomes numbers with few moves; what cannot be met says who holds which number."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order, Seat, Unlisted, renumber
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import MAX_PRIORITY
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import office_item
from ansible_collections.m365.apps.tests.unit.small_tenants import (
    absent,
    desired,
    numbers,
    policies,
    policy,
    refusal_of,
    run,
)

AFTER, BEFORE, FAIL = Unlisted


def ordered(live: dict[str, int], names: t.Iterable[str], unlisted: Unlisted = AFTER) -> MemoryTenant:
    """Return a tenant after its policies were put in order."""
    tenant = MemoryTenant.of(policy(name, number) for name, number in live.items())
    assert run(tenant, [], order=Order(tuple(names), unlisted)).error is None
    return tenant


# Numbers


@pytest.mark.parametrize(
    ("live", "names", "unlisted", "expected"),
    [
        ({"A": 0, "B": 1, "C": 2}, "CAB", FAIL, {"C": 2, "A": 3, "B": 4}),
        ({"A": 0, "B": 5, "C": 9}, "BAC", FAIL, {"B": 5, "A": 6, "C": 9}),
        ({"A": 0, "B": 5, "C": 9}, "ACB", FAIL, {"A": 0, "C": 9, "B": 10}),
        ({"A": 10, "B": 20, "C": 30}, "CAB", FAIL, {"C": 0, "A": 10, "B": 20}),
        ({"A": 10, "B": 20, "C": 30}, "C", AFTER, {"C": 0, "A": 10, "B": 20}),
        ({"A": 10, "B": 20, "C": 30}, "A", BEFORE, {"B": 20, "C": 30, "A": 31}),
        ({"A": 10, "B": 20, "C": 30}, "B", AFTER, {"B": 0, "A": 10, "C": 30}),
        ({"A": 2, "B": 1, "C": 0}, "ABC", FAIL, {"A": 2, "B": 3, "C": 4}),
        ({"A": 1, "B": 0, "C": MAX_PRIORITY}, "CBA", FAIL, {"C": 0, "B": 1, "A": 2}),
    ],
)
def test_as_few_as_possible_get_another_number(
    live: dict[str, int], names: str, unlisted: Unlisted, expected: dict[str, int]
) -> None:
    found = numbers(ordered(live, names, unlisted))
    assert sorted(found, key=lambda name: found[name] or 0) == list(expected)
    moved = sum(found[name] != live[name] for name in live)
    assert moved == sum(expected[name] != live[name] for name in live)


def test_all_moves_go_in_one_call_that_names_every_policy_and_shows_the_moved_ones() -> None:
    tenant = MemoryTenant.of([policy("A", 10), policy("B", 20), policy("C", 30)])
    outcome = run(tenant, [], order=Order(("C", "A")))
    assert tenant.writes == ["update_priorities"]
    assert [action.details() for action in outcome.actions] == [{"priorities": {"id-C": 0}}]


@pytest.mark.parametrize("names", [(), ("A", "B", "C"), ("A", "B"), ("A",), ("id-A", "B"), ("ID-A", "id-b")])
@pytest.mark.parametrize("live", [{"A": 3, "B": 5, "C": 9}, {"A": 3, "B": 4, "C": 5}, {"C": 2, "B": 1, "A": 0}])
def test_nothing_is_sent_when_the_order_holds(live: dict[str, int], names: tuple[str, ...]) -> None:
    assert ordered(live, names).writes == []


def test_an_id_wins_over_a_name() -> None:
    tenant = MemoryTenant.of([policy("A", 0), policy("B", 1), policy("C", 2, id="B")])
    run(tenant, [], order=Order(("B",)))
    assert numbers(tenant)["C"] == min(number or 0 for number in numbers(tenant).values())


def test_a_policy_that_the_task_creates_has_its_place() -> None:
    tenant = MemoryTenant.of([policy("A", 10), policy("B", 20)])
    run(tenant, ["New"], order=Order(("A", "New", "B")))
    assert numbers(tenant) == {"A": 10, "New": 11, "B": 20}
    assert tenant.writes == ["create"]


def test_a_created_policy_that_is_not_listed_is_the_weakest_of_its_side() -> None:
    tenant = MemoryTenant.of([policy("A", 10), policy("B", 20)])
    run(tenant, ["New"], order=Order(("B",), BEFORE))
    assert numbers(tenant) == {"A": 10, "New": 11, "B": 20}


def test_a_renamed_policy_is_found_by_its_new_name() -> None:
    tenant = MemoryTenant.of([policy("A", 10), policy("B", 20)])
    renaming = office_item(label="", id="id-B", display_name="Z")
    run(tenant, [renaming], order=Order(("Z", "A")))
    assert numbers(tenant)["Z"] == 0
    assert "cannot place 'B': no policy has this id or display_name" in refusal_of(
        MemoryTenant.of([policy("A", 10), policy("B", 20)]), [renaming], order=Order(("B", "A"))
    )


def test_a_number_of_an_item_is_kept_to() -> None:
    tenant = MemoryTenant.of([policy("A", 1), policy("B", 2), policy("C", 3)])
    run(tenant, [desired("B", priority=7)], order=Order(("A", "B", "C")))
    assert numbers(tenant) == {"A": 1, "B": 7, "C": 8}


# Orders that cannot be met


def test_a_deleted_policy_has_no_place() -> None:
    message = refusal_of(MemoryTenant.of(policies("AB")), [absent("B")], order=Order(("A", "B")))
    assert message == (
        "the order: cannot place 'B': no policy has this id or display_name. Check the spelling, or take it out."
    )


@pytest.mark.parametrize("name", ["a", " A", "id-X", "*"])
def test_a_name_is_taken_to_the_letter(name: str) -> None:
    message = refusal_of(MemoryTenant.of(policies("AB")), [], order=Order((name,)))
    assert f"cannot place '{name}': no policy has this id or display_name" in message


def test_a_name_of_several_policies_lists_their_ids() -> None:
    live = [policy("A", 0, id="two"), policy("A", 1, id="one")]
    assert refusal_of(MemoryTenant.of(live), [], order=Order(("A",))) == (
        "the order: cannot place 'A': 2 policies have this name (ids one, two). Give the id in its place."
    )
    tenant = MemoryTenant.of(live)
    run(tenant, [], order=Order(("one", "two")))
    assert tenant.policies["one"].value("priority") == 1
    assert tenant.policies["two"].value("priority") == 2


@pytest.mark.parametrize("names", [("A", "A"), ("A", "id-A"), ("id-A", "B", "ID-A")])
def test_a_policy_that_stands_in_it_twice_is_refused(names: tuple[str, ...]) -> None:
    assert refusal_of(MemoryTenant.of(policies("AB")), [], order=Order(names)) == (
        "the order: cannot apply it: policy 'A' (id id-A) is listed in it twice. Keep one of them."
    )


def test_unlisted_policies_can_be_refused_by_name() -> None:
    message = refusal_of(MemoryTenant.of(policies("ABC")), [], order=Order(("B",), FAIL))
    assert message == (
        "the order: cannot apply it: 2 policies are not listed: policy 'A' (id id-A), policy 'C' (id id-C). "
        "List them, or choose unlisted: keep_after."
    )


def test_at_most_5_unlisted_policies_are_named() -> None:
    message = refusal_of(MemoryTenant.of(policies("ABCDEFG")), [], order=Order(("A",), FAIL))
    assert "6 policies are not listed: policy 'B' (id id-B), " in message
    assert "policy 'F' (id id-F) and others. List them" in message


def test_numbers_that_contradict_the_order_are_named_with_their_holders() -> None:
    items = [desired("A", priority=5), desired("B", priority=3)]
    assert refusal_of(MemoryTenant.of(policies("ABC")), items, order=Order(("A", "B"))) == (
        "the order: cannot give out the numbers: policy 'B' (id id-B) must have number 3 as number 2 of the order, "
        "behind policy 'A' (id id-A) with number 5, which leaves no room. Leave priority out, or move it."
    )


def test_a_number_without_room_before_it_is_refused() -> None:
    message = refusal_of(MemoryTenant.of(policies("ABC")), [desired("C", priority=1)], order=Order(("A", "B", "C")))
    assert "policy 'C' (id id-C) must have number 1 as number 3 of the order, which leaves no room" in message


def test_a_number_without_room_behind_it_is_refused() -> None:
    item = desired("A", priority=MAX_PRIORITY)
    message = refusal_of(MemoryTenant.of(policies("AB")), [item], order=Order(("A", "B")))
    assert f"policy 'A' (id id-A) must have number {MAX_PRIORITY} as number 1 of the order" in message


def seats(*values: tuple[int | None, int | None]) -> list[Seat]:
    return [Seat(str(place), str(place), now, fixed) for place, (now, fixed) in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([(None, None)], [0]),
        ([(5, None)], [5]),
        ([(None, None), (0, None)], [0, 1]),
        ([(MAX_PRIORITY, None), (None, None)], [0, 1]),
        ([(None, None), (MAX_PRIORITY, None)], [0, MAX_PRIORITY]),
        ([(None, MAX_PRIORITY - 1), (0, None)], [MAX_PRIORITY - 1, MAX_PRIORITY]),
        ([(3, 0), (3, 1), (3, 2)], [0, 1, 2]),
        ([(4, None), (9, 6), (5, None)], [4, 6, 7]),
    ],
)
def test_numbers_rise_and_stay_in_range(values: list[t.Any], expected: list[int]) -> None:
    assert renumber(seats(*values)) == expected


@pytest.mark.parametrize("values", [[(0, 1), (0, 1)], [(0, None), (1, 0)], [(0, MAX_PRIORITY), (1, None)]])
def test_no_room_is_an_error(values: list[t.Any]) -> None:
    with pytest.raises(UserError, match="which leaves no room"):
        renumber(seats(*values))


# Without a declared order: who holds a number


def test_a_number_that_another_policy_keeps_is_refused_with_its_holder() -> None:
    assert refusal_of(MemoryTenant.of(policies("AB")), [desired("A", priority=1)]) == (
        "policies[0] policy 'A' (id id-A): cannot set priority 1: it is held by policy 'B' (id id-B), and a priority "
        "is unique in the tenant. Choose a free number, or move the other policy in the same task of "
        "office_client_configs."
    )


def test_two_items_that_want_one_number_are_refused_by_their_labels() -> None:
    message = refusal_of(MemoryTenant.of(policies("A")), [desired("A", priority=7), desired("New", priority=7)])
    assert "policies[0] policy 'A' (id id-A): cannot set priority 7: it is held by policies[1] policy 'New'" in message


def test_no_number_is_left_behind_the_weakest() -> None:
    message = refusal_of(MemoryTenant.of([policy("A", MAX_PRIORITY)]), ["New"])
    assert "policies[0] policy 'New': cannot give it the weakest place" in message


def test_a_policy_without_a_number_stands_in_the_way_of_a_common_call() -> None:
    live = [policy("A", 0), policy("B", 1), policy("C", None)]
    items = [desired("A", priority=1), desired("B", priority=0)]
    message = refusal_of(MemoryTenant.of(live), items)
    assert message.startswith("policy 'C' (id id-C): cannot renumber the policies: the server gave it no priority.")
