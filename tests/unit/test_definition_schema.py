# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shipped JSON Schema says what the modules take, no more and no less."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import jsonschema
import pytest
import yaml
from ansible.module_utils.parsing.convert_bool import BOOLEANS

from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST, READ_ONLY, SOURCE
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import MAX_PRIORITY
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._filters import SCHEMA
from ansible_collections.m365.apps.tests.unit.schemas import DEFINITION, VALIDATOR

ROOT = Path(__file__).resolve().parents[2]
POLICY = DEFINITION["$defs"]["policy"]
EXAMPLES = sorted((ROOT / "examples").glob("contoso*/definitions/*"))
ROLLOUT = ROOT / "tests" / "integration" / "targets" / "rollout_role" / "files"
# Lists and numbers may be texts, as extra variables have them.
TYPES = {"str": "string", "int": ["integer", "string"], "list": ["array", "string"], "dict": ["object", "string"]}


def is_valid(document: t.Any) -> bool:
    return bool(VALIDATOR.is_valid(document))


def load(path: Path) -> t.Any:
    """Return a file as an editor reads it: the last of two keys counts."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(DEFINITION)


def test_its_options_are_those_of_the_module_but_for_the_read_only_ones() -> None:
    assert set(POLICY["properties"]) == set(POLICY_IN_LIST) - {*READ_ONLY, *SOURCE}
    assert POLICY["additionalProperties"] is False


def test_its_types_choices_and_defaults_are_those_of_the_module() -> None:
    for name, option in POLICY_IN_LIST.items():
        if name in READ_ONLY or name in SOURCE:
            continue
        said = POLICY["properties"][name]
        assert said.get("enum") == option.get("choices"), name
        assert said.get("default") == option.get("default"), name
        # What is "raw" in the module has several types.
        assert said.get("type") == TYPES.get(option["type"]), name
        assert (option["type"] == "raw") is ("type" not in said), name
    assert (POLICY["properties"]["priority"]["minimum"], POLICY["properties"]["priority"]["maximum"]) == (
        0,
        MAX_PRIORITY,
    )


def test_each_option_is_described_with_what_omitted_means() -> None:
    for name, option in POLICY["properties"].items():
        assert "Omitted: " in option["description"], name


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_valid(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(load(path))] == []


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.suffix == ".yml"], ids=lambda path: path.name)
def test_the_examples_tell_editors_their_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n---\n")[0]
    [line] = [line for line in first.splitlines() if line.startswith("# yaml-language-server:")]
    _before, given, target = line.partition("$schema=")
    assert given
    assert (path.parent / target).resolve() == SCHEMA


@pytest.mark.parametrize("path", sorted((ROLLOUT / "definitions").rglob("*.*")), ids=lambda path: path.name)
def test_what_is_rolled_out_is_valid(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(load(path))] == []


def test_what_the_rollout_refuses_is_invalid() -> None:
    wrong = list((ROLLOUT / "wrong").iterdir())
    assert wrong
    assert [path.name for path in wrong if is_valid(load(path))] == []


WORDS = sorted(BOOLEANS, key=repr)
# Documents that the lookup, by the module's own rules, and the schema must judge alike.
RIGHT: list[t.Any] = [
    {"display_name": "A"},
    {"id": "a"},
    [],
    [{"id": "a"}, {"display_name": "B", "state": "absent"}],
    {"id": "a", "description": "", "priority": 0, "kind": "office"},
    {"id": "a", "priority": MAX_PRIORITY},
    {"id": "a", "policy_payload": [], "user_preference_payload": {}},
    {"id": "a", "policy_payload": "", "user_preference_payload": '[{"settingId": "s"}]'},
    {"id": "a", "policy_payload": [{"settingId": "s", "value": 1}, {"other": True}, "text"]},
    {"id": "a", "groups": ""},
    {"id": "a", "groups": "A"},
    {"id": "a", "groups": []},
    {"id": "a", "groups": {}},
    {"id": "a", "groups": ["A", {"id": "x", "display_name": "X"}, {"display_name": "Y"}]},
    {"id": "a", "groups": {"set": ["A", {"id": "x"}]}},
    {"id": "a", "groups": {"add": "A", "remove": []}},
    {"id": "a", "groups": ["A", {"id": "x", "filter": "F", "filter_mode": "exclude"}, {"id": "y", "filter": ""}]},
    {"id": "a", "settings": [{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}], "scope_tags": ["0"]},
    {"id": "a", "settings": {"add": [], "remove": ["excel16/L_VBAWarningsPolicy"]}},
    {"id": "a", "settings": {"remove": [{"setting": "office16/L_AgeOutPolicy", "scope": "device"}, "word16;L_Any"]}},
    {"id": "a", "settings": [{"raw": {"@odata.type": "x", "settingDefinitionId": "y"}}]},
    {"id": "a", "exclude_groups": ["A"], "all_users": True, "all_devices": {"filter": "F"}},
    {"id": "a", "groups": [{"id": "x", "display_name": None}], "exclude_groups": [{"id": "y", "display_name": 5}]},
    {"id": "a", "priority": " 3 "},
    {"id": "a", "scope_tags": [0, "A"]},
    {"id": "a", "scope_tags": '["A"]'},
    {"id": "a", "scope_tags": ["7"], "scope_tag_names": {"7": "Berlin"}},
    {"id": "a", "filter_names": {}, "scope_tag_names": '{"7": "Berlin"}'},
    # Editors read the words of YAML 1.1 as texts.
    *({"id": "a", "all_users": word, "all_devices": word} for word in (*WORDS, "YES", " no ", '{"filter": "F"}')),
]
WRONG: list[t.Any] = [
    None,
    5,
    "text",
    {},
    [[]],
    [{"id": "a"}, "just a text"],
    {"kind": "windows"},
    {"id": "a", "descripton": "x"},
    {"id": "a", "description": None},
    {"id": " "},
    {"display_name": ""},
    {"id": "a", "kind": "linux"},
    {"id": "a", "state": "gone"},
    {"id": "a", "priority": -1},
    {"id": "a", "priority": MAX_PRIORITY + 1},
    {"id": "a", "priority": 1.5},
    {"id": "a", "priority": True},
    {"id": "a", "policy_payload": 5},
    {"id": "a", "policy_payload": True},
    {"id": "a", "policy_payload": None},
    {"id": "a", "groups": 5},
    {"id": "a", "groups": [{"filter": "F"}]},
    {"id": "a", "groups": [{"id": "x", "filter_mode": "include"}]},
    {"id": "a", "groups": [{"id": "x", "filter": "F", "filter_mode": "both"}]},
    {"id": "a", "groups": {"remove": [{"id": "x", "filter": "F"}]}},
    {"id": "a", "exclude_groups": [{"id": "x", "filter": "F"}]},
    {"id": "a", "exclude_groups": None},
    {"id": "a", "all_users": 5},
    {"id": "a", "all_users": None},
    {"id": "a", "all_devices": {"filter_mode": "include"}},
    {"id": "a", "all_devices": {"id": "x"}},
    {"id": "a", "settings": None},
    {"id": "a", "scope_tags": None},
    {"id": "a", "scope_tags": [" "]},
    {"id": "a", "scope_tag_names": ["Berlin"]},
    {"id": "a", "scope_tag_names": {"7": ""}},
    {"id": "a", "filter_names": {"7": 7}},
    {"id": "a", "filter_names": None},
    {"id": "a", "filter_names": "Berlin"},
    {"id": "a", "scope_tags": [True]},
    {"id": "a", "scope_tags": "A"},
    {"id": "a", "priority": "-1"},
    {"id": "a", "priority": "high"},
    {"id": "a", "all_users": "maybe"},
    {"id": "a", "all_devices": ""},
    {"id": "a", "groups": [{"display_name": None}]},
    {"id": "a", "groups": " "},
    {"id": "a", "groups": None},
    {"id": "a", "groups": [5]},
    {"id": "a", "groups": [""]},
    {"id": "a", "groups": [{}]},
    {"id": "a", "groups": [{"id": "", "display_name": "A"}]},
    {"id": "a", "groups": [{"id": "x", "name": "A"}]},
    {"id": "a", "groups": {"set": ["A"], "add": ["B"]}},
    {"id": "a", "groups": {"sets": ["A"]}},
    {"id": "a", "groups": {"add": None}},
    {"id": "a", "groups": {"id": "x"}},
]


@pytest.mark.parametrize("document", RIGHT, ids=json.dumps)
def test_what_the_lookup_takes_is_valid(document: t.Any) -> None:
    read_definitions("a.json", json.dumps(document).encode())
    assert is_valid(document)


@pytest.mark.parametrize("document", WRONG, ids=json.dumps)
def test_what_the_lookup_refuses_is_invalid(document: t.Any) -> None:
    with pytest.raises(DefinitionsError):
        read_definitions("a.json", json.dumps(document).encode())
    assert not is_valid(document)
