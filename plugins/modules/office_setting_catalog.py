#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: office_setting_catalog
short_description: Fetch the Office settings of a tenant as a catalog file
version_added: 0.2.0
description:
  - Reads all definitions of Office settings that a tenant has, with Microsoft's texts, and writes them as a
    catalog file for O(m365.apps.office_client_configs#module:catalog_file). The same definitions give the same
    bytes.
  - Says what Microsoft added, changed, called deprecated and removed since the file was written, and which of
    O(policies) that touches. Where there is no file yet, the definitions that the collection brings are
    compared with.
  - Definitions of Office's ADMX files and of the Microsoft security guide are read, a part of those that Graph
    has for Windows and other platforms. Definitions of other products in the file are kept.
  - The file is replaced at once when all was read, and not at all when anything cannot be read. What was read
    until a run failed or was killed is kept beside it, in a file whose name ends in C(.part), and the next run
    goes on from there within a day.
  - A definition that the list of Graph lacks is asked for by its ID before it counts as removed.
  - The entry point C(catalog) of the role P(m365.apps.rollout#role) does this for a folder of definitions.
author:
  - m365.apps contributors (@m365-apps)
options:
  path:
    description:
      - The catalog file. It is packed where the name ends in C(.gz). Folders that are missing are made.
      - A file that is there and is not a catalog file of this collection is an error.
      - It holds texts of Microsoft's, which are your tenant's and not for publication.
    type: path
    required: true
  policies:
    description:
      - Policies in which to look for settings that differ, with C(settings) as in
        O(m365.apps.office_client_configs#module:policies[].settings), C(display_name) or C(id), and C(file), where
        they are from. P(m365.apps.definitions#lookup) returns them with its option C(with_files).
      - When omitted or an empty list, RV(touched) is empty.
    type: list
    elements: dict
    default: []
  max_removals:
    description:
      - How many definitions Graph may lack that were there before, as a number such as V(20) or a share such as
        V(5%). More are an error and nothing is written, since an incomplete answer is more likely.
      - That Graph has no definition of Office at all is always an error.
    type: str
    default: 5%
  batch:
    description:
      - Whether definitions that the list lacks are asked for in C($batch) requests of up to 20.
      - V(auto) goes back to single requests where the tenant refuses C($batch).
    type: str
    choices: [auto, never]
    default: auto
notes:
  - O(surface), O(catalog_file) and O(payload_transport) have no effect, so that C(module_defaults) for all modules
    may say anything.
  - Graph is called with the permission C(DeviceManagementConfiguration.Read.All). Nothing is written to the tenant.
  - In check mode all is read and nothing is written, C(.part) included.
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.attributes.file
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
seealso:
  - module: m365.apps.office_setting_info
  - ref: ansible_collections.m365.apps.docsite.settings_language
    description: The settings language.
"""

EXAMPLES = r"""
---
- name: Keep the catalog of the tenant up to date
  m365.apps.office_setting_catalog:
    path: catalog/office.jsonl

- name: See what Microsoft changed, and which definitions that touches; write nothing
  m365.apps.office_setting_catalog:
    path: catalog/office.jsonl
    policies: "{{ query('m365.apps.definitions', 'definitions', with_files=true) }}"
  check_mode: true
  register: news

- name: Show what is touched
  ansible.builtin.debug:
    msg: "{{ news.touched }}"
"""

RETURN = r"""
---
file:
  description: The catalog file, as an absolute path.
  returned: success
  type: str
  sample: /srv/m365/catalog/office.jsonl
status:
  description: What became of the file, or would in check mode, V(created), V(updated) or V(unchanged).
  returned: success
  type: str
  sample: updated
sha256:
  description: Checksum (SHA-256) of the bytes of the file, unpacked.
  returned: success
  type: str
  sample: 8d1f0a2b4c6e8091a3b5c7d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3
settings:
  description: How many settings the catalog has.
  returned: success
  type: int
  sample: 2361
definitions:
  description: How many definitions it has, elements of settings included.
  returned: success
  type: int
  sample: 4560
resumed_pages:
  description: How many pages were not read again, since an earlier run had read them.
  returned: success
  type: int
  sample: 0
compared_with:
  description: What RV(changes) tells the differences from, V(file), or V(collection) for what the collection brings.
  returned: success
  type: str
  sample: file
counts:
  description:
    - How many definitions are C(added), C(changed), C(deprecated) and C(removed).
    - C(texts) is of how many others only texts differ; a file without texts is not compared by them.
  returned: success
  type: dict
  sample: {added: 2, changed: 0, deprecated: 1, removed: 0, texts: 12}
changes:
  description: The definitions that differ in more than texts, by setting. C(--diff) shows the lines of all.
  returned: success
  type: list
  elements: dict
  contains:
    change:
      description: V(added), V(changed), V(deprecated) or V(removed).
      type: str
    setting:
      description: The shortest key of the setting that the definition is or belongs to.
      type: str
    scope:
      description: V(user) or V(device); C(null) for settings that have none.
      type: str
    element:
      description: Name of the element; C(null) where it is the setting itself.
      type: str
    id:
      description: Definition ID.
      type: str
    display_name:
      description: Microsoft's name of it; C(null) where there is none.
      type: str
    facts:
      description:
        - What differs in a definition that was there before, each with C(fact), C(before) and C(after), as a catalog
          file has it. Of options and elements, those that differ are shown.
      type: list
      elements: dict
  sample:
    - change: deprecated
      setting: excel16/L_VBAWarningsPolicy
      scope: user
      element: null
      id: user_vendor_msft_policy_config_excel16v2~policy~l_security_l_vbawarningspolicy
      display_name: Macro warnings (deprecated)
      facts:
        - {fact: deprecated, before: null, after: true}
touched:
  description: The entries of O(policies) whose settings differ, in the order of the policies.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: The C(file) of the policy; C(null) where it has none.
      type: str
    policy:
      description: Name of the policy, or its ID where it has no name.
      type: str
    setting:
      description: The key of the setting, as the policy has it.
      type: str
    changes:
      description: How its definitions differ, as in RV(changes[].change), or V(texts).
      type: list
      elements: str
    effect:
      description: V(refused) if the entry was understood before and is an error now, V(differs) if it means something
        else now, such as another default, V(same) if it means what it meant.
      type: str
    problem:
      description: Why it is refused; C(null) where it is not.
      type: str
  sample:
    - file: definitions/excel.yml
      policy: Excel baseline
      setting: excel16/L_VBAWarningsPolicy
      changes: [deprecated]
      effect: same
      problem: null
error:
  description: Facts of the failed call; empty when the failure was found before any call.
  returned: failure
  type: dict
  sample:
    status: 403
    code: Forbidden
    message: The application lacks the permission.
    request_id: 6f7d0c5e-0b1a-4c33-9a55-3f3a0d3c7b10
    client_request_id: 0d2b7bb0-6f3d-4f0e-8c3e-0c6b5f4c8f11
    method: GET
    path: /beta/deviceManagement/configurationSettings
"""

from ansible_collections.m365.apps.plugins.module_utils._module.boundary import run_module
from ansible_collections.m365.apps.plugins.module_utils._module.setting_catalog import OFFICE_SETTING_CATALOG


def main() -> None:
    run_module(OFFICE_SETTING_CATALOG)


if __name__ == "__main__":
    main()
