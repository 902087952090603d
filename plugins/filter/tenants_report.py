# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: tenants_report
short_description: Sum up what became of all tenants of a play
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Brings the outcomes of all hosts together as one report, which the entry point C(tenants) of the role
    P(m365.apps.rollout#role) shows and writes. No tenant is asked.
  - Private - it is made for the role P(m365.apps.rollout#role) and changes without notice.
options:
  _input:
    description:
      - Outcomes, each with C(host), C(tenant), C(verdict) (C(level) and C(text)) and C(counts) by status.
        Empty ones are passed over.
    type: list
    elements: dict
    required: true
  hosts:
    description:
      - All hosts, in the order of the report. One without an outcome counts as failed.
    type: list
    elements: str
    required: true
  check_mode:
    description:
      - Whether nothing was written.
    type: bool
    default: false
  title:
    description:
      - Title of the report. When omitted, the report has one of its own.
    type: str
  generated_at:
    description:
      - When the report was made. When omitted, it is left out.
    type: str
"""

EXAMPLES = r"""
---
- name: Read what is live
  m365.apps.office_client_config_info:
  register: live

- name: Show the tenants
  ansible.builtin.debug:
    msg: "{{ (outcomes | m365.apps.tenants_report(hosts=['contoso', 'fabrikam'])).verdict.text }}"
  vars:
    outcomes:
      - host: contoso
        tenant: contoso.onmicrosoft.com
        verdict: {level: ok, text: "{{ live.configs | length }} policies."}
        counts: {unchanged: "{{ live.configs | length | int }}"}
"""

RETURN = r"""
---
_value:
  description:
    - C(mode), C(check_mode), C(verdict) (C(level) and C(text)), C(counts), the sums over all tenants, and
      C(tenants).
  type: dict
"""

import typing as t

from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._policies.tenants import tenants_report


class FilterModule:
    """The filter m365.apps.tenants_report."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"tenants_report": as_filter(tenants_report, "m365.apps.tenants_report")}
