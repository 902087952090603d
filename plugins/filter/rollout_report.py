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
  description: The report.
  type: dict
  contains:
    format:
      description: The form of the report, 1.
      type: int
    mode:
      description: O(mode).
      type: str
    check_mode:
      description: O(check_mode).
      type: bool
    heading:
      description: What the plan would do, in a few words.
      returned: with O(mode=plan)
      type: str
    verdict:
      description: How it came out, as C(level) (V(ok), V(changed), V(warning), V(failed)) and C(text).
      type: dict
    fingerprint:
      description: The fingerprint of the plan that was made. C(null) if the task failed before that.
      type: str
    counts:
      description: Number of policies by their status.
      type: dict
    plan:
      description: RV(m365.apps.office_client_configs#module:plan). It has C(details) with O(mode=plan) only.
      type: dict
    approvals:
      description: Writes that a second administrator approves, with their codes and states.
      returned: if there are any
      type: list
      elements: dict
    approvers:
      description: A sentence that says who approves them.
      returned: if one of them waits
      type: str
    policies:
      description:
        - The policies of the result, each with its status, writes and differences (C(before) and C(after)), and
          all its settings in C(content) where they are known. What is not known is C(null).
        - Deletions come first, then changes that would reach more people (C(wider)), then all other policies.
      type: list
      elements: dict
    findings:
      description: What lint found, and what the plan warns of.
      type: list
      elements: dict
    unmanaged:
      description: Policies of O(live) that the result does not name. C(null) if O(live) is omitted.
      type: list
      elements: dict
    waves:
      description: The waves, as the report shows them. Empty if there are none.
      type: list
      elements: dict
    effective:
      description: For each of the groups, which settings its members get.
      returned: if O(live) or O(described) have policies
      type: list
      elements: dict
    conflicts:
      description: The conflicts, those in the tenant if it was compared.
      returned: if they are known
      type: list
      elements: dict
    conflict_note:
      description: A sentence with the number of conflicts.
      returned: if live policies were compared
      type: str
    layers:
      description: Policies with a priority, and the parts that each is compiled to, with their status.
      type: list
      elements: dict
    settings:
      description: Display names and categories of settings, where the catalog in use has texts.
      type: dict
    surface:
      description: The surface by whose rules the report is made.
      type: str
    checkins:
      description: O(checkins).
      returned: if it is given
      type: dict
    title:
      description: O(title). O(tenant), O(host) and O(generated_at) likewise.
      returned: if it is given
      type: str
  sample:
    format: 1
    mode: rollout
    check_mode: false
    verdict:
      level: changed
      text: 'Changed: 1 updated.'
    fingerprint: m2xkit7ukr26op7cvlj4e54nuagrcny3t477z5xrbwbhzonmm6zaynlaoq5ooseubs5edg5mre
    counts:
      created: 0
      updated: 1
      deleted: 0
      unchanged: 0
      failed: 0
      not_attempted: 0
    plan:
      fingerprint: m2xkit7ukr26op7cvlj4e54nuagrcny3t477z5xrbwbhzonmm6zaynlaoq5ooseubs5edg5mre
      created: 0
      updated: 1
      deleted: 0
      unchanged: 0
      pending: 0
      writes: 1
      read_requests: 2
      write_requests: 1
      wait_requests: 1
      wait_listings: 0
      warnings: []
      view:
        extent: full
        reason: an app signed in, and scope tags hide nothing from apps
    policies:
      - display_name: Contoso - Macros
        id: 2c9e7b40-15ad-4f63-8e0b-7a61d3f58c92
        status: updated
        pruned: false
        actions:
          - action: update
            display_name: Contoso - Macros
            id: 2c9e7b40-15ad-4f63-8e0b-7a61d3f58c92
            fields:
              - settings
        msg: null
        kind: null
        priority: null
        groups: null
        before:
          settings:
            excel16/L_VBAWarningsPolicy: 2
        after:
          settings:
            excel16/L_VBAWarningsPolicy: 3
    findings: []
    unmanaged: null
    waves: []
    layers: []
    settings: {}
    surface: settings_catalog
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._report import rollout_report


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"rollout_report": as_filter(rollout_report, "m365.apps.rollout_report")}
