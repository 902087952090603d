# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definition files that are not UTF-8, and JSON that cannot be read: a sentence with the next step."""

from __future__ import annotations

import json

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions

ONE = {"a.yml": "id: ä\n", "a.json": '{"id": "ä"}'}


def refusal(name: str, text: bytes) -> str:
    with pytest.raises(DefinitionsError) as caught:
        read_definitions(name, text)
    return str(caught.value)


@pytest.mark.parametrize("name", list(ONE))
@pytest.mark.parametrize(
    ("encoding", "cause"),
    [
        ("utf-16-le", "it is saved as UTF-16 without a byte order mark"),
        ("utf-16-be", "it is saved as UTF-16 without a byte order mark"),
        ("utf-32", "it is saved as UTF-32"),
    ],
)
def test_a_text_that_is_not_utf_8_is_named(name: str, encoding: str, cause: str) -> None:
    said = refusal(name, ONE[name].encode(encoding))
    assert said.startswith(f"definitions {name}: cannot read it: {cause}. Save it as UTF-8")


def test_yaml_may_be_utf_16_with_its_mark_and_json_may_not() -> None:
    assert read_definitions("a.yml", ONE["a.yml"].encode("utf-16")) == [{"id": "ä"}]
    assert "it is saved as UTF-16. Save it as UTF-8" in refusal("a.json", ONE["a.json"].encode("utf-16"))
    assert read_definitions("a.json", ONE["a.json"].encode("utf-8-sig")) == [{"id": "ä"}]


def test_a_byte_of_windows_has_its_line_and_column() -> None:
    said = refusal("a.yml", "id: a\ndescription: für alle\ngroups: []\n".encode("cp1252"))
    assert "line 2, column 15: the byte 0xfc is not UTF-8, as in a file of Windows-1252" in said
    assert said.endswith("(description: f\\xfcr alle). Save it as UTF-8.")
    assert "line 1, column 9: the byte 0xe4" in refusal("a.json", ONE["a.json"].encode("latin-1"))


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ('{"id": "a",}', "no comma before a closing bracket|Remove the comma"),
        ("{id: 1}", "Put the names in double quotes"),
        ('{"id" "a"}', "Give the colon that is missing"),
        ('{"id": "a" "kind": "x"}', "Give the comma that is missing"),
        ('{"id": "a', "Close the quotes"),
        ('{"id": "a\n"}', "Close the quotes in the same line"),
        ('{"id": "a"} {"id": "b"}', "or a list of them in brackets"),
        ('{"id": True}', "a text in double quotes, a number, true, false, null"),
    ],
)
def test_json_that_cannot_be_read_has_what_usually_helps(text: str, step: str) -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text)
    said = refusal("a.json", text.encode())
    # Which of the two it is depends on the version of Python.
    assert any(each in said for each in step.split("|"))
    assert f"line {caught.value.lineno} column {caught.value.colno}" in said


def test_the_problems_of_a_file_are_each_for_itself() -> None:
    with pytest.raises(DefinitionsError) as caught:
        read_definitions("a.yml", b"[{prioriti: 1}, {id: a}" + b", {kin: 1}" * 21 + b"]")
    assert len(caught.value.problems) == 22
    assert caught.value.problems[0].startswith("definitions a.yml item 1 of 23: ")
    assert caught.value.problems[1].startswith("definitions a.yml item 3 of 23: ")
    assert str(caught.value).endswith("There are 2 more of this kind.")
