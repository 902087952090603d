# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: layered_policies
short_description: Compile priorities to policies that do not conflict
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - On C(settings_catalog) no policy is stronger than another one. Where two that somebody gets set one setting to
    different values, Intune applies neither. This filter takes policies of that surface that have a C(priority), and
    returns policies without it of which nobody gets two different values of a setting. Everybody gets the value of
    the strongest policy (lowest number) that reaches them, setting by setting, as on C(office_configuration).
  - A setting goes into a part of its policy that excludes the groups of all stronger policies that set it to another
    value. Settings with the same exclusions share a part. Equal values, in whatever spelling, need no exclusion.
  - The part without further exclusions has the name, the ID and the description of its policy. Each other part
    is called V(NAME (not for GROUP, ...\)) after the groups that it leaves to stronger policies, and says in its
    description which policy it is a part of. So the groups of a part follow from its name, and a change of
    priorities moves settings from part to part. Where the groups in a name are many or long, it names the first ones,
    how many more there are, and a short digest of all.
  - A part says all of its targets, with C(all_users), C(all_devices) and an empty list where it has none of a sort.
    All other options are those of its policy. A setting that would reach nobody, since a stronger policy has
    another value for each group of its policy, is left out.
  - A policy without C(priority) stays as it is; it must not disagree with any other policy that somebody may get,
    too. One with C(state=absent) stays as it is, without its C(priority).
  - What exclusions cannot say is an error that names each such pair of policies, all of them at once. So are a
    stronger policy that goes to all users or all devices, that has an assignment filter, or that excludes groups which
    the weaker one does not, a weaker policy that goes to all devices, two policies of one priority or of none that
    disagree, settings or targets that are not given whole (C(add), C(remove), or nothing at all), and settings that the
    catalog does not know.
  - A guide explains it with an example, see R(the guide,ansible_collections.m365.apps.docsite.guide_layers).
    It asks no tenant. The role P(m365.apps.rollout#role) does it by its variable C(rollout_layers), and deletes parts
    that are no longer needed.
notes:
  - Groups are taken for groups of users. Who is in a group by way of another group is excluded and assigned alike, so
    nested groups are fine.
  - A group that is named by its name in one policy and by its ID in another counts as two, unless O(group_names) or a
    dict of C(id) and C(display_name) says otherwise. Where that puts one group on both sides of a part, the modules
    refuse it before anything is written.
positional: group_names, catalog_file
options:
  _input:
    description:
      - Policies, as definition files hold them.
      - An empty list is compiled to none. C(null), and what is not a list of dicts, is an error.
    type: list
    elements: dict
    required: true
  group_names:
    description:
      - Names of groups by their IDs, for policies that name a group by ID where others name it by name, and for the
        names of parts.
      - When omitted or empty, a name and an ID are different groups.
    type: dict
    default: {}
  catalog_file:
    description:
      - File of definitions of settings beside those that the collection brings, as
        O(m365.apps.office_client_configs#module:catalog_file) has it. Where both know a definition the file counts.
      - When omitted, those of the collection alone.
    type: path
seealso:
  - plugin: m365.apps.effective_policy
    plugin_type: filter
  - plugin: m365.apps.policy_conflicts
    plugin_type: filter
  - plugin: m365.apps.rollout
    plugin_type: role
"""

EXAMPLES = r"""
---
- name: Show what three policies are compiled to
  ansible.builtin.debug:
    msg: "{{ policies | m365.apps.layered_policies }}"
  vars:
    policies:
      - display_name: Contoso - Macros
        priority: 20
        settings:
          - {setting: excel16/L_VBAWarningsPolicy, value: 4}
          - {setting: word16/L_VBAWarningsPolicy, value: 4}
        groups: [Contoso - All Staff]
      - display_name: Contoso - Macros for Finance
        priority: 10
        settings:
          - {setting: excel16/L_VBAWarningsPolicy, value: 3}
        groups: [Contoso - Finance]
      # It makes three: "Contoso - Macros" with the setting of Word, "Contoso - Macros (not for Contoso - Finance)"
      # with that of Excel, which excludes the group, and "Contoso - Macros for Finance" as it is.

- name: Roll policies with priorities out to the settings catalog
  m365.apps.office_client_configs:
    surface: settings_catalog
    policies: "{{ policies | m365.apps.layered_policies }}"
    # Parts of earlier runs that are no longer needed go, and nothing else.
    prune: true
    prune_scope:
      parts_of: ["Contoso - Macros"]
  vars:
    policies:
      - display_name: Contoso - Macros
        priority: 20
        settings:
          - {setting: excel16/L_VBAWarningsPolicy, value: 4}
        groups: [Contoso - All Staff]
      - display_name: Contoso - Macros of pilots
        priority: 10
        settings:
          - {setting: excel16/L_VBAWarningsPolicy, value: 3}
        groups: [Pilot Ring 1 - IT]
"""

RETURN = r"""
---
_value:
  description: The policies, sorted by name. Compiled again they stay as they are.
  type: list
  elements: dict
  sample:
    - all_devices: false
      all_users: false
      description: 'Part of ''Contoso - Macros'' for all but Pilot Ring 1 - IT, for whom stronger policies have
        other values.'
      display_name: Contoso - Macros (not for Pilot Ring 1 - IT)
      exclude_groups:
        - Pilot Ring 1 - IT
      groups:
        - Contoso - All Staff
      settings:
        - setting: excel16/L_VBAWarningsPolicy
          value: 3
    - all_devices: false
      all_users: false
      display_name: Contoso - Pilot
      exclude_groups: []
      groups:
        - Pilot Ring 1 - IT
      settings:
        - setting: excel16/L_VBAWarningsPolicy
          value: 2
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._surface_rules import layered


class FilterModule:
    """The filter m365.apps.layered_policies."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"layered_policies": as_filter(layered, "m365.apps.layered_policies")}
