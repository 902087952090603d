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
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote, urlencode

from ...errors import Refused
from ...tenants import timestamp
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
    normal_id,
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
    if "$skiptoken" in exchange.options:
        _rename(exchange)
    sample = full_entity(CatalogPolicy("", ""), exchange.settings)
    rows = _rows(exchange, order_of(exchange.options.get("$orderby"), sample, "name"))
    extra = {name for row in rows for name in row.policy.extra}
    check_selected(exchange, {*sample, *extra, *EXTRA_FIELDS, *NAVIGATIONS}, POLICY_TYPE)
    test = test_of(exchange.options.get("$filter"), {**sample, **dict.fromkeys(extra)})

    def fits(row: Row) -> bool:
        return test(row.entity)

    asked = min(top_of(exchange) or exchange.settings.catalog_page_size, MAX_PAGE)
    size = EXPANDED_PAGE if "settings" in expands else asked
    page, link = _page(exchange, rows, size, fits)
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


def _rename(exchange: Exchange) -> None:
    """Do once what the setting catalog_rename_between_pages says, as somebody else does while a list is read."""
    tenant, change = exchange.tenant, exchange.settings.catalog_rename_between_pages
    if change is None or tenant.renamed is change:
        return
    tenant.renamed = change
    named = (normal_id(change["policy"]), change["policy"])
    for policy in [item for _ordinal, item in tenant.catalog.items() if item.id == named[0] or item.name == named[1]]:
        tenant.catalog.put(replace(policy, name=change["name"], modified=timestamp()))


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


def _page(
    exchange: Exchange, rows: list[Row], size: int, fits: Callable[[Row], bool]
) -> tuple[list[Row], dict[str, str]]:
    """The rows of the page that is asked for and the link to the next one, restless as the settings say."""
    settings = exchange.settings
    token = exchange.options.get("$skiptoken")
    filtered = "$filter" in exchange.options
    if token is None and (settings.empty_first_page or (filtered and settings.catalog_filter_empty_page)):
        return [], {"@odata.nextLink": _link(exchange, None)}
    after, empty = _place(exchange, token) if token is not None else (None, 0)
    if token is not None and empty < settings.catalog_empty_pages:
        return [], {"@odata.nextLink": _link(exchange, after, empty + 1)}
    if not settings.catalog_filter_per_page:
        rows = [row for row in rows if fits(row)]
    rest = [row for row in rows if not after or row.position > after]
    page = rest[:size]
    # With empty pages between, one stands at the end, too.
    more = len(rest) > size or (page and settings.catalog_empty_pages)
    link = {"@odata.nextLink": _link(exchange, page[-1].position)} if more else {}
    before = rows[: len(rows) - len(rest)][-1:] if settings.catalog_overlapping_pages else []
    return [row for row in (*before, *page) if fits(row)], link


def _range(exchange: Exchange) -> dict[str, str]:
    """The part of the store that a token is about; each tenant has another."""
    digest = hashlib.sha256(exchange.tenant.id.encode()).hexdigest().upper()
    return {"min": digest[:32], "max": digest[32:]}


def _link(exchange: Exchange, after: Position | None, empty: int = 0) -> str:
    """The URL of the next page: the options as they were, and the token, which is encoded twice."""
    places = [] if after is None else [rank.value for rank in after]
    values = [value.lower() if isinstance(value, str) else value for value in places[:-1]]
    content = {
        "compositeToken": {"token": str(empty) if empty else None, "range": _range(exchange)},
        "resumeValues": values,
        "rid": base64.b64encode("".join(places[-1:]).encode()).decode(),
        "skipCount": len(places[-1:]),
    }
    token = quote(f"{TOKEN_MARK}{json.dumps([content], separators=(',', ':'))}", safe="")
    kept = {name: value for name, value in exchange.options.items() if name != "$skiptoken"}
    query = urlencode({**kept, "$skiptoken": token}, safe="$()'")
    return f"{exchange.call.origin}{exchange.call.path}?{query}"


def _place(exchange: Exchange, token: str) -> tuple[Position | None, int]:
    """The position that a token says, None for the beginning, and how many empty pages were since.

    :raises Refused: 400 for a token that was not made here, for this tenant and order.
    """
    orders = order_of(exchange.options.get("$orderby"), full_entity(CatalogPolicy("", ""), exchange.settings), "name")
    try:
        text = unquote(token)
        content = json.loads(text.removeprefix(TOKEN_MARK))[0] if text.startswith(TOKEN_MARK) else {}
        own = content["compositeToken"]["range"] == _range(exchange)
        values, ordinal = content["resumeValues"], base64.b64decode(content["rid"], validate=True).decode()
        empty = int(content["compositeToken"]["token"] or 0)
        if own and not values and not ordinal:
            return None, empty
        if own and len(values) == len(orders) and ordinal.isdigit():
            ranks = (Rank(value, order.down) for value, order in zip(values, orders, strict=True))
            return (*ranks, Rank(ordinal)), empty
    except (ValueError, TypeError, LookupError, AttributeError):
        pass
    raise Refused(400, "BadRequest", "Invalid continuation token. Follow @odata.nextLink exactly as it was given.")
