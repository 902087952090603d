# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a signed-in user sees and may do: his role's actions, and the scope tags of his role assignment.

Apps and Intune administrators are not held by either. What a user does not see answers as what is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ...login.tokens import Caller
from ...settings import Settings
from ...tenants import Tenant
from ...wire import Answer
from ..exchange import Exchange
from ..permissions import user_forbidden
from .model import CatalogPolicy, Json, target_key
from .refusals import refused

EFFECTIVE = "deviceManagement/getEffectivePermissions"
OPERATIONS = "deviceManagement/resourceOperations"
CONFIGURATIONS = "Microsoft.Intune_DeviceConfigurations_"
READ_CONFIGURATIONS, REPORTS = f"{CONFIGURATIONS}Read", f"{CONFIGURATIONS}ViewReports"
FILTERS, ROLES = "Microsoft.Intune_AssignmentFilter_Read", "Microsoft.Intune_Roles_Read"
BY_METHOD = {"GET": "Read", "POST": "Create", "PUT": "Update", "PATCH": "Update", "DELETE": "Delete"}
BY_ACTION = {"assign": "Assign", "createCopy": "Create", "reorder": "Update"}
ALL_ACTIONS = (
    *(f"{CONFIGURATIONS}{name}" for name in ("Assign", "Create", "Delete", "Read", "Update", "ViewReports")),
    FILTERS,
    ROLES,
)
# Collections of device management that a user's role has to open.
AREAS = {
    "configurationSettings": READ_CONFIGURATIONS,
    "configurationCategories": READ_CONFIGURATIONS,
    "configurationPolicyTemplates": READ_CONFIGURATIONS,
    "assignmentFilters": FILTERS,
    "roleScopeTags": ROLES,
    "reports": REPORTS,
}


def action_of(segments: Sequence[str], method: str) -> str | None:
    """The action that a call needs; None for a part that asks for none."""
    area = segments[1] if len(segments) > 1 else ""
    if area == "configurationPolicies":
        return CONFIGURATIONS + BY_ACTION.get(segments[-1], BY_METHOD[method])
    return AREAS.get(area)


def check_action(segments: Sequence[str], method: str, caller: Caller, settings: Settings) -> None:
    """Refuse a user whose role lacks an action with 403."""
    needed = action_of(segments, method)
    if needed is not None and needed not in _allowed(caller, settings):
        raise user_forbidden()


def _allowed(caller: Caller, settings: Settings) -> Collection[str]:
    return ALL_ACTIONS if caller.sees_all or settings.role_actions is None else settings.role_actions


def scope_of(exchange: Exchange) -> tuple[str, ...]:
    """The tags that the caller is held to; empty for one who sees everything, as Intune has it."""
    return () if exchange.caller.sees_all else tuple(exchange.settings.visible_scope_tags or ())


def sees(exchange: Exchange, tags: Collection[str]) -> bool:
    """Whether the caller sees what has these tags."""
    scope = scope_of(exchange)
    return not scope or not set(scope).isdisjoint(tags)


def seen_tenant(exchange: Exchange) -> Tenant:
    """The tenant as reports are made of it for the caller: without what is known of policies that he does not see."""
    tenant = exchange.tenant
    if not scope_of(exchange):
        return tenant
    seen = {policy.id for _ordinal, policy in tenant.catalog.items() if sees(exchange, policy.role_scope_tag_ids)}
    return replace(tenant, device_statuses=[row for row in tenant.device_statuses if row["PolicyId"] in seen])


def check_writable(exchange: Exchange, tags: Collection[str]) -> None:
    """Refuse to change what the caller only sees: with scoped permissions rights of several assignments do not add."""
    writable = exchange.settings.writable_scope_tags
    if not exchange.caller.sees_all and writable and set(writable).isdisjoint(tags):
        raise user_forbidden()


def check_tags(exchange: Exchange, tags: Collection[str], before: Collection[str]) -> None:
    """Refuse a tag that the caller may not add, and to take away the last by which he sees the object.

    :raises Refused: 400, with the recorded text for the first (the second is ours).
    """
    allowed = exchange.settings.allowed_scope_tags
    scope = scope_of(exchange)
    for tag in tags:
        if tag not in before and ((allowed is not None and tag not in allowed) or (scope and tag not in scope)):
            raise refused(f"Added a tag which is not allowed by the current role: {tag}")
    if not sees(exchange, tags):
        raise refused(f"At least one tag of the current role is required: {', '.join(scope)}")


def check_targets(exchange: Exchange, targets: Iterable[Json], policy: CatalogPolicy) -> None:
    """Refuse a user who adds a target that is none of his role assignment's groups (text and status are ours)."""
    groups = exchange.settings.assignable_groups
    if exchange.caller.sees_all or groups is None:
        return
    had = {target_key(item["target"]) for item in policy.assignments}
    if not {target_key(target) for target in targets} - had <= set(groups):
        raise user_forbidden()


def effective_permissions(exchange: Exchange, _scope: str) -> Answer:
    """200 with the allowed actions of the signed-in user; an app has no role, so none (ours)."""
    allowed = _allowed(exchange.caller, exchange.settings)
    known = [name for name in ALL_ACTIONS if name in allowed]
    actions = {"allowedResourceActions": known, "notAllowedResourceActions": []}
    permission = {"actions": known, "resourceActions": [actions]}
    head = {"@odata.context": f"{exchange.root}/$metadata#Collection(microsoft.graph.rolePermission)"}
    return Answer(200, {**head, "value": [permission] if exchange.caller.user else []})


def resource_operations(exchange: Exchange) -> Answer:
    """200 with every action that there is; ours are those that calls here need."""
    rows: list[dict[str, Any]] = []
    for name in ALL_ACTIONS:
        _service, resource, action = name.split("_")
        row = {"id": name, "resource": resource, "resourceName": resource, "actionName": action, "description": None}
        rows.append(row)
    return Answer(200, {"@odata.context": f"{exchange.root}/$metadata#{OPERATIONS}", "value": rows})
