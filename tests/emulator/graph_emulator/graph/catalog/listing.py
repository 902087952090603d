# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of policies: pages by name, as the store behind the service makes them.

A page ends at a name, not at a place: the token says after which name (in lower case) the next page begins. So a policy
that is renamed between two pages may come twice or not at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

from ...errors import Refused
from ...wire import Answer
from ..exchange import Exchange
from ..paging import top_of
from .answers import (
    ENTITY_TIP,
    EXTRA_FIELDS,
    NAVIGATIONS,
    POLICIES,
    POLICY_TYPE,
    SELECTED_ONLY,
    check_selected,
    context,
    expanded,
    full_entity,
    part_context,
    picked,
)
from .expressions import Order, Rank, order_of, test_of
from .model import CatalogPolicy
from .views import sees

# What $top can ask for. Whether Graph ever gives more is not known; every client follows the links.
MAX_PAGE = 100
# Policies a page with their settings, whatever $top says.
EXPANDED_PAGE = 2
TOKEN_MARK = "[cosmosdb]"
Position = tuple[Rank, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A policy of the list with all its properties and its place in the order."""

    policy: CatalogPolicy
    entity: dict[str, Any]
    position: Position


def list_policies(exchange: Exchange) -> Answer:
    """200 with one page."""
    expands = expanded(exchange, NAVIGATIONS)
    sample = full_entity(CatalogPolicy("", ""), exchange.settings)
    rows = _rows(exchange, order_of(exchange.options.get("$orderby"), sample, "name"))
    extra = {name for row in rows for name in row.policy.extra}
    check_selected(exchange, {*sample, *extra, *EXTRA_FIELDS, *NAVIGATIONS}, POLICY_TYPE)
    test = test_of(exchange.options.get("$filter"), {**sample, **dict.fromkeys(extra)})
    found = [row for row in rows if test({**dict.fromkeys(extra), **row.entity})]
    page, link = _page(exchange, found, EXPANDED_PAGE if "settings" in expands else exchange.settings.catalog_page_size)
    tips = {} if exchange.select else {"@microsoft.graph.tips": ENTITY_TIP}
    return Answer(
        200,
        {
            "@odata.context": context(exchange, POLICIES, expands),
            "@odata.count": len(page),
            **link,
            **tips,
            "value": [_shown(exchange, row, expands) for row in page],
        },
    )


def _rows(exchange: Exchange, orders: list[Order]) -> list[Row]:
    lag = max(exchange.lag, exchange.settings.catalog_list_lag_seconds)
    rows: list[Row] = []
    for ordinal, policy in exchange.tenant.catalog.items(lag):
        if not sees(exchange, policy.role_scope_tag_ids):
            continue
        entity = full_entity(policy, exchange.settings)
        rows.append(Row(policy, entity, (*(order.rank(entity) for order in orders), Rank(f"{ordinal:012}"))))
    return sorted(rows, key=lambda row: row.position)


def _shown(exchange: Exchange, row: Row, expands: list[str]) -> dict[str, Any]:
    entity = picked(exchange, row.entity, SELECTED_ONLY)
    parts = {"assignments": row.policy.assignments, "settings": row.policy.settings}
    for part in expands:
        entity |= {**part_context(exchange, row.policy.id, part), part: list(parts[part])}
    return entity


def _page(exchange: Exchange, rows: list[Row], default: int) -> tuple[list[Row], dict[str, str]]:
    size = default if default == EXPANDED_PAGE else min(top_of(exchange) or default, MAX_PAGE)
    token = exchange.options.get("$skiptoken")
    after = _after(exchange, token) if token is not None else None
    settings = exchange.settings
    filtered = "$filter" in exchange.options
    if token is None and (settings.empty_first_page or (filtered and settings.catalog_filter_empty_page)):
        return [], {"@odata.nextLink": _link(exchange, None)}
    rest = [row for row in rows if not after or row.position > after]
    page = rest[:size]
    return page, {"@odata.nextLink": _link(exchange, page[-1].position)} if len(rest) > size else {}


def _range(exchange: Exchange) -> dict[str, str]:
    """The part of the store that a token is about; each tenant has another."""
    digest = hashlib.sha256(exchange.tenant.id.encode()).hexdigest().upper()
    return {"min": digest[:32], "max": digest[32:]}


def _link(exchange: Exchange, after: Position | None) -> str:
    """The URL of the next page: the options as they were, and the token, which is encoded twice."""
    places = [] if after is None else [rank.value for rank in after]
    values = [value.lower() if isinstance(value, str) else value for value in places[:-1]]
    content = {
        "compositeToken": {"token": None, "range": _range(exchange)},
        "resumeValues": values,
        "rid": base64.b64encode("".join(places[-1:]).encode()).decode(),
        "skipCount": len(places[-1:]),
    }
    token = quote(f"{TOKEN_MARK}{json.dumps([content], separators=(',', ':'))}", safe="")
    kept = {name: value for name, value in exchange.options.items() if name != "$skiptoken"}
    query = urlencode({**kept, "$skiptoken": token}, safe="$()'")
    return f"{exchange.call.origin}{exchange.call.path}?{query}"


def _after(exchange: Exchange, token: str) -> Position | None:
    """The position that a token says; None for the beginning.

    :raises Refused: 400 for a token that was not made here, for this tenant and order.
    """
    orders = order_of(exchange.options.get("$orderby"), full_entity(CatalogPolicy("", ""), exchange.settings), "name")
    try:
        text = unquote(token)
        content = json.loads(text.removeprefix(TOKEN_MARK))[0] if text.startswith(TOKEN_MARK) else {}
        own = content["compositeToken"]["range"] == _range(exchange)
        values, ordinal = content["resumeValues"], base64.b64decode(content["rid"], validate=True).decode()
        if own and not values and not ordinal:
            return None
        if own and len(values) == len(orders) and ordinal.isdigit():
            return (*(Rank(value, order.down) for value, order in zip(values, orders, strict=True)), Rank(ordinal))
    except (ValueError, TypeError, LookupError, AttributeError):
        pass
    raise Refused(400, "BadRequest", "Invalid continuation token. Follow @odata.nextLink exactly as it was given.")
