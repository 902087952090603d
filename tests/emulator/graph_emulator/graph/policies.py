# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies: list, get, create, update, delete."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import bad_request
from ..settings import Settings
from ..tenants import Policy, new_id, timestamp
from ..wire import Answer
from . import assignments
from .exchange import Exchange, is_annotation, no_content, read_object
from .paging import Limits, page
from .payloads import checked_payload
from .query import check_expand, check_select
from .render import POLICIES, policy_json
from .schema import (
    ABSTRACT_POLICY,
    POLICY_PROPERTIES,
    POLICY_TYPES,
    READ_ONLY,
    STREAMS,
    WRITABLE,
    bare_type,
    type_fault,
    unknown_property,
)


def list_policies(exchange: Exchange) -> Answer:
    """200 with one page of policies."""
    _check_options(exchange)
    size = exchange.settings.page_size
    items, link = page(exchange, exchange.tenant.policies.items(exchange.lag), Limits(size, size))
    value = [policy_json(exchange, policy) for policy in items]
    return Answer(200, {"@odata.context": exchange.context(POLICIES), **link, "value": value})


def get_policy(exchange: Exchange, key: str) -> Answer:
    """200 with the policy, wrapped in ``value`` as the documentation samples are if the setting wrap_get says so."""
    _check_options(exchange)
    entity = policy_json(exchange, exchange.seen_policy(key))
    context = {"@odata.context": exchange.context(POLICIES, entity=True)}
    return Answer(200, {**context, "value": entity} if exchange.settings.wrap_get else {**context, **entity})


def create_policy(exchange: Exchange) -> Answer:
    """201 with the new policy and its Location."""
    body = read_object(exchange.call)
    kind = _created_kind(body, exchange.settings)
    changes = _changes(exchange, body)
    if "priority" not in changes:
        raise bad_request("The property 'priority' is required: send an unused Int32, 0 is the strongest.")
    _check_free(exchange, changes["priority"], own_id=None)
    policy = Policy(id=new_id(), kind=kind, **changes)
    exchange.tenant.policies.put(policy)
    body = {"@odata.context": exchange.context(POLICIES, entity=True), **policy_json(exchange, policy)}
    return Answer(201, body, {"Location": f"{exchange.root}/{POLICIES}/{policy.id}"})


def update_policy(exchange: Exchange, key: str) -> Answer:
    """200 with the changed policy, or 204 by setting."""
    policy = exchange.live_policy(key)
    body = read_object(exchange.call)
    _check_same_kind(body, policy, exchange.settings)
    changes = _changes(exchange, body, policy)
    if "priority" in changes:
        _check_free(exchange, changes["priority"], own_id=policy.id)
    changed = replace(policy, **changes, last_modified=timestamp())
    exchange.tenant.policies.put(changed)
    if exchange.settings.patch_status == 204:
        return no_content()
    context = {"@odata.context": exchange.context(POLICIES, entity=True)}
    return Answer(200, {**context, **policy_json(exchange, changed)})


def delete_policy(exchange: Exchange, key: str) -> Answer:
    """204; assignments and payloads go with the policy."""
    exchange.live_policy(key)
    exchange.tenant.policies.remove(key)
    return no_content()


def _check_options(exchange: Exchange) -> None:
    check_select(exchange.select, POLICY_PROPERTIES, ABSTRACT_POLICY)
    if exchange.expands_assignments:
        check_expand(exchange.options["$expand"])


def _stated_kind(body: Mapping[str, Any]) -> str | None:
    if "@odata.type" not in body:
        return None
    stated = body["@odata.type"]
    kind = bare_type(stated) if isinstance(stated, str) else ""
    if kind not in (*POLICY_TYPES, ABSTRACT_POLICY):
        raise bad_request(
            f"A type named '{stated}' could not be resolved by the model as a type of policy. "
            f"Send '#{POLICY_TYPES[0]}' or '#{POLICY_TYPES[1]}'."
        )
    return kind


def _created_kind(body: Mapping[str, Any], settings: Settings) -> str:
    kind = _stated_kind(body)
    if kind is None:
        raise bad_request(f"'@odata.type' is required: the declared type '{ABSTRACT_POLICY}' is abstract.")
    if kind == ABSTRACT_POLICY and settings.refuse_abstract_create:
        raise bad_request(f"Cannot create an abstract class: '{ABSTRACT_POLICY}' cannot be instantiated.")
    return kind


def _check_same_kind(body: Mapping[str, Any], policy: Policy, settings: Settings) -> None:
    kind = _stated_kind(body)
    if kind is None and settings.patch_requires_type:
        raise bad_request(f"'@odata.type' is required: the declared type '{ABSTRACT_POLICY}' is abstract.")
    if kind not in (None, policy.kind):
        raise bad_request(f"The type of policy '{policy.id}' is '#{policy.kind}' and cannot be changed to '#{kind}'.")


def _changes(exchange: Exchange, body: Mapping[str, Any], old: Policy | None = None) -> dict[str, Any]:
    """Attributes of `Policy` that the body sets; every name in it has to be a writable one."""
    changes: dict[str, Any] = {}
    for name, value in body.items():
        if name in WRITABLE:
            attribute, edm = WRITABLE[name]
            fault = type_fault(name, value, edm)
            if fault:
                raise bad_request(fault)
            changes[attribute] = value
        elif name in STREAMS:
            payloads = changes.get("payloads", old.payloads if old else {})
            changes["payloads"] = {**payloads, name: _inline_payload(exchange.settings, name, value)}
        elif name == "assignments":
            changes.update(_deep_insert(exchange, value))
        elif name in READ_ONLY:
            raise bad_request(f"The property '{name}' is read-only: the service makes it, do not send it.")
        elif not is_annotation(name):
            raise bad_request(unknown_property(name, ABSTRACT_POLICY, POLICY_PROPERTIES))
    return changes


def _inline_payload(settings: Settings, name: str, value: object) -> bytes:
    if settings.payload_transport == "stream":
        raise bad_request(
            f"The property '{name}' is of type Edm.Stream and cannot be set in the entity: PUT the bytes to .../{name}."
        )
    if value is None:
        return b""
    try:
        if not isinstance(value, str):
            raise ValueError("no string")
        data = base64.b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4), validate=True)
    except (ValueError, binascii.Error):
        raise bad_request(f"The value of property '{name}' must be a base64 string of a JSON text.") from None
    return checked_payload(name, data)


def _deep_insert(exchange: Exchange, value: object) -> dict[str, Any]:
    how = exchange.settings.deep_insert
    if how == "refuse" or exchange.call.method != "POST":
        raise bad_request("The navigation property 'assignments' cannot be set in the policy: use the action 'assign'.")
    checked = assignments.from_collection(exchange, value, "assignments")
    return {"assignments": checked} if how == "accept" else {}


def _check_free(exchange: Exchange, priority: int, own_id: str | None) -> None:
    if priority < 0:
        raise bad_request(f"The priority {priority} is negative; 0 is the strongest.")
    holder = exchange.tenant.policies.holder(priority)
    if holder is not None and holder.id != own_id:
        raise bad_request(
            f"The priority {priority} is already used by policy '{holder.id}' ('{holder.display_name}'); "
            "priorities are unique in a tenant."
        )
