# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: backup
short_description: Read a backup of a tenant
version_added: 0.2.0
author:
  - m365.apps contributors (@m365-apps)
description:
  - Reads a folder that the entry point C(backup) of the role P(m365.apps.rollout#role) wrote, and compares it
    with its manifest.
  - A backup without a complete manifest is an error. What was changed, added or lost since is told in
    C(damage), and what cannot be read any more in C(unreadable).
  - Backups of format 1 have no checksums, so that changes cannot be seen.
options:
  _terms:
    description:
      - Folders of backups. A relative path starts in the folder that the run was started in.
    type: list
    elements: path
    required: true
seealso:
  - plugin: m365.apps.definitions
    plugin_type: lookup
  - module: m365.apps.office_client_configs
"""

EXAMPLES = r"""
---
- name: Show what a backup holds
  ansible.builtin.debug:
    msg: "{{ lookup('m365.apps.backup', 'backup').policies | map(attribute='display_name') }}"
"""

RETURN = r"""
---
_raw:
  description: A dict for each backup.
  type: list
  elements: dict
  contains:
    format:
      description: The form of the backup, 1 or 2.
      type: int
    tenant:
      description: What the tenant is called.
      type: str
    surface:
      description: The surface that the policies are of. Where the manifest does not say it, their options tell.
      type: str
    policies:
      description: The policies, with the options of a definition. A name may be empty.
      type: list
      elements: dict
    absent:
      description: Names of the policies that the following rollout creates.
      type: list
      elements: str
    damage:
      description: What is not as the manifest says.
      type: list
      elements: str
    unreadable:
      description: Policies whose file cannot be read, with C(display_name) and C(msg).
      type: list
      elements: dict
  sample:
    - format: 2
      tenant: contoso
      surface: settings_catalog
      absent:
        - Contoso - Pilot
      policies:
        - display_name: Contoso - Macros
          id: 2c9e7b40-15ad-4f63-8e0b-7a61d3f58c92
          description: ''
          groups:
            - id: 5b0f3c1e-8d52-4a07-9c66-2f1b7e90d3a4
              display_name: Contoso - All Staff
          settings:
            - setting: excel16/L_VBAWarningsPolicy
              value: 3
      damage: []
      unreadable: []
"""

import typing as t
from pathlib import Path

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.m365.apps.plugins.plugin_utils._backup import FOLDER, MANIFEST, damage, entries, read_manifest
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._reading import read_bytes
from ansible_collections.m365.apps.plugins.plugin_utils._surface_rules import surface_of

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._errors import plain, system_reason

_WHERE = "Check rollout_backup_folder; a rollout puts its backup below that folder, by tenant and time"
_ENDINGS = (".yml", ".yaml", ".json")


class LookupModule(LookupBase):
    """Reads backups."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **_kwargs: t.Any) -> list[t.Any]:
        """Return what each backup holds. Raises AnsibleLookupError, which names the folder."""
        del variables
        return [_checked(str(term)) for term in terms]


def _checked(term: str) -> dict[str, t.Any]:
    """Return what a backup holds. Raises AnsibleLookupError."""
    step = "Choose a whole backup"
    try:
        folder = Path(absolute_path(term))
        if (folder / MANIFEST).is_file():
            return read_backup(folder)
        cause, step = "it holds no manifest.json, so it is not a whole backup", _WHERE
    except PoliciesError as error:
        cause = str(error)
    except OSError as error:
        cause, step = f"{error.filename}: {system_reason(error)}", "Check its permissions"
    raise AnsibleLookupError(f"The backup {plain(term, 600)}: cannot be used: {plain(cause, 900)}. {step}.")


def read_backup(folder: Path) -> dict[str, t.Any]:
    """Return what a backup holds. Raises PoliciesError, OSError."""
    found = read_manifest(read_bytes(folder / MANIFEST))
    named = {entry.file: entry for entry in entries(found)}
    files = {f"{FOLDER}/{path.name}": read_bytes(path) for path in _files(folder / FOLDER)}
    policies, unreadable = [], []
    for name in sorted({*named, *(name for name in files if name.endswith(_ENDINGS))}):
        title = named[name].display_name if name in named else name
        try:
            policy = _policy(folder / name, files[name])
        except KeyError:
            unreadable.append({"display_name": title, "msg": f"policy '{title}': its file {name} is missing"})
        except (DefinitionsError, PoliciesError) as error:
            unreadable.append({"display_name": title, "msg": f"policy '{title}': {error}"})
        else:
            policies.append({"display_name": title if name in named else "", **policy})
    told = damage(found, files)
    count = len(policies) + len(unreadable)
    if count != found["policies"] and not told:
        told = [f"it holds {count} policies, and its manifest says {found['policies']}"]
    told += [each["msg"] for each in unreadable if not told]
    header = {name: found[name] for name in ("format", "tenant", "absent")}
    surface = found.get("surface") or surface_of(policies)
    return {**header, "surface": surface, "policies": policies, "damage": told, "unreadable": unreadable}


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder; those of editors and version control, which begin with a dot, are none of them."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _policy(path: Path, text: bytes) -> dict[str, t.Any]:
    """Return the one policy of a file. Raises DefinitionsError, PoliciesError."""
    read = read_definitions(str(path), text)
    if len(read) != 1:
        raise PoliciesError(f"{path}: it holds {len(read)} policies, and a file of a backup holds one")
    return read[0]
