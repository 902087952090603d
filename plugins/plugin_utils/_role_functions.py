# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The functions that the role rollout reaches by the filter m365.apps.private, by their names."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, printable_value
from ansible_collections.m365.apps.plugins.plugin_utils import _backup, _role_inputs, _rollout_state, _waiting_restore
from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._markdown import diff_lines, markdown_text
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path, file_name
from ansible_collections.m365.apps.plugins.plugin_utils._policies.approvals import (
    approvals_section,
    awaited,
    request_told,
    waiting_text,
    waits_for,
    who_approves,
    with_approvals,
)
from ansible_collections.m365.apps.plugins.plugin_utils._policies.approving import findings_by_kind
from ansible_collections.m365.apps.plugins.plugin_utils._policies.compared import conflict_lines
from ansible_collections.m365.apps.plugins.plugin_utils._policies.drift import drift_lines
from ansible_collections.m365.apps.plugins.plugin_utils._policies.layer_names import layer_guards
from ansible_collections.m365.apps.plugins.plugin_utils._policies.office import office_policies
from ansible_collections.m365.apps.plugins.plugin_utils._policies.planned_waves import (
    groups_to_check,
    planned_waves,
    planned_writes,
)
from ansible_collections.m365.apps.plugins.plugin_utils._policies.shown import (
    by_place,
    change_groups,
    diff_parts,
    name_and_id,
    shown_value,
)
from ansible_collections.m365.apps.plugins.plugin_utils._policies.tenants import tenants_report
from ansible_collections.m365.apps.plugins.plugin_utils._policies.wave_record import wave_record
from ansible_collections.m365.apps.plugins.plugin_utils._policies.waves import merged_results
from ansible_collections.m365.apps.plugins.plugin_utils._role_surface import (
    approval_codes,
    export_source,
    reported_policies,
)
from ansible_collections.m365.apps.plugins.plugin_utils._surface_rules import layers_of_rollout
from ansible_collections.m365.apps.plugins.plugin_utils._unmasked import unmasked
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted

Dict = dict[str, t.Any]


def call(value: t.Any, function: str, *arguments: t.Any, **options: t.Any) -> t.Any:
    """Return what a function makes of a value. Raises AnsibleFilterError."""
    if function not in FUNCTIONS:
        raise AnsibleFilterError(
            f"m365.apps.private: it has no function '{function}'. It is for the role rollout only."
        )
    return FUNCTIONS[function](value, *arguments, **options)


def role_input(value: t.Any, name: str) -> t.Any:
    """Return a variable of the role that is a list, a dict or a boolean, and may be text. Raises AnsibleFilterError."""
    try:
        return _role_inputs.role_input(decrypted(value), name)
    except UserError as error:
        cause = str(error)
    # Raised here and not there: ansible-core would put the text of the cause behind the sentence.
    raise AnsibleFilterError(cause)


def waiting_restore(path: str, tenant: str, surface: str) -> Dict:
    """Return the restore of a tenant that waits for approval, {} where none does. Raises AnsibleFilterError."""
    try:
        return _waiting_restore.read_restore(path, tenant, surface)
    except UserError as error:
        cause = str(error)
    raise AnsibleFilterError(cause)


def backup_differences(backup: Dict, live: list[Dict], left: list[Dict] | None = None) -> list[Dict]:
    """Return how a tenant differs from a backup, but for the policies that are ``left``."""
    return _backup.differences(backup["policies"], backup["absent"], unmasked(live, backup), left or [])


def restore_steps(backup: Dict, live: list[Dict]) -> Dict:
    """Return what brings a tenant back to a backup."""
    made = _backup.steps(backup["policies"], backup["absent"], unmasked(live, backup))
    return {"policies": made.policies, "left": made.left}


_CHECKED: tuple[t.Callable[..., t.Any], ...] = (
    # Places and texts
    absolute_path,
    file_name,
    _rollout_state.own_places,
    markdown_text,
    diff_lines,
    change_groups,
    diff_parts,
    by_place,
    name_and_id,
    shown_value,
    findings_by_kind,
    # Layers
    layer_guards,
    # Policies of Office
    office_policies,
    export_source,
    # Backups
    backup_differences,
    restore_steps,
    _rollout_state.not_restored,
    _rollout_state.restore_problems,
    # Waves
    groups_to_check,
    planned_waves,
    planned_writes,
    wave_record,
    _rollout_state.blank_waves,
    _rollout_state.plan_context,
    _rollout_state.counted_policies,
    reported_policies,
    _rollout_state.is_underway,
    _rollout_state.new_record,
    _rollout_state.passed_before,
    _rollout_state.place_of_end,
    _rollout_state.news_of_apply,
    _rollout_state.news_of_begin,
    _rollout_state.news_of_stop,
    _rollout_state.news_of_wait,
    _rollout_state.rollout_digest,
    _rollout_state.without_files,
    _rollout_state.with_news,
    # Approval by a second administrator
    approval_codes,
    approvals_section,
    awaited,
    who_approves,
    waits_for,
    request_told,
    waiting_text,
    with_approvals,
    _waiting_restore.new_restore,
    # Results
    _rollout_state.mode_of_entry,
    _rollout_state.next_round,
    _rollout_state.of_round,
    _rollout_state.verdict_of_stop,
    _rollout_state.run_outcome,
    _rollout_state.refused_findings,
    _rollout_state.placed_findings,
    conflict_lines,
    drift_lines,
    merged_results,
    tenants_report,
    _rollout_state.outcome_classes,
)
FUNCTIONS: dict[str, t.Callable[..., t.Any]] = {
    "role_input": role_input,
    "waiting_restore": waiting_restore,
    # Its errors are about what users wrote.
    "layers_of_rollout": as_filter(layers_of_rollout, "The definitions"),
    "terminal_text": as_filter(printable_value, "m365.apps.private"),
    **{function.__name__: as_filter(function, "m365.apps.private") for function in _CHECKED},
}
