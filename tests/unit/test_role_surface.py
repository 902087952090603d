# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role refuses a surface that it does not know, wherever it is set."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._role_inputs import entry_points
from ansible_collections.m365.apps.plugins.plugin_utils._role_surface import OF_NO_SURFACE, surface_problem

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
    assert surface_problem(defaults, [environment], str.strip) is None


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
    assert surface_problem(defaults, [{}, environment], str.strip) == (
        f"surface is settings_catalog by {origin}, and the role works on office_configuration alone. Use the modules "
        "on settings_catalog, or set surface: office_configuration in module_defaults for the role."
    )


def test_nothing_but_the_surface_is_resolved() -> None:
    """Other defaults may hold secrets, and templates that cannot be resolved yet."""
    resolved: list[str] = []

    def resolve(value: str) -> str:
        resolved.append(value)
        return "office_configuration"

    defaults = {ALL: {"client_secret": "{{ secret }}", "surface": "{{ mine }}"}}
    assert surface_problem([defaults], [{"PATH": "{{ path }}"}], resolve) is None
    assert resolved == ["{{ mine }}"]


def test_one_that_is_omitted_says_nothing() -> None:
    assert surface_problem([{ALL: {"surface": "{{ omit }}"}}], [], lambda _value: None) is None


def test_what_works_on_any_surface_are_entry_points_of_the_role() -> None:
    assert entry_points().keys() >= OF_NO_SURFACE
