# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: planned_waves
short_description: Waves of a rollout that are to come
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Returns waves as O(m365.apps.office_client_configs#module:plan_waves) takes them, each with its name and
    its groups, those of this tenant. No tenant is asked.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
positional: group_map, states
options:
  _input:
    description:
      - The waves, as O(m365.apps.rollout#role:main:rollout_waves) has them. Their gates and pauses are left
        out.
    type: list
    elements: dict
    required: true
  group_map:
    description:
      - Groups to replace, as P(m365.apps.mapped_groups#filter) takes them.
      - When omitted or empty, nothing is replaced.
    type: dict
    default: {}
  states:
    description:
      - How far the waves got, as the role leaves it in C(rollout_waves_state). Waves that passed are left
        out, and the first one that is to come brings their groups along. The last one always comes.
      - When omitted or empty, all of them are to come.
    type: list
    elements: dict
    default: []
seealso:
  - plugin: m365.apps.groups_to_check
    plugin_type: filter
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: See what each wave would do
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
    plan_waves: "{{ my_waves | m365.apps.planned_waves }}"
  check_mode: true
  register: planned
  vars:
    my_waves:
      - name: pilots
        groups: [Pilot Ring 1 - IT]
        pause: 60
      - name: everybody
        groups: [Contoso - All Staff]
"""

RETURN = r"""
---
_value:
  description: The waves that are to come, each with C(name) and C(groups).
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._policies.planned_waves import planned_waves


class FilterModule:
    """The filter m365.apps.planned_waves."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"planned_waves": as_filter(planned_waves, "m365.apps.planned_waves")}
