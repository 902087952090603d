# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values by their display names: from a catalog file with texts, or from Graph where no texts are in hand."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Option
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import SettingsError
from ansible_collections.m365.apps.plugins.module_utils._catalog.shorten import shorten
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import run
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_CLIENT_CONFIG
from ansible_collections.m365.apps.tests.unit.test_setting_info import SETTINGS, OwnTenant

KEY = "excel16/L_OwnMacros"
NAME = "Run those with a signature"
Dict = dict[str, t.Any]


def refused(value: t.Any) -> str:
    with pytest.raises(SettingsError) as caught:
        compile_settings([{"setting": KEY, "value": value}], own.CATALOG)
    return str(caught.value)


@pytest.mark.parametrize("value", [NAME, NAME.upper(), f"  {NAME.replace(' ', '  ')}\n", 2, "2"])
def test_a_display_name_is_a_value_whatever_its_case_and_blanks(value: t.Any) -> None:
    found = compile_settings([{"setting": KEY, "value": value}], own.CATALOG)
    assert shorten(found, own.CATALOG, explicit=True) == [{"setting": KEY, "value": 2}]
    assert found == compile_settings([{"setting": KEY, "values": {"L_OwnLevel": value}}], own.CATALOG)


@pytest.mark.parametrize("value", ["Run none", "run NONE", "RUN  NONE"])
def test_a_name_of_two_options_is_an_error_with_both(value: str) -> None:
    assert f"{value!r} is more than one option of L_OwnLevel: give one of 3 (Run none), 4 (run NONE)." in refused(value)


def test_two_options_of_one_name_and_one_value_are_told_by_their_ids() -> None:
    same = tuple(replace(option, value=3) for option in own.LEVEL.options[2:])
    catalog = own.CATALOG.with_definitions([replace(own.LEVEL, options=(*own.LEVEL.options[:2], *same))])
    with pytest.raises(SettingsError, match=f"give one of {own.LEVEL.id}_3 .Run none., {own.LEVEL.id}_4 .run NONE."):
        compile_settings([{"setting": KEY, "value": "run none"}], catalog)
    with pytest.raises(SettingsError, match=f"give one of the ids {own.LEVEL.id}_3, {own.LEVEL.id}_4"):
        compile_settings([{"setting": KEY, "value": 3}], catalog)


@pytest.mark.parametrize("value", ["Run those", f"{NAME}.", "", " "])
def test_a_part_of_a_name_is_none(value: str) -> None:
    assert f"must be one of 1 (Run all of them), 2 ({NAME}), 3 (Run none), 4 (run NONE), not {value!r}" in refused(
        value
    )


def test_an_option_without_a_name_is_not_the_empty_value() -> None:
    nameless = replace(own.LEVEL, options=(*own.LEVEL.options, Option(f"{own.LEVEL.id}_5", 5)))
    with pytest.raises(SettingsError, match="not ''"):
        compile_settings([{"setting": KEY, "value": ""}], own.CATALOG.with_definitions([nameless]))


def test_a_registry_value_counts_before_a_name_that_looks_so() -> None:
    odd = tuple(replace(option, title=str(5 - int(option.value))) for option in own.LEVEL.options)
    catalog = own.CATALOG.with_definitions([replace(own.LEVEL, options=odd)])
    for value in (1, 2, 3, 4):
        found = compile_settings([{"setting": KEY, "value": value}], catalog)
        assert shorten(found, catalog, explicit=True) == [{"setting": KEY, "value": value}]


def test_names_of_elements_below_others() -> None:
    values = {"L_Place": "there", "L_Days": 7, "L_Again": "each day", "L_Hour": 3}
    found = compile_settings([{"setting": "office16/L_OwnRepair", "values": values}], own.CATALOG)
    assert shorten(found, own.CATALOG, explicit=True)[0]["values"]["L_Again"] == 1


def task(tenant: OwnTenant, **options: t.Any) -> Dict:
    entry = {"setting": KEY, "value": NAME}
    login: Dict = {"surface": "settings_catalog", "display_name": "Own", "settings": [entry], **options}
    result = run(tenant, OFFICE_CLIENT_CONFIG, login)
    assert not result.get("failed"), result
    return result


def test_a_task_takes_names_from_a_file_without_asking_graph(tmp_path: Path) -> None:
    tenant = OwnTenant()
    file = own.write(tmp_path / "own.jsonl")
    assert task(tenant, catalog_file=file)["config"]["settings"] == [{"setting": KEY, "value": 2}]
    assert not task(tenant, catalog_file=file)["changed"]
    assert [read for read in tenant.reads if SETTINGS in read] == []


@pytest.mark.parametrize("titles", [False, None], ids=["a file without texts", "no file"])
def test_where_no_texts_are_in_hand_graph_is_asked_for_the_names(tmp_path: Path, titles: bool | None) -> None:
    tenant = OwnTenant()
    options = {} if titles is None else {"catalog_file": own.write(tmp_path / "bare.jsonl", titles=False)}
    assert task(tenant, **options)["changed"]
    assert not task(tenant, **options)["changed"]
    assert len([read for read in tenant.reads if SETTINGS in read]) == 4
