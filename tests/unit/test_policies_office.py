# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which policies of a tenant are Office's, by what they hold, and which of the others a backup takes along."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import is_office
from ansible_collections.m365.apps.plugins.module_utils._catalog.keys import is_office_entry, spelling
from ansible_collections.m365.apps.plugins.plugin_utils._policies.office import (
    holds_office_settings,
    office_policies,
    policies_to_back_up,
)

MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
EDGE = {"setting": "device_vendor_msft_policy_config_microsoft_edge~policy~microsoft_edge_homepagelocation"}
OFFICE_ID = "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_of_tomorrow"


def instance(definition_id: str) -> dict[str, t.Any]:
    return {"@odata.type": "#microsoft.graph.NewSettingInstance", "settingDefinitionId": definition_id}


@pytest.mark.parametrize(
    ("entry", "is_one"),
    [
        (MACROS, True),
        ({"setting": "EXCEL16;L_Any"}, True),
        ({"setting": OFFICE_ID}, True),
        ({"raw": instance(OFFICE_ID.upper())}, True),
        (EDGE, False),
        ({"setting": "edge/HomepageLocation"}, False),
        ({"raw": instance(EDGE["setting"])}, False),
        ({"raw": {}}, False),
        ({}, False),
    ],
)
def test_an_entry_tells_whether_its_setting_is_offices(entry: dict[str, t.Any], is_one: bool) -> None:
    assert is_office_entry(entry) is is_one


def test_the_shortest_key_tells_what_the_id_tells() -> None:
    settings = list(built_in().settings())
    assert len(settings) > 2000
    told = {setting.id for setting in settings if is_office_entry(spelling(setting, built_in()))}
    assert told == {setting.id for setting in settings if is_office(setting.id)}


MIXED: dict[str, t.Any] = {"id": "1", "display_name": "Mixed", "settings": [EDGE, MACROS]}
THEIRS: dict[str, t.Any] = {"id": "2", "display_name": "Theirs", "settings": [EDGE]}
EMPTY: dict[str, t.Any] = {"id": "3", "display_name": "Empty", "settings": []}
PAYLOAD: dict[str, t.Any] = {"id": "4", "display_name": "Payload", "policy_payload": []}
ALL = [MIXED, THEIRS, EMPTY, PAYLOAD]


def test_one_setting_of_office_makes_a_policy_offices() -> None:
    assert office_policies(ALL) == [MIXED, PAYLOAD]
    assert holds_office_settings({"id": "5"})


@pytest.mark.parametrize(
    ("planned", "names"),
    [
        ([], ["Mixed", "Payload"]),
        ([{"display_name": "Theirs"}], ["Mixed", "Theirs", "Payload"]),
        ([{"id": "2", "display_name": "Another name"}, {"display_name": "New"}], ["Mixed", "Theirs", "Payload"]),
        ([{"display_name": "Empty", "state": "absent"}], ["Mixed", "Empty", "Payload"]),
    ],
)
def test_a_backup_takes_along_what_the_rollout_may_change(planned: list[dict[str, t.Any]], names: list[str]) -> None:
    assert [config["display_name"] for config in policies_to_back_up(ALL, planned)] == names
