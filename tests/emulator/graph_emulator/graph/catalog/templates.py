# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of policies and their settings, read only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import Refused
from ...wire import Answer
from ..exchange import Exchange
from ..operations import KEY, Operation, read
from ..paging import Limits, page
from .answers import check_selected, context
from .baseline import TEMPLATE, instance_template, roots, templates
from .expressions import test_of
from .shapes import GRAPH, PREFIX

TEMPLATES = "deviceManagement/configurationPolicyTemplates"
TEMPLATE_TYPE = f"{GRAPH}{PREFIX}PolicyTemplate"
SETTING_TYPE = f"{GRAPH}{PREFIX}SettingTemplate"
Json = Mapping[str, Any]


def _found(exchange: Exchange, key: str) -> dict[str, Any]:
    for template in templates(exchange.tenant.definitions):
        if template["id"] == key:
            return template
    raise Refused(400, "ResourceNotFound", "An error has occurred", service=True, nested=True)


def _picked(exchange: Exchange, item: Json) -> dict[str, Any]:
    names = exchange.select
    return {name: value for name, value in item.items() if not names or "*" in names or name in names}


def list_templates(exchange: Exchange) -> Answer:
    """200 with all templates that a filter leaves."""
    known = templates(exchange.tenant.definitions)
    check_selected(exchange, known[0], TEMPLATE_TYPE)
    test = test_of(exchange.options.get("$filter"), known[0])
    return _page(exchange, TEMPLATES, [_picked(exchange, item) for item in known if test(item)])


def get_template(exchange: Exchange, key: str) -> Answer:
    """200 with the template."""
    check_selected(exchange, (*TEMPLATE, "settingTemplateCount"), TEMPLATE_TYPE)
    entity = _picked(exchange, _found(exchange, key))
    return Answer(200, {"@odata.context": context(exchange, TEMPLATES, entity=True), **entity})


def list_setting_templates(exchange: Exchange, key: str) -> Answer:
    """200 with the settings that a policy made from the template has."""
    _found(exchange, key)
    check_selected(exchange, ("id", "settingInstanceTemplate", "settingDefinitions"), SETTING_TYPE)
    definitions = exchange.tenant.definitions
    expand = exchange.options.get("$expand", "settingDefinitions")
    if expand.strip() != "settingDefinitions":
        raise Refused(400, "BadRequest", f"'{expand}' cannot be expanded; there is 'settingDefinitions'.")
    rows: list[dict[str, Any]] = []
    for place, root in enumerate(roots(definitions)):
        row: dict[str, Any] = {
            "id": str(place),
            "settingInstanceTemplate": instance_template(definitions, root),
        }
        if "$expand" in exchange.options:
            row["settingDefinitions"] = [dict(item) for item in definitions.tree(root["id"])]
        rows.append(row)
    return _page(exchange, f"{TEMPLATES}('{key}')/settingTemplates", rows)


def _page(exchange: Exchange, name: str, items: Iterable[dict[str, Any]]) -> Answer:
    size = exchange.settings.catalog_page_size
    rows, link = page(exchange, enumerate(items), Limits(size, 1000))
    return Answer(200, {"@odata.context": context(exchange, name), "@odata.count": len(rows), **link, "value": rows})


ROUTES: dict[str, dict[str, Operation]] = {
    TEMPLATES: {"GET": read(list_templates, "$select", "$filter", "$top", "$skiptoken")},
    f"{TEMPLATES}/{KEY}": {"GET": read(get_template, "$select")},
    f"{TEMPLATES}/{KEY}/settingTemplates": {
        "GET": read(list_setting_templates, "$select", "$expand", "$top", "$skiptoken")
    },
}
