# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema of settings: made from the catalog, it takes what the language takes and marks mistakes."""

from __future__ import annotations

import json
import random
import re
import textwrap
import typing as t
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.example import example_of
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_entry
from ansible_collections.m365.apps.plugins.module_utils._catalog.schema import embedded, schema_text, settings_schema
from ansible_collections.m365.apps.plugins.module_utils._catalog.shorten import shorten
from ansible_collections.m365.apps.plugins.plugin_utils._filters import SCHEMA, SETTINGS_SCHEMA
from ansible_collections.m365.apps.tests.tools import settings_schema as tool
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.random_settings import policy
from ansible_collections.m365.apps.tests.unit.schemas import DEFINITION, ENTRIES, SETTINGS, VALIDATOR

TEXTS = settings_schema(own.CATALOG)
OWN = jsonschema.Draft202012Validator(TEXTS)
# The files of editors are loaded whole, and each entry is held against each condition of its ADMX file.
MOST_BYTES, MOST_CONDITIONS = 700_000, 250


def test_the_committed_file_is_what_make_schema_makes(tmp_path: Path) -> None:
    made = tmp_path / "made.json"
    tool.main([str(made)])
    assert made.read_bytes() == SETTINGS_SCHEMA.read_bytes(), "run make schema"


def test_it_is_a_schema_and_stays_small() -> None:
    # Made as the other one, which takes ten seconds.
    jsonschema.Draft202012Validator.check_schema(TEXTS)
    assert SETTINGS_SCHEMA.stat().st_size < MOST_BYTES
    conditions = [len(each.get("allOf", ())) for each in SETTINGS["$defs"].values()]
    assert max(conditions) < MOST_CONDITIONS


def test_the_order_of_definitions_does_not_matter() -> None:
    definitions = list(own.DEFINITIONS)
    random.Random(1).shuffle(definitions)
    assert schema_text(settings_schema(Catalog(definitions))) == schema_text(TEXTS)


def test_every_key_is_completed_and_none_of_a_text_is_in_it() -> None:
    [keys, _others] = SETTINGS["$defs"]["key"]["anyOf"]
    assert len(keys["enum"]) == len(set(keys["enum"])) > 2300
    assert "excel16/L_VBAWarningsPolicy" in keys["enum"]
    assert "enumDescriptions" not in SETTINGS_SCHEMA.read_text(encoding="utf-8")


def test_every_example_of_a_setting_is_valid() -> None:
    chosen = random.Random(5).sample([*built_in().settings()], 120)
    for example in filter(None, (example_of(each, built_in()) for each in chosen)):
        [entry] = yaml.safe_load(example)
        assert [error.message for error in ENTRIES.iter_errors(entry)] == [], entry


@given(st.randoms(use_true_random=False), st.booleans())
def test_every_policy_in_the_language_is_valid(rng: random.Random, explicit: bool) -> None:
    for entry in shorten(policy(rng, most=4), built_in(), explicit=explicit):
        assert [error.message for error in ENTRIES.iter_errors(entry)] == [], entry


MACROS = "excel16/L_VBAWarningsPolicy"
# Entries that the language takes, in spellings that no export has.
RIGHT: list[t.Any] = [
    {"setting": MACROS},
    {"setting": MACROS, "value": "3"},
    {"setting": MACROS, "scope": "user", "value": 3},
    {"setting": MACROS, "values": {"L_empty4": 3}},
    {"setting": "excel16;L_VBAWarningsPolicy", "value": 3},
    {"setting": "office16/L_AgeOutPolicy", "scope": "device", "state": "disabled"},
    {"setting": "outlk16/L_CheckForgottenAttachments", "values": {}},
    {"setting": "office16/L_OnlineRepair", "values": {"L_LocalODTPath": ""}},
    {"setting": "office16/L_AllowedCOMAddins", "value": {"My.AddIn": 1}},
]


@pytest.mark.parametrize("entry", RIGHT, ids=json.dumps)
def test_what_the_language_takes_is_valid(entry: t.Any) -> None:
    assert compile_entry(entry, built_in()).wrong == []
    assert [error.message for error in ENTRIES.iter_errors(entry)] == []


WRONG: list[t.Any] = [
    {"setting": "excel16/L_VBAWarningPolicy"},
    {"settings": MACROS},
    {"setting": MACROS, "valeu": 3},
    {"setting": MACROS, "value": 9},
    {"setting": MACROS, "value": "9"},
    {"setting": MACROS, "value": None},
    {"setting": MACROS, "value": [3]},
    {"setting": MACROS, "value": True},
    {"setting": MACROS, "value": 3, "values": {"L_empty4": 3}},
    {"setting": MACROS, "value": 3, "state": "disabled"},
    {"setting": MACROS, "scope": "device"},
    {"setting": MACROS, "state": "off"},
    {"setting": MACROS, "raw": {}},
    {"setting": "office16/L_AgeOutPolicy"},
    {"setting": "outlk16/L_CheckForgottenAttachments", "value": 1},
    {"setting": "outlk16/L_CheckForgottenAttachments", "values": {"L_empty4": 1}},
    {"setting": "office16/L_OnlineRepair"},
    {"setting": "office16/L_OnlineRepair", "value": 1},
    {"setting": "office16/L_OnlineRepair", "values": {"L_LocalODTPath": "", "L_Nothing": 1}},
    {"setting": "office16/L_UpdateBranch", "value": "MonthlyEnterprize"},
    {"setting": "office16/L_DocumentInspector", "value": "Comments"},
    {"setting": "office16/L_AllowedCOMAddins", "value": ["My.AddIn"]},
    {"raw": "text"},
    {},
    "text",
]


