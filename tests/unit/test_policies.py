# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Effective settings and conflicts: forms of input, shapes of output; bad input of all filters."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.m365.apps.plugins.module_utils._policy.compare import same_payload
from ansible_collections.m365.apps.plugins.plugin_utils import _vaulted
from ansible_collections.m365.apps.tests.unit.some_policies import (
    GOOD,
    Document,
    conflicts,
    effective,
    findings,
    policy,
    setting,
)

ID = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
OTHER = "1f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"


# Effective settings


def test_the_strongest_wins_setting_by_setting() -> None:
    policies = [policy("Weak", 9, s=1, u=2), policy("Strong", 1, s=3), policy("Elsewhere", 0, ("H",), s=4)]
    assert effective(policies, ["G"]) == {
        "groups": ["G"],
        "settings": [
            {
                "setting": "s",
                "value": setting("s", 3),
                "policy": "Strong",
                "priority": 1,
                "enforced": True,
                "outcome": "applied",
                "lost": [
                    {"policy": "Weak", "priority": 9, "enforced": True, "value": setting("s", 1), "same": False},
                ],
            },
            {"setting": "u", "value": setting("u", 2), "policy": "Weak", "priority": 9, "enforced": True, "lost": []}
            | {"outcome": "applied"},
        ],
        "skipped": [],
    }


def test_what_is_enforced_wins_over_a_stronger_preference() -> None:
    preferring = policy("Strong", 1, user_preference_payload=[setting("s", 1)])
    [found] = effective([preferring, policy("Weak", 9, s=2)], "G")["settings"]
    assert (found["policy"], found["enforced"]) == ("Weak", True)
    assert [(lost["policy"], lost["enforced"]) for lost in found["lost"]] == [("Strong", False)]


@pytest.mark.parametrize(
    "groups",
    [
        ["G", "H"],
        "G",
        '["G"]',
        {"set": ["G"]},
        {"set": "G"},
        {"add": ["G"], "remove": ["H"]},
        [{"display_name": "G"}],
        [{"id": ID, "display_name": "G"}],
        [{"id": ID.upper()}],
        [ID],
    ],
)
@pytest.mark.parametrize("asked", ["G", ["G"], ID, [{"id": ID}], {"id": ID, "display_name": "G"}])
def test_groups_are_found_however_they_are_written(groups: t.Any, asked: t.Any) -> None:
    found = effective([policy("A", 1, groups, s=1)], asked, group_names={ID.upper(): "G"})
    assert [entry["policy"] for entry in found["settings"]] == ["A"]
    assert found["groups"] == ["G"]


def test_a_dict_of_id_and_name_tells_which_name_an_id_has() -> None:
    policies = [policy("A", 1, [{"id": ID, "display_name": "G"}], s=1), policy("B", 2, ["G"], s=2)]
    [found] = effective(policies, [ID])["settings"]
    assert (found["policy"], [lost["policy"] for lost in found["lost"]]) == ("A", ["B"])


def test_a_name_that_two_ids_have_belongs_to_neither() -> None:
    policies = [policy("A", 1, [ID], s=1), policy("B", 2, [OTHER], s=2), policy("C", 3, ["G"], s=3)]
    [found] = effective(policies, ["G"], group_names={ID: "G", OTHER: "G"})["settings"]
    assert (found["policy"], found["lost"]) == ("C", [])


def test_the_order_means_nothing_where_nothing_else_tells_policies_apart() -> None:
    twins = [policy("A", 1, s=1), policy("A", 1, s=2)]
    assert effective(twins, "G") == effective(twins[::-1], "G")
    assert conflicts(twins) == conflicts(twins[::-1])


def test_of_two_names_for_one_id_the_given_one_counts_else_the_first() -> None:
    named = [policy(name, 1, [{"id": ID, "display_name": name}], s=1) for name in "BAC"]
    assert effective(named, "C")["groups"] == effective(named[::-1], "B")["groups"] == ["A"]
    assert effective(named, ID, group_names={ID: "X"})["groups"] == ["X"]


def test_a_policy_that_is_to_be_deleted_gives_nothing() -> None:
    assert effective([policy("A", 1, s=1, state="absent")], "G")["settings"] == []


NOT_JSON = "it is not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"


