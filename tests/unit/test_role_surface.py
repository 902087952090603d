# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The surface that the role works on, wherever it is set, and what the role refuses on it before a tenant is asked."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._role_inputs import entry_points
from ansible_collections.m365.apps.plugins.plugin_utils._role_surface import (
    Chosen,
    approval_codes,
    chosen_surface,
    gathered_to_tell_office,
    reported_policies,
    surface_problems,
)

CATALOG = {"surface": "settings_catalog"}
OFFICE = {"surface": "office_configuration"}
ALL, WRITER = "group/m365.apps.all", "m365.apps.office_client_configs"
ON_CATALOG = Chosen("settings_catalog", "rollout_surface")
ON_OFFICE = Chosen("office_configuration", "")
NO_OPTION = "surface {} has no such option. Leave it out."


@pytest.mark.parametrize(
    ("given", "defaults", "environment", "chosen"),
    [
        (None, [], {}, ON_OFFICE),
        ("", [{ALL: {"timeout": 5}}], {}, ON_OFFICE),
        (None, [{ALL: None}], {"M365_SURFACE": ""}, ON_OFFICE),
        (None, [], {"M365_SURFACE": "settings_catalog"}, ("settings_catalog", "the environment variable M365_SURFACE")),
        (None, [{ALL: OFFICE}], {"M365_SURFACE": "settings_catalog"}, ("office_configuration", "module_defaults")),
        (None, [{ALL: CATALOG}, {ALL: OFFICE}], {}, ("office_configuration", "module_defaults")),
        (None, [{ALL: OFFICE}, {ALL: CATALOG}], {}, ("settings_catalog", "module_defaults")),
        (None, [{ALL: OFFICE, WRITER: CATALOG}], {}, ("settings_catalog", "module_defaults")),
        ("settings_catalog", [{ALL: OFFICE}], {"M365_SURFACE": "office_configuration"}, ON_CATALOG),
    ],
)
def test_the_nearest_place_that_names_a_surface_counts(
    given: str | None, defaults: list[dict[str, t.Any]], environment: dict[str, str], chosen: tuple[str, str]
) -> None:
    assert chosen_surface(given, defaults, [{}, environment], str.strip) == chosen


def test_nothing_but_the_surface_is_resolved() -> None:
    """Other defaults may hold secrets, and templates that cannot be resolved yet."""
    resolved: list[str] = []

    def resolve(value: str) -> str:
        resolved.append(value)
        return "office_configuration"

    defaults = {ALL: {"client_secret": "{{ secret }}", "surface": "{{ mine }}"}}
    assert chosen_surface(None, [defaults], [{"PATH": "{{ path }}"}], resolve).surface == "office_configuration"
    assert resolved == ["{{ mine }}"]


def test_one_that_is_omitted_says_nothing() -> None:
    assert chosen_surface(None, [{ALL: {"surface": "{{ omit }}"}}], [], lambda _value: None) == ON_OFFICE


def test_one_that_nobody_knows_is_refused_with_where_it_is_set() -> None:
    [problem] = surface_problems(Chosen("intune", "module_defaults"), {})
    assert problem == "surface is 'intune' by module_defaults. Give one of office_configuration, settings_catalog."
    # The role's own variable has choices, which are checked with those of all others.
    assert surface_problems(Chosen("intune", "rollout_surface"), {}) == []


WAVES = [{"name": "pilot", "groups": ["A"], "gate": {}}, {"name": "all", "groups": ["B"], "pause": 5}]
APPROVED = {"rollout_approval_reason": "Change 7", "rollout_approval_codes": "codes.json"}


