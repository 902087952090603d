# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML of definition files: bounded before it is built, and no scalar is taken for something else than is written."""

from __future__ import annotations

import tracemalloc
import typing as t

import pytest
import yaml

from ansible_collections.m365.apps.plugins.module_utils._policy import payload
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import Form
from ansible_collections.m365.apps.plugins.plugin_utils._definitions import yaml_text
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._export import export


def read(text: str, name: str = "a.yml") -> dict[str, t.Any]:
    [policy] = read_definitions(name, text.encode())
    return policy


def refusal(text: str, name: str = "a.yml") -> str:
    with pytest.raises(DefinitionsError) as caught:
        read_definitions(name, text.encode())
    return str(caught.value)


# Bounds


def chain(first: str, line: str, length: int = 12) -> str:
    """Return a text of which each line holds the one before it ten times."""
    lines = [f"x0: &x0 {first}"]
    lines += [line.format(this=f"x{place}", ten=",".join([f"*x{place - 1}"] * 10)) for place in range(1, length)]
    return "\n".join(lines)


BOMBS = {
    "merges": chain("{a: 1, b: 2}", "{this}: &{this} {{<<: [{ten}]}}"),
    "lists": chain("[1, 2]", "{this}: &{this} [{ten}]"),
    "mappings": chain("{a: 1}", "{this}: &{this} {{a: [{ten}]}}"),
    "payload": "id: a\npolicy_payload:\n  " + chain("{a: 1}", "{this}: &{this} {{<<: [{ten}]}}").replace("\n", "\n  "),
    "merged lists of merges": chain("{a: 1}", "{this}: &{this} {{<<: [{ten}], c: [{ten}]}}", 9),
    "keys": chain("[1]", "? &{this} [{ten}]\n: 1"),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_what_multiplies_is_refused_before_it_is_built(text: str) -> None:
    assert len(text) < 1000
    tracemalloc.start()
    try:
        said = refusal(text)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "it holds more than 500000 values, counted with its anchors and merges followed" in said
    assert peak < 20_000_000


def test_a_long_chain_of_anchors_is_weighed_without_large_numbers() -> None:
    assert "it holds more than" in refusal(chain("[1]", "{this}: &{this} [{ten}]", 400))


@pytest.mark.parametrize("text", ["&a [*a]", "&a {id: *a}", "id: a\npolicy_payload: &a {b: *a}", "&a {<<: *a}"])
def test_what_holds_itself_is_refused(text: str) -> None:
    assert "it holds itself, through an anchor" in refusal(text)


def test_anchors_that_nest_are_refused() -> None:
    lines = ["x0: &x0 [1]", *(f"x{place}: &x{place} [*x{place - 1}]" for place in range(1, 200))]
    assert "it is nested too deeply" in refusal("\n".join(lines))


def test_too_many_values_are_refused_while_they_are_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_text, "MOST_VALUES", 1000)
    text = "id: a\npolicy_payload: [" + "[]," * 5000 + "{]"
    # The end of the text, which is broken, is never reached.
    assert "it holds more than 1000 values" in refusal(text)


def test_a_large_file_within_the_bounds_is_read() -> None:
    settings = ", ".join(f"{{settingId: word16;L_{number}, value: {number}}}" for number in range(1000))
    assert len(read(f"id: a\npolicy_payload: [{settings}]")["policy_payload"]) == 1000


def test_what_anchors_and_merges_share_is_read() -> None:
    text = (
        "- &base {id: a, policy_payload: &p [{settingId: s, value: 1}]}\n- {<<: *base, id: b}\n"
        "- {id: c, policy_payload: *p}\n"
    )
    policies = read_definitions("a.yml", text.encode())
    assert [policy["policy_payload"] for policy in policies] == [[{"settingId": "s", "value": 1}]] * 3


@pytest.mark.parametrize("text", ["[" + "[]," * 3000 + "[]]", '{"a":' + '[{"b":1},' * 3000])
def test_json_is_bounded_before_it_is_built(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "MOST_VALUES", 1000)
    assert "it holds more than" in refusal(text, "a.json")
    with pytest.raises(payload.PayloadError, match="it holds more than"):
        payload.parse_given(text)


