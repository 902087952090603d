#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: run_info
short_description: Tell whether tasks run in check mode here, and by which strategy
version_added: 0.2.0
description:
  - Tells how a task runs at this place of a play. C(ansible_check_mode) only tells whether C(--check) was
    given on the command line; the keyword C(check_mode) of a play, role, block, import or C(apply) sets or
    unsets it too, and this module knows it.
  - Runs on the controller, needs no login and sends no request.
author:
  - m365.apps contributors (@m365-apps)
options: {}
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.flow
  - m365.apps.attributes.controller
attributes:
  diff_mode:
    support: full
    details: Tells whether it is on.
seealso:
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: See how tasks run here
  m365.apps.run_info:
  register: run

- name: Say what the next tasks do
  ansible.builtin.debug:
    msg: "{{ 'Nothing is written.' if run.check_mode else 'Changes are written.' }}"
"""

RETURN = r"""
---
check_mode:
  description: Whether the task ran in check mode, by C(--check) or by a keyword.
  returned: success
  type: bool
  sample: false
diff_mode:
  description: Whether the task ran in diff mode, by C(--diff) or by a keyword.
  returned: success
  type: bool
  sample: false
strategy:
  description: Strategy of the play.
  returned: success
  type: str
  sample: linear
hosts_together:
  description:
    - Whether the strategy starts a task when all hosts are done with the one before. V(false) for C(free) and
      C(host_pinned).
  returned: success
  type: bool
  sample: true
"""
