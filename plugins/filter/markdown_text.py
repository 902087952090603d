# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: markdown_text
short_description: Show text of a tenant in Markdown
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Escapes what Markdown takes for markup, and breaks with a space without width (C(&#8203;)) what GitHub and
    GitLab would make a mention, a reference, a link or a command of, such as C(@team), C(#12),
    C(www.example.com) and C(mailto:).
  - What cannot be printed is written as P(m365.apps.terminal_text#filter) writes it. The text takes one line.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
options:
  _input:
    description:
      - A text; anything else is made one.
    type: str
    required: true
"""

EXAMPLES = r"""
---
- name: Read the policies
  m365.apps.office_client_config_info:
  register: live

- name: List their names for a merge request
  ansible.builtin.debug:
    msg: "* {{ live.configs | map(attribute='display_name') | map('m365.apps.markdown_text') | join('\n* ') }}"
"""

RETURN = r"""
---
_value:
  description:
    - The text as Markdown.
  type: str
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._markdown import markdown_text


class FilterModule:
    """The filter m365.apps.markdown_text."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"markdown_text": as_filter(markdown_text, "m365.apps.markdown_text")}
