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
      - Needed with O(client_secret), O(certificate_path) and O(federated_token_file), not used with other
        logins. An empty one is as good as none.
      - When omitted, the environment variable E(AZURE_TENANT_ID) is used.
    type: str
  client_id:
    description:
      - Application (client) ID of the app registration; with O(managed_identity=user) that of the managed
        identity.
      - Needed with all logins but O(managed_identity=system), which refuses it when one task gives both, and
        O(access_token), which does not use it. An empty one is as good as none.
      - When omitted, the environment variable E(AZURE_CLIENT_ID) is used.
    type: str
  client_secret:
    description:
      - Secret of the app registration, its value and not its ID. An empty one is refused.
      - When omitted, the environment variable E(AZURE_CLIENT_SECRET) is used, unless the task gives another
        login.
      - A task takes one login only, see the notes.
    type: str
  certificate_path:
    description:
      - File with the app's certificate and its RSA private key, as PEM, as PFX (PKCS 12), or as the base64
        text of a PFX. Its content tells which one it is.
      - It is read where the module runs. An empty path is refused.
      - When omitted, the environment variable E(AZURE_CLIENT_CERTIFICATE_PATH) is used, unless the task gives
        another login.
      - A task takes one login only, see the notes.
    type: path
    version_added: 0.2.0
  certificate_passphrase:
    description:
      - Passphrase of the file that O(certificate_path) names. Refused with another login, and for a PEM file
        that has none.
      - An empty one is as good as none.
      - When omitted, the environment variable E(AZURE_CLIENT_CERTIFICATE_PASSWORD) is used.
    type: str
    version_added: 0.2.0
  send_certificate_chain:
    description:
      - Whether the certificate, and those above it that the file of O(certificate_path) holds, are sent along
        with the login (as C(x5c)). An app that trusts a subject name and issuer in place of single
        certificates needs it.
      - V(true) is refused with another login.
      - When omitted, the environment variable E(AZURE_CLIENT_SEND_CERTIFICATE_CHAIN) is used, else the
        default.
    type: bool
    default: false
    version_added: 0.2.0
  federated_token_file:
    description:
      - File with a token (a JWT) of an identity provider that the app trusts, as workload identity federation
        has it. It is read again for each login, where the module runs. An empty path is refused.
      - When omitted, the environment variable E(AZURE_FEDERATED_TOKEN_FILE) is used, unless the task gives
        another login.
      - A task takes one login only, see the notes.
    type: path
    version_added: 0.2.0
  managed_identity:
    description:
      - Log in as a managed identity of the Azure machine or service that the module runs on. There is no
        secret.
      - When omitted, the environment variable E(M365_MANAGED_IDENTITY) is used, unless the task gives another
        login.
      - A task takes one login only, see the notes.
    type: str
    choices:
      system: The identity that belongs to the machine or service itself.
      user: The user-assigned identity that O(client_id) names.
    version_added: 0.2.0
  access_token:
    description:
      - A ready bearer token for Microsoft Graph. No login takes place. An empty one is refused.
      - When omitted, the environment variable E(M365_ACCESS_TOKEN) is used, unless the task gives another
        login.
      - A task takes one login only, see the notes.
    type: str
requirements:
  - requests
  - msal (not with O(access_token))
  - cryptography 42 or newer (with O(certificate_path); C(msal) brings it along)
notes:
  - The app needs the application permission C(DeviceManagementConfiguration.Read.All) to read and
    C(DeviceManagementConfiguration.ReadWrite.All) to write, with admin consent, and the tenant an active
    Intune licence.
  - Looking groups up by name, and checking that a group ID exists, need C(GroupMember.Read.All).
  - The options O(access_token), O(client_secret), O(certificate_path), O(federated_token_file) and
    O(managed_identity) each choose a login, and a task (with its C(module_defaults)) that gives two of them
    is refused. A login that the task gives wins over those of the environment. Where only the environment
    offers logins, the first in this order is taken.
  - For the login and connection options, C(null) means the same as leaving the option out, and so does an
    empty environment variable.
  - Secrets that a run uses are masked in everything that a module returns, also where a server repeats them,
    as C((secret masked by m365.apps)). One of fewer than 8 characters is masked in messages only, so that
    names and payloads which hold it by chance are not damaged. What is written to Graph is never masked, and
    a policy's text that holds a mask is refused.
  - The guide R(Logging in,ansible_collections.m365.apps.docsite.guide_authentication) tells how to set each
    login up.
"""
