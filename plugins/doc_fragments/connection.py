# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection options that the modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Where Graph is and how to reach it."""

    DOCUMENTATION = r"""
---
options:
  cloud:
    description:
      - Microsoft cloud whose hosts are used for login and Graph.
      - When omitted, the environment variable E(M365_CLOUD) is used, else the default.
    type: str
    choices:
      global: The worldwide cloud.
      us_gov_l4: US Government L4 (GCC High).
      us_gov_dod: US Government L5 (DoD).
      china: China, operated by 21Vianet.
    default: global
  graph_url:
    description:
      - Root URL of Microsoft Graph without a version, in place of the one that O(cloud) names. Only C(https)
        is accepted.
      - When omitted, the environment variable E(M365_GRAPH_URL) is used, else the host of O(cloud).
    type: str
  login_url:
    description:
      - Root URL of the login service without a tenant, in place of the one that O(cloud) names. Only C(https)
        is accepted.
      - Where it serves no Entra discovery document, the one of OpenID Connect Discovery is taken, right below
        O(login_url) and O(tenant_id).
      - When omitted, the environment variable E(M365_LOGIN_URL) is used, else the host of O(cloud).
    type: str
  api_version:
    description:
      - Version segment of Graph that serves C(officeConfiguration).
      - When omitted, the environment variable E(M365_API_VERSION) is used, else the default.
    type: str
    default: beta
  validate_certs:
    description:
      - Whether TLS certificates are checked. Turn this off in tests only.
      - When omitted, the environment variable E(M365_VALIDATE_CERTS) is used, else the default.
    type: bool
    default: true
  ca_path:
    description:
      - PEM file (or folder of hashed certificates) with the CA certificates to trust.
      - It is used as given. E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) and E(SSL_CERT_FILE) are not read.
      - When omitted, the environment variable E(M365_CA_PATH) is used, else the CA certificates of the Python
        library certifi.
    type: path
  proxy:
    description:
      - URL of the proxy for login and Graph.
      - When omitted, the environment variable E(M365_PROXY) is used, else the usual E(HTTPS_PROXY) and
        E(NO_PROXY).
    type: str
  timeout:
    description:
      - Seconds that one call may take, login calls included, from the look-up of the host's name to the last
        byte of the answer. A server that sends a little now and then does not get more time.
    type: float
    default: 30.0
  retry_timeout:
    description:
      - Seconds for which one call is tried again after its first failure (429, 502, 503, 504, a broken
        connection). A C(Retry-After) of the server is kept to; one that is longer than what is left ends the
        tries. A host that cannot be reached and an answer that cannot be read (an HTML page, incomplete JSON)
        are tried three times.
      - V(0) means one try.
    type: float
    default: 300.0
  connections:
    description:
      - Number of read requests to send to Graph at once, each over its own connection, from V(1) to V(16).
      - With V(1), reads are sent one after the other, as writes always are. Requests, results, their order and errors
        are the same with any number. Both surfaces have it.
      - When omitted, the environment variable E(M365_CONNECTIONS) is used, else the default.
    type: int
    default: 4
    version_added: 0.2.0
  payload_transport:
    description:
      - How payloads are written.
    type: str
    choices:
      stream: The bytes of the JSON text are put to the payload's own URL.
      inline: Standard base64 inside the create and update calls.
    default: stream
"""
