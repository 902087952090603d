# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers of the settings catalogue have in common: refusals, contexts, tips, the entity itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from ...errors import Refused
from ...settings import Settings
from ..exchange import Exchange
from ..query import PARSING
from .model import CatalogPolicy
from .views import check_writable, sees

POLICIES = "deviceManagement/configurationPolicies"
POLICY_TYPE = "microsoft.graph.deviceManagementConfigurationPolicy"
ASSIGNMENT_TYPE = "microsoft.graph.deviceManagementConfigurationPolicyAssignment"
# Only by $select.
SELECTED_ONLY = ("isAssigned", "disableEntraGroupPolicyAssignment")
NAVIGATIONS = ("assignments", "settings")
# A field that no client knows, with the setting catalog_extra_fields.
EXTRA_FIELDS = {"deploymentMode": "staged"}
ENTITY_TIP = (
    "This request only returns a subset of the resource's properties. Your app will need to use $select to return "
    "non-default properties. To find out what other properties are available for this resource see "
    "https://learn.microsoft.com/graph/api/resources/deviceManagementConfigurationPolicy"
)
SELECT_TIP = (
    "Use $select to choose only the properties your app needs, as this can lead to performance improvements. "
    "For example: GET deviceManagement/configurationPolicies('<guid>')/{path}?$select={names}"
)


def missing_policy() -> Refused:
    """400, not 404: how the service says that it has no such policy."""
    return Refused(400, "ResourceNotFound", "An error has occurred", service=True, nested=True)


def missing(kind: str) -> Refused:
    """An ordinary 404, as assignment filters and scope tags have it."""
    return Refused(404, "ResourceNotFound", f"{kind} not found", service=True, nested=True)


def normal_id(key: str) -> str:
    """A GUID in lower case; anything else as it is."""
    try:
        return str(uuid.UUID(key)) if len(key) == 36 else key
    except ValueError:
        return key


def live_policy(exchange: Exchange, key: str) -> CatalogPolicy:
    """The policy as writes see it.

    :raises Refused: 400 ResourceNotFound where there is none that the caller sees, 403 where he only sees it.
    """
    policy = exchange.tenant.catalog.get(normal_id(key))
    if policy is None or not sees(exchange, policy.role_scope_tag_ids):
        raise missing_policy()
    check_writable(exchange, policy.role_scope_tag_ids)
    return policy


def seen_policy(exchange: Exchange, key: str) -> CatalogPolicy:
    """The policy as reads by id see it: they lag with stale_seconds, and not as the list does.

    :raises Refused: 400 ResourceNotFound where there is none (or none yet) that the caller sees; 500 by setting.
    """
    policy = exchange.tenant.catalog.get(normal_id(key), exchange.lag)
    if policy is None or not sees(exchange, policy.role_scope_tag_ids):
        raise missing_policy()
    if {policy.id, policy.name}.intersection(exchange.settings.catalog_unreadable or ()):
        raise Refused(500, "InternalServerError", "An error has occurred", service=True, nested=True)
    return policy


def full_entity(policy: CatalogPolicy, settings: Settings) -> dict[str, Any]:
    """All structural properties of a policy, those that only $select brings at the end."""
    return {
        "createdDateTime": policy.created,
        "creationSource": policy.creation_source,
        "description": policy.description,
        "lastModifiedDateTime": policy.modified,
        "name": policy.name,
        "platforms": policy.platforms,
        "priorityMetaData": policy.priority,
        "roleScopeTagIds": list(policy.role_scope_tag_ids),
        "settingCount": len(policy.settings),
        "technologies": policy.technologies,
        "id": policy.id,
        "templateReference": dict(policy.template),
        **(EXTRA_FIELDS if settings.catalog_extra_fields else {}),
        **policy.extra,
        "isAssigned": bool(policy.assignments) != settings.catalog_wrong_is_assigned,
        "disableEntraGroupPolicyAssignment": policy.disable_entra_groups,
    }


def check_selected(exchange: Exchange, known: Iterable[str], type_name: str) -> None:
    """Refuse names in $select that the type does not have."""
    for name in exchange.select:
        if name not in known and name != "*":
            text = f"Could not find a property named '{name}' on type '{type_name}'."
            raise Refused(400, "BadRequest", f"{PARSING} {text}")


def expanded(exchange: Exchange, known: tuple[str, ...]) -> list[str]:
    """What $expand names, in the order of contexts.

    :raises Refused: 400 for what cannot be expanded.
    """
    names = [name.strip() for name in exchange.options.get("$expand", "").split(",") if name.strip()]
    spelled = {name.casefold(): name for name in known}
    for name in names:
        if name.casefold() not in spelled:
            text = f"Could not find a property named '{name}' on type '{POLICY_TYPE}'."
            raise Refused(400, "BadRequest", f"{PARSING} {text}")
    return sorted({spelled[name.casefold()] for name in names})


def context(exchange: Exchange, fragment: str, expands: Iterable[str] = (), *, entity: bool = False) -> str:
    """@odata.context with what was selected and expanded: ``#...(id,name,assignments())/$entity``."""
    named = [*exchange.select, *(f"{name}()" for name in expands)]
    shown = f"({','.join(named)})" if named else ""
    return f"{exchange.root}/$metadata#{fragment}{shown}{'/$entity' if entity else ''}"


def part_context(exchange: Exchange, policy_id: str, part: str) -> dict[str, str]:
    """The context of a collection within a policy, under the name that it has beside an expanded one."""
    return {f"{part}@odata.context": f"{exchange.root}/$metadata#{POLICIES}('{policy_id}')/{part}"}


def picked(exchange: Exchange, entity: dict[str, Any], hidden: tuple[str, ...] = ()) -> dict[str, Any]:
    """What $select names, in its order; without it all but what only $select brings."""
    names = exchange.select
    if "*" in names:
        return dict(entity)
    if names:
        return {name: entity[name] for name in names if name in entity}
    return {name: value for name, value in entity.items() if name not in hidden}
