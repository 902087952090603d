# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own catalogue files (facts without texts) as Graph's documents.

Read from the description of the format, not with the collection's code: what one of them gets wrong, the other shows.
Facts that the format lacks are made up in a way that fits: a category for each ADMX file, the name for the title.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from .shapes import GRAPH, PREFIX

FORMAT = "m365.apps/catalog"
VERSION = 1
NAMED = f"#{GRAPH}{PREFIX}"
KINDS = {
    "choice": "ChoiceSetting",
    "choice_list": "ChoiceSettingCollection",
    "simple": "SimpleSetting",
    "simple_list": "SimpleSettingCollection",
    "group": "SettingGroup",
    "group_list": "SettingGroupCollection",
}
SCOPES = {"user": "./User/Vendor/MSFT/Policy", "device": "./Device/Vendor/MSFT/Policy"}
CATEGORY_SPACE = uuid.UUID("6f9c1f5e-4f0b-4f0e-9d5a-1d0a3c2b5e77")

Json = Mapping[str, Any]
# Option or group -> ids of what hangs on it, and whether that is required.
Children = dict[str, list[tuple[str, bool]]]
# The options and groups that a definition hangs on, as Graph writes them.
Places = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Hung:
    """What hangs on the parts of a definition, and what it hangs on itself."""

    children: Children
    places: Places

    def below(self, key: str) -> list[dict[str, Any]]:
        """What Graph says of an option or group: the definitions that depend on it."""
        return [{"dependedOnBy": child, "required": needed} for child, needed in self.children.get(key, [])]


def is_header(line: Json) -> bool:
    """Whether a line is the header of such a file, of the version that is read here."""
    return line.get("format") == FORMAT and line.get("version") == VERSION


def documents(lines: Iterable[Json]) -> Iterator[dict[str, Any]]:
    """Graph's documents for the lines below the header, and after them the categories."""
    kept = [(line, _children(line)) for line in lines]
    places: dict[str, Places] = {}
    for line, children in kept:
        for key, members in children.items():
            for child, _required in members:
                places.setdefault(child.casefold(), []).append({"dependentOn": key, "parentSettingId": line["id"]})
    for line, children in kept:
        yield _definition(line, Hung(children, places.get(line["id"].casefold(), [])))
    for name in sorted({line["file"] for line, _children in kept}):
        yield _category(name)


def _whole(key: str, own: str) -> str:
    """An id that begins with an underscore goes on from the definition's."""
    return own + key if key.startswith("_") else key


def _children(line: Json) -> Children:
    own = line["id"]
    found: Children = {}
    for member, required in (("required", True), ("optional", False)):
        for key, children in line.get(member, {}).items():
            place = _whole(key, own) if key else own
            found.setdefault(place, []).extend((_whole(child, own), required) for child in children)
    return found


def _definition(line: Json, hung: Hung) -> dict[str, Any]:
    own, name, kind = line["id"], line["name"], line["kind"]
    title = line.get("title") or name
    return {
        "@odata.type": f"{NAMED}{KINDS.get(kind, kind)}Definition",
        "accessTypes": "none",
        "keywords": _keywords(line, title),
        "infoUrls": [],
        "baseUri": SCOPES.get(line["scope"], ""),
        "offsetUri": f"/Config/{line['file']}~Policy/{name}" if line["file"] else f"/{name}",
        "rootDefinitionId": line.get("root") or own.removesuffix(line.get("element", "")),
        "categoryId": category_id(line["file"]),
        "settingUsage": "configuration",
        "uxBehavior": "toggle" if kind == "choice" and not hung.places else "default",
        "visibility": "settingsCatalog,template",
        "riskLevel": "low",
        "id": own,
        "description": "",
        "helpText": "",
        "name": name,
        # Graph tells of deprecation in the title alone.
        "displayName": f"{title} (deprecated)" if line.get("deprecated") and "title" not in line else title,
        **_value(line, hung),
        "applicability": _applicability(line),
        "occurrence": {"minDeviceOccurrence": 1, "maxDeviceOccurrence": 1},
        "referredSettingInformationList": [],
    }


