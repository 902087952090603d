# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: rollout_report
short_description: Turn the result of office_client_configs into a report
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Brings together what became of each policy, its differences and what lint found, as one dict. The role
    P(m365.apps.rollout#role) renders it as HTML and Markdown and writes it as C(plan.json).
options:
  _input:
    description:
      - Result of M(m365.apps.office_client_configs). Run it in diff mode to have the differences of each
        policy.
    type: dict
    required: true
  mode:
    description:
      - What the result is the result of.
    type: str
    choices: [plan, rollout, drift, restore]
    default: rollout
  check_mode:
    description:
      - Whether nothing was written.
    type: bool
    default: false
  findings:
    description:
      - What P(m365.apps.policy_findings#filter) found.
      - When omitted, none.
    type: list
    elements: dict
  live:
    description:
      - All policies of the tenant, as M(m365.apps.office_client_config_info) returns them. Those that the
        result does not name are C(unmanaged).
      - When they come with payloads or settings, and groups
        (O(m365.apps.office_client_config_info#module:gather)), C(effective) and C(conflicts) are made of them.
      - When omitted, nothing is said of unmanaged policies, and C(effective) and C(conflicts) are made of
        O(described).
    type: list
    elements: dict
  described:
    description:
      - The definitions. Their groups are those that C(effective) and C(conflicts) show when O(groups) is
        omitted.
      - When omitted or empty, the groups of all policies of O(live).
    type: list
    elements: dict
    default: []
  groups:
    description:
      - Groups that C(effective) and C(conflicts) show, each as a name, an ID, or a dict of C(id) and
        C(display_name).
      - When omitted, the first 20 of O(described) by the alphabet; C(findings) tells when there are more. An
        empty list has none.
    type: list
    elements: raw
  compared:
    description:
      - Result of M(m365.apps.office_client_config_info) with V(conflicts) in
        O(m365.apps.office_client_config_info#module:gather). C(conflicts) of the report are then its conflicts with
        a policy of the rollout's result, in place of conflicts between O(live) and O(described).
      - If the rollout's result has conflicts of its own, they are used, see
        O(m365.apps.office_client_configs#module:conflicts).
      - When omitted, and the rollout's result has none, conflicts are those between O(live) and O(described).
    type: dict
  setting_key:
    description:
      - Key of the ID of a setting in the objects of a payload.
      - It is for C(office_configuration) alone.
    type: str
    default: settingId
  surface:
    description:
      - The surface that the result is of. C(effective) and C(conflicts) are made by its rules.
      - When omitted, the one whose own options more of the policies in O(live) and O(described) have.
    type: str
    choices:
      office_configuration: Settings in payloads, and priorities.
      settings_catalog: Intune's settings catalog.
  catalog_file:
    description:
      - File of definitions of settings in addition to those that the collection brings. Where it has texts,
        settings have their display names and categories.
      - When omitted, those of the collection alone. It is for C(settings_catalog) alone.
    type: path
  waves:
    description:
      - Waves of the rollout, as the role leaves them in C(rollout_waves_state).
      - When omitted or empty, none.
    type: list
    elements: dict
    default: []
  stop_after:
    description:
      - Name of the wave after which the run ends, which a plan in waves then says.
      - When omitted, the run goes on to the last one.
    type: str
  layers:
    description:
      - Policies with priorities and the parts that they are compiled to, as in the role's C(plan.json).
      - When omitted or empty, the report has no layers.
    type: list
    elements: dict
    default: []
  checkins:
    description:
      - Result of M(m365.apps.office_client_checkin_info).
      - When omitted, nothing is said of check-ins.
    type: dict
  verdict:
    description:
      - How it came out, as C(level) (V(ok), V(changed), V(warning), V(failed)) and C(text).
      - When omitted, it is found in the result.
    type: dict
  title:
    description:
      - Title of the report. When omitted, the report has one of its own.
    type: str
  tenant:
    description:
      - Tenant that the report is about. When omitted, it is left out.
    type: str
  host:
    description:
      - Inventory host that the report is about. When omitted, it is left out.
    type: str
  generated_at:
    description:
      - When the report was made. When omitted, it is left out.
    type: str
seealso:
  - plugin: m365.apps.rollout
    plugin_type: role
"""

EXAMPLES = r"""
---
- name: Plan
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
  check_mode: true
  diff: true
  register: planned

- name: Say in one sentence what a rollout would do
  ansible.builtin.debug:
    msg: "{{ (planned | m365.apps.rollout_report(mode='plan', check_mode=true)).verdict.text }}"
"""

RETURN = r"""
---
_value:
  description:
    - C(mode), C(check_mode), C(verdict) (C(level) and C(text)), C(fingerprint), C(counts) by status, C(plan),
      C(findings), C(unmanaged), C(waves), and where they are known C(effective), C(conflicts), C(checkins).
      C(layers) has each policy with a priority and its parts with their status.
      If live policies were compared, C(conflict_note) is a sentence with the number of conflicts.
      Of a plan, C(heading) says what it would do.
    - C(policies), each with C(display_name), C(id), C(status), C(actions), C(msg), its differences C(before)
      and C(after), and all its settings in C(content). Deletions come first, then those that would reach more
      people (C(wider)), then all other changes.
    - C(settings), the display names and categories of settings, where the catalog in use has texts.
  type: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._report import rollout_report


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"rollout_report": as_filter(rollout_report, "m365.apps.rollout_report")}
