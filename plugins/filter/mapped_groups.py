# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: mapped_groups
short_description: Policies of one tenant with the groups of another
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Replaces groups that policies name, since a group of the same purpose has another ID, and often another
    name, in another tenant.
  - Only C(groups) and C(exclude_groups) are changed, in each of their forms, C(set), C(add) and C(remove)
    included. An assignment filter stays with its group. A group that is not in the map is left as it is. No
    tenant is asked.
positional: group_map
options:
  _input:
    description:
      - Policies, as definition files hold them.
      - C(null), and what is not a list of dicts, is an error.
    type: list
    elements: dict
    required: true
  group_map:
    description:
      - Names or IDs of groups as the policies have them, each with the name or the ID to put in its place, or
        a dict of C(id) and C(display_name). A text that looks like an ID is one; a group whose name looks so
        is named by a dict of C(display_name), wherever a group is named.
      - Names are compared exactly, IDs whatever their case. A dict of C(id) and C(display_name) is looked for
        by its ID first, then by its name.
      - An empty name or ID and C(null) in it are errors.
      - When omitted or empty, nothing is replaced.
    type: dict
    default: {}
seealso:
  - plugin: m365.apps.definitions
    plugin_type: lookup
"""

EXAMPLES = r"""
---
- name: Roll out the policies of another tenant with the groups of this one
  m365.apps.office_client_configs:
    policies: "{{ query('m365.apps.definitions', 'definitions') | m365.apps.mapped_groups(groups_here) }}"
  vars:
    groups_here:
      Fabrikam - Everyone: Contoso - All Staff
      6b3d0c52-7f1e-4f60-8d1b-2a5e9c4d7f10: 0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11
"""

RETURN = r"""
---
_value:
  description: The policies, in their order.
  type: list
  elements: dict
  sample:
    - display_name: Contoso - Macros
      groups:
        - Fabrikam - Everyone
      settings:
        - setting: excel16/L_VBAWarningsPolicy
          value: 3
    - display_name: Contoso - Pilot
      groups:
        - Pilot Ring 1 - IT
      settings:
        - setting: excel16/L_VBAWarningsPolicy
          value: 2
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._policies.group_map import mapped_groups


class FilterModule:
    """The filter m365.apps.mapped_groups."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"mapped_groups": as_filter(mapped_groups, "m365.apps.mapped_groups")}
