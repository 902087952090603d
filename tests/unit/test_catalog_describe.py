# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a setting, and the example that enables it: it compiles, whatever the setting."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
import yaml

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Child, Definition
from ansible_collections.m365.apps.plugins.module_utils._catalog.describe import described
from ansible_collections.m365.apps.plugins.module_utils._catalog.example import example_of
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.own_settings import CATALOG

NOTHING: dict[str, t.Any] = {
    **dict.fromkeys(
        ("minimum", "maximum", "min_length", "max_length", "min_items", "max_items", "only_with", "default")
    ),
    "allowed": [],
    "display_name": None,
    "required": True,
}


def elements(definition: Definition, catalog: Catalog = CATALOG) -> list[dict[str, t.Any]]:
    found: list[dict[str, t.Any]] = described(definition, catalog)["elements"]
    return found


def test_a_setting_is_described_whole() -> None:
    assert described(own.MACROS, CATALOG) == {
        "setting": "excel16/L_OwnMacros",
        "scope": "user",
        "display_name": "Let macros run in own workbooks (User)",
        "app": "excel16",
        "policy": "L_OwnMacros",
        "category": ["Own Excel", "Safety"],
        "id": own.MACROS.id,
        "deprecated": False,
        "states": [
            {"state": "enabled", "display_name": "On", "default": False},
            {"state": "disabled", "display_name": "Off", "default": True},
        ],
        "elements": [
            {
                **NOTHING,
                "name": "L_OwnLevel",
                "id": own.LEVEL.id,
                "display_name": "Which ones",
                "type": "choice",
                "default": 2,
                "allowed": [
                    {"value": 1, "display_name": "Run all of them"},
                    {"value": 2, "display_name": "Run those with a signature"},
                    {"value": 3, "display_name": "Run none"},
                    {"value": 4, "display_name": "run NONE"},
                ],
            }
        ],
        "example": (
            "# Let macros run in own workbooks (User)\n"
            "- setting: excel16/L_OwnMacros\n"
            "  value: 2  # Run those with a signature\n"
        ),
    }


def test_elements_of_every_shape() -> None:
    place, days, again, hour, other = elements(own.REPAIR)
    assert place == {
        **NOTHING,
        "name": "L_Place",
        "id": own.PLACE.id,
        "display_name": "Where it comes from",
        "type": "text",
        "min_length": 3,
        "max_length": 12,
    }
    assert days == {**NOTHING, "name": "L_Days", "id": own.DAYS.id, "type": "number", "minimum": 5, "maximum": 30}
    assert (again["type"], again["default"], again["display_name"]) == ("choice", 1, "How often")
    # An element of an element, and what that one must be; a maximum of 0 is none.
    assert hour["only_with"] == {"element": "L_Again", "values": [1]}
    assert (hour["default"], hour["minimum"], hour["maximum"]) == (4, 0, 23)
    assert (other["name"], other["required"], other["max_length"]) == ("L_Other", False, None)
    [names], [pairs] = elements(own.NAMES), elements(own.PAIRS)
    assert (names["type"], names["min_items"], names["max_items"], names["max_length"]) == ("list", 2, 4, 64)
    assert (pairs["type"], pairs["min_items"], pairs["max_items"]) == ("mapping", 1, 9)


def test_what_is_not_known_is_null() -> None:
    [bare] = built_in().of_name("excel16", "L_VBAWarningsPolicy")
    told = described(bare, built_in())
    assert (told["display_name"], told["category"]) == (None, [])
    assert [state["display_name"] for state in told["states"]] == [None, None]
    assert {each["display_name"] for each in told["elements"][0]["allowed"]} == {None}
    assert told["example"] == "- setting: excel16/L_VBAWarningsPolicy\n  value: 2\n"


