# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: wave_record
short_description: What is kept of the waves of a rollout
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Returns the waves of a state file of the role P(m365.apps.rollout#role) after something happened, so that
    a rollout that goes on can tell what all its runs did. No tenant is asked, and no setting of a policy is
    kept.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
positional: event
options:
  _input:
    description:
      - The waves, as the role leaves them in C(rollout_waves_state).
    type: list
    elements: dict
    required: true
  event:
    description:
      - What happened.
    type: str
    required: true
    choices:
      begin: A rollout begins; O(planned) tells what each wave would do.
      run: The wave at O(place) was run and brought O(result).
      overrule: The waves before O(place) are passed by, with the gates of those that O(gated) names.
  place:
    description:
      - Place of a wave, from 0.
    type: int
    default: 0
  result:
    description:
      - Result of M(m365.apps.office_client_configs). One without C(results) changes nothing.
    type: dict
    default: {}
  planned:
    description:
      - RV(m365.apps.office_client_configs#module:waves) of a plan.
      - When omitted or empty, what a run did that was killed is not told.
    type: list
    elements: dict
    default: []
  gated:
    description:
      - Names of the waves that have a gate. When omitted or empty, none has one.
    type: list
    elements: str
    default: []
seealso:
  - plugin: m365.apps.merged_results
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Give the policies to the pilots
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
    reach: [Pilot Ring 1 - IT]
  register: pilots

- name: Keep what it brought
  ansible.builtin.set_fact:
    my_waves: "{{ [{'name': 'pilots', 'status': 'passed'}] | m365.apps.wave_record('run', place=0, result=pilots) }}"
"""

RETURN = r"""
---
_value:
  description: The waves, with C(runs), and after V(begin) with C(planned).
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._policies.wave_record import wave_record


class FilterModule:
    """The filter m365.apps.wave_record."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"wave_record": as_filter(wave_record, "m365.apps.wave_record")}
