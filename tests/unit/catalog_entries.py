# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of the settings language, what a choice is on the wire, and what is said of refused entries."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import SettingsError

CATALOG = built_in()
EXCEL = "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_exceloptions~l_security~l_trustcenter"
MACROS = f"{EXCEL}_l_vbawarningspolicy"
MODE = "outlk16/L_OutlookSecurityMode"
PREFIX = "#microsoft.graph.deviceManagementConfiguration"
Entry = dict[str, t.Any]


def choice(definition_id: str, option: str, *children: t.Any) -> Entry:
    return {
        "@odata.type": f"{PREFIX}ChoiceSettingInstance",
        "settingDefinitionId": definition_id,
        "choiceSettingValue": {
            "@odata.type": f"{PREFIX}ChoiceSettingValue",
            "value": definition_id + option,
            "children": list(children),
        },
    }


MACROS_3 = choice(MACROS, "_1", choice(f"{MACROS}_l_empty4", "_3"))


def refused(*entries: t.Any, catalog: Catalog = CATALOG) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        compile_settings(list(entries), catalog)
    return caught.value