def test_commas_and_brackets_inside_of_texts_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "MOST_VALUES", 5)
    text = '["' + "[,{" * 100 + r"\",[,[,[" + '", 1]'
    assert not payload.has_too_many_values(text)
    assert payload.has_too_many_values(text + ",1" * 5)


# Scalars

GOOD: list[tuple[str, t.Any]] = [
    ("display_name: 2024", "2024"),
    ("display_name: -5", "-5"),
    ("display_name: 0", "0"),
    ("display_name: '0123'", "0123"),
    ('display_name: "no"', "no"),
    ("display_name: !!str 0123", "0123"),
    ("display_name: 0o17", "0o17"),
    ("display_name: 1e3", "1e3"),
    ("display_name: 08", "08"),
    ("display_name: y", "y"),
    ("display_name: A 12:30", "A 12:30"),
    ("display_name: '12:30:00'", "12:30:00"),
    ("display_name: >-\n  0123", "0123"),
    ("display_name: 1.2.3", "1.2.3"),
]


@pytest.mark.parametrize(("text", "name"), GOOD)
def test_a_name_is_the_text_that_is_written(text: str, name: str) -> None:
    assert read(text) == {"display_name": name}


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("0123", "the number 83"),
        ("020", "the number 16"),
        ("1_000", "the number 1000"),
        ("0x1F", "the number 31"),
        ("0b11", "the number 3"),
        ("+5", "the number 5"),
        ("12:30:00", "the number 45000"),
        ("1.10", "the number 1.1"),
        (".5", "the number 0.5"),
        ("1.0e+3", "the number 1000.0"),
        ("2026-01-02", "the date 2026-01-02"),
        ("2026-01-02 10:00:00", "the date 2026-01-02 10:00:00"),
        ("no", "the boolean false"),
        ("Yes", "the boolean true"),
        ("on", "the boolean true"),
        ("OFF", "the boolean false"),
        ("true", "the boolean true"),
        ("!!int '0123'", "the number 83"),
        ("!!bool 'no'", "the boolean false"),
        ("!!bool maybe", "tagged bool, which it does not fit"),
    ],
)
@pytest.mark.parametrize("option", ["display_name", "id", "description", "groups"])
def test_a_text_that_yaml_takes_for_something_else_is_refused(written: str, meaning: str, option: str) -> None:
    said = refusal(f"kind: windows\nstate: present\n{option}: {written}")
    source = written.rpartition(" ")[2] if written.startswith("!!") else written
    source = source.strip("'")
    assert f"{option}: {source} (line 3) is {meaning}" in said
    assert said.endswith("Quote what is a text, and write numbers in plain digits, booleans as true or false.")


@pytest.mark.parametrize("option", ["display_name", "description", "policy_payload"])
def test_a_vaulted_text_is_refused_with_the_next_step(option: str) -> None:
    assert "Encrypt the whole file with ansible-vault." in refusal(f"id: a\n{option}: !vault $ANSIBLE_VAULT;1.1;x")


@pytest.mark.parametrize("written", ["020", "0x1F", "0o17", "08", "1_000", "1e3", "10:00", "yes", "2026-01-02"])
def test_a_priority_that_yaml_takes_for_something_else_is_refused(written: str) -> None:
    assert f"priority: {written} (line 2) is " in refusal(f"id: a\npriority: {written}")


@pytest.mark.parametrize(("written", "number"), [("20", 20), ("'20'", 20), ("'020'", 20), ("+5", 5), ("' 7 '", 7)])
def test_a_priority_is_a_number(written: str, number: int) -> None:
    assert read(f"id: a\npriority: {written}") == {"id": "a", "priority": number}


@pytest.mark.parametrize("written", ["20.0", "2.5", "'1_000'", "'1e3'", "'20.0'", "'٣'", "high"])
def test_a_priority_that_is_not_whole_is_refused(written: str) -> None:
    assert "not a whole number" in refusal(f"id: a\npriority: {written}")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("5", 5),
        ("-5", -5),
        ("0", 0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.0e+3", 1000.0),
        ("~", None),
        ("", None),
        ("null", None),
        ("text", "text"),
        ("'0123'", "0123"),
        ("!!str 08", "08"),
        ("'no'", "no"),
        ("'2026-01-02'", "2026-01-02"),
        ("16.0.1", "16.0.1"),
    ],
)
def test_a_payload_takes_the_values_of_json(written: str, value: t.Any) -> None:
    assert read(f"id: a\npolicy_payload: [{{settingId: s, value: {written}}}]")["policy_payload"] == [
        {"settingId": "s", "value": value}
    ]


