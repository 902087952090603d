#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: office_client_config_assignment
short_description: Assign groups to one Microsoft 365 Apps client policy
version_added: 0.1.0
description:
  - Reads the groups of one Office client policy, merges them with what is asked, and writes once, or not at
    all if equal.
  - A policy of Intune's settings catalog (see O(surface)) can also be assigned to all users and all devices,
    exclude groups, and have assignment filters.
  - The policy must exist. To create a policy and assign it in one task, also in check mode, use
    M(m365.apps.office_client_configs).
author:
  - m365.apps contributors (@m365-apps)
options:
  id:
    description:
      - ID of the policy.
      - When omitted, the policy is found by O(display_name). An empty one and C(null) are refused.
    type: str
  display_name:
    description:
      - Name of the policy, compared exactly across all kinds. Two policies with the name are an error that
        lists their IDs.
      - Together with O(id), it must be the policy's name.
      - When omitted, O(id) is needed. An empty one and C(null) are refused.
    type: str
  kind:
    description:
      - Kind that the policy must have; another one is an error.
      - When omitted, any kind matches. C(null) is refused.
      - Only with O(surface=office_configuration).
    type: str
    choices:
      windows: A non-security policy (C(windowsOfficeClientConfiguration)).
      windows_security: A security policy (C(windowsOfficeClientSecurityConfiguration)).
      office: The base type (C(officeClientConfiguration)), which a tenant may refuse to create.
  groups:
    description:
      - Groups to assign, each as a display name, an ID, or a dict of C(id) and C(display_name), of which the
        ID counts. A list (or one name) means exactly these.
      - A text that looks like an ID is one; a dict of C(display_name) alone is a name, whatever it looks
        like.
      - A group that was deleted from the directory and is still assigned is dropped with a warning, as Graph
        would refuse it, when C(add) or C(remove) change the groups. One that is asked for is an error.
      - A dict with C(set) means exactly these, one with C(add) and C(remove) changes only those named. A name
        must belong to exactly one group, and a group that is newly assigned must exist.
      - V([]), V({}), the empty string and an empty C(set) take all groups away. Empty C(add) or C(remove) do
        nothing. C(null) is refused.
      - With O(surface=settings_catalog), a dict may hold C(filter), the name or ID of an assignment
        filter, and C(filter_mode), V(include) (the default) or V(exclude). A member of exactly these groups
        that names no filter has none; one in C(add) keeps the filter that it has, unless C(filter) says
        otherwise. An empty C(filter) takes it away.
      - When omitted, they are left alone. One of O(groups), O(exclude_groups), O(all_users) and
        O(all_devices) is needed.
    type: raw
  exclude_groups:
    description:
      - Groups that do not get the policy although another assignment says so, in the forms of O(groups), but
        without filters. A group that would be assigned and excluded at once is an error.
      - Only with O(surface=settings_catalog). When omitted, they are left alone; a new policy
        excludes none. V([]), V({}), the empty string and an empty C(set) exclude nobody. C(null) is
        refused.
    type: raw
    version_added: 0.2.0
  all_users:
    description:
      - Whether the policy is assigned to all users, as V(true) or V(false), or as a dict with C(filter),
        the name or ID of an assignment filter, and C(filter_mode), V(include) (the default) or V(exclude).
      - V(true) means without a filter, as does a dict without one or with an empty one.
      - Only with O(surface=settings_catalog). When omitted, it is left alone; a new policy is not
        assigned to them. C(null) is refused.
    type: raw
    version_added: 0.2.0
  all_devices:
    description:
      - Whether the policy is assigned to all devices, in the forms of O(all_users).
      - Only with O(surface=settings_catalog). When omitted, it is left alone; a new policy is not
        assigned to them. C(null) is refused.
    type: raw
    version_added: 0.2.0
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.attributes.writer
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
  - m365.apps.surface.approval
  - m365.apps.wait
seealso:
  - module: m365.apps.office_client_config
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: Assign exactly these groups, by name and by ID
  m365.apps.office_client_config_assignment:
    display_name: Contoso - Macro security
    groups:
      set:
        - Finance - Excel Power Users
        - 0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11

- name: Add one group and take one away, leave all others alone
  m365.apps.office_client_config_assignment:
    display_name: Contoso - Macro security
    groups:
      add: [Pilot Ring 1 - IT]
      remove: [Finance - Excel Power Users]

