#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: private_backup
short_description: Back a tenant up in a folder, for the rollout role alone
version_added: 0.2.0
description:
  - Reads the policies of a tenant by M(m365.apps.office_client_config_info), and writes them to a folder of the
    controller, with a manifest, for the role P(m365.apps.rollout#role). Its options change without notice; do not use
    it in playbooks.
author:
  - m365.apps contributors (@m365-apps)
options:
  folder:
    description:
      - Folder of the backup, as an absolute path. One that holds a backup already is an error.
    type: path
    required: true
  planned:
    description:
      - The definitions that are rolled out next. What they mean is backed up also where it is not Office's.
    type: list
    elements: dict
    required: true
  tenant:
    description:
      - Name of the tenant in the manifest.
    type: str
    required: true
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.attributes.file
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
attributes:
  idempotent:
    support: none
    details: A folder that holds a backup is an error.
seealso:
  - module: m365.apps.definition_files
  - module: m365.apps.office_client_config_info
"""

EXAMPLES = r"""
---
- name: Back the policies up
  m365.apps.private_backup:
    folder: "{{ playbook_dir }}/backup"
    planned: []
    tenant: contoso
"""

RETURN = r"""
---
files:
  description: The definition files, as in RV(m365.apps.definition_files#module:files).
  returned: success
  type: list
  elements: dict
  sample:
    - file: contoso-macro-security.yml
      display_name: Contoso - Macro security
      status: created
path:
  description: The folder of the definition files.
  returned: success
  type: str
  sample: /srv/backup/definitions
"""
