# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy of the settings catalogue as the tenant holds it, and how Graph shows its parts.

What is read back differs from what was sent: template references and audit rules are explicit nulls, choice and group
values come without ``@odata.type`` (it follows from the place), simple values keep it, setting ids are the places.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]

DEFAULT_TAG = "0"
# Assignments to all users and all devices have ids made with these (public records).
ALL_USERS = "acacacac-9df4-4c7d-9d50-4ef0226f57a9"
ALL_DEVICES = "adadadad-808e-44e2-905a-0b7873a8a531"
FILTER_ID = "deviceAndAppManagementAssignmentFilterId"
FILTER_TYPE = "deviceAndAppManagementAssignmentFilterType"
PLAIN_TEMPLATE: Json = {
    "templateId": "",
    "templateFamily": "none",
    "templateDisplayName": None,
    "templateDisplayVersion": None,
}
SIMPLE_VALUES = ("simpleSettingValue", "simpleSettingCollectionValue")
NESTED_VALUES = (
    "choiceSettingValue",
    "choiceSettingCollectionValue",
    "groupSettingValue",
    "groupSettingCollectionValue",
)


@dataclass(frozen=True, slots=True)
class CatalogPolicy:
    """One deviceManagementConfigurationPolicy; settings and assignments are kept as Graph shows them."""

    id: str
    name: str
    description: str | None = None
    platforms: str = "windows10"
    technologies: str = "mdm"
    role_scope_tag_ids: tuple[str, ...] = (DEFAULT_TAG,)
    template: Json = field(default_factory=lambda: PLAIN_TEMPLATE)
    settings: tuple[Json, ...] = ()
    assignments: tuple[Json, ...] = ()
    creation_source: str | None = None
    priority: Json | None = None
    created: str = ""
    modified: str = ""
    disable_entra_groups: bool = False
    # Fields that this emulator has no name for: shown as they are, gone after a PUT that does not send them.
    extra: Json = field(default_factory=dict)


def shown_settings(settings: Iterable[Json]) -> tuple[Json, ...]:
    """Settings as Graph shows them; ids are the places in the list."""
    return tuple(
        {"id": str(place), "settingInstance": shown_instance(setting["settingInstance"])}
        for place, setting in enumerate(settings)
    )


def shown_instance(instance: Json) -> dict[str, Any]:
    """A setting instance, with all in it, as Graph shows it."""
    shown: dict[str, Any] = {
        "@odata.type": instance["@odata.type"],
        "settingDefinitionId": instance.get("settingDefinitionId"),
        "settingInstanceTemplateReference": instance.get("settingInstanceTemplateReference"),
        "auditRuleInformation": instance.get("auditRuleInformation"),
    }
    for name, value in instance.items():
        if name in NESTED_VALUES:
            shown[name] = [_nested(item) for item in value] if isinstance(value, list) else _nested(value)
        elif name in SIMPLE_VALUES:
            shown[name] = [_simple(item) for item in value] if isinstance(value, list) else _simple(value)
        elif name not in shown and not name.startswith("#") and "@" not in name:
            shown[name] = value
    return shown


def _reference(value: Json) -> dict[str, Any]:
    return {"settingValueTemplateReference": value.get("settingValueTemplateReference")}


def _nested(value: Json) -> dict[str, Any]:
    own = {"value": value["value"]} if "value" in value else {}
    return {**_reference(value), **own, "children": [shown_instance(child) for child in value.get("children") or ()]}


def _simple(value: Json) -> dict[str, Any]:
    own = {name: part for name, part in value.items() if "@" not in name and name != "settingValueTemplateReference"}
    shown = {"@odata.type": value.get("@odata.type"), **_reference(value), **own}
    if str(shown["@odata.type"]).endswith("SecretSettingValue") and own.get("valueState") != "encryptedValueToken":
        # The secret itself is never shown; the token is the same on each read.
        shown["value"] = str(uuid.uuid5(uuid.NAMESPACE_OID, str(own.get("value"))))
        shown["valueState"] = "encryptedValueToken"
    if str(shown["@odata.type"]).endswith("ReferenceSettingValue"):
        shown.setdefault("note", None)
    return shown


def target_key(target: Json) -> str:
    """What an assignment's id is made with: the group, or the fixed id of all users or all devices."""
    kind = str(target.get("@odata.type", "")).rpartition(".")[2]
    fixed = {"allLicensedUsersAssignmentTarget": ALL_USERS, "allDevicesAssignmentTarget": ALL_DEVICES}
    return str(fixed.get(kind) or target.get("groupId") or target.get("collectionId"))


def shown_target(target: Json) -> dict[str, Any]:
    """A target as Graph shows it: an unset filter is null and ``none``."""
    shown = {
        "@odata.type": f"#{str(target['@odata.type']).removeprefix('#')}",
        FILTER_ID: target.get(FILTER_ID),
        FILTER_TYPE: target.get(FILTER_TYPE) or "none",
    }
    own = {name: target[name] for name in ("groupId", "collectionId") if name in target}
    return {**shown, **own}


def shown_assignment(policy_id: str, target: Json, source: str = "direct", source_id: str | None = None) -> Json:
    """An assignment as Graph shows it."""
    return {
        "id": f"{policy_id}_{target_key(target)}",
        "source": source,
        "sourceId": source_id or policy_id,
        "target": shown_target(target),
    }