def test_what_is_skipped_is_said() -> None:
    policies = [
        policy("A", 1, policy_payload="{", user_preference_payload={"settings": []}),
        policy("B", 2, policy_payload=[setting("s", 1), {"name": "x"}, setting("s", 2), "text"]),
        policy("C", 3, None, s=3),
        policy("D", 4, ("H",), policy_payload="{"),
    ]
    found = effective(policies, "G")
    assert [(skip["policy"], skip["payload"], skip["reason"]) for skip in found["skipped"]] == [
        ("C", None, "its groups are not given, or not all of them"),
        ("A", "policy_payload", NOT_JSON),
        ("A", "user_preference_payload", "it is not a list of objects with settingId"),
        ("B", "policy_payload", "2 of its 4 members have no settingId"),
        ("B", "policy_payload", "s is listed more than once, only the first one counts"),
    ]
    assert [entry["value"]["value"] for entry in found["settings"]] == [1]


@pytest.mark.parametrize(
    ("key", "item"),
    [
        ("name", {"name": "s"}),
        ("a.b", {"a": {"b": "s"}}),
        ("a.b", {"a.b": "s", "a": {"b": "other"}}),
    ],
)
def test_the_key_of_a_setting_may_be_another_one_or_a_path(key: str, item: Document) -> None:
    [found] = effective([policy("A", 1, policy_payload=[item])], "G", setting_key=key)["settings"]
    assert (found["setting"], found["value"]) == ("s", item)


def test_configs_are_read_as_definitions_are() -> None:
    config = {"id": "1", "display_name": "A", "priority": 1, "policy_payload": [setting("s", 1)], "groups": [ID]}
    config |= {"assignments": [{"id": "x", "group_id": ID}], "last_modified_date_time": "x", "kind": "windows"}
    assert effective([config], ID)["settings"][0]["policy"] == "A"
    assert findings([config]) == []


@pytest.mark.parametrize("policies", [(policy("A", 1, s=1),), (policy("A", 1, s=1) for _unused in range(1))])
def test_any_sequence_will_do(policies: t.Any) -> None:
    assert len(effective(policies, "G")["settings"]) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"v": 1, "w": [1]}, {"w": [1.0], "v": 1}, True),
        ({"v": 1}, {"v": True}, False),
        ({"v": 0}, {"v": False}, False),
        ({"v": "1"}, {"v": 1}, False),
        ({"v": {}}, {"v": []}, False),
        ({"v": [1, 2]}, {"v": [2, 1]}, False),
        ({"v": None}, {}, False),
        ({"v": None}, {"v": None}, True),
    ],
)
def test_values_are_compared_as_json(one: Document, other: Document, same: bool) -> None:
    assert same_payload({"value": one}, {"value": other}) is same


# Conflicts


def test_a_conflict_tells_both_sides() -> None:
    policies = [policy("Weak", 9, ("G", "H"), s=1), policy("Strong", 1, s=2, id="x")]
    winner = {"policy": "Strong", "id": "x", "priority": 1, "enforced": True, "value": setting("s", 2)}
    loser = {"policy": "Weak", "id": None, "priority": 9, "enforced": True, "value": setting("s", 1)}
    assert conflicts(policies) == [
        {
            "setting": "s",
            "kind": "conflict",
            "winner": winner,
            "loser": loser,
            "policies": [winner, loser],
            "groups": ["G"],
            "certain": True,
        }
    ]
    assert conflicts(policies, groups=["H"]) == conflicts(policies, []) == []
    assert conflicts(policies, groups="G") == conflicts(policies)


