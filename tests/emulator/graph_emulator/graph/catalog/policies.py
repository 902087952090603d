# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of the settings catalogue: get, create, replace, change, delete, copy, and their settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...errors import Refused
from ...tenants import new_id, timestamp
from ...wire import Answer
from ..exchange import Exchange, no_content, read_object
from ..paging import Limits, page
from .answers import (
    ENTITY_TIP,
    EXTRA_FIELDS,
    NAVIGATIONS,
    POLICIES,
    POLICY_TYPE,
    SELECT_TIP,
    SELECTED_ONLY,
    check_selected,
    context,
    expanded,
    full_entity,
    live_policy,
    part_context,
    picked,
    seen_policy,
)
from .approvals import approve, keep
from .bodies import (
    check_names,
    check_settings,
    check_texts,
    check_types,
    check_unchanged,
    patched_navigation,
    tags_of,
    template_of,
)
from .definition_reads import definitions_in, with_definitions
from .model import CatalogPolicy
from .refusals import refused
from .unrouted import no_route, wrong_parameter

# On /settings a $top above the usual page is honoured.
MAX_SETTINGS_PAGE = 1000
SETTING_TYPE = "microsoft.graph.deviceManagementConfigurationSetting"
SETTING_PROPERTIES = ("id", "settingInstance")


def get_policy(exchange: Exchange, key: str) -> Answer:
    """200 with the policy: expanded settings are complete, expanded assignments always empty."""
    policy = seen_policy(exchange, key)
    entity = full_entity(policy, exchange.settings)
    check_selected(exchange, {*entity, *EXTRA_FIELDS, *NAVIGATIONS}, POLICY_TYPE)
    expands = expanded(exchange, NAVIGATIONS)
    head = {"@odata.context": context(exchange, POLICIES, expands, entity=True)}
    if not exchange.select:
        head["@microsoft.graph.tips"] = ENTITY_TIP
    shown = {**head, **picked(exchange, entity, SELECTED_ONLY)}
    for part in expands:
        members = policy.settings if part == "settings" else ()
        shown |= {**part_context(exchange, policy.id, part), part: list(members)}
    return Answer(200, shown)


def create_policy(exchange: Exchange) -> Answer:
    """201 with the new policy, without its settings."""
    body = read_object(exchange.call)
    check_types(body)
    extra = check_names(exchange, body, None)
    check_texts(body, name_needed=True)
    now = timestamp()
    policy = CatalogPolicy(
        id=new_id(),
        name=body["name"],
        description=body.get("description"),
        platforms=body.get("platforms", "none"),
        technologies=body.get("technologies", "none"),
        template=template_of(body),
        created=now,
        modified=now,
        disable_entra_groups=bool(body.get("disableEntraGroupPolicyAssignment")),
        extra=extra,
    )
    policy = check_settings(exchange, body, policy)
    policy = replace(policy, role_scope_tag_ids=tags_of(exchange, body))
    keep(exchange, policy)
    return _made(exchange, policy, 201)


def _made(exchange: Exchange, policy: CatalogPolicy, status: int) -> Answer:
    location = {"Location": f"{exchange.root}/{POLICIES}('{policy.id}')"} if status == 201 else {}
    return Answer(status, {**_head(exchange), **_default(exchange, policy)}, location)


def _head(exchange: Exchange) -> dict[str, str]:
    return {"@odata.context": f"{exchange.root}/$metadata#{POLICIES}/$entity"}


def _default(exchange: Exchange, policy: CatalogPolicy) -> dict[str, Any]:
    entity = full_entity(policy, exchange.settings)
    return {name: value for name, value in entity.items() if name not in SELECTED_ONLY}


def replace_policy(exchange: Exchange, key: str) -> Answer:
    """204 without a body: metadata, tags and settings are those of the body, assignments stay."""
    if exchange.settings.catalog_put_refused:
        raise no_route(["deviceManagement", "configurationPolicies", key], exchange.call)
    policy = live_policy(exchange, key)
    body = read_object(exchange.call)
    check_types(body)
    extra = check_names(exchange, body, policy)
    check_unchanged(body, policy, whole=True)
    check_texts(body, name_needed=True)
    changed = replace(
        check_settings(exchange, body, policy),
        name=body["name"],
        description=body.get("description"),
        role_scope_tag_ids=tags_of(exchange, body, policy.role_scope_tag_ids),
        extra=extra,
        modified=timestamp(),
    )
    keep(exchange, changed)
    return no_content()


def update_policy(exchange: Exchange, key: str) -> Answer:
    """200 with the changed policy, or 204 by setting: metadata alone; names that are not known are skipped."""
    policy = live_policy(exchange, key)
    body = read_object(exchange.call)
    for name in NAVIGATIONS[::-1]:
        if name in body:
            raise patched_navigation(name)
    check_types(body)
    check_unchanged(body, policy, whole=False)
    check_texts(body, name_needed=False)
    changes: dict[str, Any] = {name: body[name] for name in ("name", "description") if name in body}
    if "roleScopeTagIds" in body:
        changes["role_scope_tag_ids"] = tags_of(exchange, body, policy.role_scope_tag_ids)
    changed = replace(policy, **changes, modified=timestamp())
    keep(exchange, changed)
    return no_content() if exchange.settings.patch_status == 204 else _made(exchange, changed, 200)


