# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: effective_policy
short_description: Settings that members of some groups get from a set of policies
version_added: 0.1.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Tells which value of each setting wins for somebody who is in all of the given groups, from which policy
    it comes, and which policies lose.
  - On C(office_configuration), the strongest policy (lowest priority number) that is assigned to any of the
    groups wins, setting by setting.
  - A setting of C(policy_payload) is enforced, one of C(user_preference_payload) is a default that users may
    change. A setting that any of the policies enforces wins over user preferences, whatever their priority.
    This is our reading, since Microsoft's pages do not say how the two meet.
  - A policy without a priority counts as weaker than all that have one, as a new policy is. Among those of
    equal strength the name decides, so that the order of the list means nothing.
  - On C(settings_catalog) no policy is stronger. Where two that somebody gets set one setting to different
    values, Intune applies neither; equal values are fine. All users and all devices count, and who is in an
    excluded group does not get the policy. Whether a filter lets a device through is not known.
  - Policies with C(state=absent) are left out. No tenant is asked.
positional: groups
options:
  _input:
    description:
      - Policies, as definition files hold them or as M(m365.apps.office_client_config_info) returns them with
        payloads and assignments.
      - An empty list has no settings. C(null), and what is not a list of dicts, is an error.
    type: list
    elements: dict
    required: true
  groups:
    description:
      - The groups that somebody is in, each as a name, an ID, or a dict of C(id) and C(display_name).
      - Groups that no policy names add nothing. An empty list has no settings, but for those of all users and
        all devices.
    type: list
    elements: raw
    required: true
extends_documentation_fragment:
  - m365.apps.settings
seealso:
  - plugin: m365.apps.policy_conflicts
    plugin_type: filter
  - plugin: m365.apps.policy_findings
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Show what a member of two groups would get from the definitions
  ansible.builtin.debug:
    msg: "{{ query('m365.apps.definitions', 'definitions') | m365.apps.effective_policy(mine) }}"
  vars:
    # The name groups is one of Ansible's own.
    mine: [Contoso - All Staff, Pilot Ring 1 - IT]

- name: Read what is live
  m365.apps.office_client_config_info:
    gather: [payloads, assignments]
  register: live

- name: Check that macros are off for everybody
  ansible.builtin.assert:
    that: macros | map(attribute='value.value') | difference(['4']) == []
  vars:
    everybody: 0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11
    effective: "{{ live.configs | m365.apps.effective_policy(groups=[everybody]) }}"
    macros: "{{ effective.settings | selectattr('setting', 'equalto', 'word16;L_VBAWarningsPolicy') }}"
"""

RETURN = r"""
---
_value:
  description: What members of the groups get.
  type: dict
  sample:
    groups:
      - Contoso - All Staff
    settings:
      - setting: excel16/L_VBAWarningsPolicy
        outcome: applied
        value:
          setting: excel16/L_VBAWarningsPolicy
          value: 3
        policy: Contoso - Macros
        priority: null
        enforced: true
        lost: []
    skipped: []
  contains:
    groups:
      description: The groups, by name where it is known, sorted.
      type: list
      elements: str
    settings:
      description: The settings, sorted by ID.
      type: list
      elements: dict
      contains:
        setting:
          description: ID of the setting, on C(settings_catalog) its shortest key.
          type: str
        outcome:
          description:
            - V(applied), the value counts.
            - V(conflict), policies have different values, so that none applies (on C(settings_catalog)).
            - V(unknown), an assignment filter decides (on C(settings_catalog)).
          type: str
        value:
          description: The object that wins, on C(settings_catalog) the entry. C(null) unless it is applied.
          type: dict
        policy:
          description:
            - Name of the policy that wins, or its ID where it has no name. Of several with the same value the
              first by its name. C(null) unless it is applied.
          type: str
        priority:
          description: Priority of that policy; C(null) where it has none.
          type: int
        enforced:
          description: Whether it is enforced (C(policy_payload)), or a default that users may change.
          type: bool
        lost:
          description: What else there is of the setting, strongest first, each with C(policy), C(priority),
            C(enforced), C(value), and in C(same) whether the value is the one that is applied.
          type: list
          elements: dict
    skipped:
      description: What is not in it, each with C(policy), C(payload) and C(reason). C(payload) is C(null)
        where the groups of the policy are not, or not all, known.
      type: list
      elements: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._surface_rules import effective


class FilterModule:
    """The filter m365.apps.effective_policy."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"effective_policy": as_filter(effective, "m365.apps.effective_policy")}
