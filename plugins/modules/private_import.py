#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: private_import
short_description: Write exports as definition files, for the rollout role alone
version_added: 0.2.0
description:
  - Does the work of the entry point C(import) of the role P(m365.apps.rollout#role), where all of it is told. Its
    options change without notice; do not use it in playbooks.
author:
  - m365.apps contributors (@m365-apps)
options:
  source:
    description:
      - Folder of exports, or one export.
    type: path
    required: true
  path:
    description:
      - Folder to write to.
    type: path
    required: true
  format:
    description:
      - What the files are written in.
    type: str
    choices: [yaml, json]
    default: yaml
  schema:
    description:
      - Where editors find the JSON Schema of the files. When omitted or empty, the files do not say.
    type: str
  catalog_file:
    description:
      - Catalog of definitions in addition to the one that the collection brings, whose display names become
        comments. When omitted, that one alone counts.
    type: path
  group_map:
    description:
      - Groups as the exports have them, each with what to write in its place. When omitted or empty, none is
        replaced.
    type: dict
    default: {}
  group_names:
    description:
      - Names of groups by their IDs. When omitted or empty, the exports alone tell names.
    type: dict
    default: {}
  groups_asked:
    description:
      - Whether O(group_names) are those of the tenant, and a group without a name is worth a warning.
    type: bool
    default: false
  unknown:
    description:
      - What becomes of a policy with a definition of Office that the catalog does not know.
    type: str
    choices:
      leave: It is left.
      raw: It is imported, with what is unknown as C(raw).
    default: leave
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
- name: Write exports as definition files
  m365.apps.private_import:
    source: "{{ playbook_dir }}/exports"
    path: "{{ playbook_dir }}/definitions"
"""

RETURN = r"""
---
path:
  description: The folder.
  returned: success
  type: str
  sample: /srv/office/definitions
files:
  description: The definition file of each policy that was imported, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: Name of the file in the folder.
      type: str
    display_name:
      description: Name of the policy.
      type: str
    status:
      description: C(created) or C(unchanged); in check mode what it would be.
      type: str
    source:
      description: The file of the export as seen from the folder of exports, and the place in it where it holds
        several policies.
      type: str
    format:
      description: The form of the export, C(portal), C(intune_management), C(intunecd), C(cipp), C(graph),
        C(request_body), or C(settings) for settings alone.
      type: str
    settings:
      description: How many settings it has.
      type: int
    raw:
      description: How many of them only C(raw) can hold.
      type: int
    sha256:
      description: Checksum (SHA-256) of the bytes.
      type: str
  sample:
    - file: contoso-macros.yml
      display_name: Contoso - Macros
      status: created
      source: SettingsCatalog/Contoso - Macros.json
      format: intune_management
      settings: 12
      raw: 0
      sha256: 8d1f0a2b4c6e8091a3b5c7d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3
left:
  description: All else that was found, sorted by file.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: The file as seen from the folder of exports, and the place in it where it holds several things.
      type: str
    display_name:
      description: Name of the policy, C(null) where it has none.
      type: str
    reason:
      description: C(broken_file), C(link), C(other_file), C(not_a_policy), C(other_platform), C(template),
        C(not_office), C(incomplete), C(unknown_definition), C(invalid), C(duplicate) or C(exists).
      type: str
    message:
      description: The reason in words.
      type: str
  sample:
    - source: SettingsCatalog/Contoso - Mac.json
      display_name: Contoso - Mac
      reason: other_platform
      message: it is for macOS, and Office policies are for windows10
counts:
  description: How many were imported (C(created) and C(unchanged)), and how many left, also by reason.
  returned: success
  type: dict
  sample: {imported: 1, created: 1, unchanged: 0, left: 1, left_by_reason: {other_platform: 1}}
unnamed_groups:
  description: IDs of groups of the imported policies of which no name is known.
  returned: success
  type: list
  elements: str
  sample: [0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11]
"""
