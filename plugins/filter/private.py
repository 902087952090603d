# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: private
short_description: Functions of the rollout role, for nobody else
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - What the role P(m365.apps.rollout#role) computes between its steps. Its functions change without notice; do not use
    it in playbooks.
positional: function
options:
  _input:
    description: The first argument of the function.
    type: raw
    required: true
  function:
    description:
      - Name of the function. All other arguments are handed on to it.
    type: str
    required: true
seealso:
  - plugin: m365.apps.rollout
    plugin_type: role
"""

EXAMPLES = r"""
---
- name: Show which policies count at a gate
  ansible.builtin.debug:
    msg: "{{ [{'display_name': 'Contoso - Pilot'}] | m365.apps.private('counted_policies') }}"
"""

RETURN = r"""
---
_value:
  description: What the function returns.
  type: raw
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._role_functions import call


class FilterModule:
    """The filter m365.apps.private."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"private": call}
