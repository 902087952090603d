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
    takes them in
    O(m365.apps.office_client_configs#module:policies).
  - A file ends in C(.yml), C(.yaml) or C(.json) and holds one policy, or a list of policies. Files are read in
    the order of
    their paths, those in subfolders too; names that start with a dot are passed over. Encrypted files are
    decrypted with the
    vault secrets of the run.
  - A file that cannot be read, a key that stands twice, an option that does not exist and a value that the module would
    refuse are errors that name the file, the item in it where it holds a list, and the line or the option.
  - The collection brings a JSON Schema of these files, C(schemas/definition.schema.json), for editors. The keys
    C($schema) and C($comment) of a policy are passed over.
options:
  _terms:
    description:
      - Folders or files. A relative path is looked for like that of any lookup, for example in C(files) of a role
        and next to the playbook, then in the folder that the run was started in. The role P(m365.apps.rollout#role)
        looks in that last one only. A folder without definition files is an error.
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

import os
import typing as t
from collections.abc import Hashable
from pathlib import Path

import yaml
from ansible.errors import AnsibleLookupError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.lookup import LookupBase

from ansible_collections.m365.apps.plugins.module_utils._graph.errors import UserError, plain
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import DEEPEST
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST
from ansible_collections.m365.apps.plugins.module_utils._module.wishes import desired_policy
from ansible_collections.m365.apps.plugins.module_utils._office.payload import PayloadError, parse_given
from ansible_collections.m365.apps.plugins.module_utils._office.policy import PAYLOAD_FIELDS
from ansible_collections.m365.apps.plugins.plugin_utils._filters import SCHEMA
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError

# Values of one file: thousands of policies with all their settings.
_MOST_VALUES = 2_000_000
_VALIDATOR = ArgumentSpecValidator(POLICY_IN_LIST)
_ENDINGS = (".yml", ".yaml", ".json")
# Where a relative path would be found in this collection, when one of its own playbooks is run.
_NOT_OF_THE_USER = tuple(SCHEMA.parents[1] / place for place in ("playbooks", "roles/rollout"))
# What JSON Schema lets stand beside the options, for editors and people.
_NOTES = ("$schema", "$comment")


class LookupModule(LookupBase):
    """Reads definition files."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **_kwargs: t.Any) -> list[t.Any]:
        """Return the policies of all files below the terms. Raises AnsibleLookupError, which names the file."""
        policies: list[t.Any] = []
        for term in terms:
            if "\0" in str(term):
                raise _error(str(term), "its name holds a NUL", "Check the path")
            for path in definition_files(self._found(str(term), variables or {})):
                if not path.exists():
                    raise _error(str(path), "it is a link that leads nowhere", "Mend the link, or take it away")
                try:
                    text = Path(self._loader.get_real_file(str(path))).read_bytes()
                except OSError as error:
                    cause = error.strerror or error.__class__.__name__
                    raise _error(str(path), cause, "Check its permissions") from None
                policies.extend(read_definitions(str(path), text))
        return policies

    def _found(self, term: str, variables: dict[str, t.Any]) -> Path:
        """Return the folder or file that is meant. Raises AnsibleLookupError, which tells where was looked."""
        found = self.find_file_in_search_path(variables, "files", term, ignore_missing=True)
        if found and not any(Path(found).resolve().is_relative_to(place) for place in _NOT_OF_THE_USER):
            return Path(found)
        try:
            here = absolute_path(term)
        except PoliciesError as error:
            raise _error(term, str(error), "Give an absolute path") from None
        if os.path.exists(here):
            return Path(here)
        looked = " and at ".join(dict.fromkeys([os.path.join(self.get_basedir(variables), term), here]))
        raise _error(term, f"there is no such folder or file; it was looked for at {looked}", "Check the path")


def definition_files(place: Path) -> list[Path]:
    """Return the definition files at or below a path, in order. Raises AnsibleLookupError when there are none."""
    if place.is_file():
        return [place]
    files = [
        path
        for path in place.rglob("*")
        if path.suffix in _ENDINGS
        # A link that leads nowhere or to itself is a file that cannot be read.
        and (path.is_file() or (path.is_symlink() and not path.exists()))
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
    except RecursionError:
        raise _error(name, "it is nested too deeply", "Make it flatter") from None
    except (yaml.YAMLError, ValueError) as error:
        raise _error(name, " ".join(str(error).split()), "Mend the file") from None
    except (LookupError, AttributeError, TypeError):
        # How PyYAML's constructors stumble over a value that does not fit its tag, such as !!bool maybe.
        raise _error(name, "a value does not fit its YAML tag", "Take the tag away, or mend the value") from None
    if _is_too_large(document):
        raise _error(name, "it is nested too deeply, or grows without bounds through its anchors", "Make it flatter")
    # A JSON file of no text is {}, a YAML one None: neither is a policy.
    policies: list[t.Any] = document if isinstance(document, list) else [document or None]
    for place, policy in enumerate(policies):
        where = f"{name} item {place}" if isinstance(document, list) else name
        if not isinstance(policy, dict):
            raise _error(
                where, f"it is {_type_name(policy)}, not a policy", "Write the options of one policy, or a list"
            )
        policy = policies[place] = {key: value for key, value in policy.items() if key not in _NOTES}
        unknown = sorted(str(key) for key in policy if key not in POLICY_IN_LIST)
        if unknown:
            raise _error(where, f"it has the unknown option {unknown[0]}", f"Use {', '.join(POLICY_IN_LIST)}")
        _check_policy(policy, where)
        empty = next((key for key, value in policy.items() if value is None), None)
        if empty is not None:
            raise _error(where, f"{empty} is null", f"Leave {empty} out to leave it alone, or give it a value")
        _check_values(policy, where)
    return policies


def _check_policy(policy: dict[str, t.Any], where: str) -> None:
    """Refuse what the module would refuse without knowing the file. Raises AnsibleLookupError."""
    if "id" not in policy and "display_name" not in policy:
        raise _error(where, "id and display_name are missing", "Give one of them")
    for field in PAYLOAD_FIELDS.values():
        if policy.get(field) is not None:
            try:
                parse_given(policy[field])
            except PayloadError as error:
                raise _error(f"{where} {field}", str(error), "Give a dict, a list, or the JSON text of one") from None


def _check_values(policy: dict[str, t.Any], where: str) -> None:
    """Refuse values by the rules of the module, but for payloads, which were looked at. Raises AnsibleLookupError."""
    rest = {key: value for key, value in policy.items() if key not in PAYLOAD_FIELDS.values()}
    checked = _VALIDATOR.validate(rest)
    if checked.error_messages:
        raise _error(where, checked.error_messages[0], "Mend the value")
    try:
        desired_policy(checked.validated_parameters, rest, label=where)
    except UserError as error:
        raise AnsibleLookupError(f"definitions {error}") from None


def _is_too_large(document: t.Any) -> bool:
    """Tell whether a document is too deep or has too many values, counting what anchors repeat each time."""
    level, count = [document], 0
    for _depth in range(DEEPEST):
        following: list[t.Any] = []
        for item in level:
            following.extend(
                item.values() if isinstance(item, dict) else item if isinstance(item, (list, tuple)) else ()
            )
            count += 1
            if count + len(following) > _MOST_VALUES:
                return True
        level = following
        if not level:
            return False
    return True


# Raised "from None": ansible-core would put the text of the cause behind the sentence.
def _error(name: str, cause: str, next_step: str) -> AnsibleLookupError:
    name, cause = plain(name, 600), plain(cause.rstrip(". "), 900)
    return AnsibleLookupError(f"definitions {name}: cannot read it: {cause}. {next_step}.")


def _type_name(value: t.Any) -> str:
    return "empty" if value is None else f"of type {type(value).__name__}"


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe loader that refuses a key that stands twice, since one of the two would be lost silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, t.Any]:
        seen: set[t.Any] = set()
        for key_node, _value in node.value if isinstance(node, yaml.MappingNode) else ():
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
