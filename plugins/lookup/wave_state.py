# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: wave_state
short_description: How far the waves of a rollout got
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Reads the file in which the role P(m365.apps.rollout#role) notes how far the waves of a tenant got.
  - A file that is cut, changed or of another tenant, and one that an earlier version of the collection kept
    under another name, is an error that says what to do, so waves are never taken for not begun, nor for done
    when they never ran.
options:
  _terms:
    description:
      - The state file. One that does not exist is not an error.
    required: true
  tenant:
    description:
      - Name of the tenant whose state it has to be.
    type: str
    required: true
  rollout:
    description:
      - Digest of what is rolled out. The state of another rollout is passed over.
    type: str
    required: true
  waves:
    description:
      - Names of the waves of the rollout, in their order.
    type: list
    elements: str
    required: true
  old_folder:
    description:
      - Folder where an earlier version kept the state. When omitted or empty, only the folder of the file is
        looked at.
    type: str
    default: ""
seealso:
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: Show how far the waves got
  ansible.builtin.debug:
    msg: "{{ query('m365.apps.wave_state', file, tenant='contoso', rollout='4f2a', waves=['pilot', 'all']) | first }}"
  vars:
    file: state/contoso.waves.json
"""

RETURN = r"""
---
_list:
  description: What each file says of the rollout; an empty dict where there is no file, or one of another
    rollout.
  type: list
  elements: dict
  contains:
    format:
      description: The form of the file, 1.
      type: int
    tenant:
      description: Name of the tenant.
      type: str
    rollout:
      description: Digest of what is rolled out.
      type: str
    backup:
      description: Folder of the backup that the rollout goes back to. Empty before the first wave.
      type: str
    waves:
      description: The waves, in their order.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the wave.
          type: str
        groups:
          description: Groups of the wave.
          type: list
          elements: raw
        status:
          description: V(waiting), V(applying), V(awaiting_approval), V(applied), V(passed), V(breached) or V(failed).
          type: str
        started:
          description: When it began, in UTC. C(null) if it did not begin.
          type: str
        finished:
          description: When its policies were in place, in UTC. C(null) if they are not.
          type: str
        counts:
          description: Numbers of the plan that the wave applied. Empty before that.
          type: dict
        gate:
          description: The last verdict of its gate. C(null) if it has none.
          type: dict
        interrupted:
          description: Whether a run ended within the wave.
          returned: from the beginning of the wave on
          type: bool
        runs:
          description: What each run of the wave did.
          returned: if there was one
          type: list
          elements: dict
  sample:
    - format: 1
      tenant: contoso
      rollout: 4f2a
      backup: backup/contoso/2026-01-31T07-59-58Z
      waves:
        - name: pilot
          groups:
            - Pilot Ring 1 - IT
          status: applied
          started: '2026-01-31T08:00:00Z'
          finished: '2026-01-31T08:00:09Z'
          counts:
            created: 0
            updated: 1
            deleted: 0
            unchanged: 0
            writes: 1
          gate: null
          interrupted: false
          runs:
            - changed: true
              actions: []
              results: []
              plan:
                created: 0
                updated: 1
                deleted: 0
                unchanged: 0
                writes: 1
        - name: all
          groups:
            - Contoso - All Staff
          status: waiting
          started: null
          finished: null
          counts: {}
          gate: null
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.m365.apps.plugins.plugin_utils._wave_state import read_state

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError


class LookupModule(LookupBase):
    """Reads state files."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """Return what each state file says. Raises AnsibleLookupError."""
        self.set_options(var_options=variables, direct=kwargs)
        tenant, rollout, old_folder = (str(self.get_option(name)) for name in ("tenant", "rollout", "old_folder"))
        try:
            return [read_state(str(term), tenant, rollout, self.get_option("waves"), old_folder) for term in terms]
        except UserError as error:
            cause = str(error)
        # Raised here and not there: ansible-core would put the text of the cause behind the sentence.
        raise AnsibleLookupError(cause)
