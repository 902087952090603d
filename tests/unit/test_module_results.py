# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From policies and outcomes to what a module returns."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.plan import Plan
from ansible_collections.m365.apps.plugins.module_utils._converge.stages import PlannedItem
from ansible_collections.m365.apps.plugins.module_utils._errors import Failure, UserError
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST
from ansible_collections.m365.apps.plugins.module_utils._module.policy_results import (
    assignment_results,
    config_result,
    opaque_warnings,
)
from ansible_collections.m365.apps.plugins.module_utils._module.results import (
    action_result,
    group_names_result,
    item_result,
    order_result,
    outcome_result,
    plan_result,
)
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, CONTENT, FIELDS, KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import Opaque
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy, PolicyType
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    Create,
    Delete,
    Update,
    UpdatePriorities,
    Write,
    WritePart,
)
from ansible_collections.m365.apps.tests.unit.office_values import changed_policy, office_item, office_policy

PREFERENCES = CONTENT[1]

UNCHANGED = {"changed": False, "actions": [], "diff": []}
BARE = office_policy("p1", KINDS["windows"], "A")
WHOLE = office_policy(
    "p1",
    KINDS["windows_security"],
    "A",
    "D",
    0,
    policy_payload={"a": 1},
    user_preference_payload={},
    assignments=(Assignment("g2", "a2"), Assignment(None, "a3", {"@odata.type": "#x"}), Assignment("g1", "a1")),
    last_modified="2026-11-23T08:15:00Z",
)


def test_a_policy_is_shown_by_the_names_of_its_options() -> None:
    assert config_result(WHOLE, FIELDS) == {
        "id": "p1",
        "display_name": "A",
        "kind": "windows_security",
        "description": "D",
        "priority": 0,
        "policy_payload": {"a": 1},
        "user_preference_payload": {},
        "groups": ["g1", "g2"],
        "last_modified_date_time": "2026-11-23T08:15:00Z",
    }


def test_what_was_not_read_is_left_out() -> None:
    assert config_result(BARE, FIELDS) == {"id": "p1", "display_name": "A", "kind": "windows", "description": ""}


def test_an_unknown_kind_is_left_out() -> None:
    assert "kind" not in config_result(
        replace(BARE, type=PolicyType("microsoft.graph.macOfficeClientConfiguration")), FIELDS
    )


def test_a_shown_policy_can_be_given_to_office_client_configs() -> None:
    assert not set(config_result(WHOLE, FIELDS)) - set(POLICY_IN_LIST)


def test_an_opaque_payload_is_shown_as_text_with_a_warning() -> None:
    policy = changed_policy(BARE, policy_payload=Opaque(b"text"))
    assert config_result(policy, FIELDS)["policy_payload"] == "text"
    assert opaque_warnings([None, BARE, policy], FIELDS) == [
        "policy 'A' (id p1): its policy_payload is not a JSON object or array"
    ]


def test_assignments_are_sorted_and_keep_unknown_targets() -> None:
    assert WHOLE.assignments is not UNSET
    found = assignment_results(WHOLE.assignments, ASSIGNMENTS)
    assert {entry["id"]: entry["group_id"] for entry in found} == {"a1": "g1", "a2": "g2", "a3": None}
    assert [entry["group_id"] for entry in found if entry["group_id"]] == ["g1", "g2"]


def test_assignments_that_were_not_read_are_an_empty_list() -> None:
    assert assignment_results(UNSET, ASSIGNMENTS) == []


def planned(before: Policy | None, after: Policy | None) -> PlannedItem:
    return PlannedItem(office_item(label="", display_name="A"), before, after, FIELDS)


def outcome_of(
    items: t.Sequence[PlannedItem],
    statuses: t.Sequence[str],
    actions: t.Sequence[Write] = (),
    errors: t.Mapping[int, UserError] | None = None,
    listed: int | None = None,
) -> Outcome:
    """Return the outcome of a plan with these items and writes, all of which were sent."""
    live = tuple(item.before for item in items if item.before)
    plan = Plan(
        tuple(items),
        (tuple(actions),),
        live,
        len(items) if listed is None else listed,
        live,
        capabilities=replace(CAPABILITIES, batch_size=2),
    )
    return Outcome(plan, tuple(items), tuple(statuses), tuple(actions), errors or {})


