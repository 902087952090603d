# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings on sets of policies: rules, levels and messages."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.filter import policy_findings as plugin
from ansible_collections.m365.apps.plugins.module_utils._policy import payload
from ansible_collections.m365.apps.plugins.plugin_utils._policies.findings import LEVELS, RULES
from ansible_collections.m365.apps.tests.unit.some_policies import GOOD, Document, findings, policy, setting


def rules(policies: list[Document], **options: t.Any) -> list[tuple[str, list[str]]]:
    return [(found["rule"], found["policies"]) for found in findings(policies, **options)]


def message(policies: list[Document], rule: str) -> str:
    [found] = [found for found in findings(policies) if found["rule"] == rule]
    return str(found["message"])


@pytest.mark.parametrize(
    ("policies", "found"),
    [
        ([GOOD], []),
        ([], []),
        ([{key: value for key, value in GOOD.items() if key != "display_name"}], [("no_identity", ["without a name"])]),
        ([{**GOOD, "display_name": ""}], [("unreadable", ["without a name"])]),
        ([{**GOOD, "groups": 5}], [("unreadable", ["Good"])]),
        ([{**GOOD, "groups": [{"name": "G"}]}], [("unreadable", ["Good"])]),
        ([{**GOOD, "priority": "high"}], [("unreadable", ["Good"])]),
        ([{**GOOD, "priority": "7"}], []),
        ([{**GOOD, "descripton": ""}], [("unknown_key", ["Good"])]),
        ([{**GOOD, "id": "x"}, policy("B", 2, u=1, id="X")], [("duplicate_id", ["B", "Good"])]),
        ([GOOD, policy("Good", 2, u=1)], [("duplicate_name", ["Good"])]),
        ([GOOD, policy("Good", 2, state="absent")], [("duplicate_name", ["Good"])]),
        ([{**GOOD, "id": "x"}, policy("Good", 2, u=1)], [("duplicate_name", ["Good"])]),
        ([{**GOOD, "id": "x"}, policy("Good", 2, u=1, id="y")], [("ambiguous_name", ["Good"])]),
        ([GOOD, policy("B", 1, u=1), policy("C", 1, v=1)], [("duplicate_priority", ["B", "C", "Good"])]),
        ([GOOD, policy("B", 1, u=1, state="absent")], []),
        ([{**GOOD, "groups": []}], [("unassigned", ["Good"])]),
        ([{**GOOD, "groups": {"set": []}}], [("unassigned", ["Good"])]),
        ([policy("A", 1, None, s=1)], [("groups_not_given", ["A"])]),
        ([policy("A", 1, {"remove": ["G"]}, s=1)], [("groups_not_given", ["A"])]),
        ([policy("A", 1, {"add": ["G"]}, s=1)], []),
        ([{**GOOD, "policy_payload": []}], [("empty_payload", ["Good"])]),
        ([{**GOOD, "policy_payload": "", "user_preference_payload": {}}], [("empty_payload", ["Good"])]),
        ([{**GOOD, "user_preference_payload": []}], []),
        ([{"display_name": "A", "groups": ["G"]}], [("payload_not_given", ["A"])]),
        ([{**GOOD, "policy_payload": {"s": 1}}], [("skipped_payload", ["Good"])]),
        ([{**GOOD, "policy_payload": [setting("s", 1)] * 3}], [("duplicate_setting", ["Good"])]),
        ([{**GOOD, "policy_payload": [{"settingId": "s", "valeu": 1}]}], [("misspelled_key", ["Good"])]),
        (
            [{**GOOD, "policy_payload": [{"settingID": name, "value": 1} for name in "ab"]}],
            [("misspelled_key", ["Good"]), ("misspelled_key", ["Good"]), ("skipped_payload", ["Good"])],
        ),
        ([{**GOOD, "policy_payload": [{"settingId": name, "values": 1} for name in "ab"]}], []),
        ([GOOD, policy("B", 2, s=2)], [("shadowed", ["Good", "B"])]),
        ([GOOD, policy("B", 2, ("G", "H"), s=2)], [("conflict", ["Good", "B"])]),
        ([GOOD, policy("B", 2, s=1)], [("redundant", ["Good", "B"])]),
        ([{**GOOD, "user_preference_payload": [setting("s", 1)]}], [("redundant", ["Good"])]),
        ([{"display_name": "Gone", "state": "absent"}], []),
    ],
)
def test_each_rule(policies: list[Document], found: list[tuple[str, list[str]]]) -> None:
    assert rules(policies) == found