@pytest.mark.parametrize(
    "written",
    ["0123", "08", "1_000", "0x1F", "0o17", "12:30:00", "2026-01-02", "no", "Yes", "on", "OFF", "1e3", "1_0.5"],
)
@pytest.mark.parametrize("option", ["policy_payload", "user_preference_payload"])
def test_a_payload_refuses_what_tools_read_in_two_ways(written: str, option: str) -> None:
    assert f"{option} value: {written} (line 2) is " in refusal(f"id: a\n{option}: [{{deep: [{{value: {written}}}]}}]")


@pytest.mark.parametrize("key", ["no", "0123", "2026-01-02"])
def test_a_key_of_a_payload_is_looked_at_too(key: str) -> None:
    assert f"a key in policy_payload: {key} (line 2) is " in refusal(f"id: a\npolicy_payload: {{{key}: x}}")


LONG = ":".join(["1"] * 20_000)


@pytest.mark.parametrize(
    "text",
    [
        f"display_name: {LONG}",
        f"? {LONG}\n: A",
        f"- {LONG}",
        f"id: a\npolicy_payload: {{a: {LONG}}}",
        f"id: a\npolicy_payload:\n  ? [{LONG}]\n  : x",
        f"? [{LONG}]\n: x",
    ],
    ids=["name", "option", "item", "payload", "key in a payload", "key"],
)
def test_a_number_of_very_many_parts_is_not_computed(text: str) -> None:
    assert "(line " in refusal(text)
    assert "is the number that YAML makes of it" in refusal(text)


def test_all_scalars_of_a_file_are_named_at_once() -> None:
    text = "- {display_name: 0123, priority: 020}\n- &base {id: a, description: no}\n- {<<: *base, id: 1.10}\n"
    said = refusal(text)
    for part in (
        "display_name: 0123 (line 1)",
        "priority: 020 (line 1)",
        "description: no (line 2)",
        "id: 1.10 (line 3)",
    ):
        assert part in said
    assert said.count("description") == 1
    many = "".join(f"- {{display_name: 0{number}}}\n" for number in range(10, 30))
    assert "and 8 more" in refusal(many)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('{"display_name": true}', "display_name is a boolean, not a text"),
        ('{"display_name": 1.5}', "display_name is a number that is not whole, not a text"),
        ('{"id": ["a"]}', "id is a list, not a text"),
        ('{"id": "a", "description": {"a": 1}}', "description is a dict, not a text"),
        ('{"id": "a", "priority": 20.0}', "priority is 20.0, not a whole number"),
        ('{"id": "a", "priority": false}', "priority is the boolean false, not a number"),
    ],
)
def test_json_files_follow_the_same_rule(text: str, cause: str) -> None:
    assert cause in refusal(text, "a.json")
    assert cause in refusal(text) or " (line 1) is the " in refusal(text)


def test_whole_numbers_of_json_are_texts_where_texts_are_wanted() -> None:
    text = '{"display_name": 2024, "id": 7, "description": 0, "priority": "20"}'
    assert read(text, "a.json") == {"display_name": "2024", "id": "7", "description": "0", "priority": 20}


@pytest.mark.parametrize(
    "value",
    ["0123", "020", "no", "Yes", "on", "12:30:00", "2026-01-02", "1_000", "0x1F", "0o17", "1e3", ".5", "08", "~"],
)
def test_what_is_exported_is_read_again(value: str) -> None:
    config = {
        "id": "x",
        "display_name": value,
        "kind": "windows",
        "description": value,
        "policy_payload": [{"settingId": value, value: value}],
        "groups": [],
    }
    [file] = export([config], {}, Form(), all_ids=True).files
    policy = read(file.data.decode())
    assert {name: policy[name] for name in config} == config
    assert yaml.safe_load(file.data) == policy