EXAMPLES: dict[str, tuple[Definition, str]] = {
    "both scopes": (
        own.UPDATES,
        "# When own updates come\n- setting: office16/L_OwnUpdates\n  scope: device\n",
    ),
    "several elements, without the optional one": (
        own.REPAIR,
        (
            "# Repair own add-ins that are signed\n- setting: office16/L_OwnRepair\n  values:\n    L_Place: text\n"
            "    L_Days: 5\n    L_Again: 1  # Each day\n    L_Hour: 4\n"
        ),
    ),
    # A text of the tenant's stays one comment, and nothing in it is a template or moves the cursor.
    "a list, and a hostile name": (
        own.NAMES,
        "# Own names: {{ all }} of them and \\x1b more\n- setting: outlk16/L_OwnNames\n  value: [text, text 2]\n",
    ),
    "names with values": (own.PAIRS, "# Own pairs\n- setting: outlk16/L_OwnPairs\n  value: {name: value}\n"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_compiles_and_is_ready_to_paste(name: str) -> None:
    definition, text = EXAMPLES[name]
    assert example_of(definition, CATALOG) == text
    assert [*compile_settings(yaml.safe_load(text), CATALOG)] == [definition.id.lower()]


def test_every_setting_that_the_collection_brings_has_an_example_that_compiles() -> None:
    catalog = built_in()
    examples = [example_of(each, catalog) for each in catalog.settings()]
    assert None not in examples
    entries = yaml.load("".join(map(str, examples)), yaml.CSafeLoader)
    assert len(compile_settings(entries, catalog)) == 2349


@pytest.mark.parametrize(
    ("default", "written"),
    [
        ("plain text", "plain text"),
        ("", '""'),
        ("true", '"true"'),
        ("12", '"12"'),
        ("1.10", '"1.10"'),
        ("a: b # c", '"a: b # c"'),
        ("\\\\server\\share", '"\\\\\\\\server\\\\share"'),
        ("two\nlines\u2028\x85", '"two\\nlines\\u2028\\x85"'),
        ("grün 😀", '"grün 😀"'),
        ("- x", '"- x"'),
        ("a,b", '"a,b"'),
    ],
)
def test_values_are_written_as_the_yaml_that_means_them(default: str, written: str) -> None:
    place = replace(own.PLACE, default=default)
    catalog = CATALOG.with_definitions([place])
    example = str(example_of(own.REPAIR, catalog))
    assert f"    L_Place: {written}\n" in example
    assert yaml.safe_load(example)[0]["values"]["L_Place"] == default


@pytest.mark.parametrize(
    ("bounds", "text"),
    [((0, 2), "te"), ((6, 8), "textxx"), ((0, 0), "text"), ((None, None), "text"), ((3, 12), "text")],
)
def test_a_text_without_a_default_fits_its_bounds(bounds: tuple[int, int], text: str) -> None:
    catalog = CATALOG.with_definitions([replace(own.PLACE, bounds=bounds)])
    assert yaml.safe_load(str(example_of(own.REPAIR, catalog)))[0]["values"]["L_Place"] == text


def test_elements_that_share_a_name_are_told_by_their_ids() -> None:
    catalog = CATALOG.with_definitions([replace(own.DAYS, name="l_place")])
    assert [each["name"] for each in elements(own.REPAIR, catalog)][:2] == [own.PLACE.id, own.DAYS.id]
    assert own.DAYS.id in yaml.safe_load(str(example_of(own.REPAIR, catalog)))[0]["values"]


def test_a_setting_that_is_a_value_itself() -> None:
    days = Definition(
        "own_days", "own_days", "device", "", "Days", "simple", "integer", bounds=(1, 7), title="Own days"
    )
    catalog = Catalog([days])
    told = described(days, catalog)
    assert told["states"] == []
    assert [each["name"] for each in told["elements"]] == ["Days"]
    assert (told["elements"][0]["required"], told["elements"][0]["maximum"]) == (True, 7)
    assert told["example"] == "# Own days\n- setting: own_days\n  value: 1\n"
    assert len(compile_settings(yaml.safe_load(told["example"]), catalog)) == 1


SECRET = Definition("own_secret", "own_secret", "device", "", "Secret", "simple", "secret")
GROUP = Definition("own_group", "own_group", "device", "", "Group", "group_list", children=(Child("own_days", True),))
LOOP = replace(own.OLD, options=(own.OLD.options[0], replace(own.OLD.options[1], children=(Child(own.OLD.id, True),))))
FOREIGN = replace(own.OLD, platform="macOS")
TEMPLATE = replace(own.PLACE, default="{{ lookup('pipe', 'id') }}")


@pytest.mark.parametrize(
    ("definition", "catalog"),
    [
        (SECRET, Catalog([SECRET])),
        (GROUP, Catalog([GROUP])),
        (LOOP, Catalog([LOOP])),
        (FOREIGN, Catalog([FOREIGN])),
        (own.REPAIR, CATALOG.with_definitions([TEMPLATE])),
    ],
    ids=["a secret", "a group", "an element of itself", "for a Mac", "a value that Ansible would take for a template"],
)
def test_what_the_language_has_no_words_for_has_no_example(definition: Definition, catalog: Catalog) -> None:
    told = described(definition, catalog)
    assert told["example"] is None
    assert told["id"] == definition.id
