# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: backup_differences
short_description: How a tenant differs from a backup
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Compares the live policies with those of a backup, field by field. Payloads are compared by their meaning,
    what is not JSON byte by byte.
  - Policies that are neither in the backup nor named by its manifest are not looked at.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
positional: live, left
options:
  _input:
    description:
      - A backup, as P(m365.apps.backup#lookup) returns it.
    type: dict
    required: true
  live:
    description:
      - The live policies, as M(m365.apps.office_client_config_info) returns them with V(payloads) and
        V(assignments).
      - An empty list is a tenant without policies.
    type: list
    elements: dict
    required: true
  left:
    description:
      - Policies that are not compared, with C(id), or C(display_name) where they have none.
      - When omitted or an empty list, all are compared.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
---
- name: Read what is there now
  m365.apps.office_client_config_info:
    gather: [payloads, assignments]
  register: live

- name: Check that the tenant is as it was
  ansible.builtin.assert:
    that: lookup('m365.apps.backup', 'backup') | m365.apps.backup_differences(live.configs) | length == 0
"""

RETURN = r"""
---
_value:
  description: Each policy that differs, with C(display_name), C(fields) and C(text), a sentence part for
    people.
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils import _backup
from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._unmasked import unmasked


def backup_differences(
    backup: dict[str, t.Any], live: list[t.Any], left: list[t.Any] | None = None
) -> list[dict[str, t.Any]]:
    """Return how a tenant differs from a backup."""
    return _backup.differences(backup["policies"], backup["absent"], unmasked(live, backup), left or [])


class FilterModule:
    """The filter m365.apps.backup_differences."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"backup_differences": as_filter(backup_differences, "m365.apps.backup_differences")}
