#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: office_client_checkin_info
short_description: Read check-ins of Microsoft 365 Apps clients
version_added: 0.2.0
description:
  - Returns how Office clients checked in for their policies, for the whole tenant and for each policy, with
    the rate of users that succeeded and the devices that have not checked in for long.
  - Microsoft retired the health report of the product in 2022. What Graph returns may be empty or stale since
    then; see RV(data), RV(tenant.last_checkin_date_time) and RV(policies[].last_checkin_date_time) before
    relying on a rate.
  - No data does not count as success. A rate of nothing is C(null), never V(1).
  - What cannot be read is an error. Only single check-ins without a user or a readable time are left out,
    with a warning, and counted in RV(tenant.skipped) and RV(policies[].skipped).
  - Counts of users are made from the check-ins of single devices. A user counts as failed if the latest
    check-in of any of the user's devices failed; of two at one time the failed one is the later. Graph gives
    a device no ID, so a user's devices are told apart by name and platform. All this is the collection's
    reading, not Microsoft's.
  - Devices check in only with O(surface=office_configuration); the task is refused with another one.
author:
  - m365.apps contributors (@m365-apps)
options:
  id:
    description:
      - ID of the policy to return in RV(policies). None with this ID gives an empty list.
      - When omitted or null, all policies are looked at. An empty one is refused.
    type: str
  display_name:
    description:
      - Name of the policies to return in RV(policies), compared exactly.
      - When omitted or null, policies of any name match; an empty one matches policies without a name.
    type: str
  kind:
    description:
      - Kind of the policies to return in RV(policies).
      - When omitted, policies of any kind match. Null is refused.
    type: str
    choices:
      windows: A non-security policy (C(windowsOfficeClientConfiguration)).
      windows_security: A security policy (C(windowsOfficeClientSecurityConfiguration)).
      office: The base type (C(officeClientConfiguration)), which a tenant may refuse to create.
  gather:
    description:
      - What to read. V(tenant) is what Graph has for the whole tenant, whatever O(id), O(display_name) and
        O(kind) choose; V(policies) is what it has for each policy.
      - Microsoft never documented that apps may read V(tenant). Where Graph refuses it, the task fails as
        long as it is asked for.
      - When omitted, both are read. An empty list and null are refused.
    type: list
    elements: str
    choices: [tenant, policies]
    default: [tenant, policies]
  stale_after:
    description:
      - A device whose last check-in is more than this number of days ago, by the clock of the machine that
        the module runs on, is in RV(stale_devices).
      - When omitted, that is 30 days; V(0) makes every device stale that checked in before now. Null is
        refused.
    type: int
    default: 30
  since:
    description:
      - Only check-ins at or after this time count, and only they are returned. It is an ISO 8601 time with
        seconds and V(Z) or an offset, such as V(2026-01-31T08:00:00Z); a date alone means its midnight in
        UTC.
      - RV(tenant.summary), RV(policies[].summary) and RV(stale_devices) do not heed it. The summaries have no
        time.
      - When omitted or null, all check-ins count. An empty one is refused.
    type: str
  batch:
    description:
      - Whether the calls of O(gather) travel together in one C($batch) request.
      - V(auto) goes back to single requests where the tenant refuses C($batch).
    type: str
    choices: [auto, never]
    default: auto
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.attributes.info
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
seealso:
  - module: m365.apps.office_client_config_info
"""

EXAMPLES = r"""
---
- name: Read all check-ins
  m365.apps.office_client_checkin_info:
  register: checkins

- name: Name the devices that were not seen for two weeks
  m365.apps.office_client_checkin_info:
    stale_after: 14
  register: checkins

- name: Remember when the rollout began
  ansible.builtin.set_fact:
    rollout_began: "{{ now(utc=true).strftime('%Y-%m-%dT%H:%M:%SZ') }}"

- name: Wait until nine of ten users of a pilot policy took it over
  m365.apps.office_client_checkin_info:
    display_name: Contoso - Macro security
    gather: [policies]
    since: "{{ rollout_began }}"
  register: pilot
  # No data does not count as success: the rate is null then.
  until: pilot is success and pilot.policies != [] and (pilot.policies[0].rate or 0) >= 0.9
  retries: 24
  delay: 3600
