# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From options to the desired state: omitted leaves alone, empty clears, null is refused, for every option."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST
from ansible_collections.m365.apps.plugins.module_utils._module.parse_options import desired_policies, desired_policy
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.tests.unit.office_values import asked_groups, office_item

GROUP = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
MANAGED = (
    "id",
    "display_name",
    "kind",
    "description",
    "priority",
    "policy_payload",
    "user_preference_payload",
    "groups",
)


def validated(raw: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return what Ansible's validation makes of the options of one policy: every option present, defaults filled in."""
    defaults = {name: option.get("default") for name, option in POLICY_IN_LIST.items()}
    return {**defaults, **raw}


def desired(**raw: t.Any) -> DesiredPolicy:
    return desired_policy(validated(raw), raw)


def error_of(**raw: t.Any) -> str:
    with pytest.raises(UserError) as caught:
        desired(**raw)
    return str(caught.value)


def test_what_is_omitted_is_left_alone() -> None:
    assert desired(display_name="A") == office_item(
        label="",
        state=State.PRESENT,
        id=None,
        display_name="A",
        kind=None,
        description=UNSET,
        priority=UNSET,
        policy_payload=UNSET,
        user_preference_payload=UNSET,
        groups=UNSET,
    )


@pytest.mark.parametrize(
    ("name", "empty", "meaning"),
    [
        ("description", "", ""),
        ("priority", 0, 0),
        ("policy_payload", "", {}),
        ("policy_payload", {}, {}),
        ("policy_payload", [], []),
        ("user_preference_payload", "", {}),
        ("user_preference_payload", {}, {}),
        ("user_preference_payload", [], []),
        ("assignments", "", AssignmentChange(GroupChange(exact=()))),
        ("assignments", [], AssignmentChange(GroupChange(exact=()))),
        ("assignments", {}, AssignmentChange(GroupChange(exact=()))),
    ],
)
def test_what_is_empty_clears(name: str, empty: t.Any, meaning: t.Any) -> None:
    option = "groups" if name == "assignments" else name
    assert desired(display_name="A", **{option: empty}).value(name) == meaning


@pytest.mark.parametrize("name", MANAGED)
def test_null_is_refused(name: str) -> None:
    raw = {"id": "p1", "display_name": "A", name: None}
    # A chain hands on the id of a policy that only a real run creates.
    cause = ", as config.id is where check mode did not create the policy" if name == "id" else ""
    assert f"cannot use {name}: it is null{cause}. Leave {name} out" in error_of(**raw)


@pytest.mark.parametrize("name", MANAGED)
def test_what_ansible_filled_in_is_not_what_was_given(name: str) -> None:
    raw = {"display_name": "A"} if name == "id" else {"id": "p1"}
    found = desired(**raw)
    assert name not in found.values
    assert getattr(found, "assignments" if name == "groups" else name, None) in (UNSET, None)


@pytest.mark.parametrize("name", ["id", "display_name"])
@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_identity_is_refused(name: str, blank: str) -> None:
    raw = {"id": "p1", "display_name": "A", name: blank}
    assert f"cannot use {name}: it is empty" in error_of(**raw)


def test_an_identity_is_needed() -> None:
    assert error_of(description="D") == (
        "the policy: cannot tell which policy is meant: id and display_name are missing. Give one of them."
    )


def test_names_are_taken_to_the_letter() -> None:
    assert desired(display_name=" A ").display_name == " A "


def test_all_options_are_taken_over() -> None:
    found = desired(
        state="absent",
        id="p1",
        display_name="A",
        kind="windows_security",
        description="D",
        priority=7,
        policy_payload='{"a": 1}',
        user_preference_payload=[{"settingId": "x"}],
        groups=["G"],
    )
    assert found == office_item(
        label="",
        state=State.ABSENT,
        id="p1",
        display_name="A",
        kind="windows_security",
        description="D",
        priority=7,
        policy_payload={"a": 1},
        user_preference_payload=[{"settingId": "x"}],
        groups=GroupChange(exact=("G",)),
    )


@pytest.mark.parametrize("priority", [0, 2**31 - 1])
def test_priorities_at_the_ends_are_taken(priority: int) -> None:
    assert desired(id="p1", priority=priority).value("priority") == priority


@pytest.mark.parametrize("priority", [-1, 2**31])
def test_a_priority_off_the_range_is_refused(priority: int) -> None:
    assert error_of(id="p1", priority=priority) == (
        f"policy 'p1': cannot set priority {priority}: a priority is a number from 0 to 2147483647. Choose one."
    )


@pytest.mark.parametrize("name", ["policy_payload", "user_preference_payload"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [("{", "it is not JSON"), (5, "not int"), ('{"a":1,"a":2}', "is there twice"), ("file.json", "it is not JSON")],
)
def test_a_wrong_payload_is_refused_by_its_option(name: str, value: t.Any, reason: str) -> None:
    message = error_of(display_name="A", **{name: value})
    assert message.startswith(f"policy 'A': cannot use {name}: ")
    assert reason in message


def test_the_state_can_be_given_by_the_module() -> None:
    raw = {"id": "p1", "groups": []}
    assert desired_policy({"id": "p1", "groups": []}, raw, state=State.EXISTING).state is State.EXISTING


# Lists


def desired_state(*raw: t.Any) -> tuple[DesiredPolicy, ...]:
    return desired_policies({"policies": [validated(item) for item in raw]}, {"policies": list(raw)})


def test_items_are_labelled_by_their_place() -> None:
    assert [found.label for found in desired_state({"id": "a"}, {"id": "b"})] == ["policies[0]", "policies[1]"]


def test_an_empty_list_desires_nothing() -> None:
    assert desired_state() == ()


def test_an_error_names_the_item() -> None:
    with pytest.raises(UserError, match=r"^policies\[1\] policy 'B': cannot use description: it is null"):
        desired_state({"id": "a"}, {"display_name": "B", "description": None})


def test_an_error_names_an_item_without_a_name() -> None:
    with pytest.raises(UserError, match=r"^policies\[0\]: cannot tell which policy is meant"):
        desired_state({"description": "D"})


@pytest.mark.parametrize("raw", ['[{"display_name": "A"}]', "display_name=A", None])
def test_a_list_given_as_text_is_taken_as_ansible_read_it(raw: t.Any) -> None:
    (found,) = desired_policies({"policies": [validated({"display_name": "A"})]}, {"policies": raw})
    assert (found.display_name, found.value("description"), found.kind) == ("A", UNSET, None)


def test_an_item_given_as_text_is_taken_as_ansible_read_it() -> None:
    (found,) = desired_policies({"policies": [validated({"display_name": "A"})]}, {"policies": ["display_name=A"]})
    assert (found.display_name, found.value("description")) == ("A", UNSET)


# What the info module returns goes back in


def info(group_ids: list[str | None], groups: t.Any) -> dict[str, t.Any]:
    assignments = [{"id": f"a{place}", "group_id": group_id} for place, group_id in enumerate(group_ids)]
    return {"id": "p1", "display_name": "A", "groups": groups, "assignments": assignments}


@pytest.mark.parametrize(
    ("group_ids", "groups"),
    [
        ([GROUP], [GROUP]),
        ([GROUP], [GROUP.upper()]),
        ([GROUP], {"set": [GROUP]}),
        ([GROUP], GROUP),
        ([], []),
        ([], ["All Staff"]),
        ([None], []),
        ([None, GROUP], [GROUP]),
    ],
)
def test_assignments_as_they_were_read_are_accepted(group_ids: list[str | None], groups: t.Any) -> None:
    assert isinstance(asked_groups(desired(**info(group_ids, groups))), GroupChange)


@pytest.mark.parametrize(
    ("group_ids", "groups"),
    [([GROUP], []), ([GROUP], ["All Staff"]), ([GROUP], {"add": [GROUP]}), ([GROUP], [GROUP, "All Staff"])],
)
def test_edited_assignments_are_refused(group_ids: list[str | None], groups: t.Any) -> None:
    assert "cannot use assignments: they are read-only and differ from groups" in error_of(**info(group_ids, groups))


def test_assignments_without_groups_are_refused() -> None:
    raw = info([GROUP], [])
    del raw["groups"]
    assert "cannot use assignments" in error_of(**raw)


@pytest.mark.parametrize("name", ["last_modified_date_time", "user_checkin_summary", "checkin_statuses"])
def test_what_the_server_made_is_passed_over(name: str) -> None:
    assert desired(id="p1", **{name: None}) == desired(id="p1")
