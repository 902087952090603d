# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions and categories, read only: lists with the filters that public tools send, one by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import Refused
from ...wire import Answer
from ..exchange import Exchange
from ..operations import KEY, Operation, read
from ..paging import Limits, page
from .answers import check_selected, context
from .definitions import sample_of
from .expressions import test_of
from .shapes import GRAPH, PREFIX

DEFINITIONS = "deviceManagement/configurationSettings"
CATEGORIES = "deviceManagement/configurationCategories"
DEFINITION_TYPE = f"{GRAPH}{PREFIX}SettingDefinition"
CATEGORY_TYPE = f"{GRAPH}{PREFIX}Category"
# Without $top the list is one answer (a tenant's has 18,000 definitions, 73 MB).
EVERYTHING = 2**31 - 1
# Definitions that fit into a page of settings that is read with them; settings above that are lost, links or not.
EXPANDED_DEFINITIONS = 24

Json = Mapping[str, Any]


def list_definitions(exchange: Exchange) -> Answer:
    """200 with all definitions that a filter leaves, in pages only where $top or a setting asks for them."""
    definitions = exchange.tenant.definitions
    return _list(exchange, DEFINITIONS, DEFINITION_TYPE, definitions, definitions.sample)


def get_definition(exchange: Exchange, key: str) -> Answer:
    """200 with the definition; 400 ResourceNotFound, as for a policy, where there is none (ours).

    Of one that the tenant takes in policies though the catalogue lacks it, only the id is known.
    """
    found: Json | None = exchange.tenant.definitions.get(key)
    if found is None and exchange.settings.catalog_unknown_definitions == "accept":
        found = {"@odata.type": DEFINITION_TYPE, "id": key}
    return _one(exchange, DEFINITIONS, DEFINITION_TYPE, found, exchange.tenant.definitions.sample)


def list_categories(exchange: Exchange) -> Answer:
    """200 with all categories that a filter leaves."""
    categories = exchange.tenant.definitions.categories.values()
    return _list(exchange, CATEGORIES, CATEGORY_TYPE, categories, sample_of(categories))


def get_category(exchange: Exchange, key: str) -> Answer:
    """200 with the category; 400 ResourceNotFound where there is none (ours)."""
    categories = exchange.tenant.definitions.categories
    return _one(exchange, CATEGORIES, CATEGORY_TYPE, categories.get(key.casefold()), sample_of(categories.values()))


def _list(exchange: Exchange, name: str, type_name: str, items: Iterable[Json], sample: Json) -> Answer:
    check_selected(exchange, sample, type_name)
    test = test_of(exchange.options.get("$filter"), sample)
    filtered, per_page = "$filter" in exchange.options, exchange.settings.catalog_filter_per_page

    def fits(item: Json) -> bool:
        return not filtered or _holds(test, item)

    found = ((place, item) for place, item in enumerate(items) if per_page or fits(item))
    size = exchange.settings.catalog_definitions_page_size or EVERYTHING
    rows, link = page(exchange, found, Limits(size, EVERYTHING))
    value = [picked(exchange, item) for item in rows if fits(item)]
    head = {"@odata.context": context(exchange, name), "@odata.count": len(value)}
    return Answer(200, {**head, **link, "value": value})


def _holds(test: Any, item: Json) -> bool:
    """Whether a test holds; it does not where the item has nothing at the path that the test looks at."""
    try:
        return bool(test(item))
    except KeyError:
        return False


def picked(exchange: Exchange, item: Json) -> dict[str, Any]:
    """What $select names, and the type, which is none that follows from the place."""
    names = exchange.select
    if not names or "*" in names:
        return dict(item)
    return {name: value for name, value in item.items() if name in names or name == "@odata.type"}


def _one(exchange: Exchange, name: str, type_name: str, item: Json | None, sample: Json) -> Answer:
    check_selected(exchange, sample, type_name)
    if item is None:
        raise Refused(400, "ResourceNotFound", "An error has occurred", service=True, nested=True)
    return Answer(200, {"@odata.context": context(exchange, name, entity=True), **picked(exchange, item)})


def definitions_in(exchange: Exchange, setting: Json) -> list[dict[str, Any]]:
    """The definitions of a setting and of all in it; ones that the tenant lacks are left out."""
    found: dict[str, dict[str, Any]] = {}
    pending: list[Any] = [setting["settingInstance"]]
    while pending:
        part = pending.pop(0)
        if isinstance(part, list):
            pending[:0] = part
        elif isinstance(part, dict):
            known = exchange.tenant.definitions.get(str(part.get("settingDefinitionId") or ""))
            if known is not None:
                found.setdefault(known["id"], dict(known))
            pending[:0] = [value for value in part.values() if isinstance(value, dict | list)]
    return list(found.values())


def with_definitions(exchange: Exchange, settings: Iterable[Json]) -> list[dict[str, Any]]:
    """A page of settings, each with its definitions: what does not fit is missing, and no link leads to it."""
    shown: list[dict[str, Any]] = []
    room = EXPANDED_DEFINITIONS
    for setting in settings:
        found = definitions_in(exchange, setting)
        room -= max(1, len(found))
        if room < 0 and shown:
            break
        shown.append({**setting, "settingDefinitions": found})
    return shown


LIST = ("$select", "$filter", "$top", "$skiptoken")
ROUTES: dict[str, dict[str, Operation]] = {
    DEFINITIONS: {"GET": read(list_definitions, *LIST)},
    f"{DEFINITIONS}/{KEY}": {"GET": read(get_definition, "$select")},
    CATEGORIES: {"GET": read(list_categories, *LIST)},
    f"{CATEGORIES}/{KEY}": {"GET": read(get_category, "$select")},
}
