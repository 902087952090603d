# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an entry point of the role cannot do without, and waves that cannot be meant: told before anything else runs."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils import _role_inputs
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._policies.waves import gate_problems
from ansible_collections.m365.apps.plugins.plugin_utils._rollout_state import wave_problem

Values = t.Mapping[str, t.Any]

# The value of a variable that is given, but whose template cannot be resolved: the task that needs it tells of it.
UNKNOWN = "(unknown)"
# The first and the last wave of a run, at whatever entry point they are given.
ASKED_WAVES = ("rollout_from_wave", "rollout_stop_after_wave")

_WITH_POLICIES = ("main", "plan", "lint", "drift")
_FOLDER = "Give a folder."
_LASTING = "Give a folder that stays, so that a rollout that was stopped can go on where it stood."


class _Need(t.NamedTuple):
    """A variable that may not be missing or empty at an entry point, maybe only where another one is given."""

    entry_point: str
    name: str
    step: str
    needed_by: str = ""
    why: str = ""


_NEEDS = (
    _Need("main", "rollout_backup_folder", _FOLDER, "rollout_restore_on_failure", "needs a backup"),
    _Need("main", "rollout_state_folder", _LASTING, "rollout_waves", "needs a state that is kept"),
    _Need("plan", "rollout_plan_folder", _FOLDER),
    _Need("report", "rollout_report_folder", _FOLDER),
)


def needs_problems(entry_point: str, values: Values) -> list[str]:
    """Return a sentence for each variable that an entry point misses; ``values`` are the given ones."""
    problems = []
    if entry_point in _WITH_POLICIES and not {"rollout_definitions", "rollout_policies"} & {*values}:
        problems.append("neither rollout_definitions nor rollout_policies is given. Give one or both.")
    for need in _NEEDS:
        if need.entry_point == entry_point and not values.get(need.name) and _is_needed(need, values):
            because = f"{need.needed_by} {need.why}, and " if need.needed_by else ""
            problems.append(f"{because}{need.name} is missing. {need.step}")
    return problems


def waves_problems(values: Values, gate_defaults: Values) -> list[str]:
    """Return why waves cannot be meant; whether their groups are there, the tenant tells.

    ``gate_defaults`` is what a gate is made of where it does not say.
    """
    if values.get("rollout_waves") == UNKNOWN or UNKNOWN in (asked := [values.get(name, "") for name in ASKED_WAVES]):
        return []
    waves = input_or_none(values, "rollout_waves")
    if not waves:
        return []
    try:
        found = wave_problem(waves, asked)
        return [f"rollout_waves: {problem}" for problem in ([found] if found else gate_problems(waves, gate_defaults))]
    except PoliciesError as error:
        return [f"rollout_waves: {error}"]


def input_or_none(values: Values, name: str) -> t.Any:
    """Return the list, dict or boolean that a variable holds; None where it holds none or is not given."""
    try:
        return None if values.get(name) in (None, UNKNOWN) else _role_inputs.role_input(values[name], name)
    except UserError:
        return None


def _is_needed(need: _Need, values: Values) -> bool:
    return not need.needed_by or bool(input_or_none(values, need.needed_by))
