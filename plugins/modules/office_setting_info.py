#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: office_setting_info
short_description: Find Office settings of the settings catalog
version_added: 0.2.0
description:
  - Finds settings of Microsoft 365 Apps by words or by a key, and returns what each can be set to, with an
    example entry that is ready to paste into O(m365.apps.office_client_configs#module:policies[].settings).
  - It looks at the settings of Office's ADMX files and the Microsoft security guide. Other settings of Windows
    are found by O(setting) with their definition ID.
  - A catalog file with texts (see O(catalog_file)) answers everything without a login. Without one, O(setting)
    and a list by filters are answered by the definitions that the collection brings, which have no display
    names, and O(search) by Graph. O(source) changes that.
  - What cannot be read is an error, never an empty answer.
author:
  - m365.apps contributors (@m365-apps)
options:
  search:
    description:
      - Words to look for in display names, keywords, names of policies and categories. A setting is found if it
        has all of them, in any order; case, hyphens and endings such as C(-s) or C(-ing) do not matter.
      - First comes the setting whose key this is, then those of this policy name, then those that have all words
        in their display names. Deprecated ones come last among their like. After all of these come settings that
        have some of several words only in the display names of their elements and of what these can be.
      - If no setting has all words, those with the most telling ones are returned, and a warning says so.
      - Graph is known to look in display names alone. That it finds nothing does not say that there is nothing,
        see RV(complete).
      - Mutually exclusive with O(setting). When omitted or C(null), all settings that the filters let through
        are returned. An empty one is refused.
    type: str
  setting:
    description:
      - Key of a setting, such as C(excel16/L_VBAWarningsPolicy) or C(excel16;L_VBAWarningsPolicy), or its
        definition ID; upper and lower case are the same. The key of an element leads to its setting.
      - All settings that the key can mean are returned, for users and for devices, deprecated ones too.
      - A key that neither the catalog nor Graph knows is an error that names the nearest keys.
      - When omitted or C(null), see O(search). An empty one is refused.
    type: str
  app:
    description:
      - ADMX file of the settings to return, such as V(excel16), V(outlk16) or V(office16).
      - When omitted or C(null), settings of any file match. An empty or unknown one is refused.
    type: str
  scope:
    description:
      - Whether to return settings for users or for devices.
      - When omitted or C(null), both match.
    type: str
    choices: [user, device]
  deprecated:
    description:
      - V(true) returns only the settings that Microsoft calls deprecated, V(false) only the others.
      - When omitted or C(null), both match.
    type: bool
  limit:
    description:
      - How many settings to return at most. RV(count) tells how many there are. V(0) means all.
    type: int
    default: 20
  source:
    description:
      - What answers.
    type: str
    choices:
      auto: The catalog file if it has texts. Else the definitions of the collection, but Graph for O(search) and
        for a O(setting) that they do not have.
      catalog: The catalog file and the definitions of the collection alone, without a login. Without texts,
        O(search) looks at names of policies and at ADMX files.
      graph: Graph, also for display names of a O(setting) that is known. Refused without O(search) and
        O(setting), since Graph has the settings of all of Windows.
    default: auto
  batch:
    description:
      - Whether the calls travel together in C($batch) requests of up to 20.
      - V(auto) goes back to single requests where the tenant refuses C($batch).
    type: str
    choices: [auto, never]
    default: auto
notes:
  - O(surface) and O(payload_transport) have no effect, so that C(module_defaults) for all modules may say
    anything. O(catalog_file) is never refused.
  - Graph is called with the permission C(DeviceManagementConfiguration.Read.All).
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.attributes.info
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
seealso:
  - module: m365.apps.office_client_configs
  - ref: ansible_collections.m365.apps.docsite.settings_language
    description: The settings language.
"""

EXAMPLES = r"""
---
- name: Which settings of Excel are about macros
  m365.apps.office_setting_info:
    search: macro
    app: excel16
  register: found

- name: Show entries that are ready to paste
  ansible.builtin.debug:
    msg: "{{ found.settings | map(attribute='example') | list }}"

- name: What can this setting be (takes no login)
  m365.apps.office_setting_info:
    setting: excel16/L_VBAWarningsPolicy

- name: The same with Microsoft's display names
  m365.apps.office_setting_info:
    setting: excel16/L_VBAWarningsPolicy
    source: graph

- name: List all deprecated settings (takes no login)
  m365.apps.office_setting_info:
    deprecated: true
    limit: 0
"""

RETURN = r"""
---
settings:
  description: The settings, the best match first; without O(search) by key.
  returned: success
  type: list
  elements: dict
  contains:
    setting:
      description: The shortest key that leads to the setting, with C(scope) where that is needed.
      type: str
    scope:
      description: V(user) or V(device); C(null) for settings outside Office that have none.
      type: str
    display_name:
      description: Microsoft's name of the setting; C(null) where no texts are in hand.
      type: str
    app:
      description: ADMX file; C(null) for a setting of none.
      type: str
    policy:
      description: Name of the policy in that file.
      type: str
    category:
      description: Path of the setting in the Intune admin center. Empty where no texts are in hand.
      type: list
      elements: str
    id:
      description: Definition ID.
      type: str
    deprecated:
      description: Whether Microsoft calls it deprecated.
      type: bool
    states:
      description: The states that the setting can have, with C(state), C(display_name) and C(default). Empty for a
        setting that has a value instead.
      type: list
      elements: dict
    elements:
      description: What an enabled setting has. For a setting without states, the first one is the setting itself.
      type: list
      elements: dict
      contains:
        name:
          description: Its name in C(values); its ID where two elements share a name.
          type: str
        id:
          description: Definition ID.
          type: str
        display_name:
          description: Microsoft's name; C(null) where no texts are in hand.
          type: str
        type:
          description: V(choice), V(text), V(number), V(list) (of texts), V(mapping) (of names to values), or V(raw)
            for what the settings language has no words for.
          type: str
        required:
          description: Whether the setting needs it. One that is left out gets its default.
          type: bool
        default:
          description: The default, as an entry writes it; C(null) for none.
          type: raw
        allowed:
          description: What a choice can be, each with C(value) and C(display_name), which an entry can use alike.
          type: list
          elements: dict
        minimum:
          description: The least number; C(null) for none.
          type: int
        maximum:
          description: The greatest number; C(null) for none.
          type: int
        min_length:
          description: The fewest characters; C(null) for no bound.
          type: int
        max_length:
          description: The most characters; C(null) for no bound.
          type: int
        min_items:
          description: The fewest members of a list or mapping; C(null) for no bound.
          type: int
        max_items:
          description: The most members of a list or mapping; C(null) for no bound.
          type: int
        only_with:
          description: The C(element) that it belongs to and the C(values) which that one must have; C(null) for an
            element of the setting itself.
          type: dict
    example:
      description: An entry that enables the setting, as YAML, with all defaults written out. C(null) where only
        C(raw) can set it.
      type: str
  sample:
    - setting: excel16/L_VBAWarningsPolicy
      scope: user
      display_name: Macro warnings
      app: excel16
      policy: L_VBAWarningsPolicy
      category: [Excel, Security]
      id: user_vendor_msft_policy_config_excel16v2~policy~l_security_l_vbawarningspolicy
      deprecated: false
      states:
        - {state: enabled, display_name: Enabled, default: false}
        - {state: disabled, display_name: Disabled, default: true}
      elements:
        - name: L_empty4
          id: user_vendor_msft_policy_config_excel16v2~policy~l_security_l_vbawarningspolicy_l_empty4
          display_name: null
          type: choice
          required: true
          default: 2
          allowed:
            - {value: 2, display_name: Ask}
            - {value: 4, display_name: Never run}
          minimum: null
          maximum: null
          min_length: null
          max_length: null
          min_items: null
          max_items: null
          only_with: null
      example: |
        # Macro warnings
        - setting: excel16/L_VBAWarningsPolicy
          value: 2  # Ask
count:
  description: How many settings match, also those beyond O(limit).
  returned: success
  type: int
  sample: 1
source:
  description: What answered, V(catalog) or V(graph).
  returned: success
  type: str
  sample: graph
complete:
  description: V(false) if O(search) could not look at all texts, as in Graph, which looks at display names, and in a
    catalog without texts.
  returned: success
  type: bool
  sample: false
all_words:
  description: V(false) if no setting has all words of O(search), and those with the most telling ones are returned.
  returned: success
  type: bool
  sample: true
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
from ansible_collections.m365.apps.plugins.module_utils._module.setting_info import OFFICE_SETTING_INFO


def main() -> None:
    run_module(OFFICE_SETTING_INFO)


if __name__ == "__main__":
    main()
