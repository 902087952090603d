#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: private_definitions
short_description: Read the policies of a rollout, for the rollout role alone
version_added: 0.2.0
description:
  - Reads definition files as P(m365.apps.definitions#lookup) does, and replaces their groups as
    P(m365.apps.mapped_groups#filter) does. What is wrong is the message as it is, without words of ansible-core
    before it.
  - Its options change without notice; use P(m365.apps.definitions#lookup) in playbooks.
author:
  - m365.apps contributors (@m365-apps)
options:
  path:
    description:
      - Folder of definition files, or one such file.
      - When omitted or empty, no file is read.
    type: path
  policies:
    description:
      - Policies in addition to those of the files.
    type: list
    elements: dict
    required: true
  group_map:
    description:
      - Groups to put in the place of those that policies name. None when omitted.
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
- name: Read the definitions
  m365.apps.private_definitions:
    path: "{{ playbook_dir }}/definitions"
    policies: []
"""

RETURN = r"""
---
policies:
  description: The policies, those of files with C(file), which is relative where it can be.
  returned: success
  type: list
  elements: dict
  sample:
    - display_name: Contoso - Macros
      file: definitions/macros.yml
"""
