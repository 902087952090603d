#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: office_client_config_info
short_description: Read Microsoft 365 Apps client policies
version_added: 0.1.0
description:
  - Returns the Office client policies of a tenant that match all given filters, strongest first; those of
    Intune's settings catalog (see O(surface)) have no order, and come by their names.
  - With V(payloads) (or V(settings)) and V(assignments) in O(gather), RV(configs) can be given to
    O(m365.apps.office_client_configs#module:policies) unchanged.
  - What cannot be read is an error, never an empty answer. Where no policy is found and RV(view) is not
    full, a warning says that there may be one all the same. Another one says so where all policies are
    asked for and RV(view) is partial.
author:
  - m365.apps contributors (@m365-apps)
options:
  id:
    description:
      - ID of the policy to return. None with this ID gives an empty list.
      - When omitted or C(null), all policies are looked at. An empty one is refused.
    type: str
  display_name:
    description:
      - Name of the policies to return, compared exactly.
      - When omitted or C(null), policies of any name match; an empty one matches policies without a name.
    type: str
  kind:
    description:
      - Kind of the policies to return.
      - When omitted, policies of any kind match.
      - Only with O(surface=office_configuration).
    type: str
    choices:
      windows: A non-security policy (C(windowsOfficeClientConfiguration)).
      windows_security: A security policy (C(windowsOfficeClientSecurityConfiguration)).
      office: The base type (C(officeClientConfiguration)), which a tenant may refuse to create.
  group:
    description:
      - Display name or ID of a group, or a dict of C(id) and C(display_name), of which the ID counts; only
        policies that are assigned to it are returned. This reads the assignments of each policy that the
        other filters let through.
      - When omitted or C(null), the assignments do not matter. An empty one is refused.
    type: raw
  gather:
    description:
      - What to read in addition to the properties in the listing. Payloads cost two calls for each policy,
        assignments one.
      - V(group_names) means V(assignments) with the name of each group, which takes one call for each group
        and the permission C(GroupMember.Read.All). Without the permission the names are C(null), and a
        warning says so. Since version 0.2.0.
      - With O(surface=settings_catalog), V(group_names) also means the names of assignment filters and scope
        tags. Where a policy has a filter, or a tag other than the default one, this takes one request for
        both lists. Scope tags need the permission C(DeviceManagementRBAC.Read.All). Names that may not be
        read are left out, and a warning says so.
      - V(content) means what policies set on devices, whichever surface they are of - V(payloads) or
        V(settings).
      - V(payloads) and V(checkins) are there only with O(surface=office_configuration), V(settings)
        with V(settings_catalog) alone, which costs one call for each policy.
      - V(conflicts) compares the policies that match with each other and with all others for Windows, including
        policies that are made from templates, and returns RV(conflicts). It takes one call for each policy whose
        settings nothing else reads, and another one for each policy that disagrees. Only with
        O(surface=settings_catalog). Since version 0.2.0.
      - V(status) returns how each policy went on devices, as RV(configs[].status). It takes one call for each 50 rows
        of the status report of each policy, and one for each policy that failed on a device. See
        M(m365.apps.office_client_checkin_info) for the numbers. Only with O(surface=settings_catalog). Since
        version 0.2.0.
      - When omitted or empty, nothing more is read.
    type: list
    elements: str
    choices: [content, payloads, settings, assignments, group_names, checkins, conflicts, status]
    default: []
  batch:
    description:
      - Whether the calls of O(gather) and O(group) travel together in C($batch) requests of up to 20.
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
  - module: m365.apps.office_client_configs
  - module: m365.apps.office_client_checkin_info
"""

EXAMPLES = r"""
---
- name: List all policies, strongest first
  m365.apps.office_client_config_info:
  register: all_policies

- name: Read one policy with everything
  m365.apps.office_client_config_info:
    display_name: Contoso - Macro security
    gather: [payloads, assignments, checkins]

- name: Which security policies reach this group
  m365.apps.office_client_config_info:
    kind: windows_security
    group: Finance - Excel Power Users

- name: Read all policies as they could be applied again
  m365.apps.office_client_config_info:
    gather: [payloads, assignments]
  register: backup

- name: Read all policies of the settings catalog as they could be applied again
  m365.apps.office_client_config_info:
    surface: settings_catalog
    gather: [settings, assignments]
  register: catalog_backup

- name: Find where policies of the settings catalog disagree, security baselines included
  m365.apps.office_client_config_info:
    surface: settings_catalog
    gather: [conflicts]
  register: compared

- name: Bring them back to that state later
  m365.apps.office_client_configs:
    policies: "{{ backup.configs }}"
"""

RETURN = r"""
---
configs:
  description: The policies, strongest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the policy; C(null) in check mode for one that would be created.
      returned: always
      type: str
    display_name:
      description: Name of the policy.
      returned: always
      type: str
    kind:
      description: Kind of the policy.
      returned: when it is one of the known kinds
      type: str
    description:
      description: Description of the policy.
      returned: always
      type: str
    priority:
      description: Its number; V(0) is the strongest.
      returned: when the server gave one
      type: int
    policy_payload:
      description: Enforced settings; V({}) for none. Text when the live payload is not a JSON object or
        array.
      returned: when O(gather) has V(payloads)
      type: raw
    user_preference_payload:
      description: Settings that users can override; V({}) for none.
      returned: when O(gather) has V(payloads)
      type: raw
    policy_payload_base64:
      description: The bytes of C(policy_payload) in base64.
      returned: when O(gather) has V(payloads) and they are not a JSON object or array
      type: str
    user_preference_payload_base64:
      description: The bytes of C(user_preference_payload) in base64.
      returned: when O(gather) has V(payloads) and they are not a JSON object or array
      type: str
    settings:
      description: The settings in the settings language.
      returned: when O(gather) has V(settings), or V(content) with O(surface=settings_catalog)
      type: list
      elements: dict
    scope_tags:
      description: IDs of the scope tags.
      returned: with O(surface=settings_catalog)
      type: list
      elements: str
    filter_names:
      description: Names of the assignment filters of the policy by their IDs, and of others that share a name.
      returned: when O(gather) has V(group_names), with O(surface=settings_catalog), where they are known
      type: dict
    scope_tag_names:
      description: Names of the scope tags of the policy by their IDs, and of others that share a name.
      returned: when O(gather) has V(group_names), with O(surface=settings_catalog), where they are known
      type: dict
    groups:
      description: IDs of the assigned groups, sorted; a group with an assignment filter is a dict with C(id),
        C(filter) and C(filter_mode).
      returned: when O(gather) has V(assignments) or V(group_names)
      type: list
      elements: raw
    exclude_groups:
      description: IDs of the excluded groups, sorted.
      returned: when O(gather) has V(assignments) or V(group_names), with O(surface=settings_catalog)
      type: list
      elements: str
    all_users:
      description: Whether all users are assigned; a dict with C(filter) and C(filter_mode) where there is a
        filter.
      returned: when O(gather) has V(assignments) or V(group_names), with O(surface=settings_catalog)
      type: raw
    all_devices:
      description: Whether all devices are assigned, in the form of C(all_users).
      returned: when O(gather) has V(assignments) or V(group_names), with O(surface=settings_catalog)
      type: raw
    assignments:
      description:
        - The assignments with their own IDs.
        - With O(surface=settings_catalog), each has C(target) (V(group), V(excluded_group),
          V(all_users), V(all_devices) or V(unknown)), C(filter), C(filter_mode) and C(source). One whose
          C(source) is not V(direct) belongs to something else and is never written.
        - With V(group_names) in O(gather), each has a C(group_name) too; C(null) where the group is not there
          any more, or may not be read. One with a filter whose name is known has a C(filter_name).
      returned: when O(gather) has V(assignments) or V(group_names)
      type: list
      elements: dict
    user_checkin_summary:
      description: Counts of users that took the policy over or failed to, as Graph gives them. May be empty
        or stale.
      returned: when O(gather) has V(checkins)
      type: dict
    checkin_statuses:
      description: Check-ins of single devices, as Graph gives them. May be empty or stale.
      returned: when O(gather) has V(checkins)
      type: list
      elements: dict
    status:
      description:
        - How the policy went on devices, as M(m365.apps.office_client_checkin_info) counts it -
          C(users), C(failed_users), C(rate), C(devices), C(failed_settings) and C(last_checkin_date_time),
          see RV(m365.apps.office_client_checkin_info#module:policies).
      returned: when O(gather) has V(status)
      type: dict
    last_modified_date_time:
      description: When the policy last changed.
      returned: when the server tells it and the task did not change the policy
      type: str
  sample:
    - id: 13a5ac73-ac73-13a5-73ac-a51373aca513
      display_name: Contoso - Macro security
      kind: windows_security
      description: Macros only from trusted places
      priority: 20
      policy_payload:
        - settingId: word16;L_VBAWarningsPolicy
          value: "4"
      user_preference_payload: {}
      groups: [0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11]
      assignments:
        - id: 7c1b3ac5-5a0e-4df0-9a7b-0a5c2f1f0b55
          group_id: 0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11
    - id: 5a7e3d0c-2f61-4f0e-9d5b-6e1c9c0f3b21
      display_name: Contoso - Macros of finance
      description: ""
      scope_tags: ["7"]
      settings:
        - {setting: excel16/L_VBAWarningsPolicy, value: 3}
      groups: []
      exclude_groups: []
      all_users: false
      all_devices: {filter: 2c9e7a54-6f0b-4a0e-8e55-3a6d1f0b9c77, filter_mode: include}
      filter_names: {2c9e7a54-6f0b-4a0e-8e55-3a6d1f0b9c77: Company devices}
      scope_tag_names: {"7": Berlin}
      assignments:
        - id: 5a7e3d0c-2f61-4f0e-9d5b-6e1c9c0f3b21_adadadad-808e-44e2-905a-0b7873a8a531
          group_id:
          target: all_devices
          filter: 2c9e7a54-6f0b-4a0e-8e55-3a6d1f0b9c77
          filter_name: Company devices
          filter_mode: include
          source: direct
          group_name:
conflicts:
  description:
    - Settings that policies of the tenant set to different values for the same people, so that Intune applies
      none of these values.
    - Each conflict concerns at least one policy of RV(configs). All other policies for Windows are compared with
      these, including policies that are made from templates, such as security baselines.
    - This follows from assignments alone. Members of groups are not read, and a group counts as a group of users.
  returned: when O(gather) has V(conflicts)
  type: list
  elements: dict
  contains:
    setting:
      description: The setting, as RV(conflicts[].policies[].value) names it, or the ID of its definition.
      returned: always
      type: str
    certain:
      description:
        - V(true) if everybody who gets one of the policies through one of RV(conflicts[].groups) also gets another
          one of them, for example because both include the same group.
        - V(false) if it is not known whether anybody gets two of them, for example with different groups, with
          assignment filters, or with groups that are excluded from all devices. It is also V(false) if a value
          cannot be read, such as a secret.
      returned: always
      type: bool
    policies:
      description: The policies that disagree, grouped by value.
      returned: always
      type: list
      elements: dict
      contains:
        policy: &policy
          description: Name of the policy.
          returned: always
          type: str
        id:
          description: ID of the policy; C(null) for a policy that does not exist yet.
          returned: always
          type: str
        value:
          description: The setting as an entry of the settings language.
          returned: always
          type: dict
        described:
          description: Whether the policy is in RV(configs).
          returned: always
          type: bool
        template:
          description: Family of the template that the policy was made from, such as V(baseline); C(null) without one.
          returned: always
          type: str
    groups:
      description: Who is concerned - names of groups with their IDs, C(all users) or C(all devices).
      returned: always
      type: list
      elements: str
  sample:
    - setting: excel16/L_VBAWarningsPolicy
      certain: true
      policies:
        - policy: Contoso - Macro security
          id: 5a7e3d0c-2f61-4f0e-9d5b-6e1c9c0f3b21
          value: {setting: excel16/L_VBAWarningsPolicy, value: 3}
          described: true
          template:
        - policy: Office baseline
          id: 13a5ac73-ac73-13a5-73ac-a51373aca513
          value: {setting: excel16/L_VBAWarningsPolicy, value: 4}
          described: false
          template: baseline
      groups: ["Contoso - All Staff (0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11)"]
unread_policies:
  description: Policies that could not be read. It is not known whether they conflict with others. A warning names
    them, too.
  returned: when O(gather) has V(conflicts)
  type: list
  elements: dict
  contains:
    policy: *policy
    id:
      description: ID of the policy.
      returned: always
      type: str
    msg:
      description: Why the policy cannot be read.
      returned: always
      type: str
  sample: []
view:
  description: How many of the tenant's policies the login sees. What it does not see is hidden without a
    sign, and looks like what is not there.
  returned: with O(surface=settings_catalog)
  type: dict
  contains:
    extent:
      description: V(full), V(partial) or V(unknown).
      returned: always
      type: str
    reason:
      description: From what that is known, as a clause.
      returned: always
      type: str
  sample:
    extent: full
    reason: an app signed in, and scope tags hide nothing from apps
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
    path: /beta/officeConfiguration/clientConfigurations
"""

from ansible_collections.m365.apps.plugins.module_utils._module.boundary import run_module
from ansible_collections.m365.apps.plugins.module_utils._module.policy_info import OFFICE_CLIENT_CONFIG_INFO


def main() -> None:
    run_module(OFFICE_CLIENT_CONFIG_INFO)


if __name__ == "__main__":
    main()
