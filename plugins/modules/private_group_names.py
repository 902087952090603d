#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: private_group_names
short_description: Names of groups by their IDs, for the rollout role alone
version_added: 0.2.0
description:
  - Returns the display names of Entra groups for the role P(m365.apps.rollout#role). Its options change without
    notice; do not use it in playbooks.
  - A group that is gone has no name in the answer. Without the permission C(GroupMember.Read.All) none has, with
    a warning.
author:
  - m365.apps contributors (@m365-apps)
options:
  ids:
    description:
      - IDs of groups. What is not an ID is passed over. An empty list takes no login.
    type: list
    elements: str
    required: true
  batch:
    description:
      - Whether the calls travel together in C($batch) requests of up to 20.
      - V(auto) goes back to single requests where the tenant refuses C($batch).
    type: str
    choices: [auto, never]
    default: auto
notes:
  - O(surface), O(catalog_file) and O(payload_transport) have no effect.
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.attributes.info
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
seealso:
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: Ask for the name of a group
  m365.apps.private_group_names:
    ids: [0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11]
"""

RETURN = r"""
---
names:
  description: The names, by ID in lower case.
  returned: success
  type: dict
  sample: {0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11: Contoso - All Staff}
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
    path: /v1.0/groups/0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11
"""

from ansible_collections.m365.apps.plugins.module_utils._module.boundary import run_module
from ansible_collections.m365.apps.plugins.module_utils._module.group_names import PRIVATE_GROUP_NAMES


def main() -> None:
    run_module(PRIVATE_GROUP_NAMES)


if __name__ == "__main__":
    main()
