# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: masked_texts
short_description: Find where a mask stands for a secret
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Modules of this collection show C((secret masked by m365.apps)) in the place of a secret that their run
    uses, also where a policy's text holds it by chance. Such a result is not what the tenant holds, so it
    must not be kept or compared.
options:
  _input:
    description:
      - The result of a module, or any part of it.
    type: raw
    required: true
seealso:
  - module: m365.apps.definition_files
"""

EXAMPLES = r"""
---
- name: Read the policies
  m365.apps.office_client_config_info:
    gather: [payloads]
  register: live

- name: Check that they are whole
  ansible.builtin.assert:
    that: live.configs | m365.apps.masked_texts | length == 0
    fail_msg: "A mask is in {{ live.configs | m365.apps.masked_texts | join(', ') }}."
"""

RETURN = r"""
---
_value:
  description:
    - The places, each as a path in which policies are named. Empty when there is no mask.
  type: list
  elements: str
  sample:
    - policy 'Contoso - Macros'.description
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._module.masking import masked_places


class FilterModule:
    """The filter m365.apps.masked_texts."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"masked_texts": as_filter(masked_places, "m365.apps.masked_texts")}
