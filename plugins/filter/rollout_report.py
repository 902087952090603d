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
      - Result of M(m365.apps.office_client_configs). Run it in diff mode to have the differences of each policy.
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
      - All policies of the tenant, as M(m365.apps.office_client_config_info) returns them. Those that the result does
        not name are C(unmanaged).
      - When omitted, nothing is said of unmanaged policies.
    type: list
    elements: dict
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
      C(findings), C(unmanaged).
    - C(policies), each with C(display_name), C(id), C(status), C(actions), C(msg) and its differences C(before) and
      C(after).
  type: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._policies.report import report_of


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"rollout_report": as_filter(report_of, "m365.apps.rollout_report")}