def _keywords(line: Json, title: str) -> list[str]:
    """What Graph has among the keywords: the name, and where a line has texts the title and the category's path."""
    path = line.get("category", "")
    places = [f"\\{path}", path, path.rpartition("\\")[2]] if path else []
    return list(dict.fromkeys([line["name"], *([title, *places] if places else []), *line.get("keywords", ())]))


def _applicability(line: Json) -> dict[str, Any]:
    return {
        "@odata.type": f"{NAMED}WindowsSettingApplicability",
        "description": None,
        "platform": line.get("platform", "windows10"),
        "deviceMode": "none",
        "technologies": line.get("technologies", "mdm"),
        "configurationServiceProviderVersion": "5.0",
        "maximumSupportedVersion": None,
        "minimumSupportedVersion": None,
        "windowsSkus": [],
        "requiresAzureAd": False,
        "requiredAzureAdTrustType": "none",
    }


def _value(line: Json, hung: Hung) -> dict[str, Any]:
    """What a definition says of its values: options, or the rules for a value, or its members."""
    if line["kind"] in ("choice", "choice_list"):
        return {**_options(line, hung), **_counts(line)}
    own = line["id"]
    relations = {"dependentOn": hung.places, "dependedOnBy": hung.below(own)}
    if line["kind"] in ("group", "group_list"):
        return {"childIds": [child for child, _needed in hung.children.get(own, [])], **_counts(line), **relations}
    rules = _rules(line)
    default = line.get("default")
    if line["kind"] == "simple":
        kind = "Integer" if line.get("type") == "integer" else "String"
        value = {"settingValueTemplateReference": None, "value": default}
        typed = {"@odata.type": f"{NAMED}{kind}SettingValue", **value}
        return {"valueDefinition": rules, "defaultValue": typed, **relations}
    return {"defaultValue": default, **_counts(line), "valueDefinition": rules, **relations}


def _counts(line: Json) -> dict[str, Any]:
    if "count" not in line:
        return {}
    least, most = line["count"]
    return {"maximumCount": most, "minimumCount": least}


def _options(line: Json, hung: Hung) -> dict[str, Any]:
    own, titles = line["id"], line.get("titles", {})
    options = [
        {
            "itemId": _whole(key, own),
            "description": None,
            "helpText": None,
            "name": titles.get(key, str(value)),
            "displayName": titles.get(key, str(value)),
            "optionValue": {
                "@odata.type": f"{NAMED}{'String' if isinstance(value, str) else 'Integer'}SettingValue",
                "settingValueTemplateReference": None,
                "value": value,
            },
            "dependentOn": hung.places,
            "dependedOnBy": hung.below(_whole(key, own)),
        }
        for key, value in line.get("options", {}).items()
    ]
    default = line.get("default")
    return {"defaultOptionId": _whole(default, own) if isinstance(default, str) else default, "options": options}


def _rules(line: Json) -> dict[str, Any]:
    kind = line.get("type", "string")
    if kind == "integer":
        least, most = line.get("range", (None, None))
        return {"@odata.type": f"{NAMED}IntegerSettingValueDefinition", "maximumValue": most, "minimumValue": least}
    least, most = line.get("length", (0, 0))
    return {
        "@odata.type": f"{NAMED}StringSettingValueDefinition",
        "format": "none",
        "inputValidationSchema": None,
        "maximumLength": most,
        "minimumLength": least,
        "isSecret": kind == "secret",
        "fileTypes": [],
    }


@cache
def category_id(name: str) -> str:
    """The id of the category that stands for an ADMX file."""
    return str(uuid.uuid5(CATEGORY_SPACE, name))


def _category(name: str) -> dict[str, Any]:
    key = category_id(name)
    return {
        "id": key,
        "name": name or None,
        "displayName": name,
        "description": name,
        "categoryDescription": None,
        "helpText": None,
        "platforms": "windows10",
        "technologies": "mdm",
        "settingUsage": "configuration",
        "parentCategoryId": "00000000-0000-0000-0000-000000000000",
        "rootCategoryId": key,
        "childCategoryIds": [],
    }
