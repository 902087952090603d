# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: policy_findings
short_description: Lint a set of policies
version_added: 0.1.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Finds what is wrong, doubtful or worth a look in a set of policies. No tenant is asked.
  - An V(error) is refused by M(m365.apps.office_client_configs) or by Graph, a V(warning) is unlikely to be meant,
    a V(note) is good to know.
  - Errors are C(no_identity), C(unreadable) (a value that the module refuses, in its words), C(unknown_key),
    C(foreign_option) (of the other surface), C(duplicate_id), C(duplicate_name) and C(duplicate_priority); on
    C(settings_catalog) also C(unknown_setting), C(wrong_setting) (a value that is not allowed, an element that is
    missing or unknown, or another form than entries have), C(same_setting) (one setting twice in a policy, also by
    two keys), C(no_settings), and with O(layers) C(not_layered).
  - Warnings are C(ambiguous_name) (one name, several IDs), C(similar_name) (names that differ only in case,
    blanks or Unicode form), C(unassigned), C(empty_payload), C(duplicate_setting) (within one payload),
    C(misspelled_key) (of an object in a payload), C(deprecated_setting), C(unknown_removal) (a key to remove that
    the catalog does not know), C(conflict) and C(shadowed).
  - Notes are C(groups_not_given), C(payload_not_given), C(skipped_payload) (nothing is known of its settings),
    C(redundant), C(possible_conflict) (whether anybody gets two values is not known), C(unchecked_setting) (a
    setting outside of Office that the catalog does not know) and C(unchecked_value) (a text that may be the display
    name of an option, where the catalog has no display names).
  - Lint of files (P(m365.apps.lint#lookup)) also has C(unreadable_file), an error, and C(encrypted_file), a warning.
  - What the catalog does not know or allow is asked of Graph by the modules, so that a tenant with newer
    definitions takes more than lint does. Give these by O(catalog_file).
  - For C(conflict), C(shadowed) and C(redundant) see P(m365.apps.policy_conflicts#filter).
options:
  _input:
    description:
      - Policies, as definition files hold them or as M(m365.apps.office_client_config_info) returns them with
        payloads and assignments.
      - An empty list has no findings. C(null), and what is not a list of dicts, is an error.
    type: list
    elements: dict
    required: true
  layers:
    description:
      - Whether C(priority) is compiled to layers on C(settings_catalog), see P(m365.apps.layered_policies#filter). It
        is an error there otherwise.
      - With it, O(surface) is C(settings_catalog) where it is omitted, what keeps policies from being compiled is an
        error (C(not_layered)), and nothing else is said of conflicts, since what is compiled has none.
    type: bool
    default: false
    version_added: 0.2.0
extends_documentation_fragment:
  - m365.apps.settings
seealso:
  - plugin: m365.apps.effective_policy
    plugin_type: filter
  - plugin: m365.apps.policy_conflicts
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Refuse definitions that cannot be rolled out
  ansible.builtin.assert:
    that: errors == []
    fail_msg: "{{ errors | map(attribute='message') }}"
  vars:
    findings: "{{ query('m365.apps.definitions', 'definitions') | m365.apps.policy_findings }}"
    errors: "{{ findings | selectattr('level', 'equalto', 'error') }}"

- name: Read what is live
  m365.apps.office_client_config_info:
    gather: [payloads, assignments]
  register: live

- name: Show what deserves a look in the tenant
  ansible.builtin.debug:
    msg: "{{ live.configs | m365.apps.policy_findings | map(attribute='message') }}"
"""

RETURN = r"""
---
_value:
  description: The findings, errors first, then by rule, setting and policies.
  type: list
  elements: dict
  sample:
    - level: note
      rule: possible_conflict
      message: '2 policies (''Contoso - Macros'', ''Contoso - Pilot''): they set excel16/L_VBAWarningsPolicy
        to 3 (''Contoso - Macros'') and 2 (''Contoso - Pilot''). Who is in ''Contoso - All Staff'', ''Pilot Ring
        1 - IT'', and what filters let through, is not known here: anybody who gets two of these values gets
        none.'
      policies:
        - Contoso - Macros
        - Contoso - Pilot
      groups:
        - Contoso - All Staff
        - Pilot Ring 1 - IT
      files: []
      setting: excel16/L_VBAWarningsPolicy
  contains:
    level:
      description: V(error), V(warning) or V(note).
      type: str
    rule:
      description: Name of the rule.
      type: str
    message:
      description: What is found, in a sentence.
      type: str
    policies:
      description: Names of the policies it is about, or IDs where they have no name. Of a conflict, the
        winner first where there is one.
      type: list
      elements: str
    groups:
      description: The groups it is about, by name where it is known.
      type: list
      elements: str
    files:
      description: The files that describe the policies, of those that say so by C(file), as
        P(m365.apps.definitions#lookup) has it with its option C(with_files).
      type: list
      elements: str
    setting:
      description: ID of the setting it is about, on C(settings_catalog) its key; C(null) for none.
      type: str
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils import _filters, _surface_rules

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._errors import printable


def policy_findings(policies: t.Any, *arguments: t.Any, **options: t.Any) -> list[dict[str, t.Any]]:
    """Return the findings. Raises PoliciesError."""
    found = _surface_rules.findings(policies, *arguments, **options)
    return [{**finding, "message": printable(finding["message"])} for finding in found]


class FilterModule:
    """The filter m365.apps.policy_findings."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"policy_findings": _filters.as_filter(policy_findings, "m365.apps.policy_findings")}
