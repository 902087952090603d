# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: restore_steps
short_description: What brings a tenant back to a backup
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Returns the items of M(m365.apps.office_client_configs) that bring a tenant back to a backup.
  - A policy of the backup is the live one with its ID, else one with its name and kind; one that is gone is
    created. Those that the manifest names as created by the rollout are deleted by their IDs.
  - The task needs O(m365.apps.office_client_configs#module:allow_same_names), since policies of a tenant may
    share a name.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
positional: live
options:
  _input:
    description:
      - A backup, as P(m365.apps.backup#lookup) returns it.
    type: dict
    required: true
  live:
    description:
      - The live policies, as M(m365.apps.office_client_config_info) returns them.
      - An empty list is a tenant without policies.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
---
- name: Read what is there now
  m365.apps.office_client_config_info:
    gather: [payloads, assignments]
  register: live

- name: Bring the policies back
  m365.apps.office_client_configs:
    policies: "{{ (lookup('m365.apps.backup', 'backup') | m365.apps.restore_steps(live.configs)).policies }}"
    allow_same_names: true
    on_error: leave
"""

RETURN = r"""
---
_value:
  description: >-
    A dict of C(policies), the items, and C(left), a list with C(display_name) and C(msg) of what cannot be brought
    back.
  type: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils import _backup
from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._unmasked import unmasked


def restore_steps(backup: dict[str, t.Any], live: list[t.Any]) -> dict[str, t.Any]:
    """Return what brings a tenant back to a backup."""
    made = _backup.steps(backup["policies"], backup["absent"], unmasked(live, backup))
    return {"policies": made.policies, "left": made.left}


class FilterModule:
    """The filter m365.apps.restore_steps."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"restore_steps": as_filter(restore_steps, "m365.apps.restore_steps")}