@pytest.mark.parametrize("entry", WRONG, ids=json.dumps)
def test_what_people_mistype_is_marked(entry: t.Any) -> None:
    assert compile_entry(entry, built_in()).wrong
    assert not ENTRIES.is_valid(entry)
    # By way of the schema of definition files, too.
    assert not VALIDATOR.is_valid({"id": "a", "settings": {"add": [entry]}})


def test_a_key_to_remove_is_one_that_there_is() -> None:
    assert VALIDATOR.is_valid({"id": "a", "settings": {"remove": [MACROS, {"setting": MACROS}]}})
    assert not VALIDATOR.is_valid({"id": "a", "settings": {"remove": ["excel16/L_VBAWarningPolicy"]}})


def test_the_guide_names_the_schema_where_it_is() -> None:
    guide = (SETTINGS_SCHEMA.parents[1] / "docs" / "docsite" / "rst" / "guide_definitions.rst").read_text(
        encoding="utf-8"
    )
    [block] = re.findall(r"^\.\. code-block:: json\n\n((?:   .*\n)+)", guide, re.MULTILINE)
    given = json.loads(textwrap.dedent(block))
    [first], [second] = given["yaml.schemas"], given["json.schemas"]
    assert first == second["url"] == f"./collections/ansible_collections/m365/apps/schemas/{SCHEMA.name}"
    assert SCHEMA.is_file()


def test_patterns_are_those_of_ecmascript() -> None:
    """Editors compile them in Unicode mode, where nothing but syntax may be escaped."""
    odd = replace(own.MACROS, file="a.b-c&d", name="L_Odd", id="x~odd", root="x~odd", options=())
    low = own.choice(odd, "L_Low", {-1: "", 2: ""})
    odd = replace(odd, options=own.MACROS.options, kind="choice")
    patterns = patterns_in(settings_schema(Catalog([odd, low]))) | patterns_in(SETTINGS)
    assert "^a\\.b-c&d/" in " ".join(patterns)
    for pattern in patterns:
        assert re.fullmatch(r"(?:[^\\]|\\[\^$\\.*+?()\[\]{}|/sS])*", pattern), pattern


def patterns_in(value: t.Any) -> set[str]:
    """Return all patterns of a schema."""
    if isinstance(value, list):
        return set().union(*map(patterns_in, value))
    if not isinstance(value, dict):
        return set()
    own_one = {value["pattern"]} if isinstance(value.get("pattern"), str) else set()
    return own_one.union(*map(patterns_in, value.values()), value.get("patternProperties", ()))


# A schema with texts


def test_texts_are_completed_and_described() -> None:
    [keys, _others] = TEXTS["$defs"]["key"]["anyOf"]
    named = dict(zip(keys["enum"], keys["enumDescriptions"], strict=True))
    assert named["excel16/L_OwnMacros"] == "Let macros run in own workbooks (User)"
    assert named["outlk16/L_OwnNames"] == r"Own names: {{ all }} of them and \x1b more"
    text = schema_text(TEXTS)
    # Two options that are called alike but for case have no name that means one of them.
    assert '"enum":[1,2,3,4,"Run all of them","Run those with a signature"]' in text
    assert '"description":"Where it comes from"' in text
    assert json.loads(text) == TEXTS


@pytest.mark.parametrize(
    ("value", "valid"),
    [("Run all of them", True), (2, True), ("2", True), ("Run some of them", False), ("Run none", False), (5, False)],
)
def test_display_names_are_values_where_they_are_known(value: t.Any, valid: bool) -> None:
    entry = {"setting": "excel16/L_OwnMacros", "value": value}
    assert OWN.is_valid(entry) is valid
    assert (compile_entry(entry, own.CATALOG).wrong == []) is valid


def test_names_that_cannot_be_shown_or_are_values_are_not_completed() -> None:
    titles = {"Current": "Current", "Later": "In two\nlines", "Odd": "\u202eodd", "Other": "Other one", "More": ""}
    level = own.choice(own.MACROS, "L_OwnLevel", titles)
    text = schema_text(settings_schema(Catalog([level], below=own.CATALOG)))
    assert '"enum":["Current","Later","Odd","Other","More","In two lines","Other one"]' in text
    assert '"enumDescriptions":["Current","In two lines","\\\\u202eodd","Other one","","",""]' in text


def test_what_microsoft_calls_deprecated_is_marked() -> None:
    marked = [each for each in TEXTS["$defs"].values() if "deprecationMessage" in json.dumps(each)]
    assert len(marked) == 1
    assert OWN.is_valid({"setting": "excel16/L_OwnOldMacros"})


def test_one_file_can_hold_both_schemas() -> None:
    whole = embedded(DEFINITION, TEXTS, SETTINGS_SCHEMA.name)
    assert SETTINGS_SCHEMA.name not in json.dumps(whole)
    validator = jsonschema.Draft202012Validator(whole)
    for value, valid in (("Run all of them", True), (5, False)):
        document = {"id": "a", "settings": [{"setting": "excel16/L_OwnMacros", "value": value}]}
        assert validator.is_valid(document) is valid
    with pytest.raises(ValueError, match="both schemas have entry"):
        embedded({**DEFINITION, "$defs": {"entry": {}}}, TEXTS, SETTINGS_SCHEMA.name)