@pytest.mark.parametrize(
    ("chosen", "given", "problems"),
    [
        (ON_CATALOG, {}, []),
        (ON_CATALOG, {"rollout_order": "", "rollout_unlisted": "keep_after", "rollout_waves": []}, []),
        (ON_CATALOG, {"rollout_order": ["A"]}, ["rollout_order"]),
        (ON_CATALOG, {"rollout_order": '["A"]', "rollout_unlisted": "fail"}, ["rollout_order", "rollout_unlisted"]),
        (ON_CATALOG, {"rollout_prune_scope": {"kind": ["office"]}}, ["rollout_prune_scope.kind"]),
        (ON_CATALOG, {"rollout_prune_scope": {"display_name": ["Contoso*"], "parts_of": ["A"]}}, []),
        (ON_OFFICE, {"rollout_prune_scope": {"parts_of": ["A"]}}, ["rollout_prune_scope.parts_of"]),
        # What is wrong by itself is told by the check of all variables.
        (ON_CATALOG, {"rollout_prune_scope": "kind", "rollout_order": "A, B"}, []),
        (ON_CATALOG, {**APPROVED, "rollout_overwrite_unknown": "yes", "rollout_catalog_file": "mine.jsonl"}, []),
        (ON_OFFICE, APPROVED, ["rollout_approval_reason", "rollout_approval_codes"]),
        (ON_OFFICE, {"rollout_catalog_file": "", "rollout_assume_full_view": "no"}, []),
        (ON_OFFICE, {"rollout_catalog_file": "a", "rollout_assume_full_view": True}, None),
        (ON_OFFICE, {"rollout_waves": WAVES, "rollout_report_checkins": True, "rollout_order": ["A"]}, []),
    ],
)
def test_what_a_surface_has_no_use_for_is_refused(
    chosen: Chosen, given: dict[str, t.Any], problems: list[str] | None
) -> None:
    if problems is None:
        problems = ["rollout_catalog_file", "rollout_assume_full_view"]
    assert surface_problems(chosen, given) == [f"{name}: {NO_OPTION.format(chosen.surface)}" for name in problems]


@pytest.mark.parametrize("chosen", [ON_CATALOG, ON_OFFICE])
def test_gates_and_reports_of_devices_are_there_on_both_surfaces(chosen: Chosen) -> None:
    assert surface_problems(chosen, {"rollout_waves": WAVES, "rollout_report_checkins": "true"}) == []


def test_a_report_reads_no_more_than_it_costs_little() -> None:
    """Where each policy takes requests, those that the rollout does not describe are not read."""
    assert reported_policies(["A", "id"], "settings_catalog") == ["A", "id"]
    assert reported_policies([], "settings_catalog") == []
    assert reported_policies(["A"], "office_configuration") is None


def test_layers_are_refused_where_policies_have_priorities() -> None:
    [problem] = surface_problems(ON_OFFICE, {"rollout_layers": "yes"})
    assert problem.startswith("rollout_layers: surface office_configuration has priorities of its own.")
    assert surface_problems(ON_OFFICE, {"rollout_layers": "no"}) == []
    assert surface_problems(ON_CATALOG, {"rollout_layers": True}) == []


def test_requests_for_approval_need_a_file_that_keeps_them() -> None:
    asked = {"rollout_approval_reason": "Change 7", "rollout_waves": WAVES[1:]}
    [problem] = surface_problems(ON_CATALOG, asked)
    assert problem.endswith("can never be used. Give rollout_state_folder or rollout_approval_codes, too.")
    assert surface_problems(ON_CATALOG, {**asked, "rollout_state_folder": "state"}) == []
    assert surface_problems(ON_CATALOG, {**asked, **APPROVED}) == []


def test_requests_are_kept_with_the_state_where_no_other_file_is_named(tmp_path: Path) -> None:
    def found(files: bool, given: str = "", folder: str = str(tmp_path), surface: str = "settings_catalog") -> str:
        return approval_codes(given, folder, "contoso", files, surface)

    path = tmp_path / "contoso.approvals.json"
    assert found(True) == str(path)
    # Nothing is kept yet that check mode could look up.
    assert found(False) == ""
    path.write_text("{}")
    assert found(False) == str(path)
    assert found(True, given="/mine.json") == "/mine.json"
    assert found(True, surface="office_configuration") == found(True, folder="") == ""


def test_each_entry_point_that_asks_a_tenant_takes_the_surface() -> None:
    takes = {name for name, entry in entry_points().items() if "rollout_surface" in entry["options"]}
    # lint asks none, and takes it where the policies do not show theirs.
    assert takes == {"main", "plan", "drift", "export", "backup", "restore", "preflight", "lint"}


def test_other_teams_policies_are_told_apart_by_their_settings() -> None:
    assert gathered_to_tell_office("settings_catalog") == ["content"]
    assert gathered_to_tell_office("office_configuration") == []
