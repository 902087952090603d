# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: definitions
short_description: Read Office client policies from definition files
version_added: 0.1.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Reads a folder of definition files and returns the policies in them, as M(m365.apps.office_client_configs)
    takes them in
    O(m365.apps.office_client_configs#module:policies).
  - A file ends in C(.yml), C(.yaml) or C(.json) and holds one policy, or a list of policies. Files are read in
    the order of
    their paths, those in subfolders too; names that start with a dot are passed over. Encrypted files are
    decrypted with the
    vault secrets of the run.
  - A file that cannot be read, a key that stands twice and an option that does not exist are errors that name the
    file.
options:
  _terms:
    description:
      - Folders or files. A relative path is looked for like that of any lookup, for example in C(files) of a role
        and next to
        the playbook. A folder without definition files is an error.
    required: true
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
  description: The policies of all files.
  type: list
  elements: dict
"""

import typing as t
from collections.abc import Hashable
from pathlib import Path

import yaml
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST
from ansible_collections.m365.apps.plugins.module_utils._office.payload import parse_given

_ENDINGS = (".yml", ".yaml", ".json")


class LookupModule(LookupBase):
    """Reads definition files."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **_kwargs: t.Any) -> list[t.Any]:
        """Return the policies of all files below the terms. Raises AnsibleLookupError, which names the file."""
        policies: list[t.Any] = []
        for term in terms:
            found = self.find_file_in_search_path(variables or {}, "files", str(term), ignore_missing=True)
            if not found:
                raise _error(str(term), "there is no such folder or file", "Check the path")
            for path in definition_files(Path(found)):
                text = Path(self._loader.get_real_file(str(path))).read_bytes()
                policies.extend(read_definitions(str(path), text))
        return policies


def definition_files(place: Path) -> list[Path]:
    """Return the definition files at or below a path, in order. Raises AnsibleLookupError when there are none."""
    if place.is_file():
        return [place]
    files = [
        path
        for path in place.rglob("*")
        if path.suffix in _ENDINGS
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(place).parts)
    ]
    if not files:
        raise _error(str(place), f"it holds no definition file ({', '.join(_ENDINGS)})", "Check the path")
    return sorted(files)


def read_definitions(name: str, text: bytes) -> list[dict[str, t.Any]]:
    """Return the policies of one file. ``name`` is for messages. Raises AnsibleLookupError."""
    try:
        # JSON is not quite YAML: tabs, numbers such as 1e5 and escaped surrogates mean other things there.
        document = (
            parse_given(text.decode("utf-8-sig")) if name.endswith(".json") else yaml.load(text, _UniqueKeyLoader)
        )
    except RecursionError as error:
        raise _error(name, "it is nested too deeply", "Make it flatter") from error
    except (yaml.YAMLError, ValueError) as error:
        raise _error(name, " ".join(str(error).split()), "Mend the file") from error
    # A JSON file of no text is {}, a YAML one None: neither is a policy.
    policies: list[t.Any] = document if isinstance(document, list) else [document or None]
    for place, policy in enumerate(policies):
        where = f"{name} item {place}" if isinstance(document, list) else name
        if not isinstance(policy, dict):
            raise _error(
                where, f"it is {_type_name(policy)}, not a policy", "Write the options of one policy, or a list"
            )
        unknown = sorted(str(key) for key in policy if key not in POLICY_IN_LIST)
        if unknown:
            raise _error(where, f"it has the unknown option {unknown[0]}", f"Use {', '.join(POLICY_IN_LIST)}")
        empty = next((key for key, value in policy.items() if value is None), None)
        if empty is not None:
            raise _error(where, f"{empty} is null", f"Leave {empty} out to leave it alone, or give it a value")
    return policies


def _error(name: str, cause: str, next_step: str) -> AnsibleLookupError:
    return AnsibleLookupError(f"definitions {name}: cannot read it: {cause}. {next_step}.")


def _type_name(value: t.Any) -> str:
    return "empty" if value is None else f"of type {type(value).__name__}"


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe loader that refuses a key that stands twice, since one of the two would be lost silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, t.Any]:
        seen: set[t.Any] = set()
        for key_node, _value in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key '{key}' stands twice in one mapping", key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep)
