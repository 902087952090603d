# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the role: what cannot be meant is told, all of it at once, a sentence each."""

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.plugin_utils._role_inputs import entry_points
from ansible_collections.m365.apps.plugins.plugin_utils._role_problems import role_problems

OPTIONS = [(entry, name, option) for entry, spec in entry_points().items() for name, option in spec["options"].items()]
IDS = [f"{entry}.{name}" for entry, name, _option in OPTIONS]
FILE_NAME = "Give the name of a file without its ending, no path and none that Windows takes for a device."
SENTENCES = re.compile(r"[^\n\x1b]*\.")
WAVES: list[dict[str, t.Any]] = [
    {"name": "pilot", "groups": ["Pilot"], "pause": 5, "gate": {"min_users": 2}},
    {"name": "all", "groups": ["All"]},
]
GOOD: dict[str, t.Any] = {
    "rollout_definitions": "definitions",
    "rollout_policies": [{"display_name": "A"}],
    "rollout_waves": WAVES,
    "rollout_group_map": {"A": "B"},
    "rollout_prune": "yes",
    "rollout_max_deletions": 5,
    "rollout_max_changes": "20%",
    "rollout_lint": "never",
    "rollout_from_wave": "",
    "rollout_backup_folder": "",
    "rollout_title": 2024,
    "rollout_protect": '["Keep*"]',
}


def test_what_can_be_meant_passes() -> None:
    assert role_problems("main", {}) == []
    assert role_problems("main", GOOD) == []
    assert role_problems("main", {"rollout_prune": False, "rollout_title": "", "rollout_report_groups": []}) == []


@pytest.mark.parametrize(("entry", "name", "_option"), OPTIONS, ids=IDS)
def test_null_is_refused_for_every_variable(entry: str, name: str, _option: t.Any) -> None:
    [problem] = role_problems(entry, {name: None})
    assert re.fullmatch(rf"{name} is null\. Leave it out, or give (a|true)[^.]*\.", problem)


@pytest.mark.parametrize(("entry", "name", "option"), OPTIONS, ids=IDS)
def test_another_type_is_refused_for_every_variable(entry: str, name: str, option: dict[str, t.Any]) -> None:
    wrong: dict[str, list[t.Any]] = {"list": [{"a": 1}, 5, True, "a, b"], "dict": [["a"], 5, True, "a=b"]}
    values = wrong.get("list" if option["type"] == "raw" else option["type"], [["a"], {"a": 1}])
    if option["type"] in ("str", "path"):
        values = [*values, True]
    if option["type"] in ("int", "float", "bool"):
        values = [*values, "perhaps"]
    for value in values:
        [problem] = role_problems(entry, {name: value})
        assert name in problem
        assert SENTENCES.fullmatch(problem)


def test_all_problems_are_told_at_once() -> None:
    wrong = {"rollout_waves": {"name": "a"}, "rollout_lint": None, "rollout_prune": "maybe", "rollout_title": ["x"]}
    assert role_problems("main", {**GOOD, **wrong}) == [
        "rollout_lint is null. Leave it out, or give a text.",
        "the option rollout_prune: cannot use it: it is neither true nor false. Give true or false.",
        "the option rollout_waves: cannot use it: it is a dict, not a list. Give a list, or the JSON text of one.",
        "rollout_title is a list. Give a text.",
    ]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"rollout_lint": "errors"}, "rollout_lint is 'errors'. Give one of error, warning, never."),
        ({"rollout_from_wave": 2024}, "rollout_from_wave is 2024. Quote it, to make it a text."),
        ({"rollout_report_name": "../elsewhere"}, f"rollout_report_name is '../elsewhere'. {FILE_NAME}"),
        ({"rollout_report_name": "con"}, f"rollout_report_name is 'con'. {FILE_NAME}"),
        ({"rollout_tenant_name": 1.5}, "rollout_tenant_name is 1.5. Quote it, to make it a text."),
        ({"rollout_state_folder": "a\0b"}, "rollout_state_folder is 'a\\x00b'. Give a path as text."),
        ({"rollout_title": False}, "rollout_title is false. Give a text."),
        ({"rollout_waves": [None]}, "rollout_waves[0]"),
        ({"rollout_waves": ["pilot"]}, "rollout_waves[0]"),
        ({"rollout_waves": [{"groups": ["x"]}]}, "name"),
        ({"rollout_waves": [{"name": "a"}]}, "groups"),
        ({"rollout_waves": [{"name": "a", "groups": "x"}]}, "groups"),
        ({"rollout_waves": [{"name": "a", "groups": ["x"], "gates": {}}]}, "gates"),
        ({"rollout_waves": [{**WAVES[0], "gate": None}]}, "rollout_waves[0].gate is null."),
        ({"rollout_waves": [{**WAVES[0], "pause": None}]}, "rollout_waves[0].pause is null."),
        ({"rollout_waves": [{**WAVES[0], "groups": [None]}]}, "null"),
        ({"rollout_waves": [{**WAVES[0], "gate": {"timeout": None}}]}, "rollout_waves[0].gate.timeout is null."),
        ({"rollout_waves": [{**WAVES[0], "gate": []}]}, "gate"),
        ({"rollout_waves": "pilot, all"}, "it is text, not a list"),
        ({"rollout_group_map": ["a", "b"]}, "it is a list, not a dict"),
        ({"rollout_report_groups": "Pilot"}, "it is text, not a list"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_sentence(values: dict[str, t.Any], says: str) -> None:
    [problem] = role_problems("main", values)
    assert says in problem
    assert SENTENCES.fullmatch(problem)


def test_omit_is_not_given() -> None:
    assert role_problems("main", {"rollout_lint": "__omit_place_holder__123"}) == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_anything_at_all_ends_in_sentences(data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(sorted(entry_points())))
    names = st.sampled_from(sorted(entry_points()[entry]["options"]))
    for problem in role_problems(entry, data.draw(st.dictionaries(names, ANYTHING, max_size=4))):
        assert SENTENCES.fullmatch(problem), problem
