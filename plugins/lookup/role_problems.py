# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: role_problems
short_description: What is wrong with the variables of the rollout role
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Checks the variables that an entry point of the role P(m365.apps.rollout#role) was given against its
    argument specs, all at once. C(null), which ansible-core lets pass, is a problem.
  - The role runs it before anything else. A variable whose template cannot be resolved is left to the task
    that uses it.
options:
  _terms:
    description:
      - Names of entry points.
    required: true
"""

EXAMPLES = r"""
---
- name: Show what is wrong
  ansible.builtin.debug:
    msg: "{{ query('m365.apps.role_problems', 'main') }}"
"""

RETURN = r"""
---
_list:
  description: A sentence for each problem; empty where there is none.
  type: list
  elements: str
"""

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.m365.apps.plugins.plugin_utils._role_inputs import entry_points
from ansible_collections.m365.apps.plugins.plugin_utils._role_problems import role_problems
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted


class LookupModule(LookupBase):
    """Checks the variables of the role."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **_kwargs: t.Any) -> list[t.Any]:
        """Return the problems of the variables of each entry point."""
        return [problem for term in terms for problem in role_problems(str(term), self._given(str(term), variables))]

    def _given(self, entry_point: str, variables: dict[str, t.Any] | None) -> dict[str, t.Any]:
        given = {}
        for name in entry_points()[entry_point]["options"]:
            if variables and name in variables:
                try:
                    given[name] = decrypted(self._templar.template(variables[name]))
                except AnsibleError:
                    # Said better by the task that needs it.
                    continue
        return given
