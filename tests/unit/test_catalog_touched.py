# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which entries of policies have settings that differ between two catalogs, and what becomes of them."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog_changes import catalog_changes
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Definition
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.lines import definition_of, line_of
from ansible_collections.m365.apps.plugins.module_utils._catalog.touched import touched
from ansible_collections.m365.apps.tests.unit import own_settings as own

MACROS = {"setting": "excel16/L_OwnMacros", "value": 3}
[RAW] = instances(compile_settings([MACROS], own.CATALOG))

Dict = dict[str, t.Any]


def found(settings: t.Any, *changed: Definition, without: t.Container[str] = ()) -> list[Dict]:
    """Return what of one policy's settings is touched by definitions that changed, and by those that are gone."""
    after = {each.id.lower(): each for each in (*own.DEFINITIONS, *changed) if each.id not in without}
    before = {each.id.lower(): each for each in own.DEFINITIONS}
    policy = {"display_name": "P", "file": "p.yml", "settings": settings}
    changes = catalog_changes(before, after)
    return touched([{"display_name": "Other"}, policy], changes, own.CATALOG, Catalog(after.values()))


DEFAULT = replace(own.LEVEL, default=own.LEVEL.options[0].id)


def test_nothing_is_touched_where_nothing_changed() -> None:
    assert found([MACROS]) == []


def test_an_entry_of_another_setting_is_not_touched() -> None:
    assert found([{"setting": "word16/L_OwnMacros"}], DEFAULT) == []


@pytest.mark.parametrize(
    "settings",
    [
        [MACROS],
        {"set": [MACROS]},
        {"add": [MACROS]},
        json.dumps([MACROS]),
        json.dumps({"set": [MACROS]}),
        [{**MACROS, "setting": "EXCEL16;l_ownmacros"}],
        [{**MACROS, "setting": own.MACROS.id.upper()}],
        [{"raw": RAW}],
    ],
)
def test_an_entry_is_found_in_every_form(settings: t.Any) -> None:
    [hit] = found(settings, DEFAULT)
    assert {**hit, "setting": None} == {
        "file": "p.yml",
        "policy": "P",
        "setting": None,
        "changes": ["changed"],
        "effect": "same",
        "problem": None,
    }


@pytest.mark.parametrize("key", ["excel16/L_OwnMacros", {"setting": "excel16/L_OwnMacros", "scope": "user"}])
def test_a_key_to_remove_is_found(key: t.Any) -> None:
    assert [each["setting"] for each in found({"remove": [key]}, DEFAULT)] == ["excel16/L_OwnMacros"]


def test_a_default_that_is_not_the_one_before_is_another_meaning() -> None:
    assert found([{"setting": "excel16/L_OwnMacros"}], DEFAULT)[0]["effect"] == "differs"
    assert found([{"setting": "excel16/L_OwnMacros", "value": 2}], DEFAULT)[0]["effect"] == "same"


def test_an_option_that_is_gone_is_told_with_what_is_allowed() -> None:
    fewer = replace(own.LEVEL, options=own.LEVEL.options[:2])
    [hit] = found([MACROS], fewer)
    assert hit["effect"] == "refused"
    assert "Run those with a signature" in hit["problem"]
    assert found([{**MACROS, "value": 2}], fewer)[0]["effect"] == "same"


def test_a_value_by_a_name_that_microsoft_changed_is_refused() -> None:
    entry = {"setting": "excel16/L_OwnMacros", "value": "Run all of them"}
    renamed = replace(own.LEVEL, options=(replace(own.LEVEL.options[0], title="Run any"), *own.LEVEL.options[1:]))
    [hit] = found([entry, {"setting": "excel16/L_OwnMacros", "value": 1}], renamed)
    assert (hit["changes"], hit["effect"]) == (["texts"], "refused")


def test_a_setting_that_is_gone_is_refused() -> None:
    gone = {own.MACROS.id, own.LEVEL.id}
    [hit] = found([MACROS], without=gone)
    assert (hit["changes"], hit["effect"]) == (["removed"], "refused")
    assert "there is no setting" in hit["problem"]


def test_a_setting_that_moved_to_another_id_means_another_setting() -> None:
    lines = [line_of(each, titles=True).replace("excel16v2", "excel16v9") for each in (own.MACROS, own.LEVEL)]
    moved = map(definition_of, lines)
    [hit] = found([MACROS], *moved, without={own.MACROS.id, own.LEVEL.id})
    assert hit["effect"] == "differs"


def test_a_key_that_an_added_setting_has_too_leads_nowhere() -> None:
    twin = own.toggle("excel16", "L_OwnMacros", "The same for devices", scope="device")
    twin = replace(twin, id=twin.id.replace("user_", "device_"), root=twin.root.replace("user_", "device_"))
    [hit] = found([MACROS], twin)
    assert (hit["effect"], "scope" in hit["problem"]) == ("refused", True)


def test_deprecation_is_told_and_changes_nothing() -> None:
    [hit] = found([MACROS], replace(own.MACROS, deprecated=True))
    assert (hit["changes"], hit["effect"]) == (["deprecated"], "same")


@pytest.mark.parametrize(
    "settings",
    [
        None,
        7,
        "words",
        "[",
        [None, 3, [], {}, {"setting": None}, {"setting": " "}, {"raw": 3}],
        {"set": 3},
        {"add": None},
    ],
)
def test_what_is_no_setting_is_passed_over(settings: t.Any) -> None:
    assert found(settings, DEFAULT) == []


def test_an_entry_that_was_refused_before_is_not_called_refused_now() -> None:
    [hit] = found([{**MACROS, "value": 99}], replace(own.LEVEL, options=own.LEVEL.options[:2]))
    assert (hit["changes"], hit["effect"], hit["problem"]) == (["changed"], "same", None)
