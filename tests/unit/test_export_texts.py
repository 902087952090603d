# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Display names in exported files: comments beside settings and values, which change nothing of what a file says."""

from __future__ import annotations

import json
import random
import re
import typing as t
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Definition
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.shorten import shorten
from ansible_collections.m365.apps.plugins.module_utils._catalog.texts import Texts, texts_of
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.exports import config, exported
from ansible_collections.m365.apps.tests.unit.random_settings import CATALOG as BUILT_IN
from ansible_collections.m365.apps.tests.unit.random_settings import policy

RAW = {
    "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
    "settingDefinitionId": own.MAC.id,
    "simpleSettingValue": {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue",
        "value": "x",
    },
}
ENTRIES: list[dict[str, t.Any]] = [
    {"setting": "excel16/L_OwnMacros", "value": 3},
    {"setting": "office16/L_OwnUpdates", "scope": "device"},
    {
        "setting": "office16/L_OwnRepair",
        "values": {"L_Again": 1, "L_Days": 5, "L_Hour": 4, "L_Place": "one\ntwo"},
    },
    {"setting": "outlk16/L_OwnNames", "value": ["a", "b"]},
    {"setting": "outlk16/L_OwnPairs", "value": {"a": "1"}},
    {"setting": "word16/L_OwnMacros", "state": "disabled"},
    {"raw": RAW},
]


def text(entries: t.Any, catalog: Catalog | None) -> str:
    """Return the lines of a file below its options."""
    [file] = exported(config(settings=entries, scope_tags=["0"]), catalog=catalog).files
    assert [each["settings"] for each in read_definitions(file.name, file.data)] == [entries]
    return file.data.decode().partition("settings:")[2]


def test_settings_and_values_have_their_names_beside_them() -> None:
    assert text(ENTRIES, own.CATALOG).partition("scope_tags:")[0] == (
        "\n"
        "  # Let macros run in own workbooks (User)\n"
        "  - setting: excel16/L_OwnMacros\n"
        "    value: 3  # Run none\n"
        "  # When own updates come\n"
        "  - setting: office16/L_OwnUpdates\n"
        "    scope: device\n"
        "  # Repair own add-ins that are signed\n"
        "  - setting: office16/L_OwnRepair\n"
        "    values:\n"
        "      L_Again: 1  # How often: Each day\n"
        "      L_Days: 5\n"
        "      L_Hour: 4\n"
        "      # Where it comes from\n"
        "      L_Place: |-\n"
        "        one\n"
        "        two\n"
        "  # Own names: {{ all }} of them and \\x1b more\n"
        "  - setting: outlk16/L_OwnNames\n"
        "    value:\n"
        "      - a\n"
        "      - b\n"
        "  # Own pairs\n"
        "  - setting: outlk16/L_OwnPairs\n"
        "    value:\n"
        "      a: '1'\n"
        "  # Let macros run in own texts (User)\n"
        "  - setting: word16/L_OwnMacros\n"
        "    state: disabled\n"
        "  # Macros of a Mac\n"
        "  - raw:\n"
        "      '@odata.type': '#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance'\n"
        "      settingDefinitionId: com.example.own\n"
        "      simpleSettingValue:\n"
        "        '@odata.type': '#microsoft.graph.deviceManagementConfigurationStringSettingValue'\n"
        "        value: x\n"
    )


def test_without_texts_a_file_is_as_without_a_catalog() -> None:
    entries = [entry for entry in ENTRIES if "raw" not in entry]
    bare = Catalog(_titled(each, lambda: "") for each in own.DEFINITIONS)
    assert text(entries, bare) == text(entries, None)
    assert "#" not in text(entries, bare)


def test_a_label_of_a_form_loses_what_ends_it() -> None:
    days = replace(own.DAYS, title="Days to wait: (Device)")
    catalog = Catalog([days], below=own.CATALOG)
    assert texts_of(ENTRIES[2], catalog).values["L_Days"] == "Days to wait"


def test_a_list_among_several_elements_has_its_name_on_its_first_line() -> None:
    again = replace(own.AGAIN, kind="simple_list", options=(), value_type="string", default=None)
    entries = [{"setting": "office16/L_OwnRepair", "values": {"L_Again": ["a", "b"]}}]
    lines = text(entries, Catalog([again], below=own.CATALOG))
    assert "      L_Again:  # How often\n        - a\n        - b\n" in lines


def test_json_has_no_comments() -> None:
    [named], [bare] = (
        exported(config(settings=ENTRIES), file_format="json", catalog=catalog).files for catalog in (own.CATALOG, None)
    )
    assert named.data == bare.data


@pytest.mark.parametrize(
    "entry",
    [
        *(None, 5, "text", [], {}, {"setting": 5}, {"raw": 5}, {"raw": {}}, {"raw": {"settingDefinitionId": 5}}),
        {"setting": "excel16/L_Nothing"},
        {"setting": "excel16/L_OwnMacros", "scope": "device"},
    ],
    ids=json.dumps,
)
def test_what_cannot_be_used_has_no_names(entry: t.Any) -> None:
    assert texts_of(entry, own.CATALOG) == Texts()


@pytest.mark.parametrize("values", [5, None, [], {}, {"L_Nothing": 1}, {5: 5}], ids=repr)
def test_values_that_cannot_be_used_have_no_names(values: t.Any) -> None:
    entry = {"setting": "office16/L_OwnRepair", "values": values, "value": {"a": [1]}}
    assert texts_of(entry, own.CATALOG) == Texts(own.REPAIR.title)


def _titled(definition: Definition, title: t.Callable[[], str]) -> Definition:
    options = tuple(replace(option, title=title()) for option in definition.options)
    return replace(definition, title=title(), options=options)


# What a comment must not be broken by: line ends of every kind, controls, marks of direction, what YAML cannot hold.
HOSTILE = st.text() | st.text(
    st.sampled_from("\n\r\x85\u2028\u2029\x0b\x0c\x1c\0\x1b\u202e\u2066\ufeff\ufffe\uffff\ud800 #:-'\"|>{}[]&*!%@`a"),
    max_size=20,
)


@given(HOSTILE)
def test_no_text_breaks_out_of_its_comment(title: str) -> None:
    catalog = Catalog(_titled(each, lambda: title) for each in own.DEFINITIONS)
    lines = text(ENTRIES, catalog)
    assert lines == text(ENTRIES, catalog)
    assert not [char for char in lines if char != "\n" and unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not re.search("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", lines)
    assert _without_comments(lines) == _without_comments(text(ENTRIES, None))


def _without_comments(lines: str) -> list[str]:
    kept = (line.partition("  # ")[0].rstrip(" #") for line in lines.splitlines())
    return [line for line in kept if line.strip() and not line.strip().startswith("#")]


@given(st.randoms(use_true_random=False))
def test_an_export_with_names_means_what_was_exported(rng: random.Random) -> None:
    settings = policy(rng, most=3)
    entries = shorten(settings, built_in(), explicit=True)
    titled = (_titled(each, lambda: "Name: # of it") for each in map(BUILT_IN.get, settings) if each)
    lines = text(entries, Catalog(titled, below=built_in()))
    assert lines.count("# Name: # of it") >= len([entry for entry in entries if "setting" in entry])
    [file] = exported(config(settings=entries)).files
    [read] = read_definitions(file.name, file.data)
    assert compile_settings(read["settings"], built_in()) == settings
