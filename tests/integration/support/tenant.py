# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant that the tests work in: its id, and apps that may write, only read, or do nothing."""

from __future__ import annotations

import secrets
import typing as t

import requests

from .emulator import Ready

TENANT = "a3f1c5e7-0b2d-4f68-9ace-13579bdf0246"
READ, WRITE = "DeviceManagementConfiguration.Read.All", "DeviceManagementConfiguration.ReadWrite.All"
GROUPS = "GroupMember.Read.All"

# Name of an app -> its id and permissions. The reader is for plan runs: what it would write is refused.
APPS = {
    "writer": ("11111111-aaaa-4aaa-8aaa-111111111111", [WRITE, GROUPS]),
    "reader": ("22222222-bbbb-4bbb-8bbb-222222222222", [READ, GROUPS]),
    "groupless": ("33333333-cccc-4ccc-8ccc-333333333333", [WRITE]),
    "outsider": ("44444444-dddd-4ddd-8ddd-444444444444", []),
}

# Canaries: neither may ever be printed. The second is the one that the login refuses.
SECRET = f"canary-{secrets.token_urlsafe(24)}"
WRONG_SECRET = f"canary-{secrets.token_urlsafe(24)}"


def state(policies: t.Sequence[dict[str, t.Any]] = (), groups: t.Sequence[dict[str, t.Any]] = ()) -> dict[str, t.Any]:
    """Return a state document of the emulator with this tenant and its apps."""
    apps = [{"client_id": app, "secrets": [SECRET], "roles": roles} for app, roles in APPS.values()]
    return {"tenants": {TENANT: {"policies": list(policies), "groups": list(groups), "apps": apps}}}


def access_token(ready: Ready) -> str:
    """Return an access token for the writer, from the emulator's token endpoint."""
    form = {
        "grant_type": "client_credentials",
        "client_id": APPS["writer"][0],
        "client_secret": SECRET,
        "scope": f"{ready.url}/.default",
    }
    with requests.Session() as session:
        session.trust_env = False
        session.verify = ready.ca_path
        reply = session.post(f"{ready.url}/{TENANT}/oauth2/v2.0/token", data=form, timeout=10)
    return str(reply.json()["access_token"])


def login_variables(ready: Ready) -> dict[str, t.Any]:
    """Return the extra vars of a play: where Graph is, the writer's login, and the ids of the other apps."""
    return {
        "m365_graph_url": ready.url,
        "m365_login_url": ready.url,
        "m365_ca_path": ready.ca_path,
        "m365_tenant_id": TENANT,
        "m365_client_id": APPS["writer"][0],
        "m365_client_secret": SECRET,
        "m365_wrong_secret": WRONG_SECRET,
        "m365_apps": {name: {"client_id": app, "roles": roles} for name, (app, roles) in APPS.items()},
    }


def login_environment(ready: Ready) -> dict[str, str]:
    """Return the environment variables that log in as the writer."""
    return {
        "M365_GRAPH_URL": ready.url,
        "M365_LOGIN_URL": ready.url,
        "M365_CA_PATH": ready.ca_path,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": APPS["writer"][0],
        "AZURE_CLIENT_SECRET": SECRET,
    }
