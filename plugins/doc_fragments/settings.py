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
      - When omitted, V(settingId).
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
"""
