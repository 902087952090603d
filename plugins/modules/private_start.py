#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: private_start
short_description: Begin an entry point of the rollout role, for nobody else
version_added: 0.2.0
description:
  - Checks the variables that an entry point of the role P(m365.apps.rollout#role) was given against its
    argument specs, all at once. C(null), which ansible-core lets pass, is a problem. A variable whose template
    cannot be resolved is left to the task that uses it.
  - What the entry point needs and was not given is a problem, too, and so are waves that cannot be meant.
  - Its options change without notice; do not use it in playbooks.
author:
  - m365.apps contributors (@m365-apps)
options:
  entry_point:
    description:
      - Name of the entry point.
    type: str
    required: true
  gate_defaults:
    description:
      - What a gate of O(ignore:rollout_waves) is made of where it does not say. Without it, waves are not checked.
    type: dict
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
- name: Check the variables
  m365.apps.private_start:
    entry_point: export
"""

RETURN = r"""
---
check_mode:
  description: Whether the role runs in check mode, by C(--check) or by a keyword.
  returned: always
  type: bool
  sample: false
diff_mode:
  description: Whether the role runs in diff mode, by C(--diff) or by a keyword.
  returned: always
  type: bool
  sample: false
strategy:
  description: Strategy of the play.
  returned: always
  type: str
  sample: linear
hosts_together:
  description: Whether the strategy starts a task when all hosts are done with the one before.
  returned: always
  type: bool
  sample: true
surface:
  description: Surface of Graph that the role works on.
  returned: when the entry point asks a tenant
  type: str
  sample: office_configuration
gather_to_tell_office:
  description:
    - What M(m365.apps.office_client_config_info) gathers to tell which policies are Office's. None where all are.
  returned: when the entry point asks a tenant
  type: list
  elements: str
  sample: []
waves:
  description: The waves of the rollout.
  returned: when they can be resolved
  type: list
  elements: dict
  sample: [{"name": "pilot", "groups": ["Pilot Ring 1 - IT"]}]
group_map:
  description: Names of groups, and by which of this tenant they are replaced.
  returned: when it can be resolved
  type: dict
  sample: {"All Staff": "All Employees"}
call_site:
  description: What tells from which place of a playbook the role was called, the same on all hosts of a play.
  returned: always
  type: str
  sample: 0242ac11-0002-d1c5-cd4b-00000000000a
"""
