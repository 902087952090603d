# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed identity: the App Service endpoint and the instance metadata service (Microsoft Learn pages of both)."""

from __future__ import annotations

import time
from urllib.parse import parse_qsl

from ..tenants import App, Tenant
from ..wire import JSON_TYPE, Answer, Call
from ..world import World

APP_SERVICE = "app_service"
IMDS = "imds"
API_VERSIONS = {APP_SERVICE: "2019-08-01", IMDS: "2018-02-01"}


def token(world: World, call: Call, style: str) -> Answer:
    """200 with ``access_token``, ``expires_on``, ``resource``, ``token_type``; 400/401 with a reason else.

    The App Service header tells whose identity it is; the metadata service takes the first one there is, or the one
    named by ``client_id``.
    """
    query = dict(parse_qsl(call.query))
    if query.get("api-version") != API_VERSIONS[style]:
        return _refuse(400, f"The parameter api-version has to be {API_VERSIONS[style]}")
    header = call.headers.get("x-identity-header", "")
    if style == APP_SERVICE and not header:
        return _refuse(401, "The header X-IDENTITY-HEADER is missing")
    if style == IMDS and call.headers.get("metadata", "").lower() != "true":
        return _refuse(400, "Required metadata header not specified")
    resource = query.get("resource", "").rstrip("/")
    if resource not in world.audiences:
        return _refuse(400, f"The resource '{resource}' is not known", "invalid_resource")
    found = _find(world, header if style == APP_SERVICE else None, query.get("client_id"))
    if found is None:
        return _refuse(401 if style == APP_SERVICE else 400, "Identity not found")
    tenant, app = found
    seconds = world.settings_of(tenant).token_seconds
    issued = world.keys.issue(tenant, app, resource, seconds, "2")
    world.logins.tokens.append(issued)
    body = {
        "access_token": issued,
        "client_id": app.client_id,
        "expires_in": str(seconds),
        "expires_on": str(int(time.time()) + seconds),
        "resource": resource,
        "token_type": "Bearer",
    }
    return Answer(200, body, {"Content-Type": JSON_TYPE})


def _find(world: World, header: str | None, client_id: str | None) -> tuple[Tenant, App] | None:
    for tenant in world.tenants.values():
        for app in tenant.apps.values():
            fits = (header is None or header == app.identity_header) and client_id in (None, app.client_id)
            if app.managed_identity and fits:
                return tenant, app
    return None


def _refuse(status: int, text: str, error: str = "invalid_request") -> Answer:
    return Answer(status, {"error": error, "error_description": text}, {"Content-Type": JSON_TYPE})
