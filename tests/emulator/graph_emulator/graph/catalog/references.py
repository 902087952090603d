# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assignment filters and scope tags, read only: lists, one by id, and tags by the resource they are for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...wire import Answer
from ..exchange import Exchange
from ..paging import Limits, page
from ..permissions import user_forbidden
from .answers import check_selected, context, missing, normal_id, picked
from .expressions import test_of
from .model import DEFAULT_TAG
from .views import scope_of, sees

FILTERS = "deviceManagement/assignmentFilters"
TAGS = "deviceManagement/roleScopeTags"
MAX_TOP = 999
FILTER_DEFAULTS: dict[str, Any] = {
    "id": "",
    "createdDateTime": "2026-01-01T00:00:00Z",
    "lastModifiedDateTime": "2026-01-01T00:00:00Z",
    "displayName": "",
    "description": None,
    "platform": "windows10AndLater",
    "rule": "",
    "roleScopeTags": [DEFAULT_TAG],
    "assignmentFilterManagementType": "devices",
    "payloads": [],
}
TAG_DEFAULTS: dict[str, Any] = {"id": "", "displayName": "", "description": None, "isBuiltIn": False}
BUILT_IN_TAG: dict[str, Any] = {**TAG_DEFAULTS, "id": DEFAULT_TAG, "displayName": "Default", "isBuiltIn": True}


def list_filters(exchange: Exchange) -> Answer:
    """200 with one page of filters."""
    seen = (item for item in exchange.tenant.assignment_filters.values() if sees(exchange, item["roleScopeTags"]))
    return listed(exchange, FILTERS, seen, FILTER_DEFAULTS)


def get_filter(exchange: Exchange, key: str) -> Answer:
    """200 with the filter, or an ordinary 404."""
    return one(exchange, FILTERS, seen_filter(exchange, normal_id(key)), FILTER_DEFAULTS)


def seen_filter(exchange: Exchange, key: str) -> Mapping[str, Any] | None:
    """The filter of an id, if the caller sees it."""
    found = exchange.tenant.assignment_filters.get(key)
    return found if found and sees(exchange, found["roleScopeTags"]) else None


def list_tags(exchange: Exchange) -> Answer:
    """200 with one page of tags; 403 with the setting scope_tags_forbidden."""
    _check_allowed(exchange)
    return listed(exchange, TAGS, exchange.tenant.scope_tags.values(), TAG_DEFAULTS)


def get_tag(exchange: Exchange, key: str) -> Answer:
    """200 with the tag, or an ordinary 404."""
    _check_allowed(exchange)
    return one(exchange, TAGS, exchange.tenant.scope_tags.get(key), TAG_DEFAULTS)


def list_tags_by_resource(exchange: Exchange, _resource: str) -> Answer:
    """200 with the tags that a caller may use for a resource: it works where the list is forbidden."""
    tags = exchange.tenant.scope_tags
    own = scope_of(exchange) or tags
    return listed(exchange, TAGS, [tag for key, tag in tags.items() if key in own], TAG_DEFAULTS)


def _check_allowed(exchange: Exchange) -> None:
    if exchange.settings.scope_tags_forbidden:
        raise user_forbidden()


def listed(exchange: Exchange, name: str, items: Iterable[Mapping[str, Any]], known: Mapping[str, Any]) -> Answer:
    """200 with one page of what $filter names."""
    check_selected(exchange, known, name)
    test = test_of(exchange.options.get("$filter"), known)
    found = ((place, item) for place, item in enumerate(items) if test(item))
    rows, link = page(exchange, found, Limits(exchange.settings.page_size, MAX_TOP))
    value = [_shown(exchange, item) for item in rows]
    return Answer(200, {"@odata.context": context(exchange, name), **link, "value": value})


def _shown(exchange: Exchange, item: Mapping[str, Any]) -> dict[str, Any]:
    """What was selected, and the id: a common backup tool selects the name alone and reads the id, too."""
    return {"id": item["id"], **picked(exchange, dict(item))}


def one(exchange: Exchange, name: str, item: Mapping[str, Any] | None, known: Mapping[str, Any]) -> Answer:
    """200 with one, or an ordinary 404."""
    check_selected(exchange, known, name)
    if item is None:
        raise missing(name.rpartition("/")[2])
    return Answer(200, {"@odata.context": context(exchange, name, entity=True), **_shown(exchange, item)})
