# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: terminal_text
short_description: Show text of a tenant on a terminal
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Writes what a terminal obeys or hides (escape sequences, line breaks, marks that turn the writing
    direction, invisible characters) as visible escapes such as C(\n) and C(\x1b). A name then takes one line,
    and forges none.
  - The messages, warnings and differences of this collection's modules have gone through it.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
options:
  _input:
    description:
      - A text, or any value; in lists and dicts every text and every key is changed.
    type: raw
    required: true
"""

EXAMPLES = r"""
---
- name: Read the policies
  m365.apps.office_client_config_info:
  register: live

- name: List their names
  ansible.builtin.debug:
    msg: "{{ live.configs | map(attribute='display_name') | map('m365.apps.terminal_text') }}"
"""

RETURN = r"""
---
_value:
  description:
    - The same value with texts that can be printed.
  type: raw
"""

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import printable_value
from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter


class FilterModule:
    """The filter m365.apps.terminal_text."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"terminal_text": as_filter(printable_value, "m365.apps.terminal_text")}
