# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of the directory, read only: list with the two filters that name and id look-ups need, and get."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import Refused
from ..wire import Answer
from .exchange import Exchange, is_annotation, read_object
from .paging import Limits, page
from .query import check_select
from .render import selected
from .schema import GROUP_DEFAULTS

TEXT = r"'(?:[^']|'')*'"
EQUALS = re.compile(rf"\s*(id|displayName)\s+eq\s+({TEXT})\s*")
ONE_OF = re.compile(rf"\s*(id|displayName)\s+in\s*\(\s*({TEXT}(?:\s*,\s*{TEXT})*)\s*\)\s*")
MAX_VALUES = 15
MAX_TOP = 999
MAX_IDS = 1000

Test = Callable[[dict[str, Any]], bool]


def list_groups(exchange: Exchange) -> Answer:
    """200 with one page of groups."""
    check_select(exchange.select, set(GROUP_DEFAULTS), "microsoft.graph.group")
    matches = _filter(exchange.options.get("$filter"))
    found = ((n, group) for n, group in enumerate(exchange.tenant.groups.values()) if matches(group))
    items, link = page(exchange, found, Limits(exchange.settings.page_size, MAX_TOP))
    value = [_group_json(exchange, group) for group in items]
    return Answer(200, {"@odata.context": exchange.context("groups"), **link, "value": value})


def get_group(exchange: Exchange, key: str) -> Answer:
    """200 with the group; 404 Request_ResourceNotFound for an unknown one, 400 for what is no GUID."""
    check_select(exchange.select, set(GROUP_DEFAULTS), "microsoft.graph.group")
    group = exchange.tenant.groups.get(_guid(key))
    if group is None:
        text = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
        raise Refused(404, "Request_ResourceNotFound", text)
    return Answer(200, {"@odata.context": exchange.context("groups", entity=True), **_group_json(exchange, group)})


def get_by_ids(exchange: Exchange) -> Answer:
    """200 with the groups that there are of those asked for; the others are left out without a word."""
    check_select(exchange.select, set(GROUP_DEFAULTS), "microsoft.graph.group")
    body = read_object(exchange.call)
    for name in body:
        if name not in ("ids", "types") and not is_annotation(name):
            raise Refused(400, "Request_BadRequest", f"The parameter '{name}' is not valid for 'getByIds'.")
    keys = [_guid(key) for key in _texts(body, "ids", needed=True)]
    if len(keys) > MAX_IDS:
        raise Refused(400, "Request_BadRequest", f"Too many ids: {len(keys)}. Max allowed: {MAX_IDS}.")
    types = _texts(body, "types", needed=False)
    asked = dict.fromkeys(keys if not types or {"group", "directoryObject"} & set(types) else ())
    found = [exchange.tenant.groups[key] for key in asked if key in exchange.tenant.groups]
    value = [{"@odata.type": "#microsoft.graph.group", **_group_json(exchange, group)} for group in found]
    return Answer(200, {"@odata.context": exchange.context("directoryObjects"), "value": value})


def _texts(body: Mapping[str, Any], name: str, *, needed: bool) -> list[str]:
    value = body.get(name)
    if value is None and not needed:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value) or (needed and not value):
        raise Refused(400, "Request_BadRequest", f"The parameter '{name}' must be a collection of texts.")
    return value


def _guid(key: str) -> str:
    try:
        return str(uuid.UUID(key))
    except ValueError:
        raise Refused(400, "Request_BadRequest", f"Invalid object identifier '{key}'.") from None


def _group_json(exchange: Exchange, group: dict[str, Any]) -> dict[str, Any]:
    known = {name: group.get(name, default) for name, default in GROUP_DEFAULTS.items()}
    return selected(exchange, known)


def _filter(text: str | None) -> Test:
    """The test for a $filter: ``eq`` or ``in`` on id or displayName; both ignore case (Microsoft Graph: filter)."""
    if text is None:
        return lambda _: True
    found = EQUALS.fullmatch(text) or ONE_OF.fullmatch(text)
    if found is None:
        raise Refused(400, "Request_UnsupportedQuery", f"Unsupported or invalid query filter clause: {text}")
    name = found.group(1)
    values = {item[1:-1].replace("''", "'").casefold() for item in re.findall(TEXT, found.group(2))}
    if len(values) > MAX_VALUES:
        text = (
            f"Too many child clauses specified in search filter expression: {len(values)}. Max allowed: {MAX_VALUES}."
        )
        raise Refused(400, "Request_UnsupportedQuery", text)
    return lambda group: str(group[name]).casefold() in values
