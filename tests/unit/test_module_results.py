# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From policies and outcomes to what a module returns."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.actions import (
    Action,
    Assign,
    Create,
    Delete,
    Update,
    UpdatePriorities,
    WritePayload,
)
from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.desired import DesiredPolicy
from ansible_collections.m365.apps.plugins.module_utils._converge.plan import PlannedItem
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST
from ansible_collections.m365.apps.plugins.module_utils._module.results import (
    action_result,
    assignment_results,
    config_result,
    item_result,
    opaque_warnings,
    outcome_result,
)
from ansible_collections.m365.apps.plugins.module_utils._office.payload import Opaque, Slot
from ansible_collections.m365.apps.plugins.module_utils._office.policy import KINDS, Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._office.unset import UNSET

BARE = Policy("p1", KINDS["windows"], "A")
WHOLE = Policy(
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
    assert config_result(WHOLE) == {
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
    assert config_result(BARE) == {"id": "p1", "display_name": "A", "kind": "windows", "description": ""}


def test_an_unknown_kind_is_left_out() -> None:
    assert "kind" not in config_result(replace(BARE, odata_type="microsoft.graph.macOfficeClientConfiguration"))


def test_a_shown_policy_can_be_given_to_office_client_configs() -> None:
    assert not set(config_result(WHOLE)) - set(POLICY_IN_LIST)


def test_an_opaque_payload_is_shown_as_text_with_a_warning() -> None:
    policy = replace(BARE, policy_payload=Opaque(b"text"))
    assert config_result(policy)["policy_payload"] == "text"
    assert opaque_warnings([None, BARE, policy]) == [
        "policy 'A' (id p1): its policy_payload is not a JSON object or array"
    ]


def test_assignments_are_sorted_and_keep_unknown_targets() -> None:
    assert WHOLE.assignments is not UNSET
    found = assignment_results(WHOLE.assignments)
    assert {entry["id"]: entry["group_id"] for entry in found} == {"a1": "g1", "a2": "g2", "a3": None}
    assert [entry["group_id"] for entry in found if entry["group_id"]] == ["g1", "g2"]


def test_assignments_that_were_not_read_are_an_empty_list() -> None:
    assert assignment_results(UNSET) == []


def planned(before: Policy | None, after: Policy | None) -> PlannedItem:
    return PlannedItem(DesiredPolicy(label="", display_name="A"), before, after)


def test_a_write_names_its_policy_and_what_it_changes() -> None:
    cases: list[tuple[Action, dict[str, t.Any]]] = [
        (Update(0, {"priority": 1, "description": "D"}), {"action": "update", "fields": ["description", "priority"]}),
        (WritePayload(0, Slot.USER_PREFERENCE, {}), {"action": "write_payload", "fields": ["user_preference_payload"]}),
        (Assign(0, (Assignment("g1"),)), {"action": "assign", "group_ids": ["g1"]}),
        (Delete(0), {"action": "delete"}),
    ]
    for action, said in cases:
        assert action_result(action, [planned(BARE, BARE)]) == {"display_name": "A", "id": "p1", **said}


def test_a_create_shows_no_payload() -> None:
    draft = Policy(None, KINDS["windows"], "A", priority=1, policy_payload={"canary": 1})
    shown = action_result(Create(0, draft), [planned(None, draft)])
    assert shown["action"] == "create"
    assert shown["id"] is None
    assert "canary" not in repr(shown)


def test_a_create_names_fields_by_their_options() -> None:
    draft = Policy(None, KINDS["windows"], "A", priority=1)
    shown = action_result(Create(0, draft), [planned(None, draft)])
    assert shown["fields"] == ["description", "display_name", "priority"]


def test_a_renumbering_shows_the_changed_numbers_only() -> None:
    shown = action_result(UpdatePriorities({"p1": 1, "p2": 2}, ("p2",)), [])
    assert shown == {"action": "update_priorities", "priorities": {"p2": 2}}


@pytest.mark.parametrize("with_diff", [False, True])
def test_a_diff_is_there_when_it_was_asked_for(with_diff: bool) -> None:
    item = planned(BARE, replace(BARE, description="D"))
    result = outcome_result(Outcome((item,), ("updated",), (Update(0, {"description": "D"}),)), with_diff)
    assert result["changed"] is True
    assert ("diff" in result) is with_diff


def test_nothing_changed() -> None:
    result = outcome_result(Outcome((planned(BARE, BARE),), ("unchanged",), ()), True)
    assert result == {"changed": False, "actions": [], "diff": []}


def test_an_item_has_its_place_status_and_own_writes() -> None:
    other = replace(BARE, id="p2", display_name="B")
    writes = (Update(0, {"description": "D"}), UpdatePriorities({"p1": 1, "p2": 2}, ("p2",)))
    outcome = Outcome((planned(BARE, BARE), planned(other, other)), ("updated", "updated"), writes)
    assert [entry["action"] for entry in item_result(0, outcome)["actions"]] == ["update"]
    result = item_result(1, outcome)
    assert [entry["action"] for entry in result.pop("actions")] == ["update_priorities"]
    assert result == {"index": 1, "display_name": "B", "id": "p2", "status": "updated"}


def test_an_item_that_is_not_there_is_named_as_it_was_asked_for() -> None:
    item = PlannedItem(DesiredPolicy(label="", id="p9", display_name="Z"), None, None)
    result = item_result(0, Outcome((item,), ("unchanged",), ()))
    assert (result["display_name"], result["id"]) == ("Z", "p9")