def test_a_write_names_its_policy_and_what_it_changes() -> None:
    cases: list[tuple[Write, dict[str, t.Any]]] = [
        (
            Update(BARE, {"priority": 1, "description": "D"}),
            {"action": "update", "fields": ["description", "priority"]},
        ),
        (
            WritePart(BARE, PREFERENCES, {}),
            {"action": "write_payload", "fields": ["user_preference_payload"]},
        ),
        (WritePart(BARE, ASSIGNMENTS, (Assignment("g1"),)), {"action": "assign", "group_ids": ["g1"]}),
        (Delete(BARE), {"action": "delete"}),
    ]
    for action, said in cases:
        assert action_result(action, [planned(BARE, BARE)]) == {"display_name": "A", "id": "p1", **said}


def test_a_create_shows_no_payload() -> None:
    draft = office_policy(None, KINDS["windows"], "A", priority=1, policy_payload={"canary": 1})
    shown = action_result(Create(draft), [planned(None, draft)])
    assert shown["action"] == "create"
    assert shown["id"] is None
    assert "canary" not in repr(shown)


def test_a_create_names_fields_by_their_options() -> None:
    draft = office_policy(None, KINDS["windows"], "A", priority=1)
    shown = action_result(Create(draft), [planned(None, draft)])
    assert shown["fields"] == ["description", "display_name", "priority"]


def test_a_renumbering_shows_the_changed_numbers_only() -> None:
    shown = action_result(UpdatePriorities({"p1": 1, "p2": 2}, ("p2",)), [])
    assert shown == {"action": "update_priorities", "priorities": {"p2": 2}}


@pytest.mark.parametrize("with_diff", [False, True])
def test_a_diff_is_there_when_it_was_asked_for(with_diff: bool) -> None:
    item = planned(BARE, changed_policy(BARE, description="D"))
    result = outcome_result(outcome_of([item], ["updated"], [Update(BARE, {"description": "D"}, 0)]), with_diff)
    assert result["changed"] is True
    assert ("diff" in result) is with_diff


def test_a_deletion_shows_its_groups_by_the_names_that_are_known() -> None:
    outcome = outcome_of([planned(WHOLE, None)], ["deleted"], [Delete(BARE, 0)])
    [shown] = outcome_result(outcome, True, {"g2": "All Staff"}.get)["diff"]
    assert [group for group in shown["before"]["groups"] if group.startswith("g")] == ["g1", "g2"]
    assert shown["before"]["group_names"] == {"g2": "All Staff"}
    [plain] = outcome_result(outcome, True)["diff"]
    assert "group_names" not in plain["before"]


def test_a_create_shows_its_groups_by_the_names_that_are_known() -> None:
    outcome = outcome_of([planned(None, WHOLE)], ["created"])
    [shown] = outcome_result(outcome, True, {"g2": "All Staff"}.get)["diff"]
    assert [group for group in shown["after"]["groups"] if group.startswith("g")] == ["g1", "g2"]
    assert (shown["before"], shown["after"]["group_names"]) == ({}, {"g2": "All Staff"})


def test_a_change_of_groups_shows_them_by_the_names_that_are_known() -> None:
    outcome = outcome_of([planned(BARE, changed_policy(BARE, assignments=WHOLE.assignments))], ["updated"])
    [shown] = outcome_result(outcome, True, {"g2": "All Staff"}.get)["diff"]
    assert "group_names" not in shown["before"]
    assert shown["after"]["group_names"] == {"g2": "All Staff"}
    other = outcome_of([planned(WHOLE, changed_policy(WHOLE, description="E"))], ["updated"])
    assert outcome_result(other, True, {"g2": "All Staff"}.get)["diff"][0]["after"] == {"description": "E"}


def test_groups_of_policies_that_stay_have_the_names_that_are_known() -> None:
    outcome = outcome_of([planned(WHOLE, WHOLE), planned(BARE, None)], ["unchanged", "deleted"])
    assert group_names_result(outcome, {"g2": "All Staff"}.get) == {"group_names": {"g2": "All Staff"}}
    assert group_names_result(outcome, lambda _group_id: None) == {}


def test_nothing_changed() -> None:
    assert outcome_result(outcome_of([planned(BARE, BARE)], ["unchanged"]), True) == UNCHANGED


