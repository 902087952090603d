# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assignments of a policy: the action assign (replaces all) and the contained collection."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from ..errors import bad_request, not_found
from ..tenants import Assignment, Policy, new_id, timestamp
from ..wire import Answer
from .exchange import Exchange, is_annotation, no_content, read_object
from .paging import Limits, page
from .query import check_select
from .render import POLICIES, assignment_json, assignments_context, selected
from .schema import (
    ABSTRACT_TARGET,
    ASSIGNMENT,
    ASSIGNMENT_PROPERTIES,
    GROUP_TARGET,
    bare_type,
    unknown_property,
)

PARAMETER = "officeConfigurationAssignments"


def assign(exchange: Exchange, key: str) -> Answer:
    """200 with the new collection; all targets are replaced, every assignment gets a fresh id."""
    policy = exchange.live_policy(key)
    body = read_object(exchange.call)
    for name in body:
        if name != PARAMETER and not is_annotation(name):
            raise bad_request(
                f"The parameter '{name}' in the request payload is not a valid parameter "
                f"for the operation 'assign'; it takes '{PARAMETER}'."
            )
    if PARAMETER not in body:
        raise bad_request(f"The parameter '{PARAMETER}' of the operation 'assign' is missing in the request payload.")
    changed = _store(exchange, policy, from_collection(exchange, body[PARAMETER], PARAMETER))
    context = f"{exchange.root}/$metadata#Collection({ASSIGNMENT})"
    return Answer(200, {"@odata.context": context, "value": [assignment_json(item) for item in changed.assignments]})


def list_assignments(exchange: Exchange, key: str) -> Answer:
    """200 with one page of the assignments."""
    check_select(exchange.select, ASSIGNMENT_PROPERTIES, ASSIGNMENT)
    policy = exchange.seen_policy(key)
    size = exchange.settings.page_size
    items, link = page(exchange, enumerate(policy.assignments), Limits(size, size))
    value = [selected(exchange, assignment_json(item)) for item in items]
    return Answer(200, {"@odata.context": assignments_context(exchange, key), **link, "value": value})


def get_assignment(exchange: Exchange, key: str, own: str) -> Answer:
    """200 with one assignment."""
    check_select(exchange.select, ASSIGNMENT_PROPERTIES, ASSIGNMENT)
    item = _find(exchange.seen_policy(key), own)
    return Answer(200, {**_context(exchange, key), **selected(exchange, assignment_json(item))})


def add_assignment(exchange: Exchange, key: str) -> Answer:
    """201 with the new assignment and its Location."""
    policy = exchange.live_policy(key)
    item = Assignment(new_id(), _group_of(exchange, read_object(exchange.call), "assignment"))
    _store(exchange, policy, (*policy.assignments, item))
    location = f"{exchange.root}/{POLICIES}/{quote(key)}/assignments/{item.id}"
    return Answer(201, {**_context(exchange, key), **assignment_json(item)}, {"Location": location})


def update_assignment(exchange: Exchange, key: str, own: str) -> Answer:
    """200 with the changed assignment, or 204 by setting; the id stays."""
    policy = exchange.live_policy(key)
    _find(policy, own)
    body = read_object(exchange.call)
    if "target" not in body:
        _check_names(body)
        changed = policy
    else:
        group = _group_of(exchange, body, "assignment")
        kept = (Assignment(own, group) if item.id == own else item for item in policy.assignments)
        changed = _store(exchange, policy, kept)
    if exchange.settings.patch_status == 204:
        return no_content()
    return Answer(200, {**_context(exchange, key), **assignment_json(_find(changed, own))})


def remove_assignment(exchange: Exchange, key: str, own: str) -> Answer:
    """204."""
    policy = exchange.live_policy(key)
    _find(policy, own)
    _store(exchange, policy, (item for item in policy.assignments if item.id != own))
    return no_content()


