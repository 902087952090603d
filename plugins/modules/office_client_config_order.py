#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: office_client_config_order
short_description: Put Microsoft 365 Apps client policies into one declared order
version_added: 0.2.0
description:
  - Gives the Office client policies of a tenant numbers (priorities) that follow one declared list, strongest
    first.
  - As few policies as possible get another number, all in one call that succeeds or changes nothing. Nothing
    is sent when the order already holds.
  - With O(surface=settings_catalog), policies have no priorities, so the task is refused.
author:
  - m365.apps contributors (@m365-apps)
options:
  order:
    description:
      - Policies by ID or display name, strongest first. A name that no policy or several policies have is an
        error, and so is a policy that is listed in it twice.
      - A list, or the JSON text of one. Any other text is refused, since names may hold commas.
      - An empty list changes nothing. C(null) is refused.
    type: list
    elements: str
    required: true
  unlisted:
    description:
      - Where policies go that O(order) does not name. Among themselves they keep their places.
    type: str
    choices:
      keep_after: Behind all listed ones.
      keep_before: Before all listed ones.
      fail: Nowhere; such a policy is an error.
    default: keep_after
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.attributes.writer
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
  - m365.apps.wait
seealso:
  - module: m365.apps.office_client_config
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: The pilot wins over the macro policy, and both over everything else
  m365.apps.office_client_config_order:
    order:
      - Contoso - Pilot
      - Contoso - Macro security

- name: Show what the order would change
  m365.apps.office_client_config_order:
    order:
      - Contoso - Macro security
      - Contoso - Pilot
    unlisted: keep_before
  check_mode: true
  diff: true
"""

RETURN = r"""
---
order:
  description: All policies of the tenant after the change, in check mode as they would be, strongest first.
  returned: success
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
      description: Its number; V(0) is the strongest.
      returned: always
      type: int
  sample:
    - id: 13a5ac73-ac73-13a5-73ac-a51373aca513
      display_name: Contoso - Pilot
      priority: 10
actions:
  description: The one write that was sent, or in check mode would be sent, with the numbers that change.
  returned: always
  type: list
  elements: dict
  sample:
    - action: update_priorities
      priorities:
        13a5ac73-ac73-13a5-73ac-a51373aca513: 10
diff:
  description: The numbers that change, by policy.
  returned: in diff mode
  type: list
  elements: dict
  sample:
    - before_header: priorities
      after_header: priorities
      before: {"policy 'Contoso - Pilot' (id 13a5ac73-ac73-13a5-73ac-a51373aca513)": 30}
      after: {"policy 'Contoso - Pilot' (id 13a5ac73-ac73-13a5-73ac-a51373aca513)": 10}
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
from ansible_collections.m365.apps.plugins.module_utils._module.policy_modules import OFFICE_CLIENT_CONFIG_ORDER


def main() -> None:
    run_module(OFFICE_CLIENT_CONFIG_ORDER)


if __name__ == "__main__":
    main()
