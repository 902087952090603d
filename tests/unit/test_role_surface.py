# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role refuses a surface that it does not know, wherever it is set."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._role_surface import surface_problem

CATALOG = {"surface": "settings_catalog"}
OFFICE = {"surface": "office_configuration"}
ALL, WRITER = "group/m365.apps.all", "m365.apps.office_client_configs"


@pytest.mark.parametrize(
    ("defaults", "environment"),
    [
        ([], {}),
        ([{ALL: {"timeout": 5}}], {}),
        ([{ALL: None}], {"M365_SURFACE": ""}),
        ([], {"M365_SURFACE": "office_configuration"}),
        ([{ALL: OFFICE}], {"M365_SURFACE": "settings_catalog"}),
        ([{ALL: CATALOG}, {ALL: OFFICE}], {}),
    ],
)
def test_its_own_surface_is_fine(defaults: list[dict[str, t.Any]], environment: dict[str, str]) -> None:
    assert surface_problem(defaults, environment) is None


@pytest.mark.parametrize(
    ("defaults", "environment", "origin"),
    [
        ([], {"M365_SURFACE": "settings_catalog"}, "the environment variable M365_SURFACE"),
        ([{ALL: CATALOG}], {}, "module_defaults"),
        ([{ALL: OFFICE, WRITER: CATALOG}], {}, "module_defaults"),
        ([{ALL: OFFICE}, {ALL: CATALOG}], {}, "module_defaults"),
    ],
)
def test_another_one_is_refused_with_where_it_is_set(
    defaults: list[dict[str, t.Any]], environment: dict[str, str], origin: str
) -> None:
    assert surface_problem(defaults, environment) == (
        f"surface is settings_catalog by {origin}, and the role works on office_configuration alone. Use the modules "
        "on settings_catalog, or set surface: office_configuration in module_defaults for the role."
    )
