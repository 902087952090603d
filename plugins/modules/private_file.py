#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: private_file
short_description: Write a file of the rollout role, for nobody else
version_added: 0.2.0
description:
  - Writes a file of the role P(m365.apps.rollout#role) on the controller, at once, so that nobody ever reads
    half of it. Its options change without notice; do not use it in playbooks.
  - A file and a folder that are there keep their permissions, and a file that holds the text already is left
    alone. A link is replaced by a file.
author:
  - m365.apps contributors (@m365-apps)
options:
  path:
    description:
      - The file, as an absolute path. Folders that are missing are made.
    type: path
    required: true
  data:
    description:
      - What to write as JSON. V(null) is written as C(null).
      - When omitted, O(content) is written.
    type: raw
  content:
    description:
      - The text to write. An empty one makes an empty file.
      - When omitted, O(data) is needed.
    type: str
  result_of:
    description:
      - The entry point whose result this is. A file that is there and holds anything but an earlier result of it,
        a JSON object of this C(mode), is an error.
      - When omitted, any file is written over.
    type: str
  owner_only:
    description:
      - Whether new files and folders can be read by nobody but their owner.
    type: bool
    default: false
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.flow
  - m365.apps.attributes.controller
attributes:
  diff_mode:
    support: full
seealso:
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: Write the plan
  m365.apps.private_file:
    path: "{{ playbook_dir }}/plan.json"
    data:
      writes: 0
"""

RETURN = r"""
---
path:
  description: The file.
  returned: success
  type: str
  sample: /srv/plans/plan.json
"""
