#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: office_client_config
short_description: Manage one Microsoft 365 Apps client policy
version_added: 0.1.0
description:
  - Creates, changes, renames or deletes one Office client policy, in C(officeConfiguration) of Microsoft
    Graph or in Intune's settings catalog (see O(surface)), and sends only the calls that are needed.
  - For its groups see M(m365.apps.office_client_config_assignment), for many policies in one task
    M(m365.apps.office_client_configs).
author:
  - m365.apps contributors (@m365-apps)
options:
  state:
    description:
      - V(present) creates the policy when it is missing and changes what differs.
      - V(absent) deletes it. A policy that is not there is fine; all options but the identity are ignored.
        What goes is read before, settings and groups included; when it cannot be read, nothing is written.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - ID of a policy that exists. An unknown one is an error with O(state=present), since the server makes
        IDs.
      - When omitted, the policy is found by O(display_name). An empty one and C(null) are refused.
    type: str
  display_name:
    description:
      - Name of the policy, compared exactly across all kinds. Two policies with the name are an error that
        lists their IDs.
      - Together with O(id), the policy is renamed to it.
      - When omitted, O(id) is needed and the name is left alone. An empty one and C(null) are refused.
    type: str
  kind:
    description:
      - Kind of the policy. A live policy of another kind is an error, since a kind cannot change.
      - When omitted, a live policy of any kind matches, and V(windows) is created. C(null) is refused.
      - Only with O(surface=office_configuration).
    type: str
    choices:
      windows: A non-security policy (C(windowsOfficeClientConfiguration)).
      windows_security: A security policy (C(windowsOfficeClientSecurityConfiguration)).
      office: The base type (C(officeClientConfiguration)), which a tenant may refuse to create.
  description:
    description:
      - Description of the policy.
      - When omitted, it is left alone; a new policy gets an empty one. The empty string clears it. C(null) is
        refused.
    type: str
  priority:
    description:
      - Place of the policy among all policies of the tenant, from V(0) (strongest) to 2147483647. Unique in
        the tenant.
      - A number that another policy keeps is an error that names it.
      - When omitted, it is left alone; a new policy takes the weakest place (the highest live number plus
        one). C(null) is refused; it cannot be cleared.
      - Only with O(surface=office_configuration).
    type: int
  policy_payload:
    description:
      - Enforced settings, as a dict, a list, or the JSON text of one. Read a file with
        P(ansible.builtin.file#lookup).
      - Compared as parsed JSON. A list whose members are all objects with distinct C(settingId) is a set
        keyed by it; any other list is ordered.
      - When omitted, the payload is left alone. V({}), V([]) and the empty string clear it. C(null) is
        refused.
      - Only with O(surface=office_configuration).
    type: raw
  user_preference_payload:
    description:
      - Settings that users can override. Same forms and rules as O(policy_payload).
      - When omitted, the payload is left alone. V({}), V([]) and the empty string clear it. C(null) is
        refused.
      - Only with O(surface=office_configuration).
    type: raw
  policy_payload_base64:
    description:
      - Enforced settings as bytes in base64, for what is not a JSON object or array, as
        M(m365.apps.office_client_config_info) returns it. The bytes are written as they are.
      - Bytes that are a JSON object or array count as O(policy_payload). Both together must agree.
      - When omitted, O(policy_payload) counts. The empty string clears the payload. C(null) is refused.
      - Only with O(surface=office_configuration).
    type: str
  user_preference_payload_base64:
    description:
      - Settings that users can override as bytes in base64, for what is not a JSON object or array, as
        M(m365.apps.office_client_config_info) returns it. The bytes are written as they are.
      - Bytes that are a JSON object or array count as O(user_preference_payload). Both together must agree.
      - When omitted, O(user_preference_payload) counts. The empty string clears the payload. C(null) is
        refused.
      - Only with O(surface=office_configuration).
    type: str
  settings:
    description:
      - Settings of the policy in the settings language, see
        R(the guide,ansible_collections.m365.apps.docsite.settings_language). A list means exactly these.
      - A dict with C(set) means exactly these. One with C(add) and C(remove) changes only what it names;
        C(add) takes entries, C(remove) keys such as V(excel16/L_VBAWarningsPolicy).
      - What a policy holds outside of Office is compared, kept and written like all else.
      - Only with O(surface=settings_catalog). When omitted, the settings are left alone; a new policy
        needs at least one. Graph keeps no policy without settings, so one that would have none is refused.
        C(null) is refused.
    type: raw
    version_added: 0.2.0
  scope_tags:
    description:
      - Scope tags of the policy, each as a name or an ID. A list means exactly these.
      - Only with O(surface=settings_catalog). When omitted, they are left alone; a new policy gets the
        tag V(0), the default one, as does one with an empty list. C(null) is refused.
    type: list
    elements: str
    version_added: 0.2.0
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.attributes.writer
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
  - m365.apps.surface.overwrite
  - m365.apps.surface.view
  - m365.apps.surface.approval
  - m365.apps.wait
seealso:
  - module: m365.apps.office_client_configs
  - module: m365.apps.office_client_config_assignment
  - module: m365.apps.office_client_config_info
"""

EXAMPLES = r"""
---
- name: Create a policy, or bring it to this state
  m365.apps.office_client_config:
    display_name: Contoso - Macro security
    kind: windows_security
    description: Macros only from trusted places
    priority: 20
    policy_payload:
      - settingId: word16;L_VBAWarningsPolicy
        app: word16
        platform: Windows
        type: REG_DWORD
        value: "4"
        valueName: VBAWarnings

- name: Change one field and leave all others alone
  m365.apps.office_client_config:
    display_name: Contoso - Macro security
    description: Macros only from trusted places and publishers

- name: Take a payload from a file
  m365.apps.office_client_config:
    display_name: Contoso - Macro security
    policy_payload: "{{ lookup('ansible.builtin.file', 'macro-security.json') }}"

- name: Clear the description and the user preferences
  m365.apps.office_client_config:
    display_name: Contoso - Macro security
    description: ""
    user_preference_payload: {}

- name: Find the policy
  m365.apps.office_client_config_info:
    display_name: Contoso - Macro security
  register: found

- name: Rename it by its ID
  m365.apps.office_client_config:
    id: "{{ found.configs[0].id }}"
    display_name: Contoso - Macros

- name: Show what a deletion would do
  m365.apps.office_client_config:
    display_name: Contoso - Macros
    state: absent
  check_mode: true
  diff: true

- name: Delete the policy
  m365.apps.office_client_config:
    display_name: Contoso - Macros
    state: absent

- name: Create a policy of the settings catalog, or bring it to this state
  m365.apps.office_client_config:
    surface: settings_catalog
    display_name: Contoso - Macro security
    settings:
      - setting: excel16/L_VBAWarningsPolicy
        value: 3
      - setting: outlk16/L_CheckForgottenAttachments
        state: disabled

- name: Change one of its settings and leave all others alone
  m365.apps.office_client_config:
    surface: settings_catalog
    display_name: Contoso - Macro security
    settings:
      add:
        - setting: excel16/L_VBAWarningsPolicy
          value: 4

- name: Change it in a tenant that requires a second administrator's approval
  m365.apps.office_client_config:
    surface: settings_catalog
    display_name: Contoso - Macro security
    description: Macros only from trusted places
    approval_reason: Change 4711, agreed with the help desk
    approval_codes: "{{ playbook_dir }}/approvals.json"
  register: macros

- name: Say what waits
  ansible.builtin.debug:
    msg: "Ask for the approval of request {{ macros.approval.code }}"
  when: macros.awaiting_approval | length > 0

- name: Give the login once for several tasks
  module_defaults:
    group/m365.apps.all:
      tenant_id: "{{ m365_tenant_id }}"
      client_id: "{{ m365_client_id }}"
      client_secret: "{{ m365_client_secret }}"
  block:
    - name: Roll out the privacy policy
      m365.apps.office_client_config:
        display_name: Contoso - Privacy
        policy_payload: {}
"""

RETURN = r"""
---
config:
  description:
    - The policy after the change, in check mode as it would be. Empty when it is absent.
    - While a change waits for approval, the policy as it is.
  returned: success
  type: dict
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
      returned: always
      type: raw
    user_preference_payload:
      description: Settings that users can override; V({}) for none.
      returned: always
      type: raw
    policy_payload_base64:
      description: The bytes of C(policy_payload) in base64.
      returned: when they are not a JSON object or array
      type: str
    user_preference_payload_base64:
      description: The bytes of C(user_preference_payload) in base64.
      returned: when they are not a JSON object or array
      type: str
    scope_tag_names:
      description: Names of the scope tags of the policy by their IDs, and of others that share a name.
      returned: with O(surface=settings_catalog), where the run knows them, as with O(scope_tags)
      type: dict
      sample: {"7": Berlin}
    last_modified_date_time:
      description: When the policy last changed.
      returned: when the server tells it and the task did not change the policy
      type: str
  sample:
    id: 13a5ac73-ac73-13a5-73ac-a51373aca513
    display_name: Contoso - Macro security
    kind: windows_security
    description: Macros only from trusted places
    priority: 20
    policy_payload:
      - settingId: word16;L_VBAWarningsPolicy
        value: "4"
    user_preference_payload: {}
    last_modified_date_time: "2026-11-23T08:15:00Z"
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
    - action: update
      id: 13a5ac73-ac73-13a5-73ac-a51373aca513
      display_name: Contoso - Macro security
      fields: [description]
diff:
  description:
    - What differs, by policy and field; inside payloads one entry for each setting that is added, changed or
      removed.
    - Of a policy that is deleted, C(before) holds all settings and the IDs of all groups. Groups that a side
      shows have their names by ID in its C(group_names) where they can be read.
    - Names of assignment filters and scope tags that a side shows are beside them by ID, in C(filter_names) and
      C(scope_tag_names), where the run knows them. That needs no call of its own.
    - C(names), by side and key, are the display names of settings and values where the catalog in use has texts.
      C(prepared) are lines that Ansible shows after the two sides - what has a display name, and what has
      characters beyond ASCII, of which JSON shows numbers.
  returned: in diff mode
  type: list
  elements: dict
  sample:
    - before_header: policy 'Contoso - Macro security' (id 13a5ac73-ac73-13a5-73ac-a51373aca513)
      after_header: policy 'Contoso - Macro security' (id 13a5ac73-ac73-13a5-73ac-a51373aca513)
      before: {policy_payload: {"[word16;L_VBAWarningsPolicy].value": "3"}}
      after: {policy_payload: {"[word16;L_VBAWarningsPolicy].value": "4"}}
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
from ansible_collections.m365.apps.plugins.module_utils._module.policy_modules import OFFICE_CLIENT_CONFIG


def main() -> None:
    run_module(OFFICE_CLIENT_CONFIG)


if __name__ == "__main__":
    main()
