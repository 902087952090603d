# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""State as JSON: the one place that reads it, forgivingly: ids may be missing."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from .approval_state import load_approvals
from .catalog_state import KEYS as CATALOG_KEYS
from .catalog_state import load_catalog
from .graph.permissions import GROUP_ROLE, RBAC_ROLES, READ_ROLE, WRITE_ROLE
from .graph.schema import (
    ABSTRACT_POLICY,
    CHECKIN_STATUS,
    GROUP_DEFAULTS,
    INT32_MAX,
    POLICY_TYPES,
    WINDOWS_POLICY,
    bare_type,
)
from .nodes import Node, StateError, guid, unique
from .settings import SettingError, Settings
from .tenants import PAYLOADS, App, Assignment, Federation, Policy, PolicyStore, Tenant, new_id, timestamp

# What Entra has in a federated credential when nothing else is said.
AUDIENCE = "api://AzureADTokenExchange"
SUMMARY_KEYS = ("succeededUserCount", "failedUserCount")


def default_state() -> dict[str, Any]:
    """One tenant with generated ids: an app with a secret and all roles, a managed identity, no policies, groups."""
    roles = [READ_ROLE, WRITE_ROLE, RBAC_ROLES[0], GROUP_ROLE]
    names = ("All Staff", "Finance", "Pilot Ring", "Sales", "Developers")
    tenant = {
        "groups": [{"displayName": name} for name in names],
        "apps": [
            {"secrets": [secrets.token_urlsafe(24)], "roles": roles},
            {"roles": roles, "managed_identity": True},
        ],
    }
    return {"tenants": {new_id(): tenant}}


def load_tenants(document: object) -> dict[str, Tenant]:
    """Tenants by id out of ``{"tenants": {guid: {...}}}``.

    :raises StateError: what is wrong, with the key.
    """
    tenants = Node(document, "state", ("tenants", "settings", "faults")).get("tenants", dict, {})
    loaded = [_tenant(key or new_id(), value) for key, value in tenants.items()]
    return unique(loaded, lambda tenant: str(tenant.id), "tenants")


def _tenant(key: str, value: object) -> Tenant:
    known = ("policies", "groups", "apps", "domains", "tenantCheckinStatuses", "tenantUserCheckinSummary", "settings")
    node = Node(value, f"tenants.{key}", (*known, *CATALOG_KEYS))
    policies = _policies(node)
    apps = [_app(place, item) for place, item in node.items("apps")]
    checkins: dict[str, Any] = {}
    if node.get("tenantCheckinStatuses", list) is not None:
        checkins["tenantCheckinStatuses"] = list(_statuses(node, "tenantCheckinStatuses"))
    if node.get("tenantUserCheckinSummary", dict) is not None:
        checkins["tenantUserCheckinSummary"] = _summary(node, "tenantUserCheckinSummary")
    groups = [_group(place, item) for place, item in node.items("groups")]
    return Tenant(
        id=key.lower(),
        domains=tuple(domain.lower() for domain in node.texts("domains")),
        policies=PolicyStore(policies),
        groups=unique(groups, lambda group: str(group["id"]), f"{node.place}.groups"),
        apps=unique(apps, lambda app: app.client_id, f"{node.place}.apps"),
        checkins=checkins,
        **load_catalog(node),
        approvals=load_approvals(node, (app.client_id for app in apps)),
        settings=_settings(node),
    )


def _settings(node: Node) -> dict[str, Any]:
    """Settings that differ in a tenant."""
    own: dict[str, Any] = node.get("settings", dict, {})
    try:
        Settings().merged(own)
    except SettingError as error:
        raise StateError(f"{node.place}.{error}") from None
    return own


def _policies(node: Node) -> list[Policy]:
    policies: list[Policy] = []
    taken: dict[int, str] = {}
    for place, item in node.items("policies"):
        policy = _policy(place, item, weakest=max(taken, default=-1) + 1)
        if policy.priority in taken:
            raise StateError(f"{place}.priority: {policy.priority} is already held by '{taken[policy.priority]}'")
        taken[policy.priority] = policy.id
        policies.append(policy)
    unique(policies, lambda policy: policy.id, f"{node.place}.policies")
    return policies


