# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: lint
short_description: Lint definition files
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Reads definition files as P(m365.apps.definitions#lookup) does, and returns what
    P(m365.apps.policy_findings#filter) finds in all of them together, as the entry point C(lint) of the role
    P(m365.apps.rollout#role) leaves it. No tenant is asked.
  - A file that cannot be read is a finding, and the others are looked into all the same.
options:
  _terms:
    description:
      - Folders or files. A relative path starts in the folder that the run was started in.
    type: list
    elements: path
    required: true
  policies:
    description:
      - Policies in addition to those of the files.
    type: list
    elements: dict
    default: []
  group_map:
    description:
      - Groups to put in the place of those that policies name, see P(m365.apps.mapped_groups#filter).
    type: dict
    default: {}
  surface:
    description:
      - The surface that the policies are for, see P(m365.apps.policy_findings#filter).
    type: str
    choices: [office_configuration, settings_catalog]
  catalog_file:
    description:
      - File of definitions of settings beside those that the collection brings.
    type: path
  layers:
    description:
      - Whether policies of C(settings_catalog) have priorities, which are compiled before they are rolled out, see
        P(m365.apps.layered_policies#filter).
    type: bool
    default: false
  setting_key:
    description:
      - Key of the ID of a setting in the objects of a payload.
    type: str
    default: settingId
  fail_on:
    description:
      - What C(failed) tells of, V(error), V(warning) (errors and warnings) or V(never).
    type: str
    choices: [error, warning, never]
    default: error
seealso:
  - plugin: m365.apps.policy_findings
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Show what is wrong with a folder of definitions
  ansible.builtin.debug:
    msg: "{{ lookup('m365.apps.lint', 'definitions').findings | map(attribute='message') }}"
"""

RETURN = r"""
---
_raw:
  description: One dict for all files.
  type: list
  elements: dict
  sample:
    - format: 1
      mode: lint
      surface: settings_catalog
      failed: false
      verdict:
        level: ok
        text: '2 policies: 1 note.'
      counts:
        error: 0
        note: 1
        policies: 2
        warning: 0
      policies:
        - display_name: Contoso - Macros
          id: null
          kind: null
          priority: null
        - display_name: Contoso - Pilot
          id: null
          kind: null
          priority: null
      findings:
        - files:
            - definitions/macros.yml
            - definitions/pilot.yml
          groups:
            - Contoso - All Staff
            - Pilot Ring 1 - IT
          level: note
          message: '2 policies (''Contoso - Macros'', ''Contoso - Pilot''): they set excel16/L_VBAWarningsPolicy
            to 3 (''Contoso - Macros'') and 2 (''Contoso - Pilot''). Who is in ''Contoso - All Staff'', ''Pilot
            Ring 1 - IT'', and what filters let through, is not known here: anybody who gets two of these values
            gets none.'
          policies:
            - Contoso - Macros
            - Contoso - Pilot
          rule: possible_conflict
          setting: excel16/L_VBAWarningsPolicy
  contains:
    format:
      description: The form of this dict.
      type: int
    mode:
      description: V(lint).
      type: str
    surface:
      description: The surface whose rules counted.
      type: str
    failed:
      description: Whether there is something that O(fail_on) names.
      type: bool
    verdict:
      description: How it came out, as C(level) (V(ok), V(warning), V(failed)) and C(text).
      type: dict
    counts:
      description: How many there are of C(policies), and of findings by their levels (C(error), C(warning), C(note)).
      type: dict
    policies:
      description: The policies, each with C(display_name), C(id), C(kind) and C(priority).
      type: list
      elements: dict
    findings:
      description: The findings, as P(m365.apps.policy_findings#filter) returns them, with the C(files) of each.
      type: list
      elements: dict
"""

import os
import typing as t
from pathlib import Path

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.m365.apps.plugins.plugin_utils import _surface_rules
from ansible_collections.m365.apps.plugins.plugin_utils._lint import FAIL_ON, Options, lint, without_secrets
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._policies.plain_values import plain_value
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._errors import plain, printable


class LookupModule(LookupBase):
    """Lints definition files."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **given: t.Any) -> list[t.Any]:
        """Return what is found in all of them. Raises AnsibleLookupError for what cannot be looked at."""
        del variables
        named = plain_value(decrypted(given))
        try:
            options = Options(
                surface=named.get("surface") or None,
                catalog_file=absolute_path(named.get("catalog_file") or "") or None,
                setting_key=named.get("setting_key") or Options.setting_key,
                group_map=named.get("group_map") or {},
                fail_on=named.get("fail_on") or Options.fail_on,
                layers=_surface_rules.is_on(named.get("layers")),
            )
            if options.fail_on not in FAIL_ON:
                raise PoliciesError(f"fail_on: cannot use it: it is {options.fail_on!r}. Give {', '.join(FAIL_ON)}.")
            places = [_place(term) for term in decrypted(terms)]
            return [lint(places, named.get("policies") or [], options, self._decrypted)]
        except PoliciesError as error:
            sentence = printable(str(error))
        # Raised here and not there: ansible-core would put the text of the cause behind the sentence.
        raise AnsibleLookupError(sentence)

    def _decrypted(self, path: Path, text: bytes) -> bytes | None:
        """Return the text of a file, None for an encrypted one without a secret that fits."""
        whole = without_secrets(path, text)
        if whole is not None:
            return whole
        try:
            # The loader's own ways are a file that outlives a killed task, or reading by a name.
            return bytes(self._loader._vault.decrypt(text))
        except AnsibleError:
            return None


def _place(term: t.Any) -> Path:
    """Return a place that is there. Raises PoliciesError."""
    path = absolute_path(term)
    if not path or not os.path.lexists(path):
        raise PoliciesError(
            f"definitions {plain(str(term), 600)}: cannot lint them: there is no such folder or file. Check the path."
        )
    return Path(path)
