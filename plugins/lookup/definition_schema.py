# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema of definition files with the settings of a catalog file in it."""

from __future__ import annotations

DOCUMENTATION = r"""
---
name: definition_schema
short_description: Return a JSON Schema of definition files, with the settings of your own catalog
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Returns a JSON Schema (draft 2020-12) of definition files as text, for a file in your repository that
    editors complete and check definitions by. It is whole in itself, and the same catalog file gives the same
    text.
  - Keys, scopes, elements and values of all settings of the catalog are in it. Where the catalog file has
    texts, editors also show display names and complete values by them.
  - The collection brings such a schema without texts, C(schemas/definition.schema.json).
options:
  _terms:
    description:
      - Paths of catalog files, plain or packed with gzip, each beside what the collection brings. A relative
        path starts in the folder that the run was started in.
      - Without any, one schema of what the collection brings is returned.
    type: list
    elements: str
    default: []
seealso:
  - plugin: m365.apps.definitions
    plugin_type: lookup
  - module: m365.apps.office_setting_info
"""

EXAMPLES = r"""
---
- name: Write a schema with display names for editors
  ansible.builtin.copy:
    content: "{{ lookup('m365.apps.definition_schema', 'catalog.jsonl') }}"
    dest: definition.schema.json
    mode: "0644"
"""

RETURN = r"""
---
_raw:
  description: The text of one schema for each catalog file. The sample is the beginning of one.
  type: list
  elements: str
  sample:
    - "{\n \"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\n \"title\" ..."
"""

import json
import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.m365.apps.plugins.plugin_utils._filters import SCHEMA, SETTINGS_SCHEMA
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._catalog.schema import embedded, schema_text, settings_schema
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain, system_reason
from ansible_collections.m365.apps.plugins.module_utils._module.catalog_files import catalog_of


class LookupModule(LookupBase):
    """Makes schemas."""

    def run(self, terms: list[t.Any], variables: t.Any = None, **_kwargs: t.Any) -> list[t.Any]:  # noqa: ARG002
        """Return a schema of each catalog file. Raises AnsibleLookupError, which names the file."""
        return [_schema(term) for term in decrypted(terms) or [None]]


def _schema(term: t.Any) -> str:
    try:
        catalog = catalog_of(None if term is None else absolute_path(term))
        document = json.loads(SCHEMA.read_text(encoding="utf-8"))
    except (PoliciesError, UserError) as error:
        cause = str(error).rstrip(". ")
    except OSError as error:
        cause = f"{SCHEMA}: {system_reason(error)}"
    else:
        return schema_text(embedded(document, settings_schema(catalog), SETTINGS_SCHEMA.name))
    # Raised here and not there: ansible-core would put the text of the cause behind the sentence.
    raise AnsibleLookupError(f"the schema of {plain(str(term), 600)}: cannot be made: {plain(cause, 900)}.")
