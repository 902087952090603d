# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Login options that the modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """How a module gets its token."""

    DOCUMENTATION = r"""
---
options:
  tenant_id:
    description:
      - Tenant to log in to, as its GUID or domain name.
      - Needed with O(client_secret), not used with O(access_token).
      - When omitted, the environment variable E(AZURE_TENANT_ID) is used.
    type: str
  client_id:
    description:
      - Application (client) ID of the app registration.
      - Needed with O(client_secret), not used with O(access_token).
      - When omitted, the environment variable E(AZURE_CLIENT_ID) is used.
    type: str
  client_secret:
    description:
      - Secret of the app registration, its value and not its ID. An empty one is refused.
      - When omitted, the environment variable E(AZURE_CLIENT_SECRET) is used.
      - Cannot be combined with O(access_token) in one task.
    type: str
  access_token:
    description:
      - A ready bearer token for Microsoft Graph. No login takes place. An empty one is refused.
      - When omitted, the environment variable E(M365_ACCESS_TOKEN) is used, unless the task gives O(client_secret).
      - Cannot be combined with O(client_secret) in one task.
    type: str
requirements:
  - requests
  - msal (not with O(access_token))
notes:
  - The app needs the application permission C(DeviceManagementConfiguration.Read.All) to read and
    C(DeviceManagementConfiguration.ReadWrite.All) to write, with admin consent, and the tenant an active Intune
    licence.
  - Looking groups up by name, and checking that a group ID exists, need C(GroupMember.Read.All).
  - For the login and connection options, C(null) means the same as leaving the option out.
"""
