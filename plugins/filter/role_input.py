# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: role_input
short_description: A list, dict or boolean that the rollout role was given, maybe as text
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Returns a variable of the role P(m365.apps.rollout#role) that is a list, a dict or a boolean. Extra
    variables and surveys hand these over as text.
  - JSON text of a list or dict, and such text as Python writes it, is that list or dict. Any other text is an
    error, and so is C(null). Text is never split at its commas.
  - What the role's argument specs say of values inside is checked, and texts of numbers and booleans become
    these.
  - Values of C(rollout_policies) become what M(m365.apps.office_client_configs) takes, as in definition
    files. A whole number as a name is its digits; a boolean, a fraction or a date where a text is wanted is
    an error.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
options:
  _input:
    description:
      - The value. C(omit) stays C(omit).
    type: raw
    required: true
  name:
    description:
      - Name of the variable.
    type: str
    required: true
"""

EXAMPLES = r"""
---
- name: Show the patterns of protected policies
  ansible.builtin.debug:
    msg: "{{ rollout_protect | m365.apps.role_input('rollout_protect') }}"
  vars:
    rollout_protect: '["Keep*", "Pilot*"]'
"""

RETURN = r"""
---
_value:
  description: The list, the dict or the boolean.
  type: raw
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.plugin_utils import _role_inputs
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted


def role_input(value: t.Any, name: str) -> t.Any:
    """Return the list or dict. Raises AnsibleFilterError."""
    try:
        return _role_inputs.role_input(decrypted(value), name)
    except UserError as error:
        cause = str(error)
    # Raised here and not there: ansible-core would put the text of the cause behind the sentence.
    raise AnsibleFilterError(cause)


class FilterModule:
    """The filter m365.apps.role_input."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"role_input": role_input}