"""

RETURN = r"""
---
tenant:
  description: Check-ins of the whole tenant.
  returned: when O(gather) has V(tenant)
  type: dict
  contains:
    summary: &summary
      description: Numbers of users over the last three months, as Graph counts them; C(null) where it gives
        none.
      returned: always
      type: dict
      contains:
        succeeded_user_count:
          description: Users that succeeded.
          returned: always
          type: int
        failed_user_count:
          description: Users that failed.
          returned: always
          type: int
        rate:
          description: Share of users that succeeded, from V(0) to V(1); C(null) when there are none.
          returned: always
          type: float
    users:
      description: Users counted from RV(tenant.statuses).
      returned: always
      type: dict
      contains:
        checked_in:
          description: Users with any check-in.
          returned: always
          type: int
        failed:
          description: Those of them that have a device whose latest check-in failed.
          returned: always
          type: int
        rate: &rate
          description: Share of users that did not fail, from V(0) to V(1); C(null) when there are none.
          returned: always
          type: float
    last_checkin_date_time: &last
      description: Time of the latest check-in that counts, in UTC; C(null) when there is none.
      returned: always
      type: str
    statuses: &statuses
      description: The check-ins that count, latest first.
      returned: always
      type: list
      elements: dict
      contains:
        user_id:
          description: ID of the user, or C(null).
          returned: always
          type: str
        user_principal_name:
          description: Name that the user logs in with, or C(null).
          returned: always
          type: str
        device_name:
          description: Name of the device, or C(null).
          returned: always
          type: str
        device_platform:
          description: Platform of the device, or C(null).
          returned: always
          type: str
        device_platform_version:
          description: Version of the platform, or C(null).
          returned: always
          type: str
        was_successful:
          description: Whether the check-in succeeded.
          returned: always
          type: bool
        checkin_date_time:
          description: When it was, in UTC.
          returned: always
          type: str
        error_message:
          description: Why it failed, or C(null).
          returned: always
          type: str
        applied_policies:
          description: What the client says it applied, as Graph gives it.
          returned: always
          type: list
          elements: str
    skipped: &skipped
      description: How many check-ins were left out, having no user or no readable time.
      returned: always
      type: int
  sample:
    summary:
      succeeded_user_count: 120
      failed_user_count: 3
      rate: 0.975609756097561
    users:
      checked_in: 4
      failed: 1
      rate: 0.75
    last_checkin_date_time: "2026-01-31T08:00:00Z"
    statuses: []
    skipped: 0
policies:
  description: Check-ins of the policies that match all filters, the strongest policy first.
  returned: when O(gather) has V(policies)
  type: list
  elements: dict
  contains:
    id:
      description: ID of the policy.
      returned: always
      type: str
    display_name:
      description: Name of the policy.
      returned: always
      type: str
    priority:
      description: Its number; V(0) is the strongest. C(null) when the server gave none.
      returned: always
      type: int
    summary: *summary
    users:
      description: Users with any check-in in RV(policies[].statuses).
      returned: always
      type: int
    failed_users:
      description: Those of them that have a device whose latest check-in failed.
      returned: always
      type: int
    rate: *rate
    last_checkin_date_time: *last
    statuses: *statuses
    skipped: *skipped
stale_devices:
  description:
    - Devices whose last check-in, in whatever was read, is more than O(stale_after) days ago; the oldest
      first.
    - A device that never checked in is not known to Graph, and so not in here.
  returned: success
  type: list
  elements: dict
  contains:
    user_principal_name:
      description: Name of the device's user, or C(null).
      returned: always
      type: str
    device_name:
      description: Name of the device, or C(null).
      returned: always
      type: str
    last_checkin_date_time:
      description: When it last checked in, in UTC.
      returned: always
      type: str
    days:
      description: How many whole days ago that was.
      returned: always
      type: int
  sample:
    - user_principal_name: ann@contoso.example
      device_name: ANN-LAPTOP
      last_checkin_date_time: "2025-11-02T09:30:00Z"
      days: 90
data:
  description:
    - Whether there is anything to go by, a check-in that counts or, without O(since), a summary that counts a
      user.
  returned: success
  type: bool
error:
  description: Facts of the failed call; empty when the failure was found before any call.
  returned: failure
  type: dict
  sample:
    status: 403
    code: Forbidden
    message: The application lacks the permission.
    request_id: 6f7d0c5e-0b1a-4c33-9a55-3f3a0d3c7b10
    client_request_id: 0d2b7bb0-6f3d-4f0e-8c3e-0c6b5f4c8f11
    method: GET
    path: /beta/officeConfiguration
"""

from ansible_collections.m365.apps.plugins.module_utils._module.boundary import run_module
from ansible_collections.m365.apps.plugins.module_utils._module.modules import OFFICE_CLIENT_CHECKIN_INFO


def main() -> None:
    run_module(OFFICE_CLIENT_CHECKIN_INFO)


if __name__ == "__main__":
    main()
