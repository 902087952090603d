#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: wait_for_checkins
short_description: Wait until enough Office clients checked in, and few enough of them failed
version_added: 0.2.0
description:
  - Runs M(m365.apps.office_client_checkin_info) repeatedly until a gate opens, as the filter
    P(m365.apps.checkin_gate#filter) judges it, or the time is over. A gate that stays closed fails the task.
  - Each time that the gate does not open, a line in the output shows how many users checked in and how many
    of them failed. The variable C(m365_progress=false) turns these lines off.
  - With O(surface=settings_catalog), a check-in is a row of the device status reports of Intune, and a conflict
    counts as failure.
  - With O(surface=office_configuration), a check-in is that of an Office client. Microsoft retired the health report
    of the product in 2022, and what Graph returns may be empty since then.
  - No data does not count as success.
  - In check mode it asks once, and a closed gate is not a failure.
author:
  - m365.apps contributors (@m365-apps)
options:
  gate:
    description: What must be true of the check-ins, and for how long they are asked for.
    type: dict
    required: true
    suboptions:
      policies:
        description:
          - Names or IDs of the policies whose check-ins count.
          - With O(surface=settings_catalog), the reports of other policies are not read, which saves requests.
          - When omitted, all policies count. With an empty list, none counts.
        type: list
        elements: str
      min_users:
        description: How many users must have checked in, from 1 on.
        type: int
        default: 1
      max_failure_rate:
        description: The share of these users that may have failed, from 0 to 1.
        type: float
        default: 0.0
      timeout:
        description: Seconds until the time is over. With V(0) it asks once.
        type: int
        default: 3600
      interval:
        description: Seconds between two questions, from 1 on.
        type: int
        default: 300
      on_no_data:
        description: What it means when nobody checked in until the time was over.
        type: str
        choices:
          stop: The gate stays closed.
          continue: The gate opens.
        default: stop
  since:
    description:
      - Check-ins before this time are not counted, see O(m365.apps.office_client_checkin_info#module:since).
      - When omitted or empty, all of them are.
    type: str
  label:
    description: How lines and messages call the gate.
    type: str
    default: the check-in gate
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
attributes:
  check_mode:
    support: full
    details: Asks once, and a closed gate is not a failure.
  diff_mode:
    support: N/A
    details: Reads only.
  idempotent:
    support: full
seealso:
  - module: m365.apps.office_client_checkin_info
  - plugin: m365.apps.checkin_gate
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Wait up to an hour until two users have the policy
  m365.apps.wait_for_checkins:
    since: "2026-01-31T08:00:00Z"
    gate:
      policies: [Contoso - Macro security]
      min_users: 2
      max_failure_rate: 0.05
      timeout: 3600
      interval: 300
"""

RETURN = r"""
---
outcome:
  description: The verdict and what it comes from.
  returned: when the check-ins could be read
  type: dict
  contains:
    verdict:
      description: V(passed), V(breached) or V(no_data), in check mode also V(waiting).
      type: str
    open:
      description: Whether the gate opened.
      type: bool
    reason:
      description: Why, in a sentence.
      type: str
    users:
      description: How many users checked in.
      type: int
    needed_users:
      description: How many are needed.
      type: int
    failed:
      description: How many of them failed.
      type: int
    conflicts:
      description: Number of these users with a policy in conflict.
      type: int
    rate:
      description: The share that succeeded, C(null) of nobody.
      type: float
    waited:
      description: Seconds that the task waited.
      type: int
  sample:
    verdict: passed
    open: true
    reason: 2 users checked in.
    users: 2
    needed_users: 2
    failed: 0
    conflicts: 0
    rate: 1.0
    waited: 600
error:
  description: Facts of the failed call, see M(m365.apps.office_client_checkin_info).
  returned: when the check-ins could not be read
  type: dict
  sample: {}
"""
