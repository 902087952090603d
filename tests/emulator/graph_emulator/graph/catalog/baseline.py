# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one template of policies: a baseline, made of the macro policies that the catalogue has. Its texts are ours.

A policy that is made from a template refers to it in each instance and value.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .shapes import GRAPH, PREFIX, type_name

if TYPE_CHECKING:
    from .definitions import Definitions

SPACE = uuid.UUID("3f2a4c0e-7c55-4d6f-9d43-50f0c1d2a901")
# The id is the real baseline's, so that policies of a tenant made from it are known.
BASELINE = "90316f12-246d-44c6-a767-f87692e86083_3"
MEMBERS = ("L_VBAWarningsPolicy",)
TEMPLATE: dict[str, Any] = {
    "id": BASELINE,
    "baseId": BASELINE.partition("_")[0],
    "version": 3,
    "displayName": "Office baseline of the emulator",
    "displayVersion": "2512",
    "description": "",
    "lifecycleState": "active",
    "platforms": "windows10",
    "technologies": "mdm",
    "templateFamily": "baseline",
    "allowUnmanagedSettings": False,
    "disableEntraGroupPolicyAssignment": False,
}

Json = Mapping[str, Any]


def templates(definitions: Definitions) -> list[dict[str, Any]]:
    """All templates of a tenant."""
    return [{**TEMPLATE, "settingTemplateCount": sum(1 for _item in roots(definitions))}]


def roots(definitions: Definitions) -> Iterator[Json]:
    """The settings of the baseline."""
    return (item for item in definitions if item["name"] in MEMBERS and not definitions.is_child(item["id"]))


def reference(part: str, key: str) -> str:
    """The id by which a policy refers to the template of an instance or a value of this definition."""
    return str(uuid.uuid5(SPACE, f"{BASELINE}/{part}/{key.casefold()}"))


def instance_template(definitions: Definitions, definition: Json) -> dict[str, Any]:
    """The template of an instance, with those of its children."""
    key = definition["id"]
    kind = type_name(definition["@odata.type"]).removesuffix("Definition")
    children = [instance_template(definitions, child) for child in definitions.children(key)]
    value: dict[str, Any] = {"settingValueTemplateId": reference("value", key)}
    if kind == "ChoiceSetting":
        default: dict[str, Any] = {"settingDefinitionOptionId": definition.get("defaultOptionId"), "children": []}
        value |= {"requiredValueDefinition": None, "defaultValue": {"constantValue": default}}
    payload = f"{kind[0].lower()}{kind[1:]}ValueTemplate"
    return {
        "@odata.type": f"#{GRAPH}{PREFIX}{kind}InstanceTemplate",
        "settingInstanceTemplateId": reference("instance", key),
        "settingDefinitionId": key,
        "isRequired": False,
        payload: {**value, "children": children},
    }
