# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: file_name
short_description: Readable and unique file name for any name
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Turns the name of a tenant, a policy or anything else into the name of a file or folder, without an
    ending.
  - Letters and numbers of every script, dots, hyphens and underscores stay. Letters become small, everything
    else becomes an underscore, and long names are cut. A name that loses anything this way gets a short
    digest of the whole name, so two names never get the same file, on file systems that do not tell cases
    apart either.
  - Names that Windows takes for devices, such as C(con) and C(com1), are avoided.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
options:
  _input:
    description:
      - The name. C(null) and what is not text are errors.
    type: str
    required: true
"""

EXAMPLES = r"""
---
- name: Show the folder that each of three tenants would get
  ansible.builtin.debug:
    msg: "{{ ['contoso.onmicrosoft.com', '東京', 'A/B'] | map('m365.apps.file_name') }}"
  # contoso.onmicrosoft.com, 東京, a_b-998d3ed8
"""

RETURN = r"""
---
_value:
  description: The name of the file.
  type: str
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._places import file_name


class FilterModule:
    """The filter m365.apps.file_name."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"file_name": as_filter(file_name, "m365.apps.file_name")}
