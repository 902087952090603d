# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: merged_results
short_description: Results of several tasks that together make one rollout
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Turns the results of tasks of M(m365.apps.office_client_configs) that were given the same policies one
    after the other, such as the waves of a rollout, into the result that one task would have had.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
options:
  _input:
    description:
      - The results, first one first. Empty dicts are left out.
    type: list
    elements: dict
    required: true
  before:
    description:
      - Waves, as P(m365.apps.wave_record#filter) keeps them, whose runs come before the results.
      - When omitted or empty, there are none.
    type: list
    elements: dict
    default: []
seealso:
  - plugin: m365.apps.rollout_report
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Give the policies to the pilots
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
    reach: [Pilot Ring 1 - IT]
  register: pilots

- name: Give them to everybody
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
  register: everybody

- name: Show what both brought
  ansible.builtin.debug:
    msg: "{{ ([pilots, everybody] | m365.apps.merged_results).plan }}"
"""

RETURN = r"""
---
_value:
  description:
    - A result with C(changed), C(actions), C(results), C(plan) and, where one of them has it, C(diff). Actions of a
      policy follow each other, its C(before) and C(after) are those before the first task and after the last, and the
      plan has the fingerprint of the first one and the sums of all. All else is that of the last one.
  type: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._policies.waves import merged_results


class FilterModule:
    """The filter m365.apps.merged_results."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"merged_results": as_filter(merged_results, "m365.apps.merged_results")}
