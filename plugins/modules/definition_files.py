#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: definition_files
short_description: Write Office client policies to a folder as definition files
version_added: 0.2.0
description:
  - Writes policies, as M(m365.apps.office_client_config_info) returns them, to a folder on the controller,
    one file a policy. P(m365.apps.definitions#lookup) reads the folder, and applying it without a change
    plans nothing.
  - The same policies give the same bytes. A file is named after its policy, C(contoso-macro-security.yml);
    where two names would be one, each gets a short hash of its ID too.
  - Groups are written with their IDs, which count, and their names, for people. What only the server makes is
    left out.
  - A payload that is not a JSON object or array is written as bytes in base64. What cannot be in a definition
    (an assignment that is not a group, a kind that is not known) is left out with a warning.
  - No login is needed. Each file has a record of what was written, and only a file that is unchanged since
    then is replaced or removed. One that was edited, renamed or copied, one of another O(source), and one
    that an earlier version wrote without a record, is kept and named in a warning and in C(kept), also when
    its policy has changed or is gone. Delete or move it to have it written again. One that only git gave
    other line ends is unchanged.
  - A file that another hand wrote, and a link, is never changed or removed; one in the way is an error with
    no write.
author:
  - m365.apps contributors (@m365-apps)
options:
  path:
    description:
      - The folder; it is made when it is missing. A relative path starts in the folder that the run was
        started in.
    type: path
    required: true
  configs:
    description:
      - The policies, as M(m365.apps.office_client_config_info) returns them with V(payloads) and
        V(assignments), or V(group_names), in its C(gather). What was not gathered is left out of the files.
      - Assignment filters and scope tags are written by their names, where V(group_names) told them, so that
        another tenant understands them. One whose name others share, or looks like an ID, is written by its ID,
        with the name beside it. The default tag is V(0) in every tenant.
      - An empty list leaves no file of this module in the folder, with O(purge).
    type: list
    elements: dict
    required: true
  group_names:
    description:
      - Names of groups by their IDs, in addition to the C(group_name) of assignments, which takes precedence.
      - When omitted or empty, only assignments tell the names. A group without one is written by its ID
        alone.
    type: dict
    default: {}
  format:
    description:
      - What the files are written in.
    type: str
    choices:
      yaml: C(.yml) files, a mapping in block style.
      json: C(.json) files, indented.
    default: yaml
  ids:
    description:
      - Which definitions have the ID of their policy.
    type: str
    choices:
      ambiguous: Those of policies that share their name, or have none. The others can be applied to any
        tenant.
      always: All of them, so that a policy is found again after it was renamed. Assignment filters and scope
        tags are then written by their IDs, too, with their names beside them.
    default: ambiguous
  schema:
    description:
      - Where editors find the JSON Schema of the files, as a path seen from the folder, or a URL.
      - When omitted or empty, the files name none, so that they are the same wherever this collection is
        installed. R(The guide,ansible_collections.m365.apps.docsite.guide_definitions) tells how an editor
        finds it all the same.
    type: str
  catalog_file:
    description:
      - Path of a catalog file, plain or packed with gzip, whose display names of settings and values stand in
        the files as comments. They are for people; what a definition means does not depend on them. JSON has
        no comments, so files in V(json) have none.
      - The same policies and the same catalog file give the same bytes.
      - When omitted or empty, or where the file has no display names, there are no such comments.
    type: path
  source:
    description:
      - Where the policies come from, such as the name of the tenant. It is in the record of each file, and
        files that came from elsewhere are kept, so two tenants in one folder cannot remove each other's
        files.
      - When omitted or empty, the record has no source.
    type: str
  purge:
    description:
      - Whether files that an earlier run of this module wrote from the same O(source), that are unchanged
        since then, and that are not written any more, are removed.
      - A policy that O(configs) does not hold may be one that the login did not see. Where there is
        RV(m365.apps.office_client_config_info#module:view.extent), give V(false) unless it is V(full).
    type: bool
    default: true
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.flow
  - m365.apps.attributes.controller
attributes:
  diff_mode:
    support: full
seealso:
  - module: m365.apps.office_client_config_info
  - plugin: m365.apps.definitions
    plugin_type: lookup
"""

EXAMPLES = r"""
---
- name: Read all policies, with the names of their groups
  m365.apps.office_client_config_info:
    gather: [payloads, group_names]
  register: live

- name: Write them to the folder exported
  m365.apps.definition_files:
    path: exported
    configs: "{{ live.configs }}"

- name: Write them with the display names of their settings, and with the schema that is in the repository
  m365.apps.definition_files:
    path: exported
    configs: "{{ live.configs }}"
    catalog_file: catalog.jsonl
    schema: ../schemas/definition.schema.json
"""

RETURN = r"""
---
path:
  description: The folder.
  returned: success
  type: str
  sample: /srv/office/exported
files:
  description: The file of each policy, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: Name of the file in the folder.
      type: str
    display_name:
      description: Name of the policy.
      type: str
    id:
      description: ID of the policy; C(null) when none was given.
      type: str
    status:
      description: C(created), C(updated), C(unchanged) or C(kept); in check mode what it would be.
      type: str
    sha256:
      description: Checksum (SHA-256) of the bytes that are written.
      type: str
  sample:
    - file: contoso-macro-security.yml
      display_name: Contoso - Macro security
      id: 13a5ac73-ac73-13a5-73ac-a51373aca513
      status: created
      sha256: 8d1f0a2b4c6e8091a3b5c7d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3
removed:
  description: Names of the files that were or would be removed, sorted.
  returned: success
  type: list
  elements: str
  sample: [contoso-retired.yml]
kept:
  description: Other definition files in the folder, and those of policies that may not be replaced, sorted.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: Name of the file in the folder.
      type: str
    reason:
      description: Why it is kept.
      type: str
  sample:
    - file: copy-of-contoso-retired.yml
      reason: it was edited, renamed or copied since it was written
"""
