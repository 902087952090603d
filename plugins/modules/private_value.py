#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: private_value
short_description: Resolve a variable, for the rollout role alone
version_added: 0.2.0
description:
  - Returns the value of a variable whose template calls lookups or filters. Where one of them fails, its
    sentence is the message as it is, without words of ansible-core before it.
  - Its options change without notice; do not use it in playbooks.
author:
  - m365.apps contributors (@m365-apps)
options:
  name:
    description:
      - Name of the variable.
    type: str
    required: true
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.flow
  - m365.apps.attributes.controller
attributes:
  diff_mode:
    support: none
seealso:
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: Read definitions
  m365.apps.private_value:
    name: described
  vars:
    described: "{{ query('m365.apps.definitions', 'definitions') }}"
  register: read
"""

RETURN = r"""
---
value:
  description: The value of the variable.
  returned: success
  type: raw
  sample: {}
"""
