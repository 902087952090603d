# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that say where policies live."""

from __future__ import annotations


class ModuleDocFragment:
    """The surface of Microsoft Graph, and its definitions of settings."""

    DOCUMENTATION = r"""
---
options:
  surface:
    description:
      - Where the policies live. Microsoft withdrew the first surface in 2023; tenants of today have the
        second one.
      - Can be set once for all modules with the action group C(m365.apps.all) in C(module_defaults).
      - If not set, the environment variable E(M365_SURFACE) is used, and without that
        V(office_configuration). C(null) counts as not set.
    type: str
    choices:
      office_configuration: Policies of C(officeConfiguration/clientConfigurations), with payloads, kinds and
        priorities.
      settings_catalog: Policies of Intune's settings catalog (C(deviceManagement/configurationPolicies) for
        Windows, of no template), with settings, scope tags, excluded groups and assignment filters. They have
        no priorities.
    default: office_configuration
    version_added: 0.2.0
  catalog_file:
    description:
      - Path of a file with definitions of settings, plain or packed with gzip, beside those that the
        collection brings. Where both know a definition, the file counts. Either the catalog format of this
        collection, or the documents that Graph returns, one JSON object in a line.
      - A definition that neither knows is asked of Graph before a setting is refused.
      - When omitted or C(null), the definitions of the collection and those that Graph is asked for. Refused
        with O(surface=office_configuration).
    type: path
    version_added: 0.2.0
"""

    OVERWRITE = r"""
---
options:
  overwrite_unknown:
    description:
      - Whether a policy of V(settings_catalog) may be written that holds what this collection does not know,
        such as a setting of a new type, although the write loses it. When V(false), such a write is refused
        with the name of what would be lost. A change of name and description alone loses nothing.
      - When omitted, V(false). V(true) is refused with O(surface=office_configuration).
    type: bool
    default: false
    version_added: 0.2.0
"""

    VIEW = r"""
---
options:
  assume_full_view:
    description:
      - Whether a policy of V(settings_catalog) that the login does not see is taken for one that is not there.
        Scope tags hide policies from users without a sign.
      - When V(false), a login that may not see all policies neither creates one that it does not find nor
        counts one as deleted. The task then fails before the first write, in check mode too, and names all
        such policies and the reason.
      - These logins see all policies - apps, and users with the Entra role Intune Administrator or Global
        Administrator, as the token in O(access_token) tells. For them the option changes nothing.
      - Give V(true) only where you know that the tenant has no such policy; otherwise it has two of
        them afterwards.
      - When omitted, V(false). V(true) is refused with O(surface=office_configuration).
    type: bool
    default: false
    version_added: 0.2.0
"""

    APPROVAL = r"""
---
options:
  approval_reason:
    description:
      - Why changes are made, for a tenant that requires a second administrator's approval (multi-admin
        approval), in 1 to 1024 characters. Each write that the tenant wants approved files a request with this
        text, is reported as C(awaiting_approval), and does not fail. Needs O(approval_codes).
      - When omitted or C(null), no request is filed, and a write that needs approval fails. An empty text is
        refused, and so is any with O(surface=office_configuration).
    type: str
    version_added: 0.2.0
  approval_codes:
    description:
      - Path of a JSON file that keeps the requests for approval, with the writes that they are for, from one
        run to the next. Run the task again with the same file - what was approved is written, just as it was
        when the request was filed. Only its owner can read the file; its folder must exist.
      - Without O(approval_reason), what was approved is written, and no request is filed.
      - Reading the state of requests needs the permission C(DeviceManagementRBAC.Read.All). Without it, a
        write is tried with its request, and fails while that is not approved.
      - In check mode the file is read, and nothing is filed or written to it.
      - When omitted or C(null), no request is used. An empty path is refused, and so is any with
        O(surface=office_configuration).
    type: path
    version_added: 0.2.0
"""
