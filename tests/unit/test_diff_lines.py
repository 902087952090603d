# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fenced diffs of reports and plans in Markdown."""

from __future__ import annotations

from ansible_collections.m365.apps.plugins.plugin_utils._markdown import diff_lines


def test_what_differs_is_told_key_by_key_in_the_order_of_the_sides() -> None:
    before = {"same": 1, "changed": "old", "gone": None, "of another type": "1"}
    after = {"new": "", "of another type": 1, "changed": "new", "same": 1}
    assert diff_lines(before, after) == (
        "- changed: old\n+ changed: new\n- gone: \u2013\n- of another type: 1\n+ of another type: 1\n+ new: \n"
    )


def test_values_that_are_not_text_are_json() -> None:
    assert diff_lines({}, {"a": [True, {"b": "ä"}], "c": False, "d": 1.5}) == (
        '+ a: [true, {"b": "ä"}]\n+ c: false\n+ d: 1.5\n'
    )


def test_each_value_stays_on_its_line_and_does_nothing_on_a_terminal() -> None:
    lines = diff_lines({}, {"a\n```": "one\n```\ntwo\x1b[2J", "b": ["\u202e"]})
    assert lines == '+ a\\n```: one\\n```\\ntwo\\x1b[2J\n+ b: ["\\u202e"]\n'


def test_nothing_differs() -> None:
    assert diff_lines({}, {}) == diff_lines({"a": 1}, {"a": 1}) == ""
