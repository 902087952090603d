# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module private_start does, on the controller.

ansible-core loads action plugins in its main process, and filters, with all that they import, in each worker process
that uses one. What is loaded here is there in all workers, which are forked from it, so it is paid for once a run and
not once a task.
"""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

# What is imported for nothing is what filters and lookups of the role import.
from ansible_collections.m365.apps.plugins.plugin_utils import (  # noqa: F401  # pylint: disable=unused-import
    _backup,
    _gate,
    _refusals,
    _role_functions,
    _role_inputs,
    _unmasked,
)
from ansible_collections.m365.apps.plugins.plugin_utils._definitions import (  # noqa: F401  # pylint: disable=unused-import
    policies,
)
from ansible_collections.m365.apps.plugins.plugin_utils._policies import (  # noqa: F401  # pylint: disable=unused-import
    conflicts,
    findings,
    group_map,
    planned_waves,
    report,
    tenants,
    waves,
)
from ansible_collections.m365.apps.plugins.plugin_utils._role_needs import (
    ASKED_WAVES,
    UNKNOWN,
    input_or_none,
    needs_problems,
    waves_problems,
)
from ansible_collections.m365.apps.plugins.plugin_utils._role_problems import role_problems
from ansible_collections.m365.apps.plugins.plugin_utils._role_surface import (
    ROLE_VARIABLE,
    Chosen,
    chosen_surface,
    gathered_to_tell_office,
    has_conflicts,
    surface_problems,
)
from ansible_collections.m365.apps.plugins.plugin_utils._run_info import call_site, run_info
from ansible_collections.m365.apps.plugins.plugin_utils._start_files import file_problems
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted

# Entry points that ask no tenant: where nothing chose a surface, the policies tell which one they are for.
_TOLD_BY_POLICIES = frozenset({"lint"})
# Entry points that sum up what became of all hosts.
_FOR_ALL_HOSTS = frozenset({"tenants"})
_APART = (
    "the strategy {} lets each host go on by itself, so there would be no one summary of all. Use the strategy linear, "
    "and --forks for more tenants at a time."
)

# What the role reads once, as a list and a dict, and where its result has them.
_READ: dict[str, tuple[str, t.Any]] = {"waves": ("rollout_waves", []), "group_map": ("rollout_group_map", {})}
_NAMES_READ = [name for name, _blank in _READ.values()]

# Read here for the same reason.
_role_inputs.specs()


class ActionModule(ActionBase):
    """Begins an entry point of the rollout role."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return how the role runs; fails with all that is wrong with its variables."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        result.update(changed=False, call_site=call_site(self._task), **run_info(self._task))
        entry_point = str(self._task.args["entry_point"])
        given = self._given(entry_point, task_vars or {})
        told = dict.fromkeys(task_vars or {}, UNKNOWN) | given
        problems = role_problems(entry_point, given) + file_problems(entry_point, given)
        problems += needs_problems(entry_point, told)
        if "gate_defaults" in self._task.args and not problems:
            problems += waves_problems(told, self._task.args["gate_defaults"])
        if entry_point in _FOR_ALL_HOSTS and not result["hosts_together"]:
            problems.append(_APART.format(result["strategy"]))
        # Others work on no policies of a tenant, and so whatever the surface is.
        if ROLE_VARIABLE in _role_inputs.entry_points()[entry_point]["options"]:
            chosen = self._surface(given.get(ROLE_VARIABLE))
            if entry_point in _TOLD_BY_POLICIES:
                chosen = chosen if chosen.origin else Chosen("", "")
            else:
                problems += surface_problems(chosen, given)
            result.update(
                surface=chosen.surface,
                gather_to_tell_office=gathered_to_tell_office(chosen.surface),
                has_conflicts=has_conflicts(chosen.surface),
            )
        if problems:
            result.update(failed=True, msg=f"The role: cannot start: {' '.join(problems)}")
        else:
            result.update(_read(told))
        return result

    def _surface(self, given: t.Any) -> Chosen:
        environments = [os.environ, *_dicts(self._task.environment)]
        return chosen_surface(given, _dicts(self._task.module_defaults), environments, self._resolved)

    def _resolved(self, value: t.Any) -> t.Any:
        """Return the value of a template, None where it is omitted: newer cores take a member that is omitted out."""
        found = self._templar.template({"value": value}).get("value")
        return None if _role_inputs.is_omit(found) else found

    def _given(self, entry_point: str, variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return the variables that the entry point was given."""
        given = {}
        for name in {*_role_inputs.entry_points()[entry_point]["options"], *ASKED_WAVES, *_NAMES_READ}:
            if name in variables:
                # One whose template cannot be resolved is told of better by the task that needs it.
                with contextlib.suppress(AnsibleError):
                    given[name] = decrypted(self._templar.template(variables[name]))
        return given


def _dicts(listed: t.Any) -> list[t.Any]:
    """Return what a keyword that may be given at several places holds, the outermost first."""
    return [each for each in listed or [] if isinstance(each, dict)]


def _read(told: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return what the role reads once; without what cannot be read, of which the task that needs it tells."""
    read = {key: input_or_none(told, name) if name in told else blank for key, (name, blank) in _READ.items()}
    return {key: value for key, value in read.items() if value is not None}
