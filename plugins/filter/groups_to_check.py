# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: groups_to_check
short_description: Groups that waves and a map of groups name
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Returns groups as O(m365.apps.office_client_configs#module:check_groups) takes them, so that a name that
    is mistyped in a later wave or in the map is found before the first write. No tenant is asked.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
positional: group_map
options:
  _input:
    description:
      - The waves, each with C(name) and C(groups). An empty list has none.
    type: list
    elements: dict
    required: true
  group_map:
    description:
      - Groups to replace, as P(m365.apps.mapped_groups#filter) takes them. The groups of this tenant, which
        are its values, are returned.
      - When omitted or empty, only the waves name groups.
    type: dict
    default: {}
seealso:
  - plugin: m365.apps.planned_waves
    plugin_type: filter
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: Begin with the first wave when the groups of all of them are there
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
    reach: "{{ my_waves[0].groups }}"
    check_groups: "{{ my_waves | m365.apps.groups_to_check }}"
  vars:
    my_waves:
      - name: pilots
        groups: [Pilot Ring 1 - IT]
      - name: everybody
        groups: [Contoso - All Staff]
"""

RETURN = r"""
---
_value:
  description: Groups by the words for the place that names them.
  type: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._policies.planned_waves import groups_to_check


class FilterModule:
    """The filter m365.apps.groups_to_check."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"groups_to_check": as_filter(groups_to_check, "m365.apps.groups_to_check")}
