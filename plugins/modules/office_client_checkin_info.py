#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: office_client_checkin_info
short_description: Read how policies went on devices
version_added: 0.2.0
description:
  - Returns how policies went on devices, for the whole tenant and for each policy, with the rate of users that
    succeeded and the devices that have not reported for a long time.
  - With O(surface=settings_catalog), this module reads the device status reports of Intune. Intune has one for each
    policy and none for the whole tenant. A report has a row for each user of each device, and one call reads 50
    rows. One more call for each policy that failed on a device reads the settings concerned. Up to 20 calls travel
    in one C($batch) request. To keep requests few, name the O(policies) that you need.
  - With O(surface=office_configuration), it reads the check-ins of Office clients. Microsoft retired the health
    report of the product in 2022. What Graph returns may be empty or stale since then; see RV(data),
    RV(tenant.last_checkin_date_time) and RV(policies[].last_checkin_date_time) before you rely on a rate.
  - No data does not count as success. A rate of nothing is C(null), never V(1).
  - A conflict counts as failure, since Intune does not apply a setting that is in conflict. A status that is
    pending, not applicable or not known to this collection counts neither as success nor as failure.
  - A report that cannot be read completely is an error. Only single check-ins without a user or device, or without
    a readable time, are left out, with a warning, and counted in RV(tenant.skipped) and RV(policies[].skipped).
  - Users are counted from the check-ins of single devices. A user counts as failed if the latest
    check-in of any of the user's devices failed; of two check-ins at the same time, the worse one counts. Check-ins
    of Office clients have no device ID, so devices of a user are distinguished by name and platform. A row of a
    status report without a user counts for the users of its device; a device without users counts as one user.
    These rules are the collection's, not Microsoft's.
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
  policies:
    description:
      - Names, compared exactly, and IDs of the policies to return in RV(policies). Policies that do not exist
        are left out.
      - With O(surface=settings_catalog), the reports of other policies are not read.
      - When omitted or null, policies of any name match; an empty list matches none.
    type: list
    elements: str
  kind:
    description:
      - Kind of the policies to return in RV(policies).
      - When omitted, policies of any kind match. Null is refused.
      - Only with O(surface=office_configuration).
    type: str
    choices:
      windows: A non-security policy (C(windowsOfficeClientConfiguration)).
      windows_security: A security policy (C(windowsOfficeClientSecurityConfiguration)).
      office: The base type (C(officeClientConfiguration)), which a tenant may refuse to create.
  gather:
    description:
      - What to read. V(policies) reads what Graph has for each policy, V(tenant) what it has for the whole tenant.
      - With O(surface=settings_catalog), Graph has nothing for the whole tenant, so V(tenant) is the sum of the
        policies that O(id), O(display_name) and O(policies) choose.
      - With O(surface=office_configuration), these options and O(kind) do not affect V(tenant). Microsoft never
        documented that apps may read it. If Graph refuses it, the task fails. Then give only V(policies).
      - When omitted, both are read. An empty list and null are refused.
    type: list
    elements: str
    choices: [tenant, policies]
    default: [tenant, policies]
  stale_after:
    description:
      - A device whose last check-in or report is more than this number of days ago, by the clock of the machine that
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
      - It does not affect RV(tenant.summary), RV(policies[].summary), RV(policies[].failed_settings) and
        RV(stale_devices). The summaries and the report on settings have no times.
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

- name: Read the status reports of two policies of the settings catalog
  m365.apps.office_client_checkin_info:
    surface: settings_catalog
    policies: [Contoso - Macros of finance, Contoso - Updates]
  register: reported

- name: Name the settings that are in conflict
  ansible.builtin.debug:
    msg: "{{ item.display_name }}: {{ item.failed_settings }}"
  loop: "{{ reported.policies | selectattr('devices.conflict') }}"
  loop_control:
    label: "{{ item.display_name }}"