- name: Show what taking all groups away would do
  m365.apps.office_client_config_assignment:
    display_name: Contoso - Macro security
    groups: []
  check_mode: true
  diff: true

- name: Assign a policy of the settings catalog to all users of company devices but one group
  m365.apps.office_client_config_assignment:
    surface: settings_catalog
    display_name: Contoso - Macro security
    all_users:
      filter: Company devices
    exclude_groups: [Finance - Excel Power Users]
"""

RETURN = r"""
---
assignments:
  description: All assignments after the change, in check mode as they would be, sorted by group.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the assignment; C(null) for one the server has not made yet.
      returned: always
      type: str
    group_id:
      description: ID of the group; C(null) where the target is not one.
      returned: always
      type: str
    target:
      description: What is assigned, V(group), V(excluded_group), V(all_users), V(all_devices) or V(unknown).
      returned: with O(surface=settings_catalog)
      type: str
    filter:
      description: ID of the assignment filter; C(null) for none.
      returned: with O(surface=settings_catalog)
      type: str
    filter_name:
      description: Name of the assignment filter.
      returned: with O(surface=settings_catalog), where the run knows it, as where the task names a filter
      type: str
    filter_mode:
      description: How the filter counts, V(include) or V(exclude); C(null) without one.
      returned: with O(surface=settings_catalog)
      type: str
    source:
      description: Where the assignment comes from; only V(direct) ones are ever written.
      returned: with O(surface=settings_catalog)
      type: str
  sample:
    - id: 7c1b3ac5-5a0e-4df0-9a7b-0a5c2f1f0b55
      group_id: 0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11
config:
  description:
    - The policy the groups belong to, without its payloads.
    - With O(surface=settings_catalog), C(filter_names) are the names of its assignment filters by their IDs, where
      the run knows them.
  returned: success
  type: dict
  sample:
    id: 13a5ac73-ac73-13a5-73ac-a51373aca513
    display_name: Contoso - Macro security
    kind: windows_security
    description: Macros only from trusted places
    priority: 20
    groups: [0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11]
awaiting_approval:
  description: The name of the policy, where its change waits for a second administrator. Empty when it does not.
  returned: always, but for failures before the first write
  type: list
  elements: str
  sample: [Contoso - Macro security]
approval:
  description: The request for approval that the change depends on.
  returned: when it depends on one
  type: dict
  contains:
    code:
      description: Code of the request; C(null) where it is not known.
      returned: always
      type: str
    state:
      description:
        - C(filed) by this run, C(waiting) since an earlier one, or C(other) where another request about the
          same policy waits.
        - With a failure, C(rejected), C(cancelled), C(expired), C(unknown) to the tenant or unreadable, or
          C(approved) where Graph does not take it all the same.
      returned: always
      type: str
    replaces:
      description: Code of the previous request, which has expired or which the tenant does not know.
      returned: when there is one
      type: str
  sample:
    code: 5b0c63f1-6f9d-4f5e-9d0e-1c9f1c2a7d10
    state: filed
actions:
  description:
    - The writes that were sent, or in check mode would be sent, in order. Payloads are not in it.
    - C(action) is one of C(create), C(update), C(write_payload), C(assign), C(update_priorities), C(delete).
    - C(id) is C(null) where the server has not made it yet.
  returned: always
  type: list
  elements: dict
  sample:
    - action: assign
      id: 13a5ac73-ac73-13a5-73ac-a51373aca513
      display_name: Contoso - Macro security
      group_ids: [0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11]
diff:
  description:
    - What differs, by policy and field; inside payloads one entry for each setting that is added, changed or
      removed.
    - Names of groups and assignment filters that a side shows are beside them by ID, in C(group_names) and
      C(filter_names), where the run knows them. That needs no call of its own.
  returned: in diff mode
  type: list
  elements: dict
  sample:
    - before_header: policy 'Contoso - Macro security' (id 13a5ac73-ac73-13a5-73ac-a51373aca513)
      after_header: policy 'Contoso - Macro security' (id 13a5ac73-ac73-13a5-73ac-a51373aca513)
      before: {groups: []}
      after: {groups: [0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11]}
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
from ansible_collections.m365.apps.plugins.module_utils._module.policy_modules import OFFICE_CLIENT_CONFIG_ASSIGNMENT


def main() -> None:
    run_module(OFFICE_CLIENT_CONFIG_ASSIGNMENT)


if __name__ == "__main__":
    main()
