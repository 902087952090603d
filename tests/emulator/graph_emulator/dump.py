# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""State as JSON: writes what the loader reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .catalog_state import dump_catalog
from .tenants import PAYLOADS, App, Policy, Tenant


def decode_payload(data: bytes | None) -> object:
    """The JSON value of a payload; None for no payload."""
    return None if not data else json.loads(data.decode("utf-8-sig"))


def dump_tenants(tenants: Mapping[str, Tenant]) -> dict[str, Any]:
    """All tenants as JSON; `load_tenants` reads it back to the same state."""
    return {"tenants": {key: _dump_tenant(tenant) for key, tenant in tenants.items()}}


def _dump_tenant(tenant: Tenant) -> dict[str, Any]:
    return {
        "domains": list(tenant.domains),
        "policies": [_dump_policy(policy) for _unused, policy in tenant.policies.items()],
        "groups": list(tenant.groups.values()),
        "apps": [_dump_app(app) for app in tenant.apps.values()],
        **tenant.checkins,
        **dump_catalog(tenant),
        **({"settings": tenant.settings} if tenant.settings else {}),
    }


def _dump_policy(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "@odata.type": f"#{policy.kind}",
        "displayName": policy.display_name,
        "description": policy.description,
        "priority": policy.priority,
        **{name: decode_payload(policy.payloads.get(name)) for name in PAYLOADS},
        "assignments": [{"id": item.id, "groupId": item.group_id} for item in policy.assignments],
        "checkinStatuses": [dict(item) for item in policy.checkin_statuses],
        "userCheckinSummary": {
            "succeededUserCount": policy.succeeded_user_count,
            "failedUserCount": policy.failed_user_count,
        },
        "lastModifiedDateTime": policy.last_modified,
    }


def _dump_app(app: App) -> dict[str, Any]:
    return {
        "client_id": app.client_id,
        "secrets": list(app.secrets),
        "expired_secrets": list(app.expired_secrets),
        "roles": list(app.roles),
        "certificates": list(app.certificates),
        "federated": [
            {"issuer": item.issuer, "subject": item.subject, "audience": item.audience, "key": item.key}
            for item in app.federated
        ],
        "managed_identity": app.managed_identity,
        "identity_header": app.identity_header,
        "object_id": app.object_id,
    }