def _policy(place: str, value: object, weakest: int) -> Policy:
    known = (
        "id",
        "@odata.type",
        "displayName",
        "description",
        "priority",
        *PAYLOADS,
        "assignments",
        "checkinStatuses",
        "userCheckinSummary",
        "lastModifiedDateTime",
    )
    node = Node(value, place, known)
    kind = bare_type(node.get("@odata.type", str, WINDOWS_POLICY))
    if kind not in (*POLICY_TYPES, ABSTRACT_POLICY):
        raise StateError(f"{place}.@odata.type: '{kind}' is no policy type")
    priority = node.get("priority", int, weakest)
    if not 0 <= priority <= INT32_MAX:
        raise StateError(f"{place}.priority: must be from 0 to {INT32_MAX}")
    summary = _summary(node, "userCheckinSummary")
    return Policy(
        id=node.get("id", str, "") or new_id(),
        kind=kind,
        priority=priority,
        display_name=node.get("displayName", str),
        description=node.get("description", str),
        payloads={name: encode_payload(node.value[name]) for name in PAYLOADS if node.value.get(name) is not None},
        assignments=_assignments(node),
        checkin_statuses=_statuses(node, "checkinStatuses"),
        succeeded_user_count=summary["succeededUserCount"],
        failed_user_count=summary["failedUserCount"],
        last_modified=node.get("lastModifiedDateTime", str, "") or timestamp(),
    )


def _assignments(node: Node) -> tuple[Assignment, ...]:
    found: list[Assignment] = []
    for place, item in node.items("assignments"):
        entry = Node({"groupId": item} if isinstance(item, str) else item, place, ("id", "groupId"))
        group = entry.get("groupId", str)
        if not group:
            raise StateError(f"{place}.groupId: must name a group")
        found.append(Assignment(entry.get("id", str, "") or new_id(), guid(f"{place}.groupId", group)))
    unique(found, lambda item: item.group_id, f"{node.place}.assignments")
    return tuple(found)


def _statuses(node: Node, key: str) -> tuple[Mapping[str, Any], ...]:
    known = (*CHECKIN_STATUS, "@odata.type")
    return tuple(
        {**CHECKIN_STATUS, **_typed(Node(item, place, known), CHECKIN_STATUS)} for place, item in node.items(key)
    )


def _typed(node: Node, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What an object has that is not null; a property with a default is of its type, where that is null a string."""
    for name, default in defaults.items():
        if isinstance(default, list):
            node.texts(name)
        else:
            node.get(name, str if default is None else type(default))
    return {name: value for name, value in node.value.items() if value is not None}


def _summary(node: Node, key: str) -> dict[str, int]:
    summary = Node(node.get(key, dict, {}), f"{node.place}.{key}", (*SUMMARY_KEYS, "@odata.type"))
    counts = {name: summary.get(name, int, 0) for name in SUMMARY_KEYS}
    for name, count in counts.items():
        if not 0 <= count <= INT32_MAX:
            raise StateError(f"{summary.place}.{name}: must be from 0 to {INT32_MAX}")
    return counts


def _pem(place: str, text: str, read: Callable[[bytes], object]) -> str:
    try:
        read(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise StateError(f"{place}: {error}") from None
    return text


def _group(place: str, value: object) -> dict[str, Any]:
    node = Node(value, place)
    name = node.get("displayName", str)
    if not name:
        raise StateError(f"{place}.displayName: must be a string that is not empty")
    return {
        **_typed(node, GROUP_DEFAULTS),
        "id": guid(f"{place}.id", node.get("id", str, "") or new_id()),
        "displayName": name,
    }


def _app(place: str, value: object) -> App:
    known = (
        "client_id",
        "secrets",
        "expired_secrets",
        "roles",
        "certificates",
        "federated",
        "managed_identity",
        "identity_header",
        "object_id",
    )
    node = Node(value, place, known)
    return App(
        client_id=(node.get("client_id", str, "") or new_id()).lower(),
        secrets=node.texts("secrets"),
        expired_secrets=node.texts("expired_secrets"),
        roles=node.texts("roles"),
        certificates=tuple(
            _pem(f"{place}.certificates", text, load_pem_x509_certificate) for text in node.texts("certificates")
        ),
        federated=tuple(_federation(where, item) for where, item in node.items("federated")),
        managed_identity=node.get("managed_identity", bool, False),
        identity_header=node.get("identity_header", str, "") or secrets.token_urlsafe(16),
        object_id=node.get("object_id", str, "") or new_id(),
    )


def _federation(place: str, value: object) -> Federation:
    node = Node(value, place, ("issuer", "subject", "audience", "key"))
    for name in ("issuer", "subject", "key"):
        if not node.get(name, str):
            raise StateError(f"{place}.{name}: must be a string that is not empty")
    key = _pem(f"{place}.key", node.value["key"], load_pem_public_key)
    return Federation(node.value["issuer"], node.value["subject"], key, node.get("audience", str, AUDIENCE))


def encode_payload(value: object) -> bytes:
    """The JSON text of a decoded payload, as clients write it: compact."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
