# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the filters that look into the settings of policies."""

from __future__ import annotations


class ModuleDocFragment:
    """How settings and groups are recognised."""

    DOCUMENTATION = r"""
---
options:
  setting_key:
    description:
      - Key of the ID of a setting in the objects of a payload. Dots lead into objects below, such as
        V(definition.id).
      - When omitted, V(settingId). It is for C(office_configuration) alone.
    type: str
    default: settingId
  group_names:
    description:
      - Names of groups by their IDs, for policies that name a group by ID where others name it by name.
      - Dicts of C(id) and C(display_name) in the policies say the same. A name that two IDs have belongs to
        neither.
      - When omitted or empty, a name and an ID are different groups.
    type: dict
    default: {}
  surface:
    description:
      - The surface that the policies are for; each has rules of its own.
      - When omitted, the one whose own options (such as C(settings), or C(policy_payload)) more of the policies have.
    type: str
    choices:
      office_configuration: Settings in payloads, and priorities.
      settings_catalog: Intune's settings catalog.
    version_added: 0.2.0
  catalog_file:
    description:
      - File of definitions of settings beside those that the collection brings, as
        O(m365.apps.office_client_configs#module:catalog_file) has it. Where both know a definition the file counts.
      - When omitted, those of the collection alone. It is for C(settings_catalog) alone.
    type: path
    version_added: 0.2.0
"""
