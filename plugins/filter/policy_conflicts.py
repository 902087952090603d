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
  - Finds settings that two policies set for the same group, and tells which of them wins there.
  - In each group the strongest policy wins, and each other one that sets the setting loses to it. How the
    strongest is found, enforced settings and user preferences included, is said with
    P(m365.apps.effective_policy#filter).
  - Policies without a common group are not compared, although a user may be in groups of both.
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
        are returned.
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
  contains:
    setting:
      description: ID of the setting.
      type: str
    kind:
      description:
        - V(conflict), the policies have different values, and the loser wins in another group or may do so.
        - V(shadowed), the values differ, and the loser can never win, since for each of its groups something
          stronger has the setting.
        - V(redundant), the loser can never matter, since for each of its groups something stronger has the
          same value.
      type: str
    winner:
      description: What wins, with C(policy), C(id), C(priority), C(enforced) and C(value).
      type: dict
    loser:
      description: What loses, likewise. It is the same policy where that enforces a setting and has it as a
        user preference, too.
      type: dict
    groups:
      description: The groups in which it loses to the winner, by name where it is known, sorted.
      type: list
      elements: str
    certain:
      description: Whether it is known who wins. V(false) where a priority is missing or both are equal.
      type: bool
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._policies.conflicts import policy_conflicts


class FilterModule:
    """The filter m365.apps.policy_conflicts."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"policy_conflicts": as_filter(policy_conflicts, "m365.apps.policy_conflicts")}