"""

RETURN = r"""
---
tenant:
  description: Check-ins of the whole tenant; with O(surface=settings_catalog), of the chosen policies.
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
          description: Users with a result.
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
    devices: &devices
      description: Numbers of devices, each counted once, by the worst of its latest check-ins.
      returned: always
      type: dict
      contains:
        total:
          description: Devices with any check-in that counts.
          returned: always
          type: int
        error:
          description: Devices that have an error or do not comply.
          returned: always
          type: int
        conflict:
          description: Devices on which another policy sets a setting to another value, so that neither is applied.
          returned: always
          type: int
        unknown:
          description: Devices with a status that this collection does not know.
          returned: always
          type: int
        pending:
          description: Devices that have not reported a result yet.
          returned: always
          type: int
        succeeded:
          description: Devices on which the policy is applied.
          returned: always
          type: int
        not_applicable:
          description: Devices to which the policy does not apply.
          returned: always
          type: int
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
        device_id:
          description: ID of the device in Intune; C(null) with O(surface=office_configuration).
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
        policy_id:
          description: ID of the policy; C(null) with O(surface=office_configuration).
          returned: always
          type: str
        status:
          description: V(succeeded), V(error), V(conflict), V(pending), V(not_applicable) or V(unknown).
          returned: always
          type: str
        was_successful:
          description: Whether the check-in succeeded; C(null) if it has no result.
          returned: always
          type: bool
        checkin_date_time:
          description: When it was, in UTC.
          returned: always
          type: str
        error_message:
          description: Why the check-in failed, or Graph's word for its status; C(null) if it did not fail.
          returned: always
          type: str
        applied_policies:
          description: What the client says it applied, as Graph gives it.
          returned: always
          type: list
          elements: str
    skipped: &skipped
      description: Number of check-ins that were left out because they have no user or device, or no readable time.
      returned: always
      type: int
  sample:
    summary:
      succeeded_user_count: null
      failed_user_count: null
      rate: null
    users:
      checked_in: 2
      failed: 1
      rate: 0.5
    devices:
      total: 2
      error: 1
      conflict: 0
      unknown: 0
      pending: 0
      succeeded: 1
      not_applicable: 0
    last_checkin_date_time: '2026-07-31T08:00:00Z'
    statuses:
      - user_id: 3f0a9b11-6c2d-4e58-9a7b-0c1d2e3f4a5b
        user_principal_name: ann@contoso.example
        device_id: 7d1e0c51-4b2f-4c39-8e0a-5f6b1a2c3d4e
        device_name: ANN-LAPTOP
        device_platform: Windows 10 and later
        device_platform_version: null
        policy_id: 2c9e7b40-15ad-4f63-8e0b-7a61d3f58c92
        status: succeeded
        was_successful: true
        checkin_date_time: '2026-07-31T08:00:00Z'
        error_message: null
        applied_policies: []
      - user_id: 3f0a9b12-6c2d-4e58-9a7b-0c1d2e3f4a5b
        user_principal_name: ben@contoso.example
        device_id: 7d1e0c52-4b2f-4c39-8e0a-5f6b1a2c3d4e
        device_name: BEN-LAPTOP
        device_platform: Windows 10 and later
        device_platform_version: null
        policy_id: 2c9e7b40-15ad-4f63-8e0b-7a61d3f58c92
        status: error
        was_successful: false
        checkin_date_time: '2026-05-01T09:30:00Z'
        error_message: Error
        applied_policies: []
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
      description: Priority of the policy; V(0) is the strongest. C(null) if Graph returns none, as with
        O(surface=settings_catalog).
      returned: always
      type: int
    summary: *summary
    users:
      description: Users with a result in RV(policies[].statuses).
      returned: always
      type: int
    failed_users:
      description: Those of them that have a device whose latest check-in failed.
      returned: always
      type: int
    rate: *rate
    devices: *devices
    failed_settings:
      description: The settings with an error or a conflict on devices, those that failed most often first.
        C(null) if Graph does not report them, as with O(surface=office_configuration). If Graph should but does
        not, there is a warning.
      returned: always
      type: list
      elements: dict
      contains:
        setting:
          description: Key of the setting, or its ID if the catalog does not know it; C(null) if Graph returns only
            a name.
          returned: always
          type: str
        name:
          description: Display name of the setting as Graph gives it, or C(null).
          returned: always
          type: str
        error_devices:
          description: Number of devices that have an error or do not comply.
          returned: always
          type: int
        conflict_devices:
          description: Number of devices with a conflict.
          returned: always
          type: int
    last_checkin_date_time: *last
    statuses: *statuses
    skipped: *skipped
  sample:
    - id: 2c9e7b40-15ad-4f63-8e0b-7a61d3f58c92
      display_name: Contoso - Macros
      priority: null
      summary:
        succeeded_user_count: null
        failed_user_count: null
        rate: null
      users: 2
      failed_users: 1
      rate: 0.5
      devices:
        total: 2
        error: 1
        conflict: 0
        unknown: 0
        pending: 0
        succeeded: 1
        not_applicable: 0
      failed_settings:
        - setting: excel16/L_VBAWarningsPolicy
          name: VBA Macro Notification Settings
          error_devices: 1
          conflict_devices: 0
      last_checkin_date_time: '2026-07-31T08:00:00Z'
      statuses:
        - user_id: 3f0a9b11-6c2d-4e58-9a7b-0c1d2e3f4a5b
          user_principal_name: ann@contoso.example
          device_id: 7d1e0c51-4b2f-4c39-8e0a-5f6b1a2c3d4e
          device_name: ANN-LAPTOP
          device_platform: Windows 10 and later
          device_platform_version: null
          policy_id: 2c9e7b40-15ad-4f63-8e0b-7a61d3f58c92
          status: succeeded
          was_successful: true
          checkin_date_time: '2026-07-31T08:00:00Z'
          error_message: null
          applied_policies: []
        - user_id: 3f0a9b12-6c2d-4e58-9a7b-0c1d2e3f4a5b
          user_principal_name: ben@contoso.example
          device_id: 7d1e0c52-4b2f-4c39-8e0a-5f6b1a2c3d4e
          device_name: BEN-LAPTOP
          device_platform: Windows 10 and later
          device_platform_version: null
          policy_id: 2c9e7b40-15ad-4f63-8e0b-7a61d3f58c92
          status: error
          was_successful: false
          checkin_date_time: '2026-05-01T09:30:00Z'
          error_message: Error
          applied_policies: []
      skipped: 0
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
    - user_principal_name: ben@contoso.example
      device_name: BEN-LAPTOP
      last_checkin_date_time: '2026-05-01T09:30:00Z'
      days: 91
data:
  description:
    - Whether there are any data to judge by - a check-in that counts and has a result, or, without O(since), a
      summary that counts a user.
  returned: success
  type: bool
  sample: true
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
from ansible_collections.m365.apps.plugins.module_utils._module.checkin_info import OFFICE_CLIENT_CHECKIN_INFO


def main() -> None:
    run_module(OFFICE_CLIENT_CHECKIN_INFO)


if __name__ == "__main__":
    main()