def test_an_item_has_its_place_status_and_own_writes() -> None:
    other = changed_policy(BARE, id="p2", display_name="B")
    writes = (Update(BARE, {"description": "D"}, 0), UpdatePriorities({"p1": 1, "p2": 2}, ("p2",)))
    outcome = outcome_of([planned(BARE, BARE), planned(other, other)], ["updated", "updated"], writes)
    assert [entry["action"] for entry in item_result(0, outcome)["actions"]] == ["update"]
    result = item_result(1, outcome)
    assert [entry["action"] for entry in result.pop("actions")] == ["update_priorities"]
    assert result == {"index": 1, "display_name": "B", "id": "p2", "status": "updated", "pruned": False, "pending": []}


def test_an_item_that_changes_has_its_differences_where_they_were_asked_for() -> None:
    changed, gone = planned(BARE, changed_policy(BARE, description="D")), planned(WHOLE, None)
    outcome = outcome_of([changed, gone, planned(BARE, BARE)], ["updated", "deleted", "unchanged"])
    items = [item_result(place, outcome, {"g2": "All Staff"}.get) for place in range(3)]
    assert (items[0]["before"], items[0]["after"]) == ({"description": BARE.description}, {"description": "D"})
    assert (items[1]["before"]["group_names"], items[1]["after"]) == ({"g2": "All Staff"}, {})
    assert "before" not in items[2]
    assert not {"before", "after"} & set(item_result(0, outcome))


def test_an_item_that_is_not_there_is_named_as_it_was_asked_for() -> None:
    item = PlannedItem(office_item(label="", id="p9", display_name="Z"), None, None, FIELDS)
    result = item_result(0, outcome_of([item], ["unchanged"]))
    assert (result["display_name"], result["id"]) == ("Z", "p9")


# What a list brought


def test_a_pruned_item_has_no_place() -> None:
    outcome = outcome_of(
        [planned(BARE, BARE), planned(BARE, None)], ["unchanged", "deleted"], [Delete(BARE, 1)], listed=1
    )
    result = item_result(1, outcome)
    assert (result["index"], result["pruned"], result["status"]) == (None, True, "deleted")
    assert [entry["action"] for entry in result["actions"]] == ["delete"]
    listed = item_result(0, outcome)
    assert (listed["index"], listed["pruned"]) == (0, False)


def test_what_waits_is_told_and_counted() -> None:
    outcome = outcome_of(
        [replace(planned(BARE, BARE), pending=("groups", "description")), planned(BARE, BARE)], ["unchanged"] * 2
    )
    assert [item_result(place, outcome)["pending"] for place in (0, 1)] == [["groups", "description"], []]
    assert plan_result(outcome, waits=False)["pending"] == 1


def test_a_failed_item_says_why_with_the_facts_of_the_call() -> None:
    error = UserError("policy 'A'", "read it", "no", "Do something", Failure("no", status=403, code="Forbidden"))
    result = item_result(0, outcome_of([planned(BARE, BARE)], ["failed"], errors={0: error}))
    assert result["msg"] == "policy 'A': cannot read it: no. Do something."
    assert (result["error"]["status"], result["error"]["code"]) == (403, "Forbidden")


def test_a_failed_item_without_a_call_has_no_facts() -> None:
    error = UserError("policy 'A'", "read it", "no", "Do something")
    assert item_result(0, outcome_of([planned(BARE, BARE)], ["failed"], errors={0: error}))["error"] == {}


def test_an_item_that_was_left_half_done_says_so() -> None:
    result = item_result(0, outcome_of([planned(BARE, BARE)], ["failed"]))
    assert result["msg"].startswith("Only some of its writes were sent, since another one of the task failed.")
    assert result["error"] == {}


@pytest.mark.parametrize("status", ["created", "updated", "unchanged", "deleted", "not_attempted"])
def test_an_item_that_did_not_fail_has_no_message(status: str) -> None:
    assert not {"msg", "error"} & set(item_result(0, outcome_of([planned(BARE, BARE)], [status])))