def from_collection(exchange: Exchange, value: object, name: str) -> tuple[Assignment, ...]:
    """Checked assignments out of a JSON list, each with a fresh id.

    :raises Refused: 400 for anything that is not a group target of a known group, or for a group named twice.
    """
    if not isinstance(value, list):
        raise bad_request(f"'{name}' must be a collection of {ASSIGNMENT}; send [] to clear it.")
    items = tuple(
        Assignment(new_id(), _group_of(exchange, item, f"{name}[{place}]")) for place, item in enumerate(value)
    )
    _check_groups(exchange, items)
    return items


def _context(exchange: Exchange, key: str) -> dict[str, Any]:
    return {"@odata.context": f"{assignments_context(exchange, key)}/$entity"}


def _find(policy: Policy, own: str) -> Assignment:
    for item in policy.assignments:
        if item.id == own:
            return item
    raise not_found("officeClientConfigurationAssignment", own)


def _store(exchange: Exchange, policy: Policy, items: Iterable[Assignment]) -> Policy:
    changed = replace(policy, assignments=tuple(items), last_modified=timestamp())
    _check_groups(exchange, changed.assignments)
    exchange.tenant.policies.put(changed)
    return changed


def _check_groups(exchange: Exchange, items: tuple[Assignment, ...]) -> None:
    twice = [group for group, count in Counter(item.group_id for item in items).items() if count > 1]
    if twice:
        raise bad_request(f"The group '{twice[0]}' is assigned more than once.")
    if exchange.settings.one_group_per_policy and len(items) > 1:
        raise bad_request(f"A policy can be assigned to one group only, got {len(items)}.")


def _check_names(item: Mapping[str, Any]) -> None:
    for name in item:
        if name == "id":
            raise bad_request("The property 'id' is read-only: the service makes it, do not send it.")
        if name not in ASSIGNMENT_PROPERTIES and not is_annotation(name):
            raise bad_request(unknown_property(name, ASSIGNMENT, ASSIGNMENT_PROPERTIES))
    stated = item.get("@odata.type", ASSIGNMENT)
    if not isinstance(stated, str) or bare_type(stated) != ASSIGNMENT:
        raise bad_request(f"A type named '{stated}' is not compatible with the expected type '#{ASSIGNMENT}'.")


def _group_of(exchange: Exchange, item: object, place: str) -> str:
    """The id of the group that an assignment in a body targets."""
    if not isinstance(item, dict):
        raise bad_request(f"{place}: a JSON object of type {ASSIGNMENT} is needed.")
    _check_names(item)
    target = item.get("target")
    if not isinstance(target, dict):
        raise bad_request(f"{place}: the property 'target' is required and must be an object.")
    _check_target(target, place)
    group = target.get("groupId")
    if not isinstance(group, str) or not group:
        raise bad_request(f"{place}.target: the property 'groupId' is required and must be a string.")
    try:
        key = str(uuid.UUID(group)) if len(group) == 36 else ""
    except ValueError:
        key = ""
    if not key:
        raise bad_request(f"{place}.target.groupId: '{group}' is not a GUID.")
    if key not in exchange.tenant.groups:
        raise bad_request(f"{place}.target.groupId: there is no group '{group}' in the directory.")
    return key


def _check_target(target: Mapping[str, Any], place: str) -> None:
    stated = target.get("@odata.type")
    if stated is None:
        raise bad_request(
            f"{place}.target: '@odata.type' is required, send '#{GROUP_TARGET}': "
            f"the declared type '{ABSTRACT_TARGET}' is abstract."
        )
    kind = bare_type(stated) if isinstance(stated, str) else ""
    if kind == ABSTRACT_TARGET:
        raise bad_request(
            f"{place}.target: cannot create an abstract class: '{ABSTRACT_TARGET}' is abstract, "
            f"send '#{GROUP_TARGET}' with groupId."
        )
    if kind != GROUP_TARGET:
        raise bad_request(f"{place}.target: a type named '{stated}' could not be resolved; send '#{GROUP_TARGET}'.")
    for name in target:
        if name != "groupId" and not is_annotation(name):
            raise bad_request(unknown_property(name, GROUP_TARGET, ("groupId",)))