def delete_policy(exchange: Exchange, key: str) -> Answer:
    """204; settings and assignments go with the policy."""
    policy = live_policy(exchange, key)
    approve(exchange, policy)
    exchange.tenant.catalog.remove(policy.id)
    return no_content()


def copy_policy(exchange: Exchange, key: str) -> Answer:
    """200 with the new policy: settings and scope tags are copied, assignments are not."""
    policy = live_policy(exchange, key)
    body = read_object(exchange.call)
    _check_parameters("createCopy", body, ("displayName", "description"))
    check_types({name: body[name] for name in ("description",) if name in body})
    name = body.get("displayName")
    if not isinstance(name, str) or not name:
        raise refused("The parameter 'displayName' of createCopy is required and must be a text.")
    check_texts({"name": name, "description": body.get("description")}, name_needed=True)
    now = timestamp()
    copied = replace(
        policy,
        id=new_id(),
        name=name,
        description=body.get("description"),
        assignments=(),
        creation_source=None,
        created=now,
        modified=now,
    )
    keep(exchange, copied)
    return _made(exchange, copied, 200)


def _check_parameters(action: str, body: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in body:
        if name not in known and "@" not in name:
            raise wrong_parameter(name, action)


def reorder_policy(exchange: Exchange, key: str) -> Answer:
    """204 for a policy that has a priority, which those of enrolment have; 400 for any other."""
    policy = live_policy(exchange, key)
    body = read_object(exchange.call)
    _check_parameters("reorder", body, ("priority",))
    priority = body.get("priority")
    if not isinstance(priority, int) or isinstance(priority, bool) or not 1 <= priority <= 500:
        raise refused("The parameter 'priority' of reorder is required and must be from 1 to 500.")
    if policy.priority is None:
        raise refused("Policy does not have a priority and cannot be reordered.")
    keep(exchange, replace(policy, priority={**policy.priority, "priority": priority}))
    return no_content()


def list_settings(exchange: Exchange, key: str) -> Answer:
    """200 with one page of settings."""
    policy = seen_policy(exchange, key)
    check_selected(exchange, (*SETTING_PROPERTIES, "settingDefinitions"), SETTING_TYPE)
    expands = _definitions_expanded(exchange)
    size = exchange.settings.catalog_page_size
    most = size if expands else MAX_SETTINGS_PAGE
    items, link = page(exchange, enumerate(policy.settings), Limits(size, most))
    shown = with_definitions(exchange, items) if expands else items
    tips = SELECT_TIP.format(path="settings", names="settingInstance,id")
    return Answer(
        200,
        {
            "@odata.context": context(exchange, f"{POLICIES}('{policy.id}')/settings", expands),
            "@odata.count": len(shown),
            **link,
            **({} if exchange.select else {"@microsoft.graph.tips": tips}),
            "value": [_shown_setting(exchange, item, expands) for item in shown],
        },
    )


def get_setting(exchange: Exchange, key: str, own: str) -> Answer:
    """200 with one setting."""
    policy = seen_policy(exchange, key)
    check_selected(exchange, (*SETTING_PROPERTIES, "settingDefinitions"), SETTING_TYPE)
    expands = _definitions_expanded(exchange)
    fragment = f"{POLICIES}('{policy.id}')/settings"
    head = {"@odata.context": context(exchange, fragment, expands, entity=True)}
    return Answer(200, {**head, **_shown_setting(exchange, _setting(policy, own), expands)})


def list_setting_definitions(exchange: Exchange, key: str, own: str) -> Answer:
    """200 with the definitions of one setting and of all in it."""
    policy = seen_policy(exchange, key)
    found = definitions_in(exchange, _setting(policy, own))
    name = f"{POLICIES}('{policy.id}')/settings('{own}')/settingDefinitions"
    return Answer(200, {"@odata.context": context(exchange, name), "@odata.count": len(found), "value": found})


def _setting(policy: CatalogPolicy, own: str) -> Any:
    for item in policy.settings:
        if item["id"] == own:
            return item
    raise Refused(404, "ResourceNotFound", "Setting not found", service=True, nested=True)


def _definitions_expanded(exchange: Exchange) -> list[str]:
    return expanded(exchange, ("settingDefinitions",))


def _shown_setting(exchange: Exchange, setting: Any, expands: list[str]) -> dict[str, Any]:
    shown = picked(exchange, dict(setting))
    if expands:
        shown["settingDefinitions"] = setting.get("settingDefinitions") or definitions_in(exchange, setting)
    return shown
