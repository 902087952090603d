#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: office_preflight_info
short_description: Tell whether a tenant and a login are ready for Office policies
version_added: 0.2.0
description:
  - Looks at a tenant before the first run, and tells in one line each what is ready and what is not, with the next
    step. The lines are about the connection, the login, the clock of this machine, both surfaces, the Intune
    license, permissions, names of groups and scope tags, hidden policies, approval by a second administrator,
    definitions of settings, and C($batch).
  - Takes ten requests at most, those of the login included, and writes nothing. Of each list the first page alone
    is read.
  - A read that Graph refuses is a line of the result. The task fails where nobody answers, where something else than
    Graph answers, and where the login is refused.
  - The entry point C(preflight) of the role P(m365.apps.rollout#role) shows the lines as a table.
author:
  - m365.apps contributors (@m365-apps)
options:
  needs:
    description:
      - What the login is to do. What hinders that is V(failed), what hinders other things is V(warning).
      - V(plan) - read policies.
      - V(rollout) - write policies.
      - V(group_names) - find groups by name.
      - V(scope_tags) - find scope tags by name, on the surface V(settings_catalog).
      - V(approval) - read the states of requests for approval, on the surface V(settings_catalog).
      - An empty list needs nothing.
    type: list
    elements: str
    choices: [plan, rollout, group_names, scope_tags, approval]
    default: [rollout, group_names]
notes:
  - O(surface) says on which surface the work is to be done. Both are looked at.
  - O(catalog_file), O(payload_transport) and O(retry_timeout) have no effect. Nothing is tried again, so that a
    tenant that is busy is seen.
  - Which permission a token carries is told as the token says it. Graph alone decides.
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.attributes.info
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
seealso:
  - ref: ansible_collections.m365.apps.docsite.guide_authentication
    description: Logins and permissions.
"""

EXAMPLES = r"""
---
- name: Look at the tenant before the first rollout
  m365.apps.office_preflight_info:
    surface: settings_catalog
  register: preflight

- name: Show what is in the way
  ansible.builtin.debug:
    msg: "{{ preflight.checks | rejectattr('status', 'equalto', 'ok') }}"

- name: See that a login for plans can find groups, and needs no more
  m365.apps.office_preflight_info:
    surface: settings_catalog
    needs: [plan, group_names]
"""

RETURN = r"""
---
checks:
  description: The lines, in the order in which to read them.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description:
        - What the line is about, V(connection), V(login), V(clock), V(settings_catalog), V(office_configuration),
          V(license), V(plan), V(rollout), V(group_names) or V(batch).
        - On the surface V(settings_catalog) also V(scope_tags), V(view), V(second_admin), V(approval) or
          V(definitions).
      type: str
    status:
      description:
        - V(ok), V(warning) for what may hinder a run, V(failed) for what hinders what O(needs) names, or V(unknown)
          where Graph does not tell.
      type: str
    message:
      description: What was found.
      type: str
    next_step:
      description: What to do, an empty text where there is nothing to do.
      type: str
  sample:
    - name: rollout
      status: failed
      message: the token lacks DeviceManagementConfiguration.ReadWrite.All (it carries GroupMember.Read.All)
      next_step: Grant the app the permission DeviceManagementConfiguration.ReadWrite.All with admin consent
error:
  description: Facts of the failed call; empty when the failure was found before any call.
  returned: failure
  type: dict
  sample:
    status: 401
    code: InvalidAuthenticationToken
    message: Access token has expired or is not yet valid.
    request_id: 6f7d0c5e-0b1a-4c33-9a55-3f3a0d3c7b10
    client_request_id: 0d2b7bb0-6f3d-4f0e-8c3e-0c6b5f4c8f11
    method: GET
    path: /beta/deviceManagement/configurationPolicies?$top=100
"""

from ansible_collections.m365.apps.plugins.module_utils._module.boundary import run_module
from ansible_collections.m365.apps.plugins.module_utils._module.preflight import OFFICE_PREFLIGHT_INFO


def main() -> None:
    run_module(OFFICE_PREFLIGHT_INFO)


if __name__ == "__main__":
    main()
