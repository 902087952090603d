# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an entry point of the role needs, and waves that cannot be meant: told before anything else runs."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from ansible_collections.m365.apps.plugins.plugin_utils._role_inputs import ROLE, entry_points
from ansible_collections.m365.apps.plugins.plugin_utils._role_needs import UNKNOWN, needs_problems, waves_problems

SENTENCES = re.compile(r"[^\n\x1b]*\.")
NOTHING = "neither rollout_definitions nor rollout_policies is given. Give one or both."
STATE = (
    "rollout_waves needs a state that is kept, and rollout_state_folder is missing. Give a folder that stays, so that "
    "a rollout that was stopped can go on where it stood."
)
WAVES: list[dict[str, t.Any]] = [{"name": "pilot", "groups": ["Pilot"]}, {"name": "all", "groups": ["All"]}]
DEFAULTS = yaml.safe_load((ROLE / "vars" / "main.yml").read_bytes())["rollout__gate_defaults"]
MAIN: dict[str, t.Any] = {"rollout_policies": []}


@pytest.mark.parametrize(
    ("entry_point", "values", "problems"),
    [
        ("main", {}, [NOTHING]),
        ("drift", {}, [NOTHING]),
        ("lint", {}, [NOTHING]),
        ("plan", {"rollout_plan_folder": "p"}, [NOTHING]),
        ("plan", {"rollout_definitions": "d"}, ["rollout_plan_folder is missing. Give a folder."]),
        ("plan", {**MAIN, "rollout_plan_folder": ""}, ["rollout_plan_folder is missing. Give a folder."]),
        ("report", {}, ["rollout_report_folder is missing. Give a folder."]),
        (
            "main",
            {**MAIN, "rollout_restore_on_failure": "yes", "rollout_backup_folder": ""},
            ["rollout_restore_on_failure needs a backup, and rollout_backup_folder is missing. Give a folder."],
        ),
        (
            "main",
            {**MAIN, "rollout_waves": WAVES},
            [STATE],
        ),
    ],
)
def test_what_is_missing_is_told(entry_point: str, values: dict[str, t.Any], problems: list[str]) -> None:
    assert needs_problems(entry_point, values) == problems


@pytest.mark.parametrize(
    ("entry_point", "values"),
    [
        ("main", MAIN),
        ("main", {"rollout_definitions": UNKNOWN}),
        ("main", {**MAIN, "rollout_restore_on_failure": "no", "rollout_waves": "[]"}),
        ("main", {**MAIN, "rollout_restore_on_failure": True, "rollout_backup_folder": UNKNOWN}),
        ("main", {**MAIN, "rollout_restore_on_failure": UNKNOWN, "rollout_waves": UNKNOWN}),
        ("main", {**MAIN, "rollout_waves": WAVES, "rollout_state_folder": "s"}),
        # What is wrong with these is told of each variable.
        ("main", {**MAIN, "rollout_restore_on_failure": "perhaps", "rollout_waves": "pilot"}),
        ("backup", {}),
        ("tenants", {}),
    ],
)
def test_what_is_there_or_not_needed_is_no_problem(entry_point: str, values: dict[str, t.Any]) -> None:
    assert needs_problems(entry_point, values) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"rollout_waves": [WAVES[0], WAVES[0]]}, "two of them have one name. Give each wave a name of its own."),
        ({"rollout_waves": '[{"name": "x", "groups": []}]'}, "a wave has no groups. Name the groups that it adds"),
        ({"rollout_from_wave": "nobody"}, "there is none with the name nobody."),
        ({"rollout_stop_after_wave": "nobody"}, "there is none with the name nobody."),
        ({"rollout_from_wave": "all", "rollout_stop_after_wave": "pilot"}, "all (rollout_from_wave) comes after pilot"),
        ({"rollout_waves": [{**WAVES[0], "gate": {"interval": 0}}]}, "pilot has a gate or a pause that means nothing"),
        ({"rollout_waves": [WAVES[0], {**WAVES[1], "pause": -1}]}, "all has a gate or a pause that means nothing"),
    ],
)
def test_waves_that_cannot_be_meant_are_told(change: dict[str, t.Any], problem: str) -> None:
    [told] = waves_problems({"rollout_waves": WAVES, **change}, DEFAULTS)
    assert told.startswith(f"rollout_waves: {problem}")
    assert SENTENCES.fullmatch(told)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"rollout_waves": []},
        {"rollout_waves": WAVES, "rollout_from_wave": "pilot", "rollout_stop_after_wave": "all"},
        {"rollout_waves": WAVES, "rollout_from_wave": UNKNOWN},
        {"rollout_waves": UNKNOWN, "rollout_from_wave": "nobody"},
        # Told of the variable itself.
        {"rollout_waves": "pilot"},
    ],
)
def test_waves_that_can_be_meant_or_cannot_be_read_are_no_problem(values: dict[str, t.Any]) -> None:
    assert waves_problems(values, DEFAULTS) == []


def test_entry_points_that_roll_out_waves_check_them() -> None:
    with_waves = {name for name, spec in entry_points().items() if "rollout_waves" in spec["options"]}
    assert with_waves == {"main", "plan"}
    for name in with_waves:
        first = yaml.safe_load((ROLE / "tasks" / f"{name}.yml").read_bytes())[0]["m365.apps.private_start"]
        assert first == {"entry_point": name, "gate_defaults": "{{ rollout__gate_defaults }}"}
