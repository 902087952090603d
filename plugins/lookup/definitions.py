# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: definitions
short_description: Read Office client policies from definition files
version_added: 0.1.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Reads a folder of definition files and returns the policies in them, as M(m365.apps.office_client_configs)
    takes them in O(m365.apps.office_client_configs#module:policies).
  - A file ends in C(.yml), C(.yaml) or C(.json), in capitals or not, and holds one policy, or a list of
    policies. Files are read in the order of their paths, those in subfolders too. Encrypted files are
    decrypted with the vault secrets of the run, in memory.
  - Links to files and folders are followed. A file that is reached in two ways is read once; a link that
    leads back to a folder it is in is an error.
  - Names that start with a dot are passed over. Other files without one of the endings are passed over, and
    named in a warning.
  - What cannot be read (a file or a folder without permission, a link that leads nowhere, a FIFO, a socket, a
    device, a folder named like a file, a file of more than 64 MiB) is an error, and so are a key that is
    there twice, an option that does not exist and a value that the module would refuse. Errors name the file,
    the item in it where it holds a list, and the line or the option.
  - Values come as the module takes them, texts as texts and priorities as numbers. A whole number as the
    name, the ID or the description of a policy is its digits. What YAML takes for something else than is
    written (V(0123), V(1_000), V(0x1F), V(12:30:00), V(2026-01-02), V(yes), V(no), V(on), V(off)) is an error
    where a text or a number is wanted, and in payloads. Quote it.
  - A YAML file may hold 500,000 values, counted with its aliases and merge keys followed; a JSON file
    5,000,000.
  - The collection brings a JSON Schema of these files, C(schemas/definition.schema.json), for editors. The
    keys C($schema) and C($comment) of a policy are passed over.
options:
  _terms:
    description:
      - Folders or files. A relative path is looked for like that of any lookup, for example in C(files) of a
        role and next to the playbook, then in the folder that the run was started in. The role
        P(m365.apps.rollout#role) looks in that last one only. A folder without definition files is an error.
        A file that is named here is read whatever its ending, as JSON where that is C(.json), else as YAML.
    required: true
  with_files:
    description:
      - Whether each policy also says which file it is from, under C(file). Messages of
        M(m365.apps.office_client_configs) then name the file, and
        O(m365.apps.office_setting_catalog#module:policies) takes it, too.
    type: bool
    default: false
    version_added: 0.2.0
seealso:
  - plugin: m365.apps.lint
    plugin_type: lookup
  - plugin: m365.apps.definition_schema
    plugin_type: lookup
  - plugin: m365.apps.policy_findings
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Roll out all policies of a folder
  m365.apps.office_client_configs:
    policies: "{{ query('m365.apps.definitions', 'definitions') }}"
"""

RETURN = r"""
---
_list:
  description: The policies of all files, with texts and numbers as the module takes them.
  type: list
  elements: dict
  sample:
    - display_name: Contoso - Macros
      groups:
        - Contoso - All Staff
      settings:
        - setting: excel16/L_VBAWarningsPolicy
          value: 3
    - display_name: Contoso - Pilot
      groups:
        - Pilot Ring 1 - IT
      settings:
        - setting: excel16/L_VBAWarningsPolicy
          value: 2
"""

import functools
import os
import typing as t
from pathlib import Path

from ansible.errors import AnsibleLookupError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError, problem
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.files import definition_files
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.folder import passed_over, read_all
from ansible_collections.m365.apps.plugins.plugin_utils._filters import SCHEMA
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._vaulted import decrypted, decrypted_file

# Where a relative path would be found in this collection, when one of its own playbooks is run.
_NOT_OF_THE_USER = tuple(SCHEMA.parents[1] / place for place in ("playbooks", "roles/rollout"))


class LookupModule(LookupBase):
    """Reads definition files."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """Return the policies of all files below the terms. Raises AnsibleLookupError, which names the files."""
        try:
            found = definition_files([self._found(term, variables or {}) for term in _flat(decrypted(terms))])
            if found.others:
                Display().warning(passed_over(found.others))
            policies = read_all(found.files, functools.partial(decrypted_file, self._loader))
        except DefinitionsError as error:
            sentence = str(error)
        else:
            with_files = bool(boolean(kwargs.get("with_files", False)))
            return [{**policy, "file": str(path)} if with_files else policy for path, policy in policies]
        # Raised here and not there: ansible-core would put the text of the cause behind the sentence.
        raise AnsibleLookupError(sentence)

    def _found(self, term: t.Any, variables: dict[str, t.Any]) -> Path:
        """Return the folder or file that is meant. Raises DefinitionsError, which tells where was looked."""
        if not isinstance(term, str) or not term.strip() or "\0" in term:
            raise problem(str(term), "it is not a path", "Give the path of a folder or a file")
        found = self.find_file_in_search_path(variables, "files", term, ignore_missing=True)
        if found and not any(Path(found).resolve().is_relative_to(place) for place in _NOT_OF_THE_USER):
            return Path(found)
        try:
            here = absolute_path(term)
        except PoliciesError as error:
            raise problem(term, str(error), "Give an absolute path") from None
        if os.path.lexists(here):
            return Path(here)
        looked = " and at ".join(dict.fromkeys([os.path.join(self.get_basedir(variables), term), here]))
        raise problem(term, f"there is no such folder or file; it was looked for at {looked}", "Check the path")


def _flat(terms: t.Sequence[t.Any]) -> list[t.Any]:
    """Return terms of which some are lists of terms."""
    return [each for term in terms for each in (term if term and isinstance(term, (list, tuple)) else [term])]
