# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: approved_plan
short_description: Read the plan that a rollout is bound to
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Reads the C(plan.json) that the entry point C(plan) of the role P(m365.apps.rollout#role) wrote, and
    returns of it what M(m365.apps.office_client_configs) takes as
    O(m365.apps.office_client_configs#module:expect_plan).
  - A file that cannot be read, or is not a C(plan.json), is an error. Whether it belongs to a fingerprint is
    checked by the module.
options:
  _terms:
    description:
      - Paths of files. A relative one starts in the folder that the run was started in.
    required: true
seealso:
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: Write what a rollout would do
  ansible.builtin.include_role:
    name: m365.apps.rollout
    tasks_from: plan
  vars:
    rollout_definitions: definitions
    rollout_plan_folder: plan
    rollout_tenant_name: contoso

- name: Roll out what was approved, or say which policies have changed since
  m365.apps.office_client_configs:
    policies: "{{ query('m365.apps.definitions', 'definitions') }}"
    expect_plan: "{{ lookup('m365.apps.approved_plan', 'plan/plan.json') }}"
    # The role binds its plans to the name of the tenant.
    plan_context:
      tenant: contoso
"""

RETURN = r"""
---
_list:
  description: What each file binds a run to.
  type: list
  elements: dict
  contains:
    fingerprint:
      description: Fingerprint of the plan, as RV(m365.apps.office_client_configs#module:plan.fingerprint).
      type: str
    details:
      description:
        - Digests of what counts in it, by side, policy and option, as
          RV(m365.apps.office_client_configs#module:plan.details).
      type: dict
  sample:
    - fingerprint: m2xkit7ukr26op7cvlj4e54nuagrcny3t477z5xrbwbhzonmm6zaynlaoq5ooseubs5edg5mre
      details:
        tenant:
          policies:
            - display_name: Contoso - Macros
              id: 2c9e7b40-15ad-4f63-8e0b-7a61d3f58c92
              digests:
                settings: cb699d69ee
          settings: {}
          whole: 5227d5be8dea19b2ec6c6eddbdcc65615591aa37435696da944e225803203bbb
        definitions:
          policies:
            - display_name: Contoso - Macros
              id: null
              digests:
                settings: 98d4be4139
              named_groups: d004329080
          named_groups: {}
          settings:
            tenant: ad74f7120b
          whole: dbe34e773ad217486bfed2d7cee1755f6dfdd6313e17abf8a8ebe76f2b8d1196
        writes:
          policies: []
          settings: {}
          whole: 258981e4e6fddb354bd8cb257c6bef57f6c2f4bef1e70d5a2e03476905208ab4
"""

import json
import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._reading import MOST_BYTES, read_bytes
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._errors import plain, system_reason
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import MOST_VALUES, has_too_many_values

# A plan shows policies before and after, so it is larger than what it was made from.
_MOST_BYTES = 4 * MOST_BYTES
_MOST_VALUES = 2 * MOST_VALUES
_KEYS = ("fingerprint", "details")


class LookupModule(LookupBase):
    """Reads plan.json files."""

    def run(self, terms: list[t.Any], variables: t.Any = None, **_kwargs: t.Any) -> list[t.Any]:  # noqa: ARG002
        """Return what a run is bound to by each file. Raises AnsibleLookupError, which names the file."""
        return [_approved(term) for term in decrypted(terms)]


def _approved(term: t.Any) -> dict[str, t.Any]:
    try:
        path = absolute_path(term)
        plan = _plan_in(read_bytes(path, _MOST_BYTES))
    except PoliciesError as error:
        raise _error(str(term), str(error), "Check the path") from None
    except OSError as error:
        raise _error(path, system_reason(error), "Check the path and its permissions") from None
    if plan is None:
        step = "Give the plan.json that the entry point plan wrote, as it was written"
        raise _error(path, "it is not a plan.json of this version", step)
    return plan


def _plan_in(data: bytes) -> dict[str, t.Any] | None:
    """Return what binds a run of the text of a plan.json, None where it is something else."""
    try:
        text = data.decode("utf-8-sig")
        document: t.Any = None if has_too_many_values(text, _MOST_VALUES) else json.loads(text)
    except (ValueError, RecursionError):
        return None
    plan = document.get("plan") if isinstance(document, dict) and document.get("mode") == "plan" else None
    if not isinstance(plan, dict) or not isinstance(plan.get("fingerprint"), str):
        return None
    # People read the fingerprint that stands at the top.
    if document.get("fingerprint") != plan["fingerprint"]:
        return None
    return {name: plan.get(name) for name in _KEYS}


# Raised "from None": ansible-core would put the text of the cause behind the sentence.
def _error(name: str, cause: str, next_step: str) -> AnsibleLookupError:
    return AnsibleLookupError(
        f"the approved plan {plain(name, 600)}: cannot be used: {plain(cause.rstrip('. '), 600)}. {next_step}."
    )
