# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assignments of a policy: the action assign (replaces all that were made directly) and the collection."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...errors import Refused
from ...wire import Answer
from ..exchange import Exchange, no_content, read_object
from ..paging import Limits, page
from .answers import (
    ASSIGNMENT_TYPE,
    POLICIES,
    check_selected,
    context,
    live_policy,
    missing,
    picked,
    seen_policy,
)
from .approvals import keep
from .model import FILTER_ID, FILTER_TYPE, CatalogPolicy, Json, shown_assignment, target_key
from .references import seen_filter
from .refusals import model_failure, no_collection, refused, unknown_property, unknown_type
from .unrouted import wrong_parameter
from .views import check_targets

PARAMETER = "assignments"
GROUP, EXCLUSION = "groupAssignmentTarget", "exclusionGroupAssignmentTarget"
FILTER_TYPES = ("none", "include", "exclude")
# Type of target -> what it has beside a filter.
TARGETS: dict[str, tuple[str, ...]] = {
    GROUP: ("groupId",),
    EXCLUSION: ("groupId",),
    "allLicensedUsersAssignmentTarget": (),
    "allDevicesAssignmentTarget": (),
    "configurationManagerCollectionAssignmentTarget": ("collectionId",),
}
PROPERTIES = ("id", "source", "sourceId", "target")
# Assignments do not page where they were looked at; no tenant has more than this.
PAGE = 1000


def assign(exchange: Exchange, key: str) -> Answer:
    """204, or 200 with the collection by setting; what policy sets assigned stays."""
    policy = live_policy(exchange, key)
    body = read_object(exchange.call)
    for name in body:
        if name != PARAMETER and "@" not in name:
            raise wrong_parameter(name, "assign")
    if not isinstance(body.get(PARAMETER), list):
        raise no_collection(PARAMETER)
    targets = [_target_of(item) for item in body[PARAMETER]]
    _check_filters(exchange, targets)
    _check_groups(exchange, targets)
    check_targets(exchange, targets, policy)
    kept = tuple(item for item in policy.assignments if item["source"] != "direct")
    made = tuple(shown_assignment(policy.id, target) for target in targets)
    changed = replace(policy, assignments=(*made, *kept))
    keep(exchange, changed)
    if exchange.settings.assign_status == 204:
        return no_content()
    head = {"@odata.context": f"{exchange.root}/$metadata#Collection({ASSIGNMENT_TYPE})"}
    return Answer(200, {**head, "value": list(changed.assignments)})


def list_assignments(exchange: Exchange, key: str) -> Answer:
    """200 with the assignments, policy sets' too."""
    policy = seen_policy(exchange, key)
    check_selected(exchange, PROPERTIES, ASSIGNMENT_TYPE)
    items, link = page(exchange, enumerate(policy.assignments), Limits(PAGE, PAGE))
    return Answer(
        200,
        {
            "@odata.context": context(exchange, f"{POLICIES}('{policy.id}')/assignments"),
            "@odata.count": len(items),
            **link,
            "value": [picked(exchange, dict(item)) for item in items],
        },
    )


def get_assignment(exchange: Exchange, key: str, own: str) -> Answer:
    """200 with one assignment."""
    policy = seen_policy(exchange, key)
    check_selected(exchange, PROPERTIES, ASSIGNMENT_TYPE)
    head = {"@odata.context": context(exchange, f"{POLICIES}('{policy.id}')/assignments", entity=True)}
    return Answer(200, {**head, **picked(exchange, dict(_find(policy, own)))})


def _find(policy: CatalogPolicy, own: str) -> Json:
    for item in policy.assignments:
        if item["id"] == own:
            return item
    raise missing("Assignment")


def _target_of(item: object) -> Json:
    """The checked target of one entry; id and source are the service's, and skipped."""
    if not isinstance(item, dict):
        raise model_failure(f"Cannot convert the value to the expected type '{ASSIGNMENT_TYPE}'.")
    for name in item:
        if name not in PROPERTIES and "@" not in name:
            raise unknown_property(name, ASSIGNMENT_TYPE.rpartition(".")[2])
    target = item.get("target")
    if not isinstance(target, dict):
        raise refused("dCV2PolicyAssignment.Target : The Target field is required.")
    kind = _kind_of(target)
    for name in target:
        if name not in (*TARGETS[kind], FILTER_ID, FILTER_TYPE) and "@" not in name:
            raise unknown_property(name, kind)
    _check_filter(target, kind)
    if "collectionId" in TARGETS[kind] and not isinstance(target.get("collectionId"), str):
        raise refused("dCV2PolicyAssignment.Target.CollectionId : The CollectionId field is required.")
    return {**target, "groupId": _group_id(target)} if "groupId" in TARGETS[kind] else target


def _kind_of(target: Mapping[str, Any]) -> str:
    stated = target.get("@odata.type")
    if stated is None:
        raise model_failure("Cannot create an abstract class: send '@odata.type' for the target.")
    kind = stated.removeprefix("#").removeprefix("microsoft.graph.") if isinstance(stated, str) else ""
    if kind not in TARGETS or "microsoft.graph." not in str(stated):
        raise unknown_type(str(stated))
    return kind


def _check_filter(target: Mapping[str, Any], kind: str) -> None:
    """The filter of a target: an id with include or exclude, or neither; none on excluded groups (ours)."""
    key, mode = target.get(FILTER_ID), target.get(FILTER_TYPE)
    if (key is not None and not isinstance(key, str)) or mode not in (None, *FILTER_TYPES):
        shown = key if mode in (None, *FILTER_TYPES) else mode
        raise model_failure(f"Cannot convert the literal '{shown}' to the expected type of the target's filter.")
    if bool(key) != (mode in ("include", "exclude")):
        raise refused(f"Assignment filter '{key or ''}' does not go with filter type '{mode or 'none'}'")
    if key and kind == EXCLUSION:
        raise refused("Assignment filters are not supported on excluded groups")


def _group_id(target: Mapping[str, Any]) -> str:
    text = target.get("groupId")
    try:
        return str(uuid.UUID(text if isinstance(text, str) and len(text) == 36 else ""))
    except ValueError:
        raise refused(f"Invalid GroupId : {text or ''} provided, a valid AADGroupId is expected.") from None


def _check_filters(exchange: Exchange, targets: list[Json]) -> None:
    asked = dict.fromkeys(str(target[FILTER_ID]) for target in targets if target.get(FILTER_ID))
    known = {key for key in asked if seen_filter(exchange, key.lower())}
    if set(asked) - known:
        valid = ", ".join(key for key in asked if key in known)
        raise refused(f"Scope Tags validation failed : Filters {', '.join(asked)} , Validated filters {valid}")


def _check_groups(exchange: Exchange, targets: list[Json]) -> None:
    """Each target once; groups have to exist only if the setting unknown_groups says so."""
    seen: set[str] = set()
    for target in targets:
        key = target_key(target)
        if key in seen:
            raise refused(f"Duplicate assignment target {key}")
        seen.add(key)
        if "groupId" in target and exchange.settings.unknown_groups == "refuse" and key not in exchange.tenant.groups:
            raise Refused(404, "ResourceNotFound", f"Group {key} not found", service=True, nested=True)
