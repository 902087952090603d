# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: policy_conflicts
short_description: Settings over which policies meet
version_added: 0.1.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Finds settings that two policies set for the same people, and tells which of them wins there, if any.
  - On C(office_configuration), in each group the strongest policy wins, and each other one that sets the setting
    loses to it. How the strongest is found, enforced settings and user preferences included, is said with
    P(m365.apps.effective_policy#filter).
    Policies without a common group are not compared, although a user may be in groups of both.
  - On C(settings_catalog), each conflict is of all policies that have different values of one setting and hang
    together by people whom they both reach. None of the values applies to these. It is certain where everybody
    whom one policy reaches through a group (or all users, or all devices) gets the other one, too; where that
    hangs on who is in several groups, in an excluded one, or on a filter, it is not. Equal values are no conflict.
  - Policies with C(state=absent) are left out. No tenant is asked.
positional: groups
options:
  _input:
    description:
      - Policies, as definition files hold them or as M(m365.apps.office_client_config_info) returns them with
        payloads and assignments.
      - An empty list has no conflicts. C(null), and what is not a list of dicts, is an error.
    type: list
    elements: dict
    required: true
  groups:
    description:
      - Groups, each as a name, an ID, or a dict of C(id) and C(display_name). Only conflicts in one of them
        are returned, on C(settings_catalog) those of all users and all devices, too.
      - When omitted, conflicts in all groups. An empty list has none.
    type: list
    elements: raw
extends_documentation_fragment:
  - m365.apps.settings
seealso:
  - plugin: m365.apps.effective_policy
    plugin_type: filter
  - plugin: m365.apps.policy_findings
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Show settings that can never win
  ansible.builtin.debug:
    msg: "{{ conflicts | rejectattr('kind', 'equalto', 'conflict') }}"
  vars:
    conflicts: "{{ query('m365.apps.definitions', 'definitions') | m365.apps.policy_conflicts }}"

- name: Read what is live
  m365.apps.office_client_config_info:
    gather: [payloads, assignments]
  register: live

- name: Check that no two live policies disagree over one group
  ansible.builtin.assert:
    that: live.configs | m365.apps.policy_conflicts(groups=[pilots]) == []
  vars:
    pilots: 0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11
"""

RETURN = r"""
---
_value:
  description: The conflicts, sorted by setting, then by strength.
  type: list
  elements: dict
  sample:
    - setting: excel16/L_VBAWarningsPolicy
      kind: conflict
      winner: null
      loser: null
      policies:
        - enforced: true
          id: null
          policy: Contoso - Macros
          priority: null
          value:
            setting: excel16/L_VBAWarningsPolicy
            value: 3
        - enforced: true
          id: null
          policy: Contoso - Pilot
          priority: null
          value:
            setting: excel16/L_VBAWarningsPolicy
            value: 2
      groups:
        - Contoso - All Staff
        - Pilot Ring 1 - IT
      certain: false
  contains:
    setting:
      description: ID of the setting, on C(settings_catalog) its shortest key.
      type: str
    kind:
      description:
        - V(conflict), the policies have different values, and the loser wins in another group or may do so. On
          C(settings_catalog), none of the values applies.
        - V(shadowed), the values differ, and the loser can never win, since for each of its groups something
          stronger has the setting.
        - V(redundant), the loser can never matter, since for each of its groups something stronger has the
          same value.
      type: str
    winner:
      description: What wins, with C(policy), C(id), C(priority), C(enforced) and C(value). C(null) on
        C(settings_catalog).
      type: dict
    loser:
      description: What loses, likewise. It is the same policy where that enforces a setting and has it as a
        user preference, too. C(null) on C(settings_catalog).
      type: dict
    policies:
      description: All sides of the conflict, in the form of C(winner).
      type: list
      elements: dict
    groups:
      description:
        - The groups in which it loses to the winner, by name where it is known, sorted.
        - On C(settings_catalog), through which people get the policies, V(all users) and V(all devices) included.
      type: list
      elements: str
    certain:
      description:
        - Whether it is known who wins. V(false) where a priority is missing or both are equal.
        - On C(settings_catalog), whether it is known that somebody gets different values.
      type: bool
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._surface_rules import conflicts


class FilterModule:
    """The filter m365.apps.policy_conflicts."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"policy_conflicts": as_filter(conflicts, "m365.apps.policy_conflicts")}
