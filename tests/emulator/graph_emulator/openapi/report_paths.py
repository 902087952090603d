# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the paths of definitions, templates and reports take and answer, with their types."""

from __future__ import annotations

from ..graph.catalog.baseline import TEMPLATE
from ..graph.catalog.definition_reads import CATEGORIES, DEFINITIONS
from ..graph.catalog.exports import CACHED, EXPORTS, FORMATS, JOBS, LOCALIZATIONS, UNIQUE
from ..graph.catalog.reports import ACTIONS, REPORTS
from ..graph.catalog.templates import TEMPLATES
from ..graph.operations import KEY
from .parts import ANNOTATIONS, BINARY, COUNT, FILLED, INT32, MAYBE_TEXT, TEXT, Json, array, entity, optional, ref
from .shapes import LOCATION, Shape

# What stands before a key in a path -> the key's name there.
KEYS = {
    "configurationSettings": "settingDefinition",
    "configurationCategories": "category",
    "configurationPolicyTemplates": "template",
    "exportJobs": "exportJob",
    "cachedReportConfigurations": "cachedReport",
}
_FILTERED: Json = {**TEXT, "examples": ["contains(id,'a')", "applicability/technologies has 'mdm'"]}
_CATEGORY_FILTER: Json = {**TEXT, "examples": ["platforms has 'windows10' and technologies has 'mdm'"]}
_TEMPLATE_FILTER: Json = {**TEXT, "examples": ["templateFamily eq 'baseline'"]}
_EXPANDED: Json = {"$expand": {"const": "settingDefinitions"}}
SHAPES: dict[tuple[str, str], Shape] = {
    (DEFINITIONS, "GET"): Shape("List definitions", {200: "DefinitionPage"}, options={"$filter": _FILTERED}),
    (f"{DEFINITIONS}/{KEY}", "GET"): Shape("Get a definition", {200: "SettingDefinition"}),
    (CATEGORIES, "GET"): Shape("List categories", {200: "CategoryPage"}, options={"$filter": _CATEGORY_FILTER}),
    (f"{CATEGORIES}/{KEY}", "GET"): Shape("Get a category", {200: "SettingCategory"}),
    (TEMPLATES, "GET"): Shape("List templates", {200: "TemplatePage"}, options={"$filter": _TEMPLATE_FILTER}),
    (f"{TEMPLATES}/{KEY}", "GET"): Shape("Get a template", {200: "PolicyTemplate"}),
    (f"{TEMPLATES}/{KEY}/settingTemplates", "GET"): Shape(
        "List the settings of a template", {200: "SettingTemplatePage"}, options=_EXPANDED
    ),
    **{
        (f"{REPORTS}/{name}", "POST"): Shape(
            f"Read the report {name}", {200: "Table"}, "ReportParameters", gives=BINARY
        )
        for name in ACTIONS
    },
    (JOBS, "POST"): Shape("Start an export", {201: "ExportJob"}, "ExportParameters", headers=LOCATION),
    (f"{JOBS}/{KEY}", "GET"): Shape("Get an export", {200: "ExportJob"}),
    (CACHED, "POST"): Shape("Start a cached report", {201: "CachedReport"}, "CachedParameters", headers=LOCATION),
    (f"{CACHED}/{KEY}", "GET"): Shape("Get a cached report", {200: "CachedReport"}),
    (f"{REPORTS}/getCachedReport", "POST"): Shape(
        "Read a cached report", {200: "Table"}, "CachedPage", gives=BINARY, may_miss=True
    ),
}


def _page(items: str) -> Json:
    return {
        "type": "object",
        "properties": {
            "value": array(ref(items)),
            "@odata.count": COUNT,
            "@odata.nextLink": {"type": "string", "format": "uri"},
        },
        "required": ["@odata.context", "@odata.count", "value"],
        "patternProperties": ANNOTATIONS,
        "additionalProperties": False,
    }


_TEXTS = optional(array(TEXT))
_REPORT: Json = {
    "name": MAYBE_TEXT,
    "select": _TEXTS,
    "search": MAYBE_TEXT,
    "groupBy": _TEXTS,
    "orderBy": _TEXTS,
    "skip": optional({"type": "integer", "minimum": 0}),
    "top": optional({"type": "integer", "minimum": 0}),
    "sessionId": MAYBE_TEXT,
    "filter": MAYBE_TEXT,
}
_ASKED: Json = {"reportName": TEXT, "filter": TEXT, "select": array(TEXT)}
_DATES: Json = {"expirationDateTime": TEXT}
_CACHED_ID: Json = {"type": "string", "pattern": f"^({'|'.join((*EXPORTS, *ACTIONS))})_{UNIQUE.pattern}$"}
SCHEMAS: Json = {
    "SettingDefinition": {"type": "object", "required": ["@odata.type"]},
    "SettingCategory": {"type": "object"},
    "PolicyTemplate": entity({**{name: {} for name in TEMPLATE}, "settingTemplateCount": INT32}),
    "SettingTemplate": entity(
        {"id": TEXT, "settingInstanceTemplate": {"type": "object"}, "settingDefinitions": array({"type": "object"})}
    ),
    "DefinitionPage": _page("SettingDefinition"),
    "CategoryPage": _page("SettingCategory"),
    "TemplatePage": _page("PolicyTemplate"),
    "SettingTemplatePage": _page("SettingTemplate"),
    # Sent as a file of JSON.
    "Table": {"type": "string", "format": "binary"},
    "ReportParameters": entity(_REPORT),
    "CachedPage": entity({**_REPORT, "id": TEXT}, "id"),
    "ExportParameters": entity(
        {
            "reportName": {"type": "string", "enum": list(EXPORTS)},
            "filter": MAYBE_TEXT,
            "select": _TEXTS,
            "search": MAYBE_TEXT,
            "format": {"enum": [*FORMATS, None]},
            "localizationType": {"enum": [*LOCALIZATIONS, None]},
            "snapshotId": MAYBE_TEXT,
        },
        "reportName",
    ),
    "ExportJob": entity(
        {
            "id": FILLED,
            **_ASKED,
            **_DATES,
            "format": {"enum": list(FORMATS)},
            "localizationType": {"enum": list(LOCALIZATIONS)},
            "search": MAYBE_TEXT,
            "snapshotId": MAYBE_TEXT,
            "status": {"enum": ["notStarted", "inProgress", "completed"]},
            "url": MAYBE_TEXT,
            "requestDateTime": TEXT,
        },
        "id",
        "status",
        "url",
    ),
    "CachedParameters": entity(
        {
            "id": _CACHED_ID,
            "reportName": MAYBE_TEXT,
            "filter": MAYBE_TEXT,
            "select": _TEXTS,
            "orderBy": _TEXTS,
            "metadata": MAYBE_TEXT,
        },
        "id",
    ),
    "CachedReport": entity(
        {
            "id": FILLED,
            **_ASKED,
            **_DATES,
            "orderBy": array(TEXT),
            "metadata": MAYBE_TEXT,
            "status": {"enum": ["inProgress", "completed"]},
            "lastRefreshDateTime": TEXT,
        },
        "id",
        "status",
    ),
}
