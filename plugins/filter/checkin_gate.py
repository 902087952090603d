# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: checkin_gate
short_description: Whether enough users checked in, and few enough failed
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Turns check-ins into a verdict that a rollout can wait for. The role P(m365.apps.rollout#role) asks it
    between waves.
  - Microsoft retired the health report of the product in 2022, and what Graph returns may be empty since
    then. No data does not count as success.
  - A user counts once, and as failed if the latest check-in of any of the user's devices failed for any of
    the policies. A conflict counts as failure, since neither policy is applied then. A status that is pending,
    not applicable or unknown is not a result.
positional: policies
options:
  _input:
    description:
      - Result of M(m365.apps.office_client_checkin_info), gathered with V(policies). What was given there as
        O(m365.apps.office_client_checkin_info#module:since) tells from when on check-ins count.
    type: dict
    required: true
  policies:
    description:
      - Names or IDs of the policies whose check-ins count.
      - When omitted, all policies. In an empty list none counts.
    type: list
    elements: str
  min_users:
    description:
      - How many users must have checked in, from 1 on.
    type: int
    default: 1
  max_failure_rate:
    description:
      - The share of these users that may have failed, from 0 to 1.
    type: float
    default: 0
  on_no_data:
    description:
      - What it means when nobody checked in until the time was over.
    type: str
    choices:
      stop: The gate stays closed.
      continue: The gate opens.
    default: stop
  final:
    description:
      - Whether the time is over. Before that, a gate that does not pass is V(waiting).
    type: bool
    default: false
seealso:
  - module: m365.apps.office_client_checkin_info
"""

EXAMPLES = r"""
---
- name: Wait up to an hour until a user has the policies
  m365.apps.office_client_checkin_info:
    gather: [policies]
    since: "2026-01-31T08:00:00Z"
  register: checkins
  until: checkins is success and (checkins | m365.apps.checkin_gate(min_users=1, max_failure_rate=0.05)).open
  retries: 12
  delay: 300
"""

RETURN = r"""
---
_value:
  description: The verdict and what it comes from.
  type: dict
  contains:
    verdict:
      description: V(passed), V(waiting), V(breached) or V(no_data).
      type: str
    open:
      description: Whether the rollout may go on.
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
  sample:
    verdict: passed
    open: true
    reason: 40 users checked in.
    users: 40
    needed_users: 25
    failed: 1
    conflicts: 0
    rate: 0.975
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._gate import verdict_on


class FilterModule:
    """The filter m365.apps.checkin_gate."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"checkin_gate": as_filter(verdict_on, "m365.apps.checkin_gate")}
