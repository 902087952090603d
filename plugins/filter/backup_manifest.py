# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: backup_manifest
short_description: The manifest of a backup
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Returns what C(manifest.json) of a backup holds, with a checksum of each file and of itself. The lookup
    P(m365.apps.backup#lookup) compares a backup with it.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
options:
  _input:
    description:
      - C(files) as M(m365.apps.definition_files) returns them.
    type: list
    elements: dict
    required: true
  live:
    description:
      - The live policies, as M(m365.apps.office_client_config_info) returns them, from which the files were
        made.
      - An empty list is a tenant without policies.
    type: list
    elements: dict
    required: true
  planned:
    description:
      - The definitions that are rolled out next. The manifest names those that they create.
      - When omitted or an empty list, the backup belongs to no rollout, and a restore deletes nothing.
    type: list
    elements: dict
    default: []
  tenant:
    description:
      - What to call the tenant.
    type: str
    required: true
  made_at:
    description:
      - When the backup was made.
    type: str
    required: true
seealso:
  - plugin: m365.apps.backup
    plugin_type: lookup
"""

EXAMPLES = r"""
---
- name: Read the policies
  m365.apps.office_client_config_info:
    gather: [payloads, group_names]
  register: live

- name: Write them as definitions
  m365.apps.definition_files:
    path: "{{ playbook_dir }}/backup/definitions"
    configs: "{{ live.configs }}"
  register: written

- name: Write the manifest of the backup
  ansible.builtin.copy:
    content: >-
      {{ written.files | m365.apps.backup_manifest(live=live.configs, tenant='contoso', made_at='2026-01-31T06:00:00Z')
         | to_nice_json }}
    dest: "{{ playbook_dir }}/backup/manifest.json"
    mode: "0644"
"""

RETURN = r"""
---
_value:
  description: The manifest.
  type: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils import _backup
from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter


def backup_manifest(
    files: list[t.Any], live: list[t.Any], tenant: str, made_at: str, planned: list[t.Any] | None = None
) -> dict[str, t.Any]:
    """Return the manifest of a backup."""
    return _backup.manifest(files, live, planned or [], tenant, made_at)


class FilterModule:
    """The filter m365.apps.backup_manifest."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"backup_manifest": as_filter(backup_manifest, "m365.apps.backup_manifest")}
