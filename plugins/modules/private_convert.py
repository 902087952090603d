#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: private_convert
short_description: Convert definitions of Cloud Policy for the rollout role, for nobody else
version_added: 0.2.0
description:
  - Does what the entry point C(convert) of the role P(m365.apps.rollout#role) does, on the controller. Its
    options change without notice; use the entry point.
author:
  - m365.apps contributors (@m365-apps)
options:
  definitions:
    description:
      - Folder of definition files of the surface C(office_configuration), or one such file.
    type: path
    required: true
  path:
    description:
      - Folder for the definitions of the surface C(settings_catalog). One of O(definitions) or below it is
        refused.
    type: path
    required: true
  admx:
    description:
      - Folder of ADMX files. When omitted, nothing is converted, and the result names the files that are
        needed.
    type: path
  catalog_file:
    description:
      - Catalog of definitions of settings over the one that the collection brings. When omitted, that one
        counts alone.
    type: path
  result_file:
    description:
      - File that takes the result afterwards. One that is there and is not such a result is an error, before
        anything is written.
      - When omitted, none is looked at.
    type: path
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
- name: Tell what the conversion of a folder needs
  m365.apps.private_convert:
    definitions: "{{ playbook_dir }}/definitions"
    path: "{{ playbook_dir }}/converted"
"""

RETURN = r"""
---
format:
  description: Version of the form of this result.
  returned: success
  type: int
  sample: 1
mode:
  description: The entry point, by which its results are known.
  returned: success
  type: str
  sample: convert
path:
  description: The folder of the new definitions.
  returned: success
  type: str
  sample: /srv/policies/converted
files:
  description: The files that were or would be written.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: Name of the file.
      type: str
    status:
      description: What becomes of it, V(created), V(updated), V(unchanged) or V(kept).
      type: str
    sha256:
      description: Digest of its content.
      type: str
removed:
  description: Files of earlier conversions, untouched since, that nothing converts to any more.
  returned: success
  type: list
  elements: str
kept:
  description: Files that are left as they are, each with the reason.
  returned: success
  type: list
  elements: dict
payload_items:
  description: Every item of every payload, with its C(status), C(reason), C(readings) and C(entry).
  returned: success
  type: list
  elements: dict
policies:
  description: Every policy, with its new C(file), its C(counts) and what is C(not_carried) over.
  returned: success
  type: list
  elements: dict
counts:
  description: Numbers of items by their status.
  returned: success
  type: dict
needs:
  description: ADMX files that are needed and not there, with the number of items that need each.
  returned: success
  type: list
  elements: dict
complete:
  description: Whether every enforced setting of every policy was converted.
  returned: success
  type: bool
summary:
  description: The same as lines of text.
  returned: success
  type: list
  elements: str
"""