def test_a_plan_counts_items_writes_and_requests() -> None:
    changed = changed_policy(BARE, description="D")
    items = [planned(BARE, changed), planned(BARE, BARE), planned(None, BARE), planned(BARE, None), planned(None, None)]
    writes: list[Write] = [Update(BARE, {"description": "D"}, 0), Create(BARE, 2), Delete(BARE, 3)]
    outcome = outcome_of(items, [item.status for item in items], writes)
    result = plan_result(outcome, waits=True)
    assert result.pop("fingerprint") == outcome.plan.fingerprint
    assert result.pop("details") == outcome.plan.details
    counts = {"created": 1, "updated": 1, "deleted": 1, "unchanged": 2}
    assert result == {
        **counts,
        "pending": 0,
        "writes": 3,
        "read_requests": 0,
        "write_requests": 2,
        "wait_requests": 1,
        "wait_listings": 0,
        "warnings": [],
    }
    unread = plan_result(outcome, waits=False)
    assert (unread["wait_requests"], unread["wait_listings"]) == (0, 0)


def test_a_run_that_failed_is_nothing_to_be_bound_to() -> None:
    outcome = outcome_of([planned(BARE, None)], ["failed"])
    assert "details" not in plan_result(replace(outcome, error=UserError("a", "b", "c", "d")), waits=True)


def test_the_counts_are_those_of_the_plan_whatever_became_of_it() -> None:
    result = plan_result(outcome_of([planned(BARE, None)], ["not_attempted"]), waits=True)
    assert (result["deleted"], result["writes"]) == (1, 0)


@pytest.mark.parametrize(("batch_size", "requests"), [(1, 6), (2, 4), (20, 2)])
def test_each_stage_takes_requests_of_its_own(batch_size: int, requests: int) -> None:
    first, second = (
        tuple(Delete(BARE, place) for place in range(3)),
        tuple(Delete(BARE, place) for place in range(3, 6)),
    )
    assert Plan((), (first, second), (), 0, (), CAPABILITIES).write_requests(batch_size) == requests


@pytest.mark.parametrize(("batch_size", "requests"), [(1, 24), (2, 13), (20, 3)])
def test_parts_and_groups_are_read_in_requests_of_their_own(batch_size: int, requests: int) -> None:
    assert Plan((), (), (), 0, (), CAPABILITIES, part_reads=21, group_lookups=3).read_requests(batch_size) == requests


# The order


def reordered() -> Outcome:
    """Three policies outside of the list, two of which got another number."""
    live = tuple(office_policy(f"p{number}", KINDS["windows"], f"N{number}", priority=number) for number in (1, 2, 3))
    action = UpdatePriorities({"p3": 0, "p1": 1, "p2": 4}, ("p3", "p2"))
    return Outcome(Plan((), ((action,),), live, 0, live, CAPABILITIES), (), (), (action,), {})


def test_the_order_shows_all_policies_strongest_first() -> None:
    assert order_result(reordered()) == [
        {"id": "p3", "display_name": "N3", "priority": 0},
        {"id": "p1", "display_name": "N1", "priority": 1},
        {"id": "p2", "display_name": "N2", "priority": 4},
    ]


def test_the_order_is_as_before_when_nothing_was_sent() -> None:
    assert [entry["priority"] for entry in order_result(replace(reordered(), actions=()))] == [1, 2, 3]


def test_policies_without_a_number_come_last_in_the_order() -> None:
    live = tuple(
        office_policy(name, KINDS["windows"], name, priority=number) for name, number in [("a", None), ("b", 5)]
    )
    outcome = Outcome(Plan((), (), (*live, replace(live[0], id="c")), 0, (), CAPABILITIES), (), (), (), {})
    assert [entry["id"] for entry in order_result(outcome)] == ["b", "a", "c"]


def test_the_order_has_one_diff_with_the_numbers_that_change() -> None:
    assert outcome_result(reordered(), True)["diff"] == [
        {
            "before_header": "priorities",
            "after_header": "priorities",
            "before": {"policy 'N2' (id p2)": 2, "policy 'N3' (id p3)": 3},
            "after": {"policy 'N2' (id p2)": 4, "policy 'N3' (id p3)": 0},
        }
    ]


def test_an_items_own_number_is_in_its_own_diff_only() -> None:
    before = changed_policy(BARE, priority=3)
    item = planned(before, changed_policy(before, priority=0))
    diff = outcome_result(outcome_of([item], ["updated"], [UpdatePriorities({"p1": 0}, ("p1",))]), True)["diff"]
    assert [entry["before_header"] for entry in diff] == ["policy 'A' (id p1)"]
    assert (diff[0]["before"], diff[0]["after"]) == ({"priority": 3}, {"priority": 0})
