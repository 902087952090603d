# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fenced diffs of reports and plans in Markdown, and what --diff shows beside its two sides."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.diff import legible
from ansible_collections.m365.apps.plugins.plugin_utils._markdown import diff_lines


def test_what_differs_is_told_key_by_key_in_the_order_of_the_sides() -> None:
    before = {"same": 1, "changed": "old", "gone": None, "of another type": "1"}
    after = {"new": "", "of another type": 1, "changed": "new", "same": 1}
    assert diff_lines(before, after) == (
        '- changed: old\n+ changed: new\n- gone: \u2013\n- of another type: "1"\n+ of another type: 1\n+ new: \n'
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [("0", 0), (True, 1), (False, 0), ("true", True), ('["a"]', ["a"]), ("null", None), ("\u2013", None)],
)
def test_values_that_differ_look_different(old: t.Any, new: t.Any) -> None:
    first, second = diff_lines({"a": old}, {"a": new}).splitlines()
    assert first[1:] != second[1:]


def test_names_stand_behind_the_values_that_they_are_of() -> None:
    names = {"before": {"a": "Name: Old\n", "b": "Name"}, "after": {"a": "Name: New", "c": "Other"}}
    assert diff_lines({"a": 1, "b": 2}, {"a": 3, "c": 4, "d": 5}, names) == (
        "- a: 1  # Name: Old\\n\n+ a: 3  # Name: New\n- b: 2  # Name\n+ c: 4  # Other\n+ d: 5\n"
    )


def test_what_a_terminal_shows_badly_is_shown_again() -> None:
    """Ansible shows two sides as JSON with numbers for characters, and has no place for names but behind them."""
    sides = {
        "before": {"description": "Büro", "priority": 1},
        "after": {"settings": {"a/b": 1, "a/c": 2}, "priority": 2},
    }
    diff = legible({**sides, "names": {"before": {}, "after": {"a/b": "Größe 🛡️"}}})
    assert {side: diff[side] for side in sides} == sides
    assert diff["prepared"] == "- description: Büro\n+ a/b: 1  # Größe 🛡️\n\n"


def test_what_a_terminal_shows_well_is_shown_once() -> None:
    diff = {"before": {"description": "x", "groups": ["a"]}, "after": {"settings": {"a/b": 1}}}
    assert legible(diff) == diff


def test_values_that_are_not_text_are_json() -> None:
    assert diff_lines({}, {"a": [True, {"b": "ä"}], "c": False, "d": 1.5}) == (
        '+ a: [true, {"b": "ä"}]\n+ c: false\n+ d: 1.5\n'
    )


def test_each_value_stays_on_its_line_and_does_nothing_on_a_terminal() -> None:
    lines = diff_lines({}, {"a\n```": "one\n```\ntwo\x1b[2J", "b": ["\u202e"]})
    assert lines == '+ a\\n```: one\\n```\\ntwo\\x1b[2J\n+ b: ["\\u202e"]\n'


def test_nothing_differs() -> None:
    assert diff_lines({}, {}) == diff_lines({"a": 1}, {"a": 1}) == ""