@pytest.mark.parametrize(
    ("policies", "kinds"),
    [
        ([policy("A", 1, s=1), policy("B", 2, s=1)], ["redundant"]),
        ([policy("A", 1, s=1), policy("B", 2, s=2)], ["shadowed"]),
        ([policy("A", 1, s=1), policy("B", 2, ("G", "H"), s=1)], []),
        ([policy("A", 1, s=1), policy("B", 2, ("G", "H"), s=2)], ["conflict"]),
        ([policy("A", 1, s=1), policy("B", 2, ("H",), s=2)], []),
        ([policy("A", 1, s=1), policy("B", 2, t=2)], []),
        # Two policies together cover all groups of the third one.
        ([policy("A", 1, s=1), policy("B", 2, ("H",), s=1), policy("C", 3, ("G", "H"), s=1)], ["redundant"] * 2),
        ([policy("A", 1, s=1), policy("B", 2, ("H",), s=2), policy("C", 3, ("G", "H"), s=1)], ["shadowed"]),
        # It may have groups that it does not name.
        ([policy("A", 1, s=1), policy("B", 2, {"add": ["G"]}, s=2)], ["conflict"]),
        ([policy("A", 1, s=1), policy("B", 2, {"add": ["G"]}, s=1)], []),
        ([policy("A", 1, s=1), policy("B", 2, s=2, state="absent")], []),
        ([policy("A", 1, s=1, user_preference_payload=[setting("s", 2)])], ["shadowed"]),
    ],
)
def test_kinds_of_conflicts(policies: list[Document], kinds: list[str]) -> None:
    assert [found["kind"] for found in conflicts(policies)] == kinds


@pytest.mark.parametrize(
    ("one", "other", "certain"), [(1, 2, True), (1, 1, False), (1, None, False), (None, None, False)]
)
def test_who_wins_is_certain_only_by_two_numbers(one: int | None, other: int | None, certain: bool) -> None:
    [found] = conflicts([policy("A", one, s=1), policy("B", other, s=2)])
    assert (found["winner"]["policy"], found["certain"]) == ("A", certain)
    preferring = policy("B", other, user_preference_payload=[setting("s", 2)])
    [found] = conflicts([policy("A", one, s=1), preferring])
    assert found["certain"] is True


def test_a_thousand_policies_that_share_a_group_are_compared_with_the_winner_only() -> None:
    policies = [policy(f"{number:04}", number, s=number % 2) for number in range(1000)]
    assert {found["winner"]["policy"] for found in conflicts(policies)} == {"0000"}
    assert len(conflicts(policies)) == 999


# Bad input


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: effective(None, "G"), "m365.apps.effective_policy: the policies: cannot use them: null is not a list"),
        (lambda: effective("text", "G"), "a text is not a list"),
        (lambda: effective({"display_name": "A"}, "G"), "a dict is not a list"),
        (lambda: effective([GOOD, "text"], "G"), "policies[1]: cannot use it: a text is not a policy"),
        (lambda: effective([GOOD], 5), "groups: cannot use it: groups is int, not a list"),
        (
            lambda: effective([GOOD], [None]),
            "groups: cannot use it: groups holds None, which is not a group name or id",
        ),
        (lambda: effective([GOOD], "G", group_names=["G"]), "group_names: cannot use it: it is not a map"),
        (lambda: effective([GOOD], "G", group_names={ID: 5}), "group_names: cannot use it: it is not a map"),
        (
            lambda: effective([{**GOOD, "groups": 5}], "G"),
            "policy 'Good': cannot use it: its groups cannot be used: it is of type int",
        ),
        (
            lambda: conflicts([{**GOOD, "priority": True}]),
            "policy 'Good': cannot use it: priority is the boolean true, not a number",
        ),
        (lambda: conflicts(5), "m365.apps.policy_conflicts: the policies"),
        (lambda: findings(5), "m365.apps.policy_findings: the policies"),
        (
            lambda: effective([{**GOOD, "groups": '["G"'}], "G"),
            "its groups cannot be used: it looks like JSON but is not",
        ),
        (
            lambda: effective([{**GOOD, "groups": {"sets": []}}], "G"),
            "its groups cannot be used: it has the unknown key sets",
        ),
    ],
)
def test_bad_input_is_one_sentence(call: t.Callable[[], t.Any], says: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        call()
    assert says in str(caught.value)


@pytest.mark.parametrize("of_an_older_core", [False, True])
def test_endless_nesting_is_no_traceback(monkeypatch: pytest.MonkeyPatch, of_an_older_core: bool) -> None:
    monkeypatch.setattr(_vaulted, "REACHES_PLUGINS", of_an_older_core)
    deep: list[t.Any] = []
    for _unused in range(100_000):
        deep = [deep]
    with pytest.raises(AnsibleFilterError, match="nested too deeply"):
        conflicts([policy("A", 1, s=deep), policy("B", 2, s=[deep])])
