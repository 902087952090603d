# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of definition files that cannot be read: the place, the usual cause, and all of it at once."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.lookup.definitions import LookupModule
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import meant, with_meant
from ansible_collections.m365.apps.plugins.plugin_utils._definitions import yaml_text
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions


def refusal(text: str) -> str:
    with pytest.raises(DefinitionsError) as caught:
        read_definitions("a.yml", text.encode())
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "step"),
    [
        ("display_name: A\ndescription: Macros: none\n", "line 2, column 20", "one with a colon and a blank behind it"),
        ("- {id: a}\n- id: b\n  description: a: b\n", "line 3, column 17", "one with a colon and a blank behind it"),
        ("display_name: A\n  groups: [x]\n", "line 2, column 9", "Indent the line like those of the same mapping"),
        ("display_name: A\n\tgroups: x\n", "line 2, column 1", "Indent with blanks, not with tabs"),
        ("description: @home\n", "line 1, column 14", "Put the text in quotes: it begins with a character"),
        ("description: %x\n", "line 1, column 14", "Put the text in quotes: it begins with a character"),
        ("description: *stars\n", "line 1, column 14", "Put the text in quotes: a star"),
        ("description: &\n", "line 1, column 15", "Put the text in quotes: it begins with a character"),
        ("id: a\nname: 'b\nkind: x\n", "line 2, column 7", "Close the quotes that are opened there"),
        ("groups: [a\nid: b\n", "line 1, column 9", "Close the bracket"),
        ("id: a\nid: b\n", "line 2, column 1", "Keep one of them"),
        ("id: a\n--- \nid: b\n", "line 2, column 1", "Put each document into a file of its own"),
        ("- id: a\n  id2\n", "line 3, column 1", "Give the colon and the value that are missing"),
    ],
)
def test_an_error_of_yaml_has_its_place_and_what_usually_helps(text: str, place: str, step: str) -> None:
    said = refusal(text)
    assert said.startswith(f"definitions a.yml: cannot read it: {place}: ")
    assert step in said
    assert "<byte string>" not in said


def test_the_line_is_shown_as_it_is() -> None:
    said = refusal("display_name: A\ndescription: Macros: \x85none\n")
    assert said.startswith("definitions a.yml: cannot read it: line 2")


def test_all_items_that_are_wrong_are_told_with_the_count_of_the_file() -> None:
    said = refusal("- {id: a, kind: linux}\n- {id: b}\n- {id: c, prioriti: 1}\n")
    assert "definitions a.yml item 1 of 3 policy 'a': cannot use its values" in said
    assert "definitions a.yml item 3 of 3: cannot read it: it has the unknown option prioriti (did you mean" in said
    assert "item 2" not in said


def test_three_broken_files_are_told_in_one_run(tmp_path: Path) -> None:
    for name, text in {"a.yml": "id: a: b", "b.yml": "groups: [x", "c.json": "{", "d.yml": "id: d"}.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(AnsibleError) as caught:
        LookupModule(loader=DataLoader()).run([str(tmp_path)], {})
    told = str(caught.value)
    assert [told.count(f"{tmp_path / name}: cannot read it") for name in ("a.yml", "b.yml", "c.json", "d.yml")] == [
        1,
        1,
        1,
        0,
    ]


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("settingID", "settingId"),
        ("valeu", "value"),
        ("displayName", "display_name"),
        ("Priority", "priority"),
        ("frobnicate", ""),
        ("", ""),
    ],
)
def test_a_misspelled_word_is_like_one_that_is_known(word: str, other: str) -> None:
    assert meant(word, ("settingId", "value", "display_name", "priority")) == other


def test_misspelled_words_are_told_with_what_they_are_like() -> None:
    assert with_meant(["valeu", "x"], ["value"]) == "valeu (did you mean value?), x"


MARKS = [
    "'q",
    '"',
    "[",
    "]",
    "{",
    "}",
    "- ",
    ": ",
    "#",
    " #",
    "&x ",
    "*x",
    "!!str ",
    "|",
    ">",
    "%",
    "@",
    "?",
    ",",
    "<<: ",
]
ENDS = ["\n", "\n  ", "\t", "\r\n", "\r", "\u2028", "\x7f", "\x85", "\ufeff", "---", "...", "\\", "!vault "]
WORDS = st.sampled_from([*MARKS, *ENDS, "id", "a", "b: c", "0123", "1e3", "no", "~", "2026-01-02", "é"])


@pytest.mark.skipif(len(yaml_text._LOADERS) == 1, reason="PyYAML has no libyaml here, so there is one parser only")
@given(st.lists(WORDS, max_size=12).map("".join))
def test_what_is_read_does_not_hang_on_how_yaml_was_built(text: str) -> None:
    """A text that both parsers take means the same to both, with the same tags written; else PyYAML's own says no."""

    def seen(kind: t.Any) -> t.Any:
        try:
            loader = kind(text.encode())
            node = yaml_text.composed(loader)
        except (yaml.YAMLError, ValueError) as error:
            return type(error)
        return None if node is None else yaml.serialize(node), len(loader.tagged)

    assume(not yaml_text._TAKEN_OTHERWISE.search(text.encode()))
    fast, slow = map(seen, yaml_text._LOADERS)
    assert fast == slow or (isinstance(fast, type) and issubclass(fast, yaml.YAMLError))