def test_a_finding_has_the_level_of_its_rule_and_errors_come_first() -> None:
    policies = [policy("B", 1, s=1, x_key=1), policy("A", 1, s=2), policy("C", 2, (), u=1), policy("D", 3, None, v=1)]
    found = findings(policies)
    assert [entry["rule"] for entry in found] == [
        "duplicate_priority",
        "unknown_key",
        "shadowed",
        "unassigned",
        "groups_not_given",
    ]
    assert [entry["level"] for entry in found] == [RULES[entry["rule"]] for entry in found]
    assert set(RULES.values()) == set(LEVELS)


def test_a_finding_on_a_setting_names_it_with_its_groups() -> None:
    policies = [policy("A", 1, ("G", "H", "I"), s=1), policy("B", 2, ("G", "H"), s=2)]
    [found] = findings(policies)
    assert (found["setting"], found["groups"]) == ("s", ["G", "H"])
    assert found["message"] == (
        "policy 'B': s in policy_payload: it never wins, since 'A' sets another value for group 'G' and 1 more."
        " Drop one of them."
    )


def test_messages_tell_what_is_meant() -> None:
    assert message([GOOD, policy("B", 1, u=1)], "duplicate_priority") == (
        "2 policies ('B', 'Good'): they share priority 1, which is unique. Give each a number."
    )
    assert message([{**GOOD, "descripton": ""}], "unknown_key") == (
        "policy 'Good': there is no option descripton (did you mean description?). Correct its name, or remove it."
    )
    assert message([{**GOOD, "policy_payload": "{"}], "skipped_payload") == (
        "policy 'Good': policy_payload was not looked into: it is not JSON (Expecting property name enclosed in double"
        " quotes: line 1 column 2 (char 1))."
    )
    guess = message([policy("A", None, s=1), policy("B", None, s=2)], "shadowed")
    assert guess.endswith("Who wins is a guess, since a priority is missing or used twice.")


def test_a_misspelled_key_comes_with_the_one_that_was_meant() -> None:
    said = message([{**GOOD, "policy_payload": [setting("a", 1), {"settingId": "s", "valeu": 1}]}], "misspelled_key")
    assert said == "policy 'Good': policy_payload item 2 of 2 has the key valeu. Did you mean value?"


def test_the_guide_and_the_filter_tell_of_all_rules() -> None:
    root = Path(__file__).resolve().parents[2]
    guide = (root / "docs" / "docsite" / "rst" / "guide_definitions.rst").read_text(encoding="utf-8")
    rows = re.findall(r"^   \* - (``.+``)\n     - (error|warning|note)$", guide, re.MULTILINE)
    told = {rule: level for rules_of_row, level in rows for rule in re.findall(r"``(\w+)``", rules_of_row)}
    assert told == RULES
    assert set(re.findall(r"C\((\w+)\)", plugin.DOCUMENTATION)) >= set(RULES)


def test_a_payload_of_too_many_values_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "MOST_VALUES", 100)
    text = "[" + "1," * 200 + "1]"
    said = message([{"display_name": "A", "groups": ["G"], "policy_payload": text}], "skipped_payload")
    assert "policy_payload was not looked into: it holds more than" in said


@pytest.mark.parametrize(
    ("given", "said"),
    [({"display_name": False}, "display_name is a boolean"), ({"id": ["a"]}, "id is a list"), ({"id": 1.5}, "id is a")],
)
def test_a_name_that_is_no_text_is_an_error(given: Document, said: str) -> None:
    assert f": {said}" in message([{"groups": ["G"], **given}], "unreadable")


def test_a_name_that_is_a_number_is_its_digits() -> None:
    assert message([{"display_name": 2024}, {"display_name": "2024"}], "duplicate_name").startswith(
        "2 policies ('2024')"
    )
