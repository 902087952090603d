# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: absolute_path
short_description: Absolute path, seen from the folder that the run was started in
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Makes a path of a user absolute. A relative path starts in the folder that C(ansible-playbook) was started
    in, whatever playbook or role it is used by. In AWX, and with C(ansible-runner), that is the folder of the
    project, with C(ansible-pull) the checkout.
  - C(~) and environment variables such as C($HOME) are replaced. Links are left as they are, and nothing is
    read.
  - The role P(m365.apps.rollout#role) takes all its paths so.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
options:
  _input:
    description:
      - The path. An empty one stays empty; C(null) and what is not text are errors.
    type: path
    required: true
"""

EXAMPLES = r"""
---
- name: Show where reports would go
  ansible.builtin.debug:
    msg: "{{ 'reports' | m365.apps.absolute_path }}"
"""

RETURN = r"""
---
_value:
  description: The absolute path.
  type: path
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path


class FilterModule:
    """The filter m365.apps.absolute_path."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"absolute_path": as_filter(absolute_path, "m365.apps.absolute_path")}
